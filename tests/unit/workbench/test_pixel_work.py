"""Work in a thread: it tells how far it is, and ends when nobody waits for it any more."""

from __future__ import annotations

import asyncio
import threading

import cv2
import pytest

from kontext_studio.core.errors import OutOfMemory
from kontext_studio.imaging.watching import Watch
from kontext_studio.workbench.pixel_work import in_thread


def test_it_tells_how_far_it_is_on_the_thread_of_the_loop() -> None:
    heard: list[float] = []
    threads: set[int] = set()

    def hear(share: float) -> None:
        heard.append(share)
        threads.add(threading.get_ident())

    def work(watch: Watch) -> str:
        for step in range(1001):
            watch.reach(step / 1000)
        return "done"

    async def whole() -> None:
        assert await in_thread(work, hear) == "done"

    asyncio.run(whole())
    assert threads <= {threading.get_ident()}
    assert len(heard) <= 101
    assert heard == sorted(heard)


def test_it_ends_soon_after_it_was_cancelled() -> None:
    began, stopped, ended = threading.Event(), threading.Event(), threading.Event()

    def work(watch: Watch) -> None:
        try:
            for _ in range(3000):
                began.set()
                watch.reach(0.5)
                ended.wait(0.001)
        except BaseException:
            stopped.set()
            raise
        finally:
            ended.set()

    async def whole() -> None:
        task = asyncio.create_task(in_thread(work))
        await asyncio.to_thread(began.wait)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await asyncio.to_thread(ended.wait, 20)
        assert stopped.is_set()

    asyncio.run(whole())


@pytest.mark.parametrize("ends_in", ["Python", "OpenCV"])
def test_memory_that_ends_is_told_in_words(ends_in: str) -> None:
    def work(_watch: Watch) -> None:
        if ends_in == "Python":
            raise MemoryError
        none = cv2.error("Failed to allocate 96000000 bytes")
        none.code = -4
        raise none

    with pytest.raises(OutOfMemory, match="The mask"):
        asyncio.run(in_thread(work, name="The mask"))
