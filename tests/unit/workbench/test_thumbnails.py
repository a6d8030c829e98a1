"""Small pictures: made once, however many parts of the window ask at the same time."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from kontext_studio.workbench import pictures
from kontext_studio.workbench.bench import Workbench
from tests.fakes.photographs import png
from tests.fakes.scripted_provider import ScriptedProvider
from tests.unit.workbench.conftest import Studio


def test_those_who_ask_at_once_share_one_thumbnail(
    studio: Studio, session_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []
    make = pictures.make_thumbnail

    async def counted(data: bytes) -> bytes:
        made.append(len(data))
        return await make(data)

    monkeypatch.setattr(pictures, "make_thumbnail", counted)

    async def work(bench: Workbench) -> None:
        await bench.open_session(session_path, create=True)
        ref = (await bench.import_picture(png(1), "cup.png")).image
        given = await asyncio.gather(*(bench.thumbnail(ref) for _ in range(5)))
        assert len(set(given)) == 1
        assert await bench.thumbnail(ref) == given[0]

    studio.start(ScriptedProvider(lambda request: []), work)
    assert len(made) == 1


def test_one_who_stops_waiting_does_not_end_it_for_the_others(
    studio: Studio, session_path: Path
) -> None:
    async def work(bench: Workbench) -> None:
        await bench.open_session(session_path, create=True)
        ref = (await bench.import_picture(png(1), "cup.png")).image
        first, second = (asyncio.create_task(bench.thumbnail(ref)) for _ in range(2))
        await asyncio.sleep(0)
        first.cancel()
        assert await second

    studio.start(ScriptedProvider(lambda request: []), work)
