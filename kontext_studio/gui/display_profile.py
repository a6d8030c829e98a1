"""The colour space of a screen, as a person says it is: Qt tells of none.

Knows the words that are kept in the settings, and what a file must hold to be shown through.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QByteArray
from PySide6.QtGui import QColorSpace, QScreen

from kontext_studio.imaging.profiles import wordless

SRGB_WORD, DISPLAY_P3_WORD = "srgb", "display-p3"
MAX_PROFILE_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True, eq=False)
class DisplayProfile:
    """A space to show pictures in, and its name."""

    space: QColorSpace
    name: str


def srgb() -> DisplayProfile:
    return DisplayProfile(QColorSpace(QColorSpace.NamedColorSpace.SRgb), "sRGB")


def display_profile(word: str) -> DisplayProfile | None:
    """What a word of the settings means, or the ICC file at that path; None where the file holds
    no profile of a display. Reads the file."""
    if word in ("", SRGB_WORD):
        return srgb()
    if word == DISPLAY_P3_WORD:
        return DisplayProfile(QColorSpace(QColorSpace.NamedColorSpace.DisplayP3), "Display P3")
    path = Path(word)
    try:
        if path.stat().st_size > MAX_PROFILE_BYTES:
            return None
        data = path.read_bytes()
    except (OSError, ValueError):
        return None
    try:
        wordless(data)  # Qt complains aloud of what is none
    except ValueError:
        return None
    space = QColorSpace.fromIccProfile(QByteArray(data))
    three_inks = space.colorModel() is QColorSpace.ColorModel.Rgb
    if not space.isValid() or not space.isValidTarget() or not three_inks:
        return None
    return DisplayProfile(space, space.description().strip() or path.stem)


def screen_key(screen: QScreen) -> str:
    """What a screen goes by in the settings: its make and number, so that it is known again at
    another socket."""
    parts = (screen.manufacturer(), screen.model(), screen.serialNumber())
    return " ".join(part for part in parts if part.strip()) or screen.name() or "screen"


def shown_as(picture_space: str, display: str) -> str:
    """ "sRGB", "sRGB, shown as Display P3"; a space that was only assumed stays told."""
    if not picture_space or picture_space.split(",")[0] == display:
        return picture_space
    return f"{picture_space.replace(', ', ' ')}, shown as {display}"
