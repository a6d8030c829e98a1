"""Edges of a mask: as sharp as the picture's, and soft where the picture has none."""

from __future__ import annotations

import numpy as np

from kontext_studio.engine.sight.matting import soft_mask

WIDTH, HEIGHT = 160, 200
REGION = np.zeros((HEIGHT, WIDTH), bool)
REGION[: HEIGHT // 2] = True


def soft_rows(pixels: np.ndarray) -> int:
    """How many rows the mask takes to fall from nearly 1 to nearly 0."""
    column = soft_mask(pixels, REGION)[:, WIDTH // 2]
    return int(((column > 0.1) & (column < 0.9)).sum())


def test_a_mask_ends_sharply_at_an_edge_and_softly_where_there_is_none():
    edge = np.full((HEIGHT, WIDTH, 3), 120, np.uint8)
    edge[: HEIGHT // 2] = (60, 90, 200)
    fading = np.linspace((90, 110, 170), (120, 120, 125), HEIGHT)[:, None].repeat(WIDTH, axis=1)
    assert soft_rows(edge) <= 3
    assert soft_rows(fading.astype(np.uint8)) >= 8


def test_a_mask_is_exactly_nothing_away_from_its_region():
    noise = np.random.default_rng(4).integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8)
    alpha = soft_mask(noise, REGION)
    assert (alpha[HEIGHT * 3 // 4 :] == 0).all()
    assert alpha.min() >= 0
    assert alpha.max() <= 1


def test_an_enlarged_mask_follows_the_full_picture():
    large = np.full((1600, 2200, 3), 200, np.uint8)
    large[:, :1000] = (180, 30, 30)
    region = np.zeros((128, 176), bool)
    region[:, :80] = True
    alpha = soft_mask(large, region)
    assert alpha.shape == (1600, 2200)
    assert alpha[800, 990] > 0.9
    assert alpha[800, 1010] < 0.1
