"""Closed lists of words: what may not be part of a thing's name, and what rules share.

Knows words only, no sentences.
"""

from __future__ import annotations

# Words that open an instruction. None of them can be part of the name of a thing.
VERBS = frozenset(
    """
    add adjust alter apply blacken bleach blend blur boost brighten bring bump change coat color
    colorize combine convert cool correct create crop cut darken decrease delete desaturate dim
    double draw dye eliminate emphasize enhance enlarge erase exchange extend extract fade fill fix
    flip get give grow halve have heighten improve increase insert intensify invert keep leave let
    lift lighten lower maintain make mirror modify morph move mute overlay paint place posterize
    preserve press print protect put raise recolor redraw reduce relight remove render repaint
    replace rescale resize retain retouch rotate saturate scale set sharpen shift shrink show
    shrink spin spray stain stamp straighten strengthen stylize sub substitute swap switch
    tint tone touch transfer transform transition trim turn type tweak undo unsharpen update upscale
    use warm weaken whiten write zoom keeping preserving maintaining retaining leaving changing
    touching altering making turning want need would like
    """.split()
)

# Words with a job in the sentence; a thing's name ends before them.
FUNCTION_WORDS = frozenset(
    """
    a an the this that these those my our your his her its their some any all every each both
    i me we us you he she it they them him one ones
    and or but nor then while when whilst as so if than though because until
    to into in on at from with without by for of off over under above below behind beside between
    near next around across along through toward towards against inside outside onto upon within
    up down out about
    is are was were be been being am do does did done has had will shall should can could may might
    must not no never none only even ever else except apart other another same different similar
    more less most least very much too quite rather slightly bit little lot way far really
    exactly completely entirely fully totally
    first second third fourth last next previous nearest closest farthest
    which who whose what where why how there here
    everything nothing something anything everywhere rest remainder
    look looks looking appear appears become becomes
    unchanged intact untouched
    balance hour hours channel channels cast
    twice half again
    """.split()
)

# Words that select among things by where they are or how they compare; only "where" rules
# and size words may use them, so that a choice the engine cannot make is never read past.
SELECTORS = frozenset(
    """
    left right top bottom upper lower middle center central front back rear foreground
    smaller smallest bigger biggest larger largest taller tallest shorter shortest leftmost
    rightmost topmost
    """.split()
)

NOT_NOUNS = VERBS | FUNCTION_WORDS | SELECTORS

# Verbs above that are also everyday names of things; they may end a thing's name ("the red print").
NOUNS_TOO = frozenset(
    """
    blend boost coat color crop cut dye fill flip lift mirror paint place press print rose show
    spray stain stamp turn type mute sub top light back front
    """.split()
)

DETERMINERS = "the|a|an|this|that|these|those|my|our|your|his|her|its|their|both|each|every"

# Words for how a picture is made. A list of things ends before them: "the cup and the framing".
ASPECT_WORDS = frozenset(
    """
    composition framing frame layout crop viewpoint perspective angle position placement location
    camera aspect ratio size resolution light lighting illumination exposure brightness color colors
    palette contrast shadows highlights reflections shading texture pattern style look mood
    atmosphere pose expression identity likeness features shape shapes background details text
    proportions orientation clothing clothes
    """.split()
)

# Ends a plural in "-s" that is none.
SINGULAR_IN_S = frozenset(
    """
    dress glass grass bus gas lens iris cactus canvas compass cross class mattress harness moss boss
    pants trousers jeans shorts glasses scissors pajamas overalls cosmos citrus bonus circus walrus
    hibiscus lotus crocus octopus asparagus platypus virus
    """.split()
)
PLURALS = frozenset("men women people children feet teeth mice geese leaves shelves".split())


def is_plural(noun: str) -> bool:
    """Whether a noun speaks of several things; clothes in pairs count as one thing."""
    if noun in PLURALS:
        return True
    return noun.endswith("s") and not noun.endswith("ss") and noun not in SINGULAR_IN_S
