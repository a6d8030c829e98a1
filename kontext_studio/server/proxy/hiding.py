"""Takes a key out of whatever a service sends back, chunk by chunk, and holds no chunk up."""

from __future__ import annotations

from collections.abc import Mapping

_HIDDEN = b"[hidden]"
_SHORTEST = 8


def words_of(key: str) -> tuple[bytes, ...]:
    """What must not pass: a key, and each long half of a key of two."""
    words = {one.encode() for one in (key, *key.split(":")) if len(one) >= _SHORTEST}
    return tuple(sorted(words, key=len, reverse=True))


class Hiding:
    """A filter of one answer. It keeps back only what may be the beginning of a key."""

    def __init__(self, words: tuple[bytes, ...]) -> None:
        self._words = words
        self._held = b""

    def pass_on(self, chunk: bytes) -> bytes:
        data = self._held + chunk
        for word in self._words:
            data = data.replace(word, _HIDDEN)
        kept = self._begun(data)
        self._held = data[len(data) - kept :]
        return data[: len(data) - kept]

    def rest(self) -> bytes:
        held, self._held = self._held, b""
        return held

    def whole(self, body: bytes) -> bytes:
        return self.pass_on(body) + self.rest()

    def _begun(self, data: bytes) -> int:
        """How many bytes at the end are the beginning of a word."""
        longest = 0
        for word in self._words:
            start = max(0, len(data) - len(word) + 1)
            at = data.find(word[:1], start)
            while at >= 0:
                if word.startswith(data[at:]):
                    longest = max(longest, len(data) - at)
                    break
                at = data.find(word[:1], at + 1)
        return longest


# Hop by hop, or about the connection between proxy and service alone.
_OF_THE_HOP = frozenset(
    "connection keep-alive proxy-authenticate proxy-authorization proxy-connection te trailer "
    "trailers transfer-encoding upgrade content-length content-encoding".split()
)
# What another origin must not set here.
_NOT_THEIRS = frozenset(
    "set-cookie set-cookie2 authorization x-key cookie www-authenticate location server date via "
    "alt-svc strict-transport-security clear-site-data x-fal-target-url refresh link".split()
)


def passed_headers(given: Mapping[str, str], words: tuple[bytes, ...]) -> dict[str, str]:
    """The headers of an answer that the caller gets."""
    named = {one.strip().lower() for one in given.get("connection", "").split(",")}
    return {
        name: value
        for name, value in given.items()
        if name not in _OF_THE_HOP | _NOT_THEIRS | named
        and not name.startswith(("access-control-", "x-kontext-", "idempotency-"))
        and value.isascii()
        and not any(word in value.encode("latin-1", "replace") for word in words)
    }
