"""Pixels in CIELAB and back, in linear light, and the difference between two colours.

Arrays are rows x columns x channels. sRGB is uint8 or float32 from 0 to 1; Lab is float32.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]


def to_float(pixels: Bytes) -> Floats:
    return np.multiply(pixels, np.float32(1 / 255), dtype=np.float32)


def to_bytes(values: Floats) -> Bytes:
    """Rounded and clipped."""
    scaled = np.clip(values, 0, 1) * np.float32(255) + np.float32(0.5)
    return scaled.astype(np.uint8)


def lab_of(pixels: Bytes) -> Floats:
    return np.asarray(cv2.cvtColor(to_float(pixels), cv2.COLOR_RGB2LAB), dtype=np.float32)


def pixels_of_lab(lab: Floats) -> Bytes:
    return to_bytes(np.asarray(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB), dtype=np.float32))


def linear_table() -> Floats:
    """Linear light for each of the 256 sRGB values."""
    v = np.arange(256, dtype=np.float64) / 255
    return np.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4).astype(np.float32)


def linear_of(pixels: Bytes) -> Floats:
    return linear_table()[pixels]


def chroma_of(lab: Floats) -> Floats:
    return np.hypot(lab[..., 1], lab[..., 2])


def hue_of(lab: Floats) -> Floats:
    """Degrees from 0 to 360."""
    return np.degrees(np.arctan2(lab[..., 2], lab[..., 1])) % np.float32(360)


def hue_distance(hue: Floats, centre_deg: float) -> Floats:
    away: Floats = np.abs((hue - np.float32(centre_deg) + 180) % 360 - 180)
    return away


def delta_e76(one: Floats, other: Floats) -> Floats:
    """Euclidean distance in Lab: enough to tell whether something changed, and how much."""
    away: Floats = np.sqrt(np.sum(np.square(one - other), axis=-1, dtype=np.float32))
    return away


def luma_of(pixels: Bytes) -> Floats:
    """Rec. 709 luma of gamma-encoded values, 0 to 1."""
    weights = np.array([0.2126, 0.7152, 0.0722], dtype=np.float32) / 255
    return np.asarray(cv2.transform(pixels.astype(np.float32), weights[None, :]), dtype=np.float32)
