"""Several instructions that are to be run one after the other: what is left of them, and where they
go on. Kept with the session; it knows nothing of runs under way."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

from kontext_studio.core.drafts import Draft
from kontext_studio.core.history import NodeId
from kontext_studio.core.images import as_int

MOST_TURNS = 200
"""More than a person puts in line, or a chain has that is run again; a damaged file may say any."""


@dataclass(frozen=True, slots=True)
class TurnQueue:
    """`left` are the instructions as they will be sent, the next one first; `total` how many there
    were. The next one edits `on`, and each further one what came of the one before; with `branches`
    all of them edit `on`. `settings` hold model, connection and parameters for each; where `each`
    is not empty, it holds those of each one that is left.

    `since` is the last step number that was given before the next one stood in line: a run of it
    has a higher one.
    """

    left: tuple[str, ...]
    on: NodeId
    total: int
    since: int
    settings: Draft
    branches: bool = False
    each: tuple[Draft, ...] = ()

    @property
    def next_settings(self) -> Draft:
        """Those of the next one."""
        return self.each[0] if self.each else self.settings

    @property
    def with_area(self) -> tuple[int, ...]:
        """The numbers of those that are left and edit within an area."""
        each = self.each or (self.settings,) * len(self.left)
        return tuple(self.done + at for at, one in enumerate(each, 1) if one.area_to_send)

    @property
    def done(self) -> int:
        return self.total - len(self.left)

    def after(self, result: NodeId, step: int) -> TurnQueue | None:
        """What is left when the next one was run; None where that was the last."""
        if len(self.left) < 2:
            return None
        on = self.on if self.branches else result
        return replace(self, left=self.left[1:], on=on, since=step, each=self.each[1:])

    def with_text(self, place: int, text: str) -> TurnQueue:
        """The same with other words for one that is left."""
        left = list(self.left)
        left[place] = text
        return replace(self, left=tuple(left))

    def without(self, place: int) -> TurnQueue | None:
        """The same without one that is left; None where it was the last."""
        left = self.left[:place] + self.left[place + 1 :]
        each = self.each[:place] + self.each[place + 1 :]
        return replace(self, left=left, total=self.total - 1, each=each) if left else None

    def to_text(self) -> str:
        """What is stored."""
        return json.dumps(
            {
                "left": list(self.left),
                "on": self.on,
                "total": self.total,
                "since": self.since,
                "settings": self.settings.to_json(),
                "branches": self.branches,
                "each": [one.to_json() for one in self.each],
            }
        )

    @classmethod
    def from_text(cls, text: str) -> TurnQueue | None:
        """What was stored; None where nothing is, or where it cannot be read."""
        try:
            data = json.loads(text) if text else None
            if not isinstance(data, dict) or not isinstance(data["left"], list):
                return None
            left = tuple(str(one) for one in data["left"][:MOST_TURNS])
            total = max(len(left), as_int(data["total"]))
            queue = cls(
                left=left,
                on=NodeId(str(data["on"])),
                total=total,
                since=as_int(data["since"]),
                settings=Draft.from_json(data["settings"]),
                branches=bool(data["branches"]),
                each=tuple(Draft.from_json(one) for one in data.get("each", [])),
            )
            if len(queue.each) not in (0, len(left)):
                return None
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
            return None
        return queue if left else None
