"""Pictures are loaded once for all who want them, and never answer for another session."""

from __future__ import annotations

import asyncio
import hashlib

import pytest

from kontext_studio.core.images import ImageRef, Sha256
from kontext_studio.gui.picture_cache import PictureCache
from tests.fakes.photographs import png

DATA = png()
REF = ImageRef(Sha256(hashlib.sha256(DATA).hexdigest()), "image/png", 48, 32)


def test_two_who_want_a_picture_at_once_share_one_reading(qt_run) -> None:
    reads: list[ImageRef] = []

    async def read(ref: ImageRef) -> bytes:
        reads.append(ref)
        await asyncio.sleep(0)
        return DATA

    async def act() -> None:
        cache = PictureCache(read)
        one, other = await asyncio.gather(cache.whole(REF), cache.whole(REF))
        assert one is other

    qt_run(act())
    assert len(reads) == 1


def test_a_reading_that_was_given_up_does_not_put_away_the_one_after_it(qt_run) -> None:
    gates: list[asyncio.Event] = []

    async def read(ref: ImageRef) -> bytes:
        gates.append(asyncio.Event())
        await asyncio.ensure_future(gates[-1].wait())  # a task of its own takes longer to end
        return DATA

    async def act() -> None:
        cache = PictureCache(read)
        old = asyncio.ensure_future(cache.whole(REF))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        cache.forget()  # another session is opened, which holds the same picture
        new = asyncio.ensure_future(cache.whole(REF))
        with pytest.raises(asyncio.CancelledError):
            await old
        third = asyncio.ensure_future(cache.whole(REF))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert len(gates) == 2, "the second reading serves the third wish too"
        gates[-1].set()
        assert await new is await third

    qt_run(act())
