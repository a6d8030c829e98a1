"""Of a result only what changed is taken; the rest stays to the last bit."""

from __future__ import annotations

import numpy as np
import pytest

from kontext_studio.imaging.changed_area import find_changed_area
from kontext_studio.imaging.keeping import keep_everything_else
from kontext_studio.imaging.operators import grown
from tests.unit.imaging.drifting import (
    EVERYTHING,
    Drifting,
    blob,
    lighter,
    overlap,
    psnr,
    recoloured,
    sample,
)

AREA = ((0.62, 0.5), 0.34)


@pytest.mark.parametrize("edit", [recoloured, lighter])
@pytest.mark.parametrize("drift", [Drifting(), Drifting(shift=(3.0, 1.0)), EVERYTHING])
def test_the_changed_area_is_found_through_the_drift(edit, drift):
    base = sample()
    truth = blob(base.shape, *AREA)
    kept = keep_everything_else(base, drift.of(edit(base, truth)))
    assert overlap(kept.mask, truth) > 0.88
    assert np.count_nonzero(kept.mask & ~truth) < 0.015 * np.count_nonzero(~truth)
    assert np.array_equal(kept.pixels[~kept.mask], base[~kept.mask])


@pytest.mark.parametrize("drift", [Drifting(), EVERYTHING])
def test_drift_alone_changes_nothing(drift):
    base = sample()
    kept = keep_everything_else(base, drift.of(base))
    assert np.count_nonzero(kept.mask) < 0.003 * kept.mask.size
    assert np.array_equal(kept.pixels[~kept.mask], base[~kept.mask])


def test_an_exact_copy_stays_an_exact_copy():
    base = sample()
    kept = keep_everything_else(base, base.copy())
    assert np.array_equal(kept.pixels, base)
    assert not kept.mask.any()
    assert kept.seam.mean == 0


def test_two_edits_far_apart_are_both_kept():
    base = sample()
    truth = blob(base.shape, (0.2, 0.25), 0.2) | blob(base.shape, (0.8, 0.75), 0.2)
    kept = keep_everything_else(base, EVERYTHING.of(recoloured(base, truth)))
    assert overlap(kept.mask, truth) > 0.85


def test_inside_the_area_the_result_has_the_colours_it_would_have_without_drift():
    base = sample()
    truth = blob(base.shape, *AREA)
    edited = recoloured(base, truth)
    kept = keep_everything_else(base, EVERYTHING.of(edited))
    deep = ~grown(~truth, 6)
    assert psnr(kept.pixels, edited, deep) > 24 > psnr(EVERYTHING.of(edited), edited, deep)


def test_ten_turns_leave_what_was_never_edited_alone():
    base = sample(width=360)
    raw = kept = base
    never = np.ones(base.shape[:2], bool)
    for turn in range(10):
        random = np.random.default_rng(turn)
        drift = Drifting(
            shift=tuple(random.uniform(-1, 1, 2)),
            zoom_percent=random.uniform(-0.4, 0.4),
            gain=tuple(random.uniform(0.98, 1.02, 3)),
            field=3.0,
        )
        area = blob(base.shape, tuple(random.uniform(0.3, 0.7, 2)), 0.18)
        never &= ~grown(area, 4)
        raw = drift.of(recoloured(raw, area), turn)
        kept = keep_everything_else(kept, drift.of(recoloured(kept, area), turn)).pixels
    assert psnr(kept, base, never) > 55
    assert psnr(raw, base, never) < 28


def test_a_given_area_is_taken_as_it_is():
    base = sample()
    mask = blob(base.shape, (0.3, 0.4), 0.2)
    kept = keep_everything_else(base, EVERYTHING.of(base), mask=mask)
    assert np.array_equal(kept.mask, mask)
    assert not kept.found
    assert np.array_equal(kept.pixels[~mask], base[~mask])


def test_a_mask_of_another_size_is_refused():
    with pytest.raises(ValueError, match="as large as"):
        keep_everything_else(sample(), sample(), mask=np.ones((3, 3), bool))


def test_a_result_of_another_size_is_brought_back():
    base = sample(width=480)
    truth = blob(base.shape, *AREA)
    from PIL import Image

    smaller = np.asarray(Image.fromarray(recoloured(base, truth)).resize((448, 304)))
    kept = keep_everything_else(base, smaller)
    assert kept.pixels.shape == base.shape
    assert overlap(kept.mask, truth) > 0.8


def test_more_sensitivity_finds_more():
    base = sample()
    truth = blob(base.shape, *AREA)
    faint = Drifting().of(lighter(base, truth, 4))
    areas = [find_changed_area(base, faint, sensitivity=one).share for one in (0.5, 1.0, 2.0)]
    assert areas[0] <= areas[1] <= areas[2]
    assert areas[2] > areas[0]


def test_the_border_that_the_result_does_not_show_stays():
    base = sample()
    result = Drifting(shift=(12.0, 0.0)).of(recoloured(base, np.ones(base.shape[:2], bool)))
    for mask in (None, np.ones(base.shape[:2], bool)):
        kept = keep_everything_else(base, result, mask=mask)
        assert np.array_equal(kept.pixels[:, -10:], base[:, -10:])
        assert not kept.mask[:, -10:].any()
