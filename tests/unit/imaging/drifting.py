"""Pictures, edits and drifts of which the truth is known, for the tests of imaging.

A drift is what a model does beside the edit: it moves and zooms, its colours change, it is blurred,
noisy and coded again. Here all of it is simulated.
"""

from __future__ import annotations

import io
import math
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image

from kontext_studio.resources import resource_path


def sample(name: str = "coffee.png", width: int = 480) -> np.ndarray:
    """A sample photograph, so wide."""
    image = Image.open(resource_path(f"samples/{name}")).convert("RGB")
    height = round(image.height * width / image.width)
    return np.asarray(image.resize((width, height), Image.Resampling.LANCZOS))


def blob(shape: tuple[int, ...], at: tuple[float, float], size: float) -> np.ndarray:
    """An ellipse as a mask; place and size as shares of the picture."""
    height, width = shape[:2]
    mask = np.zeros((height, width), np.uint8)
    centre = (round(at[0] * width), round(at[1] * height))
    axes = (round(size * width / 2), round(size * height / 2))
    cv2.ellipse(mask, centre, axes, 0, 0, 360, 1, -1)
    return mask > 0


def recoloured(base: np.ndarray, mask: np.ndarray) -> np.ndarray:
    out = base.copy()
    out[mask] = base[mask][:, [2, 0, 1]] // 2 + np.array([20, 90, 40], np.uint8)
    return out


def lighter(base: np.ndarray, mask: np.ndarray, levels: int = 20) -> np.ndarray:
    out = base.copy()
    out[mask] = np.clip(base[mask].astype(int) + levels, 0, 255)
    return out


@dataclass(frozen=True, slots=True)
class Drifting:
    """All of a drift; lengths in pixels, zoom in percent."""

    shift: tuple[float, float] = (0.0, 0.0)
    zoom_percent: float = 0.0
    gain: tuple[float, float, float] = (1.0, 1.0, 1.0)
    gamma: float = 1.0
    field: float = 0.0
    coded: bool = True

    def matrix(self, shape: tuple[int, ...]) -> np.ndarray:
        """Where the content of each place comes to lie."""
        height, width = shape[:2]
        zoom = 1 + self.zoom_percent / 100
        x, y = (width - 1) / 2, (height - 1) / 2
        right, down = self.shift
        return np.array([[zoom, 0, (1 - zoom) * x + right], [0, zoom, (1 - zoom) * y + down]])

    def coloured(self, picture: np.ndarray, seed: int = 0) -> np.ndarray:
        """The colours alone, as floating point."""
        height, width = picture.shape[:2]
        random = np.random.default_rng([seed, 1])
        levels = np.clip(picture * np.array(self.gain), 0, 255)
        levels = 255 * (levels / 255) ** self.gamma
        waves = random.normal(0, 1, (3, 3, 3)).astype(np.float32)
        field = np.asarray(cv2.resize(waves, (width, height), interpolation=cv2.INTER_CUBIC))
        return levels + field / np.abs(field).max() * self.field

    def of(self, picture: np.ndarray, seed: int = 0) -> np.ndarray:
        levels = self.coloured(picture, seed).astype(np.float32)
        if self.shift != (0.0, 0.0) or self.zoom_percent:
            size = (picture.shape[1], picture.shape[0])
            how, edge = cv2.INTER_CUBIC, cv2.BORDER_REPLICATE
            moved = cv2.warpAffine(
                levels, self.matrix(picture.shape), size, flags=how, borderMode=edge
            )
            levels = np.asarray(moved, np.float32)
        return coded(levels, seed) if self.coded else _bytes(levels)


def coded(levels: np.ndarray, seed: int = 0) -> np.ndarray:
    """A little blur and noise, then JPEG."""
    random = np.random.default_rng([seed, 2])
    soft = cv2.GaussianBlur(levels.astype(np.float32), (0, 0), 0.5)
    out = io.BytesIO()
    noisy = _bytes(soft + random.normal(0, 1.5, levels.shape))
    Image.fromarray(noisy).save(out, "JPEG", quality=95)
    return np.asarray(Image.open(out).convert("RGB"))


def _bytes(levels: np.ndarray) -> np.ndarray:
    return np.clip(np.rint(levels), 0, 255).astype(np.uint8)


EVERYTHING = Drifting(
    shift=(2.4, -1.7), zoom_percent=1.0, gain=(1.04, 0.97, 1.02), gamma=1.1, field=5.0
)


def overlap(found: np.ndarray, truth: np.ndarray) -> float:
    """Intersection over union; 1 where both are empty."""
    either = np.count_nonzero(found | truth)
    return np.count_nonzero(found & truth) / either if either else 1.0


def psnr(a: np.ndarray, b: np.ndarray, where: np.ndarray) -> float:
    error = float(((a.astype(float) - b)[where] ** 2).mean())
    return math.inf if error == 0 else 10 * math.log10(255**2 / error)
