"""Small pictures for the frames of a stream that come before the result."""

from __future__ import annotations

import base64

from kontext_studio.core.errors import BadPicture
from kontext_studio.imaging.formats import media_type_of
from kontext_studio.imaging.thumbnail import thumbnail

_BOX_PX = (256, 256)


def preview_uri(data: bytes) -> str | None:
    """A small copy of an encoded picture as a data URI, None where it cannot be read."""
    try:
        small = thumbnail(data, _BOX_PX)
    except BadPicture:
        return None
    return data_uri(small, str(media_type_of(small)))


def data_uri(data: bytes, media_type: str) -> str:
    return f"data:{media_type};base64,{base64.b64encode(data).decode('ascii')}"
