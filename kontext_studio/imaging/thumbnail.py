"""A small upright copy of a picture, as cheaply as the format allows."""

from __future__ import annotations

import io

from kontext_studio.core import kill_points
from kontext_studio.imaging import formats
from kontext_studio.imaging.colour import to_srgb
from kontext_studio.imaging.decode import open_picture, turned


def thumbnail(
    data: bytes, box: tuple[int, int] = (264, 176), *, name: str = "The picture"
) -> bytes:
    """A JPEG, or a PNG where there is alpha, that fits into `box` pixels; never enlarged.

    Raise BadPicture.
    """
    with open_picture(data, name) as (image, facts):
        orientation = 1 if facts.media_type == formats.TIFF else facts.orientation
        room = (box[1], box[0]) if orientation >= 5 else box
        stored = (facts.height, facts.width) if orientation >= 5 else (facts.width, facts.height)
        scale = min(1.0, room[0] / stored[0], room[1] / stored[1])
        size = (max(1, round(stored[0] * scale)), max(1, round(stored[1] * scale)))
        image.draft(None, (size[0] * 2, size[1] * 2))  # JPEG alone decodes at a fraction
        image.load()
        kill_points.reach(kill_points.KillPoint.THUMBNAIL)
        opaque = image.mode in ("RGB", "L", "CMYK") and not facts.has_alpha
        # Colour by colour a small picture is converted in no time, a large one is not.
        colours = to_srgb(image.resize(size, reducing_gap=2.0) if opaque else image)
        small = turned(colours.rgb.resize(size, reducing_gap=2.0), orientation)
        out = io.BytesIO()
        if colours.alpha is None:
            small.save(out, "JPEG", quality=85)
        else:
            small.putalpha(turned(colours.alpha.resize(size, reducing_gap=2.0), orientation))
            small.save(out, "PNG")
        return out.getvalue()
