"""Knows which orders came before: a client that is not sure may send the same one again.

It promises one request for one Idempotency-Key with one body, as long as it remembers the key.
"""

from __future__ import annotations

import hashlib

from kontext_studio.server.errors import Denial, Denied

MOST_REMEMBERED = 1000
_LONGEST_KEY = 255
_INVALID = Denial(
    422, f"An Idempotency-Key has 1 to {_LONGEST_KEY} characters.", "idempotency_key_invalid"
)
_REUSED = Denial(
    422, "This Idempotency-Key came before with another order.", "idempotency_key_reused"
)


class Repeats:
    """Keys of late, with what came under them. It keeps digests, not bodies."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], tuple[bytes, str]] = {}

    def find(self, app: str, key: str, body: bytes) -> str | None:
        """The request that this order is already. Raise Denied where the key is no key, or stands
        for another order."""
        if not 0 < len(key) <= _LONGEST_KEY:
            raise Denied(_INVALID)
        digest, request_id = self._known.get((app, key), (b"", ""))
        if request_id and digest != hashlib.sha256(body).digest():
            raise Denied(_REUSED)
        return request_id or None

    def remember(self, app: str, key: str, body: bytes, request_id: str) -> None:
        while len(self._known) >= MOST_REMEMBERED:
            del self._known[next(iter(self._known))]
        self._known[app, key] = (hashlib.sha256(body).digest(), request_id)
