"""Cuts an instruction into words, numbers, quoted texts and signs, each with its place in the text.

Offsets count Unicode code points of the text as given. Quoted text is one token and is never
looked into; spelling is brought to one form ("colour" to "color") so that rules need one only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import Enum, auto

from kontext_studio.engine.grammar.words import VERBS


class Kind(Enum):
    WORD = auto()
    NUMBER = auto()
    QUOTED = auto()
    HEX = auto()
    SIGN = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """`norm` is what rules compare with; for a quoted text it is the text between the quotes."""

    kind: Kind
    text: str
    norm: str
    start: int
    end: int


# Quotes that open and the ones that may close them.
_QUOTES = {
    '"': '"',
    "“": '”"',
    "„": "“”",
    "«": "»",
    "‹": "›",
    "'": "'’",
    "‘": "’'",
    "‚": "‘’",
    "「": "」",
    "『": "』",
}
_APOSTROPHES = "'’ʼ"

_SCANNER = re.compile(
    r"""
    (?P<space>\s+)
  | (?P<hex>\#(?:[0-9a-fA-F]{6}|[0-9a-fA-F]{3})(?![0-9A-Za-z]))
  | (?P<number>\d+(?:[.,]\d+)?)
  | (?P<word>[^\W\d_]+)
  | (?P<sign>.)
    """,
    re.VERBOSE | re.DOTALL,
)

_SPELLINGS = {
    "colour": "color",
    "colours": "colors",
    "coloured": "colored",
    "colouring": "coloring",
    "colouration": "coloration",
    "colourful": "colorful",
    "colourfulness": "colorfulness",
    "colourless": "colorless",
    "recolour": "recolor",
    "recoloured": "recolored",
    "recolouring": "recoloring",
    "discolour": "discolor",
    "decolour": "decolor",
    "multicolour": "multicolor",
    "grey": "gray",
    "greyish": "grayish",
    "greyscale": "grayscale",
    "greys": "grays",
    "centre": "center",
    "centred": "centered",
    "stylise": "stylize",
    "colourise": "colorize",
    "colorise": "colorize",
    "posterise": "posterize",
    "minimise": "minimize",
    "maximise": "maximize",
    "emphasise": "emphasize",
    "monochromatic": "monochrome",
    "watercolour": "watercolor",
    "watercolours": "watercolors",
    "aquarelle": "watercolor",
    "metre": "meter",
    "theatre": "theater",
    "vapour": "vapor",
    "colourway": "colorway",
    "sulphur": "sulfur",
    "harbour": "harbor",
    "aeroplane": "airplane",
    "tyre": "tire",
    "pyjamas": "pajamas",
    "aluminium": "aluminum",
    "neighbour": "neighbor",
    "favour": "favor",
    "favourite": "favorite",
    "programme": "program",
    "wintery": "wintry",
    "cosy": "cozy",
    "cosier": "cozier",
    "mono": "monochrome",
    "watercolored": "watercolor",
    "watercoloured": "watercolor",
    "anticlockwise": "counterclockwise",
    "percent": "%",
    "pct": "%",
    "pixel": "px",
    "pixels": "px",
    "degree": "°",
    "degrees": "°",
    "deg": "°",
    "photograph": "photo",
    "photographs": "photos",
}

# One word written, two read: rules then see "do not", "i would".
_CONTRACTIONS = {
    "don't": ("do", "not"),
    "doesn't": ("does", "not"),
    "mustn't": ("must", "not"),
    "shouldn't": ("should", "not"),
    "can't": ("can", "not"),
    "cannot": ("can", "not"),
    "won't": ("will", "not"),
    "i'd": ("i", "would"),
    "i'll": ("i", "will"),
    "let's": ("let", "us"),
    "it's": ("it", "is"),
    "that's": ("that", "is"),
    "we'd": ("we", "would"),
    "you'd": ("you", "would"),
    "dont": ("do", "not"),
    "lets": ("let", "us"),
}

# Words of courtesy that change nothing in what is asked.
_COURTESY = frozenset(
    """please kindly just simply pls plz thx actually hey hi hello ok okay basically""".split()
)


def tokenise(text: str) -> tuple[Token, ...]:
    """The tokens of `text`, courtesy left out."""
    tokens: list[Token] = []
    at = 0
    while at < len(text):
        if quoted := _quoted_at(text, at):
            tokens.append(quoted)
            at = quoted.end
            continue
        found = _SCANNER.match(text, at)
        assert found is not None  # the last branch takes any character
        kind, piece = found.lastgroup, found.group()
        if kind == "word":
            found_end = _with_apostrophe(text, found.end())
            _add_word(tokens, text[at:found_end], at)
            at = found_end
            continue
        if kind == "hex":
            tokens.append(Token(Kind.HEX, piece, piece.lower(), at, found.end()))
        elif kind == "number":
            tokens.append(Token(Kind.NUMBER, piece, piece.replace(",", "."), at, found.end()))
        elif kind == "sign" and (piece not in _JOINERS or _is_minus(text, at)):
            tokens.append(Token(Kind.SIGN, piece, _SIGNS.get(piece, piece), at, found.end()))
        at = found.end()
    return _without_courtesy(_with_plain_verbs(tokens))


# "Would you mind brightening it": behind these a verb in "-ing" asks like its plain form.
_BEFORE_GERUND = frozenset("mind try about consider suggest recommend".split())


def _with_plain_verbs(tokens: list[Token]) -> list[Token]:
    plain: list[Token] = []
    for token in tokens:
        after = bool(plain) and plain[-1].norm in _BEFORE_GERUND
        verb = _plain_form(token.norm) if after else None
        plain.append(replace(token, norm=verb) if verb else token)
    return plain


def _plain_form(norm: str) -> str | None:
    """The verb of a word in "-ing": "making" is make, "cropping" is crop."""
    stem = norm.removesuffix("ing")
    if stem == norm:
        return None
    doubled = len(stem) > 2 and stem[-1] == stem[-2]
    forms = (stem, f"{stem}e", stem[:-1] if doubled else stem)
    return next((form for form in forms if form in VERBS), None)


# Words of thanks and their like, and what may follow them.
_THANKS = tuple(
    tuple(phrase.split())
    for phrase in (
        "thank you",
        "many thanks",
        "thanks",
        "cheers",
        "if possible",
        "if you can",
        "if you could",
        "if you like",
        "when you can",
    )
)
_AFTER_THANKS = tuple(
    tuple(phrase.split())
    for phrase in ("so much", "very much", "a lot", "a million", "in advance", "again")
)


def _without_courtesy(tokens: list[Token]) -> tuple[Token, ...]:
    kept: list[Token] = []
    at = 0
    while at < len(tokens):
        if end := _phrase_end(tokens, at, _THANKS):
            at = _phrase_end(tokens, end, _AFTER_THANKS) or end
            continue
        if tokens[at].norm not in _COURTESY:
            kept.append(tokens[at])
        at += 1
    return tuple(kept)


def _phrase_end(tokens: list[Token], at: int, phrases: tuple[tuple[str, ...], ...]) -> int:
    """The index behind the phrase that stands at `at`; 0 where none does."""
    for phrase in phrases:
        words = tokens[at : at + len(phrase)]
        if tuple(token.norm for token in words if token.kind is Kind.WORD) == phrase:
            return at + len(phrase)
    return 0


_JOINERS = "-‐‑"  # "black-and-white" reads like "black and white"
_SIGNS = {
    "‐": "-",
    "‑": "-",
    "−": "-",
    "×": "x",
    ">": "to",
    "→": "to",
    "⇒": "to",
    "º": "°",
    "！": "!",
    "。": ".",
    "，": ",",
    "：": ":",
    "–": ",",
    "—": ",",
}


def _is_minus(text: str, at: int) -> bool:
    """Whether a hyphen stands before a number and after nothing that it could join."""
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    return after.isdigit() and not before.isalnum() and before not in _JOINERS


def _quoted_at(text: str, at: int) -> Token | None:
    """The quoted text that opens at `at`; an apostrophe inside a word opens nothing."""
    opening = text[at]
    closing = _QUOTES.get(opening)
    if closing is None or (at > 0 and text[at - 1].isalnum()):
        return None
    for end in range(at + 1, len(text)):
        if text[end] not in closing:
            continue
        follows = text[end + 1 : end + 2]
        inside_word = text[end] in _APOSTROPHES and follows.isalnum()
        if end > at + 1 and not inside_word:
            return Token(Kind.QUOTED, text[at : end + 1], text[at + 1 : end], at, end + 1)
    return None


def _with_apostrophe(text: str, end: int) -> int:
    """Takes "'s" and "n't" along with the word before them."""
    if end < len(text) - 1 and text[end] in _APOSTROPHES and text[end + 1].isalpha():
        more = _SCANNER.match(text, end + 1)
        if more and more.lastgroup == "word" and len(more.group()) <= 2:
            return more.end()
    return end


def _add_word(tokens: list[Token], piece: str, at: int) -> None:
    lower = piece.lower()
    for mark in _APOSTROPHES:
        lower = lower.replace(mark, "'")
    end = at + len(piece)
    if pair := _CONTRACTIONS.get(lower):
        tokens.extend(Token(Kind.WORD, piece, part, at, end) for part in pair)
        return
    norm = _SPELLINGS.get(lower, lower)
    kind = Kind.SIGN if norm in ("%", "°") else Kind.WORD
    tokens.append(Token(kind, piece, norm, at, end))
