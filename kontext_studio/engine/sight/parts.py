"""Which coherent areas of a colour are meant: the main one and what belongs to it, or all of them.

Judges size, chroma, place and neighbourhood only.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from kontext_studio.engine.colour_space import Bytes, Floats, Mask, chroma_of
from kontext_studio.engine.operations import ColourThing, Place
from kontext_studio.engine.sight.growing import Body, fit_to

_LEAST_PART = 0.0003  # of the picture
_LEAST_SOLID = 0.2  # of a part that lies within its own rim: less is a streak


@dataclass(frozen=True, slots=True)
class _Part:
    label: int
    area: int
    score: float
    centre: tuple[float, float]  # across and down, 0 to 1
    box: tuple[int, int, int, int]  # left, top, width, height


def chosen_parts(core: Mask, lab: Floats, thing: ColourThing, neutral: bool) -> Mask:
    """The coherent areas that are meant: one thing and what lies close to it, or all of them."""
    parts, labels = _parts_of(core, lab, neutral)
    parts = [part for part in parts if part.area >= _LEAST_PART * core.size]
    if thing.place is not None:
        parts = [part for part in parts if _lies_at(part, thing.place)]
    if not parts:
        return np.zeros_like(core)
    main = max(parts, key=lambda part: part.score)
    if thing.many:
        chosen = [part for part in parts if part.area >= 0.02 * main.area]
    elif thing.largest:
        chosen = [main]
    else:
        least = 0.05 if neutral else 0.01
        chosen = [part for part in parts if part is main or _belongs_to(part, main, least)]
    return np.isin(labels, [part.label for part in chosen])


def main_part(core: Mask, lab: Floats, thing: ColourThing) -> Mask:
    """The one area that stands out most."""
    parts, labels = _parts_of(core, lab, neutral=False)
    if thing.place is not None:
        parts = [part for part in parts if _lies_at(part, thing.place)]
    if not parts:
        return np.zeros_like(core)
    main: Mask = labels == max(parts, key=lambda part: part.score).label
    return main


def _parts_of(core: Mask, lab: Floats, neutral: bool) -> tuple[list[_Part], npt.NDArray[np.int32]]:
    count, found, stats, centres = cv2.connectedComponentsWithStats(
        core.astype(np.uint8), connectivity=8
    )
    labels = np.asarray(found, dtype=np.int32)
    areas = np.asarray(stats)[:, cv2.CC_STAT_AREA]
    inner = cv2.erode(core.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    solid = np.bincount(labels[inner], minlength=count)
    chroma = np.bincount(labels.ravel(), chroma_of(lab).ravel(), minlength=count)
    height, width = core.shape
    largest = int(areas[1:].max(initial=0))
    parts: list[_Part] = []
    for label in range(1, count):
        left, top, wide, high, area = (int(v) for v in stats[label][:5])
        across, down = float(centres[label][0]) / width, float(centres[label][1]) / height
        # Chromatic before pale, large before small, the middle slightly before the rim.
        middle = 1.0 - 0.5 * max(abs(across - 0.5), abs(down - 0.5))
        if solid[label] < _LEAST_SOLID * area and area < 0.25 * largest:
            continue  # a streak: the shadow in a fold, not a surface
        strength = 1.0 if neutral else float(chroma[label] / max(1, areas[label]))
        parts.append(
            _Part(label, area, area * strength * middle, (across, down), (left, top, wide, high))
        )
    return parts, labels


def _lies_at(part: _Part, place: Place) -> bool:
    across, down = part.centre
    wanted = {
        "left": across < 0.5,
        "right": across > 0.5,
        "top": down < 0.5,
        "bottom": down > 0.5,
        "": True,
    }
    if "center" in (place.across, place.down):
        near_middle = abs(across - 0.5) < 0.25 and abs(down - 0.5) < 0.25
        rest = [way for way in (place.across, place.down) if way not in ("center", "")]
        return all(wanted[way] for way in rest) if rest else near_middle
    return wanted[place.across] and wanted[place.down]


def _belongs_to(part: _Part, main: _Part, least: float) -> bool:
    """Whether an area is likely another piece of the same thing: not tiny, and close by."""
    if part.area < least * main.area or part.area < 12:
        return False
    reach = 0.5 * max(main.box[2], main.box[3])
    return _gap(part.box, main.box) < reach


def _gap(one: tuple[int, int, int, int], other: tuple[int, int, int, int]) -> float:
    """Pixels between two boxes, 0 where they overlap."""
    across = max(one[0] - other[0] - other[2], other[0] - one[0] - one[2], 0)
    down = max(one[1] - other[1] - other[3], other[1] - one[1] - one[3], 0)
    return float(np.hypot(across, down))


def alike_parts(chosen: Mask, small: Bytes, body: Body) -> Mask:
    """Leaves out parts that only border on the thing's band of colours."""
    misfit, _ = fit_to(small, body)
    middle, half = (body.low + body.high) / 2, (body.high - body.low) / 2
    count, found = cv2.connectedComponents(chosen.astype(np.uint8), connectivity=8)
    labels = np.asarray(found)
    sizes = np.bincount(labels.ravel(), minlength=count)[1:]
    if not len(sizes):
        return chosen
    largest = int(sizes.argmax()) + 1
    kept = [
        label
        for label in range(1, count)
        if label == largest or abs(float(np.median(misfit[labels == label])) - middle) < 0.65 * half
    ]
    return np.isin(labels, kept)
