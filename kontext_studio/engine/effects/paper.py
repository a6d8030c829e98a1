"""Surfaces and strokes that drawings and paintings share: paper grain, strokes along a direction,
and the flow of edges in a picture."""

from __future__ import annotations

import cv2
import numpy as np

from kontext_studio.engine.colour_space import Bytes, Floats, luma_of


def paper_grain(height: int, width: int, noise: np.random.Generator, coarse: float = 1.0) -> Floats:
    """A paper's tooth, around 0 with a standard deviation of 1."""
    raw = noise.standard_normal((height, width), dtype=np.float32)
    fine = np.asarray(cv2.GaussianBlur(raw, (0, 0), 0.7 * coarse), dtype=np.float32)
    wide = np.asarray(cv2.GaussianBlur(raw, (0, 0), 2.2 * coarse), dtype=np.float32)
    grain = fine / max(float(fine.std()), 1e-6) + 0.7 * wide / max(float(wide.std()), 1e-6)
    return np.asarray(grain / max(float(grain.std()), 1e-6), dtype=np.float32)


def strokes(
    height: int,
    width: int,
    noise: np.random.Generator,
    angle_deg: float,
    length_px: float,
    thickness_px: float = 1.0,
) -> Floats:
    """Noise drawn out along one direction: the mark of many pencil strokes, 0 to 1."""
    raw = noise.random((height, width), dtype=np.float32)
    if thickness_px > 1:
        raw = np.asarray(cv2.GaussianBlur(raw, (0, 0), thickness_px / 2), dtype=np.float32)
    size = max(3, round(length_px)) | 1
    kernel = np.zeros((size, size), dtype=np.float32)
    middle = (size - 1) / 2
    dx = np.cos(np.radians(angle_deg)) * middle
    dy = np.sin(np.radians(angle_deg)) * middle
    start = (round((middle - dx) * 16), round((middle - dy) * 16))
    end = (round((middle + dx) * 16), round((middle + dy) * 16))
    cv2.line(kernel, start, end, 1.0, 1, cv2.LINE_AA, 4)
    kernel /= kernel.sum()
    drawn = np.asarray(
        cv2.filter2D(raw, -1, kernel, borderType=cv2.BORDER_REFLECT), dtype=np.float32
    )
    low, high = np.percentile(drawn[:: max(1, height // 300), :: max(1, width // 300)], [2, 98])
    spread: Floats = np.clip((drawn - np.float32(low)) / np.float32(max(high - low, 1e-6)), 0, 1)
    return spread


def edge_flow(pixels: Bytes, sigma: float) -> tuple[Floats, Floats]:
    """Unit vectors along the edges of the picture, smoothed."""
    luma = luma_of(pixels)
    gx = np.asarray(cv2.Sobel(luma, cv2.CV_32F, 1, 0), dtype=np.float32)
    gy = np.asarray(cv2.Sobel(luma, cv2.CV_32F, 0, 1), dtype=np.float32)
    xx, yy, xy = (
        np.asarray(cv2.GaussianBlur(product, (0, 0), sigma), dtype=np.float32)
        for product in (gx * gx, gy * gy, gx * gy)
    )
    angle = 0.5 * np.arctan2(2 * xy, xx - yy) + np.float32(np.pi / 2)
    return np.cos(angle), np.sin(angle)


def along_flow(values: Floats, flow: tuple[Floats, Floats], steps: int) -> Floats:
    """Line integral convolution: values drawn out along the flow, both ways."""
    height, width = values.shape[:2]
    grid_y, grid_x = np.mgrid[0:height, 0:width].astype(np.float32)
    total = values.copy()
    for sign in (1.0, -1.0):
        x, y = grid_x.copy(), grid_y.copy()
        last_x, last_y = flow[0] * sign, flow[1] * sign
        for _ in range(steps):
            x += last_x
            y += last_y
            total += _sampled(values, x, y)
            next_x, next_y = _sampled(flow[0], x, y), _sampled(flow[1], x, y)
            # The flow has no front and back: keep going the way we came.
            turn = np.sign(next_x * last_x + next_y * last_y)
            turn[turn == 0] = 1
            last_x, last_y = next_x * turn, next_y * turn
    return np.asarray(total / (1 + 2 * steps), dtype=np.float32)


def _sampled(values: Floats, x: Floats, y: Floats) -> Floats:
    return np.asarray(
        cv2.remap(values, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101),
        dtype=np.float32,
    )


def at_most(pixels: Bytes, side_px: int) -> Bytes:
    """A copy that is no larger than `side_px` a side, for strokes that need no more."""
    scale = side_px / max(pixels.shape[:2])
    if scale >= 1:
        return pixels
    size = (max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale)))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
