"""A photograph taken sideways stands upright in every place where its pixels are used."""

from __future__ import annotations

import asyncio
import io

import numpy as np
import pytest
from PIL import Image
from PySide6.QtGui import QImage

from kontext_studio.gui.canvas.decode import decode_for_view
from kontext_studio.imaging.decode import decode_picture, working_picture
from kontext_studio.imaging.export import export_picture
from kontext_studio.workbench import pictures
from tests.unit.imaging.samples import (
    DISPLAY_P3,
    cmyk_profile,
    exif,
    noise,
    quarters,
    rgb_profile,
    saved,
    turned_away,
)

UPRIGHT = quarters(480, 320)


def taken(file_format: str, orientation: int) -> bytes:
    tags = (
        {"tiffinfo": {274: orientation}}
        if file_format == "TIFF"
        else {"exif": exif(orientation=orientation)}
    )
    return saved(turned_away(UPRIGHT, orientation), file_format, quality=95, **tags)


def shown(data: bytes, target_px: int | None = None) -> np.ndarray:
    decoded = decode_for_view(data, target_px)
    assert (decoded.width, decoded.height) == (480, 320)
    image = decoded.image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy()


def read(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def is_upright(pixels: np.ndarray) -> bool:
    height, width = pixels.shape[:2]
    expected = np.asarray(Image.fromarray(UPRIGHT).resize((width, height))).astype(int)
    return width > height and float(np.abs(pixels - expected).mean()) < 5


PLACES = {
    "canvas": shown,
    "first sight": lambda data: shown(data, 120),
    "upload": lambda data: read(working_picture(data).data),
    "thumbnail": lambda data: read(asyncio.run(pictures.make_thumbnail(data))),
    "pixels to compare and composite": lambda data: decode_picture(data).pixels,
    "export": lambda data: read(export_picture(data, "png")),
}


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("place", list(PLACES))
def test_f_loc_26_a_turned_photograph_is_upright_everywhere(qapp, place, orientation, file_format):
    assert is_upright(PLACES[place](taken(file_format, orientation)))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_f_loc_26_a_turned_parent_does_not_differ_from_its_upright_result(orientation):
    upright = saved(UPRIGHT, "PNG")
    turned = taken("PNG", orientation)
    assert asyncio.run(pictures.compare(upright, turned, turned)) == (0.0, 0.0)


def wide(primaries: tuple, file_format: str) -> bytes:
    return saved(noise(480, 320), file_format, icc_profile=rgb_profile(primaries, 2.2))


PRESS = cmyk_profile({(1, 0, 0, 0): (62.0, -31.0, -48.0)})
INKS = Image.fromarray(noise(480, 320)).convert("CMYK")
ODD = {
    "wide gamut PNG": wide(DISPLAY_P3, "PNG"),
    "wide gamut TIFF": wide(DISPLAY_P3, "TIFF"),
    "wide gamut AVIF": wide(DISPLAY_P3, "AVIF"),
    "CMYK JPEG": saved(INKS, "JPEG", quality=95),
    "CMYK JPEG of a press": saved(INKS, "JPEG", quality=95, icc_profile=PRESS),
    "CMYK TIFF of a press": saved(INKS, "TIFF", icc_profile=PRESS),
    "Lab TIFF": saved(Image.fromarray(noise(480, 320), "LAB"), "TIFF"),
    "16-bit PNG": saved(noise(480, 320, 1)[..., 0].astype(np.uint16) * 257, "PNG"),
}


@pytest.mark.parametrize("name", list(ODD))
def test_f_loc_20_to_25_the_canvas_shows_the_colours_that_are_sent(qapp, name):
    sent = read(working_picture(ODD[name]).data)
    assert np.abs(shown(ODD[name]).astype(int) - sent).mean() < 1


def test_the_canvas_shows_transparency_of_what_it_cannot_read_itself(qapp):
    alpha = np.tile(np.linspace(0, 255, 480).astype(np.uint8), (320, 1))
    data = saved(np.dstack([UPRIGHT, alpha]), "AVIF", quality=95)
    image = decode_for_view(data).image
    assert image.hasAlphaChannel()
    assert image.pixelColor(0, 160).alpha() < 5
    assert image.pixelColor(479, 160).alpha() > 250
