"""Pictures, edits and drifts with a known truth, for measuring what is told and mended of drift."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

import cv2
import numpy as np
from numpy.typing import NDArray

from tests.unit.imaging.drifting import Drifting, sample

Pixels = NDArray[np.uint8]
Mask = NDArray[np.bool_]
Edit = Callable[[Pixels, np.random.Generator], tuple[Pixels, Mask]]

PHOTOGRAPHS = ("coffee.png", "cat.png", "rocket.jpg", "hubble.jpg")
WIDTH = 640


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """A base, the edit without drift, where it is, and what came of it."""

    name: str
    base: Pixels
    edited: Pixels
    area: Mask
    drift: Drifting
    result: Pixels
    seed: int


def drifts(random: np.random.Generator) -> dict[str, Drifting]:
    """One of each kind, of random direction."""
    turn = random.uniform(0, 2 * np.pi)

    def shift(px: float) -> tuple[float, float]:
        return float(px * np.cos(turn)), float(px * np.sin(turn))

    r, g, b = (float(1 + 0.05 * sign) for sign in random.choice([-1, 1], 3))
    sign = float(random.choice([-1, 1]))
    gain = (r, g, b)
    return {
        "codec": Drifting(),
        "1 px": Drifting(shift=shift(1)),
        "3 px": Drifting(shift=shift(3)),
        "8 px": Drifting(shift=shift(8)),
        "zoom 0.5 %": Drifting(shift=shift(0.7), zoom_percent=0.5 * sign),
        "zoom 1 %": Drifting(zoom_percent=1.0 * sign),
        "zoom 2 %": Drifting(shift=shift(1.5), zoom_percent=2.0 * sign),
        "gain": Drifting(gain=gain),
        "gamma": Drifting(gamma=1.1),
        "field": Drifting(field=5.0),
        "all": Drifting(shift(3), 1.0 * sign, gain, 1.1, 5.0),
    }


def pictures() -> dict[str, Pixels]:
    """Photographs, a dim one, a pale one, flat shapes, a page of text."""
    photographs = {name.split(".")[0]: sample(name, WIDTH) for name in PHOTOGRAPHS}
    coffee = photographs["coffee"].astype(np.float32)
    grain = np.random.default_rng(1).normal(0, 1.5, coffee.shape)
    return {
        **photographs,
        "night": _bytes((coffee / 255) ** 2 * 90 + grain),
        "pale": _bytes(coffee * 0.25 + 120),
        "shapes": _shapes(),
        "page": _page(),
    }


def _shapes() -> Pixels:
    random = np.random.default_rng(4)
    out = np.full((460, WIDTH, 3), (200, 160, 60), np.uint8)
    for index in range(14):
        colour = [int(one) for one in random.integers(0, 256, 3)]
        x, y = int(random.integers(0, WIDTH)), int(random.integers(0, 460))
        if index % 2:
            cv2.circle(out, (x, y), int(random.integers(25, 90)), colour, -1, cv2.LINE_AA)
        else:
            w, h = (int(one) for one in random.integers(40, 160, 2))
            cv2.rectangle(out, (x, y), (x + w, y + h), colour, -1)
    return out


def _page() -> Pixels:
    out = np.full((460, WIDTH, 3), 245, np.uint8)
    for line in range(17):
        words = f"{line * 7919 % 997:03d} the quick brown fox jumps over {line * 31 % 89} lazy dogs"
        cv2.putText(out, words, (24, 34 + 25 * line), 0, 0.6, (30, 30, 30), 1, cv2.LINE_AA)
    return out


# ---------------------------------------------------------------- edits


def edits(other: Pixels) -> dict[str, Edit]:
    """What may be done to a picture; `other` is where foreign patches come from."""
    return {
        "patch": lambda base, random: _patch(base, _blob(base, random, 0.01, 0.08), other),
        "recolour": lambda base, random: _recolour(base, _blob(base, random, 0.01, 0.08)),
        "levels": _levels,
        "removal": _removal,
        "text": _text,
        "soft": _soft,
        "many": _many,
        "most": lambda base, random: _patch(base, _blob(base, random, 0.55, 0.6), other),
    }


def _blob(base: Pixels, random: np.random.Generator, least: float, most: float) -> Mask:
    height, width = base.shape[:2]
    area = random.uniform(least, most) * height * width
    stretch = np.sqrt(random.uniform(0.7, 1.5))
    half = np.sqrt(area) / 2
    a, b = min(half * stretch, width * 0.47), min(half / stretch, height * 0.47)
    x = round(random.uniform(a + 6, max(a + 7, width - a - 6)))
    y = round(random.uniform(b + 6, max(b + 7, height - b - 6)))
    mask = np.zeros((height, width), np.uint8)
    if most > 0.5 or random.random() < 0.4:
        cv2.rectangle(mask, (x - round(a), y - round(b)), (x + round(a), y + round(b)), 1, -1)
    else:
        axes = (round(a * 1.128), round(b * 1.128))
        cv2.ellipse(mask, (x, y), axes, 0, 0, 360, 1, -1)
    return mask > 0


def _patch(base: Pixels, mask: Mask, other: Pixels) -> tuple[Pixels, Mask]:
    out = base.copy()
    size = (base.shape[1], base.shape[0])
    out[mask] = np.asarray(cv2.resize(other, size, interpolation=cv2.INTER_AREA))[mask]
    return out, mask


def _recolour(base: Pixels, mask: Mask) -> tuple[Pixels, Mask]:
    hues = np.asarray(cv2.cvtColor(base, cv2.COLOR_RGB2HSV_FULL)).astype(int)
    hues[..., 0] = (hues[..., 0] + 110) % 256
    hues[..., 1] = np.maximum(hues[..., 1], 90)
    turned = np.asarray(cv2.cvtColor(hues.astype(np.uint8), cv2.COLOR_HSV2RGB_FULL))
    out = base.copy()
    out[mask] = turned[mask]
    return out, mask


def _levels(base: Pixels, random: np.random.Generator) -> tuple[Pixels, Mask]:
    mask = _blob(base, random, 0.01, 0.08)
    step = -20 if base[mask].mean() > 128 else 20
    out = base.copy()
    out[mask] = _bytes(base[mask].astype(np.float32) + step)
    return out, mask


def _removal(base: Pixels, random: np.random.Generator) -> tuple[Pixels, Mask]:
    """Filled from around; where that shows nothing new there is nothing to find."""
    mask = _blob(base, random, 0.01, 0.06)
    filled = np.asarray(cv2.inpaint(base, mask.astype(np.uint8), 5, cv2.INPAINT_TELEA), np.uint8)
    seen = (np.abs(filled.astype(int) - base).max(2) > 12).astype(np.uint8)
    seen = np.asarray(cv2.morphologyEx(seen, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8)))
    return filled, mask & (seen > 0)


def _text(base: Pixels, random: np.random.Generator) -> tuple[Pixels, Mask]:
    height, width = base.shape[:2]
    mask = np.zeros((height, width), np.uint8)
    x, y = int(random.integers(10, width - 300)), int(random.integers(80, height - 20))
    cv2.putText(mask, "OPEN 24", (x, y), cv2.FONT_HERSHEY_DUPLEX, 2.1, 255, 7, cv2.LINE_AA)
    share = (mask / 255.0)[..., None]
    ink = 245.0 if base[mask > 0].mean() < 128 else 15.0
    return _bytes(base * (1 - share) + ink * share), mask > 40


def _soft(base: Pixels, random: np.random.Generator) -> tuple[Pixels, Mask]:
    mask = _blob(base, random, 0.03, 0.08).astype(np.float32)
    share = np.asarray(cv2.GaussianBlur(mask, (0, 0), 8.0))[..., None]
    step = -1.0 if base[mask > 0].mean() > 128 else 1.0
    out = _bytes(base + step * np.array([45.0, 30.0, 25.0]) * share)
    return out, share[..., 0] > 0.15


def _many(base: Pixels, random: np.random.Generator) -> tuple[Pixels, Mask]:
    out, whole = base, np.zeros(base.shape[:2], bool)
    for _ in range(6):
        out, mask = _recolour(out, _blob(base, random, 0.004, 0.012))
        whole |= mask
    return out, whole


def _bytes(levels: NDArray[np.floating]) -> Pixels:
    out: Pixels = np.clip(np.rint(levels), 0, 255).astype(np.uint8)
    return out


# ---------------------------------------------------------------- together


def cases(every: int = 4) -> list[Case]:
    """Each picture with each edit and every so many of the drifts, in turn."""
    found: list[Case] = []
    bases = pictures()
    number = 0
    for index, (picture, base) in enumerate(bases.items()):
        other = list(bases.values())[(index + 1) % 4]
        for kind, edit in edits(other).items():
            random = np.random.default_rng([index, len(found)])
            edited, area = edit(base, random)
            for name, drift in drifts(random).items():
                number += 1
                if number % every:
                    continue
                words = f"{picture}, {kind}, {name}"
                result = drift.of(edited, number)
                found.append(Case(words, base, edited, area, drift, result, number))
    return found


def scene_changes(count: int) -> list[tuple[Pixels, Pixels]]:
    """Pairs that do not show the same view: other pictures, mirrored, far nearer, from the side."""
    views = [sample(name, 480) for name in PHOTOGRAPHS]
    found = []
    for number in range(count):
        random = np.random.default_rng([7, number])
        one, two = list(combinations(range(4), 2))[number % 6]
        a = views[one]
        height, width = a.shape[:2]
        kind = number % 4
        if kind == 0:
            b = np.asarray(cv2.resize(views[two], (width, height), interpolation=cv2.INTER_AREA))
        elif kind == 1:
            b = np.ascontiguousarray(a[:, ::-1])
        elif kind == 2:
            share = random.uniform(0.4, 0.75)
            top = int(random.uniform(0, height * (1 - share)))
            left = int(random.uniform(0, width * (1 - share)))
            part = a[top : top + int(height * share), left : left + int(width * share)]
            b = np.asarray(cv2.resize(part, (width, height), interpolation=cv2.INTER_CUBIC))
        else:
            corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
            away = random.uniform(-0.12, 0.12, (4, 2)) * [width, height]
            matrix = cv2.getPerspectiveTransform(corners, (corners + away).astype(np.float32))
            edge = cv2.BORDER_REPLICATE
            b = np.asarray(cv2.warpPerspective(a, matrix, (width, height), borderMode=edge))
        found.append((a, Drifting().of(b, number)))
    return found
