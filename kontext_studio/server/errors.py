"""What the server says when it says no, in fal's two shapes: a string, or a list by field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from starlette.responses import JSONResponse

from kontext_studio.engine.base import EngineRefusal

Detail = str | list[dict[str, object]]


@dataclass(frozen=True, slots=True)
class Denial:
    """An error answer as a value: it may be stored as the outcome of a run and sent later."""

    status: int
    detail: Detail
    error_type: str
    retryable: bool = False

    @property
    def text(self) -> str:
        """The detail as one sentence, for a status that says COMPLETED with an error."""
        if isinstance(self.detail, str):
            return self.detail
        return " ".join(str(entry["msg"]) for entry in self.detail)

    def body(self) -> dict[str, object]:
        if isinstance(self.detail, str):
            return {"detail": self.detail, "error_type": self.error_type}
        return {"detail": self.detail}

    def response(
        self, request_id: str = "", headers: Mapping[str, str] | None = None
    ) -> JSONResponse:
        told = {
            "X-Fal-Error-Type": self.error_type,
            "X-Fal-Retryable": "true" if self.retryable else "false",
            **(headers or {}),
        }
        if request_id:
            told["x-fal-request-id"] = request_id
        return JSONResponse(self.body(), self.status, told)


class Denied(Exception):
    """Ends a call with a denial."""

    def __init__(self, denial: Denial, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(denial.text)
        self.denial = denial
        self.headers = headers


@dataclass(frozen=True, slots=True)
class FieldFault:
    """One thing wrong with one field of the input."""

    field: str
    kind: str
    message: str
    context: Mapping[str, object] | None = None

    def entry(self) -> dict[str, object]:
        place = ["body", self.field] if self.field else ["body"]
        entry: dict[str, object] = {"loc": place, "msg": self.message, "type": self.kind}
        if self.context:
            entry["ctx"] = dict(self.context)
        return entry


def field_denial(faults: Sequence[FieldFault]) -> Denial:
    """422 with a list, the shape of a model that refuses its input."""
    return Denial(422, [fault.entry() for fault in faults], faults[0].kind)


def refusal_denial(refusal: EngineRefusal) -> Denial:
    """An engine's typed refusal on the wire: its facts survive as they are."""
    if not refusal.refusals:
        return Denial(422, "The engine made no edit.", "no_media_generated")
    return field_denial(
        [FieldFault(one.field, one.type, one.message, one.context) for one in refusal.refusals]
    )


NO_KEY = Denial(401, "No key of this server was given.", "unauthorized")
NO_REQUEST = Denial(404, "This server knows no such request.", "not_found")
STILL_RUNNING = Denial(400, "Request is still in progress", "request_in_progress")
TOO_SLOW = Denial(408, "The body did not come to its end.", "request_timeout", retryable=True)
CANCELLED = Denial(499, "The request was cancelled.", "client_cancelled")
BROKEN = Denial(
    500, "The engine stopped because of an inner fault.", "internal_server_error", retryable=True
)
QUEUE_FULL = Denial(429, "The queue is full; the request was not accepted.", "queue_full", True)


def too_large(most_bytes: int) -> Denial:
    return Denial(413, f"The body is over {most_bytes // 2**20} MiB.", "request_too_large")


def no_app(endpoint: str) -> Denial:
    return Denial(404, f"Application “{endpoint[:80]}” not found", "not_found")
