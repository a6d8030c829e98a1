"""Encoded pictures in and out of the engine, faults named in the engine's own terms."""

from __future__ import annotations

import numpy as np

from kontext_studio.core.errors import BadPicture
from kontext_studio.engine.base import EnginePicture, EngineRefusal, Refusal
from kontext_studio.engine.colour_space import Bytes
from kontext_studio.imaging.decode import decode_picture, over_colour
from kontext_studio.imaging.encode import MEDIA_TYPES, FileFormat, encode

_JPEG_QUALITY = 95
_FORMATS: dict[str, FileFormat] = {"png": "png", "jpeg": "jpeg", "jpg": "jpeg"}


def opened(data: bytes) -> tuple[Bytes, tuple[str, ...]]:
    """Upright sRGB pixels, transparency laid over white, and notes. Raises EngineRefusal."""
    try:
        picture = decode_picture(data)
    except BadPicture as exc:
        kind = "image_too_large" if "more than the app opens" in exc.message else "image_load_error"
        message = f"{exc.message} {exc.hint}".strip()
        raise EngineRefusal(Refusal(kind, message, field="image_url")) from exc
    pixels, notes = picture.pixels, picture.notes
    if picture.alpha is not None and int(picture.alpha.min()) < 255:
        pixels = over_colour(pixels, picture.alpha)
        notes = (*notes, "Transparent areas were laid over white")
    return np.ascontiguousarray(pixels), tuple(dict.fromkeys((*picture.facts.notes, *notes)))


def file_format(name: str) -> FileFormat:
    """The format called "png" or "jpeg". Raises EngineRefusal for others."""
    found = _FORMATS.get(name)
    if found is None:
        raise EngineRefusal(
            Refusal(
                "invalid_request",
                f"The embedded engine writes png and jpeg, not {name}.",
                field="output_format",
            )
        )
    return found


def encoded(pixels: Bytes, kind: FileFormat) -> EnginePicture:
    data = encode(pixels, kind, quality=_JPEG_QUALITY)
    return EnginePicture(data, MEDIA_TYPES[kind], pixels.shape[1], pixels.shape[0])
