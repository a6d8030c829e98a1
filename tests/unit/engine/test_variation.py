"""Seeds: the same always gives the same, and neighbours lie far apart."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kontext_studio.engine.measure import change_between
from kontext_studio.engine.variation import Variation, seed_of_variant

seeds = st.integers(0, 2**64 - 1)


@given(seeds, st.integers(0, 3))
def test_play_stays_within_its_range_and_repeats(seed, dimension):
    value = Variation(seed).spread(dimension)
    assert -1 <= value <= 1
    assert value == Variation(seed).spread(dimension)
    assert 0.9 <= Variation(seed).factor(dimension, 0.1) <= 1.1


@given(st.integers(0, 2**63), st.integers(0, 3))
def test_four_variants_spread_over_the_range(seed, dimension):
    values = sorted(Variation(seed_of_variant(seed, i)).spread(dimension) for i in range(4))
    assert values[-1] - values[0] > 0.5
    assert min(b - a for a, b in pairwise(values)) > 0.05


@given(seeds)
def test_noise_belongs_to_seed_and_step(seed):
    one, other = Variation(seed, "0"), Variation(seed, "1")
    assert one.noise().random() == Variation(seed, "0").noise().random()
    assert one.noise().random() != other.noise().random()


def test_changes_are_counted_to_the_pixel():
    before = np.zeros((50, 40, 3), np.uint8)
    after = before.copy()
    after[3, 4] = (0, 0, 1)
    after[5:7, 6:9] = 200
    change = change_between(before, after)
    assert (change.pixels, change.changed, change.visible) == (2000, 7, 6)
    where = np.zeros((50, 40), bool)
    where[5:7, 6:8] = True
    assert change_between(before, after, where).changed == 4
    assert change_between(before, before).delta_e == 0
