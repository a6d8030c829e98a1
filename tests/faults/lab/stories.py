"""What is done with the program until it dies, and what its session must say then and later."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kontext_studio.core.kill_points import KillPoint as At

INSTRUCTIONS = ("Make it warmer", "Make it brighter", "Make it black and white")
"""What every story asks for, turn after turn."""


class Front(StrEnum):
    """Which half of the program is used."""

    TERMINAL = "terminal"
    WINDOW = "window"


class Story(StrEnum):
    """One edit, two of them, one inside an area, or one and then something else. Names of what
    `Hands` can do, but for the area; and one in a session of an older version, taken up later."""

    EDIT = "edit"
    TWO = "two"
    THREE = "three"
    EXPORT = "export"
    COPY = "copy"
    CANCEL = "cancel"
    AREA = "area"
    OLD = "old"


_STORY = {
    At.EXPORT: Story.EXPORT,
    At.SAVE_AS: Story.COPY,
    At.CANCEL: Story.CANCEL,
    At.COMPOSITE: Story.AREA,
    At.MIGRATION: Story.OLD,
    At.SECOND_SUBMIT: Story.TWO,
}
_WINDOW_ONLY = frozenset({At.THUMBNAIL, At.SAVE_AS, At.CANCEL})
_TERMINAL_ONLY = frozenset({At.COMPOSITE})

BEFORE_TAKEN = frozenset(point for point in At if 4 <= point.number <= 11)
"""Where nobody can know whether the service has the run."""

BEFORE_ANSWERED = frozenset(point for point in At if 4 <= point.number <= 18)
"""The same for a run that waits on one connection: its answer is its result."""

ON_ONE_CONNECTION = frozenset(point for point in At if 10 <= point.number <= 16) | {At.CANCEL}
"""Points that such a run does not come to: it is never `submitted`, and cannot be cancelled."""


@dataclass(frozen=True)
class Traits:
    """`keeps_runs` is False where the service ends with the program. `keeps_list`: it lists what an
    account has sent, or keeps answers under a key of ours, so that a run whose answer was lost can
    be looked for. `waits`: a run is gone
    with its connection. `passes_surely` is False where something stands between that may give an
    order up when its caller dies."""

    keeps_runs: bool = True
    keeps_list: bool = False
    waits: bool = False
    passes_surely: bool = True


def story_of(point: At) -> Story:
    return _STORY.get(point, Story.EDIT)


def fronts_of(point: At) -> tuple[Front, ...]:
    """Where the point can be reached; the terminal first, because it is quicker."""
    if point in _TERMINAL_ONLY:
        return (Front.TERMINAL,)
    return (Front.WINDOW,) if point in _WINDOW_ONLY else (Front.TERMINAL, Front.WINDOW)


@dataclass(frozen=True)
class Expected:
    """`at_death`: the runs' states in the file that the dead program left. `ends`: what each of
    them may be once all was fetched. `sold`: how many runs the service has taken by then."""

    at_death: tuple[str, ...]
    ends: tuple[frozenset[str], ...]
    sold: int


def expected(point: At, front: Front, traits: Traits) -> Expected:
    """What FAILURES says of a point. A service that ends with the program loses what it ran, free
    of charge. Where there is a list of what was sent, `resume` finds what was sold; the window
    leaves that to the person."""
    number = point.number
    keeps_runs = traits.keeps_runs
    fetched = "stored" if keeps_runs else "failed"
    if point in (At.BEFORE_PREPARED, At.INPUT_COPY):
        return Expected((), (), 0)
    if point is At.AFTER_PREPARED:
        return _expected("prepared", "prepared", 0)
    before = BEFORE_ANSWERED if traits.waits else BEFORE_TAKEN
    if point in before or point is At.SECOND_SUBMIT:
        sold = point is At.SECOND_SUBMIT or number >= At.AFTER_BODY.number
        found = sold and traits.keeps_list and front is Front.TERMINAL
        end = frozenset({"stored" if found else "unknown" if keeps_runs else "failed"})
        if found and not traits.passes_surely and point is At.AFTER_BODY:
            end |= {"unknown"}  # it may not have been passed on
        if point in before:
            return Expected(("sending",), (end,), int(sold))
        if front is Front.TERMINAL:
            return Expected(("stored", "sending"), (frozenset({"stored"}), end), 2)
        return Expected(("submitted", "sending"), (frozenset({"stored"}), end), 2)
    if number <= At.INSIDE_REMOTE_DONE.number:
        return _expected("submitted", fetched, 1)
    if number <= At.INSIDE_STORED.number or point is At.COMPOSITE:
        return _expected("remote_done", fetched, 1)
    if point is At.CANCEL:
        return Expected(("submitted",), (frozenset({"cancelled", "failed"}),), 1)
    return _expected("stored", "stored", 1)


def _expected(at_death: str, end: str, sold: int) -> Expected:
    return Expected((at_death,), (frozenset({end}),), sold)


def reached_again(point: At, traits: Traits) -> tuple[At, ...]:
    """The points that a program comes to which takes up a session that was left at `point`."""
    if not traits.keeps_runs or (traits.waits and point in BEFORE_ANSWERED):
        return ()
    if At.AFTER_SUBMITTED.number <= point.number <= At.INSIDE_REMOTE_DONE.number:
        first = At.BETWEEN_POLLS
    elif At.BEFORE_DOWNLOAD.number <= point.number <= At.INSIDE_STORED.number or (
        point is At.COMPOSITE
    ):
        first = At.BEFORE_DOWNLOAD
    else:
        return ()
    return tuple(one for one in At if first.number <= one.number <= At.AFTER_STORED.number)
