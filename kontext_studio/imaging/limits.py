"""How large a picture may be, and at which size a larger one can still be opened.

Judges sizes that a file's head tells; refuses to decode anything.
"""

from __future__ import annotations

from kontext_studio.core.errors import OutOfMemory, PictureTooLarge
from kontext_studio.imaging import formats
from kontext_studio.imaging.picture import MAX_PIXELS, MAX_SIDE_PX

SCALED_SIDE_PX = 8192
"""No side of a picture that is opened scaled is longer."""

_MOST_SCALED_PIXELS = 1_000_000_000
_MOST_SCALED_SIDE_PX = 65_535
# Pillow holds 4 bytes for each pixel of what libjpeg gives, and libjpeg up to 6 more for each
# pixel of a progressive picture, whatever the scale.
MOST_DRAFT_PIXELS = 2 * MAX_PIXELS
_JPEG_DIVISORS = (1, 2, 4, 8)
_CV_NO_MEMORY = -4


def check_size(size: tuple[int, int], media_type: str, *, row_by_row: bool) -> None:
    """Raise PictureTooLarge beyond the limits, ValueError where there are no pixels.

    `row_by_row` says whether it is coded so that rows can be read one after the other: a PNG of 8
    bits that is not interlaced, a JPEG that is not progressive.
    """
    width, height = size
    if width < 1 or height < 1:
        raise ValueError("no pixels")
    if width * height <= MAX_PIXELS and max(size) <= MAX_SIDE_PX:
        return
    if width * height > MAX_PIXELS:
        sentence = f"{round(width * height / 1e6):,} megapixels is more than the app opens (64)."
    else:
        sentence = (
            f"{width:,} × {height:,} pixels is more than the app opens ({MAX_SIDE_PX:,} a side)."
        )
    raise PictureTooLarge(
        sentence,
        size=size,
        scaled=scaled_size(size, media_type, row_by_row=row_by_row),
        hint="Scale it down to 8,192 pixels a side first.",
    )


def scaled_size(
    size: tuple[int, int], media_type: str, *, row_by_row: bool
) -> tuple[int, int] | None:
    """The size at which a picture over the limits can be opened within bounded memory.

    JPEG is decoded at a fraction, PNG in bands where it is coded row by row. The other
    formats can only be decoded whole: None.
    """
    width, height = size
    if width * height > _MOST_SCALED_PIXELS or max(size) > _MOST_SCALED_SIDE_PX:
        return None
    if media_type == formats.JPEG and (row_by_row or width * height <= MOST_DRAFT_PIXELS):
        divisor = jpeg_divisor(size)
        return None if divisor is None else fitted((-(-width // divisor), -(-height // divisor)))
    if media_type == formats.PNG and row_by_row:
        return fitted(size)
    return None


def jpeg_divisor(size: tuple[int, int]) -> int | None:
    """The least of the fractions 1, 1/2, 1/4, 1/8 that fits the memory."""
    pixels = size[0] * size[1]
    return next((one for one in _JPEG_DIVISORS if pixels <= MOST_DRAFT_PIXELS * one * one), None)


def fitted(size: tuple[int, int]) -> tuple[int, int]:
    scale = min(1.0, SCALED_SIDE_PX / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def is_out_of_memory(fault: Exception) -> bool:
    """Whether the memory ended, in Python or in OpenCV, which has an error of its own for it."""
    return isinstance(fault, MemoryError) or getattr(fault, "code", None) == _CV_NO_MEMORY


def out_of_memory(name: str) -> OutOfMemory:
    """`name` is what messages call the picture."""
    subject = "this picture" if name == "The picture" else name
    return OutOfMemory(
        f"Not enough memory for {subject}.",
        hint="Close other programs, or scale the picture down first.",
    )
