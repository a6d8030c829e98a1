"""The design tokens as one frozen value.

It promises that every colour and length of the window has a name in ``resources/tokens.json``;
it refuses to know where they are used.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from PySide6.QtCore import QSize
from PySide6.QtGui import QColor

from kontext_studio.resources import read_json


class ThemeName(StrEnum):
    """The two sets of colours."""

    DARK = "dark"
    LIGHT = "light"


@dataclass(frozen=True, slots=True)
class TypeStyle:
    """One size of text; lengths in device independent pixels at 96 dpi, before scaling."""

    size_px: int
    line_px: int
    weight: int


@dataclass(frozen=True, slots=True)
class Theme:
    """One look: colours and lengths by token name. Two themes of the same make are equal."""

    name: ThemeName
    high_contrast: bool
    text_scale: float
    colours: Mapping[str, QColor] = field(compare=False, repr=False)
    surrounds: Mapping[str, QColor] = field(compare=False, repr=False)
    default_surround: str = field(compare=False, repr=False)
    heatmap_stops: tuple[tuple[float, QColor], ...] = field(compare=False, repr=False)
    lengths: Mapping[str, float] = field(compare=False, repr=False)
    pairs: Mapping[str, tuple[int, int]] = field(compare=False, repr=False)
    type_styles: Mapping[str, TypeStyle] = field(compare=False, repr=False)
    font_family: str = field(compare=False, repr=False)
    font_features: tuple[str, ...] = field(compare=False, repr=False)

    def colour(self, token: str) -> QColor:
        """A fresh colour that the caller may change."""
        return QColor(self.colours[token])

    def length(self, token: str) -> int:
        """A length in whole device independent pixels: ``size.toolbar``, ``radius.bar``."""
        return round(self.lengths[token])

    def stroke(self, token: str) -> float:
        """A line width, which may be a fraction: ``stroke.icon``."""
        return self.lengths[token]

    def space(self, step: int) -> int:
        """The spacing of one step of the scale 2 4 8 12 16 24 32 48, counted from 1."""
        return self.length(f"space.{step}")

    def size(self, token: str) -> QSize:
        """A pair of lengths: ``variant.thumb``, ``window.min``."""
        return QSize(*self.pairs[token])

    def point_size(self, role: str) -> float:
        """Type size in points, so that the system's text scaling applies to it."""
        return self.type_styles[role].size_px * 0.75 * self.text_scale


def load_theme(name: ThemeName, *, high_contrast: bool = False, text_scale: float = 1.0) -> Theme:
    """The theme of that name from the token file; `text_scale` 1.0 to 2.0 enlarges type only."""
    tokens = _mapping(read_json("tokens.json"))
    by_theme = _mapping(tokens["color"])
    raw = {**_mapping(by_theme[name.value]), **_mapping(by_theme["overlay"])}
    colours = {token: colour_from_hex(_text(value)) for token, value in raw.items()}
    if high_contrast:
        colours |= _raised_contrast(colours)
    canvas = _mapping(tokens["canvas"])
    lengths, pairs = _lengths(tokens)
    lengths["canvas.checker"] = _number(canvas["checker_px"])
    kind = _mapping(tokens["type"])
    return Theme(
        name=name,
        high_contrast=high_contrast,
        text_scale=text_scale,
        colours=MappingProxyType(colours),
        surrounds=MappingProxyType(
            {
                surround: colour_from_hex(_text(value))
                for surround, value in _mapping(canvas["surrounds"]).items()
            }
        ),
        default_surround=_text(_mapping(canvas["default"])[name.value]),
        heatmap_stops=_heatmap(_mapping(tokens["heatmap"])),
        lengths=MappingProxyType(lengths),
        pairs=MappingProxyType(pairs),
        type_styles=MappingProxyType(
            {
                role: TypeStyle(
                    size_px=round(_number(value["px"])),
                    line_px=round(_number(value["line"])),
                    weight=round(_number(value["weight"])),
                )
                for role, value in kind.items()
                if isinstance(value, dict)
            }
        ),
        font_family=_text(kind["family"]),
        font_features=tuple(_text(tag) for tag in _sequence(kind["features"])),
    )


def colour_from_hex(text: str) -> QColor:
    """``#RRGGBB`` or ``#RRGGBBAA`` (Qt itself would read the alpha first)."""
    digits = text.removeprefix("#")
    if len(digits) not in (6, 8):
        raise ValueError(f"{text!r} is not a colour token")
    return QColor(*bytes.fromhex(digits))


def _raised_contrast(colours: Mapping[str, QColor]) -> dict[str, QColor]:
    """High contrast: borders and text at primary, no tertiary."""
    primary = colours["text.primary"]
    raised = ("border.", "text.secondary", "text.tertiary", "rail.line")
    return {token: QColor(primary) for token in colours if token.startswith(raised)}


def _lengths(
    tokens: Mapping[str, object],
) -> tuple[dict[str, float], dict[str, tuple[int, int]]]:
    lengths: dict[str, float] = {}
    pairs: dict[str, tuple[int, int]] = {}
    for group in ("space", "radius", "stroke", "size"):
        for token, value in _mapping(tokens[group]).items():
            if isinstance(value, list):
                first, second = value
                pairs[token] = (int(first), int(second))
            else:
                lengths[f"{group}.{token}"] = _number(value)
    return lengths, pairs


def _heatmap(raw: Mapping[str, object]) -> tuple[tuple[float, QColor], ...]:
    stops = (_sequence(stop) for stop in _sequence(raw["stops"]))
    return tuple((float(_text(place)), colour_from_hex(_text(hue))) for place, hue in stops)


def _mapping(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise TypeError("tokens.json: an object was expected")
    return value


def _sequence(value: object) -> list[object]:
    if not isinstance(value, list):
        raise TypeError("tokens.json: a list was expected")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("tokens.json: a text was expected")
    return value


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError("tokens.json: a number was expected")
    return float(value)
