"""Is the wording of a text in quotation marks?"""

from __future__ import annotations

from collections.abc import Iterator

from kontext_studio.prompting.clauses import Clause
from kontext_studio.prompting.context import LintContext
from kontext_studio.prompting.findings import Finding, Fix, Severity, TextEdit
from kontext_studio.prompting.phrases import ATTRIBUTES, Tokens, head, words_of
from kontext_studio.prompting.reading import Reading
from kontext_studio.prompting.rules.rule import Rule, span
from kontext_studio.prompting.text import Kind, Token
from kontext_studio.prompting.words import grammar, lettering, looks, people, places, terms
from kontext_studio.prompting.words.verbs import Act

_SAY = terms("say says saying spell spells spelling")
_READ = terms("read reads reading")
_MANNERS = (
    grammar.ADVERBS
    | grammar.COMPARATIVES
    | terms("""better easily well legible legibly from as out aloud more less like it that so""")
)
_FURNITURE = terms("lamp nook chair corner light room glass glasses desk")
_SIDES_OF_TEXT = ATTRIBUTES | lettering.LETTERING_LOOK | terms("position place spacing")
_ENDS = terms(
    """above below under underneath beneath behind beside over across along near inside onto around
    while keeping using matching without next_to in_front_of on_top_of"""
)
_KEPT_AS_TEXT = frozenset(
    ["font", "typeface", "handwriting", "script", "lettering", "style", "letters"]
)


def unquoted_text(reading: Reading, _context: LintContext) -> Iterator[Finding]:
    for clause in reading.edits:
        if clause.act in (Act.REMOVE,) or clause.base in ("blur", "hide", "sharpen"):
            continue
        runs = [run for run in _wordings(clause) if run]
        if not runs:
            continue
        start, end = runs[0][0].start, runs[-1][-1].end
        if len(runs) > 1:
            start, end = span(runs[0])
        edits = tuple(_quoted(reading, run) for run in runs)
        if any(mark in edit.new_text[1:-1] for edit in edits for mark in '"\n'):
            continue
        yield Finding(
            "unquoted-text",
            Severity.WARNING,
            start,
            end,
            "Put the exact wording in quotes.",
            (Fix(f"Write {edits[-1].new_text}", edits),),
        )


def unquoted_words(reading: Reading) -> frozenset[int]:
    """Where words begin that are to be written, though no quotes say so."""
    return frozenset(
        token.start for clause in reading.edits for run in _wordings(clause) for token in run
    )


def unquoted_changes(reading: Reading) -> Iterator[Clause]:
    """Clauses that replace a text by wording without quotes."""
    for clause in reading.edits:
        if clause.act in (Act.ADD, Act.PUT, Act.REMOVE, Act.WRITE, Act.GIVE, Act.USE):
            continue
        if clause.base not in ("blur", "hide", "sharpen") and any(_wordings(clause)):
            yield clause


def _quoted(reading: Reading, run: Tokens) -> TextEdit:
    start, end = span(run)
    wording = reading.text[start:end]
    mark = '"' if "'" in reading.straight[start:end] else "'"
    return TextEdit(start, end, f"{mark}{wording}{mark}")


def _wordings(clause: Clause) -> list[Tokens]:
    """The runs of unquoted wording in a clause, in order."""
    row = clause.tokens
    spoken = _spoken(row, clause)
    if spoken:
        return [spoken]
    if clause.base == "write" or (clause.base == "spell" and clause.verb is not None):
        return [_written(clause)]
    if clause.base in ("title", "caption", "label", "name"):
        return [_titled(clause.target)]
    if clause.base in lettering.INSCRIBING:
        return [_inscribed(clause)]
    if clause.act in (Act.PUT, Act.ADD) and clause.link is not None:
        on = head(clause.state)
        shown = on is not None and on.lemma in lettering.SHOWING
        begins = clause.target[:1] == clause.tokens[:1]  # its capital may be the sentence's
        if shown and _is_capitals(clause.target) and not (begins and len(clause.target) == 1):
            return [clause.target]
    named = _named(clause.target if clause.is_passive else row)
    told = _told(clause)
    return [run for run in (named, told) if run]


_NO_SPEAKER = grammar.PREPOSITIONS - {"to"}


_SPEAKS = _SAY | _READ


_ARTICLES_OF_BOOKS = grammar.DETERMINERS - {"no"}


def _spoken(row: Tokens, clause: Clause) -> Tokens:
    """ "Make the cup say good morning"."""
    for i, token in enumerate(row):
        if not token.is_word or token.word not in _SPEAKS or i + 1 >= len(row):
            continue
        before = row[i - 1].word if i else ""
        after = row[i + 1]
        if after.kind is Kind.COMMA and i + 2 < len(row):  # "reading: sale"
            after = row[i + 2]
        if after.kind is not Kind.WORD and after.kind is not Kind.NUMBER:
            return ()
        relative = before == "that" and i > 1 and row[i - 2].is_word
        if not relative and (before in grammar.DETERMINERS or before in _NO_SPEAKER):
            continue
        if token.word in _READ:
            people_before = any(people.is_person(t.lemma) for t in row[:i])
            reads_a_book = after.word in _ARTICLES_OF_BOOKS and not after.capital
            manner = after.word in _MANNERS and not after.capital and _ends_there(row, i + 2)
            if people_before or reads_a_book or manner:
                continue
            if token.word == "reading" and i + 1 < len(row) and _is_furniture(row[i + 1]):
                continue
        start = row.index(after)
        following = row[start + 1].lemma if start + 1 < len(row) else ""
        if after.word in grammar.ARTICLES and following in lettering.TEXT_KINDS:
            start += 2  # "says the word hello"
        return _until_place(row[start:])
    return ()


def _ends_there(row: Tokens, i: int) -> bool:
    """ "Reads more easily from afar", not "reads here lies my sleep"."""
    after = row[i] if i < len(row) else None
    return after is None or not after.is_word or after.word in _AFTER_MANNER


_AFTER_MANNER = (
    grammar.PREPOSITIONS | grammar.ADVERBS | grammar.CONJUNCTIONS | _MANNERS | {"the", "a", "this"}
)


def _is_furniture(token: Token) -> bool:
    return token.lemma in _FURNITURE


_TEXT_OR_SOMETHING = lettering.TEXT_KINDS | {"something"}


def _written(clause: Clause) -> Tokens:
    """ "Write I love you on the sand"."""
    row = clause.target
    if not row or row[0].kind is not Kind.WORD:
        return ()
    said = any(t.word in grammar.BE or t.word in grammar.MODALS for t in row[1:5])
    if row[0].word in grammar.DETERMINERS and not said:
        kind = next((i for i, t in enumerate(row[:3]) if t.lemma in lettering.TEXT_KINDS), None)
        if kind is None or kind + 1 >= len(row):
            return ()
        row = row[kind + 1 :]
    elif row[0].lemma in _TEXT_OR_SOMETHING and len(row) > 1:
        row = row[1:]
    elif row[0].lemma in _TEXT_OR_SOMETHING:
        return ()
    return _until_place(row) if row and all(t.kind is not Kind.QUOTE for t in row) else ()


def _is_capitals(row: Tokens) -> bool:
    """ "Gate 4", "Room to Let"; a thing would have an article."""
    return bool(row) and row[0].capital and all(t.capital or t.kind is Kind.NUMBER for t in row)


def _titled(row: Tokens) -> Tokens:
    """ "Title the poster Night Market": capitals behind the thing."""
    at = next((i for i, t in enumerate(row) if i > 1 and t.capital and t.is_word), None)
    begins = bool(row) and row[0].word in grammar.DETERMINERS
    return _until_place(row[at:]) if begins and at is not None else ()


def _inscribed(clause: Clause) -> Tokens:
    """ "Engrave Forever Yours on the ring": capitals where a thing would have an article."""
    row = clause.target
    capitals = sum(token.capital for token in row)
    opens = bool(row) and row[0] is clause.tokens[0]  # its capital is that of the sentence
    if clause.link is None or not row or opens or not row[0].capital or 2 * capitals < len(row):
        return _named(clause.tokens)
    return row if all(t.kind in (Kind.WORD, Kind.NUMBER) for t in row) else ()


def _named(row: Tokens) -> Tokens:
    """ "The word joy", "the title Harbour Lights"."""
    for i, token in enumerate(row[:-1]):
        if token.lemma not in lettering.TEXT_KINDS or token.possessive or not token.is_word:
            continue
        after = row[i + 1]
        before = row[i - 1].word if i else ""
        if after.kind is Kind.COMMA and reading_colon(after) and i + 2 < len(row):
            after = row[i + 2]
        counted = after.kind is Kind.NUMBER and token.lemma in ("number", "price", "date")
        if after.kind not in (Kind.WORD, Kind.NUMBER):
            continue
        bare = before in _BEFORE_BARE or (i and row[i - 1].lemma in lettering.TEXT_KINDS)
        bare = bool(bare) and token.lemma in lettering.SURE_TEXT_KINDS
        if before not in grammar.DETERMINERS and not counted and not bare:
            continue  # "the batch number 4471"
        exact = token.word in ("word", "words", "phrase")
        added = any(t.word in _BEFORE_BARE for t in row[:i]) and (bare or before == "the")
        exact = exact or counted or (added and token.lemma in _SPOKEN_KINDS and _speaks(row, i))
        if not (after.capital or exact) or after.lemma in lettering.NOT_WORDING:
            continue
        start = row.index(after)
        if exact and token.word != "phrase" and not after.capital:
            run = _until_link(row[start:])
        else:
            run = _until_place(_until_link(row[start:]))
        return run
    return ()


_BEFORE_BARE = terms("add put insert write place include")
_SPOKEN_KINDS = terms("text title caption headline slogan subtitle tagline heading motto")


def _speaks(row: Tokens, i: int) -> bool:
    """ "The text grand opening above the door": plain words that describe no text."""
    run = _until_place(_until_link(row[i + 1 :]))
    plain = all(t.is_word or t.kind is Kind.NUMBER for t in run)
    if not run or run[0].lemma in lettering.NOT_WORDING or not run[0].is_word or not plain:
        return False
    named = words_of(run)
    first = run[0].word
    if first in grammar.DETERMINERS or first in grammar.PREPOSITIONS or named <= _PLAIN:
        return False
    return not named & (_DESCRIBING | lettering.CARRIERS) and first not in _SPEAKS


def reading_colon(token: Token) -> bool:
    return token.word in (":", "：")


_NO_WORDING_BEGINS = grammar.DETERMINERS | grammar.PREPOSITIONS


def _told(clause: Clause) -> Tokens:
    """ "Change the label to Organic Honey", "change the number from 7 to 10"."""
    if clause.link is None or clause.link.word not in ("to", "with", "by") or not clause.state:
        return ()
    if clause.act not in (Act.CHANGE, Act.REPLACE, Act.MAKE):
        return ()
    names = clause.base in lettering.NAMING
    if any(t.kind in (Kind.QUOTE, Kind.SLOT) for t in clause.state):
        return ()
    core_target = [t for t in clause.target if t.is_word]
    kinds = [t for t in core_target if t.lemma in lettering.TEXT_KINDS]
    first = clause.state[0]
    if first.word in lettering.CURRENCIES and len(clause.state) > 1:
        first = clause.state[1]
    if names and first.kind in (Kind.WORD, Kind.NUMBER):
        return _until_place(clause.state)
    if kinds:
        about = head(clause.target)
        kind = about if about in kinds and about is not None else kinds[0]
        at = clause.target.index(kind)
        only = all(
            t.word in _NO_WORDING_BEGINS or t is kind or not t.is_word
            for t in clause.target[: at + 1]
        )
        side = about is not None and about is not kind and about.lemma in _SIDES_OF_TEXT
        if side or _counts(clause.target, at):
            return ()
        sure = kind.lemma in lettering.SURE_TEXT_KINDS
        told = _looks_like_wording(first, clause.state, sure=sure) and (
            only or sure or first.capital or first.kind is Kind.NUMBER
        )
        if not told and about is kind and kind.lemma in _TOLD_KINDS and len(clause.state) > 1:
            told = first.word not in _PLAIN and all(t.is_word for t in clause.state)
            told = told and first.word not in grammar.DETERMINERS and _is_told(clause.state)
        if kind.lemma == "name" and about is kind and first.word not in _NO_WORDING_BEGINS:
            told = not words_of(clause.state) & lettering.LETTERING_LOOK
        if told and first.kind is Kind.NUMBER and "from" in [t.word for t in clause.tokens]:
            return _until_place(clause.state[: clause.state.index(first) + 1])
        return _until_place(clause.state) if told else ()
    about = head(clause.target)
    if about is not None and about.lemma in lettering.WRITTEN_ON and _is_capitals(clause.state):
        described = words_of(clause.state) & _DESCRIBING
        return () if described else _until_place(clause.state)
    quoted_only = len(clause.target) == 1 and clause.target[0].kind is Kind.QUOTE
    if (
        quoted_only
        and first.word not in grammar.DETERMINERS
        and first.kind in (Kind.WORD, Kind.NUMBER)
    ):
        return _until_place(clause.state)
    return ()


_DESCRIBING = (
    looks.COLOURS
    | looks.COLOUR_NOUNS
    | looks.MATERIALS
    | looks.STYLES
    | lettering.LETTERING_LOOK
    | _KEPT_AS_TEXT
)


_TOLD_KINDS = terms("label message inscription name")


_PLAIN = grammar.ADJECTIVES | grammar.COMPARATIVES | grammar.ADVERBS | looks.JUDGEMENTS


def _counts(target: Tokens, at: int) -> bool:
    """ "The number of windows" is no lettering, "the number of the bus" is."""
    if target[at].lemma not in ("number", "score", "digits", "letter"):
        return False
    after = target[at + 1 : at + 4]
    if not after or after[0].word != "of":
        return False
    owner = head(after[1:])
    single = owner is not None and owner.word == owner.lemma
    return not (single and after[1].word in grammar.DETERMINERS)


def _looks_like_wording(first: Token, state: Tokens, *, sure: bool) -> bool:
    if first.kind is Kind.NUMBER:
        return True
    if not first.is_word:
        return False
    if first.word in _NO_WORDING_BEGINS:
        sentence = sure and first.word == "the" and len(state) > 2 and _is_told(state)
        return (first.capital and len(state) > 1 and state[1].capital) or sentence
    named = {word for t in state for word in (t.word, t.lemma)}
    described = named & _DESCRIBING
    if described:
        return first.capital and len(named & lettering.LETTERING_LOOK) == 0
    if first.capital:
        return True
    plain = _PLAIN
    language = first.word in (
        "english",
        "french",
        "german",
        "spanish",
        "italian",
        "be",
        "read",
        "say",
    )
    return sure and first.word not in plain and not language


def _is_told(row: Tokens) -> bool:
    """Plain words: nothing of place or look that would make them the description of a text."""
    named = words_of(row)
    return not named & (_DESCRIBING | places.REAL_PLACE_MARKS | lettering.TEXT_KINDS) and not any(
        t.word in grammar.PREPOSITIONS for t in row
    )


def _until_link(row: Tokens) -> Tokens:
    for i, token in enumerate(row):
        if i and token.word in ("with", "to", "by", "into", "from"):
            return row[:i]
    return row


_TYPE_LOOKS = looks.COLOURS | {"bold", "white", "serif", "small"}


def _until_place(row: Tokens) -> Tokens:
    """The run up to where its place is told: "at the top", "on the sand", "above the door"."""
    for i, token in enumerate(row):
        if not i:
            continue
        following = row[i + 1].word if i + 1 < len(row) else ""
        spot = following in grammar.DETERMINERS and not (i + 1 < len(row) and row[i + 1].capital)
        if token.word in _ENDS and not token.capital:
            return _trimmed(row[:i])
        if (
            token.word in ("in", "on", "at", "to", "across", "for", "of")
            and spot
            and not token.capital
        ) and token.word in ("in", "on", "at", "across"):
            return _trimmed(row[:i])
        if token.word in ("in", "with") and following in _TYPE_LOOKS:
            return _trimmed(row[:i])
        if token.kind in (Kind.QUOTE, Kind.SLOT):
            return _trimmed(row[:i])
    return _trimmed(row)


def _trimmed(row: Tokens) -> Tokens:
    while row and (row[-1].kind is Kind.COMMA or row[-1].word in ("and", "then")):
        row = row[:-1]
    return row


RULES = (Rule("unquoted-text", "Wording not in quotes", unquoted_text),)
