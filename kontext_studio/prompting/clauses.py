"""Cuts an instruction into clauses and says of each what it asks: a change, that something stays,
that something be avoided, or nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from kontext_studio.prompting.arguments import arguments
from kontext_studio.prompting.phrases import Tokens
from kontext_studio.prompting.text import Kind, Token
from kontext_studio.prompting.words import grammar, known_words, terms, verbs
from kontext_studio.prompting.words.verbs import Act


class Role(Enum):
    EDIT = "edit"
    KEEP = "keep"
    AVOID = "avoid"
    ASIDE = "aside"  # belongs to the clause before or after it
    FRAGMENT = "fragment"  # no verb that asks for anything


@dataclass(frozen=True, slots=True)
class Clause:
    """``target`` is what the verb works on, ``state`` what it becomes or where it goes.

    ``link`` is the word between them ("to", "with", "into") where there is one.
    """

    role: Role
    tokens: Tokens
    verb: Token | None = None
    base: str = ""
    act: Act | None = None
    target: Tokens = ()
    link: Token | None = None
    state: Tokens = ()

    @property
    def start(self) -> int:
        return self.tokens[0].start

    @property
    def end(self) -> int:
        return self.tokens[-1].end


_KEEP_BASES = terms("keep maintain preserve retain leave conserve")
_KEEP_GERUNDS = frozenset(f for base in _KEEP_BASES for f in verbs.ing_forms(base)) | {"matching"}
_KEEP_SIGNS = terms("same identical unchanged intact untouched exact exactly")
_STAY = terms("stay stays staying remain remains remaining")
_KEPT_BY_NOT = terms("change alter touch modify affect move edit disturb")
_KEPT_BY_NOT_FORMS = frozenset(
    form for base in _KEPT_BY_NOT for form in (base, *verbs.ing_forms(base))
)
_FRAMES = tuple(
    tuple(frame.split())
    for frame in (
        "can you",
        "could you",
        "would you",
        "will you",
        "would you mind",
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
        "go ahead and",
    )
)
_WISHES = tuple(
    tuple(frame.split())
    for frame in ("i want", "i would like", "i'd like", "i need", "i wish", "we want", "we need")
)


def clauses_of(tokens: Sequence[Token]) -> tuple[Clause, ...]:
    found: list[Clause] = []
    for sentence in _sentences(tokens):
        for start, end, role in _segments(sentence):
            clause = _clause(sentence[start:end], role)
            if clause is not None:
                found.append(clause)
    return tuple(found)


def _sentences(tokens: Sequence[Token]) -> Iterator[Tokens]:
    start = 0
    for i, token in enumerate(tokens):
        if token.kind in (Kind.STOP, Kind.BULLET):
            if i > start:
                yield tuple(tokens[start:i])
            start = i + 1
    if start < len(tokens):
        yield tuple(tokens[start:])


def _segments(row: Tokens) -> Iterator[tuple[int, int, Role | None]]:
    """Cut a sentence where a new verb or a keep clause begins."""
    start, role = 0, _opener(row, 0, first=True)
    joined = False  # a comma or conjunction stands just before
    fronted = row[0].word in grammar.PREPOSITIONS
    for i in range(1, len(row)):
        token = row[i]
        if token.kind is Kind.COMMA or token.word in grammar.CONJUNCTIONS:
            joined = True
            continue
        opened: Role | None = None
        if joined:
            # after "then" a verb is as likely as at the start of a sentence
            opened = _opener(row, i, first=row[i - 1].word == "then")
        elif _announces(row, i):
            opened = _opener(row, i, first=False)
        elif fronted and role is None and (verb := _verb_at(row, i, first=False)) is not None:
            opened = Role.EDIT if verb else None
        if opened is not None and not (opened is Role.ASIDE and role is Role.KEEP):
            if all(t.word in grammar.LEAD_INS or t.word == "while" for t in row[start:i]):
                role = opened
            else:
                yield start, i, role
                start, role = i, opened
        joined = joined and token.word in grammar.LEAD_INS
    yield start, len(row), role


def _announces(row: Tokens, i: int) -> bool:
    """A clause may start here although no comma or conjunction stands before it."""
    word = row[i].word
    if word in ("without", "don't", "never"):
        return row[i - 1].word not in ("to", "and") and row[i - 1].word not in verbs.acts()
    return word == "while" or word in _KEEP_GERUNDS or _opens_keep(row, i)


def _opens_keep(row: Tokens, i: int) -> bool:
    """ "keep", "with the same", "in the same": a keep clause that no comma announces."""
    word = row[i].word
    after = [token.word for token in row[i + 1 : i + 4]]
    if word == "keep":
        return row[i - 1].word not in grammar.DETERMINERS | {"to"}
    if word in ("with", "in", "at", "of", "using"):
        return after[:1] in (["same"], ["identical"]) or after[:2] in (
            ["the", "same"],
            ["the", "exact"],
        )
    return False


def _opener(row: Tokens, i: int, *, first: bool) -> Role | None:
    """What a clause that starts at ``i`` would be, or None where none starts there."""
    at = _skip_lead_in(row, i)
    if at >= len(row):
        return None
    word = row[at].word
    after = row[at + 1].word if at + 1 < len(row) else ""
    if word == "while":
        return _opener(row, at + 1, first=False) or Role.ASIDE
    if word in _KEEP_BASES or word in _KEEP_GERUNDS:
        return Role.KEEP
    if word in ("same", "identical") or (word == "the" and after in ("same", "exact")):
        return Role.KEEP
    if word in ("with", "in", "at", "of", "using") and (
        after in ("same", "identical")
        or (after == "the" and at + 2 < len(row) and row[at + 2].word in ("same", "exact"))
    ):
        return Role.KEEP
    if word in ("don't", "dont", "never", "without", "avoid", "no", "not") or (word, after) == (
        "do",
        "not",
    ):
        negated = {token.word for token in row[at + 1 : at + 4]}
        return Role.KEEP if negated & _KEPT_BY_NOT_FORMS and word not in ("no",) else Role.AVOID
    if _verb_at(row, at, first=first) is not None:
        return Role.EDIT
    if first and _statement(row[i:]) is not None:
        return Role.EDIT
    if not first and word.endswith("ing") and verbs.inflected().get(word) in verbs.acts():
        return Role.ASIDE
    return None


def _skip_lead_in(row: Tokens, i: int) -> int:
    """Past politeness and request frames, to the word that should be the verb."""
    moved = True
    while moved and i < len(row):
        moved = False
        for frame in _FRAMES:
            if tuple(token.word for token in row[i : i + len(frame)]) == frame:
                i += len(frame)
                moved = True
        while i < len(row) and (
            row[i].kind in (Kind.COMMA, Kind.OTHER)
            or (row[i].word in grammar.LEAD_INS and row[i].is_word)
        ):
            i += 1
            moved = True
    return i


def _verb_at(row: Tokens, i: int, *, first: bool) -> tuple[str, Act] | None:
    token = row[i]
    if not token.is_word or token.possessive:
        return None
    after = row[i + 1] if i + 1 < len(row) else None
    act = verbs.acts().get(token.word)
    if act is None:
        act = Act.ADJUST if first and after is not None and _may_be_verb(row, i) else None
        return (token.word, act) if act is not None else None
    if after is None:
        return None if token.word in verbs.WEAK_FIRST or not first else (token.word, act)
    if (
        after.word in ("of", "is", "are", "was", "were", "and", "or")
        or after.word in grammar.MODALS
    ):
        return None
    weak = verbs.WEAK_FIRST if first else verbs.WEAK
    if token.word in weak and not _begins_object(row, i + 1):
        return None
    return token.word, act


def _may_be_verb(row: Tokens, i: int) -> bool:
    """A word that no list knows, before a determiner at the start: "chamfer the edges"."""
    token = row[i]
    verbal = token.word.endswith(("ify", "ize", "ise")) or _is_prefixed(token.word)
    if token.word in known_words() or token.word.endswith(("ing", "ed", "'s", "ly")):
        return False
    return (verbal or row[i + 1].word in _AFTER_VERBS) and token.word == token.lemma


def _is_prefixed(word: str) -> bool:
    return word.startswith(("re", "un", "de", "over")) and any(
        word.removeprefix(prefix) in verbs.acts() for prefix in ("re", "un", "de", "over")
    )


_AFTER_VERBS = (
    grammar.ARTICLES
    | grammar.POSSESSIVES
    | frozenset(["this", "that", "these", "those", "all", "it"])
)


_INDEFINITE = terms("everything everyone everybody something someone somebody anything")


def _begins_object(row: Tokens, i: int) -> bool:
    token = row[i]
    return (
        token.kind in (Kind.QUOTE, Kind.SLOT)
        or token.possessive
        or token.word in grammar.DETERMINERS
        or token.word in grammar.PRONOUNS
        or token.word in ("up", "back", "away", "off", "out", *_INDEFINITE)
    )


def _statement(row: Tokens) -> tuple[Tokens, Tokens, str] | None:
    """ "The car should be red", "I want the car to be red", "This girl is now holding ..."."""
    for wish in _WISHES:
        if tuple(token.word for token in row[: len(wish)]) == wish:
            rest = row[len(wish) :]
            for i, token in enumerate(rest):
                if token.word == "to" and i:
                    return rest[:i], rest[i + 1 :], "want"
            return (), rest, "want"
    words = [token.word for token in row]
    if words[:2] == ["what", "if"] and len(row) > 3:
        for i in range(2, len(row)):
            if words[i] in ("were", "was", "is", "had", "became", "are"):
                return row[2:i], row[i + 1 :], "if"
    if words[:1] == ["what"] and "if" in words:
        at = words.index("if")
        return row[at + 1 : at + 2], row[at + 2 :], "if"
    for i, word in enumerate(words):
        if i == 0:
            continue
        if word in ("should", "must", "shall", "needs") and i + 1 < len(row):
            return row[:i], row[i + 1 :], word
        if word == "now" and not any(w in verbs.acts() for w in words[:1]):
            return row[:i], row[i + 1 :], word
    return None


def _clause(row: Tokens, role: Role | None) -> Clause | None:
    while row and (row[-1].kind is Kind.COMMA or row[-1].word in grammar.CONJUNCTIONS):
        row = row[:-1]
    if not row:
        return None
    if role in (Role.AVOID, Role.ASIDE):
        return Clause(role, row)
    if role is Role.KEEP:
        at = _skip_lead_in(row, 0)
        return Clause(role, row, verb=row[at] if at < len(row) else None)
    if role is Role.EDIT:
        at = _skip_lead_in(row, 1 if row[0].word == "while" else 0)
        found = _verb_at(row, at, first=True) if at < len(row) else None
        if found is not None:
            base, act = found
            target, link, state = arguments(base, act, row[at + 1 :])
            return Clause(Role.EDIT, row, row[at], base, act, target, link, state)
        return _statement_clause(row)
    words = {token.word for token in row}
    if words & _KEEP_SIGNS or words & _STAY:
        return Clause(Role.KEEP, row)
    if row[0].word in grammar.PREPOSITIONS:
        return Clause(Role.ASIDE, row)
    return Clause(Role.FRAGMENT, row)


def _statement_clause(row: Tokens) -> Clause:
    found = _statement(row) or _statement(row[_skip_lead_in(row, 0) :])
    if found is None:
        return Clause(Role.FRAGMENT, row)
    target, rest, _ = found
    while rest and rest[0].word in ("be", "to", "been", "being", "adopt", "get"):
        rest = rest[1:]
    verb = next((t for t in rest[:1] if t.word in verbs.inflected()), None)
    base = verbs.inflected()[verb.word] if verb is not None else ""
    act = verbs.acts().get(base) if verb is not None and verb.word.endswith("ed") else None
    if act is not None:  # "must be replaced with a tree"
        _, link, state = arguments(base, act, rest[1:])
        return Clause(Role.EDIT, row, verb, base, act, target, link, state)
    return Clause(Role.EDIT, row, None, "make", Act.MAKE, target, None, rest)
