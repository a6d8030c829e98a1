"""Does the text encoder read the instruction to its end?"""

from __future__ import annotations

from collections.abc import Iterator

from kontext_studio.prompting.context import LintContext
from kontext_studio.prompting.findings import Finding, Fix, Severity, TextEdit
from kontext_studio.prompting.reading import Reading
from kontext_studio.prompting.rules.rule import Rule
from kontext_studio.prompting.text import Kind
from kontext_studio.prompting.tokens import TokenCount, cut_position, token_count

LIMIT = 512
NEAR = 460
# No text has more tokens than characters, so a short one need not be counted.
_ALWAYS_FITS = NEAR - 2


def token_limit(reading: Reading, context: LintContext) -> Iterator[Finding]:
    text = reading.text
    counted = _count(text, context)
    if counted is None or counted.count < NEAR:
        return
    over = counted.count > LIMIT
    start = cut_position(text, LIMIT) if over else cut_position(text, NEAR)
    if start is None or start >= len(text):
        start = int(len(text) * (LIMIT if over else NEAR) / max(counted.count, 1))
    start = min(start, max(len(text) - 1, 0))
    about = "" if counted.exact else "About "
    consequence = "the end will be cut" if over else "nearly full"
    yield Finding(
        "token-limit",
        Severity.ERROR if over else Severity.WARNING,
        start,
        len(text),
        f"{about}{counted.count} of {LIMIT} tokens: {consequence}.",
        (*_shortened(reading, context), Fix("Split into steps", command="split")),
    )


def _count(text: str, context: LintContext) -> TokenCount | None:
    if context.t5_tokens is not None:
        return TokenCount(context.t5_tokens, exact=True)
    return token_count(text) if len(text) > _ALWAYS_FITS else None


def _shortened(reading: Reading, context: LintContext) -> Iterator[Fix]:
    """Drop sentences that were said before, where that is enough."""
    if context.t5_tokens is not None:
        return
    text = reading.text
    seen: set[str] = set()
    cuts: list[TextEdit] = []
    start = 0
    for token in reading.tokens:
        if token.kind is not Kind.STOP:
            continue
        said = " ".join(text[start : token.end].lower().split())
        if said in seen:
            cuts.append(TextEdit(start, token.end, ""))
        seen.add(said)
        start = token.end
    last = " ".join(text[start:].lower().split())
    if last and f"{last}." in seen:
        cuts.append(TextEdit(start, len(text), ""))
    fix = Fix("Drop what is said twice", tuple(cuts))
    if cuts and token_count(fix.applied_to(text)).count < NEAR:
        yield fix


RULES = (Rule("token-limit", "Longer than the text encoder reads", token_limit, False),)
