"""A stored picture as a file to give away, with as little loss as the format asked for allows."""

from __future__ import annotations

from kontext_studio.core.errors import BadInput
from kontext_studio.imaging import formats
from kontext_studio.imaging.containers import with_xmp, without_metadata
from kontext_studio.imaging.decode import decode_picture, over_colour, probe
from kontext_studio.imaging.encode import (
    MEDIA_TYPES,
    DigitalSource,
    FileFormat,
    encode,
    source_packet,
)


def export_picture(
    data: bytes,
    file_format: FileFormat,
    quality: int = 92,
    *,
    digital_source: DigitalSource | None = None,
    to_srgb: bool = False,
    name: str = "The picture",
) -> bytes:
    """A stored picture as an export: in its own colour profile unless `to_srgb`, without metadata
    but for the digital source. Pixels are coded again only where format, turn or colour demand it.

    Transparency over white in JPEG. Raise BadPicture.
    """
    facts = probe(data, name=name)
    media_type = MEDIA_TYPES[file_format]
    lossless = file_format == "png"
    if facts.media_type == media_type and facts.orientation == 1 and facts.frames == 1:
        untouched = not (to_srgb and facts.has_icc) and (lossless or quality >= 92)
        bare = without_metadata(data, media_type) if untouched else None
        if bare is not None:
            decode_picture(data, name=name)  # an export is never a damaged file
            if digital_source is None:
                return bare
            size = (facts.width, facts.height)
            return with_xmp(bare, media_type, source_packet(digital_source), size=size)
    picture = decode_picture(data, name=name, keep_profile=not to_srgb)
    pixels, alpha = picture.pixels, picture.alpha
    if alpha is not None and file_format == "jpeg":
        pixels, alpha = over_colour(pixels, alpha), None
    return encode(
        pixels, file_format, quality, alpha=alpha, icc=picture.icc, digital_source=digital_source
    )


def format_of_suffix(suffix: str) -> FileFormat:
    """The format that a file name's ending asks for. Raise BadInput for one that is not written."""
    for file_format, media_type in MEDIA_TYPES.items():
        if suffix.lower() in formats.SUFFIXES[media_type]:
            return file_format
    raise BadInput(
        f"Pictures are not written as {suffix or 'a file without an ending'}.",
        hint="Use .png, .jpg or .webp.",
    )
