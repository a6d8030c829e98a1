"""Does the instruction say what to see: which property, from what into what?"""

from __future__ import annotations

from collections.abc import Iterator

from kontext_studio.prompting.clauses import Clause, Role
from kontext_studio.prompting.context import LintContext
from kontext_studio.prompting.facets import Side
from kontext_studio.prompting.findings import Finding, Fix, Severity, TextEdit
from kontext_studio.prompting.people_edits import person_edit
from kontext_studio.prompting.phrases import Tokens, core, head, words_of
from kontext_studio.prompting.reading import Reading, is_whole_picture
from kontext_studio.prompting.rules.keep_clauses import Item, keep_clause
from kontext_studio.prompting.rules.keeping import person_is_kept
from kontext_studio.prompting.rules.rule import Rule, appended, cased, span, with_slot, written
from kontext_studio.prompting.text import Kind, Token
from kontext_studio.prompting.words import grammar, looks, people, places, terms, verbs
from kontext_studio.prompting.words.verbs import Act

_ASKING = (Act.MAKE, Act.GIVE, Act.CHANGE, Act.ADJUST, Act.LET, Act.SCOPE, Act.ADD)
_CHANGING = terms(
    """change replace swap recolor recolour adjust alter edit modify exchange substitute"""
)
_REBUILDING = terms("transform convert morph")
_LEFT_OVER = (
    looks.JUDGEMENT_FILLERS | grammar.PREPOSITIONS | grammar.DETERMINERS | grammar.CONJUNCTIONS
)


def vague_goal(reading: Reading, _context: LintContext) -> Iterator[Finding]:
    for clause in reading.edits:
        word = _judged(clause)
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


def _judged(clause: Clause) -> Token | None:
    """The word of judgement, where nothing that can be seen stands beside it."""
    fixes = clause.base in ("fix", "polish", "retouch") and _means_the_picture(clause.target)
    if clause.base == "fix" and _is_bare_person(clause.target):
        return clause.verb
    raised = head(clause.target) if clause.base in _RAISING else None
    if raised is not None and raised.lemma in _QUALITIES and not clause.state:
        return raised
    if _is_idiom(clause):
        return clause.verb
    if clause.act is Act.JUDGE or fixes:
        if clause.state or clause.verb is None or _says_more(clause.target):
            return None
        return clause.verb
    exchanged = clause.act is Act.REPLACE and [t.word for t in clause.state[:1]] == ["something"]
    if clause.act not in _ASKING and not exchanged:
        return None
    said = clause.state
    if clause.act is Act.ADD:
        if clause.base in ("craft", "create", "design", "produce", "compose", "evoke", "express"):
            return None
        said = clause.target
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
    )
)
_IDIOM_ENDS = frozenset(idiom[-1] for idiom in _IDIOMS)


def _is_idiom(clause: Clause) -> bool:
    if clause.tokens[-1].word not in _IDIOM_ENDS:
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


_POINTING = grammar.PRONOUNS | grammar.POSSESSIVES


def _measurable(reading: Reading, clause: Clause) -> Iterator[Fix]:
    """Replace the clause by something that can be seen."""
    about = () if _is_idiom(clause) else clause.target
    unnamed = any(t.word in _POINTING for t in about)
    named = "" if unnamed or head(about) is None else written(reading, about)
    begin = clause.verb.start if clause.verb is not None else clause.start
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


_COMPLETED = _CHANGING | _REBUILDING


def incomplete_change(reading: Reading, _context: LintContext) -> Iterator[Finding]:
    for i, clause in enumerate(reading.edits):
        if clause.verb is None or not (clause.base in _COMPLETED or _exchanges(clause)):
            continue
        if not clause.target and clause.state:
            if not _suits_the_picture(clause):
                yield _no_target(reading, clause)
            continue
        if any(token.word == "back" for token in clause.tokens):
            continue  # "change it back" speaks of an earlier turn
        if clause.state or not clause.target or _is_exchange(clause) or _brings(clause):
            continue
        if i + 1 < len(reading.clauses) and _explained_next(reading, clause):
            continue
        if any(token.word == "only" for token in clause.tokens[:2]):
            continue  # "only replace the sky" narrows what was said before
        yield _no_state(reading, clause)


_OF_THE_PICTURE = (
    places.TIMES
    | places.SEASONS
    | places.WEATHER
    | places.LIGHT
    | looks.STYLES
    | looks.STYLE_FAMILIES
    | looks.STYLE_NOUNS
    | looks.TONE_CHANGES
    | looks.MEDIUM_WORDS
    | places.CAMERA_VIEWS
    | looks.FILE_FORMATS
)


def _suits_the_picture(clause: Clause) -> bool:
    """ "Change to daytime", "change to watercolour": the picture is meant."""
    named = words_of(clause.state)
    return clause.base not in ("replace", "swap", "exchange", "substitute") and bool(
        named & _OF_THE_PICTURE
    )


def _is_exchange(clause: Clause) -> bool:
    """ "Swap the fox and the hen" is whole."""
    swaps = clause.base in ("swap", "exchange", "switch", "interchange")
    words = {token.word for token in clause.target}
    if words & {"places", "positions", "sides"} and words & {"between", "of"}:
        return True  # "change places between the cat and the dog"
    return swaps and bool(words & {"and", "two", "both"})


def _exchanges(clause: Clause) -> bool:
    """ "Switch out the lamp", not "switch off the lamp"."""
    return clause.act is Act.REPLACE and any(t.word == "out" for t in clause.tokens[1:2])


def _brings(clause: Clause) -> bool:
    """ "Swap in a lamp", "edit out a bin"; "swap out the lamp" still lacks what comes instead."""
    complete = ("in",) if clause.act is Act.REPLACE else ("in", "out")
    return clause.verb is not None and any(t.word in complete for t in clause.tokens[1:2])


def _explained_next(reading: Reading, clause: Clause) -> bool:
    """ "Change the room, adding plants": the new state follows as an aside."""
    after = next((c for c in reading.clauses if c.start >= clause.end), None)
    if after is not None and clause.base in _REBUILDING and after.state:
        return _judged(after) is None  # "transform the cup and make it blue"
    return after is not None and after.role is Role.ASIDE and after.tokens[0].word.endswith("ing")


def _no_target(reading: Reading, clause: Clause) -> Finding:
    assert clause.verb is not None
    at = clause.verb.end
    return Finding(
        "incomplete-change",
        Severity.WARNING,
        clause.verb.start,
        clause.verb.end,
        f"{cased('X', clause.base)} what?",
        (with_slot("Name it…", [TextEdit(at, at, " the {object}")], "{object}"),),
    )


def _no_state(reading: Reading, clause: Clause) -> Finding:
    start, end = span(clause.target)
    swaps = clause.act is Act.REPLACE
    slot = "{new object}" if swaps else "{new state}"
    if head(clause.target) is not None and _is_colour_change(clause):
        slot = "{colour}"
    name = written(reading, core(clause.target)) or written(reading, clause.target)
    edits = [TextEdit(end, end, f" with {slot}" if swaps else f" to {slot}")]
    if _needs_keeping(reading, clause, edits[0]):
        keep = keep_clause(reading, " while preserving the same ", _KEEP_PERSON)
        edits.append(appended(reading, keep))
        if edits[1].start == end:
            edits = [TextEdit(end, edits[1].end, edits[0].new_text + edits[1].new_text)]
    return Finding(
        "incomplete-change",
        Severity.WARNING,
        start,
        end,
        f"Change {name} into what?",
        (with_slot("Say into what…", edits, slot),),
    )


_KEEP_PERSON: tuple[Item, ...] = (
    ("facial features", None),
    ("hairstyle", Side.HAIR),
    ("expression", Side.EXPRESSION),
)


def _needs_keeping(reading: Reading, clause: Clause, edit: TextEdit) -> bool:
    """Once it is complete, the change would touch a person."""
    if person_is_kept(reading):
        return False
    at = edit.start - clause.start
    text = reading.text[clause.start : clause.end]
    after = Reading(text[:at] + edit.new_text + text[at:])
    return any(person_edit(completed) for completed in after.edits)


def _is_colour_change(clause: Clause) -> bool:
    noun = head(clause.target)
    return clause.base in ("recolor", "recolour") or (
        noun is not None and noun.lemma in looks.COLOUR_NOUNS
    )


RULES = (
    Rule("vague-goal", "Goal without a visible property", vague_goal),
    Rule("incomplete-change", "Half a change: what, or into what?", incomplete_change),
)
