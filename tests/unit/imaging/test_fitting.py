"""A picture of another shape comes to the size of the one before as its content asks for."""

from __future__ import annotations

import numpy as np
import pytest

from kontext_studio.core.derivation import Fit
from kontext_studio.imaging.fitting import fitted
from kontext_studio.imaging.operators import resized
from tests.unit.imaging.drifting import blob, psnr, recoloured, sample

BASE = sample(width=256)
HEIGHT, WIDTH = BASE.shape[:2]
EDITED = recoloured(BASE, blob(BASE.shape, (0.5, 0.5), 0.3))
CUT = 32

CAME = {
    # All of it, squeezed into another shape.
    Fit.STRETCH: resized(EDITED, (WIDTH - CUT, HEIGHT)),
    # A part of it, larger.
    Fit.PAD: resized(EDITED[:, CUT // 2 : -CUT // 2], (2 * (WIDTH - CUT), 2 * HEIGHT)),
    # More than it, which the model made up.
    Fit.CROP: np.pad(EDITED, ((CUT, CUT), (0, 0), (0, 0)), mode="reflect"),
}


@pytest.mark.parametrize("how", list(Fit))
def test_its_content_lies_where_it_lay_before(how: Fit) -> None:
    found = fitted(CAME[how], BASE, same_shape=False)
    assert found.how is how
    assert found.pixels.shape == BASE.shape
    assert psnr(found.pixels, EDITED, np.ones(BASE.shape[:2], bool)) > 30
    if how is Fit.PAD:
        edge = np.s_[:, : CUT // 2]
        assert np.array_equal(found.pixels[edge], BASE[edge])
        assert found.missing_px == (CUT, 0)


@pytest.mark.parametrize("shape", [(90, 300), (300, 90), (1, 500), (500, 1)])
def test_what_shows_something_else_is_never_stretched(shape: tuple[int, int]) -> None:
    other = np.random.default_rng(1).integers(0, 255, (*shape, 3), np.uint8)
    found = fitted(other, BASE, same_shape=False)
    assert found.how is not Fit.STRETCH
    assert min(found.missing_px) == 0 < max(found.missing_px)
    for how in Fit:  # also where it is asked for
        assert fitted(other, BASE, same_shape=False, how=how).pixels.shape == BASE.shape
