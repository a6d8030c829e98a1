"""Film looks: grain that is seen and not in the way."""

from __future__ import annotations

import numpy as np
import pytest

from kontext_studio.engine.effects import film
from kontext_studio.engine.operations import Detail
from kontext_studio.engine.variation import Variation

GREY = np.full((300, 300, 3), 128, np.uint8)


def grain_of(pixels: np.ndarray) -> float:
    """Levels by which neighbours differ in the middle, where no vignette reaches."""
    return float(np.diff(pixels[120:180, 120:180, 1].astype(float), axis=1).std())


@pytest.mark.parametrize("look", [film.vintage, film.noir])
def test_a_look_brings_less_grain_than_is_asked_for_by_name(look):
    asked = grain_of(film.grained(GREY, 1.0, Variation(3)))
    assert 0.2 * asked < grain_of(look(GREY, Variation(3))) < 0.8 * asked


def test_a_photograph_without_grain_gets_none_from_black_and_white():
    assert grain_of(film.monochrome(GREY, frozenset({Detail.CONTRAST}), Variation(3))) == 0
