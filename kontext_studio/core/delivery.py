"""How a run is asked for. None of it changes the picture, so none belongs to the request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from kontext_studio.core.errors import BadRequest


class Way(StrEnum):
    """QUEUE can be taken up again after a fault. SYNC waits on one connection for the answer, and
    STREAM shows previews on the way; one that breaks ends `unknown`."""

    QUEUE = "queue"
    SYNC = "sync"
    STREAM = "stream"


class Priority(StrEnum):
    NORMAL = "normal"
    LOW = "low"


FAULTS_ARE_FINAL = "If the connection breaks, nobody knows the outcome, and it may be charged."
"""What a person is told who chooses another way than the queue."""

_LONGEST_WEBHOOK = 2083


@dataclass(frozen=True, slots=True)
class Delivery:
    """`start_timeout_s` (more than 1) bounds the wait before the work starts; `keep_s` is how long
    the service keeps the pictures it makes, None as long as it usually does; with `no_store` it
    keeps no record of the request; `webhook` is an address it tells as well."""

    way: Way = Way.QUEUE
    priority: Priority = Priority.NORMAL
    start_timeout_s: float | None = None
    keep_s: int | None = None
    no_store: bool = False
    webhook: str = ""

    def __post_init__(self) -> None:
        if self.start_timeout_s is not None and not 1 < self.start_timeout_s <= 86_400:
            raise BadRequest(
                "The time to start is more than 1 second, at most a day.", field="start_timeout_s"
            )
        if self.keep_s is not None and not 60 <= self.keep_s <= 315_360_000:
            raise BadRequest(
                "The service keeps pictures at least a minute, at most ten years.", field="keep_s"
            )
        if self.webhook:
            _check_webhook(self.webhook)

    def to_json(self) -> dict[str, object]:
        return {
            "way": self.way.value,
            "priority": self.priority.value,
            "start_timeout_s": self.start_timeout_s,
            "keep_s": self.keep_s,
            "no_store": self.no_store,
            "webhook": self.webhook,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> Delivery:
        """Raise KeyError or ValueError where `data` is none."""
        timeout_s, keep_s = data["start_timeout_s"], data["keep_s"]
        try:
            return cls(
                way=Way(str(data["way"])),
                priority=Priority(str(data["priority"])),
                start_timeout_s=float(timeout_s) if isinstance(timeout_s, int | float) else None,
                keep_s=keep_s if isinstance(keep_s, int) else None,
                no_store=bool(data["no_store"]),
                webhook=str(data["webhook"]),
            )
        except BadRequest as refusal:
            raise ValueError(refusal.message) from refusal


def _check_webhook(address: str) -> None:
    try:
        parts = urlsplit(address)
        fits = parts.scheme == "https" and bool(parts.hostname) and not parts.username
    except ValueError:
        fits = False
    if not fits or len(address) > _LONGEST_WEBHOOK:
        raise BadRequest(
            "The webhook is not an https address.",
            field="webhook",
            hint="The service calls it from outside; it cannot be an address of this computer.",
        )
