"""Leaving, naming and changing sessions: runs and typed text come along."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from kontext_studio.core import provider as wire
from kontext_studio.core.errors import (
    Charged,
    RateLimited,
    SessionError,
    StudioError,
)
from kontext_studio.core.jobs import JobState
from kontext_studio.core.session import Session
from kontext_studio.store.session_file import SessionFile
from kontext_studio.workbench import insistence
from kontext_studio.workbench.announcements import Fault
from kontext_studio.workbench.bench import Workbench
from kontext_studio.workbench.desk import Desk
from kontext_studio.workbench.orders import RunOrder
from tests.fakes.photographs import png
from tests.fakes.scripted_provider import HANDLE, ScriptedProvider, whole_run
from tests.unit.workbench.conftest import PAID, Studio
from tests.unit.workbench.paid import DEV, good, opened, reaches, until

# Leaving.


def test_f_ui_2_closing_waits_for_the_answer_to_a_post_that_is_on_its_way(
    studio: Studio, session_path: Path
) -> None:
    answer = asyncio.Event()
    first = ScriptedProvider(
        lambda request: [wire.Sending(), answer, wire.Submitted(HANDLE), asyncio.Event()]
    )

    async def begin(bench: Workbench) -> None:
        job = await bench.submit(await opened(bench, session_path))
        await until(lambda: bool(first.sent))
        bench.grace_s = 20.0
        closing = asyncio.create_task(bench.close_session())
        await asyncio.sleep(0.05)
        assert not closing.done()
        assert bench.runs.view(job).record.state is JobState.SENDING
        answer.set()
        await closing

    studio.start(first, begin)
    second = ScriptedProvider(lambda request: [], resumed=whole_run([png(2)])[2:])

    async def go_on(bench: Workbench) -> None:
        await bench.open_session(session_path)
        await bench.runs.wait_all()
        assert [view.record.state for view in bench.runs.views()] == [JobState.STORED]

    studio.start(second, go_on)
    assert (len(first.sent), len(second.sent)) == (1, 0)


def test_a_run_that_is_refused_while_the_program_closes_is_not_sent_again(
    studio: Studio, session_path: Path
) -> None:
    answer = asyncio.Event()
    refusal = wire.NotAccepted(RateLimited("Too many requests."), 1, 0.0)
    provider = ScriptedProvider(
        lambda request: [wire.Sending(), answer, refusal, *whole_run([png(2)])]
    )

    async def work(bench: Workbench) -> None:
        await bench.submit(await opened(bench, session_path))
        await until(lambda: bool(provider.sent))
        bench.grace_s = 20.0
        closing = asyncio.create_task(bench.close_session())
        await asyncio.sleep(0)
        answer.set()
        await closing

    studio.start(provider, work)
    assert len(provider.sent) == 1
    with SessionFile.open(session_path, read_only=True) as file:
        assert [job.state for job in file.load().jobs.values()] == [JobState.PREPARED]


def test_a_cancelled_run_is_still_followed_after_a_restart(
    studio: Studio, session_path: Path
) -> None:
    first = ScriptedProvider(
        lambda request: [wire.Sending(), wire.Submitted(HANDLE), asyncio.Event()]
    )

    async def begin(bench: Workbench) -> None:
        job = await bench.submit(await opened(bench, session_path))
        await reaches(bench, job, JobState.SUBMITTED)
        await bench.cancel(job)
        await until(lambda: bool(first.cancelled))

    studio.start(first, begin)
    second = ScriptedProvider(lambda request: [], resumed=whole_run([png(2)])[2:])

    async def go_on(bench: Workbench) -> None:
        await bench.open_session(session_path)
        await bench.runs.wait_all()
        assert [view.record.state for view in bench.runs.views()] == [JobState.STORED]

    studio.start(second, go_on)


# Units of work.


def test_what_is_in_the_file_is_in_memory_also_where_the_caller_went_away(
    studio: Studio, session_path: Path
) -> None:
    async def work(bench: Workbench) -> None:
        order = await opened(bench, session_path)
        node = order.parents[0]
        for text in ("one", "two", "three"):
            act = asyncio.create_task(bench.act(partial(Session.label, node=node, text=text)))
            await asyncio.sleep(0)
            act.cancel()
            with suppress(asyncio.CancelledError):
                await act
        assert bench.session.labels.get(node) == "three"
        await bench.close_session()
        with SessionFile.open(session_path, read_only=True) as file:
            assert file.load().session.labels == {node: "three"}

    studio.start(good(), work)


def test_a_draft_typed_back_to_what_it_was_is_what_the_file_keeps(
    studio: Studio, session_path: Path
) -> None:
    from kontext_studio.core.drafts import Draft

    async def work(bench: Workbench) -> None:
        order = await opened(bench, session_path)
        node = order.parents[0]
        texts = ("a", "b", "a")
        await asyncio.gather(*(bench.save_draft(node, Draft(text=text)) for text in texts))
        await bench.close_session()
        with SessionFile.open(session_path, read_only=True) as file:
            assert file.load().drafts[node].text == "a"

    studio.start(good(), work)


# Sessions.


def test_a_session_is_named_while_a_run_is_under_way_and_the_result_lands_in_the_new_file(
    studio: Studio, tmp_path: Path
) -> None:
    go_on = asyncio.Event()
    provider = ScriptedProvider(lambda request: [wire.Sending(), go_on, *whole_run([png(2)])[1:]])
    named = tmp_path / "named.kontext"
    old: list[Path] = []

    async def work(bench: Workbench) -> None:
        await bench.new_session()
        named_before = bench.is_named
        old.append(bench.path)
        await bench.import_picture(png(1), "cup.png")
        assert bench.session.head is not None
        order = RunOrder("Make it warmer", (bench.session.head,), DEV, PAID)
        job = await bench.submit(order)
        await until(lambda: bool(provider.sent))
        await bench.name_session(named)
        assert (named_before, bench.is_named) == (False, True)
        assert bench.path == named
        go_on.set()
        assert (await bench.wait_for(job)).record.state is JobState.STORED

    studio.start(provider, work)
    assert not old[0].exists()
    with SessionFile.open(named, read_only=True) as file:
        assert len(file.load().session.history) == 2
        assert file.check() == ()


def test_a_session_that_cannot_be_named_stays_where_it_was(
    studio: Studio, session_path: Path, tmp_path: Path
) -> None:
    async def work(bench: Workbench) -> None:
        await opened(bench, session_path)
        with pytest.raises(StudioError):
            await bench.name_session(tmp_path / "no such folder" / "x.kontext")
        assert bench.path == session_path
        await bench.import_picture(png(3), "plate.png")

    studio.start(good(), work)
    with SessionFile.open(session_path, read_only=True) as file:
        assert len(file.load().session.history) == 2


def test_f_loc_12_opening_the_open_session_again_changes_nothing(
    studio: Studio, session_path: Path
) -> None:
    async def work(bench: Workbench) -> None:
        await opened(bench, session_path)
        desk = bench.desk
        await bench.open_session(session_path)
        assert bench.desk is desk

    studio.start(good(), work)


def test_two_sessions_opened_at_once_leave_one_open_and_no_lock_behind(
    studio: Studio, tmp_path: Path
) -> None:
    one, two = tmp_path / "one.kontext", tmp_path / "two.kontext"

    async def work(bench: Workbench) -> None:
        await bench.open_session(tmp_path / "before.kontext", create=True)
        await asyncio.gather(
            bench.open_session(one, create=True), bench.open_session(two, create=True)
        )
        assert bench.path in (one, two)
        other = two if bench.path == one else one
        desk = await Desk.open(other)
        await desk.close()

    studio.start(good(), work)


def test_an_untitled_session_is_known_behind_a_link(
    studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, link = tmp_path / "real", tmp_path / "link"
    real.mkdir()
    link.symlink_to(real)
    monkeypatch.setenv("KONTEXT_STUDIO_HOME", str(link))

    async def work(bench: Workbench) -> None:
        await bench.new_session()
        assert not bench.is_named

    studio.start(good(), work)


def test_a_session_opens_where_what_the_last_process_left_cannot_be_settled_yet(
    studio: Studio, session_path: Path, full_disk: Callable[[JobState, int], None]
) -> None:
    first = ScriptedProvider(lambda request: [wire.Sending(), asyncio.Event()])

    async def begin(bench: Workbench) -> None:
        await bench.submit(await opened(bench, session_path))
        await until(lambda: bool(first.sent))

    studio.start(first, begin)

    async def go_on(bench: Workbench) -> None:
        full_disk(JobState.UNKNOWN, 2)
        await bench.open_session(session_path)
        await bench.runs.wait_all()
        (view,) = bench.runs.views()
        assert view.record.state is JobState.UNKNOWN
        assert view.record.fault is not None
        assert view.record.fault.charged is Charged.MAYBE

    import logging

    logging.getLogger("kontext_studio.workbench.run").setLevel(logging.ERROR)
    try:
        studio.start(good(), go_on)
    finally:
        logging.getLogger("kontext_studio.workbench.run").setLevel(logging.NOTSET)


def test_nothing_is_done_with_a_closed_session(studio: Studio, session_path: Path) -> None:
    async def work(bench: Workbench) -> None:
        await opened(bench, session_path)
        desk = bench.desk
        await bench.close_session()
        with pytest.raises(SessionError, match="closed"):
            await desk.run(SessionFile.check)

    studio.start(good(), work)


# Room, and a file that goes away.


def test_f_loc_3_nothing_is_sent_where_the_result_would_have_no_room(
    studio: Studio, session_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SessionFile, "room", lambda file: 1_000_000)
    provider = good()

    async def work(bench: Workbench) -> None:
        job = await bench.submit(await opened(bench, session_path))
        view = await bench.wait_for(job)
        assert view.record.state is JobState.PREPARED
        assert view.record.fault is not None
        assert "nothing was sent" in view.record.fault.message
        monkeypatch.setattr(SessionFile, "room", lambda file: 10**12)
        assert bench.runs.again(job)
        assert (await bench.wait_for(job)).record.state is JobState.STORED

    studio.start(provider, work)
    assert len(provider.sent) == 1


@pytest.mark.parametrize("how", ["deleted", "moved", "replaced"])
def test_f_loc_14_a_session_whose_file_goes_away_goes_on_elsewhere_and_says_so(
    studio: Studio, session_path: Path, how: str
) -> None:
    go_on = asyncio.Event()
    provider = ScriptedProvider(lambda request: [wire.Sending(), go_on, *whole_run([png(2)])[1:]])
    found: list[Path] = []

    async def work(bench: Workbench) -> None:
        job = await bench.submit(await opened(bench, session_path))
        await until(lambda: bool(provider.sent))
        if how == "moved":
            session_path.rename(session_path.with_name("elsewhere.kontext"))
        else:
            session_path.unlink()
        if how == "replaced":
            session_path.write_bytes(b"somebody else's")
        go_on.set()
        assert (await bench.wait_for(job)).record.state is JobState.STORED
        found.append(bench.path)
        assert not bench.is_named
        assert bench.path.parent == bench.places.untitled_folder

    studio.start(provider, work)
    told = [what for what in studio.heard if isinstance(what, Fault)]
    assert str(found[0]) in told[0].message
    with SessionFile.open(found[0], read_only=True) as file:
        assert [job.state for job in file.load().jobs.values()] == [JobState.STORED]
        assert len(file.load().session.history) == 2
    if how == "replaced":
        assert session_path.read_bytes() == b"somebody else's"


def test_f_loc_14_a_session_that_is_deleted_and_then_closed_is_kept_elsewhere(
    studio: Studio, session_path: Path
) -> None:
    async def work(bench: Workbench) -> None:
        await opened(bench, session_path)
        session_path.unlink()
        folder = bench.places.untitled_folder
        await bench.close_session()
        (kept,) = folder.glob("*.kontext")
        with SessionFile.open(kept, read_only=True) as file:
            assert len(file.load().session.history) == 1

    studio.start(good(), work)


def test_closing_tries_once_more_to_write_what_the_disk_had_no_room_for(
    studio: Studio,
    session_path: Path,
    full_disk: Callable[[JobState, int], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(insistence, "WAITS_S", (3600.0,))

    async def work(bench: Workbench) -> None:
        order = await opened(bench, session_path)
        full_disk(JobState.SUBMITTED, 1)
        job = await bench.submit(order)
        await until(lambda: bench.runs.view(job).trouble == "The disk is full.")
        bench.grace_s = 10.0
        await bench.close_session()

    studio.start(good(), work)
    with SessionFile.open(session_path, read_only=True) as file:
        (job,) = file.load().jobs.values()
    assert job.remote is not None


def test_f_loc_14_nothing_is_lost_silently_where_there_is_no_place_to_go_on(
    studio: Studio, session_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = asyncio.Event()
    provider = ScriptedProvider(lambda request: [wire.Sending(), go_on, *whole_run([png(2)])[1:]])
    monkeypatch.setattr(insistence, "WAITS_S", (0.0,))
    monkeypatch.setattr(insistence, "SLOW_WAIT_S", 0.01)
    nowhere = tmp_path / "a file" / "rescued.kontext"
    nowhere.parent.write_text("no folder")
    places = [nowhere, tmp_path / "rescued.kontext"]

    async def work(bench: Workbench) -> None:
        monkeypatch.setattr(type(bench.places), "new_recovered", lambda _self, _lost: places[0])
        job = await bench.submit(await opened(bench, session_path))
        await until(lambda: bool(provider.sent))
        session_path.unlink()
        go_on.set()
        await until(lambda: "gone" in bench.runs.view(job).trouble)
        del places[0]
        assert (await bench.wait_for(job)).record.state is JobState.STORED
        assert bench.path == tmp_path / "rescued.kontext"

    studio.start(provider, work)


def test_naming_leaves_a_file_alone_that_took_the_place_of_the_untitled_one(
    studio: Studio, tmp_path: Path
) -> None:
    others: list[Path] = []

    async def work(bench: Workbench) -> None:
        await bench.new_session()
        await bench.import_picture(png(1), "cup.png")
        others.append(bench.path)
        bench.path.unlink()
        others[0].write_bytes(b"somebody else's")
        await bench.name_session(tmp_path / "named.kontext")

    studio.start(good(), work)
    assert others[0].read_bytes() == b"somebody else's"


def test_a_session_may_be_named_within_the_programs_own_folder(studio: Studio) -> None:
    async def work(bench: Workbench) -> None:
        await bench.new_session()
        await bench.import_picture(png(1), "cup.png")
        place = bench.places.untitled_folder / "cafe.kontext"
        await bench.name_session(place)
        assert bench.is_named
        await bench.close_session()
        await bench.open_session(place)
        assert bench.is_named

    studio.start(good(), work)
