"""Two pictures against each other: from stored pixels, once, and only while somebody waits."""

from __future__ import annotations

import asyncio
import hashlib
import threading

import numpy as np
import pytest
from PIL import Image

from kontext_studio.core.images import ImageRef, Sha256
from kontext_studio.imaging.encode import encode_png
from kontext_studio.imaging.watching import Watch
from kontext_studio.workbench import comparisons, pixel_work
from kontext_studio.workbench.comparisons import Comparisons, Outside
from tests.fakes.photographs import encoded, photograph

PHOTO = np.asarray(photograph(120, 80))


class Shelf:
    """Pictures by content, which counts how often they are read."""

    def __init__(self) -> None:
        self._kept: dict[Sha256, bytes] = {}
        self.reads = 0

    def put(self, pixels: np.ndarray) -> ImageRef:
        return self.keep(encode_png(pixels), pixels.shape[1], pixels.shape[0])

    def keep(self, data: bytes, width: int, height: int) -> ImageRef:
        sha = Sha256(hashlib.sha256(data).hexdigest())
        self._kept[sha] = data
        return ImageRef(sha, "image/png", width, height)

    async def read(self, ref: ImageRef) -> bytes:
        self.reads += 1
        return self._kept[ref.sha256]


def nobody(share: float) -> None:
    pass


def painted(pixels: np.ndarray, rows: slice, columns: slice) -> np.ndarray:
    out = pixels.copy()
    out[rows, columns] = (255, 0, 0)
    return out


def test_a_difference_is_told_for_each_pixel_and_kept() -> None:
    shelf = Shelf()
    first, second = shelf.put(PHOTO), shelf.put(painted(PHOTO, slice(0, 40), slice(0, 30)))
    compare = Comparisons(shelf.read)
    found = asyncio.run(compare.difference(first, second, nobody))
    assert found.values.shape == (80, 120)
    assert (found.values[:40, :30] > 2).all()
    assert not found.values[40:].any()
    assert found.share_from(2.0) == pytest.approx(40 * 30 / (80 * 120))
    reads = shelf.reads
    assert asyncio.run(compare.difference(first, second, nobody)) is found
    assert shelf.reads == reads


def test_pictures_of_two_sizes_are_compared_at_the_size_of_the_first() -> None:
    shelf = Shelf()
    large = np.asarray(Image.fromarray(PHOTO).resize((240, 160), Image.Resampling.BICUBIC))
    first, second = shelf.put(PHOTO), shelf.put(large)
    found = asyncio.run(Comparisons(shelf.read).difference(first, second, nobody))
    assert found.values.shape == (80, 120)
    assert found.mean < 3


def test_a_clear_picture_is_compared_as_it_is_sent() -> None:
    shelf = Shelf()
    white = shelf.put(np.full((40, 40, 3), 255, np.uint8))
    data = encoded(Image.new("RGBA", (40, 40), (0, 0, 0, 0)))
    clear = shelf.keep(data, 40, 40)
    assert asyncio.run(Comparisons(shelf.read).difference(white, clear, nobody)).mean == 0


def test_figures_tell_what_changed_and_what_moved() -> None:
    rng = np.random.default_rng(3)
    scene = np.asarray(
        Image.fromarray(rng.integers(0, 255, (30, 40, 3), np.uint8)).resize((320, 240))
    )
    shelf = Shelf()
    first, second = shelf.put(scene[8:-8, 8:-8]), shelf.put(scene[8:-8, 5:-11])
    compare, told = Comparisons(shelf.read), list[float]()
    assert compare.known_figures(first, second) is None

    async def measure() -> None:
        await compare.figures(first, second, told.append)
        await asyncio.sleep(0)

    asyncio.run(measure())
    found = compare.known_figures(first, second)
    assert found is not None
    assert found.drift.shift_px == pytest.approx((3.0, 0.0), abs=0.1)
    assert found.changed > 0.3
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_only_pixels_outside_the_area_count_and_only_at_the_same_size() -> None:
    shelf = Shelf()
    mask = np.zeros((80, 120), np.uint8)
    mask[:40] = 255
    parent, area = shelf.put(PHOTO), shelf.keep(encode_png(mask), 120, 80)
    inside = shelf.put(painted(PHOTO, slice(0, 40), slice(0, 120)))
    beyond = shelf.put(painted(PHOTO, slice(0, 42), slice(0, 120)))
    larger = shelf.put(np.zeros((160, 240, 3), np.uint8))

    async def all_three() -> list[Outside | None]:
        compare = Comparisons(shelf.read)
        return [await compare.outside(parent, one, area) for one in (inside, beyond, larger)]

    assert asyncio.run(all_three()) == [Outside(4800, 0), Outside(4800, 240), None]


def test_work_that_nobody_waits_for_any_more_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, let_go, ended = threading.Event(), threading.Event(), threading.Event()

    def work(first: bytes, second: bytes, watch: Watch) -> None:
        begun.set()
        try:
            let_go.wait(20)
            watch.reach(0.5)
            raise AssertionError("it went on")
        except pixel_work._Unwanted:
            ended.set()

    monkeypatch.setattr(comparisons, "_difference", work)
    shelf = Shelf()
    first, second = shelf.put(PHOTO), shelf.put(PHOTO[::-1])

    async def call_off() -> None:
        task = asyncio.ensure_future(Comparisons(shelf.read).difference(first, second, nobody))
        await asyncio.to_thread(begun.wait, 20)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        let_go.set()

    asyncio.run(call_off())
    assert ended.wait(20)
