"""Small real pictures for tests: encoded bytes made from numbers, the same every time."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image


def photograph(width: int = 48, height: int = 32, seed: int = 1) -> Image.Image:
    """A smooth scene with grain: no two seeds look the same."""
    rng = np.random.default_rng(seed)
    down = np.linspace(0, 1, height)[:, None, None]
    across = np.linspace(0, 1, width)[None, :, None]
    colours = rng.uniform(30, 225, (2, 2, 3))
    top = colours[0, 0] * (1 - across) + colours[0, 1] * across
    bottom = colours[1, 0] * (1 - across) + colours[1, 1] * across
    scene = top * (1 - down) + bottom * down + rng.normal(0, 6, (height, width, 3))
    return Image.fromarray(np.clip(scene, 0, 255).astype(np.uint8))


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    """The picture as a file's bytes."""
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def png(seed: int = 1, width: int = 48, height: int = 32) -> bytes:
    """A whole PNG."""
    return encoded(photograph(width, height, seed))
