"""Finds what a verb works on and what it becomes, by the verb's own pattern: change X to Y,
replace X with Y, make X Y, give X Y, put X somewhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kontext_studio.prompting.phrases import Tokens, head, is_name, split_predicate
from kontext_studio.prompting.text import Kind, Token
from kontext_studio.prompting.words import grammar, looks, people, places, terms, verbs
from kontext_studio.prompting.words.verbs import Act

Arguments = tuple[Tokens, Token | None, Tokens]

_INTO = ("to", "into")
_LINKS = {
    Act.CHANGE: ("to", "into", "as", "for", "by", "so", "from"),
    Act.SCOPE: ("to", "into", "as", "from"),
    Act.REPLACE: ("with", "by", "for", "to", "into", "from"),
    Act.STYLE: ("to", "into", "as", "in", "like", "with", "using"),
    Act.COLOUR: ("with", "in", "to", "into", "using"),
    Act.DRESS: ("in", "with", "as"),
    Act.ADJUST: ("to", "by", "with", "so", "into", "from"),
    Act.JUDGE: ("by", "with", "to", "so"),
    Act.BODY: ("to", "toward", "towards"),
    Act.REMOVE: ("from",),
}
_SIDES = places.REAL_PLACE_MARKS | {"back"}


def arguments(base: str, act: Act, rest: Sequence[Token]) -> Arguments:
    """Target, linking word and state of a verb whose following tokens are ``rest``."""
    row = tuple(rest)
    if row and row[0].word in verbs.PARTICLES:
        prepositional = row[0].word in ("in", "on", "over") and act is not Act.PUT
        row = row if prepositional else row[1:]
    if base == "make" and len(row) > 2 and row[0].lemma in ("adjustment", "change", "alteration"):
        return _linked(row[2:], _LINKS[Act.CHANGE])  # "make adjustments to X to show Y"
    if base in ("make", "create", "draw", "generate"):
        found = _picture_of(row)
        if found is not None:
            return found
    if base == "set":
        found = _linked(row, ("to", "in", "at", "into", "on", "as"))
        later = next((i for i, t in enumerate(found[2]) if t.word in _INTO), None)
        if later is not None and _is_value(found[2][later + 1 :]):
            return _linked(row, _INTO)  # "set the date on the flyer to 14 March"
        return found if found[1] is not None else _made(row)
    if act in (Act.MAKE, Act.LET):
        return _made(row)
    if act is Act.GIVE:
        return _given(row)
    if base in ("show", "present"):
        found = _linked(row, ("as",))
        return found if found[1] is not None else _placed(row)
    if act in (Act.PUT, Act.ADD, Act.WRITE, Act.USE):
        return _placed(row)
    if act is Act.REPLACE:
        return _replaced(row)
    if base == "swap" and rest and rest[0].word == "in":
        return _placed(row[1:])
    if base in _COVERING:
        return _covered(row)
    found = _linked(row, _LINKS.get(act, ()))
    if base == "turn" and found[1] is None:
        return (*split_predicate(row)[:1], None, split_predicate(row)[1])
    if found[1] is None and act in (Act.COLOUR, Act.CHANGE, Act.ADJUST):
        target, state = split_predicate(row)
        if _trails(state):
            return target, None, state
        if act is Act.CHANGE:
            return _changed_with(row)
    return found


# "Upholster the chair in velvet": what the thing is covered with.
_COVERING = terms(
    """upholster reupholster clad tile retile wallpaper panel plaster pave repave carpet wrap cover
    drape swathe line coat thatch shingle slate face clothe sheathe"""
)


def _covered(row: Tokens) -> Arguments:
    for i in range(len(row) - 2, 0, -1):
        known = row[i + 1].word in grammar.DETERMINERS - {"a", "an"}
        if row[i].word in ("in", "with") and not known:
            return row[:i], row[i], row[i + 1 :]
    return row, None, ()


def _is_value(row: Tokens) -> bool:
    """ "14 March", "'Open'", not "the door"."""
    return bool(row) and row[0].word not in grammar.DETERMINERS


def _picture_of(row: Tokens) -> Arguments | None:
    """ "Make a cartoon of this photo": the photo becomes what stands first."""
    for i, token in enumerate(row):
        if i and token.word in ("of", "from", "out of") and row[0].word in ("a", "an"):
            rest = row[i + 1 :]
            noun = head(rest)
            definite = bool(rest) and rest[0].word in ("this", "the", "my", "that")
            alone = len(rest) == 1 and rest[0].word in ("this", "it", "that", "me")
            if alone or (definite and noun is not None and noun.lemma in places.WHOLE_PICTURE):
                return rest, token, row[:i]
    return None


def _trails(state: Tokens) -> bool:
    """ "change the sofa red": a colour or a degree right behind the noun is the new state."""
    first = state[0] if state else None
    if first is None:
        return False
    return (
        first.kind in (Kind.COLOUR_CODE, Kind.SLOT)
        or looks.is_colour(first.lemma)
        or first.word in grammar.COMPARATIVES
        or first.word in looks.RELATIVE_TONES
        or first.word
        in (
            "a",
            "an",
            "another",
            "some",
            "more",
            "less",
            "light",
            "dark",
            "deep",
            "bright",
            "pale",
            "to",
        )
    )


def _linked(row: Tokens, links: Iterable[str]) -> Arguments:
    wanted = frozenset(links)
    for i, token in enumerate(row):
        if token.word not in wanted or is_direction(row, i):
            continue
        if token.word == "from":  # "from blue to red": the state is behind the next link
            after = next((j for j in range(i + 1, len(row)) if row[j].word in _INTO), None)
            if after is None:
                continue
            return row[:i] or row[i + 1 : after], row[after], row[after + 1 :]
        if token.word == "for" and i and row[i - 1].word in ("except", "room"):
            continue
        return row[:i], token, row[i + 1 :]
    return row, None, ()


def _changed_with(row: Tokens) -> Arguments:
    """ "change the sky with clouds" has a state, "change the man with the beard" has none."""
    for i, token in enumerate(row):
        definite = i + 1 < len(row) and row[i + 1].word in ("the", "his", "her", "its", "their")
        if token.word in ("with", "using", "like") and i and not definite:
            return row[:i], token, row[i + 1 :]
        if token.word == "in" and i and not definite and _is_new_in(row, i):
            return row[:i], token, row[i + 1 :]
    return row, None, ()


def _is_new_in(row: Tokens, i: int) -> bool:
    """ "Change the robot in different colour", "change street in river"."""
    rest = row[i + 1 :]
    bare = not any(t.word in grammar.DETERMINERS for t in (*row[:i], *rest))
    slot = bool(rest) and rest[0].kind is Kind.SLOT
    return bare or slot or any(t.lemma in looks.COLOUR_NOUNS for t in rest)


def is_direction(row: Sequence[Token], i: int) -> bool:
    """ "to" in "to the left of", "next to", "close to"."""
    if row[i].word != "to":
        return False
    if i and row[i - 1].word in ("next", "close", "near", "similar", "due", "according"):
        return True
    after = [token.word for token in row[i + 1 : i + 3]]
    return len(after) == 2 and after[0] in ("the", "its", "his", "her") and after[1] in _SIDES


def _replaced(row: Tokens) -> Arguments:
    target, link, state = _linked(row, _LINKS[Act.REPLACE])
    if link is not None and link.word == "with" and state and state[0].word == "the":
        # "replace the man with the hat with a robot": the last "with" is the link
        later = next((i for i, token in enumerate(state) if token.word in ("with", "by")), None)
        if later is not None and target:
            cut = len(target) + 1 + later
            return row[:cut], row[cut], row[cut + 1 :]
    return target, link, state


def _made(row: Tokens) -> Arguments:
    target, state = split_predicate(row)
    if not state:
        return _linked(row, ("into", "like", "as", "out of", "from", "with", "to"))
    if state and state[0].word in ("into", "like", "as", "out of", "to", "from"):
        return target, state[0], state[1:]
    return target, None, state


def _given(row: Tokens) -> Arguments:
    for i, token in enumerate(row):
        if token.word == "to" and i and head(row[:i]) is not None and not is_direction(row, i):
            return row[i + 1 :], token, row[:i]
    if row and row[0].word in grammar.PRONOUNS:
        return row[:1], None, row[1:]
    seen_noun = False
    for i, token in enumerate(row):
        if seen_noun and (token.word in grammar.ARTICLES or token.kind in (Kind.SLOT, Kind.NUMBER)):
            return row[:i], None, row[i:]
        if seen_noun and looks.is_colour(token.word) and _is_being(row[i - 1]):
            return row[:i], None, row[i:]  # "give the actress auburn hair"
        if token.word in grammar.PREPOSITIONS and token.word != "of":
            seen_noun = False
        elif is_name(token) and not token.possessive:
            # "give the girl long hair": no article parts them
            if seen_noun and i + 1 >= len(row) and row[i - 1].word not in grammar.PREPOSITIONS:
                return row[:i], None, row[i:]
            seen_noun = True
        elif seen_noun and (grammar.is_adjective(token.word) or token.word in ("some", "more")):
            return row[:i], None, row[i:]
    target, state = split_predicate(row)
    return target, None, state


def _is_being(token: Token) -> bool:
    return people.is_person(token.lemma) or people.is_animal(token.lemma)


def _placed(row: Tokens) -> Arguments:
    for i, token in enumerate(row):
        if not i:
            continue
        if token.word in grammar.PLACE_PREPOSITIONS or token.word == "to":
            return row[:i], token, row[i + 1 :]
        if token.word in (
            "left",
            "right",
            "up",
            "down",
            "closer",
            "further",
            "back",
            "away",
            "here",
        ) and (head(row[:i]) is not None or row[0].word in grammar.PRONOUNS):
            return row[:i], None, row[i:]
    return row, None, ()
