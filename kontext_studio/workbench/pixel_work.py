"""Work on pixels that takes a while: done in a thread, ended soon after nobody waits for it any
more, and it tells how far it is."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from kontext_studio.imaging.watching import Watch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from kontext_studio.imaging.picture import Picture

    Bytes = NDArray[np.uint8]

T = TypeVar("T")

Progress = Callable[[float], None]
"""Hears the share that is done, 0 to 1, on the thread of the loop."""

_TOLD_EACH = 0.01


def nobody(share: float) -> None:
    """Where no one wants to know how far the work is."""


class _Unwanted(Exception):
    """Nobody waits for the work any more."""


async def in_thread(
    work: Callable[[Watch], T], progress: Progress = nobody, *, name: str = "The picture"
) -> T:
    """What `work` gives. Cancelled, the work ends between two of its parts. Raise OutOfMemory,
    naming `name`, where the memory ended in it."""
    loop = asyncio.get_running_loop()
    unwanted = threading.Event()
    told = -1.0

    def check() -> None:
        if unwanted.is_set():
            raise _Unwanted

    def hear(share: float) -> None:
        if not unwanted.is_set():
            progress(share)

    def tell(share: float) -> None:
        nonlocal told
        if share - told >= _TOLD_EACH or share >= 1.0 > told:
            told = share
            loop.call_soon_threadsafe(hear, share)

    try:
        return await asyncio.to_thread(work, Watch(check, tell))
    except Exception as exc:
        from kontext_studio.imaging.limits import is_out_of_memory, out_of_memory

        if is_out_of_memory(exc):
            raise out_of_memory(name) from exc
        raise
    finally:
        unwanted.set()


def decoded(data: bytes, name: str = "The picture") -> Picture:
    """All pixels of stored bytes, upright and in sRGB. Raise BadPicture."""
    from kontext_studio.imaging.decode import decode_picture

    return decode_picture(data, name=name)


def as_sent(data: bytes) -> Bytes:
    """The pixels (height, width, 3) of the working picture of stored bytes. Raise BadPicture."""
    from kontext_studio.imaging.decode import opaque

    return opaque(decoded(data))
