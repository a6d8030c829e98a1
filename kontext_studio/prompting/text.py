"""Cuts an instruction into tokens whose offsets are code points of the text as given.

Quoted wording, placeholders and tags of other tools each become one token, so that no rule ever
looks inside them. It knows characters and words, not what the words mean.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import cache, lru_cache

from kontext_studio.prompting import words
from kontext_studio.prompting.words import grammar, singular, terms


class Kind(Enum):
    WORD = "word"
    NUMBER = "number"
    COLOUR_CODE = "colour code"
    QUOTE = "quote"
    SLOT = "slot"
    MARK = "mark"  # weights, flags and tags of other tools
    BULLET = "bullet"
    STOP = "stop"
    COMMA = "comma"
    OTHER = "other"


# Nobody changes a token. It is not frozen because a frozen one takes four times as long to make,
# and it is compared by identity because phrases are looked up often.
@dataclass(slots=True, eq=False)
class Token:
    """A piece of text; ``word`` is lower case without possessive ending, ``lemma`` its singular."""

    kind: Kind
    start: int
    end: int
    word: str
    lemma: str
    possessive: bool = False
    capital: bool = False
    is_word: bool = field(init=False)

    def __post_init__(self) -> None:
        self.is_word = self.kind is Kind.WORD


# One straight character for each typographic one, so offsets stay as they are.
_STRAIGHT = str.maketrans(
    dict.fromkeys("‘’‚‛`´ʼ＇", "'")
    | dict.fromkeys("“”„‟＂", '"')
    | dict.fromkeys("\u2010\u2011", "-")
)
_PAIRS = {"«": "»", "‹": "›", "「": "」", "『": "』", "《": "》"}
_MARKS = re.compile("['\"" + "".join((*_PAIRS, *_PAIRS.values())) + "]")
# Signs that sit on a letter (Latin, Cyrillic, Hebrew, Arabic, Indic, Thai) belong to its word.
_SIGNS = (
    r"\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1-\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    r"\u06d6-\u06dc\u0900-\u0963\u0980-\u09e3\u0a01-\u0a75\u0b82-\u0bd7\u0c00-\u0c63\u0d00-\u0d63"
    r"\u0e31-\u0e4e\u1dc0-\u1dff\u20d0-\u20f0\ufe20-\ufe2f"
)
_MASK, _MASK_ON = "\ue000", "\ue001"

_TOKEN = re.compile(
    rf"""
    (?P<plain>[a-z]+(?![\w'\-{_SIGNS}]))
  | (?P<quote>{_MASK}{_MASK_ON}*)
  | (?P<mark><(?i:lora|lyco|hypernet|embedding):[^<>\n]{{0,80}}>
      | [(\[]{{1,3}}[^()\[\]\n]{{1,60}}:\s?\d(?:\.\d+)?[)\]]{{1,3}}
      | (?<!\S)--[A-Za-z]+(?:[ =]\d[\d:.]*)?)
  | (?P<slot>\[[^\[\]\n]{{0,60}}[^\W\d_][^\[\]\n]{{0,60}}\]
      | \{{\{{?[^{{}}\n]{{0,60}}[^\W\d_][^{{}}\n]{{0,60}}\}}\}}?
      | <[^\W\d_][^<>\n]{{0,60}}> | _{{3,}} | \bX{{2,3}}\b)
  | (?P<code>\#[0-9A-Fa-f]{{3,8}}\b)
  | (?P<bullet>(?<!\S)(?:\d{{1,2}}[.)]|[-*•])(?=\s))
  | (?P<number>\d+(?:[.,:]\d+)*(?:\s?%)?(?!-?[^\W_]))
  | (?P<word>[^\W_](?:[^\W_]|[{_SIGNS}])*(?:['\-][^\W_](?:[^\W_]|[{_SIGNS}])*)*(?:(?<=s)'(?!\w))?)
  | (?P<stop>[.!?;…。！？；\n]+)
  | (?P<comma>[,:–—、，：]|(?<=\s)-(?=\s))
  | (?P<other>[^\s\ue000\ue001])
    """,
    re.VERBOSE,
)
_KINDS = {
    "plain": Kind.WORD,  # what most of a text is, tried first
    "quote": Kind.QUOTE,
    "mark": Kind.MARK,
    "slot": Kind.SLOT,
    "code": Kind.COLOUR_CODE,
    "bullet": Kind.BULLET,
    "number": Kind.NUMBER,
    "word": Kind.WORD,
    "stop": Kind.STOP,
    "comma": Kind.COMMA,
    "other": Kind.OTHER,
}
_CONTRACTIONS = terms("""let's here's where's how's""")
# Two words in one: "he's" reads as "he is".
_VERBS_IN_SHORT = {"'s": "is", "'re": "are", "'m": "am"}
_SHORT = frozenset(
    f"{word}{ending}"
    for words, ending in (
        ("it that what there he she who this", "'s"),
        ("they we you these those", "'re"),
        ("i", "'m"),
    )
    for word in words.split()
)


def straightened(text: str) -> str:
    """The same text, same length, with straight quotes and no characters we use as masks."""
    return text.translate(_STRAIGHT).replace(_MASK, " ").replace(_MASK_ON, " ")


def is_blank(text: str) -> bool:
    """No visible character: white space, controls and zero-width signs only."""
    return all(c.isspace() or unicodedata.category(c) in ("Cc", "Cf") for c in text)


def quoted_runs(straight: str) -> tuple[tuple[int, int], ...]:
    """Ranges of quoted wording, marks included; an apostrophe in a word closes nothing."""
    marks = [match.start() for match in _MARKS.finditer(straight)]
    if not marks:
        return ()
    runs: list[tuple[int, int]] = []
    ends: dict[str, list[int]] = {
        mark: [i for i in marks if straight[i] == mark] for mark in ('"', *_PAIRS.values())
    }
    ends["'"] = [i for i in marks if straight[i] == "'" and _closes_single(straight, i)]
    breaks = [i for i, c in enumerate(straight) if c == "\n"]
    at = 0
    for i in marks:
        if i < at:
            continue
        char = straight[i]
        closing = _PAIRS.get(char) or (char if _opens(straight, i) else None)
        if closing is None:
            continue
        end = _next(ends[closing], i)
        line_end = _next(breaks, i)
        if end is None or (line_end is not None and line_end < end):
            continue
        runs.append((i, end + 1))
        at = end + 1
    return tuple(runs)


def _opens(text: str, i: int) -> bool:
    before = text[i - 1] if i else " "
    after = text[i + 1] if i + 1 < len(text) else " "
    if text[i] == '"':
        return not before.isdigit()  # 12" is a size
    return text[i] == "'" and not before.isalnum() and before not in "}])>_" and not after.isspace()


def _closes_single(text: str, i: int) -> bool:
    after = text[i + 1] if i + 1 < len(text) else " "
    return i > 0 and not text[i - 1].isspace() and not after.isalnum()


def _next(positions: list[int], after: int) -> int | None:
    at = bisect_right(positions, after)
    return positions[at] if at < len(positions) else None


def tokenize(text: str) -> tuple[Token, ...]:
    straight = straightened(text)
    masked = straight
    runs = quoted_runs(straight)
    if runs:
        parts: list[str] = []
        at = 0
        for start, end in runs:
            parts += (straight[at:start], _MASK, _MASK_ON * (end - start - 1))
            at = end
        masked = "".join((*parts, straight[at:]))
    tokens: list[Token] = []
    for match in _TOKEN.finditer(masked):
        tokens += _tokens_of(match)
    if _is_shouted(tokens):
        for token in tokens:
            token.capital = False
    return tuple(_merged(_numbered(tokens)))


def _is_shouted(tokens: Iterable[Token]) -> bool:
    """Every word has a capital, small words as well: then capitals tell nothing."""
    written = [token for token in tokens if token.is_word]
    if len(written) < _SHOUTED_WORDS or not all(token.capital for token in written):
        return False
    return any(token.word in grammar.DETERMINERS for token in written[1:])


_SHOUTED_WORDS = 3


def _tokens_of(match: re.Match[str]) -> tuple[Token, ...]:
    token = _token(match)
    short = match.group().lower() if token.is_word and "'" in match.group() else ""
    if short not in _SHORT:
        return (token,)
    at = short.index("'")
    middle = token.start + at
    verb = _VERBS_IN_SHORT[short[at:]]
    return (
        replace(token, end=middle, word=short[:at], lemma=short[:at], possessive=False),
        Token(Kind.WORD, middle, token.end, verb, verb),
    )


def _token(match: re.Match[str]) -> Token:
    kind = _KINDS[match.lastgroup or "other"]
    piece = match.group()
    start, end = match.span()
    if kind is not Kind.WORD:
        return Token(kind, start, end, piece, piece)
    return Token(kind, start, end, *_forms(piece))


@lru_cache(maxsize=4096)
def _forms(piece: str) -> tuple[str, str, bool, bool]:
    """The word, its singular, whether it owns something, whether it has a capital."""
    word = piece.lower()
    possessive = False
    if word not in _CONTRACTIONS:
        for ending in ("'s", "'"):
            if word.endswith(ending) and len(word) > len(ending):
                word, possessive = word[: -len(ending)], True
                break
    return word, singular(word), possessive, piece[0].isupper()


def _numbered(tokens: list[Token]) -> list[Token]:
    """Numbers are list markers only where they count 1, 2, 3; "from 7 to 10." is no list."""
    wanted = 1
    result: list[Token] = []
    for token in tokens:
        if token.kind is Kind.BULLET and token.word[0].isdigit():
            if int(token.word[:-1]) == wanted:
                wanted += 1
            else:
                digits, sign = token.end - 1, token.word[-1]
                number = token.word[:-1]
                result.append(Token(Kind.NUMBER, token.start, digits, number, number))
                token = Token(Kind.STOP, digits, token.end, sign, sign)
        result.append(token)
    return result


def _merged(tokens: Iterable[Token]) -> list[Token]:
    """Known expressions of several words ("golden hour", "black and white") become one token."""
    row = list(tokens)
    starts = _term_starts()
    result: list[Token] = []
    i = 0
    while i < len(row):
        token = row[i]
        for term in starts.get(token.word, ()) if token.is_word else ():
            span = row[i : i + len(term)]
            if len(span) == len(term) and all(
                t.is_word and w in (t.word, t.lemma) and (not t.possessive or t is span[-1])
                for t, w in zip(span, term, strict=True)
            ):
                name = " ".join(term)
                token = replace(
                    token, end=span[-1].end, word=name, lemma=name, possessive=span[-1].possessive
                )
                i += len(term) - 1
                break
        result.append(token)
        i += 1
    return result


@cache
def _term_starts() -> Mapping[str, tuple[tuple[str, ...], ...]]:
    starts: dict[str, list[tuple[str, ...]]] = {}
    for term in sorted((tuple(term.split(" ")) for term in words.TERMS), key=len, reverse=True):
        starts.setdefault(term[0], []).append(term)
    return {first: tuple(rest) for first, rest in starts.items()}
