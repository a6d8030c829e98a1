"""What a service sent that is not, or not all, a picture."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest

from kontext_studio.core import provider as wire
from kontext_studio.core.errors import (
    Charged,
    NotFound,
)
from kontext_studio.core.jobs import JobState
from kontext_studio.core.result import EditResult, ReceivedImage
from kontext_studio.store.session_file import SessionFile
from kontext_studio.workbench import keeping
from kontext_studio.workbench.bench import Workbench
from tests.fakes.photographs import png
from tests.fakes.scripted_provider import ScriptedProvider, Step, whole_run
from tests.unit.imaging.samples import png_of
from tests.unit.workbench.conftest import Studio
from tests.unit.workbench.paid import opened, reaches

# What came is not all a picture.


def _result(*data: bytes) -> list[Step]:
    images = tuple(ReceivedImage(one, "", stated=(48, 32)) for one in data)
    return [*whole_run([])[:-1], wire.Finished(EditResult(images, seed=7))]


def test_f_api_21_whole_pictures_are_not_lost_for_a_damaged_one_of_the_same_run(
    studio: Studio, session_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "DAMAGED_WAIT_S", 0.0)
    provider = ScriptedProvider(lambda request: _result(png(2), png(3)[:60], png(4)))

    async def work(bench: Workbench) -> None:
        order = replace(await opened(bench, session_path), count=3)
        view = await bench.wait_for(await bench.submit(order))
        assert view.record.state is JobState.STORED
        nodes = bench.nodes_of(view.record.id)
        assert [await bench.picture(node.image) for node in nodes] == [png(2), png(4)]
        assert nodes[0].result is not None
        (note,) = nodes[0].result.notes
        assert note.startswith("One picture is missing: The picture arrived damaged.")
        (kept,) = bench.places.aside_folder.iterdir()
        assert str(kept) in note
        assert kept.read_bytes() == png(3)[:60]

    studio.start(provider, work)


def test_f_api_21_a_picture_that_stays_damaged_can_be_fetched_again(
    studio: Studio, session_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "DAMAGED_WAIT_S", 0.0)
    provider = ScriptedProvider(lambda request: _result(png(3)[:60]))

    async def work(bench: Workbench) -> None:
        view = await bench.wait_for(await bench.submit(await opened(bench, session_path)))
        assert view.record.state is JobState.REMOTE_DONE
        assert view.record.fault is not None
        assert view.record.fault.charged is Charged.YES
        provider.collected = _result(png(2))[-1:]
        assert await bench.rerun(view.record.id) == view.record.id
        view = await bench.wait_for(view.record.id)
        assert (view.record.state, view.record.fault) == (JobState.STORED, None)

    studio.start(provider, work)
    assert len(provider.sent) == 1


def test_f_api_20_text_in_place_of_a_picture_is_kept_in_the_details(
    studio: Studio, session_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "DAMAGED_WAIT_S", 0.0)
    provider = ScriptedProvider(lambda request: _result(b"<html>Sign in</html>"))

    async def work(bench: Workbench) -> None:
        view = await bench.wait_for(await bench.submit(await opened(bench, session_path)))
        assert view.record.state is JobState.REMOTE_DONE
        assert view.record.fault is not None
        assert view.record.fault.message == "What came is not a picture."
        assert "Sign in" in view.record.fault.detail

    studio.start(provider, work)


def test_f_api_23_a_picture_that_is_too_large_is_kept_unopened(
    studio: Studio, session_path: Path
) -> None:
    huge = png_of(20_000, 20_000)
    provider = ScriptedProvider(lambda request: _result(huge))

    async def work(bench: Workbench) -> None:
        view = await bench.wait_for(await bench.submit(await opened(bench, session_path)))
        assert view.record.state is JobState.FAILED
        assert view.record.fault is not None
        assert view.record.fault.charged is Charged.YES
        (kept,) = bench.places.aside_folder.iterdir()
        assert str(kept) in view.record.fault.hint
        assert kept.read_bytes() == huge

    studio.start(provider, work)


def test_f_api_24_the_bytes_say_how_large_a_picture_is(studio: Studio, session_path: Path) -> None:
    images = (ReceivedImage(png(2), "", stated=(1024, 1024)),)
    provider = ScriptedProvider(
        lambda request: [*whole_run([])[:-1], wire.Finished(EditResult(images))]
    )

    async def work(bench: Workbench) -> None:
        view = await bench.wait_for(await bench.submit(await opened(bench, session_path)))
        (node,) = bench.nodes_of(view.record.id)
        assert (node.image.width, node.image.height) == (48, 32)
        assert any("1,024" in note for note in node.notes)

    studio.start(provider, work)


def test_f_api_34_a_session_opens_again_after_an_answer_that_held_its_pictures(
    studio: Studio, session_path: Path
) -> None:
    inside = "data:image/png;base64," + "A" * 20_000_000
    answer = json.dumps({"images": [{"url": inside}], "seed": 7})
    go_on = asyncio.Event()
    steps = whole_run([png(2)])
    told = [*steps[:4], wire.RemoteDone(answer), go_on, steps[-1]]
    provider = ScriptedProvider(lambda request: told)

    async def work(bench: Workbench) -> None:
        job = await bench.submit(await opened(bench, session_path))
        await reaches(bench, job, JobState.REMOTE_DONE)
        with SessionFile.open(session_path, read_only=True) as file:
            assert file.load().jobs[job].answer == answer
        go_on.set()
        await bench.wait_for(job)

    studio.start(provider, work)
    with SessionFile.open(session_path, read_only=True) as file:
        (record,) = file.load().jobs.values()
    assert record.state is JobState.STORED
    assert len(record.answer) < 1000
    assert json.loads(record.answer)["seed"] == 7


def test_whole_pictures_are_kept_where_the_others_are_gone_by_then(
    studio: Studio, session_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "DAMAGED_WAIT_S", 0.0)
    provider = ScriptedProvider(
        lambda request: _result(png(2), png(3)[:60]), collected=[NotFound("It is gone.")]
    )

    async def work(bench: Workbench) -> None:
        order = replace(await opened(bench, session_path), count=2)
        view = await bench.wait_for(await bench.submit(order))
        assert view.record.state is JobState.STORED
        (node,) = bench.nodes_of(view.record.id)
        assert await bench.picture(node.image) == png(2)

    studio.start(provider, work)


def test_a_folder_that_cannot_be_written_does_not_keep_whole_pictures_out(
    studio: Studio, session_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "DAMAGED_WAIT_S", 0.0)
    provider = ScriptedProvider(lambda request: _result(png(2), png_of(20_000, 20_000)))

    async def work(bench: Workbench) -> None:
        order = replace(await opened(bench, session_path), count=2)
        bench.places.aside_folder.write_text("a file where the folder should be")
        view = await bench.wait_for(await bench.submit(order))
        assert view.record.state is JobState.STORED
        assert len(bench.nodes_of(view.record.id)) == 1

    studio.start(provider, work)
