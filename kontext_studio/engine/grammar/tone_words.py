"""The words for tone: adjectives, verbs, nouns and moods, each with the qualities it speaks of.

Word families, not sentences: comparatives and participles are formed here, frames are elsewhere.
"""

from __future__ import annotations

from kontext_studio.engine.grammar.common_rules import ORDINARY, Degree
from kontext_studio.engine.operations import Adjust, Quality

Q = Quality

# An ordinary step, as a share; blur and sharpness count in steps of their own.
STEP = {
    Quality.BRIGHTNESS: 0.25,
    Quality.CONTRAST: 0.28,
    Quality.WARMTH: 0.35,
    Quality.SATURATION: 0.35,
    Quality.VIBRANCE: 0.4,
    Quality.SHADOWS: 0.35,
    Quality.HIGHLIGHTS: 0.3,
    Quality.SHARPNESS: 1.0,
    Quality.BLUR: 1.0,
}

# Adjectives that can be compared with "more" and "less", and stand alone: "make it vivid".
GRADABLE: dict[str, tuple[Quality, int]] = {
    "bright|light|luminous|radiant": (Q.BRIGHTNESS, 1),
    "well lit": (Q.BRIGHTNESS, 1),
    "dark|dim": (Q.BRIGHTNESS, -1),
    "contrasty|contrasted|punchy": (Q.CONTRAST, 1),
    "flat": (Q.CONTRAST, -1),
    "warm": (Q.WARMTH, 1),
    "cool|cold|chilly|icy": (Q.WARMTH, -1),
    "saturated|colorful|vivid|intense": (Q.SATURATION, 1),
    "vibrant|lively": (Q.VIBRANCE, 1),
    "muted|desaturated|subdued|faded|dull|pale|drab": (Q.SATURATION, -1),
    "toned down": (Q.SATURATION, -1),
    "sharp|crisp|focused": (Q.SHARPNESS, 1),
    "in focus": (Q.SHARPNESS, 1),
    "blurry|blurred|unfocused|unsharp|fuzzy": (Q.BLUR, 1),
    "out of focus": (Q.BLUR, 1),
}
# Compared in one word. What ends in "-er" here has no plain form that would mean the same.
COMPARATIVES: dict[str, tuple[Quality, int]] = {
    "brighter|lighter": (Q.BRIGHTNESS, 1),
    "darker|dimmer": (Q.BRIGHTNESS, -1),
    "punchier": (Q.CONTRAST, 1),
    "flatter": (Q.CONTRAST, -1),
    "warmer": (Q.WARMTH, 1),
    "cooler|colder|chillier|icier": (Q.WARMTH, -1),
    "duller|paler|drabber": (Q.SATURATION, -1),
    "richer|deeper|bolder": (Q.SATURATION, 1),
    "livelier": (Q.VIBRANCE, 1),
    "stronger in color": (Q.SATURATION, 1),
    "sharper|crisper|clearer": (Q.SHARPNESS, 1),
    "blurrier|fuzzier": (Q.BLUR, 1),
}
# "Brighter colors" are stronger ones, and "softer light" throws softer shadows.
OF_COLOURS: dict[str, int] = {
    "bright|brighter|bold|bolder|strong|stronger|deep|deeper|rich|richer|lively|livelier": 1,
    "soft|softer|gentle|gentler|quiet|quieter|weak|weaker|thin|thinner": -1,
}
OF_LIGHT: dict[str, int] = {
    "hard|harder|harsh|harsher": 1,
    "soft|softer|gentle|gentler|diffuse|diffused|flat|flatter": -1,
}
# A cast of light, said as "less yellow".
CASTS: dict[str, tuple[Quality, int]] = {
    "yellow|yellowish|orange|orangish|amber": (Q.WARMTH, 1),
    "blue|bluish|cyan": (Q.WARMTH, -1),
}
# Nouns for what can be raised and lowered.
QUALITIES: dict[str, Quality] = {
    "brightness|exposure|luminosity|lightness|luminance|lights": Q.BRIGHTNESS,
    "light [levels|level]": Q.BRIGHTNESS,
    "contrast|punch|contrasts": Q.CONTRAST,
    "warmth|temperature": Q.WARMTH,
    "color temperature": Q.WARMTH,
    "saturation|chroma|colorfulness|vividness": Q.SATURATION,
    "color [saturation|intensity|strength]": Q.SATURATION,
    "colors": Q.SATURATION,
    "intensity of <colorsof>": Q.SATURATION,
    "vibrance|vibrancy": Q.VIBRANCE,
    "sharpness|crispness|clarity|definition": Q.SHARPNESS,
    "blur|blurriness|softness": Q.BLUR,
    "shadows|blacks": Q.SHADOWS,
    "shadow detail|details": Q.SHADOWS,
    "highlights|whites": Q.HIGHLIGHTS,
}
# Verbs that say the quality themselves.
VERBS: dict[str, tuple[Quality, int]] = {
    "brighten|lighten [up]": (Q.BRIGHTNESS, 1),
    "darken|dim|underexpose [down]": (Q.BRIGHTNESS, -1),
    "overexpose": (Q.BRIGHTNESS, 1),
    "warm [up]": (Q.WARMTH, 1),
    "cool|chill [down|off]": (Q.WARMTH, -1),
    "saturate": (Q.SATURATION, 1),
    "liven|enliven|perk|pep|spice|jazz [up]": (Q.SATURATION, 1),
    "desaturate|mute|fade": (Q.SATURATION, -1),
    "tone down": (Q.SATURATION, -1),
    "flatten": (Q.CONTRAST, -1),
    "sharpen|crisp [up]": (Q.SHARPNESS, 1),
    "unsharpen|defocus|blur": (Q.BLUR, 1),
}
# The same said of what is to be done to it: "it needs brightening", "I want it brightened".
PARTICIPLES: dict[str, tuple[Quality, int]] = {
    "brightening|brightened|lightening|lightened": (Q.BRIGHTNESS, 1),
    "darkening|darkened|dimming|dimmed": (Q.BRIGHTNESS, -1),
    "warming|warmed": (Q.WARMTH, 1),
    "cooling|cooled": (Q.WARMTH, -1),
    "sharpening|sharpened": (Q.SHARPNESS, 1),
    "blurring": (Q.BLUR, 1),
    "desaturating|muting": (Q.SATURATION, -1),
}

Mood = tuple[tuple[Quality, float], ...]
_MOODY: Mood = (
    (Q.BRIGHTNESS, -1.2),
    (Q.HIGHLIGHTS, -1.2),  # a pale sky that stayed white would not let it be moody
    (Q.CONTRAST, 0.6),
    (Q.SATURATION, -0.6),
)
_DRAMATIC: Mood = ((Q.HIGHLIGHTS, -0.8), (Q.BRIGHTNESS, -0.5), (Q.CONTRAST, 1.4))
_AIRY: Mood = ((Q.BRIGHTNESS, 0.9), (Q.CONTRAST, -0.5))
_COZY: Mood = ((Q.WARMTH, 1.0), (Q.BRIGHTNESS, -0.15))
_GRITTY: Mood = ((Q.CONTRAST, 1.0), (Q.SHARPNESS, 0.8), (Q.SATURATION, -0.6))
_CHEERFUL: Mood = ((Q.BRIGHTNESS, 0.6), (Q.SATURATION, 0.7))
_BLEAK: Mood = ((Q.SATURATION, -0.9), (Q.WARMTH, -0.5), (Q.BRIGHTNESS, -0.3))

# Words for an air that a few qualities make together; notes name what was raised and lowered.
MOODS: dict[str, Mood] = {
    "moody|moodier|brooding|sombre|somber|gloomy|gloomier|ominous": _MOODY,
    "dramatic": _DRAMATIC,
    "airy|airier": _AIRY,
    "washed out": ((Q.SATURATION, -0.8), (Q.CONTRAST, -0.7)),
    "high key": ((Q.BRIGHTNESS, 1.3), (Q.CONTRAST, -0.4)),
    "low key": ((Q.BRIGHTNESS, -1.3), (Q.CONTRAST, 0.5)),
    "cozy|cozier|homely|inviting": _COZY,
    "gritty|grittier": _GRITTY,
    "cheerful|cheery": _CHEERFUL,
    "bleak|bleaker|dreary|drearier": _BLEAK,
}


def step(quality: Quality, sign: float, degree: Degree = ORDINARY) -> Adjust:
    """The change of a quality by so much; `sign` may hold a part of an ordinary step."""
    if degree.stops is not None:
        if quality is Q.BRIGHTNESS:
            return Adjust(quality, _share_of_stops(sign * degree.stops), exact=True)
        degree = Degree(degree.stops)
    if degree.share is not None:
        scale = 2.0 if quality in (Q.SHARPNESS, Q.BLUR) else 1.0
        return Adjust(quality, sign * degree.share * scale, exact=True)
    return Adjust(quality, sign * degree.factor * STEP[quality])


def _share_of_stops(stops: float) -> float:
    """The share by which brightness changes for so many stops: doubled light for each, as far as
    whites allow; halved light for each less."""
    return 0.42 * stops if stops > 0 else 2 ** (stops / 1.6) - 1
