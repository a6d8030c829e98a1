"""Is what is edited named, and can it be told apart?"""

from __future__ import annotations

from collections.abc import Iterator

from kontext_studio.prompting.clauses import Clause, Role
from kontext_studio.prompting.context import LintContext
from kontext_studio.prompting.findings import Finding, Fix, Severity, TextEdit
from kontext_studio.prompting.phrases import Tokens, core, head, owners, stands_alone, things
from kontext_studio.prompting.reading import Reading
from kontext_studio.prompting.rules.rule import Rule, cased, with_slot
from kontext_studio.prompting.subject import subject_of
from kontext_studio.prompting.text import Kind, Token
from kontext_studio.prompting.words import grammar, lettering, looks, people, places, terms, verbs
from kontext_studio.prompting.words.verbs import Act

_FAMILY = {
    **dict.fromkeys(("him", "his", "he"), "he"),
    **dict.fromkeys(("her", "hers", "she"), "she"),
    **dict.fromkeys(("them", "their", "theirs", "they", "these", "those"), "they"),
    **dict.fromkeys(("it", "its", "this", "that"), "it"),
    **dict.fromkeys(("me", "my", "mine"), "me"),
}
_DEMONSTRATIVES = frozenset(["this", "that", "these", "those"])
_OWNING = frozenset(["his", "its", "their", "my", "her"])
_GENERIC = terms("""object thing item element part stuff something someone somebody anything""")
_NOT_THE_PICTURE = frozenset(["image", "picture", "photo", "photograph", "scene", "frame"])
# Things that a "him" or "her" cannot point to.
_LIFELESS = (
    people.GARMENTS
    | people.ACCESSORIES
    | people.BODY_PARTS
    | people.HAIR
    | places.IMAGES
    | places.BACKDROPS
    | places.PLACES
    | places.TIMES
    | places.WEATHER
    | places.LIGHT
    | places.FRAMING
    | looks.COLOURS
    | looks.COLOUR_NOUNS
    | looks.MATERIALS
    | looks.STYLE_NOUNS
    | looks.STYLES
    | lettering.TEXT_KINDS
    | lettering.CARRIERS
)
_NO_REFERENT = (
    grammar.PRONOUNS
    | grammar.DETERMINERS
    | grammar.PREPOSITIONS
    | grammar.CONJUNCTIONS
    | grammar.ADVERBS
    | grammar.ADJECTIVES
    | grammar.COMPARATIVES
    | grammar.LEAD_INS
    | grammar.BE
    | grammar.MODALS
    | grammar.SUBORDINATORS
    | grammar.NEGATIONS
    | looks.JUDGEMENTS
    | looks.COLOURS
    | terms("want like need would could can wish let's i'd what if")
)


def pronoun_subject(reading: Reading, context: LintContext) -> Iterator[Finding]:
    """The first pronoun of each kind that has nothing to point to inside the instruction."""
    seen: set[str] = set()
    kept = [clause for clause in reading.clauses if clause.role is Role.KEEP]
    for i, token in enumerate(reading.tokens):
        family = _FAMILY.get(token.word) if token.is_word else None
        if family is None or family in seen or not _points_outside(reading, i):
            continue
        if any(clause.start <= token.start < clause.end for clause in kept):
            continue
        if _has_referent(reading, token, family) or _is_impersonal(reading, token):
            continue
        seen.add(family)
        shown = reading.text[token.start : token.end]
        yield Finding(
            "pronoun-subject",
            Severity.WARNING,
            token.start,
            token.end,
            f"Name the subject: the model cannot see what “{shown}” points to.",
            tuple(_names(reading, context, i, family)),
        )


def _points_outside(reading: Reading, i: int) -> bool:
    """A pronoun used as such, not as a determiner, a conjunction or a polite "give me"."""
    tokens, word = reading.tokens, reading.tokens[i].word
    before = tokens[i - 1] if i else None
    if word in _DEMONSTRATIVES:
        if not stands_alone(tokens, i):
            return False
        if word == "that" and before is not None:
            clause_word = before.word in ("so", "such", "sure", "ensure", "way", "like", "now")
            relative = before.is_word and before.word not in _NO_REFERENT | verbs.acts().keys()
            return not (clause_word or relative or before.kind in (Kind.QUOTE, Kind.SLOT))
        return True
    if word == "me":
        return before is None or before.word not in (
            "give",
            "show",
            "help",
            "let",
            "for",
            "to",
            "tell",
        )
    if word == "my":
        following = {token.lemma for token in tokens[i + 1 : i + 4]}
        return not following & places.IMAGES
    return True


def _has_referent(reading: Reading, token: Token, family: str) -> bool:
    if family == "me":
        return False
    verbs_here = {clause.verb.start for clause in reading.clauses if clause.verb is not None}
    beside = _beside(reading, token)
    for other in reading.tokens:
        if other.start >= token.start:
            return False
        if other.kind in (Kind.SLOT, Kind.QUOTE):
            return True
        if (
            not other.is_word
            or other.word in _NO_REFERENT
            or other.start in verbs_here
            or other is beside
        ):
            continue
        if _fits(other, family):
            return True
    return False


def _fits(noun: Token, family: str) -> bool:
    person = people.is_person(noun.lemma)
    match family:
        case "he":
            return noun.lemma not in people.FEMALE and _may_live(noun)
        case "she":
            return noun.lemma not in people.MALE and _may_live(noun)
        case "it":
            return not person
    return True


def _beside(reading: Reading, token: Token) -> Token | None:
    """The "feather" of "add a feather to it": what is put somewhere is not that place."""
    i = reading.tokens.index(token)
    if (
        not i
        or reading.tokens[i - 1].word not in grammar.PREPOSITIONS
        or token.word in _OWNING - {"her"}
    ):
        return None
    for clause in reading.edits:
        if clause.start <= token.start < clause.end and clause.state and token in clause.state[:1]:
            return head(clause.target)
    return None


def _may_live(noun: Token) -> bool:
    alive = people.may_be_person(noun.lemma) or noun.lemma in people.ANIMALS or noun.capital
    return alive and noun.lemma not in _LIFELESS


def _is_impersonal(reading: Reading, token: Token) -> bool:
    """ "Make it rain", "turn it into winter": nothing is meant by "it"."""
    if token.word != "it":
        return False
    for clause in reading.edits:
        if not clause.start <= token.start < clause.end:
            continue
        named = {word for t in clause.state[:6] for word in (t.word, t.lemma)}
        whole = len(clause.target) == 1 and clause.target[0] == token
        if whole and named & (places.TIMES | places.SEASONS | places.WEATHER):
            return True
    return False


def _names(reading: Reading, context: LintContext, i: int, family: str) -> Iterator[Fix]:
    token = reading.tokens[i]
    following = reading.tokens[i + 1 : i + 2]
    owning = token.word in _OWNING and (
        token.word != "her" or bool(following and not stands_alone(reading.tokens, i))
    )
    ending = "'s" if owning or token.word in ("hers", "theirs", "mine") else ""
    written = reading.text[token.start : token.end]
    if context.previous_prompt and family != "me":
        known = subject_of(context.previous_prompt, person=family in ("he", "she"))
        if known is not None:
            edit = TextEdit(token.start, token.end, cased(written, known + ending))
            yield Fix(f"Name “{known}”", (edit,))
    edit = TextEdit(token.start, token.end, cased(written, "the {subject}" + ending))
    yield with_slot("Name it…" if family == "it" else "Name the subject…", [edit], "{subject}")


def generic_subject(reading: Reading, context: LintContext) -> Iterator[Finding]:
    for clause in reading.edits:
        if clause.act is Act.ADD and clause.base in ("apply", "create", "craft"):
            continue
        for noun in _meant(clause):
            if noun.lemma in _GENERIC and not _is_part_of(clause.target, noun):
                yield _generic(reading, noun)
            elif clause.act is not Act.ADD and not _told_apart(clause.target, noun):
                count = context.subjects.get(noun.lemma, 0)
                if count > 1:
                    yield _one_of_many(noun, count)


def _meant(clause: Clause) -> Tokens:
    """The nouns edited and their owners, without what quantifiers cover."""
    if any(token.word in grammar.QUANTITY for token in core(clause.target)):
        return ()
    return tuple(dict.fromkeys((*things(clause.target), *owners(clause.target))))


def _is_part_of(target: Tokens, noun: Token) -> bool:
    """ "Part of the wall" names its thing."""
    after = [token for token in target if token.start >= noun.end]
    return bool(after) and after[0].word == "of" and noun.lemma in ("part", "element", "piece")


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
    return not noun.possessive and bool(after - _NOT_THE_PICTURE - {"in", "of", "from"})


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
