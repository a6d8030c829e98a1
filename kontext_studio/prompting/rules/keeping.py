"""Is it said what must stay: the person, the framing, the rest of the look?"""

from __future__ import annotations

from collections.abc import Iterator

from kontext_studio.prompting.clauses import Clause, Role
from kontext_studio.prompting.context import LintContext
from kontext_studio.prompting.facets import Side
from kontext_studio.prompting.findings import Finding, Fix, Severity
from kontext_studio.prompting.people_edits import Aspect, person_edit
from kontext_studio.prompting.phrases import Tokens, core, head, things, words_of
from kontext_studio.prompting.reading import Reading, is_whole_picture
from kontext_studio.prompting.rules.keep_clauses import FRAMING, IN_PLACE, LOOK, Item, keep_clause
from kontext_studio.prompting.rules.pictures import mentions
from kontext_studio.prompting.rules.rule import Rule, appended, span
from kontext_studio.prompting.words import grammar, lexicon, people, places, terms
from kontext_studio.prompting.words.verbs import Act

_IDENTITY = terms(
    """face facial feature features identity likeness hair hairstyle expression pose head body
    appearance person people skin"""
)
_FRAMES = terms(
    """camera angle framing composition perspective scale layout position placement pose viewpoint
    viewing_angle camera_angle vantage_point"""
)
# Buildings and vehicles are things in a picture as often as places.
_THINGS_TOO = terms(
    """house church castle cabin cottage barn stable lighthouse train bus boat pool temple mosque
    palace mansion tunnel bridge pier dock moon planet volcano iceberg tower spaceship garage
    factory hotel school hospital library gallery museum theatre theater shop store station cave
    waterfall dune pond runway lawn wood plain balcony terrace porch cathedral"""
)


def _is_thing_too(lemma: str) -> bool:
    return lemma in _THINGS_TOO or (
        lemma not in places.PLACES and lexicon.is_a(lemma, "building", "room")
    )


_FEATURES: Item = ("facial features", None)
_HAIRSTYLE: Item = ("hairstyle", Side.HAIR)
_EXPRESSION: Item = ("expression", Side.EXPRESSION)
_REPLACING = (Act.CHANGE, Act.REPLACE, Act.SCOPE)
_WEATHER_TO_ADD = terms(
    """fog mist haze rain snow storm drizzle snowfall sunshine sunlight moonlight blizzard frost
    rainfall lighting candlelight sunbeam daylight thunderstorm downpour backlight glow
    firelight"""
)
_PERSON_ITEMS: dict[Aspect, tuple[Item, ...]] = {
    Aspect.CLOTHES: (_FEATURES, _HAIRSTYLE, _EXPRESSION),
    Aspect.HAIR: (("face", None), ("skin tone", None), _EXPRESSION),
    Aspect.FACE: (("identity", None), _HAIRSTYLE, _EXPRESSION),
    Aspect.AGE: (_FEATURES, _HAIRSTYLE, _EXPRESSION),
    Aspect.POSE: (_FEATURES, ("clothing", Side.CLOTHES), ("background", Side.BACKGROUND)),
    Aspect.ROLE: (_FEATURES, _HAIRSTYLE, ("pose", Side.POSE)),
    Aspect.PLACE: (("face", None), ("hair", Side.HAIR), ("clothing", Side.CLOTHES)),
}


def _person_clause(reading: Reading, aspect: Aspect) -> str:
    opening = " with the same " if aspect is Aspect.PLACE else " while preserving the same "
    return keep_clause(reading, opening, _PERSON_ITEMS[aspect])


def keep_person(reading: Reading, _context: LintContext) -> Iterator[Finding]:
    if person_is_kept(reading):
        return
    for clause in reading.edits:
        aspect = person_edit(clause)
        if aspect is None or _means_an_animal(reading, clause) or _from_a_picture(clause):
            continue
        yield Finding(
            "keep-person",
            Severity.WARNING,
            clause.opens,
            _named_until(clause),
            f"Say what must stay of {_person_name(clause)}.",
            (Fix("Keep the person", (appended(reading, _person_clause(reading, aspect)),)),),
        )
        return


def _named_until(clause: Clause) -> int:
    ends = [t.end for t in (*clause.target[-1:], clause.verb) if t is not None]
    return max(ends) if clause.target else clause.end


def _means_an_animal(reading: Reading, clause: Clause) -> bool:
    """ "Take the cat out and put her on the sill"."""
    if len(clause.target) != 1 or clause.target[0].word not in people.PERSON_PRONOUNS:
        return False
    before = [t.lemma for t in reading.tokens if t.end <= clause.start]
    return any(map(people.is_animal, before)) and not any(map(people.is_person, before))


def _from_a_picture(clause: Clause) -> bool:
    """ "Put the rider of image 3 on the horse" brings a person in."""
    return clause.act is Act.PUT and any(mentions(clause.target))


def person_is_kept(reading: Reading) -> bool:
    """A keep clause speaks of face, identity, the person, or everything else."""
    kept = reading.kept
    return (
        reading.keeps_the_rest
        or bool(kept & _IDENTITY)
        or any(people.is_person(word) for word in kept)
    )


def _person_name(clause: Clause) -> str:
    for token in clause.target + clause.state:
        if people.is_person(token.lemma):
            return f"the {token.word}"
    return "the person"


def keep_framing(reading: Reading, _context: LintContext) -> Iterator[Finding]:
    if reading.kept & _FRAMES or _wishes_framing(reading):
        return
    for clause in reading.edits:
        if not (_replaces_backdrop(clause) or _replaces_place(clause) or _moves_to_place(clause)):
            continue
        start, end = span(clause.tokens)
        keep = keep_clause(reading, ", keep the exact ", FRAMING)
        fixes = [Fix("Keep the framing", (appended(reading, keep),))]
        if any(people.is_person(token.lemma) for token in reading.tokens):
            person = keep_clause(reading, ", keeping the person in the exact same ", IN_PLACE)
            fixes.append(Fix("Keep the person in place", (appended(reading, person),)))
        yield Finding(
            "keep-framing",
            Severity.HINT,
            start,
            end,
            "Say that camera and framing stay.",
            tuple(fixes),
        )
        return


def _wishes_framing(reading: Reading) -> bool:
    """A framing word outside what is edited: "seen from a low camera angle"."""
    for clause in reading.clauses:
        edited = head(clause.target)
        for token in clause.tokens:
            if token.lemma in _FRAMES and token is not edited and clause.role is not Role.KEEP:
                return True
    return False


def _replaces_backdrop(clause: Clause) -> bool:
    noun = head(clause.target)
    if clause.act is Act.GIVE or (
        clause.act is Act.ADD and clause.base not in ("add", "apply", "create")
    ):
        new = head(clause.state)
        return clause.act is Act.GIVE and new is not None and new.lemma in places.STRICT_BACKDROPS
    if noun is None or noun.lemma not in places.BACKDROPS:
        return False
    strict = noun.lemma in places.STRICT_BACKDROPS
    if clause.act is Act.MAKE:
        return strict and any(map(places.is_place, words_of(core(clause.state))))
    if clause.act is Act.ADJUST or clause.base in ("adapt", "adjust", "edit"):
        # "reshape the surroundings so that they evoke a canyon", not "to match the street"
        said = words_of(clause.state)
        like = strict and bool(said & _LIKENESS) and not said & _SUITING
        return like and any(places.is_place(w) or w in places.STRICT_BACKDROPS for w in said)
    if clause.act not in _REPLACING:
        return False
    if _is_time_or_weather(clause.state):
        # "change the setting to daytime" is light, "replace the background with a sunset" is not
        return noun.lemma == "background"
    return strict or any(places.is_place(thing.lemma) for thing in things(clause.state))


_TIME_OR_WEATHER = places.TIMES | places.SEASONS | places.WEATHER


_LIKENESS = terms(
    """resemble evoke suggest mimic imitate become like simulate reflect convey show showcase
    display depict portray represent be"""
)
_SUITING = terms("match fit suit complement")


def _is_time_or_weather(state: Tokens) -> bool:
    noun = head(state)
    return noun is not None and noun.lemma in _TIME_OR_WEATHER


def _replaces_place(clause: Clause) -> bool:
    if clause.act not in _REPLACING or not clause.state:
        return False
    old, new = head(clause.target), head(clause.state)
    if old is None or new is None:
        return False
    into = new.lemma in places.STRICT_BACKDROPS or places.is_place(new.lemma)
    return into and places.is_place(old.lemma) and not _is_thing_too(old.lemma)


def _moves_to_place(clause: Clause) -> bool:
    """ "Put the couple on the moon", "set the photo in Kyoto", "she is now on a beach"."""
    if _onto_backdrop(clause):
        return True
    if clause.act is Act.MAKE and clause.verb is None:
        link, where = clause.state[:1], clause.state[1:]
    else:
        link, where = (clause.link,) if clause.link is not None else (), clause.state
    if not link or not where or not clause.target:
        return False
    new = head(core(where))
    if new is None:
        return False
    if link[0].word in ("in front of", "before"):  # a landmark has a name
        known = clause.act is Act.PUT and _is_definite(clause.target)
        return known and new.capital and where[0].word == "the"
    if link[0].word not in ("in", "on", "at", "into", "onto", "inside", "to"):
        return False
    place = new.lemma in places.STRICT_BACKDROPS or places.is_place(new.lemma)
    if clause.base == "set" and is_whole_picture(clause.target):
        return new.capital or place
    if clause.verb is None:
        return place and _is_definite(clause.target)
    named = new.capital and where[0] is new and link[0].word in ("in", "at", "into")
    moved = clause.act is Act.PUT or clause.base == "set"
    return moved and (place or named) and _is_definite(clause.target)


def _is_definite(target: Tokens) -> bool:
    return target[0].word not in ("a", "an", "some", "another", "two", "three", "it", "there")


def _onto_backdrop(clause: Clause) -> bool:
    """ "Drop it onto a plain grey background", "isolate the shoe on a white backdrop"."""
    if clause.verb is None or clause.act is Act.ADD:
        return False
    for i, token in enumerate(clause.tokens[:-2]):
        new = clause.tokens[i + 1].word in ("a", "an")
        if new and token.word in ("on", "onto", "against", "over", "into"):
            noun = head(clause.tokens[i + 1 :])
            return noun is not None and noun.lemma in places.STRICT_BACKDROPS
    return False


def keep_look(reading: Reading, _context: LintContext) -> Iterator[Finding]:
    if reading.keeps:
        return
    changes = [clause for clause in reading.edits if _changes_look(clause)]
    if not changes or any(_replaces_backdrop(clause) for clause in reading.edits):
        return
    start, end = span(changes[0].tokens)
    painting = next(
        (w for w in ("painting", "drawing", "illustration") if w in reading.words), None
    )
    stays = (
        f", while maintaining the same style of the {painting}"
        if painting and not reading.restyles
        else keep_clause(reading, ", while keeping the same ", LOOK)
    )
    yield Finding(
        "keep-look",
        Severity.HINT,
        start,
        end,
        "Say what stays when the light changes.",
        (Fix("Keep the rest of the look", (appended(reading, stays),)),),
    )


_LIT_BY = places.LIGHTING | {"season", "weather", "time of day"}


_TIMES_AND_SEASONS = places.TIMES | places.SEASONS


def _changes_look(clause: Clause) -> bool:
    noun = head(clause.target)
    if clause.act is Act.ADD:
        return noun is not None and noun.lemma in _WEATHER_TO_ADD
    if clause.base in ("light", "relight", "illuminate", "light up"):
        return bool(clause.target) and (clause.base == "relight" or _is_scene(clause.target))
    if clause.act not in (*_REPLACING, Act.MAKE, Act.LET, Act.ADJUST, Act.GIVE, Act.PUT):
        return False
    if noun is not None and noun.lemma in _LIT_BY:
        return bool(clause.state) or clause.act is Act.CHANGE
    if noun is not None and noun.lemma in _TIMES_AND_SEASONS:
        return bool(clause.state)
    if not _is_scene(clause.target):
        return False
    said = words_of(core(clause.state))
    return bool(said & _TIME_OR_WEATHER)


_SCENES = places.SCENE_WORDS | places.SKY | places.BACKDROPS


def _is_scene(target: Tokens) -> bool:
    if is_whole_picture(target):
        return True
    return any(
        thing.lemma in _SCENES or places.is_place(thing.lemma) for thing in things(target)
    ) and not any(token.word in grammar.POSSESSIVES for token in target[:1])


RULES = (
    Rule("keep-person", "Person edit without an identity clause", keep_person, edit_only=True),
    Rule("keep-framing", "New background without a framing clause", keep_framing, edit_only=True),
    Rule(
        "keep-look",
        "Light, time or weather change without a keep clause",
        keep_look,
        edit_only=True,
    ),
)
