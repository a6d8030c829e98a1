"""What reaches the screen, pixel by pixel."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QColor, QPainter, QPixmap

from kontext_studio.gui.canvas.picture_painter import KeptFrame, Look, paint_picture, physical_size
from kontext_studio.gui.canvas.pyramid import build_pyramid
from kontext_studio.gui.canvas.viewport import Placement, Viewport
from tests.gui.canvas.pixels import noise, rgb

SIZE = QSize(400, 300)
WHOLE = QRect(0, 0, 400, 300)


@pytest.fixture
def look(qapp, theme) -> Look:
    return Look.of(theme, theme.surrounds["dark"], 1.0)


def painted(pyramid, placed: Placement, look: Look, *, in_motion: bool = False) -> np.ndarray:
    target = QPixmap(SIZE)
    target.fill(QColor(255, 0, 255))  # what nobody painted shows
    painter = QPainter(target)
    paint_picture(painter, pyramid, placed, WHOLE, look, in_motion=in_motion)
    painter.end()
    return rgb(target)


def kept(frame: KeptFrame, pyramid, placed: Placement, look: Look) -> np.ndarray:
    target = QPixmap(SIZE)
    painter = QPainter(target)
    frame.paint(painter, pyramid, placed, SIZE, look)
    painter.end()
    return rgb(target)


def view(zoom: float, width: int = 900, height: int = 700) -> Viewport:
    return Viewport(SIZE.width(), SIZE.height(), 1.0, width, height).zoomed(zoom)


def test_at_a_hundred_percent_every_pixel_is_the_picture_s_own(look):
    image = noise(120, 90)
    placed = view(1.0, 120, 90).placement
    left, top = round(placed.left), round(placed.top)
    shown = painted(build_pyramid(image), placed, look)
    assert np.array_equal(shown[top : top + 90, left : left + 120], rgb(image))


@pytest.mark.parametrize("zoom", [2, 3, 8])
def test_from_two_hundred_percent_pixels_are_squares(look, zoom):
    image = noise(40, 30)
    placed = view(zoom, 40, 30).placement
    left, top = round(placed.left), round(placed.top)
    shown = painted(build_pyramid(image), placed, look)
    squares = rgb(image).repeat(zoom, axis=0).repeat(zoom, axis=1)
    assert np.array_equal(shown[top : top + 30 * zoom, left : left + 40 * zoom], squares)


def test_below_two_hundred_percent_pixels_are_smoothed(look):
    image = noise(120, 90)
    shown = painted(build_pyramid(image), view(1.5, 120, 90).placement, look)
    values = {tuple(pixel) for pixel in shown.reshape(-1, 3)}
    own = {tuple(pixel) for pixel in rgb(image).reshape(-1, 3)}
    assert len(values - own) > 1000


def test_a_gesture_is_drawn_without_smoothing(look):
    image = noise(120, 90)
    placed = view(1.5, 120, 90).placement
    shown = painted(build_pyramid(image), placed, look, in_motion=True)
    values = {tuple(pixel) for pixel in shown.reshape(-1, 3)}
    own = {tuple(pixel) for pixel in rgb(image).reshape(-1, 3)}
    assert len(values - own) == 1  # the surround


@pytest.mark.parametrize(("zoom", "level"), [(0.75, 0), (0.65, 1), (0.37, 1), (0.33, 2)])
def test_a_gesture_is_drawn_from_the_level_nearest_in_size(look, zoom, level):
    pyramid = build_pyramid(noise(1600, 1200))
    for number, image in enumerate(pyramid.levels):
        image.fill(QColor(40 * number, 0, 0))
    shown = painted(pyramid, view(zoom, 1600, 1200).placement, look, in_motion=True)
    assert tuple(shown[150, 200]) == (40 * level, 0, 0)


def test_zoomed_out_the_picture_is_averaged_and_not_sampled(look):
    grey = painted(build_pyramid(noise(1600, 1600)), view(0.1, 1600, 1600).placement, look)
    inside = grey[100:200, 150:250]
    assert inside.std() < 12  # single samples of noise would spread by 74
    assert abs(inside.mean() - 127) < 5


def test_around_the_picture_there_is_the_surround_and_nothing_else(look, theme):
    placed = view(1.0, 120, 90).placement
    shown = painted(build_pyramid(noise(120, 90)), placed, look)
    left, top = round(placed.left), round(placed.top)
    outside = np.ones(shown.shape[:2], bool)
    outside[top : top + 90, left : left + 120] = False
    surround = theme.surrounds["dark"].getRgb()[:3]
    assert (shown[outside] == surround).all()


@pytest.mark.parametrize("zoom", [0.137, 0.33, 0.77, 1.0, 1.41, 2.0, 3.7, 16.0])
def test_no_pixel_is_left_unpainted(look, zoom):
    for pyramid in (build_pyramid(noise(301, 203)), build_pyramid(noise(301, 203, alpha=True))):
        shown = painted(pyramid, view(zoom, 301, 203).panned(37, -21).placement, look)
        assert not (shown == (255, 0, 255)).all(axis=2).any()


def test_a_picture_of_odd_size_lies_in_the_same_place_at_every_level(look):
    """A red dot in the middle stays in the middle, whichever level is drawn."""
    image = noise(1001, 1001)
    image.fill(QColor(0, 0, 0))
    painter = QPainter(image)
    painter.fillRect(450, 450, 101, 101, QColor(255, 0, 0))
    painter.end()
    pyramid = build_pyramid(image)
    for zoom in (0.26, 0.2, 0.13, 0.12):
        placed = view(zoom, 1001, 1001).placement
        red = painted(pyramid, placed, look)[:, :, 0] > 127
        rows, columns = np.nonzero(red)
        centre = placed.left + 500.5 * zoom, placed.top + 500.5 * zoom
        assert columns.mean() + 0.5 == pytest.approx(centre[0], abs=0.6)
        assert rows.mean() + 0.5 == pytest.approx(centre[1], abs=0.6)


@pytest.mark.parametrize("alpha", [False, True])
@pytest.mark.parametrize("zoom", [0.13, 0.25, 0.5, 0.67, 1.0, 1.37, 2.0, 3.0, 8.0])
def test_a_frame_that_was_moved_along_equals_a_fresh_one(look, zoom, alpha):
    pyramid = build_pyramid(noise(900, 700, alpha=alpha))
    frame, where = KeptFrame(), view(zoom)
    for n in range(30):
        where = where.panned((-1) ** n * 3.0 * n + 5, 11.0 - n)
        moved = kept(frame, pyramid, where.placement, look)
    fresh = kept(KeptFrame(), pyramid, where.placement, look)
    assert np.abs(moved - fresh).max() <= 4
    assert frame.whole_paints == 1


def test_a_small_pan_draws_nothing_new(look):
    pyramid = build_pyramid(noise(900, 700))
    frame, where = KeptFrame(), view(1.0)
    kept(frame, pyramid, where.placement, look)
    kept(frame, pyramid, where.panned(20, -20).placement, look)
    assert (frame.whole_paints, frame.strip_paints) == (1, 0)


def test_a_long_pan_draws_strips_and_no_whole_frame(look):
    pyramid = build_pyramid(noise(900, 700))
    frame, where = KeptFrame(), view(0.9)
    kept(frame, pyramid, where.placement, look)
    for _ in range(20):
        where = where.panned(15, 4)
        kept(frame, pyramid, where.placement, look)
    assert frame.whole_paints == 1
    assert 3 <= frame.strip_paints <= 6


def test_another_zoom_picture_or_look_draws_a_whole_frame(look, theme):
    pyramid = build_pyramid(noise(900, 700))
    frame, where = KeptFrame(), view(1.0)
    kept(frame, pyramid, where.placement, look)
    kept(frame, pyramid, where.zoomed(1.1).placement, look)
    kept(frame, build_pyramid(noise(900, 700, seed=2)), where.zoomed(1.1).placement, look)
    kept(frame, pyramid, where.placement, Look.of(theme, theme.surrounds["white"], 1.0))
    assert frame.whole_paints == 4


def test_the_checker_moves_with_the_picture_and_not_with_the_zoom(look, theme):
    clear = noise(200, 150, alpha=True)
    clear.fill(QColor(0, 0, 0, 0))
    pyramid = build_pyramid(clear)
    where = view(1.0, 200, 150)
    dark, light = theme.colour("canvas.checker.a"), theme.colour("canvas.checker.b")

    def corner(placed: Placement) -> np.ndarray:
        left, top = math.floor(placed.left + 0.5), math.floor(placed.top + 0.5)
        return painted(pyramid, placed, look)[top : top + 16, left : left + 16]

    first = corner(where.placement)
    assert (first[:8, :8] == dark.getRgb()[:3]).all()
    assert (first[:8, 8:] == light.getRgb()[:3]).all()
    assert np.array_equal(corner(where.panned(13, 5).placement), first)
    assert np.array_equal(corner(where.zoomed(1.7).placement), first)


def test_the_physical_size_leaves_no_edge_bare():
    assert physical_size(QSize(801, 601), 1.25) == QSize(1002, 752)
    assert physical_size(QSize(800, 600), 2.0) == QSize(1600, 1200)
