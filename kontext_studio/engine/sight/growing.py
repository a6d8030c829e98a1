"""Grows the sure pixels of a thing to all of it: into its shades and highlights, not beyond.

A surface under one light shows mixtures of its own colour and the light's: in linear light every
pixel of it is close to s x colour + k x white. What fits that poorly belongs to something else.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from kontext_studio.engine.colour_space import (
    Bytes,
    Floats,
    Mask,
    chroma_of,
    hue_distance,
    hue_of,
    linear_of,
)

Direction = tuple[float, float, float]

_DARK = 0.006  # linear light in which a colour can no longer be told
_TOLERANCE = 0.026  # misfit that every surface may have
_MOST_TOLERANCE = 0.07  # a wider band is a mixture of several surfaces
_MARGIN = 1.25  # on the misfit of the surest pixels
_LARGEST_HOLE = 0.03  # of the area: a mirrored lamp, a screw, a label
_ROUNDS = 3  # of the graph cut
_FIXED_SEED = 20_26


@dataclass(frozen=True, slots=True)
class Body:
    """A surface's colour as a direction in linear light, and how closely its pixels keep to it.

    `light` is the direction of the light that its highlights mirror.
    """

    direction: Direction
    light: Direction
    low: float  # misfits between these belong
    high: float


def body_of(small: Bytes, core: Mask) -> Body:
    inside = linear_of(small)[core].astype(np.float64)
    direction, light = _unit(np.median(inside, axis=0)), _light_of(small)
    misfit, _ = fit_to(small, Body(direction, light, -1.0, 1.0))
    low, high = np.percentile(misfit[core], [5, 95]) * _MARGIN
    return Body(
        direction,
        light,
        max(-_MOST_TOLERANCE, min(-_TOLERANCE, float(low))),
        min(_MOST_TOLERANCE, max(_TOLERANCE, float(high))),
    )


def widest(body: Body) -> Body:
    """The same surface with the widest band that one surface may have."""
    return replace(body, low=-_MOST_TOLERANCE, high=_MOST_TOLERANCE)


def _light_of(small: Bytes) -> Direction:
    """The colour of the light, read off the brightest pixels that are not burnt out."""
    light = linear_of(small).reshape(-1, 3).astype(np.float64)
    least = light.min(axis=1)
    low, high = np.percentile(least, [97, 99.8])
    bright = light[(least >= low) & (least <= max(high, low))]
    white = np.full(3, float(bright.mean()))
    return _unit(0.7 * bright.mean(axis=0) + 0.3 * white)


def _unit(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Direction:
    unit = values / max(float(np.linalg.norm(values)), 1e-6)
    return float(unit[0]), float(unit[1]), float(unit[2])


def fit_to(pixels: Bytes, body: Body) -> tuple[Floats, Floats]:
    """Per pixel: how far it is from any mixture of body and white, and how much body is in it.

    The misfit has a sign, which is the side of hues: -0.1 and 0.1 are as far from each other as
    from what fits, like crimson and orange from scarlet.
    """
    light = linear_of(pixels)
    direction = np.asarray(body.direction, dtype=np.float32)
    white = np.asarray(body.light, dtype=np.float32)
    along = float(direction @ white)
    to_body, to_white = light @ direction, light @ white
    share_white = (to_white - along * to_body) / max(1 - along**2, 1e-3)
    share_body = to_body - along * np.maximum(share_white, 0)
    normal = np.cross(direction, white)
    normal = normal / max(float(np.linalg.norm(normal)), 1e-3)
    misfit = (light @ normal) / (np.abs(share_body) + np.float32(_DARK))
    share_body, share_white = np.maximum(share_body, 0), np.maximum(share_white, 0)
    body_part = share_body / (share_body + share_white + np.float32(_DARK))
    return misfit.astype(np.float32), body_part.astype(np.float32)


def outside_band(misfit: Floats, body: Body) -> Floats:
    """0 for what belongs, 1 for what lies half a band's width outside of it."""
    half = (body.high - body.low) / 2
    beyond = np.maximum(np.float32(body.low) - misfit, misfit - np.float32(body.high))
    return np.asarray(np.maximum(beyond, 0) / half, dtype=np.float32)


def grow(small: Bytes, lab: Floats, core: Mask, body: Body | None) -> Mask:
    """The whole area that hangs together with `core`; without a body for white, gray and black."""
    if body is None:
        features, likely, never = _neutral_view(small, lab, core)
    else:
        features, likely, never = _chromatic_view(small, lab, core, body)
    region = _cut(features, core, likely, never)
    region = _connected_to(region, core)
    region = _bridged(region, lab, core) if body is not None else region
    return _filled(region, lab, core)


def _chromatic_view(small: Bytes, lab: Floats, core: Mask, body: Body) -> tuple[Bytes, Mask, Mask]:
    misfit, part = fit_to(small, body)
    usual_part = float(np.median(part[core]))
    brightest = linear_of(small).max(axis=-1)
    seen = brightest >= _DARK
    beyond = outside_band(misfit, body)
    likely = (beyond < 0.2) & (part > 0.48 * usual_part) & (brightest > 2.5 * _DARK)
    never = ((beyond > 1.8) | (part < 0.2 * usual_part)) & seen
    features = np.dstack(
        [
            np.clip(
                128 + (misfit - (body.low + body.high) / 2) / (body.high - body.low) * 90, 0, 255
            ),
            np.clip(part * 230, 0, 255),
            np.clip(lab[..., 0] * 0.9, 0, 255),
        ]
    )
    return features.astype(np.uint8), likely, never


def _neutral_view(small: Bytes, lab: Floats, core: Mask) -> tuple[Bytes, Mask, Mask]:
    centre = np.median(lab[core], axis=0)
    spread = np.maximum(np.percentile(np.abs(lab[core] - centre), 90, axis=0), [6, 3, 3])
    away = np.linalg.norm((lab - centre) / spread, axis=-1)
    likely = away < 3
    never = (away > 8) | (chroma_of(lab) > chroma_of(centre[None, :])[0] + 28)
    features = np.clip(lab * [2.2, 2, 2] + [0, 128, 128], 0, 255)
    return features.astype(np.uint8), likely, never


def _cut(features: Bytes, core: Mask, likely: Mask, never: Mask) -> Mask:
    labels = np.full(core.shape, cv2.GC_PR_BGD, np.uint8)
    labels[likely] = cv2.GC_PR_FGD
    labels[never] = cv2.GC_BGD
    labels[core] = cv2.GC_FGD
    if not ((labels == cv2.GC_BGD) | (labels == cv2.GC_PR_BGD)).any():
        return np.ones_like(core)
    cv2.setRNGSeed(_FIXED_SEED)  # its clusters start from random numbers of this thread
    ours, theirs = np.zeros((1, 65)), np.zeros((1, 65))
    no_box = (0, 0, 0, 0)
    cv2.grabCut(features, labels, no_box, ours, theirs, _ROUNDS, cv2.GC_INIT_WITH_MASK)
    region: Mask = (labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD)
    return region


def _connected_to(region: Mask, core: Mask) -> Mask:
    count, labels = cv2.connectedComponents(region.astype(np.uint8), connectivity=8)
    held = np.bincount(np.asarray(labels)[core], minlength=count) > 0
    held[0] = False
    return held[np.asarray(labels)]


def _bridged(region: Mask, lab: Floats, core: Mask) -> Mask:
    """Takes in the narrow folds between parts whose shade has a slightly other hue."""
    side = max(3, round(max(region.shape) / 60)) | 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    closed = cv2.morphologyEx(region.astype(np.uint8), cv2.MORPH_CLOSE, kernel) > 0
    centre = np.median(lab[core], axis=0)
    hue = float(np.degrees(np.arctan2(centre[2], centre[1])))
    alike = (hue_distance(hue_of(lab), hue) < 25) & (chroma_of(lab) > 8)
    return region | (closed & alike)


def _filled(region: Mask, lab: Floats, core: Mask) -> Mask:
    """Closes pinholes and the small bright spots where a light is mirrored."""
    holes = (~region).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(holes, connectivity=4)
    limit = max(9, int(_LARGEST_HOLE * region.sum()))
    areas = np.asarray(stats)[:, cv2.CC_STAT_AREA]
    closes = areas <= limit
    closes[0] = False
    labels = np.asarray(labels)
    small_holes = closes[labels]
    # A hole of another strong colour is a thing of its own: a patch on a sleeve.
    centre = np.median(lab[core], axis=0)
    foreign = chroma_of(lab - np.asarray([0, centre[1], centre[2]], dtype=np.float32)) > 1.25 * max(
        20.0, float(np.hypot(centre[1], centre[2]))
    )
    filled: Mask = region | (small_holes & ~foreign)
    return filled
