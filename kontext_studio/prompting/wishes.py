"""Ways of asking that are no plain command: "could you ...", "I want the X to be Y", "what if".

It finds where the frame ends and what is wished for; what the wish means is read elsewhere.
"""

from __future__ import annotations

from dataclasses import replace

from kontext_studio.prompting.phrases import Tokens
from kontext_studio.prompting.text import Kind
from kontext_studio.prompting.words import grammar, verbs
from kontext_studio.prompting.words.expressions import Expressions

_FRAMES = Expressions(
    (
        "can you",
        "could you",
        "can u",
        "could u",
        "would u",
        "would you",
        "will you",
        "would you mind",
        "could you be so kind as to",
        "would you be so kind as to",
        "be so kind as to",
        "i want you to",
        "i would like you to",
        "i'd like you to",
        "i need you to",
        "i want to",
        "i would like to",
        "i'd like to",
        "i need to",
        "let's",
        "let us",
        "we should",
        "we must",
        "we need to",
        "we could",
        "we can",
        "you should",
        "you must",
        "you can",
        "help me",
        "help me to",
        "try to",
        "make sure to",
        "feel free to",
        "how about",
        "i was thinking",
        "i was thinking that",
        "i think",
        "i think that",
        "go ahead and",
        "would it be possible to",
        "would it be possible for you to",
        "is it possible to",
        "i was wondering if you could",
        "i wonder if you could",
    )
)
_WISHES = Expressions(
    (
        "i want",
        "i would like",
        "i'd like",
        "i'd love",
        "i would love",
        "i need",
        "i wish",
        "we want",
        "we need",
    )
)


_EXISTENTIAL = Expressions(
    (
        "could there be",
        "can there be",
        "would there be",
        "let there be",
        "have there be",
        "there should be",
        "there must be",
        "there shall be",
        "there is now",
        "there are now",
        "can we have",
        "could we have",
        "can i have",
        "could i have",
        "can we get",
        "i want to see",
        "i would like to see",
        "i'd like to see",
    )
)


def skip_lead_in(row: Tokens, i: int) -> int:
    """Past politeness and request frames, to the word that should be the verb."""
    moved = True
    while moved and i < len(row):
        moved = False
        if _FRAMES.begins(row[i].word):
            frame = _FRAMES.at([token.word for token in row[i : i + 7]], 0)
            i += len(frame)
            moved = bool(frame)
        while i < len(row) and (
            row[i].kind in (Kind.COMMA, Kind.OTHER, Kind.MARK)
            or (row[i].word in grammar.LEAD_INS and row[i].is_word)
            or _is_manner(row, i)
        ):
            i += 1
            moved = True
    return i


def _is_manner(row: Tokens, i: int) -> bool:
    """ "Cartoonishly enlarge the eyes"."""
    after = row[i + 1].word if i + 1 < len(row) else ""
    return row[i].word.endswith("ly") and after in verbs.acts() and row[i].word not in verbs.acts()


def statement(row: Tokens) -> tuple[Tokens, Tokens, str] | None:
    """ "The car should be red", "I want the car to be red", "This girl is now holding ..."."""
    words = [token.word for token in row]
    wish = _WISHES.at(words, 0) if words else ()
    if wish:
        rest = row[len(wish) :]
        if rest and rest[0].word == "for":
            rest = rest[1:]
        for i, token in enumerate(rest):
            if token.word == "to" and i:
                return rest[:i], rest[i + 1 :], "want"
        return (), rest, "want"
    if words[:2] == ["what", "if"] and len(row) > 3:
        for i in range(2, len(row)):
            if words[i] in ("were", "was", "is", "had", "became", "are"):
                return row[2:i], row[i + 1 :], "if"
    if "if" in words[1:7] and words[0] in ("it", "would", "i", "how"):
        at = words.index("if")  # "it would be nice if the sky were orange"
        for i in range(at + 2, len(row)):
            if words[i] in ("were", "was", "is", "had", "became", "are", "could", "would"):
                return row[at + 1 : i], row[i + 1 :], "if"
    if words[:1] == ["what"] and "if" in words:
        at = words.index("if")
        return row[at + 1 : at + 2], row[at + 2 :], "if"
    if words[:1] == ["now"]:  # "now the dog is on a boat"
        at = next((i for i in range(2, min(7, len(words) - 1)) if words[i] in grammar.BE), 0)
        if at:
            return row[1:at], row[at + 1 :], "now"
    for i, word in enumerate(words):
        if i == 0:
            continue
        if word == "could" and words[i + 1 : i + 2] in (["be"], ["have"], ["wear"]):
            return row[:i], row[i + 1 :], word
        if word == "to" and words[i + 1 : i + 2] == ["be"] and words[0] in _KNOWN:
            return tuple(t for t in row[:i] if t.word != "please"), row[i + 1 :], word
        if word in ("should", "must", "shall", "needs", "ought") and i + 1 < len(row):
            return row[:i], row[i + 1 :], word
        if word == "now" and not any(w in verbs.acts() for w in words[:1]):
            named = row[:i]
            if named[-1].possessive:  # "the boy's now on a ship"
                named = (*named[:-1], replace(named[-1], possessive=False))
            while named and named[-1].word in grammar.BE:
                named = named[:-1]
            return named, row[i + 1 :], word
    return None


_KNOWN = frozenset(["the", "my", "his", "her", "this", "that", "all"])


def states_wish(row: Tokens, i: int) -> bool:
    """ "..., the fence should be black", "..., I'd like it black": no verb of command."""
    if _WISHES.begins(row[i].word) and _WISHES.at([t.word for t in row[i : i + 3]], 0):
        return True
    if row[i].word not in ("the", "his", "her", "its", "their", "all", "this", "that"):
        return False
    for token in row[i + 1 : i + 7]:
        if token.kind is Kind.COMMA or token.word in grammar.PREPOSITIONS:
            return False
        if token.word in ("should", "must", "shall"):
            return True
    return False


def wished_thing(row: Tokens, i: int) -> int | None:
    """Where the thing begins in "could there be a bird in the sky?", "can we have a giraffe"."""
    if i >= len(row) or not _EXISTENTIAL.begins(row[i].word):
        return None
    frame = _EXISTENTIAL.at([token.word for token in row[i : i + 5]], 0)
    return i + len(frame) if frame and i + len(frame) < len(row) else None
