"""Which sizes a model takes badly, and the sizes that padding, cropping or enlarging would make."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor

from kontext_studio.imaging.picture import MAX_SIDE_PX

WIDEST = 7 / 3
"""Kontext takes pictures from 3:7 to 7:3."""

_TINY_SIDE_PX = 32
_ENLARGED_SIDE_PX = 256


@dataclass(frozen=True, slots=True)
class ShapeHint:
    """What can be done first, as the sizes it would make in pixels; None where it does not help."""

    padded: tuple[int, int] | None
    cropped: tuple[int, int] | None
    enlarged: tuple[int, int] | None
    note: str


def shape_hint(width: int, height: int) -> ShapeHint | None:
    """None where the picture can be edited as it is."""
    short, long = min(width, height), max(width, height)
    padded = cropped = enlarged = None
    words = []
    if long / short > WIDEST:
        padded = (
            (width, ceil(width / WIDEST)) if width > height else (ceil(height / WIDEST), height)
        )
        least = max(1, floor(short * WIDEST))
        cropped = (least, height) if width > height else (width, least)
        words.append(
            f"{'Wider than 7:3' if width > height else 'Narrower than 3:7'}: "
            "edits come out better after padding or cropping"
        )
    if short < _TINY_SIDE_PX:
        factor = min(ceil(_ENLARGED_SIDE_PX / short), MAX_SIDE_PX // long)
        if factor > 1:
            enlarged = (width * factor, height * factor)
        words.append("Very small: edits come out better after enlarging")
    return ShapeHint(padded, cropped, enlarged, "; ".join(words)) if words else None
