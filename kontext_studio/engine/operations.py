"""What an instruction means: a plan of operations, each with its area, and what must be kept.

Pure values. Promises nothing about pixels; refuses to know words beyond those quoted in notes.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kontext_studio.engine.colour_names import NamedColour


class Quality(StrEnum):
    """A quality of a picture that can be turned up or down."""

    BRIGHTNESS = "brightness"
    CONTRAST = "contrast"
    WARMTH = "warmth"
    SATURATION = "saturation"
    VIBRANCE = "vibrance"
    SHADOWS = "shadows"
    HIGHLIGHTS = "highlights"
    SHARPNESS = "sharpness"
    BLUR = "blur"


class Scene(StrEnum):
    """A time of day that a grade can suggest."""

    DAY = "day"
    MORNING = "morning light"
    DAWN = "dawn"
    GOLDEN_HOUR = "golden hour"
    SUNSET = "sunset"
    BLUE_HOUR = "blue hour"
    NIGHT = "night"


class Season(StrEnum):
    SPRING = "spring"
    SUMMER = "summer"
    AUTUMN = "autumn"
    WINTER = "winter"


class Weather(StrEnum):
    SNOW = "snow"
    RAIN = "rain"
    STORM = "a storm"
    FOG = "fog"
    SUN = "sunny weather"
    OVERCAST = "an overcast sky"


class Style(StrEnum):
    PENCIL = "pencil sketch"
    CHARCOAL = "charcoal drawing"
    OIL = "oil painting"
    WATERCOLOUR = "watercolour"
    POSTER = "poster"
    MONOCHROME = "black and white"
    NOIR = "film noir"
    SEPIA = "sepia"
    VINTAGE = "vintage photograph"
    NEGATIVE = "negative"
    VIGNETTE = "vignette"
    GRAIN = "film grain"


class Detail(StrEnum):
    """A wish within a style: what may follow "with" or stand before the style's name."""

    HATCHING = "cross-hatching"
    PAPER = "paper texture"
    STROKES = "visible strokes"
    THICK = "thick paint"
    SOFT = "soft"
    BOLD = "bold"
    COLOUR = "in colour"
    CONTRAST = "high contrast"
    BORDER = "paper border"


class Axis(StrEnum):
    HORIZONTAL = "horizontally"  # left and right change places
    VERTICAL = "vertically"  # top and bottom change places


class Aspect(StrEnum):
    """Something about the whole picture that an instruction can ask to keep."""

    FRAMING = "framing"
    SIZE = "size"
    LIGHT = "lighting"
    COLOUR = "colours"
    CONTRAST = "contrast"
    TEXTURE = "texture"
    DETAIL = "sharpness"
    LOOK = "style"
    SHAPE = "shapes"  # pose, expression, identity: what a filter moves nowhere
    SEASON = "season and weather"


@dataclass(frozen=True, slots=True)
class Place:
    """A part of the frame in words: each direction is named or left open."""

    across: str = ""  # "left", "center", "right" or ""
    down: str = ""  # "top", "center", "bottom" or ""

    @property
    def words(self) -> str:
        if self.across == self.down == "center":
            return "center"
        return " ".join(part for part in (self.down, self.across) if part) or "center"


@dataclass(frozen=True, slots=True)
class ColourThing:
    """Something named by its present colour. Only the colour, place and size are looked at."""

    words: str  # as written: "the red cup and saucer"
    colour: NamedColour
    noun: str  # "cup and saucer", or "" where only the colour was named
    many: bool = False  # every area of that colour rather than the main one
    place: Place | None = None
    largest: bool = False
    unchecked: tuple[str, ...] = ()  # words that were read past: the engine sees colour only
    by_place: bool = False  # named without a colour: the sky, which lies at the top
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class WholePicture:
    """No mask."""


@dataclass(frozen=True, slots=True)
class AllBut:
    """Everything except one thing named by colour."""

    thing: ColourThing


Area = WholePicture | ColourThing | AllBut
WHOLE = WholePicture()


@dataclass(frozen=True, slots=True)
class Recolour:
    area: ColourThing
    colour: NamedColour
    matte: bool = False


@dataclass(frozen=True, slots=True)
class Adjust:
    """`amount` is a share, negative for less; `exact` marks one that the person gave in numbers.

    For sharpness and blur 1 is an ordinary step.
    """

    quality: Quality
    amount: float
    area: Area = WHOLE
    exact: bool = False
    radius_px: float | None = None  # blur only


@dataclass(frozen=True, slots=True)
class Tint:
    colour: NamedColour
    amount: float = 1.0
    area: Area = WHOLE


@dataclass(frozen=True, slots=True)
class Relight:
    scene: Scene
    amount: float = 1.0


@dataclass(frozen=True, slots=True)
class Reseason:
    season: Season
    amount: float = 1.0


@dataclass(frozen=True, slots=True)
class Reweather:
    weather: Weather
    amount: float = 1.0


@dataclass(frozen=True, slots=True)
class Stylise:
    style: Style
    details: frozenset[Detail] = frozenset()
    amount: float = 1.0
    area: Area = WHOLE


@dataclass(frozen=True, slots=True)
class Crop:
    """Exactly one of ratio, share, size_px and cut_px is set."""

    ratio: tuple[float, float] | None = None
    share: float | None = None  # of each side that is left
    size_px: tuple[int, int] | None = None
    place: Place = Place("center", "center")
    cut_px: tuple[int, int, int, int] | None = None  # off the left, the top, the right, the bottom


@dataclass(frozen=True, slots=True)
class Rotate:
    degrees_clockwise: float


@dataclass(frozen=True, slots=True)
class Flip:
    axis: Axis


@dataclass(frozen=True, slots=True)
class Scale:
    """Exactly one of factor, and width or height or both, is set."""

    factor: float | None = None
    width_px: int | None = None
    height_px: int | None = None
    long_side_px: int | None = None


@dataclass(frozen=True, slots=True)
class Lettering:
    text: str
    place: Place = Place("center", "bottom")
    colour: NamedColour | None = None  # None: whichever of black and white reads better
    size: float = 1.0  # of the ordinary size
    height_px: int | None = None
    bold: bool = True


Geometry = Crop | Rotate | Flip | Scale
Operation = (
    Recolour
    | Adjust
    | Tint
    | Relight
    | Reseason
    | Reweather
    | Stylise
    | Crop
    | Rotate
    | Flip
    | Scale
    | Lettering
)


@dataclass(frozen=True, slots=True)
class KeepThing:
    """A thing named by colour whose pixels stay as they are."""

    thing: ColourThing


@dataclass(frozen=True, slots=True)
class KeepAspect:
    aspect: Aspect
    words: str
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class KeepRest:
    """Everything that the instruction does not name stays."""

    words: str


@dataclass(frozen=True, slots=True)
class KeepUnseen:
    """Something that should stay and that the engine cannot find by its name."""

    words: str
    noun: str
    start: int
    end: int


Keep = KeepThing | KeepAspect | KeepRest | KeepUnseen


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be done, in order, and what must stay."""

    instruction: str
    operations: tuple[Operation, ...]
    keeps: tuple[Keep, ...] = ()
