"""How large a result will be, as far as that is known before it is sent: stated by the catalogue,
or taught by earlier results of the same session. Pure; it never guesses in silence."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from kontext_studio.core.handling import Treatment
from kontext_studio.core.history import Node
from kontext_studio.core.models import ModelSpec
from kontext_studio.core.parameter_shapes import size_in
from kontext_studio.core.request import EditRequest, ParamValue
from kontext_studio.core.route import EMBEDDED
from kontext_studio.core.treatment import sent_as

Size = tuple[int, int]

GRID_PX = 16
"""What `match_input` brings sides to multiples of."""

_PORTRAITS = (
    (672, 1568),
    (688, 1504),
    (720, 1456),
    (752, 1392),
    (800, 1328),
    (832, 1248),
    (880, 1184),
    (944, 1104),
)
PRESETS: tuple[Size, ...] = (
    *_PORTRAITS,
    (1024, 1024),
    *((height, width) for width, height in reversed(_PORTRAITS)),
)
"""The sizes that Kontext was trained on, to which `auto` brings a picture."""

SIZE_NAMES = ("size", "image_size", "resolution_mode", "aspect_ratio", "resolution")
"""The parameters that decide how large a result is, the one that wins first."""

_RATIO = re.compile(r"([1-9]\d{0,3}):([1-9]\d{0,3})", re.ASCII)
_SAME_SHAPE = 0.01


class Told(StrEnum):
    """Who says how large it will be."""

    STATED = "stated"
    LEARNED = "learned"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ExpectedSize:
    """`size` is (width, height), None where only a `ratio`, or nothing, is known; about that where
    it is not `exact`. `input` is that of the picture that goes in, None where none does; `step` is
    the one that taught it. With an area the result is brought to the size of the picture before,
    `within`.
    """

    told: Told
    size: Size | None = None
    exact: bool = True
    ratio: str = ""
    input: Size | None = None
    step: int = 0
    within: bool = False

    @property
    def reshapes(self) -> bool:
        """Whether the result has another shape than the picture, so that some of that is cut off,
        or it is stretched or continued: which of these, no service states."""
        if self.input is None:
            return False
        shape = self._shape
        return shape is not None and abs(shape / (self.input[0] / self.input[1]) - 1) > _SAME_SHAPE

    @property
    def changes_size(self) -> bool:
        """Whether it is known to differ from the picture that goes in."""
        return self.size is not None and self.input is not None and self.size != self.input

    @property
    def words(self) -> str:
        """A line before it is sent."""
        line = self._line
        if self.reshapes:
            line += "; another shape than the picture, which may be cut off or stretched"
        if self.within and self.input is not None and self.size != self.input:
            line += f"; brought back to {_sides(self.input)} for the area"
        return line

    @property
    def _shape(self) -> float | None:
        if self.size is not None:
            return self.size[0] / self.size[1]
        found = _RATIO.fullmatch(self.ratio)
        return int(found[1]) / int(found[2]) if found is not None else None

    @property
    def _line(self) -> str:
        if self.size is None:
            return (
                f"Shape {self.ratio}, size chosen by the service"
                if self.ratio
                else "Size chosen by the service"
            )
        if self.exact and self.size == self.input:
            return f"As large as the picture, {_sides(self.size)} pixels"
        if self.told is Told.LEARNED:
            return f"{_sides(self.size)} pixels, as step {self.step} came back"
        return f"{'' if self.exact else 'About '}{_sides(self.size)} pixels"

    def to_json(self) -> dict[str, object]:
        return {
            "told": self.told.value,
            "width": self.size[0] if self.size else None,
            "height": self.size[1] if self.size else None,
            "exact": self.exact if self.size else None,
            "ratio": self.ratio or None,
            "reshapes": self.reshapes,
            "words": self.words,
        }


def expected_size(
    spec: ModelSpec, request: EditRequest, history: Iterable[Node] = ()
) -> ExpectedSize:
    """What is known of the size of a result: what the same settings made of a picture of the same
    size before, else what is stated."""
    found = _learned(request, history) or stated_size(spec, request)
    return replace(found, within=request.area is not None)


def stated_size(spec: ModelSpec, request: EditRequest) -> ExpectedSize:
    """What the catalogue says."""
    picture = _input(request)
    unknown = ExpectedSize(Told.UNKNOWN, input=picture)
    if spec.provider == EMBEDDED and picture is not None:
        return ExpectedSize(Told.STATED, picture, input=picture)
    sent = {one.name: one for one in sent_as(spec, request)}
    for name in SIZE_NAMES:
        known = spec.parameter(name)
        told = sent.get(name)
        if known is None or (told is not None and told.treatment is Treatment.LEFT_OUT):
            continue
        value = told.wire_value if told is not None else known.default
        surely = told is None or told.treatment in (Treatment.PASSED, Treatment.RENAMED)
        if known.handling.from_input:
            surely = True
        if name == "resolution_mode" and value == "auto" and picture is not None:
            preset = nearest_preset(picture)
            return ExpectedSize(Told.STATED, preset, exact=False, input=picture)
        found = _from_value(value, picture, surely=surely)
        if found is not None:
            return found
    return unknown


def _from_value(value: ParamValue, picture: Size | None, *, surely: bool) -> ExpectedSize | None:
    """What one value of such a parameter says; None where it says nothing."""
    if not isinstance(value, str):
        return None
    if (size := size_in(value)) is not None:
        return ExpectedSize(Told.STATED, size, exact=surely, input=picture)
    if value == "match_input" and picture is not None:
        size = _on_grid(picture)
        return ExpectedSize(Told.STATED, size, exact=size == picture, input=picture)
    if value == "match_input_image" and picture is not None:
        ratio = _plain_ratio(picture)
        return ExpectedSize(Told.STATED, None, ratio=ratio, input=picture)
    if _RATIO.fullmatch(value):
        return ExpectedSize(Told.STATED, None, ratio=value, input=picture)
    return None


def _learned(request: EditRequest, history: Iterable[Node]) -> ExpectedSize | None:
    """From the newest result of the same settings and of a picture of the same size."""
    picture, settings = _input(request), _settings(request)
    found = None
    for node in history:
        asked = node.request
        if asked is None or asked.model != request.model:
            continue
        if _input(asked) == picture and _settings(asked) == settings:
            came = node.raw or node.image
            found = ExpectedSize(
                Told.LEARNED, (came.width, came.height), input=picture, step=node.step
            )
    return found


def _settings(request: EditRequest) -> tuple[tuple[str, ParamValue], ...]:
    return tuple(one for one in request.parameters if one[0] in SIZE_NAMES)


def _input(request: EditRequest) -> Size | None:
    return (request.inputs[0].width, request.inputs[0].height) if request.inputs else None


def nearest_preset(picture: Size) -> Size:
    """The one of the sizes that Kontext was trained on whose shape is nearest."""
    shape = picture[0] / picture[1]
    return min(PRESETS, key=lambda one: abs(math.log(one[0] / one[1] / shape)))


def _on_grid(picture: Size) -> Size:
    width, height = (max(GRID_PX, round(side / GRID_PX) * GRID_PX) for side in picture)
    return width, height


def _plain_ratio(picture: Size) -> str:
    divisor = math.gcd(*picture)
    return f"{picture[0] // divisor}:{picture[1] // divisor}"


def _sides(size: Size) -> str:
    return f"{size[0]} × {size[1]}"
