"""From whatever a file holds (palette, CMYK, 16 bit, a wide gamut) to 8-bit sRGB and alpha.

Pillow converts, littleCMS manages colour. A profile that cannot be used is left out with a note.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image
    from PIL.ImageCms import ImageCmsProfile

PLAIN_INKS = "plain inks"
"""In the `info` of a CMYK image whose file stores inks as they are. Pillow takes all for Adobe's,
which stores them upside down and says so by a marker."""

_SPACES = {"RGB": "RGB ", "L": "GRAY", "CMYK": "CMYK", "LAB": "Lab "}
# A profile that moves no colour of a 17 × 17 × 17 lattice by more than this is sRGB by any name.
_SAME_LEVELS = 2
_BAND_PIXELS = 1 << 20


class Profile(Enum):
    """What became of the profile in the file."""

    NONE = "none"
    SRGB = "srgb"
    CONVERTED = "converted"
    KEPT = "kept"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class Colours:
    """An RGB image, its alpha (mode L) or None, what was done, and the profile the pixels are in
    where that is not sRGB."""

    rgb: Image.Image
    alpha: Image.Image | None
    profile: Profile
    notes: tuple[str, ...] = ()
    icc: bytes | None = None


def to_srgb(image: Image.Image, *, keep_profile: bool = False) -> Colours:
    """Convert a loaded image. With `keep_profile` RGB pixels stay in the space of the file."""
    icc = image.info.get("icc_profile")
    if image.info.get(PLAIN_INKS):
        from PIL import ImageChops

        image = ImageChops.invert(image)
    image, alpha = _eight_bit_and_alpha(image)
    notes: list[str] = []
    outcome = Profile.NONE
    if isinstance(icc, bytes) and icc:
        profile = _usable_profile(icc, image.mode)
        if profile is None:
            outcome = Profile.IGNORED
            notes.append("The colour profile cannot be used and was ignored")
        elif image.mode == "RGB" and _is_srgb(profile):
            outcome = Profile.SRGB
        elif image.mode == "RGB" and keep_profile:
            return Colours(image, alpha, Profile.KEPT, icc=icc)
        else:
            converted = _through_profile(image, profile)
            if converted is None:
                outcome = Profile.IGNORED
                notes.append("The colour profile cannot be used and was ignored")
            else:
                outcome = Profile.CONVERTED
                if image.mode != "L":
                    before = "CMYK" if image.mode == "CMYK" else _name_of(profile)
                    notes.append(f"Converted from {before} to sRGB")
                image = converted
    if image.mode == "CMYK":
        notes.append("CMYK without a usable profile, converted by the plain formula")
    elif image.mode == "LAB":
        image = _from_lab(image)
    return Colours(
        image if image.mode == "RGB" else image.convert("RGB"), alpha, outcome, tuple(notes)
    )


def _eight_bit_and_alpha(image: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    """RGB, L, CMYK or LAB in 8 bit, and the alpha where there is any."""
    if image.mode.startswith("I") or image.mode == "F":
        return _scaled_grey(image), None
    if image.mode in ("RGBa", "La"):
        image = image.convert("RGBA" if image.mode == "RGBa" else "LA")
    if image.mode in ("P", "PA", "1", "L", "RGB") and image.has_transparency_data:
        image = image.convert("RGBA")
    if image.mode in ("RGBA", "LA"):
        colour = image.convert("RGB") if image.mode == "RGBA" else image.getchannel("L")
        return colour, image.getchannel("A")
    if image.mode in ("RGB", "L", "CMYK", "LAB"):
        return image, None
    return image.convert("L" if image.mode == "1" else "RGB"), None


def _scaled_grey(image: Image.Image) -> Image.Image:
    """Wide grey values on 0 to 255. Pillow's own conversion cuts them off instead: nearly all of a
    16-bit picture comes out white."""
    import numpy as np
    from PIL import Image as PillowImage

    upside_down = False
    if image.mode.startswith("I;16"):
        top = 65535.0
        upside_down = _is_white_at_zero(image)
    else:
        # 32-bit values carry no agreed range: 1, 255, 65535 and 2**31 - 1 are the ones in use.
        largest = max(float(values.max(initial=0.0)) for _, values in _bands_of(image))
        whole = image.mode == "I"
        tops = (255.0, 65535.0, 2.0**31 - 1) if whole else (1.0, 255.0, 65535.0, largest)
        top = next((one for one in tops if largest <= one), largest) or 1.0
    grey = np.empty((image.height, image.width), np.uint8)
    for rows, values in _bands_of(image):
        scaled = (top - values if upside_down else values) * (255.0 / top)
        grey[rows] = np.clip(np.rint(scaled), 0, 255)
    return PillowImage.fromarray(grey)


def _bands_of(image: Image.Image) -> Iterator[tuple[slice, NDArray[np.float32]]]:
    """Some rows at a time, as numbers: the whole as floating point is many times the picture."""
    import numpy as np

    step = max(1, _BAND_PIXELS // image.width)
    for first in range(0, image.height, step):
        rows = slice(first, min(image.height, first + step))
        band = np.asarray(image.crop((0, rows.start, image.width, rows.stop))).astype(np.float32)
        yield rows, np.nan_to_num(band, nan=0.0, posinf=0.0, neginf=0.0)


def _is_white_at_zero(image: Image.Image) -> bool:
    tags = getattr(image, "tag_v2", None)
    return tags is not None and tags.get(262) == 0


def _usable_profile(icc: bytes, mode: str) -> ImageCmsProfile | None:
    from PIL import ImageCms

    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(icc))
    except (OSError, ValueError, TypeError, ImageCms.PyCMSError):
        return None
    return profile if profile.profile.xcolor_space == _SPACES.get(mode) else None


def _through_profile(image: Image.Image, profile: ImageCmsProfile) -> Image.Image | None:
    from PIL import ImageCms

    try:
        transform = ImageCms.buildTransform(
            profile,
            ImageCms.createProfile("sRGB"),
            image.mode,
            "RGB",
            ImageCms.Intent.RELATIVE_COLORIMETRIC,
            ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
        return ImageCms.applyTransform(image, transform)
    except (OSError, ValueError, TypeError, ImageCms.PyCMSError):
        return None


def _is_srgb(profile: ImageCmsProfile) -> bool:
    import numpy as np
    from PIL import Image as PillowImage

    steps = np.linspace(0, 255, 17).round().astype(np.uint8)
    lattice = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(17, -1, 3)
    converted = _through_profile(PillowImage.fromarray(lattice), profile)
    if converted is None:
        return False
    moved = np.asarray(converted).astype(np.int16) - lattice
    return int(np.abs(moved).max()) <= _SAME_LEVELS


def _name_of(profile: ImageCmsProfile) -> str:
    """The profile's own name, cut and cleaned: it comes from the file."""
    from PIL import ImageCms

    try:
        name = ImageCms.getProfileDescription(profile)
    except (OSError, ValueError, TypeError, ImageCms.PyCMSError):
        name = ""
    clean = " ".join("".join(c for c in name if c.isprintable() or c.isspace()).split())
    return clean[:60] or "its colour profile"


def _from_lab(image: Image.Image) -> Image.Image:
    from PIL import ImageCms

    return _through_profile(image, ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))) or (
        image.getchannel("L").convert("RGB")
    )
