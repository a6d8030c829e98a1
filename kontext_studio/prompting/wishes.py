"""Ways of asking that are no plain command: "could you ...", "I want the X to be Y", "what if".

It finds where the frame ends and what is wished for; what the wish means is read elsewhere.
"""

from __future__ import annotations

from dataclasses import replace

from kontext_studio.prompting.frames import FIRST_WORDS, order_frame, wish_frame
from kontext_studio.prompting.phrases import Tokens
from kontext_studio.prompting.predicates import begins_known, is_done, parted, passive_of
from kontext_studio.prompting.text import Kind
from kontext_studio.prompting.words import grammar, terms, verbs
from kontext_studio.prompting.words.expressions import Expressions

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
    if i < len(row) and row[i].is_word and not _may_lead(row[i].word):
        return i
    moved = True
    while moved and i < len(row):
        moved = False
        frame = order_frame(row, i)
        if frame:
            i += frame
            moved = True
        while i < len(row) and (
            row[i].kind in (Kind.COMMA, Kind.OTHER, Kind.MARK)
            or (row[i].word in grammar.LEAD_INS and row[i].is_word)
            or _is_manner(row, i)
        ):
            i += 1
            moved = True
    return i


_LEADING = FIRST_WORDS | grammar.LEAD_INS


def _may_lead(word: str) -> bool:
    return word in _LEADING or word.endswith("ly")


def _is_manner(row: Tokens, i: int) -> bool:
    """ "Cartoonishly enlarge the eyes"."""
    after = row[i + 1].word if i + 1 < len(row) else ""
    return row[i].word.endswith("ly") and after in verbs.acts() and row[i].word not in verbs.acts()


def statement(row: Tokens) -> tuple[Tokens, Tokens] | None:
    """The thing and what is said of it: "The car should be red", "I want the car to be red",
    "This girl is now holding ...", "Could the car be red"."""
    words = [token.word for token in row]
    wish = wish_frame(row, 0)
    if wish and words[wish : wish + 1] != ["if"] and words[wish : wish + 2] != ["it", "if"]:
        return _wished(row[wish + (words[wish : wish + 1] == ["for"]) :])
    if len(row) > 2 and words[0] in _INVERTED and words[1] not in _NOT_ASKED_OF:
        asked = _asked_of(row[1:])
        if asked is not None:
            return asked
    if words[:2] == ["what", "if"] and len(row) > 3:
        for i in range(2, len(row)):
            if words[i] in ("were", "was", "is", "had", "became", "are"):
                return row[2:i], row[i + 1 :]
    if "if" in words[1:7] and words[0] in ("it", "would", "i", "how"):
        at = words.index("if")  # "it would be nice if the sky were orange"
        for i in range(at + 2, len(row)):
            if words[i] in ("were", "was", "is", "had", "became", "are", "could", "would"):
                return row[at + 1 : i], row[i + 1 :]
    if words[:1] == ["what"] and "if" in words:
        at = words.index("if")
        return row[at + 1 : at + 2], row[at + 2 :]
    if words[:1] == ["now"]:  # "now the dog is on a boat"
        at = next((i for i in range(2, min(7, len(words) - 1)) if words[i] in grammar.BE), 0)
        if at:
            return row[1:at], row[at + 1 :]
    for i, word in enumerate(words):
        if i == 0:
            continue
        if word in _MAY and words[i + 1 : i + 2] in (["be"], ["have"], ["wear"]):
            return row[:i], row[i + 1 :]
        if word in ("has", "have", "need", "had", "wants") and words[i + 1 : i + 2] == ["to"]:
            return row[:i], row[i + 2 :]
        if word == "to" and words[i + 1 : i + 2] == ["be"] and words[0] in _KNOWN:
            return tuple(t for t in row[:i] if t.word != "please"), row[i + 1 :]
        if word in ("needs", "need", "wants") and row[i + 1 : i + 2]:
            done = passive_of(row[i + 1])
            if done is not None:  # "the wall needs painting"
                return row[:i], (done, *row[i + 2 :])
        if word in ("should", "must", "shall", "needs", "ought") and i + 1 < len(row):
            return row[:i], row[i + 1 :]
        if word == "now" and not any(w in verbs.acts() for w in words[:1]):
            named = row[:i]
            if named[-1].possessive:  # "the boy's now on a ship"
                named = (*named[:-1], replace(named[-1], possessive=False))
            while named and named[-1].word in grammar.BE:
                named = named[:-1]
            return named, row[i + 1 :]
    return None


_KNOWN = frozenset(["the", "my", "his", "her", "this", "that", "all"])
_MAY = terms("could can may might")
_INVERTED = terms("can could would will should may might shall must")
_NOT_ASKED_OF = terms("you u we i there if someone somebody anyone anybody not be")
_BECOMING = terms("be become have get go disappear vanish")


def _wished(rest: Tokens) -> tuple[Tokens, Tokens]:
    """ "The car to be red", "the car in red", "the car painted red"; else all is the wish."""
    if len(rest) > 1 and rest[0].word == "that" and begins_known(rest[1:]):
        rest = rest[1:]  # "I wish that the car were red"
    for i, token in enumerate(rest):
        if token.kind is Kind.COMMA:
            break
        if token.word == "to" and i and _is_infinitive(rest, i + 1) and not is_done(rest[:i]):
            return rest[:i], rest[i + 1 :]
        if token.word in _WERE and i and begins_known(rest):
            return rest[:i], rest[i + 1 :]
    return parted(rest) or ((), rest)


_WERE = terms("were was is are")


def _is_infinitive(row: Tokens, i: int) -> bool:
    """ "To be", "to smile", "to all be", but not "to the left"."""
    if i >= len(row) or not row[i].is_word:
        return False
    word = row[i].word
    return word == "all" or not (word in grammar.DETERMINERS or word in grammar.PRONOUNS)


def _asked_of(rest: Tokens) -> tuple[Tokens, Tokens] | None:
    """ "(Could) the car be red"."""
    for i, token in enumerate(rest):
        if token.kind is Kind.COMMA:
            break
        if i and token.word in _BECOMING:
            gone = token.word in ("go", "disappear", "vanish")
            return rest[:i], rest[i if gone or token.word == "have" else i + 1 :]
    return parted(rest)


def states_wish(row: Tokens, i: int) -> bool:
    """ "..., the fence should be black", "..., I'd like it black": no verb of command."""
    if wish_frame(row, i):
        return True
    if row[i].word in _INVERTED:
        return begins_known(row[i + 1 :])
    if row[i].word not in ("the", "his", "her", "its", "their", "all", "this", "that"):
        return False
    for k in range(i + 1, min(i + 7, len(row))):
        word = row[k].word
        if row[k].kind is Kind.COMMA or word in grammar.PREPOSITIONS:
            return False
        if word in ("should", "must", "shall", "needs", "ought"):
            return True
        if word == "could" and row[k + 1 : k + 2] and row[k + 1].word == "be":
            return True
    return False


def wished_thing(row: Tokens, i: int) -> int | None:
    """Where the thing begins in "could there be a bird in the sky?", "can we have a giraffe"."""
    if i >= len(row) or not _EXISTENTIAL.begins(row[i].word):
        return None
    frame = _EXISTENTIAL.at([token.word for token in row[i : i + 5]], 0)
    at = i + len(frame)
    return at if frame and at < len(row) and not begins_known(row[at:]) else None


def asking_length(row: Tokens) -> int:
    """How many tokens only ask: "could you please", "I'd like"."""
    at = skip_lead_in(row, 0)
    return at + wish_frame(row, at)
