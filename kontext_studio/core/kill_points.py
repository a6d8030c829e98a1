"""The named moments at which the fault laboratory ends this process with SIGKILL.

It promises to do nothing unless `KS_KILL_AT` names a moment, and to do nothing but die then: no
clean-up runs, exactly as in a crash. What must be true afterwards is for the laboratory to know.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping
from enum import Enum
from functools import cache
from types import MappingProxyType
from typing import NoReturn

from kontext_studio.core.jobs import JobState

VARIABLE = "KS_KILL_AT"
"""Holds the name of one point, and after a colon the how-manieth time counts: `between-polls:2`."""


class KillPoint(Enum):
    """All moments, each with its number and its words."""

    BEFORE_PREPARED = (1, "before the commit of prepared")
    AFTER_PREPARED = (2, "after the commit of prepared")
    INPUT_COPY = (3, "while an input is copied into the session")
    AFTER_SENDING = (4, "after the commit of sending, before the connection")
    BEFORE_BODY = (5, "after the connection, before the body")
    MID_BODY = (6, "in the middle of the body")
    AFTER_BODY = (7, "after the body, before an answer")
    AFTER_ANSWER_HEAD = (8, "after the head of the answer")
    AFTER_ANSWER = (9, "after the body of the answer, before it is read")
    BEFORE_SUBMITTED = (10, "after reading it, before the commit of submitted")
    INSIDE_SUBMITTED = (11, "inside the commit of submitted")
    AFTER_SUBMITTED = (12, "after the commit of submitted")
    BETWEEN_POLLS = (13, "between two polls")
    MID_POLL = (14, "in the middle of a poll")
    BEFORE_RESULT = (15, "after it has finished, before the result is asked for")
    MID_RESULT = (16, "in the middle of the result")
    BEFORE_REMOTE_DONE = (17, "before the commit of remote_done")
    INSIDE_REMOTE_DONE = (18, "inside the commit of remote_done")
    BEFORE_DOWNLOAD = (19, "before a picture is downloaded")
    MID_DOWNLOAD = (20, "in the middle of a download")
    AFTER_DOWNLOAD = (21, "after the download, before it is decoded")
    MID_DECODE = (22, "while the result is decoded")
    BEFORE_STORED = (23, "before the commit of stored")
    INSIDE_STORED = (24, "inside the commit of stored")
    AFTER_STORED = (25, "after the commit of stored, before anyone sees it")
    THUMBNAIL = (26, "while a thumbnail is made")
    COMPOSITE = (27, "while a composite is made")
    SAVE_AS = (28, "while the session is saved under another name")
    MIGRATION = (29, "while an older session file is brought up to date")
    EXPORT = (30, "while a picture is exported")
    CANCEL = (31, "while a run is cancelled")
    KEY_SAVE = (32, "while a key is saved")
    BIN_PURGE = (33, "while the bin is emptied")
    SECOND_SUBMIT = (34, "while a second run is submitted")

    @property
    def number(self) -> int:
        return self.value[0]

    @property
    def words(self) -> str:
        return self.value[1]

    @property
    def title(self) -> str:
        """The name as `KS_KILL_AT` takes it."""
        return self.name.lower().replace("_", "-")


SINCE: Mapping[KillPoint, tuple[KillPoint, int]] = MappingProxyType(
    {
        KillPoint.BEFORE_BODY: (KillPoint.AFTER_SENDING, 1),
        KillPoint.MID_BODY: (KillPoint.AFTER_SENDING, 1),
        KillPoint.AFTER_BODY: (KillPoint.AFTER_SENDING, 1),
        KillPoint.AFTER_ANSWER_HEAD: (KillPoint.AFTER_SENDING, 1),
        KillPoint.MID_POLL: (KillPoint.BETWEEN_POLLS, 1),
        KillPoint.MID_RESULT: (KillPoint.BEFORE_RESULT, 1),
        KillPoint.MID_DOWNLOAD: (KillPoint.BEFORE_DOWNLOAD, 1),
        KillPoint.MID_DECODE: (KillPoint.AFTER_DOWNLOAD, 1),
        KillPoint.THUMBNAIL: (KillPoint.AFTER_STORED, 1),
        KillPoint.EXPORT: (KillPoint.AFTER_STORED, 1),
        KillPoint.SECOND_SUBMIT: (KillPoint.AFTER_SENDING, 2),
    }
)
"""A point in code that serves many purposes counts from when the one that leads to it was reached
this often: the middle of an answer is that of the result once the result has been asked for."""

_COMMITS: Mapping[JobState, tuple[KillPoint | None, KillPoint | None, KillPoint | None]] = (
    MappingProxyType(
        {
            JobState.PREPARED: (KillPoint.BEFORE_PREPARED, None, KillPoint.AFTER_PREPARED),
            JobState.SENDING: (None, None, KillPoint.AFTER_SENDING),
            JobState.SUBMITTED: (
                KillPoint.BEFORE_SUBMITTED,
                KillPoint.INSIDE_SUBMITTED,
                KillPoint.AFTER_SUBMITTED,
            ),
            JobState.REMOTE_DONE: (
                KillPoint.BEFORE_REMOTE_DONE,
                KillPoint.INSIDE_REMOTE_DONE,
                None,
            ),
            JobState.STORED: (
                KillPoint.BEFORE_STORED,
                KillPoint.INSIDE_STORED,
                KillPoint.AFTER_STORED,
            ),
        }
    )
)


def before_commit(state: JobState) -> None:
    """The transaction that makes a run's new state durable is about to begin."""
    _reach_commit(state, 0)


def inside_commit(state: JobState) -> None:
    """It is open, and the state is written in it."""
    _reach_commit(state, 1)


def after_commit(state: JobState) -> None:
    """It is on disk, and nobody knows yet."""
    _reach_commit(state, 2)


def _reach_commit(state: JobState, when: int) -> None:
    point = _COMMITS.get(state, (None, None, None))[when]
    if point is not None:
        reach(point)


def reach(*points: KillPoint) -> None:
    """Say that the program is at these points. Costs a look at a flag where none was asked for."""
    trap = _trap()
    if trap is not None:
        trap.reach(points)


def is_armed() -> bool:
    """Whether this process is to die: what leaves in one piece may then leave in two."""
    return _trap() is not None


class _Trap:
    def __init__(self, text: str) -> None:
        title, _, times = text.partition(":")
        self._point = KillPoint[title.upper().replace("-", "_")]
        self._left = int(times or 1)
        since = SINCE.get(self._point)
        self._since = since[0] if since else None
        self._leads = since[1] if since else 0

    def reach(self, points: tuple[KillPoint, ...]) -> None:
        if self._since in points:
            self._leads -= 1
        if self._point in points and self._leads <= 0:
            self._left -= 1
            if self._left == 0:
                _die()


@cache
def _trap() -> _Trap | None:
    text = os.environ.get(VARIABLE, "")
    return _Trap(text) if text else None


def _die() -> NoReturn:
    os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))  # the latter kills on Windows
    raise AssertionError("unreachable")
