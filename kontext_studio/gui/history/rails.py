"""The drawn pieces of the rail, row by row, each with the tone of the line it belongs to.

Promises that exactly the edges from the original to the current step are active.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from kontext_studio.core.lanes import Placed, Segment, Stroke


class Shape(StrEnum):
    """Pieces of line inside a row; the bend is where a branch leaves its lane, above the node."""

    FULL = "full"  # top to bottom
    TOP = "top"  # top to the node
    BOTTOM = "bottom"  # the node to the bottom
    TO_BEND = "to_bend"  # top to the bend
    FROM_BEND = "from_bend"  # the bend to the bottom
    HOOK = "hook"  # from the bend in `lane` to the node in `to_lane`


class Tone(StrEnum):
    PLAIN = "plain"
    ACTIVE = "active"
    RUNNING = "running"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Rail:
    shape: Shape
    lane: int
    to_lane: int
    tone: Tone


def rails_of(
    placed: Sequence[Placed[str]], on_path: Collection[str], ghosts: Mapping[str, Tone]
) -> tuple[tuple[Rail, ...], ...]:
    """The rails of each row. `ghosts` gives the tone of the rows that are under way."""
    rows = {one.key: row for row, one in enumerate(placed)}
    parents = {one.key: one.parent for one in placed}
    lines: dict[str, _SharedLine] = {}
    for row, one in enumerate(placed):
        if one.parent is not None:
            tone = Tone.ACTIVE if one.key in on_path else ghosts.get(one.key, Tone.PLAIN)
            lines.setdefault(one.parent, _SharedLine()).add(row, tone)
    for line in lines.values():
        line.close()

    def pieces(row: int, segment: Segment[str]) -> list[Rail]:
        lane, child = segment.lane, segment.child
        parent = parents[child]
        if parent is None:
            return []
        line = lines[parent]
        match segment.stroke:
            case Stroke.INTO:
                return [Rail(Shape.TOP, lane, lane, line.tone_from(row))]
            case Stroke.OUT:
                return [Rail(Shape.BOTTOM, lane, lane, line.tone_from(row + 1))]
            case Stroke.THROUGH:
                # A deep branch in the last lane: its own INTO draws the upper half.
                is_own = parents[placed[row].key] == parent and placed[row].lane == lane
                shape = Shape.BOTTOM if is_own else Shape.FULL
                return [Rail(shape, lane, lane, line.tone_from(row + 1))]
        hook = Rail(Shape.HOOK, lane, segment.to_lane, line.tone_at(rows[child]))
        upper = Rail(Shape.TO_BEND, lane, lane, line.tone_from(row))
        if segment.stroke is Stroke.ELBOW:
            return [upper, hook]
        return [upper, Rail(Shape.FROM_BEND, lane, lane, line.tone_from(row + 1)), hook]

    return tuple(
        tuple(rail for segment in one.segments for rail in pieces(row, segment))
        for row, one in enumerate(placed)
    )


class _SharedLine:
    """The lane in which a parent's line runs down to all its children."""

    def __init__(self) -> None:
        self._rows: list[int] = []
        self._tones: list[Tone] = []
        self._shared: list[Tone] = []

    def add(self, row: int, tone: Tone) -> None:
        self._rows.append(row)
        self._tones.append(tone)

    def close(self) -> None:
        """After the last child: what the line looks like above each of them."""
        self._shared = list(self._tones)
        for place in range(len(self._tones) - 2, -1, -1):
            self._shared[place] = _stronger(self._tones[place], self._shared[place + 1])

    def tone_at(self, row: int) -> Tone:
        return self._tones[bisect_left(self._rows, row)]

    def tone_from(self, row: int) -> Tone:
        """The tone of the piece that leads to the children of this row and below."""
        place = bisect_left(self._rows, row)
        return self._shared[place] if place < len(self._shared) else Tone.PLAIN


def _stronger(one: Tone, other: Tone) -> Tone:
    """What two lines look like that lie on each other: the path first, then solid over dashed."""
    return one if _STRENGTH[one] >= _STRENGTH[other] else other


_STRENGTH = {Tone.WAITING: 0, Tone.RUNNING: 1, Tone.PLAIN: 2, Tone.ACTIVE: 3}
