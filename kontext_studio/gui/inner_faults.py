"""Faults that no part expected: in a slot, in an event, in a task that nobody awaited. They are
logged and told in the window, and the loop lives on."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType

from kontext_studio.core.errors import StudioError

WORDS = "Something went wrong inside the app. Your work is saved."

log = logging.getLogger(__name__)


def inner_fault(fault: BaseException) -> StudioError:
    """What a person is told; the log has the rest."""
    return StudioError(WORDS, detail=type(fault).__name__)


@contextmanager
def telling_inner_faults(show: Callable[[StudioError], None]) -> Iterator[None]:
    """While this holds `show` is given every one of them. Enter it on the running loop."""
    loop, hook = asyncio.get_running_loop(), sys.excepthook
    handler = loop.get_exception_handler()

    def tell(fault: BaseException, where: str) -> None:
        log.error("inner fault in %s", where, exc_info=fault)
        show(inner_fault(fault))

    def in_slot(
        kind: type[BaseException], fault: BaseException, trace: TracebackType | None
    ) -> None:
        if isinstance(fault, Exception):
            tell(fault, "a slot")
        else:
            hook(kind, fault, trace)

    def in_loop(_loop: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
        fault = context.get("exception")
        if isinstance(fault, Exception):
            tell(fault, f"the loop: {context.get('message', '')}")
        else:
            log.error("lost in the loop: %s", context.get("message", ""))

    sys.excepthook = in_slot
    loop.set_exception_handler(in_loop)
    try:
        yield
    finally:
        sys.excepthook = hook
        loop.set_exception_handler(handler)
