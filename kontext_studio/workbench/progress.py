"""How a run under way looks from outside: its record and what is known only while it runs."""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass, field
from enum import StrEnum
from statistics import median

from kontext_studio.core.jobs import JobRecord


class Phase(StrEnum):
    """What a run is doing at this moment."""

    IDLE = "idle"  # nobody works on it: it ended, or it waits for the person
    WAITING = "waiting"  # for its turn in this program
    STARTING = "starting"  # the connection or the engine
    UPLOADING = "uploading"
    SENDING = "sending"
    QUEUED = "queued"  # at the service
    RUNNING = "running"
    DOWNLOADING = "downloading"
    STORING = "storing"
    RETRYING = "retrying"  # not accepted, will be sent again
    CANCELLING = "cancelling"


@dataclass(frozen=True, slots=True)
class JobView:
    """One run as listeners see it.

    `place` counts from 1 in this program's own line, `position` from 0 at the service; `fraction`
    only where the service reports steps; `expected_s` is the median of the last ten like runs;
    `started_s` and `retry_at_s` are on the monotonic clock of the event loop; `trouble` says which
    repeatable call does not go through at present; `offline` that it waits for a network;
    `held` that another run over the same connection asks the person for a key or for credit first.
    """

    record: JobRecord
    phase: Phase = Phase.IDLE
    place: int | None = None
    position: int | None = None
    fraction: float | None = None
    message: str = ""
    expected_s: float | None = None
    started_s: float | None = None
    retry_at_s: float | None = None
    attempt: int = 0
    trouble: str = ""
    offline: bool = False
    held: bool = False

    @property
    def active(self) -> bool:
        """Whether this program is working on it."""
        return self.phase is not Phase.IDLE


@dataclass(slots=True)
class Durations:
    """How long like runs took, by model and count: the last ten, in seconds."""

    _seen: dict[tuple[str, int], deque[float]] = field(
        default_factory=lambda: defaultdict(lambda: deque(maxlen=10))
    )

    def add(self, model: str, count: int, seconds: float) -> None:
        """Remember one finished run."""
        self._seen[model, count].append(seconds)

    def expected_s(self, model: str, count: int) -> float | None:
        """The median, or None where nothing is known."""
        seen = self._seen.get((model, count))
        return median(seen) if seen else None
