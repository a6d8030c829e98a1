"""Words for colour, material, style, and for judgement that names nothing to see."""

from __future__ import annotations

from functools import lru_cache

from kontext_studio.prompting.words import lexicon
from kontext_studio.prompting.words._lists import terms

COLOURS = terms(
    """red orange yellow green blue purple violet pink brown black white grey gray silver gold
    golden beige cream ivory tan khaki olive navy teal turquoise cyan aqua magenta fuchsia
    maroon burgundy crimson scarlet vermilion ruby coral salmon peach apricot amber mustard
    ochre ocher lemon lime mint sage emerald jade forest moss pine cobalt azure indigo lavender
    lilac mauve plum aubergine rose blush rust copper bronze brass chocolate coffee caramel
    camel taupe charcoal slate ecru terracotta sienna umber sepia blonde blond brunette ginger
    auburn redhead platinum strawberry sand sapphire wine cherry brick rainbow multicolored
    multicoloured multicolor monochrome pastel neon-green chartreuse periwinkle cerulean
    ultramarine eggshell off-white anthracite graphite pearl champagne honey chestnut mahogany
    walnut oak reddish bluish greenish yellowish greyish grayish pinkish brownish purplish
    colourless colorless black_and_white greyscale grayscale bicolour bicolor tricolour tricolor
    raspberry tangerine saffron pistachio denim midnight_blue royal_blue sky_blue baby_blue
    hot_pink bottle_green brick_red signal_red jet_black"""
)
COLOUR_NOUNS = terms(
    """color colour shade tone hue tint colors colours colouring coloring palette colourway"""
)
RELATIVE_COLOURS = terms(
    """darker lighter brighter warmer cooler paler deeper richer bolder vivid vibrant colourful
    colorful bright dark light warm cool pale different another other new nicer better prettier
    some any richly stronger softer fresh fresher unusual interesting random muted contrasting
    louder nice beautiful complementary"""
)
RELATIVE_TONES = terms(
    """darker lighter brighter paler colourful colorful vivid vibrant warmer cooler deeper richer
    bolder"""
)

MATERIALS = terms(
    """wood wooden oak walnut pine bamboo metal metallic steel iron brass copper bronze gold silver
    chrome aluminium aluminum tin glass crystal ceramic porcelain clay stone marble granite
    concrete brick plaster plastic rubber leather suede velvet silk satin cotton linen wool
    woollen woolen denim fur felt lace canvas paper cardboard wax ice snow sand jute rattan
    wicker straw lace tweed corduroy cashmere fleece nylon latex vinyl gravel slate sandstone
    asphalt bakelite basalt cane carbon_fibre carbon_fiber cedar cement chiffon damask ebony enamel
    fibreglass fiberglass hemp hessian larch limestone linoleum lycra mohair mother-of-pearl muslin
    neoprene onyx organza plexiglass perspex plywood polyester pvc resin rosewood soapstone tarmac
    teak terrazzo travertine veneer zellige acrylic lacquer faux_fur
    terracotta obsidian jade amber pearl quilted knitted crocheted origami lego chocolate cork
    foam foil mesh knit tweed"""
)

STYLE_NOUNS = terms(
    """style look aesthetic filter effect art artwork manner vibe feel medium design theme"""
)
STYLE_FAMILIES = terms(
    """art artistic artsy arty painting painted painterly drawing drawn sketch sketched cartoon
    cartoonish cartoony comic illustration illustrated 3d vintage retro old old-school
    old-fashioned modern contemporary cinematic fantasy dark abstract stylized stylised classic
    classical antique futuristic filmic film surreal grunge hand-drawn animated animation
    cool artwork render rendering digital_art fine_art graphic"""
)
# Families that also describe things, so "a vintage lamp" is no style.
STYLES = terms(
    """watercolor watercolour oil_painting oil_paint acrylic gouache pencil_sketch pencil_drawing
    charcoal charcoal_drawing charcoal_sketch ink_drawing ink_painting pen_and_ink line_art
    lineart pastel_drawing crayon chalk_drawing linocut woodcut woodblock etching engraving
    lithograph screen_print mosaic stained_glass stained-glass collage papercut paper_cut-out
    claymation clay_animation stop-motion lego pixel_art voxel low-poly low_poly anime manga
    ghibli studio_ghibli pixar disney simpsons bauhaus art_deco art_nouveau cubism cubist
    impressionism impressionist expressionism expressionist surrealism surrealist pop_art
    pop-art pointillism pointillist baroque rococo renaissance gothic romanticism minimalism
    constructivism de_stijl fauvism dada ukiyo-e sumi-e van_gogh monet picasso klimt hokusai
    warhol vermeer rembrandt dali kandinsky mondrian matisse munch lichtenstein mucha hopper
    banksy film_noir film-noir noir cyberpunk steampunk vaporwave synthwave solarpunk dieselpunk
    graffiti street_art delft risograph halftone blueprint isometric flat_design vector_art
    caricature chibi tarot comic_book graphic_novel polaroid daguerreotype cyanotype lomography
    kodachrome technicolor infrared double_exposure oil pencil_drawing colored_pencil
    coloured_pencil ballpoint fresco tapestry embroidery cross-stitch origami claymation
    plasticine felt psychedelic art-deco pixel-art hyperrealism photorealism photorealistic
    storybook wes_anderson 8-bit 16-bit sketchnote chiaroscuro batik calligraphy tattoo_art
    digital_painting matte_painting"""
)
TONE_CHANGES = terms(
    """black_and_white black-and-white monochrome monochromatic sepia sepia-toned greyscale
    grayscale duotone"""
)
FILE_FORMATS = terms("png jpeg jpg webp gif svg pdf tiff")
MEDIUM_WORDS = terms("pencil ink charcoal chalk crayon oil pen graphite brush paint")

TONE_JUDGEMENTS = frozenset(["cooler"])
"""A tone of the picture where it stands alone, and praise beside other praise."""

JUDGEMENTS = terms(
    """boring bland tedious drab ugly cheap amateurish tacky lifeless uninspired amateur
    unprofessional bad awful worse terrible elegance charm soul glamour allure prestige pizazz
    striking welcoming catchy tasty tastier delicious yummy appetizing appetising mouthwatering
    enchanting adorable alluring enticing tempting engaging arresting drama epicness energy life
    excitement tension sporty exclusive prestigious upmarket artisanal authentic reliable
    approachable inspiring uplifting optimistic hopeful nostalgic melancholic sombre somber
    ominous sinister eerie haunting ethereal heavenly dreamlike otherworldly daring snappy
    streamlined understated flashy showy gaudy kitschy flawless immaculate impeccable superior
    state-of-the-art cutting-edge innovative up-to-date relevant accessible digestible lifelike
    relatable intimate heroic triumphant mighty delicate feminine masculine girly manly mature
    grown-up sweet lovable likeable likable irresistible sensual seductive provocative racy
    passionate tender upbeat bubbly exuberant expensive-looking regal noble aristocratic stately
    palatial snug habitable livable liveable lived-in spacious roomy eco-friendly sustainable
    healthy thumb-stopping scroll-stopping attention-grabbing head-turning show-stopping
    best-selling award-winning high-impact on-brand gritty rugged terrifying frightening
    horrifying menacing threatening intimidating intense tense suspenseful adventurous optimised
    optimized simple simpler modern-looking home vibrant-looking lavish opulent posh swanky ritzy
    sumptuous exquisite refined tasteful stylized-looking fashionable glitzy slick snazzy jazzy
    edgy quirky funky playful joyous whimsical majestic grand grandiose glorious marvellous
    marvelous superb fabulous outstanding remarkable extraordinary exceptional noteworthy
    unforgettable iconic legendary phenomenal terrific splendid decent acceptable presentable
    respectable tidy-looking credible trustworthy convincing believable serious-looking
    businesslike corporate commercial marketable sellable clickable viral shareable
    instagram-worthy magazine-worthy world-class top-notch first-class five-star boutique designer
    high-class sophisticated-looking emotional touching heartwarming soulful expressive evocative
    meaningful powerful-looking energetic exhilarating thrilling captivating gripping intriguing
    fascinating mesmerizing mesmerising hypnotic stunning-looking awe-inspiring jaw-dropping
    mind-blowing dazzling radiant aesthetically visually standout bolder-looking harmonious
    balanced-looking well-balanced neat neater smart smarter homely homey comfy comfortable
    relaxing soothing peaceful calming serene zen festive cheerier merrier scarier spooky spookier
    creepy creepier epic-looking badass rad dope lit sick neat-looking ok okay fine flattering
    photogenic studio-quality print-ready better nicer nice good great best beautiful prettier
    pretty lovely amazing awesome fantastic wonderful perfect stunning gorgeous professional pro
    interesting exciting attractive appealing eye-catching luxurious luxury premium high-end
    upscale expensive classy fancy stylish elegant cool cooler impressive special unique creative
    magical epic dramatic moody cozy cosy inviting fun funny aesthetic pleasing pop impact wow
    polished sophisticated trendy hip fresh quality high-quality hd improved enhanced lively
    livelier dynamic powerful memorable incredible spectacular breathtaking brilliant super
    pleasant charming romantic dreamy mysterious natural optimal ideal proper correct clearer
    finished clean cleaner sleek chic instagrammable handsome good-looking compelling timeless
    airy homelike juicy scrumptious mouth-watering magic clinical persuasive mood vibrancy
    character appeal beauty personality punch oomph flair wow-factor pizzazz glamorous sexy cute
    cuter hot"""
)
JUDGEMENT_FILLERS = terms(
    """a an the more much very really even way bit little lot some so too it this that look looks
    feel feels seem appear style vibe appearance version overall be become touch sense kind of
    and or as to in with give make quite extra super image picture photo shot atmosphere result
    get way have something thing stand out come across all again just made see general possible
    everyone everybody me us you i we like effect piece work level overall_look
    factor high higher less"""
)
PROPERTIES = terms(
    """contrast brightness exposure sharpness saturation sharper sharp blur blurry blurriness noise
    grain haze hazy fog clarity detail details resolution lighting light shadow shadows
    highlight highlights colour color colours colors tone tones texture size shape age
    expression smile wrinkle wrinkles scratch scratches stain crack cracks dust red-eye
    perspective symmetry edge edges focus temperature balance white_balance skin_tone teeth dark
    darker bright brighter illumination reflection glare crop angle depth pose visibility
    legibility lettering font distortion artifact artifacts artefact artefacts tear spot blemish
    pixelation horizon pores vibrance spacing alignment background"""
)


@lru_cache(maxsize=4096)
def is_judgement(word: str) -> bool:
    """A word of taste or quality, comparatives as well: "catchier", "tastiest"."""
    if word in JUDGEMENTS or word.endswith(("-worthy", "-quality", "-grade")):
        return True
    for ending in ("ier", "iest"):
        if word.endswith(ending) and word.removesuffix(ending) + "y" in JUDGEMENTS:
            return True
    return any(
        word.endswith(ending) and word.removesuffix(ending) in JUDGEMENTS
        for ending in ("er", "est", "ly", "r", "st")
    )


@lru_cache(maxsize=4096)
def is_colour(word: str) -> bool:
    """The name of a colour, also in parts: "blue-green", "sea-green"."""
    if word in COLOURS or lexicon.is_a(word, "colour"):
        return True
    return "-" in word and word.rsplit("-", 1)[-1] in COLOURS


@lru_cache(maxsize=4096)
def is_material(word: str) -> bool:
    return word in MATERIALS or lexicon.is_a(word, "material")


@lru_cache(maxsize=4096)
def is_style(word: str) -> bool:
    """A named style, medium, school or painter."""
    return word in STYLES or lexicon.is_a(word, "painter")
