"""Does the instruction say what to see, or only how good it should be?"""

from __future__ import annotations

from collections.abc import Iterator

from kontext_studio.prompting.clauses import Clause, Role
from kontext_studio.prompting.context import LintContext
from kontext_studio.prompting.findings import Finding, Fix, Severity, TextEdit
from kontext_studio.prompting.phrases import Tokens, head, words_of
from kontext_studio.prompting.reading import Reading, is_whole_picture
from kontext_studio.prompting.rules.rule import Rule, cased, with_slot, written
from kontext_studio.prompting.text import Kind, Token
from kontext_studio.prompting.words import grammar, looks, people, terms, verbs
from kontext_studio.prompting.words.verbs import Act

_ASKING = (Act.MAKE, Act.GIVE, Act.CHANGE, Act.ADJUST, Act.LET, Act.SCOPE, Act.ADD)
_LEFT_OVER = (
    looks.JUDGEMENT_FILLERS | grammar.PREPOSITIONS | grammar.DETERMINERS | grammar.CONJUNCTIONS
)


def vague_goal(reading: Reading, _context: LintContext) -> Iterator[Finding]:
    for clause in reading.edits:
        word = judged_word(clause)
        if word is None or _is_spelt_out(reading, clause):
            continue
        shown = reading.text[word.start : word.end]
        yield Finding(
            "vague-goal",
            Severity.WARNING,
            word.start,
            word.end,
            f"“{shown}” does not say what to change.",
            tuple(_measurable(reading, clause)),
        )
    if not reading.edits:
        yield from _vague_description(reading)
        yield from _bare_judgement(reading)


def judged_word(clause: Clause) -> Token | None:
    """The word of judgement, where nothing that can be seen stands beside it."""
    fixes = clause.base in ("fix", "polish", "retouch") and _means_the_picture(clause.target)
    if clause.base == "fix" and _is_bare_person(clause.target):
        return clause.verb
    raised = head(clause.target) if clause.base in _RAISING else None
    if raised is not None and raised.lemma in _QUALITIES and not clause.state:
        return raised
    if _is_idiom(clause):
        return clause.verb
    if clause.base == "do" and [t.word for t in clause.target[:2]] == ["something", "about"]:
        return clause.verb
    if clause.act is Act.JUDGE or fixes:
        if clause.verb is None or _says_more(clause.target):
            return None
        return None if clause.state and not _pleases(clause.state) else clause.verb
    exchanged = clause.act is Act.REPLACE and [t.word for t in clause.state[:1]] == ["something"]
    if clause.act not in _ASKING and not exchanged:
        return None
    said = clause.state
    if clause.act is Act.MAKE and not said and clause.base == "make":
        said = clause.target  # "make epic"
    if clause.act is Act.ADD:
        if clause.base in ("craft", "create", "design", "produce", "compose", "evoke", "express"):
            return None
        said = clause.target
    said = _without_audience(said)
    judged = [t for t in said if looks.is_judgement(t.word)] or _more_style(clause)
    if all(t.word in looks.TONE_JUDGEMENTS for t in judged):
        return None
    for token in said:
        if token.kind in (Kind.QUOTE, Kind.SLOT, Kind.NUMBER, Kind.COLOUR_CODE):
            return None
        if token.is_word and not looks.is_judgement(token.word) and token.lemma not in _LEFT_OVER:
            return None
    if any(looks.is_colour(t.lemma) or looks.is_style(t.lemma) for t in said):
        return None
    if head(clause.target) is not None and _says_more(clause.target, to_judge=True):
        return None
    return judged[0]


_PLEASED = _LEFT_OVER | terms(
    """buyer customer client viewer reader follower audience guest visitor user shopper fan crowd
    boss love like want buy enjoy admire notice click stop stay remember feel think say drool
    crave adore stare look"""
)


def _pleases(state: Tokens) -> bool:
    """ "... so buyers love it", "... with more charm": how it is received, not what is seen."""
    return all(
        t.is_word
        and (
            t.word in _PLEASED
            or t.lemma in _PLEASED
            or t.word in grammar.PRONOUNS
            or t.word in grammar.MODALS
            or looks.is_judgement(t.word)
            or people.is_person(t.lemma)
        )
        for t in state
    )


def _without_audience(said: Tokens) -> Tokens:
    """ "More engaging for young people" without those it is for."""
    said = _without_purpose(said)
    at = next((i for i, t in enumerate(said) if i and t.word in ("for", "to")), None)
    if at is None or not any(people.is_person(t.lemma) for t in said[at:]):
        return said
    whom = said[at + 1 :]
    plain = all(
        t.word in grammar.DETERMINERS or grammar.is_adjective(t.word) or t.lemma in _PLEASED
        for t in whom
        if not people.is_person(t.lemma)
    )
    return said[:at] if plain else said


def _without_purpose(said: Tokens) -> Tokens:
    """ "More professional so that I can use it for my shop" without what it is for."""
    at = next((i for i, t in enumerate(said) if i and t.word == "so"), None)
    if at is None:
        return said
    who = next((t for t in said[at + 1 :] if t.word != "that"), None)
    uses = who is not None and (who.word in ("i", "we") or people.is_person(who.lemma))
    return said[:at] if uses else said


# "Take the photo to the next level", "turn it up a notch".
_IDIOMS = tuple(
    tuple(idiom.split())
    for idiom in (
        "to the next level",
        "to another level",
        "to a new level",
        "to a whole new level",
        "to new heights",
        "up a notch",
        "your magic",
        "your thing",
        "your best",
        "whatever you like",
        "whatever you want",
        "to life",
        "come alive",
        "feel alive",
        "like home",
        "like a dream",
        "like a million dollars",
        "like a million bucks",
        "out of this world",
        "in a magazine",
        "like a pro",
        "speak for itself",
        "tell a story",
        "turn heads",
        "catch the eye",
        "draw the eye",
        "from the crowd",
        "from the rest",
        "from the competition",
        "to perfection",
        "to shame",
        "some love",
        "more love",
        "a lift",
        "a boost",
        "a refresh",
        "a makeover",
        "a facelift",
        "an upgrade",
        "the wow factor",
        "wow factor",
    )
)
_IDIOM_ENDS = frozenset(idiom[-1] for idiom in _IDIOMS)


_MOVES = terms("move shift slide push pull raise lower lift nudge")


def _is_idiom(clause: Clause) -> bool:
    if clause.tokens[-1].word not in _IDIOM_ENDS or clause.base in _MOVES:
        return False
    words = tuple(t.word for t in clause.tokens)
    return any(words[-len(idiom) :] == idiom for idiom in _IDIOMS)


_RAISING = terms("increase boost raise bump lift up maximise maximize heighten add")
_QUALITIES = terms("quality appeal impact wow vibe mood flair pizzazz")


def _is_spelt_out(reading: Reading, clause: Clause) -> bool:
    """ "Retouch the portrait: remove the stain ...": what is meant follows the colon."""
    after = next((t for t in reading.tokens if t.start >= clause.end), None)
    return after is not None and after.word == ":"


def _is_bare_person(target: Tokens) -> bool:
    """ "My hair", "her outfit": no defect is named."""
    noun = head(target)
    if noun is None or not (noun.lemma in people.HAIR | {"face"} or people.is_garment(noun.lemma)):
        return False
    return all(t is noun or t.possessive or t.word in grammar.DETERMINERS for t in target)


def _more_style(clause: Clause) -> list[Token]:
    """ "Give the sofa more style"."""
    words = [t.word for t in clause.state]
    more = clause.act is Act.GIVE and words[:1] in (["more"], ["some"], ["extra"])
    return list(clause.state[-1:]) if more and words[1:] in (["style"], ["life"], ["class"]) else []


def _means_the_picture(target: Tokens) -> bool:
    """ "The picture", "it", "this": whatever is wrong with it is not said."""
    noun = head(target)
    return noun is None or (is_whole_picture(target) and noun.lemma not in looks.PROPERTIES)


_SAID_MORE = looks.PROPERTIES | people.EXPRESSIONS - {"mood", "emotion"}


_MEASURED = looks.PROPERTIES | looks.COLOUR_NOUNS


def _says_more(target: Tokens, *, to_judge: bool = False) -> bool:
    """The target is itself a property: "improve the contrast", "fix the crack in the vase"."""
    noun = head(target)
    named = words_of(target)
    if to_judge:
        return noun is not None and noun.lemma in _MEASURED
    if named & _SAID_MORE:
        return True
    if any(looks.is_colour(word) for word in named):
        return True
    return any(token.kind in (Kind.SLOT, Kind.QUOTE) for token in target)


def _vague_description(reading: Reading) -> Iterator[Finding]:
    """ "Refining the illumination": a present participle of judgement and nothing else."""
    for clause in reading.clauses:
        first = clause.tokens[0]
        base = verbs.inflected().get(first.word, "")
        if clause.role is not Role.FRAGMENT or not first.word.endswith("ing"):
            continue
        judged = verbs.acts().get(base) is Act.JUDGE or base in ("illuminate", "brighten")
        if judged and len(clause.tokens) < 5:
            yield Finding(
                "vague-goal",
                Severity.WARNING,
                first.start,
                first.end,
                f"“{reading.text[first.start : first.end]}” does not say what to change.",
                tuple(_measurable(reading, clause)),
            )


def _bare_judgement(reading: Reading) -> Iterator[Finding]:
    """ "Better", "more professional please"."""
    said = [t for clause in reading.clauses for t in clause.tokens]
    words = [t for t in said if t.is_word and t.word not in grammar.LEAD_INS]
    judged = [t for t in words if looks.is_judgement(t.word)]
    if judged and len(words) < 4 and all(t in judged or t.lemma in _LEFT_OVER for t in words):
        token = judged[0]
        about = next((c for c in reading.clauses if c.start <= token.start < c.end), None)
        if about is not None:
            yield Finding(
                "vague-goal",
                Severity.WARNING,
                token.start,
                token.end,
                f"“{reading.text[token.start : token.end]}” does not say what to change.",
                tuple(_measurable(reading, about)),
            )


_POINTING = grammar.PRONOUNS | grammar.POSSESSIVES


def _measurable(reading: Reading, clause: Clause) -> Iterator[Fix]:
    """Replace the clause by something that can be seen."""
    about = () if _is_idiom(clause) else clause.target
    unnamed = any(t.word in _POINTING for t in about)
    named = "" if unnamed or head(about) is None else written(reading, about)
    begin = clause.opens
    opening = reading.text[begin : begin + 1]
    of = f" of {named}" if named else ""
    is_cool = any(t.word in ("cool", "cooler") for t in clause.tokens)
    light = "cool the light" if is_cool else "warm the light"
    for title in (f"increase the contrast{of}", f"{light}{of}"):
        yield Fix(cased("X", title), (TextEdit(begin, clause.end, cased(opening, title)),))
    if named:
        text = f"sharpen {named}"
        yield Fix(cased("X", text), (TextEdit(begin, clause.end, cased(opening, text)),))
    else:
        text = cased(opening, "sharpen the {subject}")
        yield with_slot("Sharpen the …", [TextEdit(begin, clause.end, text)], "{subject}")
    restyle = cased(opening, "convert the picture to {style}")
    yield with_slot("Name a style…", [TextEdit(begin, clause.end, restyle)], "{style}")


RULES = (Rule("vague-goal", "Goal without a visible property", vague_goal),)
