"""Words for places, backdrops, the picture itself, weather, time and light."""

from __future__ import annotations

from functools import lru_cache

from kontext_studio.prompting.words import lexicon
from kontext_studio.prompting.words._lists import terms
from kontext_studio.prompting.words.people import is_garment

IMAGES = terms(
    """image picture photo photograph pic shot snapshot photography portrait frame composition
    artwork painting drawing illustration scene view canvas render selfie headshot packshot
    mugshot product_shot visual key_visual screenshot render rendering visualisation visualization
    elevation mock-up mockup poster screen whole_thing everything"""
)
WHOLE_PICTURE = terms(
    """image picture photo photograph pic shot snapshot portrait artwork scene view composition
    render rendering visualisation visualization elevation mock-up mockup selfie headshot packshot
    mugshot visual key_visual everything product_shot landscape whole_thing"""
)
# Printed and published things that fill a picture: restyled, they mean the picture.
FLAT_WORKS = terms(
    """poster ad advert advertisement flyer leaflet brochure cover banner billboard visual campaign
    layout page postcard spread magazine hero album_cover book_cover thumbnail wallpaper menu
    invitation slide infographic map comic storyboard panel frame screenshot screengrab still
    thumbnail wallpaper"""
)
BACKDROPS = terms(
    """background backdrop setting scenery environment surroundings surrounding location scene
    landscape place"""
)
STRICT_BACKDROPS = terms(
    """background backdrop setting scenery environment surroundings surrounding location"""
)
PLACES = terms(
    """desert beach forest jungle rainforest meadow field mountain mountains hill hills hilltop
    hillside valley canyon cliff lake river riverbank riverside ocean sea seaside seashore shore
    shoreline coast coastline island savanna savannah tundra glacier swamp marsh waterfall
    street road highway alley avenue boulevard city cityscape skyline town village downtown
    suburb farm farmland vineyard orchard garden park playground courtyard yard backyard plaza
    square market marketplace mall shop store supermarket restaurant café cafe cafeteria diner
    bar pub bakery kitchen bedroom bathroom living_room dining_room room hall hallway corridor
    lobby office studio classroom school university library museum gallery theatre theater
    cinema stadium arena gym pool church cathedral temple mosque castle palace mansion house
    cabin cottage barn stable warehouse factory workshop garage station airport harbour harbor
    port dock pier bridge tunnel subway train bus spaceship space moon mars planet universe
    galaxy underwater countryside wilderness prairie plain plains woods woodland grove grassland
    dune dunes snowland snowfield snow_field iceberg volcano cave terrace balcony rooftop porch
    patio conservatory greenhouse car_park parking_lot lawn wood flower_field lavender_field
    rice_field bathhouse ballroom attic cellar basement loft penthouse hotel hospital laboratory
    lab prison cemetery graveyard campsite bay lagoon fjord creek pond stream carnival
    fairground circus zoo aquarium casino nightclub concert runway racetrack court quay canal
    lighthouse planetarium seabed reef mountain_range mountaintop summit sidewalk pavement
    bookshop paris tokyo london rome kyoto venice york berlin oslo lisbon iceland egypt japan
    hawaii africa antarctica"""
)
# Places with furniture and finishes, which "transform" would rebuild.
INTERIORS = terms(
    """kitchen bedroom bathroom living_room dining_room room hall hallway lobby office classroom
    restaurant café cafe diner bar pub shop store garden courtyard yard backyard terrace balcony
    patio porch plaza square studio library gallery gym attic cellar basement loft penthouse
    corridor street"""
)

TIMES = terms(
    """night nighttime night-time day daytime day-time day_time night_time dawn dusk sunrise sunset
    morning evening afternoon noon midday midnight twilight golden_hour blue_hour sundown
    nightfall daylight moonlight"""
)
SEASONS = terms("""season spring summer autumn fall winter wintertime summertime springtime""")
WEATHER = terms(
    """weather rain snow fog mist haze storm thunderstorm lightning hail wind drizzle blizzard
    sleet thunder cloud clouds rainbow overcast rainy snowy foggy misty hazy stormy windy sunny
    cloudy sunshine downpour snowfall rainfall snowing raining snowstorm frost snowflake
    snowflakes"""
)
LIGHT = terms(
    """light lighting lights illumination sunlight sunshine candlelight moonlight lamplight
    backlight backlighting spotlight neon glow daylight rim_light firelight studio_light
    floodlight"""
)
LAMPS = terms(
    """lamp lantern headlight headlamp bulb candle flame fire sun moon star screen monitor beacon
    torch flashlight chandelier streetlight streetlamp taillight firework sunbeam sign spark ember
    lightbulb sunset sunrise"""
)
LIGHTING = terms("lighting illumination light light_source lights sunlight")
SKY = terms("sky skies weather atmosphere")
SCENE_WORDS = terms(
    """scene weather atmosphere ambience ambiance mood time time_of_day season sky lighting"""
)
FRAMING = terms(
    """camera angle position placement pose framing composition perspective scale layout viewpoint
    crop arrangement camera_angle alignment orientation location spot frame vantage_point
    viewing_angle focal_length depth posture proportions size zoom"""
)
CAMERA_VIEWS = terms(
    """view angle perspective close-up closeup viewpoint wide_shot aerial_view top_view"""
)
PAINTINGS = terms(
    """painting drawing illustration sketch watercolour watercolor mural print cartoon comic"""
)

REAL_PLACE_MARKS = terms(
    """left right top bottom centre center middle corner edge side foreground background front rear
    distance sky"""
)

_NO_PLACE = REAL_PLACE_MARKS | terms(
    "frame path sign top wall screen bed floor table counter shelf seat cover ball spot end"
)
_PLACE_ENDINGS = ("forest", "field", "scape", "shore", "mountain", "valley", "yard")


@lru_cache(maxsize=4096)
def is_place(word: str) -> bool:
    """Somewhere to be: a landscape, a street, a room, a building, a town."""
    return word in PLACES or (
        word not in _NO_PLACE
        and not is_garment(word)
        and (
            lexicon.is_a(word, "land", "way", "building", "room", "toponym")
            or (len(word) > 6 and word.endswith(_PLACE_ENDINGS))
        )
    )
