"""Does the instruction name what should not be there? The model may then draw it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kontext_studio.prompting.context import LintContext
from kontext_studio.prompting.findings import Finding, Fix, Severity, TextEdit
from kontext_studio.prompting.phrases import Tokens
from kontext_studio.prompting.reading import Reading
from kontext_studio.prompting.rules.lettering import unquoted_words
from kontext_studio.prompting.rules.rule import Rule, cased, removed, with_slot
from kontext_studio.prompting.text import Kind, Token
from kontext_studio.prompting.words import grammar, terms, verbs

_SHORT = terms(
    """don't dont doesn't doesnt didn't isn't aren't wasn't weren't won't wont shouldn't mustn't
    wouldn't can't cant"""
)
_SINGLE = terms("no not never without avoid avoiding nothing none neither nor cannot nobody")
_DO = terms("do does did should must shall will would may is are")
_SIGNS = _SHORT | _SINGLE | _DO
# "No longer", "not only", "no. 5", "no more than two" name nothing unwanted.
_HARMLESS_AFTER = {
    "no": terms("longer matter doubt problem later earlier"),
    "not": terms("only just yet necessarily"),
    "don't": terms("worry hesitate forget"),
    "never": terms("mind"),
    "nothing": terms("but"),
}
_HARMLESS_BEFORE = {"not": terms("or whether if why")}
_TOUCHING = terms(
    """change alter touch modify affect move edit disturb adjust replace remove crop distort
    rotate recolor recolour resize cut cover hide lose damage deform delete erase transform
    shift tamper mess redraw reshape"""
)
_BRINGING = terms("add include insert put place show introduce use have draw create generate give")
_POSITIVE = (
    (
        terms("people person crowd humans human passersby pedestrians anyone anybody"),
        "an empty {place}",
    ),
    (
        terms("text words writing letters lettering watermark watermarks captions"),
        "plain, unlettered surfaces",
    ),
    (terms("clouds cloud"), "a clear sky"),
    (terms("cars car traffic vehicles"), "an empty road"),
    (terms("background"), "a plain white background"),
    (terms("shadow shadows"), "soft, even light"),
)


@dataclass(frozen=True, slots=True)
class _Negation:
    """``sign`` words from ``first`` on, and the phrase they deny, up to ``last``."""

    first: int
    sign: int
    last: int


def negative_wording(reading: Reading, _context: LintContext) -> Iterator[Finding]:
    tokens = reading.tokens
    stop = _negative_prompt(tokens)
    until = 0
    for i in range(len(tokens)):
        if i < until or tokens[i].start >= stop or tokens[i].word not in _SIGNS:
            continue
        if tokens[i].start in unquoted_words(reading) or tokens[i].start in reading.asking:
            continue  # "make the board say no swimming", "why don't you ..."
        found = _negation_at(tokens, i)
        if found is None:
            continue
        until = found.last + 1
        start, end = tokens[found.first].start, tokens[found.last].end
        shown = reading.text[start : tokens[found.sign].end]
        shown = reading.text[start:end] if end - start < 30 else shown
        yield Finding(
            "negative-wording",
            Severity.WARNING,
            start,
            end,
            f"Say what should be there instead of “{shown}”.",
            tuple(_positive(reading, found)),
        )


def _negative_prompt(tokens: Tokens) -> int:
    """Where "negative prompt:" starts; what stands there is syntax of other tools."""
    for i, token in enumerate(tokens[:-1]):
        if token.word == "negative" and tokens[i + 1].word in ("prompt", "prompts", ":"):
            return token.start
    return tokens[-1].end if tokens else 0


def _negation_at(tokens: Tokens, i: int) -> _Negation | None:
    token = tokens[i]
    if not token.is_word:
        return None
    word = token.word
    after = tokens[i + 1] if i + 1 < len(tokens) else None
    before = tokens[i - 1].word if i else ""
    sign = i
    if word in _DO and after is not None and after.word == "not":
        sign = i + 1
        after = tokens[i + 2] if i + 2 < len(tokens) else None
    elif word in _SHORT:
        if (
            word in ("can't", "cant", "won't", "wont", "wouldn't")
            and after is not None
            and (after.word in ("you", "we", "i"))
        ):
            return None  # "can't you ..." is a request
    elif word not in _SINGLE:
        return None
    if word == "cannot" and after is not None and after.word in ("you", "we", "i"):
        return None
    if after is None or not (after.is_word or after.kind in (Kind.QUOTE, Kind.SLOT)):
        if word not in ("nothing", "none"):
            return None
    elif after.word in _HARMLESS_AFTER.get(word, frozenset()):
        return None
    if token.capital and not _opens_sentence(tokens, i):
        return None  # wording that forgot its quotes: "the text No Entry"
    if word == "no" and any(t.lemma in _NOTICES for t in tokens[i + 2 : i + 4]):
        return None  # "the no parking sign"
    if before in _HARMLESS_BEFORE.get(word, frozenset()):
        return None
    if after is not None and after.kind is Kind.COMMA and word in ("no", "nothing", "none"):
        return None
    return _Negation(i, sign, _reach(tokens, sign))


_NOTICES = terms("sign sticker symbol notice label signboard placard board poster")


def _opens_sentence(tokens: Tokens, i: int) -> bool:
    before = next((t for t in reversed(tokens[:i]) if t.kind is not Kind.OTHER), None)
    return before is None or before.kind in (Kind.STOP, Kind.BULLET, Kind.COMMA)


def _reach(tokens: Tokens, sign: int) -> int:
    """The last token of what is denied: to the comma, the stop, or the next clause."""
    last = sign
    for k in range(sign + 1, len(tokens)):
        token = tokens[k]
        if token.kind in (Kind.COMMA, Kind.STOP, Kind.BULLET):
            break
        if token.word in ("but", "while", "and", "then") and _new_clause(tokens, k):
            break
        last = k
    return last


def _new_clause(tokens: Tokens, k: int) -> bool:
    after = tokens[k + 1].word if k + 1 < len(tokens) else ""
    return (
        tokens[k].word in ("but", "while", "then")
        or after in verbs.acts()
        or after
        in (
            "keep",
            "no",
            "not",
            "don't",
            "do",
        )
    )


_MODALS = terms("should must shall will would may can is are be does do did")


def _subject_start(reading: Reading, found: _Negation) -> int:
    """ "The man should not smile" is denied as a whole."""
    tokens = reading.tokens
    before = tokens[found.first - 1].word if found.first else ""
    sign = tokens[found.first].word
    modal = (
        (sign in _MODALS and sign not in ("do", "did"))
        or before in _MODALS
        or (sign in _SHORT and sign not in ("don't", "dont"))
    )
    first = found.first
    while modal and first and tokens[first - 1].kind is Kind.WORD:
        if tokens[first - 1].word in ("and", "but", "while", "so", "that"):
            break
        first -= 1
    return first


def _positive(reading: Reading, found: _Negation) -> Iterator[Fix]:
    tokens = reading.tokens
    subject = _subject_start(reading, found)
    if subject != found.first:
        found = _Negation(subject, found.sign, found.last)
        if not _elsewhere(tokens, found):
            start, end = tokens[subject].start, tokens[found.last].end
            if not any(t.kind is Kind.QUOTE for t in tokens):
                text = cased(reading.text[start], "keep the {subject} exactly the same")
                yield with_slot("Say what stays…", [TextEdit(start, end, text)], "{subject}")
            return
    start, end = tokens[found.first].start, tokens[found.last].end
    rest = tokens[found.sign + 1 : found.last + 1]
    written = reading.text[start : start + 1]
    quoted = any(t.kind is Kind.QUOTE for t in rest)
    word = tokens[found.sign].word
    if rest and word in ("without", "not", "never", *_SHORT):
        base = verbs.inflected().get(rest[0].word, rest[0].word)
        kept = rest[1:]
        if base in _TOUCHING and kept:
            # Never "leave it out": what should be spared would be spared no longer.
            opening = "keeping" if word == "without" and start > 0 else "keep"
            yield Fix("Say what stays", _sparing(reading, cased(written, opening), start, kept))
            return
    named = frozenset(w for t in rest for w in (t.word, t.lemma))
    positive = next((text for words, text in _POSITIVE if named & words), None)
    alone = not _elsewhere(tokens, found)
    if positive is not None and not quoted and word in ("no", "without", "avoid"):
        phrase = f"with {positive}" if start > 0 and not alone else f"keep {positive}"
        edit = TextEdit(start, end, cased(written, phrase))
        slot = "{place}" if "{place}" in phrase else ""
        yield (
            with_slot(f"Say “{positive}”", [edit], slot)
            if slot
            else Fix(f"Say “{positive}”", (edit,))
        )
    if quoted:
        return
    if not alone:
        yield Fix("Leave it out", (removed(reading, start, end),))
    else:
        edit = TextEdit(start, end, cased(written, "keep the {subject} exactly the same"))
        yield with_slot("Say what stays…", [edit], "{subject}")


def _sparing(reading: Reading, opening: str, start: int, kept: Tokens) -> tuple[TextEdit, ...]:
    """ "Keep X exactly the same" around what is spared, which stays as it is written: it may hold
    quotes."""
    if all(t.is_word or t.kind is Kind.COMMA for t in kept):
        phrase = f"{opening} {_kept(reading, kept)} exactly the same"
        return (TextEdit(start, kept[-1].end, phrase),)
    return (
        TextEdit(start, kept[0].start, f"{opening} "),
        TextEdit(kept[-1].end, kept[-1].end, " exactly the same"),
    )


def _kept(reading: Reading, kept: Tokens) -> str:
    if kept[0].word in ("anything", "any", "everything", "it", "them") or (
        kept[0].word in ("other", "the") and "else" in {t.word for t in kept}
    ):
        return "everything else"
    parts: list[str] = []
    for token in kept:
        parts.append(
            "and" if token.word in ("or", "nor") else reading.text[token.start : token.end]
        )
    return " ".join(parts).replace(" ,", ",")


def _elsewhere(tokens: Sequence[Token], found: _Negation) -> bool:
    """Something else is said besides the denial."""
    return any(
        t.is_word and t.word not in grammar.CONJUNCTIONS
        for k, t in enumerate(tokens)
        if k < found.first or k > found.last
    )


RULES = (Rule("negative-wording", "Negative wording", negative_wording),)
