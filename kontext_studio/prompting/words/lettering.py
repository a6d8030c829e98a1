"""Words for lettering: the text itself, and the things that carry it."""

from __future__ import annotations

from kontext_studio.prompting.words._lists import terms

# A kind of text: what follows may be its wording.
TEXT_KINDS = terms(
    """text word caption title headline heading slogan wording phrase tagline subtitle lettering
    letter inscription message number numeral date price sentence quote label name letters year
    score digits typography letterings subheading motto logo_text"""
)
# Kinds that never describe anything but wording.
SURE_TEXT_KINDS = terms(
    """text word caption title headline heading slogan wording phrase tagline subtitle motto"""
)
CARRIERS = terms(
    """sign signboard billboard banner poster mug cup door plate license_plate licence_plate
    number_plate t-shirt shirt cap board chalkboard blackboard whiteboard label book cover page
    menu button screen shop storefront window awning card ticket bottle can tin box package
    packaging newspaper magazine envelope letter jersey flag badge tattoo cake wall bus train
    van truck plaque street_sign neon_sign nameplate tag sticker napkin note placard marquee
    sweater jar"""
)
# Verbs that put a wording or an ornament on something.
INSCRIBING = terms(
    """engrave emblazon inscribe print stamp display embroider carve paint stencil etch letter
    stitch emboss type"""
)
# Things that carry nothing but wording.
WRITTEN_ON = terms(
    """sign signboard banner plaque placard nameplate license_plate licence_plate number_plate
    label name_tag nametag chalkboard blackboard whiteboard street_sign neon_sign marquee"""
)
# Things on which a name with a capital is more likely a wording than somebody.
SHOWING = WRITTEN_ON | (
    CARRIERS
    - terms("wall bus train van truck box can bottle cake book shop bag storefront package")
)
# Verbs whose "to" leads to a wording.
NAMING = terms("rename retitle relabel entitle")
CURRENCIES = frozenset("$€£¥₹")
LETTERING_LOOK = terms(
    """font typeface lettering handwriting script serif sans-serif sans bold italic style size
    color colour uppercase lowercase letterform brush calligraphy cursive capitals caps
    handwritten font_style typography"""
)
NOT_WORDING = terms(
    """overlay box bar field tag plate area block effect color colour size style font position
    layer bubble cloud sign label line lines underneath itself shadow outline more larger bigger
    smaller bolder maker card strip space element and or so that which who is are was on in at
    of to with from above below under over behind beside near by for as into onto around along
    across inside next while keeping keep using without but then"""
)
