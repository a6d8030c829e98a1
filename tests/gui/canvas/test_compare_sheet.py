"""A comparison as one picture: every stored pixel is in it, with words below."""

from __future__ import annotations

import numpy as np
import pytest

from kontext_studio.gui.canvas import compare_sheet
from kontext_studio.gui.canvas.compare_sheet import (
    Joined,
    SheetHeat,
    SheetPicture,
    compose,
    plan_sheet,
)
from kontext_studio.imaging.decode import decode_picture
from kontext_studio.imaging.heat_map import PLAIN_SCALE

RNG = np.random.default_rng(1)
FIRST, SECOND, THIRD = (RNG.integers(0, 256, (90, 140, 3), np.uint8) for _ in range(3))


pytestmark = pytest.mark.usefixtures("qapp")  # words need fonts


def sheet_of(theme, pictures, heats=None, **how) -> np.ndarray:
    named = [SheetPicture(one.shape[1], one.shape[0], ("Title", "Settings")) for one in pictures]
    plan = plan_sheet(theme, named, **how)
    found = decode_picture(compose(plan, pictures, heats or [None] * len(pictures))).pixels
    assert found.shape[0] > 0
    return found


def test_a_grid_holds_every_stored_pixel_with_words_below(theme):
    sheet = sheet_of(theme, [FIRST, SECOND, THIRD], columns=2)
    gap = 13
    assert (sheet[gap : gap + 90, gap : gap + 140] == FIRST).all()
    assert (sheet[gap : gap + 90, 2 * gap + 140 : 2 * gap + 280] == SECOND).all()
    rows = [
        row
        for row in range(91, sheet.shape[0] - 90)
        if (sheet[row, gap : gap + 140] == THIRD[0]).all()
    ]
    assert len(rows) == 1
    words = sheet[gap + 91 : rows[0], gap : gap + 140]
    assert words.max() > 200, "light words"


def test_a_wipe_is_cut_where_its_line_is(theme):
    sheet = sheet_of(theme, [FIRST, SECOND], columns=2, joined=Joined(0.5))
    cell = sheet[13 : 13 + 90, 13 : 13 + 140]
    assert (cell[:, :66] == FIRST[:, :66]).all()
    assert (cell[:, 74:] == SECOND[:, 74:]).all()
    assert (cell[:, 70] == 255).all()
    lying = sheet_of(theme, [FIRST, SECOND], columns=2, joined=Joined(0.5, upright=False))
    assert (lying[13 : 13 + 41, 13 : 13 + 140] == FIRST[:41]).all()


def test_pictures_of_two_sizes_have_one_physical_size_and_a_bounded_sheet(theme, monkeypatch):
    small = np.full((45, 70, 3), 9, np.uint8)
    sheet = sheet_of(theme, [FIRST, small], columns=2)
    assert (sheet[13 : 13 + 90, 26 + 140 : 26 + 280] == 9).all()
    monkeypatch.setattr(compare_sheet, "MAX_SHEET_PIXELS", 6300)
    named = [SheetPicture(140, 90, ("A",)), SheetPicture(140, 90, ("B",))]
    assert plan_sheet(theme, named, columns=2).cell == (70, 45)


def test_a_map_lies_over_its_picture_and_brings_its_scale(theme):
    values = np.full((90, 140), 90, np.float16)
    values[:30] = 0
    heats = [None, SheetHeat(values, 1.0, 2.0)]
    plain = sheet_of(theme, [FIRST, SECOND], columns=2)
    sheet = sheet_of(theme, [FIRST, SECOND], heats, columns=2, heat_from=2.0)
    there = sheet[13 : 13 + 90, 26 + 140 : 26 + 280]
    assert (there[:30] == SECOND[:30]).all()
    assert (there[30:] == PLAIN_SCALE.stops[-1]).all()
    assert sheet.shape[0] > plain.shape[0]


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_two_mixed_pictures_are_one_of_them_at_the_ends(theme, share):
    sheet = sheet_of(theme, [FIRST, SECOND], columns=2, joined=Joined(share, mixed=True))
    assert (sheet[13 : 13 + 90, 13 : 13 + 140] == (SECOND if share else FIRST)).all()
