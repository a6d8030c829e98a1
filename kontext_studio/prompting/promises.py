"""Holds every fix to its promise: its finding goes, no new warning comes, quoted wording stays.

A fix is tried on the text when somebody first asks for it, so that checking stays quick. It knows
how to compare findings, not what any rule means.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import overload

from kontext_studio.prompting.findings import Finding, Fix
from kontext_studio.prompting.text import quoted_runs, straightened

# Trying a fix takes as long as a check of the text. Of longer texts only the quotes are compared.
_LONG_TEXT = 1000


@dataclass(frozen=True)
class _Trial:
    """``check`` finds what is weak in a text; not slotted, for the parts are worked out late."""

    text: str
    found: Sequence[Finding]
    check: Callable[[str], Sequence[Finding]]

    @cached_property
    def _rules(self) -> Counter[str]:
        return Counter(finding.rule for finding in self.found)

    @cached_property
    def _warnings(self) -> Counter[str]:
        return _warned(self.found)

    @cached_property
    def _quotes(self) -> Counter[str]:
        return _quoted(self.text)

    def holds(self, finding: Finding, fix: Fix) -> bool:
        if not fix.edits:
            return True
        after = fix.applied_to(self.text)
        if self._quotes and self._quotes - _quoted(after):
            return False
        if len(self.text) > _LONG_TEXT:
            return True
        left = self.check(after)
        fewer = sum(one.rule == finding.rule for one in left) < self._rules[finding.rule]
        # A slot that a fix leaves is to be filled; it is no new fault.
        worse = _warned(left) - self._warnings
        again = fix.select is None and any(
            (one.rule, one.start, one.message) == (finding.rule, finding.start, finding.message)
            for one in left
        )
        return fewer and not worse and not again


def _warned(found: Iterable[Finding]) -> Counter[str]:
    return Counter(
        one.rule for one in found if one.severity.underlined and one.rule != "unfilled-slot"
    )


def _quoted(text: str) -> Counter[str]:
    return Counter(text[start:end] for start, end in quoted_runs(straightened(text)))


class _KeptFixes(Sequence[Fix]):
    """The fixes of a finding that hold, tried when first asked for."""

    def __init__(self, finding: Finding, trial: _Trial) -> None:
        self._finding, self._trial = finding, trial

    @cached_property
    def _fixes(self) -> tuple[Fix, ...]:
        finding = self._finding
        return tuple(fix for fix in finding.fixes if self._trial.holds(finding, fix))

    @overload
    def __getitem__(self, at: int) -> Fix: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Fix, ...]: ...
    def __getitem__(self, at: int | slice) -> Fix | tuple[Fix, ...]:
        return self._fixes[at]

    def __len__(self) -> int:
        return len(self._fixes)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self._fixes == tuple(other)

    def __hash__(self) -> int:
        return hash(self._fixes)

    def __repr__(self) -> str:
        return repr(self._fixes)


def with_kept_fixes(
    text: str, found: Sequence[Finding], check: Callable[[str], Sequence[Finding]]
) -> tuple[Finding, ...]:
    """The findings with only those fixes that keep their promise; ``check`` judges other texts."""
    trial = _Trial(text, found, check)
    return tuple(replace(one, fixes=_KeptFixes(one, trial)) if one.fixes else one for one in found)
