"""The laws of zoom and position."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kontext_studio.gui.canvas.viewport import (
    MAX_ZOOM,
    MIN_ZOOM,
    ZOOM_STEPS,
    Insets,
    Viewport,
)

sides = st.integers(1, 12000)
views = st.floats(60, 4000)
ratios = st.sampled_from([1.0, 1.25, 1.5, 2.0, 3.0])
zooms = st.floats(MIN_ZOOM, MAX_ZOOM)


@st.composite
def viewports(draw) -> Viewport:
    """Any picture in any view at any permitted zoom, pushed around a little."""
    viewport = Viewport(
        draw(views),
        draw(views),
        draw(ratios),
        draw(sides),
        draw(sides),
        insets=draw(st.sampled_from([Insets(), Insets(32, 16, 32, 80)])),
    ).fit()
    if draw(st.booleans()):
        viewport = viewport.zoomed(draw(zooms))
        viewport = viewport.panned(draw(st.floats(-900, 900)), draw(st.floats(-900, 900)))
    return viewport


def share(draw_from: float, low: float, high: float) -> float:
    return low + draw_from * (high - low)


@given(viewports(), st.floats(0, 1), st.floats(0, 1), st.sampled_from([1.25, 0.8, 1.02, 0.5]))
def test_the_picture_point_under_the_pointer_moves_less_than_a_pixel(
    viewport, across, down, factor
):
    left, top, width, height = viewport.picture_rect()
    x = share(across, max(0.0, left), min(viewport.view_width, left + width))
    y = share(down, max(0.0, top), min(viewport.view_height, top + height))
    before = viewport.to_picture(x, y)
    after = viewport.zoomed(viewport.zoom * factor, (x, y)).to_view(*before)
    assert abs(after[0] - x) * viewport.device_pixel_ratio < 1
    assert abs(after[1] - y) * viewport.device_pixel_ratio < 1


@given(viewports(), st.floats(0, 1), st.floats(0, 1))
def test_between_the_grid_zooms_the_point_under_the_pointer_does_not_tremble(
    viewport, across, down
):
    viewport = viewport.zoomed(0.31)
    left, top, width, height = viewport.picture_rect()
    x = share(across, max(0.0, left), min(viewport.view_width, left + width))
    y = share(down, max(0.0, top), min(viewport.view_height, top + height))
    before = viewport.to_picture(x, y)
    # A picture of less than a pixel may be painted up to half a pixel beside the pointer.
    assume(0 <= before[0] <= viewport.picture_width and 0 <= before[1] <= viewport.picture_height)
    for _ in range(10):
        viewport = viewport.zoomed(viewport.zoom * 1.031, (x, y))
        assert viewport.to_view(*before) == pytest.approx((x, y), abs=0.01)


@given(viewports(), st.floats(0, 1), st.floats(0, 1))
def test_many_notches_in_and_out_lead_back_to_the_same_place(viewport, across, down):
    viewport = viewport.zoomed(0.31)
    at = (across * viewport.view_width, down * viewport.view_height)
    there = viewport
    for _ in range(12):
        there = there.zoomed(there.zoom * 1.25, at)
    for _ in range(12):
        there = there.zoomed(there.zoom / 1.25, at)
    assert there.picture_rect() == pytest.approx(viewport.picture_rect(), abs=0.01)


@given(viewports(), st.floats(0.0001, 10000), st.floats(-50, 4050), st.floats(-50, 4050))
def test_zoom_stays_within_its_limits_unless_the_picture_would_not_fit(viewport, zoom, x, y):
    after = viewport.zoomed(zoom, (x, y))
    assert min(MIN_ZOOM, viewport.fit_zoom) <= after.zoom <= MAX_ZOOM


@given(viewports(), st.lists(st.tuples(zooms, st.floats(0, 1), st.floats(0, 1)), max_size=12))
def test_a_part_of_the_picture_is_in_view_however_one_zooms(viewport, turns):
    for zoom, across, down in turns:
        at = (across * viewport.view_width, down * viewport.view_height)
        viewport = viewport.zoomed(zoom, at)
        left, top, width, height = viewport.picture_rect()
        slack = 1 / viewport.device_pixel_ratio + 1e-6
        assert left <= viewport.view_width + slack
        assert top <= viewport.view_height + slack
        assert left + width >= -slack
        assert top + height >= -slack


@given(viewports(), st.lists(zooms, max_size=6))
def test_a_part_of_the_picture_is_in_view_however_one_zooms_by_key(viewport, turns):
    for zoom in turns:
        viewport = viewport.zoomed(zoom)
        left, top, width, height = viewport.picture_rect()
        slack = 1 / viewport.device_pixel_ratio + 1e-6
        assert left <= viewport.view_width + slack
        assert top <= viewport.view_height + slack
        assert left + width >= -slack
        assert top + height >= -slack


@given(viewports(), st.floats(-1e5, 1e5), st.floats(-1e5, 1e5))
def test_a_part_of_the_picture_is_in_view_however_far_it_is_pushed(viewport, dx, dy):
    left, top, width, height = viewport.panned(dx, dy).panned(dx, dy).picture_rect()
    slack = 1 / viewport.device_pixel_ratio + 1e-6
    assert left <= viewport.view_width + slack
    assert left + width >= -slack
    assert top <= viewport.view_height + slack
    assert top + height >= -slack


@given(viewports())
def test_a_fitted_picture_lies_whole_in_the_free_room(viewport):
    fitted = viewport.fit()
    assume(fitted.zoom < MAX_ZOOM)
    left, top, width, height = fitted.picture_rect()
    insets = fitted.insets
    assume(fitted.view_width >= 2 * (insets.left + insets.right))
    assume(fitted.view_height >= 2 * (insets.top + insets.bottom))
    slack = 1 / fitted.device_pixel_ratio
    assert left >= insets.left - slack
    assert top >= insets.top - slack
    assert left + width <= fitted.view_width - insets.right + slack
    assert top + height <= fitted.view_height - insets.bottom + slack


@given(viewports(), views, views, ratios)
def test_a_fitted_picture_stays_fitted_in_another_view(viewport, width, height, ratio):
    after = viewport.fit().resized(width, height, ratio)
    assert after == after.fit()


@given(viewports(), views, views)
def test_another_view_size_keeps_zoom_and_middle(viewport, width, height):
    free = viewport.zoomed(1.0)
    after = free.resized(width, height, free.device_pixel_ratio)
    assert (after.zoom, after.centre_x, after.centre_y) == (1.0, free.centre_x, free.centre_y)


@given(viewports(), sides, sides)
def test_another_picture_covers_the_same_area_of_the_screen(viewport, width, height):
    after = viewport.with_picture(width, height)
    before_area = viewport.picture_rect()[2] * viewport.picture_rect()[3]
    after_area = after.picture_rect()[2] * after.picture_rect()[3]
    assert after_area == pytest.approx(before_area, rel=1e-6)
    assert (after.centre_x, after.centre_y) == (viewport.centre_x, viewport.centre_y)


@given(viewports())
def test_a_state_leads_back_to_where_it_came_from(viewport):
    there = viewport.zoomed(0.5).fit().with_state(viewport.state)
    assert there.zoom == pytest.approx(viewport.zoom)
    assert there.centre_x == pytest.approx(viewport.centre_x)
    assert there.fitted == viewport.fitted


@given(viewports(), st.floats(-500, 4500), st.floats(-500, 4500))
def test_view_and_picture_points_are_inverse(viewport, x, y):
    assert viewport.to_view(*viewport.to_picture(x, y)) == pytest.approx((x, y), abs=1e-4)


def test_steps_up_and_down_pass_through_every_step():
    viewport = Viewport(800, 600, 1.0, 12000, 12000, zoom=MIN_ZOOM)
    seen = [viewport.zoom]
    while viewport.zoom < MAX_ZOOM:
        viewport = viewport.stepped(+1)
        seen.append(viewport.zoom)
    assert tuple(seen) == ZOOM_STEPS
    while viewport.zoom > MIN_ZOOM:
        viewport = viewport.stepped(-1)
        seen.append(viewport.zoom)
    assert tuple(seen[len(ZOOM_STEPS) - 1 :]) == ZOOM_STEPS[::-1]


@pytest.mark.parametrize(
    ("zoom", "up", "down"), [(0.6, 0.67, 0.5), (1.0, 1.5, 0.67), (20, 16, 16), (0.07, 0.1, 0.05)]
)
def test_a_step_goes_to_the_next_one_from_between(zoom, up, down):
    viewport = Viewport(800, 600, 1.0, 3000, 2000).zoomed(zoom)
    assert viewport.stepped(+1).zoom == up
    assert viewport.stepped(-1).zoom == (down if zoom < 16 else 8)


def test_a_huge_picture_can_be_seen_whole():
    fitted = Viewport(300, 300, 1.0, 30000, 30000).fit()
    assert fitted.zoom == pytest.approx(0.01)
    assert fitted.stepped(-1).zoom == pytest.approx(0.01)
    assert fitted.stepped(+1).zoom == 0.05


def test_a_hundred_percent_is_one_physical_pixel_on_a_doubled_screen():
    viewport = Viewport(800, 600, 2.0, 1248, 832).zoomed(1.0)
    assert viewport.picture_rect()[2:] == (624, 416)
    assert viewport.placement.width == 1248


@pytest.mark.parametrize("zoom", [0.25, 0.5, 1.0, 2.0, 3.0, 16.0])
def test_picture_pixels_lie_on_the_physical_grid_where_they_can(zoom):
    viewport = Viewport(801.3, 600.7, 1.25, 1001, 667).zoomed(zoom).panned(0.4, 0.6)
    assert viewport.placement.left == round(viewport.placement.left)
    assert viewport.placement.top == round(viewport.placement.top)


@given(viewports(), st.floats(-300, 300), st.floats(-300, 300))
def test_a_pan_moves_the_picture_by_whole_physical_pixels(viewport, dx, dy):
    before, after = viewport.placement, viewport.panned(dx, dy).placement
    moved_x, moved_y = after.left - before.left, after.top - before.top
    assert moved_x == pytest.approx(round(moved_x), abs=1e-3)
    assert moved_y == pytest.approx(round(moved_y), abs=1e-3)


@given(st.integers(1, 400), ratios)
def test_many_small_pans_lead_as_far_as_one_large_one(count, ratio):
    start = Viewport(800, 600, ratio, 5000, 5000).zoomed(0.37)
    small = start
    for _ in range(count):
        small = small.panned(0.3, -0.7)
    large = start.panned(0.3 * count, -0.7 * count)
    assert small.picture_rect() == pytest.approx(large.picture_rect(), abs=1 / ratio + 1e-6)


def test_a_double_click_goes_to_full_size_at_that_point_and_back():
    fitted = Viewport(800, 600, 1.0, 3000, 2000).fit()
    near = fitted.toggled_fit((100, 200))
    assert near.zoom == 1.0
    assert near.to_picture(100, 200) == pytest.approx(fitted.to_picture(100, 200), abs=4)
    assert near.toggled_fit((100, 200)) == fitted


def test_zooming_over_the_surround_pulls_at_the_nearest_edge():
    viewport = Viewport(800, 600, 1.0, 200, 200).zoomed(1.0)  # lies from 300 to 500
    zoomed = viewport.zoomed(2.0, (0, 300))
    assert zoomed.picture_rect()[0] == 300  # the left edge stayed
