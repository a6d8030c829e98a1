"""Tells whether a clause changes a person, and which side of them: clothes, hair, face, pose ...

Accessories, colours, materials and expressions do not count: a face survives those.
"""

from __future__ import annotations

from enum import Enum

from kontext_studio.prompting.clauses import Clause
from kontext_studio.prompting.phrases import Tokens, core, head, owners, things, words_of
from kontext_studio.prompting.reading import is_style
from kontext_studio.prompting.text import Token
from kontext_studio.prompting.words import grammar, looks, people, terms, verbs
from kontext_studio.prompting.words.verbs import Act


class Aspect(Enum):
    CLOTHES = "clothes"
    HAIR = "hair"
    FACE = "face"
    AGE = "age"
    POSE = "pose"
    ROLE = "role"
    PLACE = "place"


_PERSONAL = terms("him her he she them they me his their my")
_ALONE = terms("him her them me he she they")
_POSES = frozenset(["pose", "posture", "stance", "gesture"])
_MOVES = terms(
    """raise lower lift tilt bend turn rotate cross stretch move extend fold straighten spread
    shift"""
)
_TRIMS = terms("""cut trim shorten lengthen curl straighten braid shave extend style thicken""")
_STILL = terms(
    """eye mouth lip eyebrow smile expression gaze tooth eyelash hair skin nail muscle"""
)
_WEARING = frozenset(["wear", "wears", "wearing", "dressed"])
_SIDES = (Act.CHANGE, Act.REPLACE, Act.SCOPE)


def person_edit(clause: Clause) -> Aspect | None:
    """The side of a person that the clause changes, or None."""
    if _is_about_animal(clause):
        return None
    match clause.act:
        case Act.CHANGE | Act.REPLACE | Act.SCOPE:
            return _swapped(clause)
        case Act.GIVE:
            return _given(clause)
        case Act.DRESS:
            return Aspect.CLOTHES if _is_person(clause.target) else None
        case Act.MAKE | Act.LET:
            return _made(clause)
        case Act.ADD | Act.PUT:
            return _placed(clause)
        case Act.REMOVE:
            noun = head(clause.target)
            return Aspect.HAIR if noun is not None and noun.lemma in people.FACIAL_HAIR else None
        case Act.ADJUST | Act.BODY | Act.COLOUR:
            return _adjusted(clause)
    return None


def _is_about_animal(clause: Clause) -> bool:
    named = {*things(clause.target), *owners(clause.target)}
    if clause.act in (Act.ADD, Act.PUT):
        named |= set(things(clause.state)) if head(clause.target) is not None else set()
    animal = any(noun.lemma in people.ANIMALS for noun in named)
    return animal and not any(people.is_person(noun.lemma) for noun in named)


def _is_person(tokens: Tokens) -> bool:
    """The phrase is a person: by name, or by a pronoun that stands for one."""
    if tokens and tokens[0].word in _ALONE and (len(tokens) == 1 or head(tokens) is None):
        return True
    noun = head(tokens)
    return noun is not None and people.is_person(noun.lemma)


def _is_of_person(tokens: Tokens) -> bool:
    return any(people.is_person(noun.lemma) for noun in owners(tokens)) or bool(
        tokens and tokens[0].word in _PERSONAL
    )


def _swapped(clause: Clause) -> Aspect | None:
    noun = head(clause.target)
    if noun is None:
        if clause.act is Act.SCOPE and _is_person(clause.target) and clause.link is not None:
            return None if is_style(clause.state) else Aspect.ROLE
        return None
    if clause.base == "turn" and (clause.link is None or clause.link.word != "into"):
        return _adjusted(clause)
    state = words_of(core(clause.state))
    if people.is_garment(noun.lemma) and clause.state:
        return Aspect.CLOTHES if _names_garment(clause.state, noun) else None
    if noun.lemma in people.HAIR:
        shaped = state & (people.HAIR_SHAPES | (people.HAIR - {"hair"}))
        return Aspect.HAIR if shaped else None
    if noun.lemma in _POSES and clause.state:
        return Aspect.POSE
    if noun.lemma in people.SHAPE_OF_FACE - {"eye", "skin"} and _is_of_person(clause.target):
        only_colour = state <= looks.COLOURS | grammar.DETERMINERS
        return Aspect.FACE if clause.state and not only_colour else None
    if noun.lemma in ("age",) and clause.state:
        return Aspect.AGE
    if not _is_person(clause.target) or not clause.state or clause.act is Act.REPLACE:
        return None
    if clause.act is Act.SCOPE or clause.link is not None:
        return None if is_style(clause.state) else Aspect.ROLE
    return None


def _names_garment(state: Tokens, old: Token) -> bool:
    """Another piece of clothing is named, not only a colour or a cloth for the same one."""
    new = head(state)
    return new is not None and people.is_garment(new.lemma) and new.lemma != old.lemma


def _given(clause: Clause) -> Aspect | None:
    if not _is_person(core(clause.target)):
        return None
    new = head(clause.state)
    if new is None:
        return None
    if people.is_garment(new.lemma):
        return Aspect.CLOTHES
    if new.lemma in people.HAIR:
        shaped = words_of(clause.state) & people.HAIR_SHAPES or new.lemma != "hair"
        return Aspect.HAIR if shaped else None
    if new.lemma in _POSES:
        return Aspect.POSE
    if new.lemma in people.SHAPE_OF_FACE | {"body", "muscle"}:
        return Aspect.FACE
    return None


def _made(clause: Clause) -> Aspect | None:
    state = clause.state
    said = words_of(state)
    first = next((t for t in state if t.word not in grammar.ADVERBS | grammar.DETERMINERS), None)
    noun = head(clause.target)
    if noun is not None and noun.lemma in people.HAIR:
        return Aspect.HAIR if said & (people.HAIR_SHAPES | people.HAIR) else None
    if noun is not None and noun.lemma in people.SHAPE_OF_FACE and _is_of_person(clause.target):
        return (
            Aspect.FACE
            if said & (people.AGE_AND_BODY | people.BEAUTY | grammar.COMPARATIVES)
            else None
        )
    if (
        noun is not None
        and noun.lemma in ("body", "waist", "leg", "arm")
        and said & grammar.COMPARATIVES
    ):
        return Aspect.AGE
    if not _is_person(clause.target) or first is None:
        return None
    base = verbs.inflected().get(first.word, first.word)
    if said & _WEARING:
        worn = any(people.is_garment(word) for word in said)
        return Aspect.CLOTHES if worn else None
    if said & people.AGE_AND_BODY:
        return Aspect.AGE
    if said & people.BEAUTY:
        return Aspect.FACE
    if first.word in verbs.LOOK_VERBS:
        return Aspect.POSE if said & _LOOKING else None
    if base in verbs.ACTIONS and base not in verbs.EXPRESSIONS_VERB:
        return Aspect.POSE
    if first.word in people.POSES:
        return Aspect.POSE
    if (clause.link is not None and clause.link.word == "into") or _is_person(state):
        return Aspect.ROLE
    return None


_LOOKING = terms("at toward towards up down away over back left right into")


def _placed(clause: Clause) -> Aspect | None:
    noun = head(clause.target)
    on_person = clause.link is not None and (
        any(people.is_person(t.lemma) for t in things(clause.state))
        or bool(clause.state and clause.state[0].word in _ALONE)
    )
    if noun is not None and people.is_garment(noun.lemma) and on_person:
        return Aspect.CLOTHES
    if noun is not None and noun.lemma in people.FACIAL_HAIR and clause.link is not None:
        return Aspect.HAIR
    if clause.act is not Act.PUT or not _is_person(core(clause.target)) or not clause.state:
        return None
    if clause.target[0].word in people.PLURAL_PRONOUNS:  # "put them on the table" may mean cups
        return None
    if noun is not None and not _is_definite(clause.target, noun):
        return None
    return Aspect.PLACE


def _is_definite(target: Tokens, noun: Token) -> bool:
    """ "The woman" is there already; "a woman" is a new one."""
    before = [t.word for t in target if t.start < noun.start]
    return bool(before) and before[0] in (
        "the",
        "this",
        "that",
        "these",
        "those",
        "my",
        "both",
        "all",
    )


def _adjusted(clause: Clause) -> Aspect | None:
    noun = head(clause.target)
    if clause.act is Act.BODY and clause.base == "turn_around":
        return Aspect.POSE
    if noun is None:
        return None
    if noun.lemma in people.HAIR:
        return Aspect.HAIR if clause.base in _TRIMS else None
    if (
        clause.base in _MOVES
        and noun.lemma in people.BODY_PARTS - _STILL
        and _is_of_person(clause.target)
    ):
        return Aspect.POSE
    return None
