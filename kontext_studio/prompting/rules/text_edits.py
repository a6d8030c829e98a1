"""Replaced lettering: is it clear which text is meant, does its look stay, will it fit?"""

from __future__ import annotations

from collections.abc import Iterator

from kontext_studio.prompting.context import LintContext, Tier
from kontext_studio.prompting.findings import Finding, Fix, Severity, TextEdit
from kontext_studio.prompting.reading import Reading
from kontext_studio.prompting.rules.lettering import unquoted_changes
from kontext_studio.prompting.rules.rule import Rule, appended, cased, with_slot
from kontext_studio.prompting.text import Kind, Token
from kontext_studio.prompting.text_changes import (
    Writing,
    names_lettering,
    text_changes,
)
from kontext_studio.prompting.words.verbs import Act

_BLANK = "____"
_FAR = 3
_RATIO = 1.6
_KEEP_FONT = ", keep the same font style, size, and colour"
_FIT = ", scaled to fit the same area"


def text_source(reading: Reading, context: LintContext) -> Iterator[Finding]:
    if context.image_has_text is False:
        return
    for change in text_changes(reading):
        if change.kind is not Writing.REPLACED or change.old is not None or change.carrier:
            continue
        if change.new is None or not change.clause.target or change.clause.verb is None:
            continue
        target, new = change.clause.target, change.new
        shown = reading.text[new.start : new.end]
        edits = [
            TextEdit(
                change.clause.opens,
                new.start,
                cased(reading.text[change.clause.opens :], f"replace '{_BLANK}' with "),
            )
        ]
        yield Finding(
            "text-source",
            Severity.HINT,
            target[0].start,
            target[-1].end,
            f"Which text should become {shown}?",
            (with_slot("Name the old wording…", edits, _BLANK),),
        )


def text_font(reading: Reading, _context: LintContext) -> Iterator[Finding]:
    changes = tuple(c for c in text_changes(reading) if c.kind is Writing.REPLACED)
    clauses = [change.clause for change in changes] + list(unquoted_changes(reading))
    if not clauses or names_lettering(reading, changes):
        return
    first = clauses[0]
    yield Finding(
        "text-font",
        Severity.HINT,
        first.start,
        first.end,
        "Say whether the lettering stays.",
        (Fix("Keep the lettering", (appended(reading, _KEEP_FONT),)),),
    )


def text_length(reading: Reading, _context: LintContext) -> Iterator[Finding]:
    if "fit" in reading.words or "scaled" in reading.words:
        return
    for change in text_changes(reading):
        if change.old is None or change.new is None or change.kind is not Writing.REPLACED:
            continue
        old, new = _wording(reading, change.old), _wording(reading, change.new)
        short, long = sorted((len(old), len(new)))
        if long - short < _FAR or long < _RATIO * max(short, 1):
            continue
        ratio = len(new) / max(len(old), 1)
        times = f"{ratio:.1f} times as long as" if ratio > 1 else "much shorter than"
        yield Finding(
            "text-length",
            Severity.INFO,
            change.new.start,
            change.new.end,
            f"“{new}” is {times} “{old}”; the layout may shift.",
            (Fix("Let it fit the same area", (appended(reading, _FIT),)),),
        )


def _wording(reading: Reading, quote: Token) -> str:
    return reading.text[quote.start + 1 : quote.end - 1]


def text_model(reading: Reading, context: LintContext) -> Iterator[Finding]:
    if context.model not in (Tier.DEV, Tier.PRO):
        return
    clauses = [change.clause for change in text_changes(reading)]
    clauses += [c for c in reading.edits if c.act is Act.WRITE] + list(unquoted_changes(reading))
    if not clauses:
        return
    clause = clauses[0]
    quote = next((t for t in clause.tokens if t.kind is Kind.QUOTE), None)
    start, end = (quote.start, quote.end) if quote is not None else (clause.start, clause.end)
    yield Finding(
        "text-model",
        Severity.INFO,
        start,
        end,
        "For lettering, max may work better.",
        (Fix("Use max for this edit", command="switch-model"),),
    )


RULES = (
    Rule("text-source", "New wording, but which text is meant?", text_source, edit_only=True),
    Rule("text-font", "Lettering not kept", text_font, edit_only=True),
    Rule("text-length", "Much longer or shorter wording", text_length),
    Rule("text-model", "Text edit on a model weaker at type", text_model),
)
