"""Puts the tokens of a theme into the style sheet; an unknown token is a fault, not a guess."""

from __future__ import annotations

import re
from pathlib import Path

from PySide6.QtGui import QColor

from kontext_studio.gui.theme.icons import icon_svg
from kontext_studio.gui.theme.sheet_controls import BUTTONS, FIELDS
from kontext_studio.gui.theme.sheet_frames import FRAMES, LISTS, WORDS
from kontext_studio.gui.theme.sheet_settings import SETTINGS
from kontext_studio.gui.theme.tokens import Theme

# ``@token``, or ``@token%53`` for a colour at 53 percent.
_TOKEN = re.compile(r"@([a-z]+(?:[.-][a-z0-9]+)*)(?:%(\d+))?")
_PICTURE = re.compile(r"url\(@icon\.[a-z-]+\)")
# Pictures that a style sheet can only take from files: name in the sheet, icon, colour, stroke.
_PICTURES = (
    ("check", "check", "accent.on", 3.0),
    ("minus", "minus", "accent.on", 3.0),
    ("tick", "check", "text.primary", 2.0),
    ("chevron-up", "chevron-up", "text.secondary", 2.5),
    ("chevron-down", "chevron-down", "text.secondary", 2.5),
    ("chevron-right", "chevron-right", "text.secondary", 2.5),
)


def stylesheet_of(theme: Theme, picture_folder: Path | None) -> str:
    """The whole style sheet; `picture_folder` holds what `write_pictures` wrote for this theme, and
    is None where there are no pictures."""

    def value(match: re.Match[str]) -> str:
        opacity = int(match.group(2) or 100) / 100
        return _value(theme, match.group(1), opacity, picture_folder)

    sheet = WORDS + BUTTONS + FIELDS + LISTS + FRAMES + SETTINGS
    return _TOKEN.sub(value, sheet if picture_folder is not None else _PICTURE.sub("none", sheet))


def write_pictures(theme: Theme, folder: Path) -> None:
    for name, icon_name, token, stroke in _PICTURES:
        svg = icon_svg(icon_name, theme.colour(token), stroke)
        _picture_path(theme, folder, name).write_bytes(svg)


def _picture_path(theme: Theme, folder: Path, name: str) -> Path:
    # Qt remembers pictures by file name, so each theme has files of its own.
    contrast = "-high" if theme.high_contrast else ""
    return folder / f"{theme.name}{contrast}-{name}.svg"


def _value(theme: Theme, token: str, opacity: float, picture_folder: Path | None) -> str:
    group, _, rest = token.partition(".")
    if group == "icon" and picture_folder is not None:
        return f'"{_picture_path(theme, picture_folder, rest).as_posix()}"'
    if group == "type":
        return f"{theme.point_size(rest):g}pt"
    if token in theme.lengths:
        return f"{theme.length(token)}px"
    return _css(theme.colour(token), opacity)


def _css(colour: QColor, opacity: float) -> str:
    alpha = round(colour.alpha() * opacity)
    return f"rgba({colour.red()}, {colour.green()}, {colour.blue()}, {alpha})"
