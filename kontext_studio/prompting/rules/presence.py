"""Is there an instruction at all, and is it filled in?"""

from __future__ import annotations

from collections.abc import Iterator

from kontext_studio.prompting.context import LintContext
from kontext_studio.prompting.findings import Finding, Fix, Severity, TextEdit
from kontext_studio.prompting.reading import Reading
from kontext_studio.prompting.rules.rule import Rule, with_slot
from kontext_studio.prompting.slots import slots_in
from kontext_studio.prompting.text import Kind, Token
from kontext_studio.prompting.words import grammar

_MORE = frozenset(["more", "less", "fewer", "another", "bigger", "extra"])


def empty_prompt(reading: Reading, context: LintContext) -> Iterator[Finding]:
    if not reading.is_blank:
        return
    text = reading.text
    fixes = [Fix("Start from a template", command="templates")]
    if context.previous_prompt and not Reading(context.previous_prompt).is_blank:
        edit = TextEdit(0, len(text), context.previous_prompt)
        fixes.append(Fix("Use the previous instruction", (edit,)))
    message = "Write what should change."
    yield Finding("empty-prompt", Severity.ERROR, 0, len(text), message, tuple(fixes))


def unfilled_slot(reading: Reading, _context: LintContext) -> Iterator[Finding]:
    for start, end in slots_in(reading):
        name = reading.text[start:end].strip("[]{}<>_ ") or "the blank"
        yield Finding(
            "unfilled-slot",
            Severity.ERROR,
            start,
            end,
            f"Fill in “{name}” before sending.",
            (Fix("Fill in", select=(start, end)),),
        )


def no_instruction(reading: Reading, _context: LintContext) -> Iterator[Finding]:
    if reading.asks_for_change or not any(t.is_word for t in reading.tokens):
        return
    words = [token for token in reading.tokens if token.kind not in (Kind.STOP, Kind.OTHER)]
    if words[0].word in _MORE or words[0].word in grammar.COMPARATIVES:
        return  # "more clouds", "darker": short, but a wish
    if words[0].word in ("using", "based"):  # "using this style, a cat on a wall"
        return
    start, end = words[0].start, words[-1].end
    yield Finding(
        "no-instruction",
        Severity.WARNING,
        start,
        end,
        "This describes a picture. Say what should change.",
        tuple(_instructions(reading, words)),
    )


def _instructions(reading: Reading, words: list[Token]) -> Iterator[Fix]:
    first = words[0]
    be = next((i for i, t in enumerate(words) if t.word in ("is", "are") and i), None)
    lowered = first.word in grammar.DETERMINERS or (
        first.is_word and not _is_proper(reading, first) and reading.text[first.start].isupper()
    )
    start = reading.text[first.start : first.start + 1]
    opening = start.lower() if lowered else start
    at = first.start
    if any(t.word in ("style", "look") for t in words) or first.word in grammar.PREPOSITIONS:
        if not any(t.kind is Kind.QUOTE for t in reading.tokens):
            whole = TextEdit(0, len(reading.text), "Change the {subject} to {new state}")
            yield with_slot("Say what should change…", [whole], "{subject}")
        return
    acts = be is not None and be + 1 < len(words) and words[be + 1].word.endswith("ing")
    if be is not None and be + 1 < len(words) and words[0].word in grammar.DETERMINERS and not acts:
        gap = TextEdit(words[be - 1].end, words[be].end, "")
        yield Fix("Make it so", (TextEdit(at, at + 1, "Make " + opening), gap))
    yield Fix("Add it", (TextEdit(at, at + 1, "Add " + opening),))
    if any(t.word in ("same", "identical", "exact") for t in words):
        return
    yield Fix(
        "Replace the background", (TextEdit(at, at + 1, "Replace the background with " + opening),)
    )


def _is_proper(reading: Reading, token: Token) -> bool:
    """All capitals, or a capital inside: "BMW", "McLaren"."""
    return any(c.isupper() for c in reading.text[token.start + 1 : token.end])


RULES = (
    Rule("empty-prompt", "Nothing to do", empty_prompt, reads_wording=False),
    Rule("unfilled-slot", "Placeholder left in", unfilled_slot, reads_wording=False),
    Rule(
        "no-instruction", "Describes a picture, asks for no change", no_instruction, edit_only=True
    ),
)
