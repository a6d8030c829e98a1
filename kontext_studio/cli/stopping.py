"""What the system asks of a command under way: to stop, once, or to stand still for a while.

It promises that a time limit counts only time in which this process ran: an answer that came while
it stood still is heard.
"""

from __future__ import annotations

import asyncio
import selectors
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

# Ctrl+C; `kill`; a closed terminal; Ctrl+Break and a closed window on Windows.
_TO_STOP = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")

_BEAT_S = 1.0
"""A wait is cut into pieces so short. One that takes twice as long was a standstill."""


@dataclass(slots=True)
class Heard:
    """The first signal to stop that came; SIGINT until then."""

    number: int = signal.SIGINT
    stops: bool = False


@contextmanager
def stopped_by_signals(work: asyncio.Task[None]) -> Iterator[Heard]:
    """Cancel the work at the first signal to stop. What comes after that changes nothing: nobody
    cuts short what is being put away. A signal that is ignored from outside (nohup) stays so."""
    heard = Heard()
    loop = asyncio.get_running_loop()

    def hear(number: int, _frame: FrameType | None) -> None:
        if not heard.stops:
            heard.number, heard.stops = number, True
            loop.call_soon_threadsafe(work.cancel)

    numbers = [getattr(signal, name) for name in _TO_STOP if hasattr(signal, name)]
    before = {one: signal.getsignal(one) for one in numbers}
    taken = {one: was for one, was in before.items() if was not in (signal.SIG_IGN, None)}
    for number in taken:
        signal.signal(number, hear)
    try:
        yield heard
    finally:
        for number, was in taken.items():
            signal.signal(number, was)


def new_loop() -> asyncio.AbstractEventLoop:
    """The event loop of a command."""
    return asyncio.new_event_loop() if sys.platform == "win32" else _Loop(_Selector())


class _Selector(selectors.DefaultSelector):
    """Counts the seconds in which the process stood still (Ctrl+Z)."""

    stood_still_s = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        piece_s = _BEAT_S if timeout is None else min(timeout, _BEAT_S)
        began = time.monotonic()
        ready = super().select(piece_s)
        took_s = time.monotonic() - began
        if took_s > 2 * _BEAT_S:
            self.stood_still_s += took_s - max(piece_s, 0.0)
        return ready


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self, selector: _Selector) -> None:
        self._counts = selector
        super().__init__(selector)

    def time(self) -> float:
        return super().time() - self._counts.stood_still_s
