"""Is what is edited named, and can it be told apart?"""

from __future__ import annotations

from collections.abc import Iterator

from kontext_studio.prompting.clauses import Clause
from kontext_studio.prompting.context import LintContext
from kontext_studio.prompting.findings import Finding, Fix, Severity, TextEdit
from kontext_studio.prompting.phrases import Tokens, core, owners, stands_alone, things
from kontext_studio.prompting.reading import Reading
from kontext_studio.prompting.referents import OWNING, dangling_pronouns, family_of
from kontext_studio.prompting.rules.lettering import unquoted_words
from kontext_studio.prompting.rules.rule import Rule, cased, with_slot
from kontext_studio.prompting.subject import subject_of
from kontext_studio.prompting.text import Token
from kontext_studio.prompting.words import grammar, terms, verbs
from kontext_studio.prompting.words.verbs import Act

_GENERIC = terms("""object thing item element part stuff something someone somebody anything""")
_NOT_THE_PICTURE = frozenset(["image", "picture", "photo", "photograph", "scene", "frame"])


def pronoun_subject(reading: Reading, context: LintContext) -> Iterator[Finding]:
    """The first pronoun of each kind that has nothing to point to inside the instruction."""
    # "A portrait of my sister", "this is my dog": nothing is edited, so nothing is mistaken
    seen: set[str] = set() if reading.asks_for_change else {"me", "it"}
    for token in dangling_pronouns(reading):
        family = family_of(token)
        if family is None or family in seen:
            continue
        first = next((t for t in reading.tokens if t.is_word), None)
        if not reading.asks_for_change and token is not first:
            continue  # "a portrait of the bride on her graduation day"
        if token.start in unquoted_words(reading):
            continue  # "make the bubble say where is my soup"
        seen.add(family)
        shown = reading.text[token.start : token.end]
        yield Finding(
            "pronoun-subject",
            Severity.WARNING,
            token.start,
            token.end,
            f"Name the subject: the model cannot see what “{shown}” points to.",
            tuple(_names(reading, context, reading.index_of(token), family)),
        )


def _names(reading: Reading, context: LintContext, i: int, family: str) -> Iterator[Fix]:
    token = reading.tokens[i]
    following = reading.tokens[i + 1 : i + 2]
    owning = token.word in OWNING and (
        token.word != "her" or bool(following and not stands_alone(reading.tokens, i))
    )
    ending = "'s" if owning or token.word in ("hers", "theirs", "mine") else ""
    written = reading.text[token.start : token.end]
    if context.previous_prompt and family != "me":
        known = subject_of(context.previous_prompt, person=family in ("he", "she"))
        if known is not None:
            edit = TextEdit(token.start, token.end, cased(written, known + ending))
            yield Fix(f"Name “{known}”", (edit,))
    if any(clause.target == (token,) for clause in reading.restyles):
        edit = TextEdit(token.start, token.end, cased(written, "the photo"))
        yield Fix("Name “the photo”", (edit,))
        return
    edits = [TextEdit(token.start, token.end, cased(written, "the {subject}" + ending))]
    if family == "me":  # nothing in the text can ever stand for "me", so all of them are named
        for other in dangling_pronouns(reading):
            if other.start > token.start and family_of(other) == family:
                owns = "'s" if other.word in ("my", "mine") else ""
                edits.append(TextEdit(other.start, other.end, "the {subject}" + owns))
    yield with_slot("Name it…" if family == "it" else "Name the subject…", edits, "{subject}")


def generic_subject(reading: Reading, context: LintContext) -> Iterator[Finding]:
    for clause in reading.edits:
        if clause.act is Act.ADD and clause.base in ("apply", "create", "craft"):
            continue
        for noun in _meant(clause):
            if noun.lemma in _GENERIC and not _is_part_of(clause.target, noun):
                yield _generic(reading, noun)
            elif clause.act is not Act.ADD and not _told_apart(clause.target, noun):
                count = context.subjects.get(noun.lemma, 0)
                if count > 1 and not _is_described(clause):
                    yield _one_of_many(noun, count)
        for noun in _receivers(clause):
            count = context.subjects.get(noun.lemma, 0)
            if count > 1 and not _told_apart(clause.state, noun):
                yield _one_of_many(noun, count)


def _meant(clause: Clause) -> Tokens:
    """The nouns edited and their owners, without what quantifiers cover."""
    if any(token.word in grammar.QUANTITY for token in core(clause.target)):
        return ()
    return tuple(dict.fromkeys((*things(clause.target), *owners(clause.target))))


def _receivers(clause: Clause) -> Tokens:
    """ "The cat" in "add a hat to the cat"."""
    where = core(clause.state)
    known = bool(where) and where[0].word == "the"
    if clause.act is not Act.ADD or clause.link is None or not known:
        return ()
    return things(where) if clause.link.word in ("to", "on", "onto") else ()


def _is_described(clause: Clause) -> bool:
    """ "(Make the balloon) held by the girl (red)"."""
    row = clause.state
    if clause.act is not Act.MAKE or len(row) < 3 or clause.is_passive:
        return False
    return row[0].word in verbs.participles() and row[1].word in grammar.PREPOSITIONS


def _is_part_of(target: Tokens, noun: Token) -> bool:
    """ "Part of the wall" names its thing."""
    after = [token for token in target if token.start >= noun.end]
    rated = any(t.word in _RATED for t in target if t.end <= noun.start)
    named = bool(after) and after[0].word == "of" and not rated
    return named and noun.lemma in ("part", "element", "piece")


_RATED = terms("main central key important primary secondary")


def _generic(reading: Reading, noun: Token) -> Finding:
    shown = reading.text[noun.start : noun.end]
    slot = "{name of the thing}" if noun.lemma not in ("someone", "somebody") else "{person}"
    wants_article = noun.word in ("something", "someone", "somebody", "anything")
    edit = TextEdit(noun.start, noun.end, f"the {slot}" if wants_article else slot)
    return Finding(
        "generic-subject",
        Severity.WARNING,
        noun.start,
        noun.end,
        f"Which {shown}? Name what it is.",
        (with_slot("Name it…", [edit], slot),),
    )


def _told_apart(target: Tokens, noun: Token) -> bool:
    if noun.word != noun.lemma:  # the plural means all of them
        return True
    i = target.index(noun)
    before = target[:i]
    if any(
        t.word not in grammar.ARTICLES and t.is_word for t in before if not _is_attribute(t, target)
    ):
        return True
    after = {t.word for t in target[i + 1 :] if t.is_word} - grammar.ARTICLES
    return not noun.possessive and bool(after - _NOT_THE_PICTURE - {"in", "of", "from", "out of"})


def _is_attribute(token: Token, target: Tokens) -> bool:
    """Words before an "of" belong to another noun: "the colour of the car"."""
    later = [t.word for t in target if t.start > token.start]
    return token.word == "of" or "of" in later


def _one_of_many(noun: Token, count: int) -> Finding:
    fixes = [
        Fix(f"The {place} one", (TextEdit(noun.start, noun.start, f"{place} "),))
        for place in ("leftmost", "rightmost", "nearest")
    ]
    return Finding(
        "generic-subject",
        Severity.WARNING,
        noun.start,
        noun.end,
        f"Which {noun.lemma}? There are {count}.",
        tuple(fixes),
    )


RULES = (
    Rule("pronoun-subject", "Pronoun instead of a name", pronoun_subject),
    Rule("generic-subject", "Subject cannot be told apart", generic_subject),
)
