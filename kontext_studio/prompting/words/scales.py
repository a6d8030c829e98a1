"""Adjectives that rule each other out: wet and dry, open and closed; and verbs that bring one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache, lru_cache

from kontext_studio.prompting.words._lists import terms

# Each line is a scale; its poles are parted by a stroke.
_SCALES = """
wet damp soaked soaking moist drenched | dry dried arid
open opened ajar | closed shut
on lit glowing | off unlit
sharp crisp focused | blurred blurry soft out_of_focus unfocused
empty uncluttered | full filled crowded cluttered packed busy
clean spotless tidy neat pristine | dirty muddy dusty messy stained filthy grimy
empty bare deserted unoccupied blank clear | occupied
calm still flat smooth | rough choppy wavy stormy turbulent
standing upright | sitting seated | kneeling | lying | running | jumping | crouching | walking
plain solid unpatterned | striped checked chequered checkered dotted floral patterned spotted
straight | curly wavy frizzy curled | bent crooked
level horizontal straight | tilted crooked slanted diagonal sloping
vertical | horizontal
matte matt unglazed | glossy shiny polished gleaming
transparent see-through | opaque
awake | asleep sleeping
clean-shaven beardless shaven | bearded
bald | hairy
vivid vibrant saturated colourful colorful bright | muted desaturated dull pale
cloudless clear sunny | cloudy overcast foggy misty hazy rainy stormy snowy
old aged aging ageing elderly worn weathered | new young youthful brand-new
hot | cold frozen icy
frozen icy solid | melted liquid thawed
whole intact unbroken | broken cracked shattered smashed
tight fitted | loose baggy
serious stern neutral sad angry | smiling laughing happy grinning cheerful
sharp pointed angular | round rounded
square rectangular | round circular oval | triangular | hexagonal
raised lifted up | lowered down hanging
big large huge enormous giant | small tiny little
tall high | short low
wide broad | narrow
thick | thin
long | short
"""
_BRINGS = {
    **dict.fromkeys(("open", "unlock", "unfold", "uncover"), "open"),
    **dict.fromkeys(("close", "shut", "lock", "fold"), "closed"),
    **dict.fromkeys(("wet", "dampen", "moisten", "soak", "drench", "flood", "water"), "wet"),
    **dict.fromkeys(("dry", "drain"), "dry"),
    **dict.fromkeys(("fill", "populate", "crowd"), "full"),
    **dict.fromkeys(("empty", "clear"), "empty"),
    **dict.fromkeys(("blur", "defocus", "soften"), "blurred"),
    **dict.fromkeys(("sharpen", "unblur", "deblur", "focus", "refocus"), "sharp"),
    **dict.fromkeys(("clean", "tidy", "wash", "wipe", "scrub"), "clean"),
    **dict.fromkeys(("dirty", "stain", "smudge"), "dirty"),
    **dict.fromkeys(("straighten",), "straight"),
    **dict.fromkeys(("curl", "crimp"), "curly"),
    **dict.fromkeys(("level",), "level"),
    **dict.fromkeys(("tilt", "slant"), "tilted"),
    **dict.fromkeys(("desaturate", "mute"), "muted"),
    **dict.fromkeys(("saturate",), "vivid"),
    **dict.fromkeys(("melt", "thaw", "defrost"), "melted"),
    **dict.fromkeys(("freeze",), "frozen"),
    **dict.fromkeys(("break", "crack", "smash", "shatter"), "broken"),
    **dict.fromkeys(("repair", "mend"), "whole"),
    **dict.fromkeys(("shave",), "clean-shaven"),
    **dict.fromkeys(("age", "weather"), "old"),
    **dict.fromkeys(("polish", "wax", "buff", "varnish"), "glossy"),
    **dict.fromkeys(("wake",), "awake"),
    **dict.fromkeys(("smile", "laugh", "grin"), "smiling"),
    **dict.fromkeys(("frown", "cry", "scowl"), "serious"),
    **dict.fromkeys(("stand",), "standing"),
    **dict.fromkeys(("sit",), "sitting"),
    **dict.fromkeys(("kneel",), "kneeling"),
    **dict.fromkeys(("lie",), "lying"),
    **dict.fromkeys(("run",), "running"),
    **dict.fromkeys(("jump",), "jumping"),
    **dict.fromkeys(("round",), "rounded"),
    **dict.fromkeys(("raise", "lift"), "raised"),
    **dict.fromkeys(("lower",), "lowered"),
}

BRINGING = frozenset(_BRINGS)
"""Verbs that bring about a state."""


@cache
def _poles() -> Mapping[str, frozenset[tuple[int, int]]]:
    found: dict[str, set[tuple[int, int]]] = {}
    for scale, line in enumerate(_SCALES.strip().splitlines()):
        for pole, words in enumerate(line.split("|")):
            for word in terms(words):
                found.setdefault(word, set()).add((scale, pole))
    return {word: frozenset(poles) for word, poles in found.items()}


def brought_by(verb: str) -> str:
    """The adjective that a verb brings about, "" where it brings none."""
    return _BRINGS.get(verb, "")


@lru_cache(maxsize=4096)
def is_state(word: str) -> bool:
    """A word that stands on a scale."""
    return any(True for _ in _poles_of(word))


def rule_out(one: str, other: str) -> bool:
    """Whether a thing cannot be both: they are different poles of the same scale."""
    return any(
        scale == second and pole != opposite
        for scale, pole in _poles_of(one)
        for second, opposite in _poles_of(other)
    )


def _poles_of(word: str) -> Iterator[tuple[int, int]]:
    yield from _poles().get(word, ())
    for ending, tail in (("ier", "y"), ("er", ""), ("er", "e")):
        if word.endswith(ending):
            yield from _poles().get(word.removesuffix(ending) + tail, ())
