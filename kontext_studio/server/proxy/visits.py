"""One call from its beginning to its end: counted while it lasts, and one line in the log.

The line has no body, no query, no address and no key.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from kontext_studio.server.proxy.refusals import TOO_MANY, Refused

log = logging.getLogger(__name__)

ID_HEADER = "x-kontext-request-id"
GONE = 499
"""The status in the log of a call whose caller left."""


@dataclass(slots=True)
class Visit:
    """Filled in on the way; `end` may be called more than once and counts the first time."""

    method: str
    upstream: str
    endpoint: str = "?"
    client: str = "-"
    number: str = field(default_factory=lambda: secrets.token_hex(6))
    theirs: str = ""
    note: str = ""
    counts: Counter[str] | None = None
    begun: float = field(default_factory=time.perf_counter)
    ended: bool = False

    def enter(self, client: str, counts: Counter[str], most: int) -> None:
        """Raise Refused where the client has too many calls under way."""
        self.client = client
        if counts[client] >= most:
            raise Refused(TOO_MANY)
        counts[client] += 1
        self.counts = counts

    def note_service(self, headers: Mapping[str, str]) -> None:
        """The number that the service gave the call, for asking it about it."""
        number = headers.get("x-fal-request-id") or headers.get("x-request-id") or ""
        self.theirs = "".join(one for one in number[:64] if one.isalnum() or one in "-_")

    def end(self, status: int) -> None:
        if self.ended:
            return
        self.ended = True
        if self.counts is not None:
            self.counts[self.client] -= 1
        log.info(
            "%s %s %s %s %d %d ms id=%s%s%s",
            self.client,
            self.method,
            self.upstream,
            self.endpoint,
            status,
            round((time.perf_counter() - self.begun) * 1000),
            self.number,
            f" service={self.theirs}" if self.theirs else "",
            f" {self.note}" if self.note else "",
        )
