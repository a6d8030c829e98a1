"""Which fixes can be made at once, without a choice or a word of the person."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kontext_studio.prompting.findings import Finding, Fix

_LIKELIEST_FIRST = ("spelling",)


def ready_fixes(findings: Iterable[Finding]) -> tuple[Fix, ...]:
    """The fix of each finding that leaves no choice and no slot, in the order of the text; of two
    that touch, the first. For a typing error it is the word that was most likely meant."""
    chosen: list[Fix] = []
    for finding in sorted(findings, key=lambda one: (one.start, one.severity.rank)):
        if len(finding.fixes) != 1 and finding.rule not in _LIKELIEST_FIRST:
            continue  # the person chooses
        fix = finding.fixes[0] if finding.fixes else None
        if fix is None or not fix.edits or fix.select is not None:
            continue
        if all(_apart(fix, other) for other in chosen):
            chosen.append(fix)
    return tuple(chosen)


def _apart(one: Fix, other: Fix) -> bool:
    return all(a.end < b.start or b.end < a.start for a in one.edits for b in other.edits)
