"""What may change: how much of a picture, and what of it goes on to the next step."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kontext_studio.core.area import MOST_FEATHER_PX, Area
from kontext_studio.core.drafts import Draft
from kontext_studio.core.images import ImageRef, Sha256
from tests.unit.core.strategies import REF

AREA = Area(REF, 0.25)


def test_an_area_goes_on_to_the_next_step_only_where_that_was_wished_and_it_fits() -> None:
    same, other = replace(REF, sha256=Sha256("b" * 64)), ImageRef(REF.sha256, "image/png", 20, 10)
    draft = Draft(area=AREA, keep_area=True)
    assert draft.area_for(same) == AREA
    assert draft.area_for(other) is None
    assert replace(draft, keep_area=False).area_for(same) is None
    assert replace(draft, area_on=False).area_for(same) is None


def test_an_area_that_is_switched_off_is_kept_and_not_sent() -> None:
    draft = Draft(area=AREA, area_on=False)
    assert draft.area_to_send is None
    assert Draft.from_json(draft.to_json()).area == AREA
    assert draft != Draft()


@pytest.mark.parametrize(("share", "empty", "whole"), [(0.0, True, False), (1.0, False, True)])
def test_nothing_and_everything_are_told_apart(share: float, empty: bool, whole: bool) -> None:
    area = Area(REF, share)
    assert (area.is_empty, area.is_whole) == (empty, whole)


def test_a_feather_stays_within_bounds() -> None:
    assert AREA.with_feather(-1).feather_px == 0
    assert AREA.with_feather(1e9).feather_px == MOST_FEATHER_PX
