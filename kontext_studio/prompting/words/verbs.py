"""Verbs of instructions and what kind of change each asks for."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from functools import cache

from kontext_studio.prompting.words._lists import terms


class Act(Enum):
    """What a verb does to the picture; the clause reader asks for its arguments accordingly."""

    ADD = "add"
    REMOVE = "remove"
    CHANGE = "change"  # change X to Y
    REPLACE = "replace"  # replace X with Y
    COLOUR = "colour"  # paint X red
    MAKE = "make"  # make X <something>
    SCOPE = "scope"  # transform X into Y
    STYLE = "style"  # render X as Y
    PUT = "put"  # put, move X somewhere
    GIVE = "give"  # give X Y
    DRESS = "dress"  # dress X in Y
    ADJUST = "adjust"  # brighten, crop, rotate: complete with a target alone
    JUDGE = "judge"  # improve, enhance
    WRITE = "write"  # write a wording on X
    BODY = "body"  # raise, bend, tilt
    LET = "let"
    USE = "use"
    KEEP = "keep"
    AVOID = "avoid"


_VERBS: Mapping[Act, frozenset[str]] = {
    Act.ADD: terms(
        """add insert include introduce embed integrate incorporate draw attach append overlay
    superimpose scatter sprinkle sew stitch plant grow mount hang install build create generate
    show display bring apply drape tuck pin glue strap embroider engrave carve project cast
    throw spawn append craft produce design compose evoke express stack pour sprinkle drizzle
    splash drip spill inject impose implant interpose dot litter strew surround border encircle
    enclose flank crown emblazon graft tack perch nestle wedge slip stuff load"""
    ),
    Act.REMOVE: terms(
        """remove delete erase eliminate purge expunge clear strip wipe discard extract isolate omit
    drop take subtract hide conceal unpin undress scrub cleanse lift exclude vanish dissolve
    detach banish evict dispose unhook dismantle demolish uproot pluck evacuate ditch kill nix
    zap rid unmount deduct shave get_rid_of"""
    ),
    Act.CHANGE: terms(
        """change alter modify edit adapt customize customise vary update set shift rename retitle
        relabel"""
    ),
    Act.REPLACE: terms("replace swap exchange substitute switch trade interchange"),
    Act.COLOUR: terms(
        """paint recolor recolour color colour dye tint coat stain bleach spray tan whitewash
        varnish glaze gild lacquer repaint colorize colourise colorise colourize drench shade"""
    ),
    Act.MAKE: terms("make render have get cause force"),
    Act.SCOPE: terms(
        """transform turn convert reimagine reinvent redo revamp remake morph remodel rework
    make_over metamorphose makeover transmute"""
    ),
    Act.STYLE: terms(
        """stylize stylise restyle redraw rerender transfer repaint_in style infuse depict portray
    cartoonize cartoonise cartoonify animate sketchify"""
    ),
    Act.PUT: terms(
        """put place move position relocate shift seat stand sit lay park drop bring transport
    transplant teleport arrange rearrange float suspend slide push pull pose stage centre center
    align hold"""
    ),
    Act.GIVE: terms("give lend grant equip offer hand fit provide furnish"),
    Act.DRESS: terms("dress clothe outfit attire garb"),
    Act.ADJUST: terms(
        """crop rotate flip mirror resize scale enlarge shrink widen narrow lengthen shorten stretch
    extend expand zoom straighten sharpen blur soften smooth brighten darken lighten dim
    increase decrease reduce raise lower boost lessen intensify strengthen weaken saturate
    desaturate mute warm cool illuminate light relight expose clean repair restore fix denoise
    deblur dehaze upscale cut trim fill cover wrap frame mask tilt fade adjust tune tone balance
    even calibrate correct polish dust melt freeze burn break crack tear open close fold bend
    inflate deflate curl braid roughen flatten thicken thin age outline highlight mirror reflect
    focus defocus shadow connect separate split merge combine blend mix match double triple
    halve multiply repeat tile texture level shape sculpt tidy empty wet dry water ice frost
    season decorate adorn garnish top line pave carpet panel plaster declutter unblur amplify
    minimize minimise maximize maximise multiply swirl spread unfold uncover reveal simplify
    round square deepen scrape weather patinate rust peel whiten tie untie knot soak roast toast
    grill bake slice chop mash scramble cook butter steam boil squeeze swathe shroud veil
    blanket swaddle upholster reupholster carbonise char singe scorch corrode tarnish scuff
    scratch dent bruise dirty smudge smear crease wrinkle iron rumple tousle ruffle comb bend
    coil twist tangle untangle knit weave crochet quilt hem roll unroll crumple shred splinter
    chip dissolve thaw defrost wilt bloom ripen prune mow rake plough plow furrow dig bury flood
    drain irrigate sink pile heap fan skew warp distort liquify contort squash squish thicken
    puff deform reshape realign reposition reorient recompose reframe rescale resample recrop
    refocus relit retouch heal clone vignette solarize solarise posterize posterise pixelate
    pixelize dodge harden rim etch emboss bevel chamfer sand plane drill rivet weld bolt nail
    fasten fix unscrew latch lock unlock shut ajar dampen moisten polish wax buff shine dull
    cloud overcast undo revert do go perform reverse invert negate swivel spin pivot angle
    incline recline centre populate furnish refurnish redecorate renovate
    tile wallpaper retile repave landscape sow seed fertilise thatch shingle roof slate curtain
    colour_grade color_grade halve outpaint inpaint uncrop upscale upsample recomposite rejuvenate
    de-age"""
    ),
    Act.JUDGE: terms(
        """improve enhance beautify optimize optimise refine perfect upgrade better embellish
        elevate spruce jazz spice liven freshen glam perk pimp improvise
        revolutionise revolutionize revitalise revitalize reinvigorate
        glamorise glamorize prettify uplift modernise modernize"""
    ),
    Act.WRITE: terms("write spell inscribe letter print stamp type label caption title sign"),
    Act.BODY: terms(
        """turn_around kneel wave smile jump run walk dance laugh cry look face lean bow cross point
    smirk frown wink close blink"""
    ),
    Act.LET: terms("let"),
    Act.USE: terms("use take try"),
    Act.KEEP: terms("keep maintain preserve retain leave conserve"),
    Act.AVOID: terms("avoid prevent ensure"),
}

# Nouns and adjectives as often as verbs. Inside a sentence they are verbs only where a determiner,
# a pronoun, a placeholder or a quotation follows ...
WEAK = terms(
    """light shade water dress cover coat style mirror warm cool clear smooth dry open empty dim
    wet tan top line panel season ice frost stain sign label title caption type letter print
    stamp stage pose hand level tone texture shape shadow tile outline round square even age
    better perfect clean project design display show cast face look wave smile jump run walk
    dance laugh cry bow cross point frown wink frame mask fill fold cut patch dust rust weather
    focus match mix blend park stand plaster carpet water burn crack tear break highlight spray
    varnish glaze lower narrow thin color colour plant fix roll fit drop float slide scale zoom
    split double triple offer trade hold close balance spread reflect lean stack sit lay curl
    braid mute wrap throw twist raise trim stitch pin strap mount build drape grow exclude
    update transfer swirl lift wipe have get cause force outfit push pull shift take use bring
    set repeat place paint blur crop position record shave seat lead depict polish refine
    upgrade spruce iron cloud roof slate curtain landscape nail bolt drill fan pile heap rim
    angle butter steam shred chip wrinkle bruise dent seed border plane sand cook grill toast
    shine tie knot wax bloom load slip harden lock do go blanket veil quilt hem spin scratch
    crown dot litter tack graft surround bake slice chop char scuff crease coil weave bury flood
    drain sink splash pour drip squash warp buff heal clone etch weld shut reverse angle incline
    pivot"""
)
# ... while at the start of a sentence only these are doubted ("Light rain over a harbour").
WEAK_FIRST = terms(
    """light shade water dress coat style mirror warm cool clear smooth dry open empty dim wet tan
    top line panel season ice frost sign label title caption type letter print stamp stage pose
    hand level tone texture shape shadow tile outline round square even age better perfect clean
    project design display cast face look wave smile jump run walk dance laugh cry bow cross
    point frown frame mask dust rust weather plaster carpet burn crack spray narrow thin color
    colour park stand record have get polish spruce highlight close position double triple plant
    stain iron cloud roof slate curtain landscape nail bolt drill fan pile heap rim angle butter
    steam shred chip wrinkle bruise dent seed border plane sand cook grill toast shine tie knot
    wax bloom load slip harden lock do go blanket veil quilt hem roll spin scratch crown dot
    litter tack graft stack surround"""
)

# What the body of a person or an animal does: after "make the X" or "let the X".
ACTIONS = terms(
    """kneel sit stand lie lay run walk jump dance wave point look lean bow crouch squat sleep swim
    fly climb hold carry wear raise lift lower turn tilt bend cross stretch hug kiss shake throw
    catch kick ride drive read write eat drink play sing shout talk speak pray fight push pull
    reach grab hide fall float levitate face stare gaze glance close open clap march skip hop
    crawl rest relax pose salute juggle type cook paint nod shrug yawn stroll wink touch rub
    scratch grip drop wield aim shoot cycle skate ski surf dive meditate"""
)
EXPRESSIONS_VERB = terms(
    """smile laugh cry frown grin smirk wink blink scowl pout weep sob blush giggle chuckle beam
    sneer grimace glare seem appear stand_out"""
)
LOOK_VERBS = terms("look appear seem feel be become stay")
PARTICLES = terms("up out off away down over back on in")
SPEECH = terms(
    """say says saying said read reads reading spell spells spelling display displays displaying"""
)


@cache
def acts() -> Mapping[str, Act]:
    """Base form to act; the first list a verb stands in wins."""
    table: dict[str, Act] = {}
    for act in (
        Act.KEEP,
        Act.LET,
        Act.SCOPE,
        Act.REPLACE,
        Act.REMOVE,
        Act.PUT,
        Act.GIVE,
        Act.DRESS,
        Act.CHANGE,
        Act.COLOUR,
        Act.MAKE,
        Act.STYLE,
        Act.WRITE,
        Act.JUDGE,
        Act.ADD,
        Act.ADJUST,
        Act.USE,
        Act.BODY,
        Act.AVOID,
    ):
        for verb in _VERBS[act]:
            table.setdefault(verb, act)
    return table


@cache
def inflected() -> Mapping[str, str]:
    """Each form of a known verb to its base: "keeping" to "keep", "worn" is not promised."""
    table: dict[str, str] = {}
    for base in acts().keys() | ACTIONS | EXPRESSIONS_VERB | LOOK_VERBS | SPEECH:
        for form in _forms(base):
            table.setdefault(form, base)
    return table


_IRREGULAR = {
    "made": "make",
    "given": "give",
    "taken": "take",
    "hung": "hang",
    "built": "build",
    "drawn": "draw",
    "redrawn": "redraw",
    "written": "write",
    "hidden": "hide",
    "bent": "bend",
    "lit": "light",
    "relit": "relight",
    "thrown": "throw",
    "shown": "show",
    "redone": "redo",
    "remade": "remake",
    "brought": "bring",
    "sewn": "sew",
    "shrunk": "shrink",
    "torn": "tear",
    "frozen": "freeze",
    "broken": "break",
    "laid": "lay",
    "woven": "weave",
    "held": "hold",
    "rebuilt": "build",
    "swept": "clean",
    "ground": "grind",
    "worn": "wear",
    "grown": "grow",
    "put": "put",
    "set": "set",
    "cut": "cut",
    "spread": "spread",
    "split": "split",
    "shut": "shut",
    "lent": "lend",
    "overlaid": "overlay",
    "moved": "move",
    "rid": "rid",
}


@cache
def participles() -> Mapping[str, str]:
    """ "Painted", "swapped", "hung" to the verb; what has no verb of a known kind is left out."""
    known = acts()
    table = {
        form: base
        for base in known
        for form in _forms(base)
        if form.endswith("ed") and form not in known
    }
    return table | {form: base for form, base in _IRREGULAR.items() if base in known}


def ing_forms(base: str) -> tuple[str, ...]:
    """ "make" to "making", "cut" to "cutting" and "cuting"."""
    if base.endswith("ie"):
        return (base[:-2] + "ying",)
    if base.endswith("e") and not base.endswith(("ee", "ye")):
        return (base[:-1] + "ing",)
    return (base + "ing", base + base[-1] + "ing")


def _forms(base: str) -> tuple[str, ...]:
    if base.endswith(("s", "sh", "ch", "x", "z")):
        third = base + "es"
    elif base.endswith("y") and base[-2:-1] not in tuple("aeiou"):
        third = base[:-1] + "ies"
    else:
        third = base + "s"
    past = base + "d" if base.endswith("e") else base + "ed"
    if third.endswith("ies"):
        past = base[:-1] + "ied"
    return (*ing_forms(base), third, past, base + base[-1] + "ed")
