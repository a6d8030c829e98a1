"""Small pictures with known contents, and the engine as a caller sees it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import pytest

from kontext_studio.engine import EngineRequest, EngineResult
from kontext_studio.engine.embedded import EmbeddedEngine
from kontext_studio.imaging.decode import decode_picture
from kontext_studio.imaging.encode import encode_png

WIDTH, HEIGHT = 160, 120


@dataclass(frozen=True)
class Scene:
    """A red ball with a highlight, a face-coloured oval and a blue box on a beige wall."""

    pixels: np.ndarray
    ball: np.ndarray  # mask of the ball, without its rim
    face: np.ndarray
    box: np.ndarray

    @property
    def png(self) -> bytes:
        return encode_png(self.pixels)


def _ellipse(centre: tuple[int, int], axes: tuple[int, int]) -> np.ndarray:
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.ellipse(mask, centre, axes, 0, 0, 360, 255, -1, cv2.LINE_AA)
    return mask.astype(np.float32) / 255


def _laid(ground: np.ndarray, mask: np.ndarray, colour: np.ndarray) -> np.ndarray:
    return ground + mask[..., None] * (colour - ground)


@pytest.fixture(scope="session")
def scene() -> Scene:
    noise = np.random.default_rng(7)
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    wall = np.array([203, 190, 168], np.float32) + 10 * (x / WIDTH)[..., None] - 5
    ball, face, box = _ellipse((48, 64), (32, 32)), _ellipse((118, 34), (17, 22)), np.zeros_like(x)
    box[78:108, 104:146] = 1
    shade = np.clip(1.1 - np.hypot(x - 40, y - 52) / 58, 0.35, 1)[..., None]
    red = np.array([196, 30, 34], np.float32) * shade
    shine = np.exp(-(np.square(x - 38) + np.square(y - 48)) / 18)[..., None]
    red = red + shine * (np.array([255, 250, 245], np.float32) - red)
    out = _laid(wall, ball, red)
    out = _laid(out, face, np.array([226, 172, 140], np.float32))
    out = _laid(out, box, np.array([40, 70, 170], np.float32))
    out += noise.normal(0, 1.5, out.shape)
    inner = cv2.erode((ball > 0.99).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    return Scene(np.clip(out + 0.5, 0, 255).astype(np.uint8), inner, face > 0.99, box > 0.5)


@dataclass(frozen=True)
class Edit:
    """One edit through the engine, with its pictures decoded."""

    result: EngineResult
    pictures: tuple[np.ndarray, ...]

    @property
    def first(self) -> np.ndarray:
        return self.pictures[0]

    def note(self, part: str) -> str:
        """The one note that holds `part`."""
        (found,) = [line for line in self.result.notes if part in line]
        return found


@pytest.fixture
def edit(scene: Scene) -> Callable[..., Edit]:
    engine = EmbeddedEngine()

    def run(instruction: str, *, picture: bytes | None = None, seed: int = 11, **named) -> Edit:
        request = EngineRequest(instruction, (picture or scene.png,), seed, **named)
        result = engine.edit(request, lambda _share, _message: None)
        return Edit(result, tuple(decode_picture(p.data).pixels for p in result.pictures))

    return run
