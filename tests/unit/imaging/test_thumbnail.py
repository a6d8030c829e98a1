"""Thumbnails are small, upright and true in colour."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from kontext_studio.core.errors import BadPicture
from kontext_studio.imaging.thumbnail import thumbnail
from tests.unit.imaging.samples import (
    DISPLAY_P3,
    exif,
    noise,
    opened,
    pixels_of,
    quarters,
    rgb_profile,
    saved,
    srgb_of,
    turned_away,
)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((528, 352), (264, 176)),
        ((1000, 200), (264, 53)),
        ((200, 1000), (35, 176)),
        ((100, 50), (100, 50)),
        ((3000, 2), (264, 1)),
        ((1, 1), (1, 1)),
    ],
)
@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "WEBP"])
def test_a_thumbnail_fits_the_box_and_is_never_enlarged(file_format, size, expected):
    small = opened(thumbnail(saved(noise(*size), file_format)))
    assert small.size == expected
    assert small.format == "JPEG"


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "TIFF"])
def test_f_loc_26_a_thumbnail_stands_upright(file_format, orientation):
    stored = turned_away(quarters(960, 640), orientation)
    tags = (
        {"tiffinfo": {274: orientation}}
        if file_format == "TIFF"
        else {"exif": exif(orientation=orientation)}
    )

    pixels = pixels_of(thumbnail(saved(stored, file_format, quality=95, **tags), (48, 32)))

    assert pixels.shape == (32, 48, 3)
    assert np.abs(pixels.astype(int) - quarters()).mean() < 8


def test_transparency_stays_in_a_thumbnail():
    rgba = np.dstack([quarters(480, 320), np.full((320, 480), 255, np.uint8)])
    rgba[:160, :, 3] = 0

    small = opened(thumbnail(saved(rgba, "PNG"), (48, 32)))

    assert (small.format, small.mode) == ("PNG", "RGBA")
    alpha = np.asarray(small)[..., 3]
    assert alpha[:14].max() < 10
    assert alpha[18:].min() > 245


def test_colours_of_a_thumbnail_are_managed():
    flat = np.full((400, 400, 3), (60, 200, 90), np.uint8)
    profile = rgb_profile(DISPLAY_P3, 2.2)

    pixels = pixels_of(thumbnail(saved(flat, "PNG", icc_profile=profile)))

    expected = srgb_of(flat[:1, :1], DISPLAY_P3, 563 / 256)[0, 0].astype(int)
    assert np.abs(pixels[50, 50].astype(int) - expected).max() <= 3


def test_deep_and_cmyk_pictures_have_thumbnails():
    deep = np.full((300, 300), 32768, np.uint16)
    assert abs(int(pixels_of(thumbnail(saved(deep, "PNG")))[5, 5, 0]) - 128) <= 2
    cmyk = Image.fromarray(noise(600, 400)).convert("CMYK")
    assert opened(thumbnail(saved(cmyk, "JPEG"))).mode == "RGB"


def test_a_damaged_picture_has_no_thumbnail():
    with pytest.raises(BadPicture, match="damaged"):
        thumbnail(saved(noise(300, 300), "PNG")[:5000])
