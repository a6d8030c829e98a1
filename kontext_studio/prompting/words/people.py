"""Words for people and animals, bodies, clothes, and what people look like."""

from __future__ import annotations

from functools import lru_cache

from kontext_studio.prompting.words import lexicon
from kontext_studio.prompting.words._lists import terms

PEOPLE = terms(
    """archer sorceress sorcerer warlock mage cosmonaut duchess emperor empress
    pharaoh imam druid paladin outlaw admiral jeweller jeweler beautician rapper juggler vlogger
    cosplayer forester lumberjack motorcyclist mountaineer fencer weightlifter backpacker commuter
    huntress priestess goddess cleaner nanny babysitter flight_attendant podcaster coder freelancer
    tattooist geisha maiko nomad serf triplet suspect witness
    person people man woman boy girl child kid baby toddler infant teenager teen adult lady
    gentleman guy gal dude lad lass couple family friend bride groom mother father mom mum dad
    parent grandmother grandfather grandma grandpa sister brother son daughter aunt uncle cousin
    husband wife twin model athlete player footballer runner swimmer cyclist dancer ballerina
    singer musician guitarist violinist pianist drummer actor actress artist painter sculptor
    photographer writer author poet teacher student pupil professor doctor nurse surgeon dentist
    chef cook baker waiter waitress barista bartender butcher farmer fisherman gardener worker
    builder carpenter mechanic engineer scientist astronaut pilot sailor captain soldier guard
    policeman policewoman officer detective firefighter lawyer judge businessman businesswoman
    manager secretary clerk cashier seller vendor customer shopper tourist traveller traveler
    hiker climber skier skater surfer driver rider passenger pedestrian neighbor neighbour monk
    nun priest king queen prince princess knight warrior viking pirate wizard witch cowboy
    samurai ninja clown magician hero heroine villain superhero speaker host guest audience
    crowd crew team bystander lifeguard librarian tailor smith blacksmith potter florist postman
    courier hunter miner boxer wrestler goalkeeper referee coach trainer judge human figure
    character portrait_subject beggar elder senior youth bridesmaid conductor cellist harpist
    drummer skateboarder jogger snowboarder gymnast ceo cfo boss colleague coworker employee
    founder trainee graduate influencer streamer gamer blogger barber usher welder paramedic medic
    busker mime bouncer goth yogi dj gran nan nana granny grandad granddad auntie stepfather
    stepmother newborn tot geezer bloke bro fiancé fiancée newlywed"""
)
PLAIN_PEOPLE = terms(
    """person people man woman boy girl child kid baby lady guy human someone somebody"""
)
PERSON_PRONOUNS = terms("him her his he she hers me my i")
PLURAL_PRONOUNS = terms("them their they theirs")

ANIMALS = terms(
    """animal dog puppy cat kitten horse pony foal cow calf bull ox sheep lamb goat pig piglet
    chicken hen rooster duck duckling goose swan bird parrot owl eagle hawk crow raven pigeon
    dove sparrow swallow gull seagull penguin flamingo peacock rabbit bunny hare mouse rat
    hamster squirrel hedgehog fox wolf bear cub panda koala kangaroo lion lioness tiger leopard
    cheetah panther elephant rhino hippo giraffe zebra camel llama alpaca deer fawn stag moose
    elk monkey ape gorilla chimpanzee snake lizard turtle tortoise frog toad crocodile alligator
    dinosaur dragon unicorn fish shark whale dolphin seal octopus crab lobster butterfly bee
    beetle spider ant dragonfly snail donkey mule bat otter beaver badger raccoon pet bison
    buffalo ostrich terrier retriever bulldog corgi husky poodle tabby"""
)
MALE = terms("""man boy gentleman guy king prince father dad brother husband groom uncle son lad""")
FEMALE = terms(
    """woman girl lady queen princess mother mum mom sister wife bride aunt daughter lass"""
)

BODY_PARTS = terms(
    """face head hair eye eyebrow eyelash nose mouth lip tooth teeth ear cheek chin jaw forehead
    neck shoulder arm elbow hand finger thumb nail fist chest breast stomach belly waist hip
    back leg knee foot feet toe ankle skin body muscle wrinkle freckle beard moustache mustache
    stubble wrist palm thigh torso hairstyle haircut smile expression gaze hairline complexion"""
)
HAIR = terms(
    """hair hairstyle haircut hairdo beard moustache mustache goatee stubble sideburn fringe bang
    bob ponytail braid pigtail bun mohawk afro dreadlock dreadlocks mullet curl buzz_cut
    pixie_cut crew_cut bowl_cut mane quiff undercut perm wig updo up-do
    topknot chignon bouffant cornrow dread beehive fauxhawk"""
)
FACIAL_HAIR = terms("beard moustache mustache goatee stubble sideburn")
HAIR_SHAPES = terms(
    """long short shoulder-length curly wavy straight bald shaved spiky braided slicked cropped
    buzzed layered frizzy shorter longer curlier straighter thicker"""
)
SHAPE_OF_FACE = terms(
    """face nose mouth lip jaw jawline chin cheekbone cheek eyebrow ear forehead eye skin"""
)

GARMENTS = terms(
    """clothes clothing cloth garment outfit costume uniform suit tuxedo jacket coat raincoat
    overcoat parka blazer cardigan sweater jumper pullover hoodie sweatshirt shirt t-shirt
    tee blouse top vest waistcoat tank_top dress gown ball_gown wedding_dress skirt trouser
    trousers pants jean jeans shorts legging leggings jogger robe kimono sari cloak cape
    poncho apron overalls dungarees jumpsuit swimsuit bikini pyjamas pajamas underwear sock
    shoe boot sneaker sandal heel slipper trainer attire apparel armor armour spacesuit tunic
    toga kilt tracksuit corset polo loafer wardrobe jersey lab_coat tailcoat trench_coat
    pinafore romper nightgown negligee camisole culottes windbreaker turtleneck anorak scrub
    scrubs saree lehenga hanbok qipao cheongsam dirndl lederhosen catsuit leotard tutu habit
    cassock surcoat sherwani kurta dashiki caftan kaftan sarong stiletto brogue clog
    polo_neck crew_neck roll_neck gilet jeggings hoody dungaree blouson espadrille flip-flop
    moccasin wellington plimsoll wellies chinos jodhpurs dhoti abaya parka peacoat duster
    tracksuit loungewear sportswear streetwear activewear workwear menswear knitwear bathrobe
    onesie footwear"""
)
ACCESSORIES = terms(
    """hat cap beanie helmet crown tiara glasses sunglasses eyeglasses spectacles goggles monocle
    mask scarf tie bow_tie necktie necklace earring bracelet ring watch brooch belt glove gloves
    mitten bag handbag backpack purse umbrella cane badge veil headband headphones earphones
    earmuffs ribbon bandana turban hood lipstick makeup make-up eyeliner tattoo piercing
    freckles freckle collar pendant jewelry jewellery pin medal eyepatch fan flower bouquet
    balloon wig wings halo bow wristwatch headset headscarf beret fedora sombrero top_hat
    baseball_cap party_hat cowboy_hat"""
)
EXPRESSIONS = terms(
    """smile laugh cry frown grin smirk wink blink happy happier sad sadder angry angrier surprised
    serious scared afraid calm laughing smiling crying frowning grinning expression cheerful
    joyful worried tired bored excited confident proud shocked neutral tear tears gaze mood
    emotion astonished delighted furious friendly stern"""
)
BUILD = terms(
    """plus-size plus-sized curvy curvier petite lanky stocky stockier athletic toned slender
    pregnant overweight underweight obese chubby muscular skinny burly brawny wrinkly elderly
    middle-aged teenage youthful"""
)
AGE_AND_BODY = BUILD | terms(
    """old older young younger elderly aged age ages adult teenage youthful senior year years thin
    thinner slim slimmer fat fatter chubby muscular stronger tall taller short shorter heavier
    skinny skinnier bald balder pregnant bigger smaller fit fitter buff middle-aged baby decades
    forty fifty sixty seventy eighty ninety wrinkle wrinkles wrinkled"""
)
BEAUTY = terms(
    """pretty prettier beautiful attractive handsome gorgeous cuter cute sexy hotter hot
    better-looking good-looking stunning ugly uglier glamorous"""
)
POSES = terms(
    """pose posture stance standing sitting seated kneeling lying running walking jumping dancing
    waving pointing leaning crouching squatting sleeping swimming flying climbing profile
    cross-legged upright crossed raised folded holding carrying wearing riding reading hugging"""
)

_GARMENT_ENDINGS = (
    "coat",
    "shirt",
    "dress",
    "suit",
    "shoe",
    "jacket",
    "trousers",
    "boot",
    "gown",
    "skirt",
    "robe",
    "wear",
)
_AGENT_ENDINGS = (
    "er",
    "or",
    "ist",
    "ian",
    "eer",
    "ess",
    "ster",
    "ant",
    "ard",
    "ee",
    "ate",
    "yte",
    "ive",
)
_PERSON_ENDINGS = ("man", "woman", "men", "women", "person", "people", "girl", "boy", "lady")


_NO_PERSON = terms(
    "blonde blond brunette redhead human snowman gingerbread_man strawman doll mannequin"
)


@lru_cache(maxsize=4096)
def is_person(lemma: str) -> bool:
    """A known word for people, or a compound that ends in one ("sportsman")."""
    if lemma in PEOPLE:
        return True
    if lemma in _NO_PERSON:
        return False
    return lexicon.is_a(lemma, "person") or (len(lemma) > 5 and lemma.endswith(_PERSON_ENDINGS))


@lru_cache(maxsize=4096)
def is_animal(lemma: str) -> bool:
    return lemma in ANIMALS or (not is_person(lemma) and lexicon.is_a(lemma, "animal"))


@lru_cache(maxsize=4096)
def is_garment(lemma: str) -> bool:
    """A known piece of clothing, or a compound that ends in one ("wetsuit")."""
    if lemma in GARMENTS:
        return True
    if lemma in ACCESSORIES or lexicon.is_a(lemma, "accessory"):
        return False
    return lexicon.is_a(lemma, "garment") or (len(lemma) > 5 and lemma.endswith(_GARMENT_ENDINGS))


def may_be_person(lemma: str) -> bool:
    """A word that could name someone: known, or formed like the name of a trade."""
    return is_person(lemma) or (len(lemma) > 4 and lemma.endswith(_AGENT_ENDINGS))
