"""Bytes in, facts or upright sRGB pixels out.

Only the decoder that the first bytes call for is ever built, limits are checked before any pixel
is decoded, and every fault comes out as a BadPicture with a plain sentence.
"""

from __future__ import annotations

import io
import warnings
from contextlib import contextmanager
from pathlib import PurePath
from typing import TYPE_CHECKING

from kontext_studio.core import kill_points
from kontext_studio.core.errors import BadPicture, PictureTooLarge
from kontext_studio.imaging import formats
from kontext_studio.imaging.colour import PLAIN_INKS, Colours, Profile, to_srgb
from kontext_studio.imaging.containers import (
    metadata_names,
    png_body,
    stated_size,
    without_metadata,
)
from kontext_studio.imaging.encode import encode_png
from kontext_studio.imaging.limits import check_size, out_of_memory
from kontext_studio.imaging.picture import Picture, PictureFacts, WorkingPicture

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image
    from PIL.ImageFile import ImageFile

_BAND_PIXELS = 1 << 20
_ORIENTATION, _BITS_PER_SAMPLE, _GPS = 274, 258, 0x8825


def probe(data: bytes, *, name: str = "The picture") -> PictureFacts:
    """The facts in the head of the file. `name` is what messages call it. Raise BadPicture."""
    with open_picture(data, name) as (_, facts):
        return facts


def decode_picture(
    data: bytes, *, name: str = "The picture", keep_profile: bool = False
) -> Picture:
    """All pixels, upright and in sRGB; a picture that stops early is refused. Raise BadPicture.

    With `keep_profile` a wide-gamut RGB picture stays in its own space, told by `icc`.
    """
    return decode_with_profile(data, name=name, keep_profile=keep_profile)[0]


def working_picture(data: bytes, *, name: str = "The picture") -> WorkingPicture:
    """What is sent of a stored picture, after decoding it whole. Raise BadPicture.

    Stored bytes that already are such a picture come back as they are. Where only metadata is in
    the way it is cut out around the coded pixels; else the pixels are written as PNG.
    """
    picture, profile = decode_with_profile(data, name=name)
    facts, notes = picture.facts, picture.notes
    as_stored = (
        facts.mode == "RGB"
        and facts.bits == 8
        and facts.orientation == 1
        and facts.frames == 1
        and not facts.has_alpha
        and profile is not Profile.CONVERTED
    )
    if as_stored:
        # A profile names its maker and owner, and without one sRGB is meant.
        bare = without_metadata(data, facts.media_type, keep_icc=False)
        if bare is not None:
            return WorkingPicture(
                data=bare,
                media_type=facts.media_type,
                width=picture.width,
                height=picture.height,
                notes=notes,
                same_bytes=bare == data,
            )
    pixels = opaque(picture)
    if pixels is not picture.pixels:
        notes = (*notes, "Transparent areas are sent as white")
    return WorkingPicture(encode_png(pixels), formats.PNG, picture.width, picture.height, notes)


def opaque(picture: Picture) -> NDArray[np.uint8]:
    """The pixels as they are sent: over white where they are transparent."""
    if picture.alpha is None or int(picture.alpha.min()) == 255:
        return picture.pixels
    return over_colour(picture.pixels, picture.alpha)


def over_colour(
    pixels: NDArray[np.uint8],
    alpha: NDArray[np.uint8],
    colour: tuple[int, int, int] = (255, 255, 255),
) -> NDArray[np.uint8]:
    """The picture laid over one colour."""
    from PIL import Image

    ground = Image.new("RGB", (pixels.shape[1], pixels.shape[0]), colour)
    ground.paste(Image.fromarray(pixels), mask=Image.fromarray(alpha))
    return _array(ground)


# ---------------------------------------------------------------- opening


@contextmanager
def open_picture(
    data: bytes, name: str, *, any_size: bool = False
) -> Iterator[tuple[ImageFile, PictureFacts]]:
    """Pillow's image with nothing decoded yet, for the modules of this package that decode in
    their own way. What Pillow raises inside the block leaves it as BadPicture.

    With `any_size` the limits are left to the caller.
    """
    media_type = _openable(data, name)
    # What Pillow warns of is either in our notes or no matter; repeating the same filter is cheap
    # and, unlike catch_warnings, safe in threads.
    warnings.filterwarnings("ignore", module=r"PIL\.")
    try:
        if not any_size and (stated := stated_size(data, media_type)) is not None:
            check_size(stated, media_type, row_by_row=is_row_by_row({}, data, media_type))
        with _plugin(media_type)(io.BytesIO(data)) as image:
            if not any_size:
                row_by_row = is_row_by_row(image.info, data, media_type)
                check_size(image.size, media_type, row_by_row=row_by_row)
            yield image, _facts(image, data, media_type, name)
    except BadPicture:
        raise
    except MemoryError as exc:
        raise out_of_memory(name) from exc
    except Exception as exc:  # a damaged file makes Pillow raise nearly anything
        if type(exc).__name__ == "DecompressionBombError":
            raise PictureTooLarge(
                f"{name} holds more than the 64 megapixels that the app opens.",
                hint="Scale it down to 8,192 pixels a side first.",
                detail=str(exc)[:200],
            ) from exc
        raise BadPicture(
            f"{name} is damaged.",
            hint="Open it in the program it came from and export it again.",
            detail=f"{type(exc).__name__}: {str(exc)[:200]}",
        ) from exc


def _openable(data: bytes, name: str) -> str:
    if not data:
        raise BadPicture(f"{name} is empty.")
    found = formats.media_type_of(data)
    if isinstance(found, str):
        return found
    if found is None:
        raise BadPicture(
            f"{name} is not a picture.", hint="PNG, JPEG, WebP, GIF, AVIF, TIFF and BMP open here."
        )
    if found.title == "a HEIC picture":
        sentence = f"{name} is a HEIC picture, which is not supported yet."
        raise BadPicture(sentence, hint="Convert it to PNG or JPEG.")
    raise BadPicture(
        f"{name} is {found.title}, which does not open here.",
        hint="Export it as PNG or JPEG from the program it came from.",
    )


def _plugin(media_type: str) -> type[ImageFile]:
    """The one decoder for a format. Pillow's own `open` would not tell the size it refuses."""
    from PIL import (
        AvifImagePlugin,
        BmpImagePlugin,
        GifImagePlugin,
        JpegImagePlugin,
        PngImagePlugin,
        TiffImagePlugin,
        WebPImagePlugin,
    )

    plugins: dict[str, type[ImageFile]] = {
        formats.PNG: PngImagePlugin.PngImageFile,
        formats.JPEG: JpegImagePlugin.JpegImageFile,
        formats.WEBP: WebPImagePlugin.WebPImageFile,
        formats.GIF: GifImagePlugin.GifImageFile,
        formats.AVIF: AvifImagePlugin.AvifImageFile,
        formats.TIFF: TiffImagePlugin.TiffImageFile,
        formats.BMP: BmpImagePlugin.BmpImageFile,
    }
    return plugins[media_type]


def is_row_by_row(info: Mapping[str | tuple[int, int], object], data: bytes, kind: str) -> bool:
    """Whether the coded rows can be read one after the other; `info` is Pillow's."""
    if kind == formats.PNG:
        bits, interlaced = data[24], data[28]
        return bits == 8 and not interlaced
    return "progressive" not in info


# ---------------------------------------------------------------- facts


def _facts(image: ImageFile, data: bytes, media_type: str, name: str) -> PictureFacts:
    if media_type == formats.PNG and (exif := png_body(data, b"eXIf")):
        image.info["exif"] = b"Exif\0\0" + exif  # it may stand behind the pixels
    if media_type == formats.JPEG and image.mode == "CMYK" and "adobe" not in image.info:
        image.info[PLAIN_INKS] = True
    orientation, metadata = _exif_facts(image)
    if "xmp" in image.info:
        metadata = (*metadata, "XMP")
    metadata = tuple(dict.fromkeys((*metadata, *metadata_names(data, media_type))))
    width, height = image.size
    # Pillow turns TIFF by itself and already tells the upright size.
    if orientation >= 5 and media_type != formats.TIFF:
        width, height = height, width
    bits, frames = _bits(image, data, media_type), _frames(image, data, media_type)
    notes = []
    if (claimed := _claimed_type(name)) and claimed != media_type:
        title = formats.TITLES[media_type]
        notes.append(f"Really a {title}, though its name says {formats.TITLES[claimed]}")
    if frames > 1:
        notes.append(f"1 of {frames} {'pages' if media_type == formats.TIFF else 'frames'}")
    if bits > 8:
        notes.append(f"{bits} bits a channel, reduced to 8")
    if orientation != 1:
        notes.append("Turned upright as its EXIF data says")
    has_alpha = bool(image.has_transparency_data)
    if has_alpha:
        notes.append("Has transparency")
    return PictureFacts(
        media_type=media_type,
        width=width,
        height=height,
        mode=image.mode,
        bits=bits,
        frames=frames,
        has_alpha=has_alpha,
        has_icc=bool(image.info.get("icc_profile")),
        orientation=orientation,
        metadata=metadata,
        notes=tuple(notes),
    )


def _exif_facts(image: ImageFile) -> tuple[int, tuple[str, ...]]:
    """The orientation and the kinds of EXIF data. EXIF that cannot be read says nothing."""
    from PIL.Image import Image

    try:
        exif = Image.getexif(image)  # that of PngImageFile decodes the whole picture first
        stored = exif.get(_ORIENTATION, 1)
        orientation = stored if isinstance(stored, int) and 1 <= stored <= 8 else 1
        has_exif = bool(image.info.get("exif"))
        found = (("EXIF",) if has_exif else ()) + (("location",) if exif.get_ifd(_GPS) else ())
    except Exception:  # noqa: BLE001 - rubbish in EXIF is no reason to refuse the pixels
        return 1, ("EXIF",)
    return orientation, found


def _bits(image: ImageFile, data: bytes, media_type: str) -> int:
    if media_type == formats.PNG:
        return max(8, int(data[24]))
    if media_type == formats.TIFF:
        depth = getattr(image, "tag_v2", {}).get(_BITS_PER_SAMPLE, 8)
        return max(8, *(int(one) for one in (depth if isinstance(depth, tuple) else (depth,))))
    return 8


def _frames(image: ImageFile, data: bytes, media_type: str) -> int:
    if media_type not in (formats.GIF, formats.TIFF):
        return int(getattr(image, "n_frames", 1))
    # These count by walking the file, which leaves the image unusable where a frame is broken.
    try:
        with _plugin(media_type)(io.BytesIO(data)) as walker:
            return int(getattr(walker, "n_frames", 1))
    except Exception:  # noqa: BLE001 - only the first frame has to be whole
        return 1


def _claimed_type(name: str) -> str | None:
    suffix = PurePath(name).suffix.lower()
    return next((kind for kind, ends in formats.SUFFIXES.items() if suffix in ends), None)


# ---------------------------------------------------------------- pixels


def decode_with_profile(
    data: bytes, *, name: str = "The picture", keep_profile: bool = False
) -> tuple[Picture, Profile]:
    """As `decode_picture`, and what became of the profile. Raise BadPicture."""
    with open_picture(data, name) as (image, facts):
        image.load()
        kill_points.reach(kill_points.KillPoint.MID_DECODE)
        colours = to_srgb(image, keep_profile=keep_profile)
        return upright(colours, facts), colours.profile


def upright(colours: Colours, facts: PictureFacts) -> Picture:
    """The picture that some decoded colours are, turned as its EXIF data says."""
    # Pillow turns TIFF by itself.
    orientation = 1 if facts.media_type == formats.TIFF else facts.orientation
    rgb, alpha = colours.rgb, colours.alpha
    return Picture(
        pixels=_array(turned(rgb, orientation)),
        alpha=_array(turned(alpha, orientation)) if alpha is not None else None,
        facts=facts,
        notes=facts.notes + colours.notes,
        icc=colours.icc,
    )


def turned(image: Image.Image, orientation: int) -> Image.Image:
    """The image as EXIF orientation 1 to 8 wants it shown."""
    from PIL.Image import Transpose

    turns = {
        2: Transpose.FLIP_LEFT_RIGHT,
        3: Transpose.ROTATE_180,
        4: Transpose.FLIP_TOP_BOTTOM,
        5: Transpose.TRANSPOSE,
        6: Transpose.ROTATE_270,
        7: Transpose.TRANSVERSE,
        8: Transpose.ROTATE_90,
    }
    return image.transpose(turns[orientation]) if orientation in turns else image


def _array(image: Image.Image) -> NDArray[np.uint8]:
    """The pixels in bands: Pillow's own way holds them three times over for a while."""
    import numpy as np

    width, height = image.size
    bands = len(image.getbands())
    array = np.empty((height, width, bands) if bands > 1 else (height, width), np.uint8)
    rows = max(1, _BAND_PIXELS // width)
    for top in range(0, height, rows):
        bottom = min(height, top + rows)
        array[top:bottom] = np.asarray(image.crop((0, top, width, bottom)))
    array.flags.writeable = False
    return array
