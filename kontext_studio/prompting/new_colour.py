"""What a thing is called once an instruction gave it another colour: "the red cup" is then green.

It knows names and colour words; it never looks at a picture.
"""

from __future__ import annotations

from kontext_studio.prompting.clauses import Clause
from kontext_studio.prompting.text import Kind, Token, tokenize
from kontext_studio.prompting.words import grammar, looks, terms

_SHADES = looks.RELATIVE_COLOURS | terms(
    "very deep rich strong mid matte matt glossy dusty neon electric pastel smoky"
)
_BETWEEN = grammar.DETERMINERS | looks.COLOUR_NOUNS | terms("one ones of in and")


_SHADES_AND_BETWEEN = _SHADES | _BETWEEN


def new_colour(text: str, clause: Clause) -> str | None:
    """The colour that the clause gives, as written ("deep forest green"); "" for one in numbers.

    None where the clause gives none, or something besides a colour.
    """
    codes = [token for token in clause.state if token.kind is Kind.COLOUR_CODE]
    named = [token for token in clause.state if _is_colour(token)]
    rest = [token for token in clause.state if token not in codes and token not in named]
    if any(token.word not in _SHADES_AND_BETWEEN for token in rest):
        return None
    if not named:
        return "" if codes else None
    said = [token for token in clause.state if token in named or token.word in _SHADES]
    if any(token.word == "and" for token in clause.state):
        return text[said[0].start : said[-1].end]
    return " ".join(text[token.start : token.end] for token in said)


def renamed(name: str, colour: str) -> str:
    """``name`` with ``colour`` in the place of the colour it says; as it is where it says none."""
    tokens = tokenize(name)
    owned = max((i for i, token in enumerate(tokens) if token.possessive), default=-1)
    # The last word is the thing itself: "the orange" is a fruit.
    said = [i for i in range(owned + 1, len(tokens) - 1) if _is_colour(tokens[i])]
    if not said:
        return name
    first, last = said[0], said[-1]
    while first > owned + 1 and tokens[first - 1].word in _SHADES:
        first -= 1
    before, after = name[: tokens[first].start], name[tokens[last].end :].lstrip()
    return f"{before}{colour} {after}" if colour else f"{before}{after}"


def _is_colour(token: Token) -> bool:
    return token.is_word and (looks.is_colour(token.word) or looks.is_colour(token.lemma))
