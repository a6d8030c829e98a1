"""A box on a picture that is laid, moved and sized by keys, as pure arithmetic."""

from __future__ import annotations

import math

from kontext_studio.gui.canvas.area_mask import PixelRect, Point

NUDGE_PX, NUDGE_FAR_PX = 1, 10


def box_between(first: Point, last: Point) -> PixelRect:
    """Every pixel that the box touches."""
    return PixelRect(
        math.floor(min(first[0], last[0])),
        math.floor(min(first[1], last[1])),
        math.ceil(max(first[0], last[0])),
        math.ceil(max(first[1], last[1])),
    )


def moved(box: PixelRect, dx: int, dy: int, width: int, height: int) -> PixelRect:
    """The box as large as it is, inside a picture of that size."""
    dx = min(max(dx, -box.left), width - box.right)
    dy = min(max(dy, -box.top), height - box.bottom)
    return PixelRect(box.left + dx, box.top + dy, box.right + dx, box.bottom + dy)


def sized(box: PixelRect, dx: int, dy: int, width: int, height: int) -> PixelRect:
    """The box with its lower right corner elsewhere, at least a pixel large."""
    right = min(max(box.right + dx, box.left + 1), width)
    bottom = min(max(box.bottom + dy, box.top + 1), height)
    return PixelRect(box.left, box.top, right, bottom)


def spoken(box: PixelRect) -> str:
    return f"Box at {box.left}, {box.top}, {box.width} by {box.height} pixels"
