"""The painted mask: strokes without gaps, shapes, undo by bytes that are few."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kontext_studio.gui.canvas import area_mask
from kontext_studio.gui.canvas.area_mask import FREE, AreaMask, PixelRect

places = st.tuples(st.floats(-20, 80), st.floats(-20, 60))
acts = st.one_of(
    st.tuples(st.just("stroke"), places, places, st.integers(1, 30), st.booleans()),
    st.tuples(st.just("polygon"), st.lists(places, min_size=2, max_size=6), st.booleans()),
    st.tuples(st.just("box"), places, places, st.booleans()),
    st.tuples(st.just("invert")),
    st.tuples(st.just("clear")),
)


def union(rects: tuple[PixelRect, ...]) -> PixelRect:
    whole = PixelRect(0, 0, 0, 0)
    for rect in rects:
        whole = whole.united(rect)
    return whole


def do(mask: AreaMask, act: tuple) -> PixelRect:
    match act:
        case ("stroke", start, end, size, adds):
            return union(mask.stroke(start, end, size, adds=adds))
        case ("polygon", points, adds):
            return mask.polygon(points, adds=adds)
        case ("box", (a, b), (c, d), adds):
            box = PixelRect(int(min(a, c)), int(min(b, d)), int(max(a, c)), int(max(b, d)))
            return mask.box(box, adds=adds)
        case ("invert",):
            return mask.invert()
    return mask.clear()


@settings(max_examples=60, deadline=None)
@given(st.lists(acts, max_size=8))
def test_every_act_tells_what_it_touched_and_is_one_step_of_undo_and_redo(done):
    mask = AreaMask(60, 40)
    pictures = [mask.pixels.copy()]
    for act in done:
        before = mask.pixels.copy()
        rect = do(mask, act)
        outside = np.ones(before.shape, bool)
        outside[rect.top : rect.bottom, rect.left : rect.right] = False
        assert np.array_equal(mask.pixels[outside], before[outside])
        if mask.commit():
            pictures.append(mask.pixels.copy())
    for picture in reversed(pictures[:-1]):
        mask.undo()
        assert np.array_equal(mask.pixels, picture)
    assert not mask.can_undo
    for picture in pictures[1:]:
        mask.redo()
        assert np.array_equal(mask.pixels, picture)
    assert set(np.unique(mask.pixels)) <= {0, FREE}


def test_a_fast_stroke_leaves_no_gap_and_is_as_wide_as_the_brush():
    mask = AreaMask(400, 100)
    mask.stroke((30.5, 50.5), (370.5, 50.5), 21, adds=True)

    middle = mask.pixels[:, 40:360] > 0

    assert (middle.sum(axis=0) == 21).all()
    assert mask.pixels[50, 20:381].all()  # round ends reach half a brush further
    assert not mask.pixels[50, :19].any()


def test_a_lasso_that_crosses_itself_takes_all_it_goes_around():
    mask = AreaMask(100, 100)
    twice_around = [(20, 20), (80, 20), (80, 80), (20, 80)] * 2
    mask.polygon(twice_around, adds=True)

    assert mask.pixels[50, 50] == FREE
    assert mask.share == pytest.approx(0.36, abs=0.02)


def test_what_was_half_drawn_is_dropped_without_a_trace():
    mask = AreaMask(60, 40)
    mask.box(PixelRect(10, 10, 20, 20), adds=True)
    mask.commit()
    before = mask.pixels.copy()
    mask.stroke((0, 0), (60, 40), 12, adds=True)
    mask.stroke((60, 0), (0, 40), 12, adds=False)

    mask.revert()

    assert np.array_equal(mask.pixels, before)
    assert not mask.commit()
    mask.undo()
    assert mask.is_empty


def test_undo_stays_within_its_memory_and_loses_the_oldest_first(monkeypatch):
    monkeypatch.setattr(area_mask, "UNDO_BYTES", 1000)
    mask = AreaMask(512, 512)
    pattern = np.random.default_rng(1)
    for _ in range(12):
        noise = pattern.integers(0, 2, (512, 512)).astype(np.uint8)
        mask.fill_with(noise[:, ::-1])
        mask.commit()
    newest = mask.pixels.copy()

    steps = 0
    while mask.can_undo:
        mask.undo()
        steps += 1

    assert steps == 1  # one act of noise is larger than all the room; the newest is kept
    mask.redo()
    assert np.array_equal(mask.pixels, newest)


def test_a_new_act_ends_what_could_be_done_again():
    mask = AreaMask(60, 40)
    mask.box(PixelRect(5, 5, 9, 9), adds=True)
    mask.commit()
    mask.undo()
    mask.box(PixelRect(20, 5, 29, 9), adds=True)
    mask.commit()

    assert not mask.can_redo
    mask.redo()
    assert not mask.pixels[7, 7]


def test_an_act_that_changes_nothing_is_no_step():
    mask = AreaMask(60, 40)
    mask.clear()
    assert not mask.commit()
    mask.box(PixelRect(5, 5, 9, 9), adds=False)
    assert not mask.commit()
    assert not mask.can_undo
