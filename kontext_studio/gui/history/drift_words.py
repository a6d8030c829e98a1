"""What the drift meter and the drift line say, as plain text. Pure; refuses to measure anything."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from kontext_studio.core.figures import (
    AMBER_DELTA_E,
    FOUND,
    LEVEL_WORDS,
    OTHER_VIEW,
    RED_DELTA_E,
    TOO_PLAIN,
    DriftFigures,
    Level,
)
from kontext_studio.gui.history.names import size_words

DASH = "—"
FAR_DRIFT = 30.0
FAR_STEP = 15.0
"""UX J1: above this drift, or this rise in one step, the person is warned."""

_STILL_PX, _STILL_ZOOM = 0.05, 0.00005
# What is seen beside a tone that was asked for: pixels, and shares of the size.
_AMBER_PX, _RED_PX = 1.0, 5.0
_AMBER_ZOOM, _RED_ZOOM = 0.003, 0.015
_MINUS = "\u2212"

ICONS = {
    Level.GREEN: "circle-check",
    Level.AMBER: "triangle-alert",
    Level.RED: "circle-alert",
    Level.UNKNOWN: "circle-question-mark",
}
"""By level; a picture that has not drifted at all needs none."""
TONES = {Level.GREEN: "success", Level.AMBER: "warning", Level.RED: "danger"}


@dataclass(frozen=True, slots=True)
class MeterLine:
    """A step against one other: how far what was not changed has drifted.

    `level` is None while that is not known. `value` is short ("small · ΔE 0.6"), `figures` are
    lines with the rest of what was measured, `sentence` says all of it.
    """

    against: str
    level: Level | None
    value: str
    figures: tuple[str, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class Asked:
    """Another tone of the whole picture was asked for: in which `steps`, and what else the colours
    lie off by the steps between that were asked for none, as ΔE."""

    steps: tuple[int, ...]
    besides: float = 0.0

    @property
    def words(self) -> str:
        last = str(self.steps[-1])
        if len(self.steps) == 1:
            return f"changed as asked in step {last}"
        return f"changed as asked in steps {', '.join(map(str, self.steps[:-1]))} and {last}"


def meter_line(against: str, found: DriftFigures | None, asked: Asked | None = None) -> MeterLine:
    """`against` names the other picture: "step 3", "original". Colours that were `asked` for are
    told and no reason to warn; what else drifted is."""
    name = against[:1].upper() + against[1:]
    if found is None:
        return MeterLine(name, None, DASH, (), f"Drift from {against} is being measured.")
    sizes = _sizes(found)
    level = found.level
    if level is Level.UNKNOWN:
        value, why = _unknown(found, against)
        if found.outcome == FOUND and asked is not None:
            return MeterLine(name, Level.QUIET, "as asked", (*sizes, _colour(asked)), why)
        return MeterLine(name, level, value, sizes, _with_sizes(why, found))
    if level is Level.QUIET:
        words = f"What was not changed is the same as in {against}, to the last bit."
        return MeterLine(name, level, "none", sizes, words)
    assert found.delta_e is not None  # else the level is not known
    if asked is not None and level is not Level.GREEN:
        level = _level_besides(found, asked)
        sizes = (*sizes, _colour(asked))
    else:
        asked = None
    value = f"{LEVEL_WORDS.get(level, 'as asked')} · ΔE {found.delta_e:.1f}"
    shift, zoom, sharpness = _shift(found), _zoom(found), _sharpness(found)
    line = " · ".join(one for one in (shift, zoom, sharpness) if one)
    figures = (line, *sizes) if line else sizes
    sentence = (
        f"What was not changed differs from {against} by ΔE 2000 {found.delta_e:.1f} on average"
    )
    parts = (
        f"lies {shift} right and down" if shift else "",
        f"has a {zoom}" if zoom else "",
        f"has {sharpness.removeprefix('sharpness ')} of the sharpness" if sharpness else "",
    )
    said = f"{', '.join((sentence, *(one for one in parts if one)))}."
    if asked is not None:
        said += f" {_colour(asked)}."
    elif level is Level.RED and not shift and not zoom:
        said += " A change of tone that was asked for counts as well."
    return MeterLine(name, level, value, figures, _with_sizes(said, found))


def _level_besides(found: DriftFigures, asked: Asked) -> Level:
    """Of what nobody asked for; QUIET where that is too little to be seen. Sharpness does not
    count: brighter and darker light scales the finest detail as it does everything."""
    px = max(map(abs, found.shift_px)) if found.shift_px is not None else 0.0
    zoom = abs(found.zoom - 1) if found.zoom is not None else 0.0
    if px >= _RED_PX or zoom >= _RED_ZOOM or asked.besides >= RED_DELTA_E:
        return Level.RED
    seen = px >= _AMBER_PX or zoom >= _AMBER_ZOOM or asked.besides >= AMBER_DELTA_E
    return Level.AMBER if seen or not found.same_size else Level.QUIET


def _colour(asked: Asked) -> str:
    return f"Colour: {asked.words}"


def _unknown(found: DriftFigures, against: str) -> tuple[str, str]:
    if found.outcome == OTHER_VIEW:
        return "another view", (
            f"It shows another view than {against}, so that drift cannot be told from change."
        )
    if found.outcome == TOO_PLAIN:
        return "too plain to tell", f"There is too little to see to compare it with {against}."
    return "all of it changed", f"Nothing was left unchanged against {against}."


def _shift(found: DriftFigures) -> str:
    if found.shift_px is None or max(map(abs, found.shift_px)) < _STILL_PX:
        return ""
    return ", ".join(_signed(one, 1) for one in found.shift_px) + " px"


def _zoom(found: DriftFigures) -> str:
    if found.zoom is None or abs(found.zoom - 1) < _STILL_ZOOM:
        return ""
    return f"zoom of {_signed((found.zoom - 1) * 100, 2)} %"


def _sharpness(found: DriftFigures) -> str:
    if found.sharpness is None or round(found.sharpness * 100) == 100:
        return ""
    return f"sharpness {round(found.sharpness * 100)} %"


def _sizes(found: DriftFigures) -> tuple[str, ...]:
    if found.same_size:
        return ()
    return (f"{size_words(*found.size_after)}, was {size_words(*found.size_before)}",)


def _with_sizes(sentence: str, found: DriftFigures) -> str:
    return f"{sentence} It is {_sizes(found)[0]} pixels." if not found.same_size else sentence


def _signed(value: float, digits: int) -> str:
    words = f"{value:+.{digits}f}"
    if not words.strip("+-0."):
        return words[1:]
    return words.replace("-", _MINUS)


# The line along the path.


def far_places(drift: Sequence[float | None], asked: Collection[int] = ()) -> tuple[int, ...]:
    """The places of the path that lie far from the original, or far from the one before. How far
    the steps went in which another tone was `asked` for does not count."""
    rest = _unasked(drift, asked)
    return tuple(place for place in range(len(rest)) if _is_far(rest, place))


def near_place(drift: Sequence[float | None], asked: Collection[int] = ()) -> int | None:
    """The last place before the path went far; None where its end does not lie far."""
    far = far_places(drift, asked)
    if not far or far[-1] != len(drift) - 1:
        return None
    place = len(drift) - 1
    while place in far:
        place -= 1
    return max(0, place)


def _unasked(drift: Sequence[float | None], asked: Collection[int]) -> tuple[float | None, ...]:
    """What of each value is left without the rises that were asked for: what the other steps did is
    no less."""
    left: list[float | None] = []
    before, wanted, is_wanted = 0.0, 0.0, False
    for place, value in enumerate(drift):
        is_wanted |= place in asked
        if value is None:
            left.append(None)
            continue
        if is_wanted:
            wanted += max(0.0, value - before)
            is_wanted = False
        left.append(max(0.0, value - wanted))
        before = value
    return tuple(left)


def _is_far(drift: Sequence[float | None], place: int) -> bool:
    value = drift[place]
    if value is None:
        return False
    before = drift[place - 1] if place else None
    return value > FAR_DRIFT or (before is not None and value - before >= FAR_STEP)
