"""Leaves out what a person says besides the edit: "thanks", an emoji at the end, "Edit:" in front.

It knows words of courtesy, not what is asked for.
"""

from __future__ import annotations

import unicodedata

from kontext_studio.prompting.phrases import Tokens
from kontext_studio.prompting.text import Kind, Token
from kontext_studio.prompting.words import grammar, terms

_ENDINGS = tuple(
    sorted(
        (
            tuple(ending.split())
            for ending in (
                "please",
                "pls",
                "plz",
                "please and thank you",
                "thanks",
                "thx",
                "ty",
                "tysm",
                "cheers",
                "thank you",
                "thanks a lot",
                "thanks a million",
                "thanks so much",
                "thank you so much",
                "thank you very much",
                "many thanks",
                "thanks again",
                "thanks in advance",
                "thank you in advance",
                "much appreciated",
                "if you please",
                "if you would",
                "if you don't mind",
                "if you could",
                "if you can",
                "if possible",
                "if it's possible",
                "if at all possible",
                "if that is possible",
                "if that's possible",
                "when you can",
                "when you get a chance",
                "asap",
                "for me",
                "would you",
                "will you",
                "could you",
                "can you",
                "ok",
                "okay",
                "lol",
                "haha",
                "or something",
                "or something like that",
                "or something similar",
                "or similar",
                "or so",
                "maybe",
                "perhaps",
                "i think",
                "i guess",
                "somehow",
            )
        ),
        key=len,
        reverse=True,
    )
)
_LAST = frozenset(ending[-1] for ending in _ENDINGS)
_LABELS = terms(
    "edit prompt task instruction instructions request todo to-do goal job brief edits command"
)


def without_courtesies(sentence: Tokens) -> Tokens:
    """The sentence from its first word that may belong to an edit to its last."""
    row = sentence
    if len(row) > 2 and row[0].word in _LABELS and row[1].word in (":", "：", "-", "–", "—"):
        row = row[2:]
    while len(row) > 2 and (opening := _opening(row)):
        row = row[opening:]
    while row:
        shorter = _shortened(row)
        if shorter is row:
            break
        row = shorter
    return row


_OPENINGS = terms(
    "ok okay hi hey hello yo well alright right so now great thanks please pls morning sorry hmm"
)


def _opening(row: Tokens) -> int:
    """ "OK, ...", "Hi there, ...", "🎨 ..."."""
    if _is_ornament(row[0]) or row[0].kind is Kind.COMMA:
        return 1
    if row[0].word not in _OPENINGS:
        return 0
    if row[1].kind is Kind.COMMA:
        return 2
    addressed = row[1].word == "there" or row[1].capital
    return 3 if addressed and row[2].kind is Kind.COMMA else 0


def _shortened(row: Tokens) -> Tokens:
    last = row[-1]
    if last.kind is Kind.COMMA or (_is_ornament(last) and not _is_meant(row)):
        return row[:-1]
    if last.word not in _LAST:
        return row
    for ending in _ENDINGS:
        at = len(row) - len(ending)
        if at >= 0 and ending == tuple(token.word for token in row[at:]):
            # "Paint a sign that says thanks" means the word.
            said = at > 0 and row[at - 1].word in _BEFORE_WORDING
            return row if said else row[:at]
    return row


_BEFORE_WORDING = (
    grammar.ARTICLES | grammar.POSSESSIVES | terms("say says saying read reads reading write spell")
) | terms("word words text to with")


def _is_ornament(token: Token) -> bool:
    """An emoji, or a sign that belongs to one."""
    return token.kind is Kind.OTHER and all(
        unicodedata.category(c) in ("So", "Sk", "Mn", "Me", "Cf") for c in token.word
    )


def _is_meant(row: Tokens) -> bool:
    """ "Add a 🙂", "replace the logo with ⭐" name the sign itself."""
    before = next((t for t in reversed(row[:-1]) if t.kind is not Kind.OTHER), None)
    if before is None:
        return False
    return before.word in grammar.DETERMINERS or before.word in grammar.PREPOSITIONS
