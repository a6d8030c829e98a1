"""A picture beyond the limits opened smaller, in bounded memory: JPEG at a fraction, PNG in bands.

The whole is never in memory, whatever its head says. Other formats are refused as ever.
"""

from __future__ import annotations

import io
import struct
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING

from kontext_studio.core.errors import PictureTooLarge
from kontext_studio.imaging import formats
from kontext_studio.imaging.colour import to_srgb
from kontext_studio.imaging.containers import png_bodies, png_chunk
from kontext_studio.imaging.decode import decode_picture, is_row_by_row, open_picture, upright
from kontext_studio.imaging.limits import check_size, jpeg_divisor

if TYPE_CHECKING:
    from PIL import Image
    from PIL.ImageFile import ImageFile

    from kontext_studio.imaging.picture import Picture, PictureFacts

_BAND_PIXELS = 4 << 20
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # by PNG colour type


def open_scaled(data: bytes, *, name: str = "The picture") -> Picture:
    """The picture with no side beyond 8192 pixels, upright and in sRGB; whole where it is within
    the limits.

    Raise PictureTooLarge where its format cannot be scaled while it is decoded, or BadPicture.
    """
    with open_picture(data, name, any_size=True) as (image, facts):
        row_by_row = is_row_by_row(image.info, data, facts.media_type)
        try:
            check_size(image.size, facts.media_type, row_by_row=row_by_row)
        except PictureTooLarge as refusal:
            if refusal.scaled is None:
                raise
            size = refusal.scaled
        else:
            return decode_picture(data, name=name)
        if facts.media_type == formats.JPEG:
            small = _jpeg_at_a_fraction(image, size)
        else:
            small = _png_in_bands(image, data, size)
        picture = upright(to_srgb(small), facts)
    return replace(picture, notes=(*picture.notes, _note(facts, picture)))


def _note(facts: PictureFacts, picture: Picture) -> str:
    return (
        f"Opened at {picture.width:,} × {picture.height:,} pixels of "
        f"{facts.width:,} × {facts.height:,}"
    )


def _jpeg_at_a_fraction(image: ImageFile, size: tuple[int, int]) -> Image.Image:
    from PIL.Image import Resampling

    divisor = jpeg_divisor(image.size) or 1
    image.draft(None, (image.width // divisor, image.height // divisor))
    image.load()
    return image if image.size == size else image.resize(size, Resampling.BOX)


# ---------------------------------------------------------------- PNG


def _png_in_bands(image: ImageFile, data: bytes, size: tuple[int, int]) -> Image.Image:
    """Each band of the result is the mean of the stored rows it covers, fractions of rows too."""
    from PIL import Image as PillowImage
    from PIL.Image import Resampling

    width, height = image.size
    scale = height / size[1]
    out_rows = max(1, int(_BAND_PIXELS / width / scale))
    small: Image.Image | None = None
    reader = _PngRows(data, width)
    for first in range(0, size[1], out_rows):
        last = min(size[1], first + out_rows)
        top, bottom = first * scale, min(height, last * scale)
        start, band = reader.rows(int(top), min(height, -int(-bottom // 1)))
        if band.mode == "P" or "transparency" in image.info:
            band.info = {key: image.info[key] for key in ("transparency",) if key in image.info}
            band = band.convert("RGBA" if band.info else "RGB")
        if small is None:
            small = PillowImage.new(band.mode, size)
        box = (0, top - start, width, min(bottom - start, band.height))
        small.paste(band.resize((size[0], last - first), Resampling.BOX, box), (0, first))
    if small is None:
        raise ValueError("no rows")
    small.info = {key: value for key, value in image.info.items() if key != "transparency"}
    return small


class _PngRows:
    """Rows of a PNG of 8 bits a channel, in order, a band at a time.

    The coded rows of a band become a PNG of their own, which Pillow decodes. A row is coded as the
    difference to the one above: the last row of the band before is put in front, as it is.
    """

    def __init__(self, data: bytes, width: int) -> None:
        self._width, self._colour = width, data[25]
        self._row_bytes = 1 + width * _CHANNELS[self._colour]
        self._palette = b"".join(
            png_chunk(b"PLTE", body) for body in png_bodies(data, b"PLTE") if self._colour == 3
        )
        self._coded = png_bodies(data, b"IDAT")
        self._packer = zlib.decompressobj()
        self._rest = b""
        self._next = 0
        self._above = b""

    def rows(self, first: int, end: int) -> tuple[int, Image.Image]:
        """The rows up to `end`, and the number of the first one in it: `first`, or less by one.

        `first` is the end of the rows before, or the last of them.
        """
        from PIL.PngImagePlugin import PngImageFile

        kept = self._next - first  # 1 where the last row before is needed again
        count = end - self._next
        above = 1 if self._above else 0
        head = struct.pack(">IIBBBBB", self._width, above + count, 8, self._colour, 0, 0, 0)
        coded = (b"\0" + self._above if above else b"") + self._unpacked(count)
        band = io.BytesIO(
            b"\x89PNG\r\n\x1a\n"
            + png_chunk(b"IHDR", head)
            + self._palette
            + png_chunk(b"IDAT", zlib.compress(coded, 0))
            + png_chunk(b"IEND", b"")
        )
        with PngImageFile(band) as image:
            image.load()
        self._above = image.crop((0, image.height - 1, self._width, image.height)).tobytes()
        start, self._next = self._next - above, end
        if above and not kept:
            return first, image.crop((0, 1, self._width, image.height))
        return start, image

    def _unpacked(self, count: int) -> bytes:
        wanted = count * self._row_bytes
        parts: list[bytes] = []
        got = 0
        while got < wanted:
            part = self._packer.decompress(self._rest, wanted - got)
            self._rest = self._packer.unconsumed_tail
            if not part:
                body = None if self._packer.eof else next(self._coded, None)
                if body is None:
                    raise ValueError("the coded rows stop early")
                self._rest += body
            parts.append(part)
            got += len(part)
        return b"".join(parts)
