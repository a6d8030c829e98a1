"""Are the input pictures there that the instruction speaks of, and does each have a part?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kontext_studio.prompting.context import LintContext
from kontext_studio.prompting.findings import Finding, Fix, Severity, TextEdit
from kontext_studio.prompting.phrases import core, head
from kontext_studio.prompting.reading import Reading
from kontext_studio.prompting.rules.rule import Rule, removed
from kontext_studio.prompting.text import Kind, Token
from kontext_studio.prompting.words import grammar, terms

_PICTURES = terms("image picture photo photograph pic figure fig input img shot reference")
_ORDINALS = {
    word: number
    for number, words in enumerate(
        ("first 1st", "second 2nd", "third 3rd", "fourth 4th", "fifth 5th", "sixth 6th"), 1
    )
    for word in words.split()
}
_NUMBERS = {
    word: number
    for number, word in enumerate("one two three four five six seven eight nine ten".split(), 1)
}
_ALL = terms("both two")
_OTHER = terms("other reference")
_ON_A_WALL = terms("on above over in beside near behind next_to below under")
_OF_PICTURES = terms("light frame rail hook window book wall ledge hanger mount nail")
_REFERRED = terms("number code point line mark book list section table page letter id")
_SIDES = terms("left right top bottom door window end front back")
_HANGING = terms("wall shelf desk table frame fireplace sofa bed mantel mantelpiece floor room")


@dataclass(frozen=True, slots=True)
class Mention:
    """A phrase that means an input picture, the number it needs, and where it stands."""

    first: int
    last: int
    number: int
    has_role: bool = True


def mentions(tokens: Sequence[Token]) -> Iterator[Mention]:
    for i, token in enumerate(tokens):
        if not token.is_word or token.lemma not in _PICTURES:
            continue
        found = _mention_at(tokens, i)
        if found is not None:
            yield found


def _mention_at(tokens: Sequence[Token], i: int) -> Mention | None:
    before = tokens[i - 1].word if i else ""
    earlier = tokens[i - 2].word if i > 1 else ""
    number = _number_after(tokens, i)
    if number is not None:
        last = i + 1
        while last + 2 < len(tokens) and tokens[last + 1].word in ("and", "or", "&"):
            following = _as_number(tokens[last + 2])
            if following is None:
                break
            number, last = max(number, following), last + 2
        return Mention(i, last, number)
    if _is_thing(tokens, i) or (tokens[i].lemma == "reference" and _names_more(tokens, i)):
        return None
    begin = i - 2 if earlier in ("the", "a", "my", "this", "that") else i - 1
    plural = tokens[i].word != tokens[i].lemma
    if before in _ORDINALS:
        return Mention(begin, i, _ORDINALS[before])
    if before in _OTHER or (tokens[i].lemma == "reference" and before == "the"):
        ends = i + 1 if tokens[i].lemma == "reference" and _next_is_picture(tokens, i) else i
        return Mention(max(begin, 0), ends, 2)
    if tokens[i].lemma == "reference":
        return None
    if plural and (before in _ALL or (before in ("the", "of") and earlier in _ALL)):
        return Mention(begin, i, 2, has_role=False)
    if plural and before in _NUMBERS and (earlier in ("the", "all", "these", "both") or i == 2):
        return Mention(begin, i, _NUMBERS[before], has_role=False)
    if before in ("left", "right") and not plural:
        return Mention(begin, i, 1)
    return None


def _number_after(tokens: Sequence[Token], i: int) -> int | None:
    after = tokens[i + 1] if i + 1 < len(tokens) else None
    if after is None or (i and tokens[i - 1].word in ("a", "an")):
        return None
    if after.word in ("number", "no", "#") and i + 2 < len(tokens):
        after = tokens[i + 2]
    if after.kind is Kind.NUMBER or after.kind is Kind.BULLET:
        return _as_number(after)
    return _NUMBERS.get(after.word) if after.word != "one" or i + 2 >= len(tokens) else None


def _as_number(token: Token) -> int | None:
    digits = token.word.rstrip(".)")
    return int(digits) if digits.isdecimal() and len(digits) < 3 else _NUMBERS.get(token.word)


def _names_more(tokens: Sequence[Token], i: int) -> bool:
    """ "The reference number", not "the reference image", "the reference for the sky"."""
    after = tokens[i + 1] if i + 1 < len(tokens) else None
    return after is not None and after.lemma in _REFERRED


def _next_is_picture(tokens: Sequence[Token], i: int) -> bool:
    return i + 1 < len(tokens) and tokens[i + 1].lemma in _PICTURES


def _is_thing(tokens: Sequence[Token], i: int) -> bool:
    """A picture that hangs in the scene: "the second picture on the wall"."""
    if any(t.word in ("framed", "hanging", "hung") for t in tokens[max(0, i - 3) : i + 2]):
        return True
    after = tokens[i + 1 : i + 4]
    if after and after[0].lemma in _OF_PICTURES:
        return True  # "a second picture light"
    if [t.word for t in after[:2]] == ["from", "the"] and after[2:] and after[2].word in _SIDES:
        return True  # "the second picture from the left"
    hangs = any(t.lemma in _HANGING for t in tokens[i + 1 : i + 5])
    return bool(after) and after[0].word in _ON_A_WALL and hangs


def image_number(reading: Reading, context: LintContext) -> Iterator[Finding]:
    known = context.inputs
    if known is None:
        return
    for mention in mentions(reading.tokens):
        if mention.number <= known:
            continue
        start = reading.tokens[mention.first].start
        end = reading.tokens[mention.last].end
        plural = "picture" if known == 1 else "pictures"
        yield Finding(
            "image-number",
            Severity.ERROR,
            start,
            end,
            f"There is only {known} input {plural}."
            if known < 2
            else f"There are only {known} input {plural}.",
            (Fix("Add a picture", command="add-picture"), *_dropped(reading, mention)),
        )


def _dropped(reading: Reading, mention: Mention) -> Iterator[Fix]:
    """ "From image 2" can go; a picture that is what the sentence is about cannot."""
    tokens = reading.tokens
    at = mention.first
    leads = tokens[at - 1].word if at else ""
    if leads in ("from", "in", "of", "on") and at > 1 and tokens[at - 2].is_word:
        yield Fix(
            "Leave the phrase out",
            (removed(reading, tokens[at - 1].start, tokens[mention.last].end),),
        )


def image_roles(reading: Reading, context: LintContext) -> Iterator[Finding]:
    if context.inputs is None or context.inputs < 2:
        return
    if any(mention.has_role for mention in mentions(reading.tokens)):
        return
    words = [t for t in reading.tokens if t.kind is not Kind.STOP]
    if not words:
        return
    yield Finding(
        "image-roles",
        Severity.HINT,
        words[0].start,
        words[-1].end,
        "Say what comes from which picture.",
        tuple(_roles(reading)),
    )


def _roles(reading: Reading) -> Iterator[Fix]:
    nouns: list[Token] = []
    for clause in reading.edits:
        for phrase in (clause.target, clause.state):
            noun = head(core(phrase))
            if noun is not None and noun.is_word and not noun.possessive:
                nouns.append(noun)
    spots = [noun.end for noun in nouns if noun.word not in grammar.PRONOUNS][:2]
    edits = tuple(TextEdit(at, at, f" from image {n}") for n, at in enumerate(sorted(spots), 1))
    if edits:
        yield Fix("Say from which picture", edits)
    yield Fix("Start from a template", command="templates")


RULES = (
    Rule("image-number", "No such input picture", image_number, reads_wording=False),
    Rule("image-roles", "Several pictures, no roles", image_roles, reads_wording=False),
)
