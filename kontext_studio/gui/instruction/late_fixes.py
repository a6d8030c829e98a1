"""The fixes of a finding, worked out when somebody first asks for them.

Whether a fix keeps its promise is tried on the text, which takes as long as a check of it: the
marks do not wait for that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, overload

if TYPE_CHECKING:
    from kontext_studio.prompting.findings import Finding, Fix


class LateFixes(Sequence["Fix"]):
    """Compares, counts and iterates as the tuple that `work` returns."""

    def __init__(self, work: Callable[[], Iterable[Fix]]) -> None:
        self._work = work
        self._done: tuple[Fix, ...] | None = None

    def _fixes(self) -> tuple[Fix, ...]:
        if self._done is None:  # at worst two threads find the same
            self._done = tuple(self._work())
        return self._done

    @overload
    def __getitem__(self, at: int) -> Fix: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Fix, ...]: ...
    def __getitem__(self, at: int | slice) -> Fix | tuple[Fix, ...]:
        return self._fixes()[at]

    def __len__(self) -> int:
        return len(self._fixes())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self._fixes() == tuple(other)

    def __hash__(self) -> int:
        return hash(self._fixes())


def work_out(findings: Iterable[Finding]) -> None:
    """Ask for all fixes, so that whoever asks next has them at once; in any thread."""
    for one in findings:
        len(one.fixes)
