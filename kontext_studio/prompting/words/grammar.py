"""Function words and plain adjectives: what holds a sentence together."""

from __future__ import annotations

from functools import lru_cache

from kontext_studio.prompting.words import lexicon
from kontext_studio.prompting.words._lists import terms

ARTICLES = terms("a an the")
DETERMINERS = ARTICLES | terms(
    """this that these those my your his her its our their some any each every all both no another
    either neither whose which what one two three four five six seven eight nine ten several
    many few more most much half such other"""
)
QUANTITY = terms("all every each both everyone everybody everything")
DEMONSTRATIVES = terms("this that these those")
POSSESSIVES = terms("my your his her its our their")
THIRD_PERSON = terms("it him her his hers he she them their theirs they")
FIRST_PERSON = terms("me my mine i myself")
PRONOUNS = THIRD_PERSON | FIRST_PERSON | terms("you we us itself himself herself themselves")

PREPOSITIONS = terms(
    """to into onto in on at by for from of off over under above below beneath behind beside
    besides between among amongst amid near with without within inside outside across along
    around round through against atop toward towards up down upon past underneath beyond next
    opposite amidst like as than until since during via per via about throughout in_front_of
    next_to on_top_of close_to out_of instead_of in_between in_place_of"""
)
PLACE_PREPOSITIONS = terms(
    """in on at over under above below beneath behind beside besides between among amongst amid
    near inside outside across along around against atop toward towards onto into upon
    underneath beyond opposite amidst next_to in_front_of on_top_of close_to in_between within
    through round from up down"""
)
CONJUNCTIONS = terms("and or but plus nor & then")
SUBORDINATORS = terms(
    """so because since if when where who which whose although though until once"""
)
NEGATIONS = terms(
    """no not never don't dont doesn't without avoid nothing none neither nor cannot can't"""
)
MODALS = terms("should must shall ought needs will would")
BE = terms("be is are was were been being am 's becomes become")

ADVERBS = terms(
    """now also then just only even still too very really quite more most less least so again back
    away together apart slightly somewhat almost nearly exactly completely fully entirely
    totally partly gently softly subtly strongly heavily lightly evenly carefully simply clearly
    twice maybe perhaps possibly instead here there forward forwards backward backwards upward
    upwards downward downwards left right further farther much far rather please kindly first
    second third next finally lastly afterwards afterward additionally furthermore meanwhile
    otherwise naturally majestically digitally horizontally vertically diagonally sideways
    outdoors indoors upside_down"""
)
# Words that may stand before the verb of an instruction without being part of it.
LEAD_INS = terms(
    """please pls plz kindly just now then also next first firstly second secondly third thirdly
    finally lastly additionally furthermore afterwards simply and but plus or hey hi hello ok
    okay well so again gently carefully subtly slightly completely fully quickly maybe
    perhaps possibly ideally to only instead & u"""
)

# Plain adjectives that can follow "make the X". Colours, materials and moods have their own lists.
ADJECTIVES = terms(
    """big small large tiny huge giant little tall short long wide narrow thick thin deep shallow
    high low round square flat steep curved straight bent open closed empty full clean dirty
    dusty muddy wet dry damp hot cold frozen icy warm cool bright dark light dim soft hard
    smooth rough sharp blurry blurred clear hazy transparent translucent opaque shiny matte
    glossy polished rusty worn torn broken cracked shattered new fresh ripe rotten raw cooked
    hairy furry fluffy bald bare barefoot naked ragged tidy messy cluttered crowded busy quiet
    still heavy loose tight fitted baggy plain patterned striped checked dotted floral wavy
    curly spiky slim fat chubby muscular strong weak tired awake asleep happy sad angry calm
    serious surprised scared young old older younger elderly ancient taller shorter longer wider
    narrower bigger larger smaller thicker thinner higher lower deeper softer harder sharper
    smoother rougher rounder fuller emptier cleaner dirtier wetter drier hotter colder warmer
    cooler brighter darker lighter dimmer closer nearer farther further stronger weaker heavier
    curlier slimmer fatter symmetrical vertical horizontal diagonal upright tilted centered
    centred visible invisible hidden snowy rainy sunny cloudy foggy misty stormy windy overcast
    leafy grassy sandy rocky lush barren wild tropical urban rural indoor outdoor modern vintage
    retro antique classic traditional rustic realistic cute lovely main nearest leftmost
    rightmost same different whole entire upper middle front rear left right top bottom inner
    outer central final last original previous current"""
)
COMPARATIVES = terms(
    """taller shorter longer wider narrower bigger larger smaller thicker thinner higher lower
    deeper softer harder sharper smoother rougher rounder fuller emptier cleaner dirtier wetter
    drier hotter colder warmer cooler brighter darker lighter dimmer closer nearer farther
    further stronger weaker heavier older younger curlier straighter slimmer fatter flatter
    quieter busier"""
)


@lru_cache(maxsize=4096)
def is_adjective(word: str) -> bool:
    """An adjective more often than anything else."""
    return word in ADJECTIVES or lexicon.is_a(word, "adjective")


@lru_cache(maxsize=4096)
def is_comparative(word: str) -> bool:
    """ "Taller", and "juicier" as "juicy" is an adjective; "-er" alone ends too many nouns."""
    if word in COMPARATIVES:
        return True
    return word.endswith(("ier", "iest")) and is_adjective(word.rpartition("ie")[0] + "y")
