"""``lint(text, context)``: what could be said better in an instruction, and how.

Pure and quick enough to run while someone types; it changes nothing and sends nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from kontext_studio.prompting.context import LintContext, Mode
from kontext_studio.prompting.findings import Finding
from kontext_studio.prompting.promises import with_kept_fixes
from kontext_studio.prompting.reading import Reading
from kontext_studio.prompting.rules import ALL_RULES

# A finding of the left rule makes the rules on the right superfluous. An open colour and a missing
# new state cannot meet in one clause, so those two need no line here.
_SILENCES: dict[str, frozenset[str]] = {
    "no-instruction": frozenset(
        [
            "keep-person",
            "keep-framing",
            "keep-look",
            "style-generic",
            "style-traits",
            "style-keep",
            "add-where",
        ]
    ),
    "style-generic": frozenset(["style-traits"]),
}


def lint(text: str, context: LintContext | None = None) -> tuple[Finding, ...]:
    """Findings in the order of the text; those at the same place, the most severe first."""
    known = context or LintContext()
    return with_kept_fixes(text, _found(text, known), lambda other: _found(other, known))


def _found(text: str, known: LintContext) -> tuple[Finding, ...]:
    reading = Reading(text)
    if reading.is_blank:
        rules = [rule for rule in ALL_RULES if rule.id == "empty-prompt"]
    else:
        rules = [
            rule
            for rule in ALL_RULES
            if not (rule.edit_only and known.mode is Mode.GENERATE)
            and not (rule.reads_wording and reading.is_foreign)
        ]
    found = [finding for rule in rules for finding in rule.check(reading, known)]
    return tuple(
        sorted(
            without_silenced(found),
            key=lambda finding: (finding.start, finding.severity.rank, finding.end),
        )
    )


def without_silenced(found: Sequence[Finding]) -> list[Finding]:
    """Leave out what a weightier finding makes superfluous."""
    present = {finding.rule for finding in found}
    # "Same as before but blue" asks for something, if only for what was there.
    if "history-word" in present:
        found = [finding for finding in found if finding.rule != "no-instruction"]
        present.discard("no-instruction")
    silent = {rule for loud, others in _SILENCES.items() if loud in present for rule in others}
    return [finding for finding in found if finding.rule not in silent]
