"""What the proxy itself says when it says no: a value, rendered by each upstream in its own shape.

No refusal holds a key, and of what a caller wrote only the name of a model.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

NOT_ACCEPTED = "The request was not accepted"
"""Begins every refusal that is certain to have cost nothing and may be sent again."""

OUTCOME_HEADER = "x-kontext-outcome"
"""Says what became of an order that this proxy did not pass on ("not-sent"), or of which it has no
answer ("unknown")."""

UNKNOWN = "outcome_unknown"
"""The kind of every answer to a run of which nobody can tell whether the service took it."""

NO_SUCH_ADDRESS = "no_such_address"
"""The kind of the answer to a path that means nothing: a test of a connection knows it."""

_MODEL = re.compile(r"[\w.:/@-]{1,100}", re.ASCII)
_NOT_TAKEN = re.compile(rb"not accepted|queue is full", re.IGNORECASE)
"""Nothing vaguer: a gateway that says "try again" may have passed the order on before."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """`kind` is a word for programs, `text` one sentence for people."""

    status: int
    kind: str
    text: str
    retry_after_s: int | None = None
    outcome: str = ""

    def headers(self) -> dict[str, str]:
        # The openai package sends 409 and every 5xx again unless it is told not to.
        told = {"x-should-retry": "false"}
        if self.retry_after_s is not None:
            told = {"retry-after": str(self.retry_after_s)}
        if self.status in (408, 413):
            told["connection"] = "close"
        if self.outcome:
            told[OUTCOME_HEADER] = self.outcome
        return told


class Refused(Exception):
    """Ends a call with a refusal."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.text)
        self.refusal = refusal


NOT_IN_TABLE = Refusal(403, "not_allowed", "This proxy does not pass this call on.")
NO_TOKEN = Refusal(401, "unauthorized", "The token of this proxy was not accepted.")
TOO_SLOW = Refusal(408, "request_timeout", "The body did not come to its end.")
TOO_MANY = Refusal(
    429,
    "too_many_calls",
    f"{NOT_ACCEPTED}: too many calls of this client are under way.",
    retry_after_s=2,
)
UNREACHABLE = Refusal(
    502,
    "upstream_unreachable",
    f"{NOT_ACCEPTED}: the proxy has no connection to the service. Nothing was charged.",
    outcome="not-sent",
)
REDIRECTED = Refusal(
    502, "upstream_redirected", "The service named another address; the proxy does not go there."
)
LOST = Refusal(
    502,
    UNKNOWN,
    "The connection to the service broke before its answer. The run may have been charged.",
    outcome="unknown",
)
LOST_LOOK = Refusal(502, "upstream_lost", "The connection to the service broke.")
NO_ROOM = Refusal(
    503,
    "proxy_storage",
    f"{NOT_ACCEPTED}: the proxy cannot write its records. Nothing was sent.",
    outcome="not-sent",
)
UNKNOWN_BEFORE = Refusal(
    409,
    UNKNOWN,
    "This request was sent before and its outcome is unknown; it may have been charged. "
    "It is not sent again.",
    outcome="unknown",
)
STILL_UNDER_WAY = Refusal(
    409,
    "still_under_way",
    "This request was sent before and is still under way.",
    retry_after_s=5,
    outcome="unknown",
)
OTHER_BODY = Refusal(
    422, "idempotency_key_reused", "This Idempotency-Key came before with another request."
)
BAD_KEY = Refusal(
    422, "idempotency_key_invalid", "An Idempotency-Key has 1 to 255 printable characters."
)
ANSWER_NOT_KEPT = Refusal(
    409,
    "answer_not_kept",
    "This request was answered before; its answer was too large to keep. It is not sent again.",
    outcome="unknown",
)
NO_FORM = Refusal(422, "invalid_body", "This call takes JSON.")
NO_SUCH_RUN = Refusal(404, "not_found", "This proxy knows no such run of this client.")
NO_SUCH_ORDER = Refusal(404, "not_found", "This proxy has no answer to such an order.")


def says_not_taken(status: int, body: bytes) -> bool:
    """Whether a busy service says that it certainly began no run. The program reads it likewise."""
    return status == 503 and _NOT_TAKEN.search(body[:4096]) is not None


def too_large(most_bytes: int) -> Refusal:
    return Refusal(
        413, "file_too_large", f"The body is larger than the {most_bytes // 2**20} MiB taken here."
    )


def not_allowed_model(model: str) -> Refusal:
    model = model if _MODEL.fullmatch(model) else "that it names"
    return Refusal(403, "model_not_allowed", f"This proxy does not allow the model {model}.")


def bad_body(text: str) -> Refusal:
    return Refusal(422, "invalid_body", text)


def over_limit(client: str, spent_micros: int, price_micros: int, limit_micros: int) -> Refusal:
    spent, price, limit = (f"{one / 1e6:.2f}" for one in (spent_micros, price_micros, limit_micros))
    return Refusal(
        402,
        "spend_limit",
        f"The proxy's limit of {limit} USD a day for {client} would be passed: {spent} USD are "
        f"used and this run costs {price} USD. The day ends at 00:00 UTC.",
    )
