"""Cuts an instruction into clauses and says of each what it asks: a change, that something stays,
that something be avoided, or nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from kontext_studio.prompting.arguments import arguments
from kontext_studio.prompting.courtesies import without_courtesies
from kontext_studio.prompting.frames import asks_for_gerund
from kontext_studio.prompting.imperatives import verb_at
from kontext_studio.prompting.phrases import Tokens
from kontext_studio.prompting.predicates import begins_known, gapped, parted, predicate_of, tells
from kontext_studio.prompting.text import Kind, Token
from kontext_studio.prompting.wishes import skip_lead_in, statement, states_wish, wished_thing
from kontext_studio.prompting.words import grammar, terms, verbs
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

    @property
    def is_order(self) -> bool:
        """The verb stands as in "paint the wall", not as in "I want the wall painted"."""
        verb = self.verb
        if verb is None or verb.word != self.base or verb.end - verb.start != len(verb.word):
            return False
        return not self.target or self.target[0].start > verb.start

    @property
    def is_passive(self) -> bool:
        """The verb stands behind what it works on: "I want the wall painted"."""
        verb = self.verb
        return verb is not None and bool(self.target) and self.target[-1].end <= verb.start

    @property
    def is_gapped(self) -> bool:
        """ "The wheels painted black" behind "the tyres should be cleaned"."""
        bare = bool(self.target) and self.tokens[0] is self.target[0] and not self.is_order
        return bare and not any(t.word in _SAYS_WISH for t in self.tokens[len(self.target) :][:1])

    @property
    def opens(self) -> int:
        """Where an order that says the same would begin: at the verb, or at "I want"."""
        return self.verb.start if self.verb is not None and self.is_order else self.start


_SAYS_WISH = grammar.MODALS | grammar.BE | terms("could can may might now to has have need wants")
_KEEP_BASES = terms("keep maintain preserve retain leave conserve")
_KEEP_GERUNDS = frozenset(f for base in _KEEP_BASES for f in verbs.ing_forms(base)) | {"matching"}
_KEEP_SIGNS = terms("same identical unchanged intact untouched exact exactly")
_KEEPING = _KEEP_BASES | terms(
    """don't dont never without not stay stays staying remain remains remaining unchanged intact
    untouched matching"""
)
_MAINTAINED = terms(
    """maintained preserved kept unchanged same identical intact untouched remain remains stay
    stays retained original"""
)
_WITHIN_KEEP = terms("with in at of using")
_STAY = terms("stay stays staying remain remains remaining")
_KEPT_BY_NOT = terms("change alter touch modify affect move edit disturb")
_KEPT_BY_NOT_FORMS = frozenset(
    form for base in _KEPT_BY_NOT for form in (base, *verbs.ing_forms(base))
)


def clauses_of(tokens: Sequence[Token]) -> tuple[Clause, ...]:
    found: list[Clause] = []
    for whole in _sentences(tokens):
        sentence = without_courtesies(whole)
        if not sentence:
            continue
        for start, end, role in _segments(sentence):
            clause = _clause(sentence[start:end], role)
            if clause is not None:
                found.append(clause)
    return tuple(_described(found))


_SAYS_KEEP = _KEEP_GERUNDS | _KEEPING | {"avoid"}


def _described(found: list[Clause]) -> Iterator[Clause]:
    """ "The same man on a motorcycle" keeps nothing where nothing is changed."""
    edits = any(clause.role is Role.EDIT for clause in found)
    for clause in found:
        keeps = clause.role is Role.KEEP and not edits
        if keeps and not any(t.word in _SAYS_KEEP for t in clause.tokens):
            yield Clause(Role.FRAGMENT, clause.tokens)
        else:
            yield clause


def _sentences(tokens: Sequence[Token]) -> Iterator[Tokens]:
    start = 0
    tokens = [t for i, t in enumerate(tokens) if not _is_wrapped(tokens, i)]
    for i, token in enumerate(tokens):
        if token.kind in (Kind.STOP, Kind.BULLET):
            if i > start:
                yield tuple(tokens[start:i])
            start = i + 1
    if start < len(tokens):
        yield tuple(tokens[start:])


_GOES_ON = grammar.ARTICLES | grammar.POSSESSIVES | grammar.PREPOSITIONS
_NEEDS_MORE = frozenset(
    base
    for base, act in verbs.acts().items()
    if act in (Act.MAKE, Act.GIVE, Act.LET, Act.PUT, Act.CHANGE, Act.REPLACE, Act.REMOVE)
    or base == "add"
)


def _is_wrapped(tokens: Sequence[Token], i: int) -> bool:
    """A line break in the middle of a phrase: "Make", "it better" on the next line."""
    if tokens[i].word != "\n" or tokens[i].kind is not Kind.STOP or not 0 < i < len(tokens) - 1:
        return False
    before, after = tokens[i - 1], tokens[i + 1]
    if not before.is_word or not after.is_word or after.capital:
        return False
    ends_open = before.word in _GOES_ON - verbs.PARTICLES or before.word in _NEEDS_MORE
    return ends_open or (
        after.word in ("to", "into", "with", "of") or grammar.is_comparative(after.word)
    )


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
            placed = fronted and role is None and row[i - 1].kind is Kind.COMMA
            opened = _opener(row, i, first=placed or row[i - 1].word == "then")
            if opened is None and states_wish(row, i):
                opened = Role.EDIT
            if opened is None and row[i - 1].kind is Kind.COMMA and _is_left(row, i):
                opened = Role.KEEP
            if opened is None and role is Role.EDIT and _goes_on_wishing(row, start, i):
                opened = Role.EDIT
        elif _announces(row, i):
            opened = _opener(row, i, first=False)
        elif fronted and role is None and (verb := verb_at(row, i, first=False)) is not None:
            opened = Role.EDIT if verb else None
        if opened is Role.KEEP and role is Role.KEEP and not joined and token.word in _WITHIN_KEEP:
            opened = None  # "keep the chair in the same place" is one clause
        if opened is not None and not (opened is Role.ASIDE and role is Role.KEEP):
            if all(t.word in grammar.LEAD_INS or t.word == "while" for t in row[start:i]):
                role = opened
            else:
                if opened is Role.EDIT and _is_joint_thing(row, start, i):
                    role = opened  # "the pear and the apple should be swapped"
                    continue
                yield start, i, role
                start, role = i, opened
        joined = joined and token.word in grammar.LEAD_INS
    yield start, len(row), role


def _is_joint_thing(row: Tokens, start: int, i: int) -> bool:
    """Things alone stand before the "and", and a wish goes on behind it."""
    before = row[start : i - 1]
    if row[i - 1].word != "and" or not states_wish(row, i) or not begins_known(before):
        return False
    return not tells(before) and all(t.is_word for t in before) and parted(before) is None


def _goes_on_wishing(row: Tokens, start: int, i: int) -> bool:
    """ "(The tyres should be cleaned,) the wheels painted black and the plate blurred"."""
    if row[i].word not in grammar.POSSESSIVES and row[i].word != "the":
        return False
    before = _clause(row[start:i], Role.EDIT)
    if before is None or before.is_order or not before.target:
        return False
    ends = (
        k for k in range(i, len(row)) if row[k].kind is Kind.COMMA or row[k].word in ("and", "but")
    )
    found = gapped(row[i : next(ends, len(row))])
    return found is not None and (
        found[1][0].word == "in" or found[1][0].word not in grammar.PREPOSITIONS
    )


_REST = frozenset(["everything else", "all else", "rest", "otherwise"])
_LEFT = _STAY | terms("unchanged intact untouched unaltered")
_AS_IT_IS = (("as", "is"), ("as", "it", "is"), ("as", "they", "are"), ("the", "same"))


def _is_left(row: Tokens, i: int) -> bool:
    """ "..., backdrop unchanged", "..., the door as it is": kept without a verb that keeps."""
    end = next((k for k in range(i, len(row)) if row[k].kind is Kind.COMMA), len(row))
    part = row[i:end]
    if not 1 < len(part) < _LONGEST_LEFT:
        return False
    words = tuple(t.word for t in part)
    if words[-2:] == ("the", "same") and any(t.word in ("make", "keep") for t in row[:i]):
        return False  # "make the sofa, the chair and the rug the same"
    if _REST & set(words) and words[-1] in _KEEP_SIGNS:
        return True
    return bool(_LEFT & set(words[1:])) or any(words[-len(one) :] == one for one in _AS_IT_IS)


_LONGEST_LEFT = 10


def _announces(row: Tokens, i: int) -> bool:
    """A clause may start here although no comma or conjunction stands before it."""
    word = row[i].word
    if word in ("without", "don't", "never"):
        before = row[i - 1].word  # "why don't you" asks for it
        return before not in ("to", "and", "why") and before not in verbs.acts()
    return word == "while" or _is_keeping(row, i) or _opens_keep(row, i)


def _is_keeping(row: Tokens, i: int) -> bool:
    """ "Keeping", "matching the existing type", but not "matching suits"."""
    word = row[i].word
    if word == "matching":
        return i + 1 < len(row) and row[i + 1].word in grammar.DETERMINERS
    return word in _KEEP_GERUNDS


_BEFORE_KEEP_NOUN = grammar.DETERMINERS | {"to"}


def _opens_keep(row: Tokens, i: int) -> bool:
    """ "keep", "with the same", "in the same": a keep clause that no comma announces."""
    word = row[i].word
    after = [token.word for token in row[i + 1 : i + 4]]
    if word == "keep":
        return row[i - 1].word not in _BEFORE_KEEP_NOUN
    if word in ("with", "in", "at", "of", "using"):
        return after[:1] in (["same"], ["identical"]) or after[:2] in (
            ["the", "same"],
            ["the", "exact"],
        )
    return False


def _opener(row: Tokens, i: int, *, first: bool) -> Role | None:
    """What a clause that starts at ``i`` would be, or None where none starts there."""
    at = skip_lead_in(row, i)
    if at >= len(row):
        return None
    word = row[at].word
    after = row[at + 1].word if at + 1 < len(row) else ""
    if word == "while":
        if _is_left(row, at + 1):
            return Role.KEEP
        return _opener(row, at + 1, first=False) or Role.ASIDE
    if word in _KEEP_BASES or _is_keeping(row, at):
        return Role.KEEP
    if word in ("same", "identical") or (word == "the" and after in ("same", "exact")):
        happens = first and any(t.word == "now" for t in row[i : i + 6])
        return Role.EDIT if happens and statement(row[i:]) is not None else Role.KEEP
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
    if _order_at(row, at, first=first) is not None:
        return Role.EDIT
    if at > i and _as_ordered(row, at) is not row:
        return Role.EDIT
    if first and (
        wished_thing(row, i) is not None
        or statement(row[i:]) is not None
        or (at > i and statement(row[at:]) is not None)
    ):
        return Role.EDIT
    if not first and word.endswith("ing") and verbs.inflected().get(word) in verbs.acts():
        return Role.ASIDE
    return None


def _clause(row: Tokens, role: Role | None) -> Clause | None:
    while row and (row[-1].kind is Kind.COMMA or row[-1].word in grammar.CONJUNCTIONS):
        row = row[:-1]
    if not row:
        return None
    if role in (Role.AVOID, Role.ASIDE):
        return Clause(role, row)
    if role is Role.KEEP:
        at = skip_lead_in(row, 0)
        return Clause(role, row, verb=row[at] if at < len(row) else None)
    if role is Role.EDIT:
        at = skip_lead_in(row, 1 if row[0].word == "while" else 0)
        row = _as_ordered(row, at) if at else row
        found = _order_at(row, at, first=True) if at < len(row) else None
        if found is not None:
            base, act = found
            if act is Act.AVOID and any(t.word in _MAINTAINED for t in row):
                return Clause(Role.KEEP, row, row[at])  # "ensure the logo stays unchanged"
            rest = row[at + 1 :]
            had = parted(rest) if base in _HAVING else None
            if had is not None:  # "have the wall painted"
                return _said_clause(row, *had, row[at])
            target, link, state = arguments(base, act, rest)
            return Clause(Role.EDIT, row, row[at], base, act, target, link, state)
        return _statement_clause(row)
    words = {token.word for token in row}
    if words & _KEEP_SIGNS or words & _STAY:
        return Clause(Role.KEEP, row)
    if row[0].word in grammar.PREPOSITIONS:
        return Clause(Role.ASIDE, row)
    return Clause(Role.FRAGMENT, row)


def _statement_clause(row: Tokens) -> Clause:
    at = wished_thing(row, 0)
    if at is not None:
        target, link, state = arguments("add", Act.ADD, row[at:])
        return Clause(Role.EDIT, row, row[at - 1], "have", Act.ADD, target, link, state)
    found = statement(row) or statement(row[skip_lead_in(row, 0) :]) or gapped(row)
    if found is None:
        return Clause(Role.FRAGMENT, row)
    return _said_clause(row, *found)


def _said_clause(row: Tokens, thing: Tokens, said: Tokens, verb: Token | None = None) -> Clause:
    done, base, act, link, state = predicate_of(thing, said)
    if act is Act.REMOVE and link is None:  # "the hat from the girl removed"
        thing, link, state = arguments(base, act, thing)
    return Clause(Role.EDIT, row, done or verb, base, act, thing, link, state)


_HAVING = terms("have get see")


def _order_at(row: Tokens, at: int, *, first: bool) -> tuple[str, Act] | None:
    """The verb of command at ``at``; "have teeth whitened" needs no determiner to be one."""
    found = verb_at(row, at, first=first)
    if found is None and first and row[at].word in _HAVING and parted(row[at + 1 :]):
        return row[at].word, Act.MAKE
    return found


def _as_ordered(row: Tokens, at: int) -> Tokens:
    """ "Would you mind removing the bin" with "remove"; the same row where nothing is so put."""
    if at >= len(row) or not asks_for_gerund(row, at) or not row[at].word.endswith("ing"):
        return row
    base = verbs.inflected().get(row[at].word)
    if base is None or base not in verbs.acts():
        return row
    return (*row[:at], replace(row[at], word=base, lemma=base), *row[at + 1 :])
