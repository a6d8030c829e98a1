"""A stored picture as a file to give away, with as little loss as the format asked for allows."""

from __future__ import annotations

from kontext_studio.core.errors import BadInput
from kontext_studio.imaging import formats
from kontext_studio.imaging.colour import Profile
from kontext_studio.imaging.containers import without_metadata
from kontext_studio.imaging.decode import decode_with_profile, over_colour
from kontext_studio.imaging.encode import MEDIA_TYPES, DigitalSource, FileFormat, dressed, encode
from kontext_studio.imaging.picture import PictureFacts
from kontext_studio.imaging.profiles import wordless

_OF_A_SERVICE = frozenset({"content credentials", "XMP"})


def export_picture(
    data: bytes,
    file_format: FileFormat,
    quality: int = 92,
    *,
    digital_source: DigitalSource | None = None,
    to_srgb: bool = False,
    keep_metadata: bool = False,
    name: str = "The picture",
) -> bytes:
    """A stored picture as an export: in its own colour profile unless `to_srgb`, without metadata
    but for the digital source. Pixels are coded again only where format, turn or colour demand it.

    With `keep_metadata` the stored bytes go out as they are where the format is the same; so do
    pictures of a model that are signed, for a mark of ours would break the signature.
    Transparency over white in JPEG. Raise BadPicture.
    """
    picture, profile = decode_with_profile(data, name=name, keep_profile=not to_srgb)
    facts, media_type = picture.facts, MEDIA_TYPES[file_format]
    as_coded = (
        facts.media_type == media_type
        and profile is not Profile.CONVERTED
        and (file_format == "png" or quality >= 92)
    )
    if as_coded and (keep_metadata or (digital_source and _is_signed(facts))):
        return data
    icc = _wordless(picture.icc)
    if as_coded and facts.orientation == 1 and facts.frames == 1:
        bare = without_metadata(data, media_type, keep_icc=False)
        if bare is not None:
            size = (facts.width, facts.height)
            return dressed(bare, media_type, size, icc=icc, digital_source=digital_source)
    pixels, alpha = picture.pixels, picture.alpha
    if alpha is not None and file_format == "jpeg":
        pixels, alpha = over_colour(pixels, alpha), None
    return encode(pixels, file_format, quality, alpha=alpha, icc=icc, digital_source=digital_source)


def _is_signed(facts: PictureFacts) -> bool:
    return "content credentials" in facts.metadata and not set(facts.metadata) - _OF_A_SERVICE


def _wordless(icc: bytes | None) -> bytes | None:
    try:
        return wordless(icc) if icc is not None else None
    except ValueError:
        return icc  # littleCMS could use it: better its words than wrong colours


def format_of_suffix(suffix: str) -> FileFormat:
    """The format that a file name's ending asks for. Raise BadInput for one that is not written."""
    for file_format, media_type in MEDIA_TYPES.items():
        if suffix.lower() in formats.SUFFIXES[media_type]:
            return file_format
    raise BadInput(
        f"Pictures are not written as {suffix or 'a file without an ending'}.",
        hint="Use .png, .jpg or .webp.",
    )
