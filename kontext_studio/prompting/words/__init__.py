"""The vocabulary of the wording checker: plain sets of words, no rules.

A new word is a line in one of these lists; what it leads to follows from the rules.
"""

from __future__ import annotations

from functools import cache

from kontext_studio.prompting.words import (
    grammar,
    lettering,
    lexicon,
    looks,
    people,
    places,
    scales,
    verbs,
)
from kontext_studio.prompting.words._lists import terms
from kontext_studio.prompting.words.leaving_out import left_out

_IRREGULAR = {
    "men": "man",
    "women": "woman",
    "children": "child",
    "feet": "foot",
    "geese": "goose",
    "mice": "mouse",
    "leaves": "leaf",
    "knives": "knife",
    "shelves": "shelf",
    "wolves": "wolf",
    "scarves": "scarf",
    "wives": "wife",
    "calves": "calf",
    "loaves": "loaf",
    "oxen": "ox",
    "cookies": "cookie",
    "movies": "movie",
    "ties": "tie",
    "selfies": "selfie",
    "hoodies": "hoodie",
    "beanies": "beanie",
    "zombies": "zombie",
}
_UNCHANGED = terms(
    """glass dress this his its us is was grass moss brass canvas bus gas lens chaos plus has
    christmas headphones clothes jeans trousers pants shorts leggings glasses sunglasses goggles
    surroundings stairs pyjamas pajamas overalls series species always perhaps across less
    compass harness mattress cactus iris yes besides towards afterwards sometimes paris mars
    proportions eyeglasses spectacles"""
)

_LISTS = (
    *(getattr(grammar, name) for name in ("PREPOSITIONS", "ADVERBS")),
    people.PEOPLE,
    people.HAIR,
    people.GARMENTS,
    people.ACCESSORIES,
    places.PLACES,
    places.TIMES,
    places.LIGHT,
    places.FRAMING,
    places.CAMERA_VIEWS,
    places.IMAGES,
    looks.COLOURS,
    looks.STYLES,
    looks.STYLE_FAMILIES,
    looks.TONE_CHANGES,
    looks.PROPERTIES,
    lettering.CARRIERS,
    lettering.LETTERING_LOOK,
    places.SCENE_WORDS,
)
# Expressions that the tokenizer joins, whatever they mean.
TERMS = frozenset(term for group in _LISTS for term in group if " " in term) | {
    "everything else",
    "all else",
    "right now",
    "no longer",
    "time of day",
    "drill bit",
    "get rid of",
    "make over",
    "colour grade",
    "color grade",
}

__all__ = [
    "TERMS",
    "grammar",
    "known_words",
    "left_out",
    "lettering",
    "lexicon",
    "looks",
    "people",
    "places",
    "scales",
    "singular",
    "terms",
    "verbs",
]


@cache
def known_words() -> frozenset[str]:
    """Every single word of every list: what is not here may be anything, a verb as well."""
    found: set[str] = set()
    for module in (grammar, lettering, looks, people, places):
        for value in vars(module).values():
            if isinstance(value, frozenset):
                found.update(value)
    return frozenset(found)


def singular(word: str) -> str:
    """The singular of a plural noun; any other word stays, or loses an ``s`` harmlessly."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if (
        len(word) < 4
        or not word.endswith("s")
        or word in _UNCHANGED
        or word.endswith(("ss", "us", "is"))
    ):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "xes", "zes", "sses")):
        return word[:-2]
    return word[:-1]
