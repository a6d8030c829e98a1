"""A picture that a model takes badly is told so, with the sizes that would help."""

from __future__ import annotations

import pytest

from kontext_studio.imaging.shape import WIDEST, shape_hint


@pytest.mark.parametrize("size", [(1024, 1024), (700, 300), (300, 700), (48, 32), (32, 32)])
def test_f_loc_28_a_usual_picture_needs_no_hint(size):
    assert shape_hint(*size) is None


@pytest.mark.parametrize(
    ("size", "padded", "cropped", "enlarged"),
    [
        ((300, 100), (300, 129), (233, 100), None),
        ((100, 800), (343, 800), (100, 233), None),
        ((1, 5000), (2143, 5000), (1, 2), (3, 15_000)),
        ((5000, 1), (5000, 2143), (2, 1), (15_000, 3)),
        ((1, 1), None, None, (256, 256)),
        ((10, 20), None, None, (260, 520)),
        ((16_384, 1), (16_384, 7022), (2, 1), None),
        ((20, 160), (69, 160), (20, 46), (260, 2080)),
    ],
)
def test_f_loc_28_padding_cropping_and_enlarging_are_offered_as_sizes(
    size, padded, cropped, enlarged
):
    hint = shape_hint(*size)
    assert hint is not None
    assert (hint.padded, hint.cropped, hint.enlarged) == (padded, cropped, enlarged)
    for made in (padded, cropped):
        if made is not None:
            assert max(made) / min(made) <= WIDEST + 1e-9
    assert hint.note
