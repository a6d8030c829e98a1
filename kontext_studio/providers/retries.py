"""When a call is made again, and after how long: the four classes of FAILURES 1.2 as numbers."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

CONNECT_ATTEMPTS = 3
"""R1: no connection was made."""
_CONNECT_WAITS_S = (0.5, 2.0, 8.0)

WAIT_ATTEMPTS = 6
"""R3: the service answered that it did not take the run."""
_LONGEST_RETRY_AFTER_S = 300.0

QUICK_ATTEMPTS = 10
"""R2: a call that may be repeated; after these it is tried once a minute."""
_SLOW_WAIT_S = 60.0

GONE_ATTEMPTS = 5
"""An answer that the request or the picture is gone is believed after so many in a row."""
_GONE_WAITS_S = (2.0, 10.0, 30.0, 80.0)
"""A minute at the very least: a server that does not know the run yet, or a filter on the way, says
the same of a picture that was paid for."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How this program waits. Tests pass a sleep that does not, a fixed random and a clock."""

    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    random: Callable[[], float] = random.random
    now: Callable[[], float] = time.time

    def connect_wait_s(self, attempt: int) -> float:
        """The pause after the given attempt (from 1) that made no connection."""
        index = min(attempt, len(_CONNECT_WAITS_S)) - 1
        return self._spread(_CONNECT_WAITS_S[index])

    def read_wait_s(self, attempt: int) -> float:
        """The pause after the given failure in a row (from 1) of a repeatable call."""
        if attempt >= QUICK_ATTEMPTS:
            return _SLOW_WAIT_S
        return self._spread(min(30.0, 0.5 * 2.0 ** (attempt - 1)))

    def gone_wait_s(self, attempt: int) -> float:
        """The pause after the given answer in a row (from 1) that there is no such thing."""
        return self._spread(_GONE_WAITS_S[min(attempt, len(_GONE_WAITS_S)) - 1])

    def refused_wait_s(self, attempt: int, asked_s: float | None) -> float:
        """The pause after the given attempt (from 1) that was not accepted."""
        if asked_s is not None:
            return max(0.5, min(asked_s, _LONGEST_RETRY_AFTER_S))
        return self._spread(min(60.0, 2.0 * 2.0 ** (attempt - 1)))

    def clock_is_behind_s(self, headers: Mapping[str, str]) -> float:
        """How far the server's clock is ahead of ours; 0 where it does not tell."""
        since = _seconds_of(headers.get("date", ""))
        return 0.0 if since is None else since - self.now()

    def retry_after_s(self, headers: Mapping[str, str]) -> float | None:
        """What `Retry-After` asks for, as a duration; None where it is missing or rubbish."""
        text = headers.get("retry-after", "").strip()
        if not text:
            return None
        if text.isascii() and text.isdigit():
            return float(text[:12])
        until = _seconds_of(text)
        if until is None:
            return None
        # The server's own clock where it tells it: ours may be days off.
        return max(0.0, until - self.now() - self.clock_is_behind_s(headers))

    def _spread(self, seconds: float) -> float:
        return seconds * (0.5 + self.random())


def _seconds_of(http_date: str) -> float | None:
    try:
        return parsedate_to_datetime(http_date).timestamp()
    except (ValueError, OverflowError):
        return None
