"""Curves from 256 values to 256, and their exact application: the ground of every tone change."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from kontext_studio.engine.colour_space import Bytes, Floats

Curve = npt.NDArray[np.float64]  # 256 values from 0 to 1


def ramp() -> Curve:
    """The curve that changes nothing."""
    return np.arange(256, dtype=np.float64) / 255


def to_linear(v: Curve) -> Curve:
    return np.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4)


def from_linear(v: Curve) -> Curve:
    v = np.maximum(v, 0)
    return np.where(v <= 0.0031308, v * 12.92, 1.055 * v ** (1 / 2.4) - 0.055)


def brightness(share: float) -> Curve:
    """Brighter without burning out, darker without going grey: black stays black, white white."""
    v = ramp()
    if share >= 0:
        return 1 - (1 - v) ** (1 + 1.6 * share)
    return from_linear(to_linear(v) * max(0.0, 1 + share) ** 1.6)


def contrast(share: float, pivot: float) -> Curve:
    """Steeper around `pivot` for more; towards it for less."""
    v = ramp()
    pivot = min(0.75, max(0.25, pivot))
    if share < 0:
        return pivot + (v - pivot) * max(0.0, 1 + share)
    c = 1 + 1.3 * share
    low = pivot * (np.minimum(v, pivot) / pivot) ** c
    high = 1 - (1 - pivot) * (np.minimum(1 - v, 1 - pivot) / (1 - pivot)) ** c
    return np.where(v < pivot, low, high)


def shadows(share: float) -> Curve:
    """Lifts or deepens the dark third."""
    v = ramp()
    return np.clip(v + share * 2.2 * v * (1 - v) ** 3, 0, 1)


def highlights(share: float) -> Curve:
    """Lifts or tames the bright third."""
    v = ramp()
    return np.clip(v + share * 2.2 * (1 - v) * v**3, 0, 1)


def gains(red: float, green: float, blue: float) -> list[Curve]:
    """Per channel, in linear light, white balanced so that the luminance of grey stays."""
    scale = 1 / (0.2126 * red + 0.7152 * green + 0.0722 * blue)
    linear = to_linear(ramp())
    return [_shoulder(from_linear(linear * gain * scale)) for gain in (red, green, blue)]


def _shoulder(v: Curve) -> Curve:
    """Keeps values above 1 from clipping hard."""
    knee = 0.85
    over = np.maximum(v - knee, 0)
    room = 1 - knee
    return np.where(v > knee, knee + room * (1 - np.exp(-over / room)) / (1 - np.exp(-2.5)), v)


def warmth_gains(share: float) -> list[Curve]:
    """Towards a low sun for more, towards the shade for less."""
    if share >= 0:
        return gains(1 + 0.42 * share, 1 + 0.04 * share, 1 - 0.52 * share)
    cold = -share
    return gains(1 - 0.38 * cold, 1 - 0.03 * cold, 1 + 0.5 * cold)


def applied(pixels: Bytes, *curves: Curve) -> Bytes:
    """One curve for all channels, or one for each."""
    chosen = curves if len(curves) == 3 else (curves[0],) * 3
    table = np.stack([np.clip(np.rint(curve * 255), 0, 255) for curve in chosen], axis=-1)
    looked_up = cv2.LUT(pixels, table.astype(np.uint8).reshape(256, 1, 3))
    return np.asarray(looked_up, dtype=np.uint8)


def chained(first: Curve, second: Curve) -> Curve:
    """`second` after `first`, without rounding between."""
    return np.interp(first, ramp(), second)


def looked_up(values: Floats, curve: Curve) -> Floats:
    """A curve applied to floats from 0 to 1."""
    at = np.clip(values, 0, 1) * np.float32(255)
    low = np.minimum(at.astype(np.intp), 254)
    steps = np.diff(curve).astype(np.float32)
    return np.asarray(curve.astype(np.float32)[low] + (at - low) * steps[low], dtype=np.float32)
