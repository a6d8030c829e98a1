"""How long work on pixels is watched: it can be stopped between two parts, and tells how far it is.

Knows nothing of threads, tasks or bars; who watches decides what stopping means.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


def _nothing() -> None:
    pass


def _nobody(share: float) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Watch:
    """`check` is called often and raises where the work is no longer wanted; what it raises goes
    through unchanged. `progress` hears the share done, 0 to 1, never falling.

    Both are called on the thread that does the work.
    """

    check: Callable[[], None] = _nothing
    progress: Callable[[float], None] = _nobody

    def reach(self, share: float) -> None:
        """Go on only where the work is still wanted, and tell how far it is."""
        self.check()
        self.progress(share)

    def part(self, start: float, end: float) -> Watch:
        """A watch over one part of the work: its 0 to 1 are `start` to `end` of the whole."""
        return Watch(self.check, lambda share: self.progress(start + (end - start) * share))


UNWATCHED = Watch()
