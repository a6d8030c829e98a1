"""How a run is asked for. None of it changes the picture, so none belongs to the request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from urllib.parse import urlsplit

from kontext_studio.core.errors import BadRequest
from kontext_studio.core.models import Mode, ModelSpec
from kontext_studio.core.route import EMBEDDED
from kontext_studio.core.services import title_of


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
_THIS_COMPUTER = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Delivery:
    """`start_timeout_s` (more than 1) bounds the wait before the work starts; `keep_s` is how long
    the service keeps the pictures it makes, None as long as it usually does; with `no_store` it
    keeps no record of the request; `webhook` is an address it tells as well; `inline` puts pictures
    that it does not have yet into the request, rather than upload them before."""

    way: Way = Way.QUEUE
    priority: Priority = Priority.NORMAL
    start_timeout_s: float | None = None
    keep_s: int | None = None
    no_store: bool = False
    webhook: str = ""
    inline: bool = False

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
            "inline": self.inline,
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
                inline=data.get("inline") is True,
            )
        except BadRequest as refusal:
            raise ValueError(refusal.message) from refusal


_NAMES = {
    "priority": "a priority",
    "start_timeout_s": "a time to start",
    "keep_s": "how long pictures are kept",
    "no_store": "to keep no record",
    "webhook": "a webhook address",
    "inline": "pictures inside the request",
}
_OWN_WORDS = {Way.QUEUE: "the queue", Way.SYNC: "waiting for the answer", Way.STREAM: "live runs"}


@dataclass(frozen=True, slots=True)
class DeliveryChoices:
    """What a service offers for one model. The first of `ways` is its usual one; `fields` names
    those of Delivery that can be set, each with the ways that it goes with."""

    service: str
    ways: tuple[Way, ...]
    fields: tuple[tuple[str, frozenset[Way]], ...] = ()

    def has(self, field: str, way: Way | None = None) -> bool:
        """Whether a field of Delivery can be set, at all or together with `way`."""
        return any(name == field and (way is None or way in ways) for name, ways in self.fields)

    @property
    def always_waits(self) -> bool:
        """Whether there is no queue: every run hangs on its connection."""
        return Way.QUEUE not in self.ways

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to choose."""
        return len(self.ways) < 2 and not self.fields

    def settled(self, delivery: Delivery, count: int = 1) -> Delivery:
        """How a run of `count` pictures will really be asked for. The queue is only the usual way:
        where there is none it is what the service does instead. Raise BadRequest naming what is
        not offered."""
        way = delivery.way
        if way is Way.QUEUE and self.always_waits:
            way = self.ways[0]
        if way not in self.ways:
            raise BadRequest(
                f"{self.service} has no {way.value} runs of this model.",
                field="way",
                hint=f"It has {', '.join(one.value for one in self.ways)}.",
            )
        if way is Way.STREAM and count > 1:
            raise BadRequest(
                "A live run makes one picture.",
                field="count",
                hint="Use the queue for several variants.",
            )
        usual = Delivery()
        for name, words in _NAMES.items():
            if getattr(delivery, name) == getattr(usual, name) or self.has(name, way):
                continue
            if self.has(name):
                raise BadRequest(
                    f"{self.service} takes {words} for {_with(self, name)}, not for "
                    f"{_OWN_WORDS[way]}.",
                    field=name,
                )
            raise BadRequest(f"{self.service} does not take {words}.", field=name)
        return replace(delivery, way=way)


def offered(spec: ModelSpec) -> DeliveryChoices:
    """What the service of a model lets one choose of how its runs are asked for."""
    title = title_of(spec.provider)
    if spec.provider == EMBEDDED:
        return DeliveryChoices(title, (Way.QUEUE,))
    queued = frozenset({Way.QUEUE})
    match spec.protocol:
        case "fal":
            streams = (Way.STREAM,) if Mode.STREAM in spec.modes else ()
            ways = (Way.QUEUE, Way.SYNC, *streams)
            return DeliveryChoices(
                title,
                ways,
                (
                    ("priority", queued),
                    ("start_timeout_s", frozenset({Way.QUEUE, Way.SYNC})),
                    ("keep_s", frozenset(ways)),
                    ("no_store", frozenset(ways)),
                    ("webhook", queued),
                    ("inline", frozenset(ways)),
                ),
            )
        case "replicate":
            both = (Way.QUEUE, Way.SYNC)
            return DeliveryChoices(title, both, (("webhook", frozenset(both)),))
        case "bfl":
            return DeliveryChoices(title, (Way.QUEUE,), (("webhook", queued),))
    return DeliveryChoices(title, (Way.SYNC,))


def is_kept(spec: ModelSpec, way: Way) -> bool:
    """Whether the service keeps such a run under a number, so that it can be asked for once more;
    else the connection is all there is of it."""
    return way is Way.QUEUE or spec.protocol == "replicate"


def _with(choices: DeliveryChoices, field: str) -> str:
    ways = next(ways for name, ways in choices.fields if name == field)
    return " and ".join(_OWN_WORDS[one] for one in Way if one in ways)


def _check_webhook(address: str) -> None:
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
        fits = parts.scheme == "https" and host not in ("", *_THIS_COMPUTER) and not parts.username
    except ValueError:
        fits = False
    plain = all("!" <= character <= "~" for character in address)
    if not fits or not plain or len(address) > _LONGEST_WEBHOOK:
        raise BadRequest(
            "The webhook is not an https address.",
            field="webhook",
            hint="The service calls it from outside; it cannot be an address of this computer.",
        )
