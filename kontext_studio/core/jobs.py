"""The life of one paid run: its states, the moves that are allowed, and what is durable in each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from kontext_studio.core.delivery import Delivery
from kontext_studio.core.errors import Charged
from kontext_studio.core.history import JobId, NodeId
from kontext_studio.core.images import as_int
from kontext_studio.core.request import EditRequest
from kontext_studio.core.result import Cost


class JobState(StrEnum):
    """FAILURES 1.1. Each state is committed before anyone is told of it."""

    PREPARED = "prepared"
    SENDING = "sending"
    SUBMITTED = "submitted"
    REMOTE_DONE = "remote_done"
    STORED = "stored"
    FAILED = "failed"
    BLOCKED = "blocked"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


ENDS = frozenset(
    {JobState.STORED, JobState.FAILED, JobState.BLOCKED, JobState.CANCELLED, JobState.UNKNOWN}
)

_S = JobState
ALLOWED: Mapping[JobState, frozenset[JobState]] = {
    _S.PREPARED: frozenset({_S.SENDING, _S.FAILED, _S.BLOCKED, _S.CANCELLED}),
    # Back to prepared only where it is certain that the service did not take the job.
    _S.SENDING: frozenset(
        {_S.PREPARED, _S.SUBMITTED, _S.REMOTE_DONE, _S.FAILED, _S.BLOCKED, _S.CANCELLED, _S.UNKNOWN}
    ),
    _S.SUBMITTED: frozenset({_S.REMOTE_DONE, _S.FAILED, _S.BLOCKED, _S.CANCELLED}),
    _S.REMOTE_DONE: frozenset({_S.STORED, _S.FAILED, _S.BLOCKED}),
    # A late result is kept whatever the person had decided before.
    _S.CANCELLED: frozenset({_S.REMOTE_DONE}),
    _S.UNKNOWN: frozenset({_S.SUBMITTED, _S.REMOTE_DONE, _S.FAILED}),
    _S.STORED: frozenset(),
    # What a service said of it once is asked again where the person wants it.
    _S.FAILED: frozenset({_S.SUBMITTED}),
    _S.BLOCKED: frozenset(),
}


_PERHAPS_PASSING = frozenset({"not_found", "no_picture"})
"""Ends of which a service, or a proxy before it, may say something else later."""


@dataclass(frozen=True, slots=True)
class RemoteHandle:
    """How a run is found again at the service: the addresses exactly as the server gave them, and
    the price where a service tells it at the beginning only."""

    request_id: str
    status_url: str
    response_url: str
    cancel_url: str
    cost: Cost | None = None

    def to_json(self) -> dict[str, object]:
        return {
            "request_id": self.request_id,
            "status_url": self.status_url,
            "response_url": self.response_url,
            "cancel_url": self.cancel_url,
            **({"cost": self.cost.to_json()} if self.cost is not None else {}),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> RemoteHandle:
        cost = data.get("cost")
        return cls(
            str(data["request_id"]),
            str(data["status_url"]),
            str(data["response_url"]),
            str(data["cancel_url"]),
            Cost.from_json(cost) if isinstance(cost, dict) else None,
        )


@dataclass(frozen=True, slots=True)
class JobFault:
    """Why a run ended without a picture, in the words that are shown, and redacted facts."""

    kind: str
    message: str
    hint: str = ""
    detail: str = ""
    charged: Charged = Charged.NO
    problems: tuple[Mapping[str, object], ...] = ()

    def to_json(self) -> dict[str, object]:
        return {
            "kind": self.kind,
            "message": self.message,
            "hint": self.hint,
            "detail": self.detail,
            "charged": self.charged.value,
            "problems": [dict(problem) for problem in self.problems],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> JobFault:
        problems = data["problems"]
        if not isinstance(problems, list):
            raise TypeError("not a fault")
        return cls(
            kind=str(data["kind"]),
            message=str(data["message"]),
            hint=str(data["hint"]),
            detail=str(data["detail"]),
            charged=Charged(str(data["charged"])),
            problems=tuple(problem for problem in problems if isinstance(problem, dict)),
        )


@dataclass(frozen=True, slots=True)
class JobRecord:
    """A run as the session file knows it. `step` is its reserved place in the numbering.

    `parents` are the steps whose pictures go in; `sent_at` is seconds since 1970 of the POST;
    `answer` the raw result JSON text once the service has finished; `picture_urls` where the POST
    told the service to find the inputs, `order_key` the key that went along (neither is in files
    of older versions).
    """

    id: JobId
    state: JobState
    request: EditRequest
    parents: tuple[NodeId, ...]
    step: int
    provider: str
    route: str
    created: float
    sent_at: float | None = None
    remote: RemoteHandle | None = None
    answer: str = ""
    fault: JobFault | None = None
    picture_urls: tuple[str, ...] = ()
    delivery: Delivery = field(default_factory=Delivery)
    order_key: str = ""

    def moved_to(self, state: JobState) -> JobRecord:
        """The record in its next state. Raise ValueError where the rules forbid the move."""
        if state not in ALLOWED[self.state]:
            raise ValueError(f"a run cannot go from {self.state.value} to {state.value}")
        return replace(self, state=state)

    @property
    def ended(self) -> bool:
        return self.state in ENDS

    @property
    def may_be_looked_for(self) -> bool:
        """Whether the service may have it all the same: nobody knows if it was taken, or it ended
        without a picture although it may have been paid for."""
        if self.state is JobState.UNKNOWN:
            return True
        fault = self.fault
        if self.state is not JobState.FAILED or self.remote is None or fault is None:
            return False
        return fault.kind in _PERHAPS_PASSING and fault.charged is not Charged.NO

    def to_json(self) -> dict[str, object]:
        return {
            "id": self.id,
            "state": self.state.value,
            "request": self.request.to_json(),
            "parents": list(self.parents),
            "step": self.step,
            "provider": self.provider,
            "route": self.route,
            "created": self.created,
            "sent_at": self.sent_at,
            "remote": self.remote.to_json() if self.remote else None,
            "answer": self.answer,
            "fault": self.fault.to_json() if self.fault else None,
            "picture_urls": list(self.picture_urls),
            "delivery": self.delivery.to_json(),
            "order_key": self.order_key,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> JobRecord:
        """Raise KeyError, TypeError or ValueError where `data` is not a job."""
        request, parents, remote = data["request"], data["parents"], data["remote"]
        fault, sent_at, created = data["fault"], data["sent_at"], data["created"]
        picture_urls = data.get("picture_urls", [])
        delivery = data.get("delivery")
        if not isinstance(request, dict) or not isinstance(parents, list):
            raise TypeError("not a job")
        if not isinstance(picture_urls, list):
            raise TypeError("not addresses")
        if not isinstance(created, int | float):
            raise TypeError("not a time")
        return cls(
            id=JobId(str(data["id"])),
            state=JobState(str(data["state"])),
            request=EditRequest.from_json(request),
            parents=tuple(NodeId(str(parent)) for parent in parents),
            step=as_int(data["step"]),
            provider=str(data["provider"]),
            route=str(data["route"]),
            created=float(created),
            sent_at=float(sent_at) if isinstance(sent_at, int | float) else None,
            remote=RemoteHandle.from_json(remote) if isinstance(remote, dict) else None,
            answer=str(data["answer"]),
            fault=JobFault.from_json(fault) if isinstance(fault, dict) else None,
            picture_urls=tuple(str(url) for url in picture_urls),
            delivery=Delivery.from_json(delivery) if isinstance(delivery, dict) else Delivery(),
            order_key=str(data.get("order_key", "")),
        )
