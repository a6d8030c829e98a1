"""Sets text on a picture in the program's own typeface, where and how the instruction says.

The words come as they are. A character that the typeface lacks is named instead of drawn as a box.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kontext_studio.engine.base import EngineRefusal, Refusal
from kontext_studio.engine.colour_space import Bytes, Floats, luma_of
from kontext_studio.engine.operations import Lettering
from kontext_studio.engine.variation import Variation
from kontext_studio.resources import resource_path

if TYPE_CHECKING:
    from PIL import ImageFont

_BOLD, _REGULAR = "fonts/Inter-SemiBold.ttf", "fonts/Inter-Regular.ttf"
_SIZE_SHARE = 0.085  # of the shorter side: the ordinary size of the letters
_MARGIN_SHARE = 0.055
_WIDEST_SHARE = 0.88  # of the picture's width
_LINE_SPACING = 1.22
_LEAST_CONTRAST = 0.34  # in luma; with less, a soft shadow is laid under the letters
_MOST_TOO_CLOSE = 0.08  # of the letters may have less contrast than that
_NEVER_DRAWN = "\U0010ffff"  # no typeface has it, so it shows what a missing character looks like


@dataclass(frozen=True, slots=True)
class _Block:
    lines: tuple[str, ...]
    font: ImageFont.FreeTypeFont
    left: int
    top: int
    width: int
    height: int
    line_height: int
    across: str


def lettered(pixels: Bytes, wish: Lettering, variation: Variation) -> Bytes:
    """`pixels` with the text set on it. Raises EngineRefusal for characters it cannot draw."""
    block = _laid_out(pixels, wish, variation)
    mask, (left, top) = _drawn(block, pixels)
    area = pixels[top : top + mask.shape[0], left : left + mask.shape[1]]
    colour = _colour_for(area, mask, wish)
    out = pixels.copy()
    ground = area.astype(np.float32)
    own = float(luma_of(np.asarray([[colour]], dtype=np.uint8))[0, 0])
    behind = luma_of(area)[mask > 0.3]
    too_close = float((np.abs(behind - own) < _LEAST_CONTRAST).mean()) if behind.size else 0.0
    if too_close > _MOST_TOO_CLOSE:
        ground = _with_shadow(ground, mask, dark=own > 0.5, size=block.line_height)
    alpha = mask[..., None]
    set_text = ground + alpha * (np.asarray(colour, dtype=np.float32) - ground)
    out[top : top + mask.shape[0], left : left + mask.shape[1]] = np.clip(
        set_text + 0.5, 0, 255
    ).astype(np.uint8)
    return out


# ---------------------------------------------------------------- layout
def _laid_out(pixels: Bytes, wish: Lettering, variation: Variation) -> _Block:
    height, width = pixels.shape[:2]
    play = 1.0 if wish.height_px else variation.factor(0, 0.07)
    size = wish.height_px or _SIZE_SHARE * min(width, height) * wish.size * play
    name = _BOLD if wish.bold else _REGULAR
    widest = _WIDEST_SHARE * width
    font = _font(name, max(6.0, size))
    _check_characters(font, wish.text)
    lines = _wrapped(wish.text, font, widest)
    longest = max(font.getlength(line) for line in lines)
    if longest > widest:  # one long word: smaller letters rather than a cut one
        font = _font(name, max(4.0, font.size * widest / longest))
        lines = _wrapped(wish.text, font, widest)
    line_height = max(1, round(font.size * _LINE_SPACING))
    block_width = round(max(font.getlength(line) for line in lines))
    block_height = line_height * len(lines)
    margin = round(_MARGIN_SHARE * min(width, height))
    left = {"left": margin, "right": width - margin - block_width}.get(
        wish.place.across, (width - block_width) // 2
    )
    top = {"top": margin, "bottom": height - margin - block_height}.get(
        wish.place.down, (height - block_height) // 2
    )
    return _Block(lines, font, left, top, block_width, block_height, line_height, wish.place.across)


def _font(name: str, size: float) -> ImageFont.FreeTypeFont:
    from PIL import ImageFont

    return ImageFont.truetype(str(resource_path(name)), size)


def _wrapped(text: str, font: ImageFont.FreeTypeFont, widest: float) -> tuple[str, ...]:
    lines: list[str] = []
    for paragraph in text.splitlines() or [text]:
        line = ""
        for word in paragraph.split(" "):
            longer = f"{line} {word}" if line else word
            if line and font.getlength(longer) > widest:
                lines.append(line)
                line = word
            else:
                line = longer
        lines.append(line)
    return tuple(lines)


def _check_characters(font: ImageFont.FreeTypeFont, text: str) -> None:
    box = bytes(font.getmask(_NEVER_DRAWN))
    missing = [
        character
        for character in dict.fromkeys(text)
        if not character.isspace() and bytes(font.getmask(character)) == box
    ]
    if missing:
        listed = " ".join(missing[:12])
        raise EngineRefusal(
            Refusal(
                "unsupported_instruction",
                f"The typeface of the embedded engine has no sign for {listed}, so nothing was "
                "changed.",
                context={"unknown": [], "characters": missing},
            )
        )


# ---------------------------------------------------------------- drawing
def _drawn(block: _Block, pixels: Bytes) -> tuple[Floats, tuple[int, int]]:
    """The letters' coverage from 0 to 1 and where its upper left corner lies."""
    from PIL import Image, ImageDraw

    pad = max(2, round(0.35 * block.line_height))
    left, top = max(0, block.left - pad), max(0, block.top - pad)
    right = min(pixels.shape[1], block.left + block.width + pad)
    bottom = min(pixels.shape[0], block.top + block.height + pad)
    sheet = Image.new("L", (max(1, right - left), max(1, bottom - top)), 0)
    draw = ImageDraw.Draw(sheet)
    anchor = {"left": "ls", "right": "rs"}.get(block.across, "ms")
    x = {"left": block.left, "right": block.left + block.width}.get(
        block.across, block.left + block.width / 2
    )
    ascent = 0.5 * (block.line_height + 0.727 * block.font.size)  # Inter's capitals: 0.727 em
    for index, line in enumerate(block.lines):
        baseline = block.top + index * block.line_height + ascent
        draw.text((x - left, baseline - top), line, fill=255, font=block.font, anchor=anchor)
    mask = np.asarray(sheet, dtype=np.float32) / np.float32(255)
    return mask, (left, top)


def _colour_for(area: Bytes, mask: Floats, wish: Lettering) -> tuple[int, int, int]:
    if wish.colour is not None:
        return wish.colour.rgb
    inside = luma_of(area)[mask > 0.5]
    behind = float(inside.mean()) if inside.size else float(luma_of(area).mean())
    return (250, 250, 248) if behind < 0.58 else (20, 20, 22)


def _with_shadow(ground: Floats, mask: Floats, dark: bool, size: int) -> Floats:
    import cv2

    soft = np.asarray(cv2.GaussianBlur(mask, (0, 0), max(1.0, 0.09 * size)), dtype=np.float32)
    veil = np.clip(soft * 1.25, 0, 1)[..., None] * np.float32(0.62)
    return np.asarray(ground + veil * ((0.0 if dark else 255.0) - ground), dtype=np.float32)
