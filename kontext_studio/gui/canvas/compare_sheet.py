"""A comparison as one picture at full resolution: what is laid out on the screen, with captions.

Made from stored pixels in sRGB. `plan_sheet` draws the captions and is quick; `compose` decodes and
encodes and is for a worker thread.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QImage, QPainter

from kontext_studio.gui.canvas.compare_heat import legend_size, paint_legend
from kontext_studio.gui.shell.elision import elided
from kontext_studio.gui.theme.tokens import Theme
from kontext_studio.gui.theme.type import type_font
from kontext_studio.imaging.watching import UNWATCHED, Watch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]

MAX_SHEET_PIXELS = 48_000_000
_CAPTION_SHARE, _LEAST_TEXT_PX = 1 / 44, 13
_SAME_SHAPE = 0.002


@dataclass(frozen=True, slots=True)
class SheetPicture:
    """A picture of the sheet: its size, and the lines of its caption, the first of them strong."""

    width: int
    height: int
    caption: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Joined:
    """Two pictures in one place: a line at `share` of the picture, or laid over each other."""

    share: float
    upright: bool = True
    mixed: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class SheetHeat:
    """The differences (height, width) to lay over a picture, how strongly, and from where on."""

    values: NDArray[np.float16]
    strength: float
    clear_below: float


@dataclass(frozen=True, slots=True, eq=False)
class SheetPlan:
    """Where everything goes, in pixels of the sheet. A cell holds a picture and its caption."""

    cell: tuple[int, int]
    columns: int
    gap: int
    ground: tuple[int, int, int]
    captions: tuple[QImage, ...]
    joined: Joined | None = None
    legend: QImage | None = None


def plan_sheet(
    theme: Theme,
    pictures: Sequence[SheetPicture],
    *,
    columns: int,
    joined: Joined | None = None,
    heat_from: float | None = None,
) -> SheetPlan:
    """The sheet of these pictures, all at the physical size of the largest; smaller as a whole
    where it would be too large a picture. `heat_from` is given where a map is laid over them."""
    cells = 1 if joined else len(pictures)
    columns = min(columns, cells)
    rows = math.ceil(cells / columns)
    area = max(one.width * one.height for one in pictures)
    area = min(area, MAX_SHEET_PIXELS // (columns * rows))
    sizes = [size_of_area(one.width, one.height, area) for one in pictures]
    if joined:
        sizes = sizes[-1:] * 2
    cell = max(wide for wide, _ in sizes), max(high for _, high in sizes)
    text_px = max(_LEAST_TEXT_PX, round(cell[0] * _CAPTION_SHARE))
    wide = (cell[0] - text_px) // 2 if joined else cell[0]
    captions = [_caption(theme, one.caption, wide, text_px) for one in pictures]
    ground = theme.colour("surface.window")
    return SheetPlan(
        cell=cell,
        columns=columns,
        gap=text_px,
        ground=(ground.red(), ground.green(), ground.blue()),
        captions=tuple(captions),
        joined=joined,
        legend=None if heat_from is None else _legend(theme, heat_from, text_px),
    )


def size_of_area(width: int, height: int, area: int) -> tuple[int, int]:
    """The size of the same proportions with so many pixels, the same one where it has them."""
    scale = math.sqrt(area / (width * height))
    if abs(scale - 1) < _SAME_SHAPE:
        return width, height
    return max(1, round(width * scale)), max(1, round(height * scale))


def even_surface(width: int, height: int) -> Pixels:
    """What stands for a covered picture, as on the screen."""
    import numpy as np

    return np.full((height, width, 3), 128, np.uint8)


def compose(
    plan: SheetPlan,
    stored: Sequence[Pixels],
    heats: Sequence[SheetHeat | None],
    watch: Watch = UNWATCHED,
) -> bytes:
    """The sheet as a PNG, of stored sRGB pixels (height, width, 3). For a worker thread."""
    from kontext_studio.imaging.encode import encode_png

    watch.reach(0.2)
    pictures = [_with_heat(one, heat) for one, heat in zip(stored, heats, strict=True)]
    fitted = [_in_cell(one, plan) for one in pictures]
    watch.reach(0.5)
    captions = [_array(one) for one in plan.captions]
    if plan.joined is not None:
        fitted = [_joined(plan.joined, *fitted)]
        captions = [_beside(captions, plan)]
    sheet = _laid_out(plan, fitted, captions)
    watch.reach(0.7)
    return encode_png(sheet)


def _laid_out(plan: SheetPlan, cells: Sequence[Pixels], captions: Sequence[Pixels]) -> Pixels:
    import numpy as np

    wide, high = plan.cell
    words_px = max(one.shape[0] for one in captions)
    rows = math.ceil(len(cells) / plan.columns)
    legend = _array(plan.legend) if plan.legend is not None else None
    below = 0 if legend is None else legend.shape[0] + plan.gap
    width = plan.gap + plan.columns * (wide + plan.gap)
    height = plan.gap + rows * (high + words_px + 2 * plan.gap) + below
    sheet = np.empty((height, width, 3), np.uint8)
    sheet[:] = plan.ground
    for number, (cell, caption) in enumerate(zip(cells, captions, strict=True)):
        row, column = divmod(number, plan.columns)
        left = plan.gap + column * (wide + plan.gap)
        top = plan.gap + row * (high + words_px + 2 * plan.gap)
        sheet[top : top + high, left : left + wide] = cell
        top += high + plan.gap // 2
        sheet[top : top + caption.shape[0], left : left + caption.shape[1]] = caption
    if legend is not None:
        tall, broad = legend.shape[:2]
        broad = min(broad, width - 2 * plan.gap)
        top = height - tall - plan.gap
        sheet[top : top + tall, width - plan.gap - broad : width - plan.gap] = legend[:, :broad]
    return sheet


def _in_cell(pixels: Pixels, plan: SheetPlan) -> Pixels:
    """At the cell's area, in its middle; what it leaves bare is ground, what lies beyond is cut."""
    import numpy as np

    from kontext_studio.imaging.operators import resized

    wide, high = plan.cell
    here = pixels.shape[1], pixels.shape[0]
    fits = abs(here[0] / here[1] / (wide / high) - 1) < _SAME_SHAPE
    scale = min(wide / here[0], high / here[1])
    size = (
        (wide, high)
        if fits
        else (
            max(1, round(here[0] * scale)),
            max(1, round(here[1] * scale)),
        )
    )
    fitting = resized(pixels, size)
    if size == (wide, high):
        return fitting
    cell = np.empty((high, wide, 3), np.uint8)
    cell[:] = plan.ground
    left, top = (wide - size[0]) // 2, (high - size[1]) // 2
    cell[top : top + size[1], left : left + size[0]] = fitting
    return cell


def _joined(how: Joined, before: Pixels, after: Pixels) -> Pixels:
    import cv2
    import numpy as np

    if how.mixed:
        mixed = cv2.addWeighted(before, 1 - how.share, after, how.share, 0)
        return np.asarray(mixed, np.uint8)
    out = after.copy()
    high, wide = out.shape[:2]
    length, thick = (wide if how.upright else high), max(2, round(max(wide, high) / 600))
    at = round(how.share * length)
    line = slice(max(0, at - thick // 2), at - thick // 2 + thick)
    edge = slice(max(0, line.start - thick // 2), line.stop + thick // 2)
    if how.upright:
        out[:, :at] = before[:, :at]
        out[:, edge], out[:, line] = 0, 255
    else:
        out[:at] = before[:at]
        out[edge], out[line] = 0, 255
    return out


def _beside(captions: Sequence[Pixels], plan: SheetPlan) -> Pixels:
    """Both captions below one picture, each under its half."""
    import numpy as np

    tall = max(one.shape[0] for one in captions)
    row = np.empty((tall, plan.cell[0], 3), np.uint8)
    row[:] = plan.ground
    for one, left in zip(captions, (0, plan.cell[0] - captions[1].shape[1]), strict=True):
        row[: one.shape[0], left : left + one.shape[1]] = one
    return row


def _with_heat(pixels: Pixels, heat: SheetHeat | None) -> Pixels:
    import numpy as np

    from kontext_studio.imaging.heat_map import HeatScale, heat_map
    from kontext_studio.imaging.operators import stretched

    if heat is None:
        return pixels
    size = pixels.shape[1], pixels.shape[0]
    values = stretched(heat.values.astype(np.float32), size)
    colours = heat_map(values, HeatScale(clear_below=heat.clear_below))
    weight = (colours[..., 3:] / np.float32(255)) * np.float32(heat.strength)
    mixed = pixels + (colours[..., :3] - pixels.astype(np.float32)) * weight
    return np.rint(mixed).astype(np.uint8)


def _caption(theme: Theme, lines: Sequence[str], width: int, text_px: int) -> QImage:
    """Lines of words on the sheet's ground, cut at the width."""
    strong, plain = _font(theme, "label", text_px), _font(theme, "small", text_px)
    spacing = round(QFontMetricsF(plain).height() * 1.15)
    image = QImage(max(1, width), max(1, spacing * len(lines)), QImage.Format.Format_RGB32)
    image.fill(theme.colour("surface.window"))
    with QPainter(image) as painter:
        painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
        for number, line in enumerate(lines):
            font = strong if number == 0 else plain
            painter.setFont(font)
            tone = "text.primary" if number == 0 else "text.secondary"
            painter.setPen(theme.colour(tone))
            box = QRectF(0, number * spacing, width, spacing)
            words = elided(line, font, width)
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, words)
    return image


def _legend(theme: Theme, clear_below: float, text_px: int) -> QImage:
    """The scale, as large as the words."""
    scale = max(1.0, text_px / _LEAST_TEXT_PX)
    size = legend_size(theme) * scale
    image = QImage(math.ceil(size.width()), math.ceil(size.height()), QImage.Format.Format_RGB32)
    image.fill(theme.colour("surface.window"))
    with QPainter(image) as painter:
        painter.scale(scale, scale)
        paint_legend(painter, theme, QRectF(QPointF(), legend_size(theme)), clear_below)
    return image


def _font(theme: Theme, role: str, text_px: int) -> QFont:
    font = type_font(theme, role)
    font.setPixelSize(text_px)
    return font


def _array(image: QImage) -> Pixels:
    import numpy as np

    plain = image.convertToFormat(QImage.Format.Format_RGB32)
    high, wide = plain.height(), plain.width()
    flat = np.frombuffer(plain.constBits(), np.uint8).reshape(high, wide, 4)
    return np.ascontiguousarray(flat[..., 2::-1])
