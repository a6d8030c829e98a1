from __future__ import annotations

import io
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms
from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QColorSpace, QImage, QImageReader

from kontext_studio.core.errors import BadPicture
from kontext_studio.gui.canvas.decode import decode_for_view, load_pyramid
from kontext_studio.imaging.picture import MAX_PIXELS
from kontext_studio.resources import resource_path
from tests.gui.canvas.pixels import rgb


def photograph() -> Image.Image:
    return Image.open(resource_path("samples/coffee.png")).convert("RGB")


def encoded(image: Image.Image, kind: str, **options) -> bytes:
    target = io.BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and has no pixels."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return (
            len(body).to_bytes(4, "big") + name + body + zlib.crc32(name + body).to_bytes(4, "big")
        )

    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([8, 2, 0, 0, 0])
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b""))


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF", "BMP"])
def test_lossless_formats_come_out_pixel_by_pixel(kind):
    photo = photograph()
    options = {"lossless": True} if kind == "WEBP" else {}
    decoded = decode_for_view(encoded(photo, kind, **options))
    assert np.array_equal(rgb(decoded.image), np.asarray(photo))
    assert (decoded.width, decoded.height) == photo.size


def test_a_jpeg_comes_out_as_another_decoder_sees_it():
    data = encoded(photograph(), "JPEG", quality=95)
    theirs = np.asarray(Image.open(io.BytesIO(data))).astype(int)
    assert np.abs(rgb(decode_for_view(data).image) - theirs).mean() < 1


def test_a_turned_photograph_stands_upright_and_says_its_upright_size():
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees
    photo = photograph()
    data = encoded(photo, "JPEG", exif=exif, quality=95)
    for target in (None, 100):
        decoded = decode_for_view(data, target)
        assert (decoded.width, decoded.height) == (photo.height, photo.width)
        assert decoded.image.height() > decoded.image.width()


@pytest.mark.parametrize("target", [64, 333])
def test_a_first_sight_is_no_larger_than_asked_for(target):
    decoded = decode_for_view(encoded(photograph(), "JPEG"), target)
    assert max(decoded.image.width(), decoded.image.height()) == target
    assert (decoded.width, decoded.height) == photograph().size


def test_a_first_sight_is_never_enlarged():
    decoded = decode_for_view(encoded(photograph(), "JPEG"), 5000)
    assert decoded.image.width() == decoded.width


def test_a_first_sight_has_the_colours_of_the_whole():
    data = encoded(photograph(), "PNG")
    small = rgb(decode_for_view(data, 60).image).mean(axis=(0, 1))
    whole = rgb(decode_for_view(data).image).mean(axis=(0, 1))
    assert np.abs(small - whole).max() < 3


def display_p3(image: QImage) -> bytes:
    image.setColorSpace(QColorSpace(QColorSpace.NamedColorSpace.DisplayP3))
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    # The stubs ask for bytes, PySide6 6.11 itself for a text.
    assert image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())


def test_a_profile_is_converted_for_the_display_and_named():
    image = QImage(8, 8, QImage.Format.Format_RGB32)
    image.fill(0xFF20C040)
    decoded = decode_for_view(display_p3(image))
    assert "P3" in decoded.colour_space
    shown = decoded.image.pixelColor(3, 3)
    assert shown.green() > 0xC0 - 3
    assert shown.red() < 0x20 - 5  # the same colour needs less red in the smaller space


def test_a_wide_display_gets_wide_colours_from_an_untagged_picture():
    data = encoded(Image.new("RGB", (8, 8), (255, 0, 0)), "PNG")
    p3 = QColorSpace(QColorSpace.NamedColorSpace.DisplayP3)
    shown = decode_for_view(data, display_space=p3).image.pixelColor(3, 3)
    assert shown.red() < 245
    assert shown.green() > 40


def test_the_colour_space_is_said_and_an_assumption_is_called_one():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    tagged = encoded(photograph(), "PNG", icc_profile=profile)
    assert decode_for_view(tagged).colour_space == "sRGB"
    assert decode_for_view(encoded(photograph(), "PNG")).colour_space == "sRGB, assumed"


@pytest.mark.parametrize("mode", ["L", "P", "LA", "RGBA", "I;16", "1"])
def test_every_kind_of_pixel_can_be_shown(mode):
    if mode == "I;16":
        data = encoded(Image.fromarray(np.full((60, 90), 30000, np.uint16)), "PNG")
    else:
        data = encoded(photograph().convert(mode), "PNG")
    pyramid, _ = load_pyramid(data)
    assert pyramid.levels[0].depth() == 32


def test_a_picture_for_print_can_be_shown():
    decoded = decode_for_view(encoded(photograph().convert("CMYK"), "JPEG", quality=95))
    assert np.abs(rgb(decoded.image) - np.asarray(photograph()).astype(int)).mean() < 12


def test_the_first_frame_of_an_animation_is_shown():
    frames = [Image.new("RGB", (40, 30), colour) for colour in ((200, 0, 0), (0, 0, 200))]
    data = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert decode_for_view(data).image.pixelColor(5, 5).red() > 190


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"these are words, not a picture",
        b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
        b"\x89PNG\r\n\x1a\n",
    ],
)
def test_what_is_not_a_picture_is_refused_in_words(data):
    with pytest.raises(BadPicture) as refusal:
        decode_for_view(data)
    assert refusal.value.message.endswith(".")


def test_a_truncated_picture_is_refused():
    data = encoded(photograph(), "PNG")
    with pytest.raises(BadPicture, match="damaged"):
        decode_for_view(data[: len(data) // 20])


def test_a_picture_beyond_the_limit_is_refused_by_its_header():
    with pytest.raises(BadPicture, match="30000 × 30000"):
        decode_for_view(png_header(30000, 30000))


def test_the_limit_of_qt_does_not_refuse_what_ours_permits():
    decode_for_view(encoded(photograph(), "PNG"))
    assert QImageReader.allocationLimit() >= MAX_PIXELS * 4 >> 20


def test_a_loaded_pyramid_knows_the_size_of_the_whole_picture():
    pyramid, words = load_pyramid(encoded(photograph(), "JPEG"), 80)
    assert (pyramid.width, pyramid.height) == photograph().size
    assert not pyramid.is_exact
    assert words == "sRGB, assumed"
