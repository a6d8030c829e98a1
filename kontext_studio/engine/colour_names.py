"""What a named colour is: its words, its family and its place in CIELAB, with modifiers applied.

Plain Python, so that reading an instruction loads no array library; knows nothing of pictures.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cache

from kontext_studio.engine.colour_table import FAMILIES

Lab = tuple[float, float, float]
Rgb = tuple[int, int, int]

ACHROMATIC = frozenset({"white", "gray", "black"})


@dataclass(frozen=True, slots=True)
class NamedColour:
    """A colour as a person wrote it and as it is meant."""

    words: str
    family: str
    lab: Lab
    exact: bool = False  # given as numbers: no play between variants

    @property
    def rgb(self) -> Rgb:
        return rgb_of_lab(self.lab)

    @property
    def chroma(self) -> float:
        return math.hypot(self.lab[1], self.lab[2])

    @property
    def hue_deg(self) -> float:
        return math.degrees(math.atan2(self.lab[2], self.lab[1])) % 360

    @property
    def is_neutral(self) -> bool:
        return self.family in ACHROMATIC and self.chroma < 14


@cache
def colour_table() -> dict[str, NamedColour]:
    """Every name of the table, written with single spaces and "gray"."""
    table: dict[str, NamedColour] = {}
    for family, entries in FAMILIES.items():
        for entry in entries.split(","):
            name, value = entry.strip().rsplit(" ", 1)
            table[name] = NamedColour(name, family, lab_of_hex(value))
    return table


@cache
def longest_name() -> int:
    """How many words the longest name has."""
    return max(len(name.split()) for name in colour_table())


def from_hex(text: str) -> NamedColour:
    """The colour of "#1A4D8F" or "#abc"; its family is that of the nearest name."""
    digits = text.lstrip("#")
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    lab = lab_of_hex(digits)
    return NamedColour(f"#{digits.upper()}", nearest_family(lab), lab, exact=True)


def nearest_family(lab: Lab) -> str:
    """The everyday word for a colour."""
    return nearest_name(lab).family


def nearest_name(lab: Lab) -> NamedColour:
    return min(colour_table().values(), key=lambda named: math.dist(named.lab, lab))


# ---------------------------------------------------------------- modifiers
@dataclass(frozen=True, slots=True)
class Modifier:
    """What a word such as "dark" does to lightness, chroma and hue."""

    lightness: float = 0.0
    chroma: float = 1.0
    towards_hue_deg: float | None = None


MODIFIERS: dict[str, Modifier] = {
    "light": Modifier(+16, 0.8),
    "lighter": Modifier(+16, 0.8),
    "pale": Modifier(+20, 0.5),
    "dark": Modifier(-16, 0.9),
    "darker": Modifier(-16, 0.9),
    "deep": Modifier(-8, 1.08),
    "rich": Modifier(-4, 1.15),
    "bright": Modifier(+6, 1.2),
    "brilliant": Modifier(+5, 1.25),
    "vivid": Modifier(+2, 1.3),
    "vibrant": Modifier(+2, 1.3),
    "intense": Modifier(0, 1.3),
    "saturated": Modifier(0, 1.3),
    "bold": Modifier(0, 1.2),
    "strong": Modifier(0, 1.2),
    "neon": Modifier(+10, 1.5),
    "electric": Modifier(+6, 1.4),
    "fluorescent": Modifier(+10, 1.5),
    "pastel": Modifier(+22, 0.5),
    "soft": Modifier(+7, 0.65),
    "muted": Modifier(0, 0.55),
    "dusty": Modifier(+4, 0.55),
    "dull": Modifier(-3, 0.5),
    "faded": Modifier(+8, 0.5),
    "subdued": Modifier(0, 0.6),
    "desaturated": Modifier(0, 0.4),
    "smoky": Modifier(-4, 0.5),
    "dirty": Modifier(-6, 0.55),
    "medium": Modifier(),
    "mid": Modifier(),
    "plain": Modifier(),
    "pure": Modifier(0, 1.1),
    "solid": Modifier(),
    "classic": Modifier(),
    "warm": Modifier(0, 1.0, 70.0),
    "cool": Modifier(0, 1.0, 255.0),
    "cold": Modifier(0, 1.0, 255.0),
    "icy": Modifier(+16, 0.6, 240.0),
    "powdery": Modifier(+14, 0.5),
    "milky": Modifier(+18, 0.45),
    "hot": Modifier(+2, 1.3),
    "reddish": Modifier(0, 1.0, 35.0),
    "orangish": Modifier(0, 1.0, 62.0),
    "yellowish": Modifier(0, 1.0, 95.0),
    "greenish": Modifier(0, 1.0, 145.0),
    "bluish": Modifier(0, 1.0, 275.0),
    "purplish": Modifier(0, 1.0, 315.0),
    "pinkish": Modifier(0, 1.0, 0.0),
    "brownish": Modifier(-6, 0.8, 62.0),
    "grayish": Modifier(0, 0.45),
    "very": Modifier(),
}

_STEP_TOWARDS_DEG = 16.0  # how far a hue leans for "warm" or "bluish"
_NEUTRAL_LEAN = 7.0  # the chroma a gray gets from "warm" or "bluish"


def modified(colour: NamedColour, words: list[str]) -> NamedColour:
    """The colour with its modifiers, the one nearest to the name applied first."""
    lightness, chroma, hue = colour.lab[0], colour.chroma, colour.hue_deg
    strength = 1.0
    for word in reversed(words):
        modifier = MODIFIERS[word]
        if word == "very":
            continue
        at = words.index(word)
        strength = 1.6 if at and words[at - 1] == "very" else 1.0
        lightness += modifier.lightness * strength
        chroma *= modifier.chroma**strength
        if modifier.towards_hue_deg is not None:
            if chroma < 12:
                chroma, hue = _NEUTRAL_LEAN, modifier.towards_hue_deg
            else:
                away = (modifier.towards_hue_deg - hue + 180) % 360 - 180
                hue += math.copysign(min(abs(away), _STEP_TOWARDS_DEG), away)
    lightness = min(97.0, max(4.0, lightness))
    rad = math.radians(hue)
    lab = into_gamut((lightness, chroma * math.cos(rad), chroma * math.sin(rad)))
    return replace(colour, words=" ".join([*words, colour.words]), lab=lab)


# ---------------------------------------------------------------- conversions
_WHITE = (0.95047, 1.0, 1.08883)  # D65


def lab_of_hex(digits: str) -> Lab:
    red, green, blue = (int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4))
    return lab_of_rgb((red, green, blue))


def lab_of_rgb(rgb: tuple[float, float, float]) -> Lab:
    """CIELAB (D65) of sRGB values from 0 to 1."""
    r, g, b = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in rgb)
    xyz = (
        0.4124564 * r + 0.3575761 * g + 0.1804375 * b,
        0.2126729 * r + 0.7151522 * g + 0.0721750 * b,
        0.0193339 * r + 0.1191920 * g + 0.9503041 * b,
    )
    fx, fy, fz = (_lab_curve(v / w) for v, w in zip(xyz, _WHITE, strict=True))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def rgb_of_lab(lab: Lab) -> Rgb:
    """The nearest 8-bit sRGB value, clipped."""
    r, g, b = (round(255 * min(1.0, max(0.0, v))) for v in _unclipped_rgb(lab))
    return r, g, b


def into_gamut(lab: Lab) -> Lab:
    """The colour itself, or with as little less chroma as sRGB needs."""
    lightness, a, b = lab
    for _ in range(200):
        if all(-0.001 <= v <= 1.001 for v in _unclipped_rgb((lightness, a, b))):
            break
        a, b = a * 0.97, b * 0.97
    return lightness, a, b


def _unclipped_rgb(lab: Lab) -> tuple[float, float, float]:
    fy = (lab[0] + 16) / 116
    fx, fz = fy + lab[1] / 500, fy - lab[2] / 200
    x, y, z = (w * _lab_curve_back(f) for f, w in zip((fx, fy, fz), _WHITE, strict=True))
    linear = (
        3.2404542 * x - 1.5371385 * y - 0.4985314 * z,
        -0.9692660 * x + 1.8760108 * y + 0.0415560 * z,
        0.0556434 * x - 0.2040259 * y + 1.0572252 * z,
    )
    r, g, b = (12.92 * v if v <= 0.0031308 else 1.055 * v ** (1 / 2.4) - 0.055 for v in linear)
    return r, g, b


def _lab_curve(t: float) -> float:
    return float(t ** (1 / 3)) if t > 216 / 24389 else (24389 / 27 * t + 16) / 116


def _lab_curve_back(f: float) -> float:
    return f**3 if f > 6 / 29 else (116 * f - 16) * 27 / 24389
