from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor, QColorSpace, QImage

from kontext_studio.gui.canvas.bands import bands
from kontext_studio.gui.canvas.pyramid import build_pyramid
from tests.gui.canvas.pixels import noise, rgb


def test_each_level_is_half_the_last():
    pyramid = build_pyramid(noise(1200, 700))
    sizes = [(level.width(), level.height()) for level in pyramid.levels]
    assert sizes == [(1200, 700), (600, 350), (300, 175), (150, 88)]


def test_each_pixel_of_a_level_is_the_average_of_four():
    image = noise(640, 512)
    full = rgb(image)
    half = full.reshape(256, 2, 320, 2, 3).mean(axis=(1, 3))
    assert np.abs(rgb(build_pyramid(image).levels[1]) - half).max() <= 1


def test_an_odd_last_row_and_column_keep_their_colour():
    image = noise(601, 401)
    level = build_pyramid(image).levels[1]
    assert (level.width(), level.height()) == (301, 201)
    full, half = rgb(image), rgb(level)
    assert np.abs(half[-1, :-1] - full[-1, :-1].reshape(300, 2, 3).mean(axis=1)).max() <= 1
    assert np.abs(half[-1, -1] - full[-1, -1]).max() <= 1


def test_bands_put_together_are_the_image():
    image = noise(1000, 777)
    parts = [(top, rgb(band)) for top, band in bands(image)]
    assert len(parts) > 3
    assert all(top % 2 == 0 for top, _ in parts)
    assert np.array_equal(np.concatenate([part for _, part in parts]), rgb(image))


def test_no_band_is_so_large_that_qt_would_share_it_among_threads():
    # From 131072 pixels on Qt waits for its thread pool with the interpreter locked.
    assert max(band.width() * band.height() for _, band in bands(noise(3000, 500))) < 131_072


def test_the_level_for_a_zoom_has_at_least_the_pixels_that_are_shown():
    pyramid = build_pyramid(noise(2000, 1000))
    for zoom in (0.05, 0.1, 0.12, 0.13, 0.25, 0.26, 0.5, 0.51, 1.0, 8.0):
        level = pyramid.level_for(zoom)
        assert level.image.width() >= min(2000, 2000 * zoom) - 1
        smaller = [one for one in pyramid.levels if one.width() < level.image.width()]
        assert all(one.width() < 2000 * zoom for one in smaller)


def test_a_level_knows_how_many_picture_pixels_each_of_its_own_covers():
    level = build_pyramid(noise(1001, 501)).level_for(0.25)
    assert (level.image.width(), level.step_x, level.step_y) == (251, 4.0, 4.0)


def test_a_first_sight_stands_for_the_whole_picture_and_knows_no_exact_colours():
    pyramid = build_pyramid(noise(200, 100), (2000, 1000))
    assert (pyramid.width, pyramid.height) == (2000, 1000)
    assert not pyramid.is_exact
    assert pyramid.colour_at(5, 5) is None
    assert pyramid.level_for(1.0).step_x == 10.0


def test_a_colour_is_that_of_the_picture_pixel():
    image = noise(300, 200)
    pyramid = build_pyramid(image)
    assert pyramid.colour_at(299, 199) == image.pixelColor(299, 199)
    assert pyramid.colour_at(300, 10) is None
    assert pyramid.colour_at(-1, 10) is None


def test_a_picture_that_is_opaque_throughout_loses_its_alpha():
    image = noise(300, 200).convertToFormat(QImage.Format.Format_ARGB32)
    image.setColorSpace(QColorSpace(QColorSpace.NamedColorSpace.SRgb))
    assert not build_pyramid(image).has_transparency


def test_one_clear_pixel_keeps_the_alpha():
    image = noise(300, 200).convertToFormat(QImage.Format.Format_ARGB32)
    image.setPixelColor(299, 199, QColor(1, 2, 3, 254))
    assert build_pyramid(image).has_transparency


def test_averages_do_not_bleed_from_clear_pixels():
    image = QImage(512, 512, QImage.Format.Format_ARGB32)
    image.fill(QColor(0, 255, 0, 0))  # clear, and green underneath
    for y in range(512):
        for x in range(0, 512, 2):
            image.setPixelColor(x, y, QColor(200, 0, 0))
    colour = build_pyramid(image).levels[1].pixelColor(100, 100)
    assert colour.green() == 0
    assert 120 <= colour.alpha() <= 135


def test_an_empty_image_is_refused():
    with pytest.raises(ValueError):
        build_pyramid(QImage())


def test_a_thumbnail_covers_its_size_with_the_middle_of_the_picture(picture):
    thumb = picture.thumbnail(96, 96)
    assert (thumb.width(), thumb.height()) == (96, 96)
    middle = thumb.pixelColor(48, 48)
    assert abs(middle.red() - 127) < 6
    assert abs(middle.green() - 127) < 6
    assert thumb.pixelColor(0, 48).red() > 40  # the sides were cut away
