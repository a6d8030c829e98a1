"""What is drawn over a picture whose rest is protected: exact, still, and only where it changed."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRect, QSize
from PySide6.QtGui import QImage, QPainter

from kontext_studio.gui.canvas.area_drawing import paint_brush_ring, ring_region
from kontext_studio.gui.canvas.area_mask import AreaMask, PixelRect
from kontext_studio.gui.canvas.area_overlay import AreaOverlay, OverlayInks, draw_overlay
from kontext_studio.gui.canvas.picture_painter import rectangles
from kontext_studio.gui.canvas.viewport import Placement

VIEW = QSize(120, 90)


def placed(zoom: float, left: float = 10, top: float = 5) -> Placement:
    return Placement(left, top, zoom, 100 * zoom, 80 * zoom)


@pytest.fixture
def mask() -> AreaMask:
    made = AreaMask(100, 80)
    made.stroke((30, 30), (60, 50), 25, adds=True)
    made.commit()
    return made


@pytest.fixture
def inks(theme) -> OverlayInks:
    return OverlayInks.of(theme, 1.0)


def painted(overlay: AreaOverlay, mask: AreaMask, where: Placement, inks: OverlayInks) -> QImage:
    out = QImage(VIEW, QImage.Format.Format_ARGB32_Premultiplied)
    out.fill(0)
    with QPainter(out) as painter:
        overlay.paint(painter, mask.pixels, where, VIEW, inks)
    return out


@pytest.mark.parametrize("zoom", [0.4, 1.0, 2.0, 3.7])
def test_strokes_and_pans_give_the_same_picture_as_drawing_it_all_anew(qapp, mask, inks, zoom):
    kept = AreaOverlay()
    painted(kept, mask, placed(zoom), inks)
    for stroke in (((5, 70), (90, 20), 9, True), ((40, 40), (50, 45), 6, False)):
        for rect in mask.stroke(*stroke[:3], adds=stroke[3]):
            kept.touch(mask.pixels, rect)
    moved = placed(zoom, left=-7, top=12)

    assert painted(kept, mask, moved, inks) == painted(AreaOverlay(), mask, moved, inks)


def test_a_stroke_draws_what_it_touched_and_no_more(qapp, mask, inks):
    kept = AreaOverlay()
    painted(kept, mask, placed(1.0), inks)
    before = kept.drawn_pixels

    (rect,) = mask.stroke((80, 60), (84, 60), 5, adds=True)
    seen = kept.touch(mask.pixels, rect)

    assert kept.drawn_pixels - before == seen.width() * seen.height() < 600


def test_a_large_brush_that_moves_a_little_draws_a_thin_crescent(qapp, inks):
    mask = AreaMask(1000, 1000)
    mask.stroke((400, 500), (500, 500), 600, adds=True)
    changed = mask.stroke((500, 500), (510, 500), 600, adds=True)

    assert 0 < sum(rect.width * rect.height for rect in changed) < 0.15 * 600 * 600


def test_the_free_part_is_untouched_the_rest_dimmed_and_hatched_and_the_surround_bare(
    qapp, mask, inks
):
    drawn = draw_overlay(mask.pixels, placed(1.0), QRect(0, 0, 120, 90), inks)

    assert drawn[5 + 40, 10 + 45] == 0  # deep inside the area
    protected = drawn[70:85, 80:110]
    assert set(np.unique(protected)) == {inks.dim, inks.hatch}
    assert 0.05 < (protected == inks.hatch).mean() < 0.15
    assert not drawn[:, :10].any()
    assert not drawn[86:].any()


@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_the_outline_is_light_dashes_on_dark_along_every_edge(qapp, theme, ratio):
    inks = OverlayInks.of(theme, ratio)
    mask = AreaMask(100, 80)
    mask.box(PixelRect(20, 20, 80, 60), adds=True)
    drawn = draw_overlay(mask.pixels, placed(1.0, 0, 0), QRect(0, 0, 100, 80), inks)

    for edge in (drawn[20, 25:75], drawn[59, 25:75], drawn[25:55, 20], drawn[25:55, 79]):
        assert set(np.unique(edge)) == {inks.dark, inks.light}
        assert 0.3 < (edge == inks.light).mean() < 0.7


def test_an_area_at_the_border_of_the_picture_is_closed_there(qapp, inks):
    mask = AreaMask(100, 80)
    mask.box(PixelRect(60, 20, 100, 80), adds=True)
    drawn = draw_overlay(mask.pixels, placed(1.0, 0, 0), QRect(0, 0, 100, 80), inks)

    for edge in (drawn[25:75, 99], drawn[79, 65:95]):
        assert set(np.unique(edge)) == {inks.dark, inks.light}


def test_a_mask_of_another_size_lies_on_the_same_places(qapp, inks):
    mask = AreaMask(50, 40)  # of a picture half as large
    mask.box(PixelRect(10, 10, 30, 30), adds=True)
    drawn = draw_overlay(mask.pixels, placed(1.0, 0, 0), QRect(0, 0, 100, 80), inks)

    assert drawn[40, 40] == 0
    assert drawn[70, 40] in (inks.dim, inks.hatch)


@pytest.mark.parametrize("radius", [3.0, 40.0, 61.5, 260.0])
def test_the_boxes_along_a_ring_hold_all_of_it_and_little_else(qapp, theme, radius):
    drawn = QImage(600, 600, QImage.Format.Format_ARGB32_Premultiplied)
    drawn.fill(0)
    with QPainter(drawn) as painter:
        paint_brush_ring(painter, theme, QPointF(300.3, 299.8), radius)
    region = ring_region(QPointF(300.3, 299.8), radius)
    painted = np.frombuffer(drawn.constBits(), np.uint32).reshape(600, 600) != 0
    covered = np.zeros((600, 600), bool)
    for box in rectangles(region):
        covered[box.top() : box.bottom() + 1, box.left() : box.right() + 1] = True

    assert painted.any()
    assert not (painted & ~covered).any()
    if radius > 200:
        assert covered.mean() < 0.25
