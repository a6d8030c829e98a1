"""The keep-unchanged chips: the clauses they add to an instruction, and the text that is sent."""

from __future__ import annotations

from collections.abc import Collection

from kontext_studio.prompting.chip_conflicts import overruled
from kontext_studio.prompting.context import LintContext
from kontext_studio.prompting.findings import Finding
from kontext_studio.prompting.keep_flags import KeepFlag
from kontext_studio.prompting.lint import lint
from kontext_studio.prompting.phrases import words_of
from kontext_studio.prompting.reading import REST, Reading
from kontext_studio.prompting.text import tokenize
from kontext_studio.prompting.words import grammar

# The rules that a chip can satisfy; the chips say nothing about verbs or names.
_SATISFIED = frozenset(["keep-person", "keep-framing", "keep-look", "style-keep"])
_SAID_BY = {
    KeepFlag.CAMERA_ANGLE: frozenset(["camera", "camera angle", "angle", "viewpoint"]),
    KeepFlag.FRAMING: frozenset(["framing", "composition", "crop"]),
    KeepFlag.LIGHTING: frozenset(["lighting", "light", "illumination"]),
    KeepFlag.STYLE: frozenset(["style", "look"]),
    KeepFlag.TEXT: frozenset(["text", "lettering", "font", "wording", "typeface"]),
}
_NAMES = {
    KeepFlag.LIGHTING: "the lighting",
    KeepFlag.STYLE: "the style",
    KeepFlag.TEXT: "all lettering",
}
_ENDS = (".", "!", "?", "…")


def compose(text: str, flags: Collection[KeepFlag], subject: str | None = None) -> str:
    """The instruction as it is sent: ``text``, then what the chips keep and it does not say yet.

    ``subject`` is what the subject chip is called ("the cup and saucer"); without one that chip
    adds nothing. Blank text stays as it is.
    """
    reading = Reading(text)
    if reading.is_blank:
        return text
    clause = _clause(_unsaid(reading, flags, subject), subject)
    body = text.rstrip()
    if not clause:
        return text
    if body.endswith(_ENDS):
        return f"{body} {clause[0].upper()}{clause[1:]}."
    return f"{body.rstrip(',;: ')}, {clause}"


def _unsaid(
    reading: Reading, flags: Collection[KeepFlag], subject: str | None
) -> frozenset[KeepFlag]:
    kept = reading.kept
    # What the instruction itself changes, no chip can keep.
    unsaid: set[KeepFlag] = set()
    for flag in set(flags) - overruled(reading, subject):
        if flag is KeepFlag.SUBJECT:
            named = words_of(tokenize(subject or "")) - grammar.DETERMINERS - grammar.CONJUNCTIONS
            said = bool(named) and named <= kept
            if named and not said and not kept & REST:
                unsaid.add(flag)
        elif not kept & _SAID_BY[flag]:
            framed = flag in (KeepFlag.CAMERA_ANGLE, KeepFlag.FRAMING)
            if framed or not kept & REST:
                unsaid.add(flag)
    return frozenset(unsaid)


def _clause(flags: frozenset[KeepFlag], subject: str | None) -> str:
    camera, framing = KeepFlag.CAMERA_ANGLE in flags, KeepFlag.FRAMING in flags
    view = ""
    if camera and framing:
        view = "keep the exact camera angle, position, and framing"
    elif camera:
        view = "keep the exact camera angle"
    elif framing:
        view = "keep the exact position and framing"
    things = [subject or ""] if KeepFlag.SUBJECT in flags else []
    things += [name for flag, name in _NAMES.items() if flag in flags]
    rest = f"keep {_listed(things)} the same" if things else ""
    return f"{view}, and {rest}" if view and rest else view or rest


def _listed(names: list[str]) -> str:
    """ "a", "a and b", "a, b, and c"."""
    if len(names) < 3:
        return " and ".join(names)
    return ", ".join(names[:-1]) + f", and {names[-1]}"


def lint_with_keep(
    text: str,
    context: LintContext | None = None,
    flags: Collection[KeepFlag] = (),
    subject: str | None = None,
) -> tuple[Finding, ...]:
    """Findings on what was typed, without those that the chips take care of."""
    found = lint(text, context)
    sent = compose(text, flags, subject)
    if sent == text or not any(finding.rule in _SATISFIED for finding in found):
        return found
    still = {finding.rule for finding in lint(sent, context)}
    return tuple(f for f in found if f.rule not in _SATISFIED or f.rule in still)
