"""What the workbench tells its listeners, after the fact is on disk; and how they listen."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from kontext_studio.core.changes import Change
from kontext_studio.core.figures import DriftFigures, SeamFigures
from kontext_studio.core.history import JobId, NodeId
from kontext_studio.core.settings import Settings
from kontext_studio.workbench.progress import JobView
from kontext_studio.workbench.turns_view import TurnsView

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SessionOpened:
    """Another session is on the bench. `recovered` counts runs that are being fetched again."""

    path: Path
    named: bool
    read_only: bool
    recovered: int


@dataclass(frozen=True, slots=True)
class SessionNamed:
    """The session lies in another file now."""

    path: Path


@dataclass(frozen=True, slots=True)
class Changed:
    """The session changed. `by_undo` is true for undo and redo."""

    change: Change
    by_undo: bool = False


@dataclass(frozen=True, slots=True)
class JobChanged:
    """A run moved, progressed, or ended; `view.record.state` is on disk."""

    view: JobView


@dataclass(frozen=True, slots=True)
class PreviewArrived:
    """A run shows how far it is: the bytes of an unfinished picture, kept nowhere."""

    job: JobId
    data: bytes


@dataclass(frozen=True, slots=True)
class ResultStored:
    """A run's pictures are in the session: `nodes` in the order of the variants."""

    job: JobId
    nodes: tuple[NodeId, ...]


@dataclass(frozen=True, slots=True)
class Measured:
    """How far a step lies from its parent and its original.

    `changed` is the share of pixels (0 to 1) that differ from the parent by more than ΔE 2;
    `drift` the mean ΔE 2000 against the original. `of_parent` and `of_original` tell how what was
    not changed has drifted, None before that was asked for; `seam` is of steps with an area.
    """

    node: NodeId
    changed: float
    drift: float
    of_parent: DriftFigures | None = None
    of_original: DriftFigures | None = None
    seam: SeamFigures | None = None


@dataclass(frozen=True, slots=True)
class SettingsChanged:
    settings: Settings


@dataclass(frozen=True, slots=True)
class TurnsChanged:
    """The instructions in line changed, or how their runs stand; None where none is in line."""

    view: TurnsView | None


@dataclass(frozen=True, slots=True)
class Fault:
    """Something went wrong outside any run, in words; the work is saved."""

    message: str
    detail: str = ""


Announcement = (
    SessionOpened
    | SessionNamed
    | Changed
    | JobChanged
    | PreviewArrived
    | ResultStored
    | Measured
    | SettingsChanged
    | TurnsChanged
    | Fault
)

Listener = Callable[[Announcement], None]


class Announcer:
    """A list of listeners. One that raises is reported, and the next ones still hear."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Listen from now on; call what is returned to stop."""
        self._listeners.append(listener)

        def unsubscribe() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return unsubscribe

    def announce(self, what: Announcement) -> None:
        """Tell everyone, in the order of subscription."""
        for listener in tuple(self._listeners):
            try:
                listener(what)
            except Exception:
                log.exception("a listener could not take %s", type(what).__name__)
