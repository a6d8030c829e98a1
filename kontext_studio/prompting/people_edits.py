"""Tells whether a clause changes a person, and which side of them: clothes, hair, face, pose ...

Accessories, colours, materials and expressions do not count: a face survives those.
"""

from __future__ import annotations

from enum import Enum

from kontext_studio.prompting.clauses import Clause
from kontext_studio.prompting.phrases import Tokens, core, head, owners, things, words_of
from kontext_studio.prompting.reading import is_style
from kontext_studio.prompting.text import Kind, Token
from kontext_studio.prompting.words import grammar, lexicon, looks, people, places, terms, verbs
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
_ALONE = terms("him her them me us he she they we")
_POSES = frozenset(["pose", "posture", "stance", "gesture"])
_MOVES = terms(
    """raise lower lift tilt bend turn rotate cross stretch move extend fold straighten spread
    shift"""
)
_TRIMS = terms("""cut trim shorten lengthen curl straighten braid shave extend style thicken""")
_SLIMMING = terms("slim slenderize slenderise thin fatten plump bulk")
# Verbs that give a face another form; what they do to eyes, lips and skin alone is make-up.
_SHAPING = terms(
    """narrow widen slim enlarge shrink reshape sculpt lift lengthen shorten straighten resize raise
    round square fill augment contour chisel define plump flatten"""
)
_SLIMMED = people.BODY_PARTS | {"waist", "figure", "face"}
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
            if clause.base in ("show", "present") and _is_person(core(clause.target)):
                shown = clause.link is not None and clause.link.word == "as"
                other = _is_person(core(clause.state)) or not is_style(clause.state)
                return Aspect.ROLE if shown and other else None
            return Aspect.AGE if _gains_or_loses(clause) else _placed(clause)
        case Act.REMOVE:
            noun = head(clause.target)
            if _gains_or_loses(clause):
                return Aspect.AGE
            if clause.base == "shave" and _is_person(clause.target):
                return Aspect.HAIR
            if clause.base in _MOVES:
                return _adjusted(clause)
            shorn = noun is not None and noun.lemma in people.FACIAL_HAIR
            return Aspect.HAIR if shorn and not _is_on_a_thing(clause) else None
        case Act.STYLE:
            as_other = clause.link is not None and clause.link.word in ("as", "into", "to")
            shown = as_other and _is_person(clause.target) and not is_style(clause.state)
            return Aspect.ROLE if shown else None
        case Act.ADJUST | Act.BODY | Act.COLOUR:
            return _adjusted(clause)
    return None


def _gains_or_loses(clause: Clause) -> bool:
    """ "Take ten kilos off the groom", "add ten years to the groom"."""
    measured = any(t.word in _WEIGHTS or t.lemma in ("year", "decade") for t in clause.target)
    off = next((i for i, t in enumerate(clause.target) if t.word == "off"), len(clause.target))
    return measured and _is_person(clause.target[off + 1 :] or clause.state)


def _is_about_animal(clause: Clause) -> bool:
    named = {*things(clause.target), *owners(clause.target)}
    if clause.act in (Act.ADD, Act.PUT):
        named |= set(things(clause.state)) if head(clause.target) is not None else set()
    animal = any(people.is_animal(noun.lemma) for noun in named)
    return animal and not any(people.is_person(noun.lemma) for noun in named)


def _is_person(tokens: Tokens) -> bool:
    """The phrase is a person: by name, or by a pronoun that stands for one."""
    if tokens and tokens[0].word in _ALONE and (len(tokens) == 1 or head(tokens) is None):
        return True
    noun = head(tokens)
    if noun is None or not people.is_person(noun.lemma):
        return False
    return noun.lemma not in people.GARMENTS or noun.word == noun.lemma  # "the trainers"


def _is_on_a_thing(clause: Clause) -> bool:
    """ "The fringe of the scarf", "the beard from the poster"."""
    at = next((i for i, t in enumerate(clause.target) if t.word in ("from", "on", "off")), None)
    bearer = clause.state if at is None else clause.target[at + 1 :]
    owner = owners(clause.target) or things(bearer)
    return bool(owner) and not any(
        _may_wear(one) and one.lemma not in places.IMAGES for one in owner
    )


def _is_of_person(tokens: Tokens) -> bool:
    return any(people.is_person(noun.lemma) for noun in owners(tokens)) or bool(
        tokens and tokens[0].word in _PERSONAL
    )


_STYLED_HAIR = people.HAIR_SHAPES | people.HAIR - {"hair"}


_FACE_FORMS = people.SHAPE_OF_FACE - {"eye", "skin"}


def _swapped(clause: Clause) -> Aspect | None:
    noun = head(clause.target)
    if noun is None:
        if clause.act is Act.SCOPE and _is_person(clause.target) and clause.link is not None:
            return None if is_style(clause.state) else Aspect.ROLE
        return None
    if clause.base == "turn" and (clause.link is None or clause.link.word != "into"):
        faces = {t.word for t in clause.tokens} & _TURNED
        return Aspect.POSE if faces and _is_person(clause.target) else _adjusted(clause)
    state = words_of(core(clause.state))
    if people.is_garment(noun.lemma) and not clause.state:
        exchanged = clause.act is Act.REPLACE and any(map(_is_someone, owners(clause.target)))
        return Aspect.CLOTHES if exchanged else None
    if people.is_garment(noun.lemma):
        owned = owners(clause.target)
        if owned and not any(_may_wear(owner) for owner in owned):
            return None  # "the mannequin's dress"
        return Aspect.CLOTHES if _names_garment(clause.state, noun) else None
    if noun.lemma in people.HAIR:
        shaped = state & _STYLED_HAIR
        return Aspect.HAIR if shaped else None
    if noun.lemma in _POSES and clause.state:
        return Aspect.POSE
    if noun.lemma in ("action", "activity") and clause.state and _is_of_person(clause.target):
        return Aspect.POSE
    if noun.lemma in _FACE_FORMS and _is_of_person(clause.target):
        only_colour = all(looks.is_colour(w) for w in state - grammar.DETERMINERS)
        return Aspect.FACE if clause.state and not only_colour else None
    if noun.lemma in ("age",) and clause.state:
        return Aspect.AGE
    if not _is_person(clause.target) or not clause.state or clause.act is Act.REPLACE:
        return None
    if clause.act is Act.SCOPE or clause.link is not None:
        return None if is_style(clause.state) else Aspect.ROLE
    return None


_TURNED = terms("around round away back left right toward towards facing face sideways")


def _may_wear(owner: Token) -> bool:
    return owner.capital or people.may_be_person(owner.lemma) or owner.kind is Kind.SLOT


def _is_someone(owner: Token) -> bool:
    return people.is_person(owner.lemma)


_ON_FEET = terms(
    """skate rollerblade rollerskate flipper snowshoe crampon stilt ski pump mule oxford derby wedge
    flat"""
)


def _names_garment(state: Tokens, old: Token) -> bool:
    """Another piece of clothing is named, not only a colour or a cloth for the same one."""
    new = head(state)
    if new is None or new.lemma == old.lemma:
        return False
    return people.is_garment(new.lemma) or new.lemma in _ON_FEET


_FORMS = people.SHAPE_OF_FACE | terms(
    """body muscle shoulder chest waist hip leg arm neck thigh figure physique build abs six-pack
    biceps belly bust curves waistline jowl paunch"""
)


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
    if new.lemma in ("head", "scalp") and words_of(clause.state) & (people.HAIR_SHAPES | {"bare"}):
        return Aspect.HAIR  # "a shaved head"
    if new.lemma in _FORMS:
        return Aspect.FACE
    return None


_LIT = terms("brighter darker lighter warmer cooler sharper clearer softer smoother dimmer")
_OTHER_FACE = people.AGE_AND_BODY | people.BEAUTY | (grammar.COMPARATIVES - _LIT)


_BEFORE_STATE = grammar.ADVERBS | grammar.DETERMINERS


_HAIRY = people.HAIR_SHAPES | people.HAIR


def _made(clause: Clause) -> Aspect | None:
    state = clause.state
    said = words_of(state)
    first = next((t for t in state if t.word not in _BEFORE_STATE), None)
    noun = head(clause.target)
    if noun is not None and noun.lemma in people.HAIR:
        return Aspect.HAIR if said & _HAIRY else None
    if noun is not None and noun.lemma in people.SHAPE_OF_FACE and _is_of_person(clause.target):
        return Aspect.FACE if said & _OTHER_FACE else None
    if (
        noun is not None
        and noun.lemma in ("body", "waist", "leg", "arm")
        and said & grammar.COMPARATIVES
    ):
        return Aspect.AGE
    if not _is_person(clause.target) or first is None:
        return None
    while first is not None and first.word in _COPULAS:
        rest = [t for t in state if t.start > first.start]
        first = next((t for t in rest if t.word not in _BEFORE_STATE), None)
    if first is None:
        return None
    new = head(tuple(t for t in state if t.start >= first.start))
    if new is not None and new.lemma in people.HAIR and _has(state, new):
        shaped = said & people.HAIR_SHAPES or new.lemma != "hair"
        return Aspect.HAIR if shaped else None
    if first.word in ("close", "open", "shut"):
        return None  # eyes and mouth: an expression
    base = verbs.inflected().get(first.word, first.word)
    if said & _WEARING:
        worn = any(people.is_garment(word) for word in said - _WEARING)
        return Aspect.CLOTHES if worn else None
    if said & _BARE_HEADED:
        return Aspect.HAIR
    if said & people.AGE_AND_BODY or said & _WEIGHTS or _is_age(state):
        return Aspect.AGE
    if said & people.BEAUTY:
        return Aspect.FACE
    if first.word in verbs.LOOK_VERBS:
        return Aspect.POSE if said & _LOOKING else None
    if base in verbs.EXPRESSIONS_VERB:
        return None
    if base in verbs.ACTIONS or _does_something(state, first):
        return Aspect.POSE
    if first.word in people.POSES:
        return Aspect.POSE
    if (clause.link is not None and clause.link.word == "into") or _is_person(state):
        return Aspect.ROLE
    becomes = clause.base in ("make", "let", "have") and _becomes(state, new)
    return Aspect.ROLE if becomes else None


_AFTER_ACTION = grammar.DETERMINERS | grammar.PREPOSITIONS | grammar.ADVERBS


def _does_something(state: Tokens, first: Token) -> bool:
    """Any other bare verb: "fold his arms", "juggle"."""
    word = first.word
    if state[0] is not first or not lexicon.is_a(word, "verb", "verb_or_noun"):
        return False
    if grammar.is_adjective(word) or looks.is_colour(word) or looks.is_material(word):
        return False
    after = state[1] if len(state) > 1 else None
    if after is None:
        return lexicon.is_a(word, "verb")
    return after.word in _AFTER_ACTION


def _is_age(state: Tokens) -> bool:
    """ "Look twenty", "be 35"."""
    last = state[-1]
    return state[0].word in ("look", "be", "appear") and (
        last.kind is Kind.NUMBER or last.word in _TENS
    )


_BARE_HEADED = terms("bald balder balding bald-headed")
_WEIGHTS = terms("kg kilo kilos kilogram pound pounds lb lbs weight")
_TENS = terms("ten twelve fifteen sixteen eighteen twenty thirty forty fifty sixty seventy eighty")
_COPULAS = terms("be is are was were become becomes being")
_HAVING = terms("have has had get gets grow with wear wearing a an the")


def _has(state: Tokens, new: Token) -> bool:
    """ "Have a long beard", "a beard"."""
    return state[0].word in _HAVING or state[0] is new or state[0].word in people.HAIR_SHAPES


_LOOKS = looks.COLOUR_NOUNS | looks.STYLE_NOUNS | looks.STYLE_FAMILIES


def _becomes(state: Tokens, new: Token | None) -> bool:
    """ "Make him a cyborg": the person becomes what the noun says."""
    articles = [t for t in state[:3] if t.word in ("a", "an")]
    if not articles or new is None or not new.is_word or any(t.word in _HAVING_ONLY for t in state):
        return False
    return not (
        new.lemma in people.ACCESSORIES
        or new.lemma in people.EXPRESSIONS
        or new.lemma in _LOOKS
        or looks.is_style(new.lemma)
        or lexicon.is_a(new.lemma, "accessory", "food", "furniture")
        or new.lemma in ("bit", "lot", "little", "size")
    )


_HAVING_ONLY = terms("have has had hold holding with of")


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
    """ "The woman" and "grandpa" are there already; "a woman" and "people" are new."""
    before = [t.word for t in target if t.start < noun.start]
    if not before:
        return noun.word == noun.lemma and noun.lemma not in ("people", "crowd")
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


_LIMBS = people.BODY_PARTS - _STILL


_SHAPED = people.SHAPE_OF_FACE - {"skin", "mouth", "ear"}


def _adjusted(clause: Clause) -> Aspect | None:
    noun = head(clause.target)
    if clause.base == "shave" and _is_person(clause.target):
        return Aspect.HAIR
    if clause.base in ("age", "rejuvenate", "de-age") and _is_person(clause.target):
        return Aspect.AGE
    if clause.act is Act.BODY and clause.base == "turn_around":
        return Aspect.POSE
    if clause.base in _SLIMMING and _is_person(clause.target):
        return Aspect.AGE
    if noun is None:
        return None
    if clause.base in _SLIMMING and noun.lemma in _SLIMMED and _is_of_person(clause.target):
        return Aspect.AGE
    if clause.base in _SHAPING and noun.lemma in _SHAPED and _is_of_person(clause.target):
        return Aspect.FACE
    if noun.lemma in people.HAIR:
        trimmed = clause.base in _TRIMS and not _is_on_a_thing(clause)
        return Aspect.HAIR if trimmed else None
    if clause.base in _MOVES and noun.lemma in _LIMBS and _is_of_person(clause.target):
        return Aspect.POSE
    return None
