"""Parts a thing from what is to become of it where no verb of command stands between them:
"the wall painted red", "the logo in gold", "the man sitting"."""

from __future__ import annotations

from dataclasses import replace

from kontext_studio.prompting.arguments import arguments
from kontext_studio.prompting.phrases import Tokens, is_name, split_predicate, words_of
from kontext_studio.prompting.text import Kind, Token
from kontext_studio.prompting.words import grammar, looks, terms, verbs
from kontext_studio.prompting.words.verbs import Act

# Verb, base, act, link and state of what is said of a thing.
Predicate = tuple[Token | None, str, Act, Token | None, Tokens]

_KNOWN = grammar.POSSESSIVES | grammar.DEMONSTRATIVES | terms("the all every each both everything")
_AUXILIARIES = terms("be to been being adopt get become all now also just completely fully totally")
_GONE = terms("gone disappear vanish disappeared go away")
_ENDS = grammar.PRONOUNS | grammar.DEMONSTRATIVES | terms("left right middle top bottom front back")
_LOOKING = {"looking": "look", "seeming": "seem", "feeling": "feel", "appearing": "appear"}
_HAVING = terms("have having with")


def begins_known(row: Tokens) -> bool:
    """ "The sofa", "my hair", "it", "Anna": something that is there, not something to bring in."""
    if not row or not row[0].is_word:
        return False
    first = row[0]
    return first.word in _KNOWN or first.word in grammar.PRONOUNS or first.possessive


def parted(row: Tokens) -> tuple[Tokens, Tokens] | None:
    """Cut "the wheels painted black", "teeth whitened"; None where nothing is said of a thing."""
    if not row or row[0].word in grammar.DETERMINERS - _KNOWN:
        return None  # "a larger window" is wished for as a whole
    thing, said = _cut(row)
    known = begins_known(row) or (said and said[0].word in verbs.participles())
    return (thing, said) if said and known else None


def _cut(row: Tokens) -> tuple[Tokens, Tokens]:
    thing, said = split_predicate(row)
    opens = [i for i in range(1, len(row)) if _opens_predicate(row, i)]
    if opens:
        at = opens[0]
        done = next((i for i in opens if row[i].word in verbs.participles()), at)
        if row[at].word.endswith("ing"):  # "the woman standing by the door removed"
            return row[:done], row[done:]
        if at <= len(thing) or not said or _is_bogus(thing, said):
            return row[:at], row[at:]
    if said and thing and thing[-1].word == "in":  # "the logo in gold"
        return thing[:-1], (thing[-1], *said)
    if not said or not thing:
        look = next((i for i in range(2, len(row)) if _opens_look(row, i)), None)
        return (row[:look], row[look:]) if look is not None else (row, ())
    return thing, said


def _is_bogus(thing: Tokens, said: Tokens) -> bool:
    """ "On the | left removed", "something | from the shelf deleted", "the landing | page cut"."""
    first = said[0]
    if (thing and thing[-1].word in _UNENDED) or first.kind is Kind.NUMBER:
        return True
    return first.word in grammar.PREPOSITIONS or (
        first.word not in grammar.DETERMINERS and first.is_word and _is_thing(first)
    )


_UNENDED = grammar.DETERMINERS | grammar.PREPOSITIONS


def _opens_predicate(row: Tokens, i: int) -> bool:
    """A participle behind its thing: "painted", "sitting", "gone"."""
    if i >= len(row) or not row[i].is_word or not _ends_thing(row[i - 1]):
        return False
    word, after = row[i].word, row[i + 1] if i + 1 < len(row) else None
    if word == "gone" or word in _LOOKING:
        return True
    if word.endswith("ing"):
        return word in verbs.inflected() and verbs.inflected()[word] in _DOING
    return word in verbs.participles() and (after is None or not _is_thing(after))


_DOING = verbs.ACTIONS | verbs.EXPRESSIONS_VERB


def is_done(row: Tokens) -> bool:
    """A participle is among them: "the cup changed (to blue)"."""
    return any(
        row[i].word in verbs.participles() and _ends_thing(row[i - 1]) for i in range(1, len(row))
    )


def _ends_thing(token: Token) -> bool:
    if token.word in _ENDS or token.kind is Kind.NUMBER:
        return True
    return is_name(token) and not token.possessive and not token.word.endswith("ly")


def _is_thing(token: Token) -> bool:
    """ "The painted wall": the participle belongs to what follows."""
    if not token.is_word or grammar.is_adjective(token.word) or looks.is_colour(token.word):
        return False
    return (
        is_name(token) and token.word not in grammar.ADVERBS and not looks.is_judgement(token.word)
    )


_NO_THING = grammar.ADVERBS | verbs.PARTICLES


def _opens_look(row: Tokens, i: int) -> bool:
    """ "In a vivid shade", "with a hat", "on the table"."""
    if not row[i].is_word or not _ends_thing(row[i - 1]):
        return False
    after = row[i + 1 :]
    if row[i].word == "in":
        return _is_look(after)
    if row[i].word == "with":
        return bool(after) and after[0].word not in grammar.DETERMINERS - {
            "a",
            "an",
            "more",
            "some",
        }
    return row[i].word in ("as", "like", "into")


_NEW = terms("a an more some")
_LOOKS = looks.COLOUR_NOUNS | looks.STYLE_NOUNS | looks.STYLES | terms("bloom focus")


def _is_look(tokens: Tokens) -> bool:
    """ "(In) a vivid shade", "(in) gold"."""
    said = words_of(tokens)
    return bool(said & _LOOKS) or any(looks.is_colour(w) or looks.is_material(w) for w in said)


def gapped(row: Tokens) -> tuple[Tokens, Tokens] | None:
    """ "The wheels painted black", where "should be" stands before; not "the wall is dull"."""
    return None if tells(row) else parted(row)


_TELLING = grammar.BE | terms("looks feels seems appears has stays remains shows stands sits")


def tells(row: Tokens) -> bool:
    """Some verb tells how a thing is: "is", "looks"."""
    return any(t.word in _TELLING for t in row)


def predicate_of(thing: Tokens, said: Tokens) -> Predicate:
    """What is asked for by "(the sofa should) be moved to the left", "(the sky) be pink"."""
    asked = said
    while len(asked) > 1 and (asked[0].word in _AUXILIARIES or asked[0].word.endswith("ly")):
        asked = asked[1:]
    if not asked:
        return None, "make", Act.MAKE, None, said
    first = asked[0]
    if first.word in _GONE and not asked[1:]:
        return first, "remove", Act.REMOVE, None, ()
    base = verbs.participles().get(first.word) if first.is_word else None
    if base is not None:
        link, state = _told(base, verbs.acts()[base], thing, asked)
        return first, base, verbs.acts()[base], link, state
    if first.word in _LOOKING and len(asked) > 1:
        seen = replace(first, word=_LOOKING[first.word], lemma=_LOOKING[first.word])
        return None, "make", Act.MAKE, None, (seen, *asked[1:])
    if first.word in _HAVING and len(asked) > 1:
        return first, "give", Act.GIVE, None, asked[1:]
    while len(said) > 1 and said[0].word in _LINKING:
        said = said[1:]
    look = said[0].word == "in" and _is_look(said[1:])
    if (look or said[0].word in ("into", "like", "as")) and len(said) > 1:
        return None, "make", Act.MAKE, said[0], said[1:]
    return None, "make", Act.MAKE, None, said


_LINKING = terms("be to been being adopt get become")


def passive_of(token: Token) -> Token | None:
    """ "Painting" in "needs painting" as "painted"; None for what is no such form of a verb."""
    base = verbs.inflected().get(token.word) if token.word.endswith("ing") else None
    done = next((form for form, known in verbs.participles().items() if known == base), None)
    return None if done is None else replace(token, word=done, lemma=done)


def _told(base: str, act: Act, thing: Tokens, asked: Tokens) -> tuple[Token | None, Tokens]:
    """The new state of a passive: "replaced with a tree", "painted black", "given a hat"."""
    if len(asked) > 1 and asked[1].word in ("out", "off", "up", "away") and act is not Act.PUT:
        asked = (asked[0], *asked[2:])
    if len(asked) < 2 or not thing:
        return None, ()
    it = Token(Kind.WORD, thing[-1].start, thing[-1].end, "it", "it")
    target, link, state = arguments(base, act, (it, *asked[1:]))
    return link, state or target[1:]
