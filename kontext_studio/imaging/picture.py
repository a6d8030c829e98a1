"""What the program knows of a picture once its bytes are read: the facts, and the pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MAX_PIXELS = 67_108_864
"""8192 × 8192, the "64 megapixels" of every message."""

MAX_SIDE_PX = 16_384


@dataclass(frozen=True, slots=True)
class PictureFacts:
    """What the head of a file says; no pixel was decoded for it.

    `width` and `height` are upright. `mode` is Pillow's word for the stored pixels, `bits` their
    depth per channel. `orientation` is the stored EXIF value, 1 to 8. `metadata` names what the
    file carries beside its pixels ("EXIF", "location", "XMP", ...). `notes` are plain sentences.
    """

    media_type: str
    width: int
    height: int
    mode: str
    bits: int = 8
    frames: int = 1
    has_alpha: bool = False
    has_icc: bool = False
    orientation: int = 1
    metadata: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """Decoded pixels: `pixels` is uint8 of shape (height, width, 3), upright, read-only.

    They are sRGB, unless `icc` holds the profile they were asked to be left in. `alpha` is uint8
    of shape (height, width), or None where the picture is opaque.
    """

    pixels: NDArray[np.uint8]
    alpha: NDArray[np.uint8] | None
    facts: PictureFacts
    notes: tuple[str, ...] = ()
    icc: bytes | None = None

    @property
    def width(self) -> int:
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        return int(self.pixels.shape[0])

    @property
    def media_type(self) -> str:
        return self.facts.media_type

    @property
    def frames(self) -> int:
        return self.facts.frames


@dataclass(frozen=True, slots=True)
class WorkingPicture:
    """What is sent: sRGB, 8 bit, three channels, upright, nothing beside the pixels.

    `same_bytes` is true where the stored bytes already were all that.
    """

    data: bytes
    media_type: str
    width: int
    height: int
    notes: tuple[str, ...] = ()
    same_bytes: bool = False
