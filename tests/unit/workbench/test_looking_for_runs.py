"""A run whose answer was lost: found in the list of the service, or left unknown."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from kontext_studio.core import provider as wire
from kontext_studio.core.delivery import Delivery, Way
from kontext_studio.core.errors import (
    Charged,
    NotFound,
    OutcomeUnknown,
    ServiceFailed,
)
from kontext_studio.core.jobs import JobFault, JobState, RemoteHandle
from kontext_studio.workbench import adopting, endings
from kontext_studio.workbench.bench import Workbench
from tests.fakes.open_runs import a_run, session_with_runs
from tests.fakes.photographs import png
from tests.fakes.scripted_provider import HANDLE, ScriptedProvider, Step, whole_run
from tests.unit.workbench.conftest import Studio
from tests.unit.workbench.paid import opened, reaches

OTHER = RemoteHandle("remote-2", "http://s/2", "http://s/2/response", "http://s/2/cancel")


def _lost(listed: Sequence[RemoteHandle] | None) -> ScriptedProvider:
    return ScriptedProvider(
        lambda request: [wire.Sending(), OutcomeUnknown("It broke.")],
        resumed=whole_run([png(2)])[2:],
        found=listed,
    )


def test_f_net_7_a_run_whose_answer_was_lost_is_found_again_and_fetched(
    studio: Studio, session_path: Path
) -> None:
    provider = _lost([HANDLE])

    async def work(bench: Workbench) -> None:
        job = await bench.submit(await opened(bench, session_path))
        assert (await bench.wait_for(job)).record.state is JobState.UNKNOWN
        view = await bench.look_for(job)
        assert view.record.state is JobState.STORED
        assert view.record.remote == HANDLE

    studio.start(provider, work)
    assert len(provider.sent) == 1


def test_f_net_7_a_lost_run_is_looked_for_by_the_addresses_its_pictures_were_sent_by(
    studio: Studio, session_path: Path
) -> None:
    urls = ("https://cdn.test/one", "https://cdn.test/two")
    lost = OutcomeUnknown("It broke.")
    provider = ScriptedProvider(lambda request: [wire.Sending(urls), lost], found=())

    async def lose(bench: Workbench) -> None:
        job = await bench.submit(await opened(bench, session_path))
        assert (await bench.wait_for(job)).record.picture_urls == urls

    async def look(bench: Workbench) -> None:
        await bench.open_session(session_path)
        (view,) = bench.runs.views()
        await bench.look_for(view.record.id)

    studio.start(provider, lose)
    studio.start(provider, look)
    assert provider.looked_for == [urls]


@pytest.mark.parametrize(
    ("listed", "words"),
    [
        ([], adopting.NOT_FOUND),
        ([HANDLE, OTHER], adopting.TOO_MANY_FOUND),
        (None, "There is no list of runs here."),
    ],
)
def test_a_run_that_is_not_found_for_certain_stays_unknown_and_says_why(
    studio: Studio,
    session_path: Path,
    listed: Sequence[RemoteHandle] | None,
    words: str,
) -> None:
    provider = _lost(listed)

    async def work(bench: Workbench) -> None:
        job = await bench.submit(await opened(bench, session_path))
        await bench.wait_for(job)
        view = await bench.look_for(job)
        assert view.record.state is JobState.UNKNOWN
        assert view.record.fault is not None
        assert view.record.fault.charged is Charged.MAYBE
        assert view.trouble == words

    studio.start(provider, work)
    assert len(provider.sent) == 1


def test_a_run_that_the_session_has_already_is_not_taken_for_another(
    studio: Studio, session_path: Path
) -> None:
    scripts: list[list[Step]] = [
        whole_run([png(2)]),
        [wire.Sending(), OutcomeUnknown("It broke.")],
    ]
    provider = ScriptedProvider(lambda request: scripts.pop(0), found=(HANDLE,))

    async def work(bench: Workbench) -> None:
        order = await opened(bench, session_path)
        await bench.wait_for(await bench.submit(order))
        job = await bench.submit(order)
        await bench.wait_for(job)
        assert (await bench.look_for(job)).record.state is JobState.UNKNOWN

    studio.start(provider, work)


def test_one_sold_run_is_not_taken_over_by_two(studio: Studio, session_path: Path) -> None:
    provider = _lost([HANDLE])

    async def work(bench: Workbench) -> None:
        order = replace(await opened(bench, session_path), seed=5)
        first = await bench.submit(order)
        await bench.wait_for(first)
        second = await bench.submit(order, allow_twin=True)
        await bench.wait_for(second)
        views = await asyncio.gather(bench.look_for(first), bench.look_for(second))
        states = {view.record.state for view in views}
        assert states == {JobState.STORED, JobState.UNKNOWN}
        assert len(bench.session.history) == 2

    studio.start(provider, work)


def test_nothing_is_taken_over_while_the_same_edit_is_being_sent(
    studio: Studio, session_path: Path
) -> None:
    answer = asyncio.Event()
    scripts: list[list[Step]] = [
        [wire.Sending(), OutcomeUnknown("It broke.")],
        [wire.Sending(), answer, *whole_run([png(3)])[1:]],
    ]
    provider = ScriptedProvider(lambda request: scripts.pop(0), found=(HANDLE,))

    async def work(bench: Workbench) -> None:
        order = replace(await opened(bench, session_path), seed=5)
        lost = await bench.submit(order)
        await bench.wait_for(lost)
        sent = await bench.submit(order, allow_twin=True)
        await reaches(bench, sent, JobState.SENDING)
        view = await bench.look_for(lost)
        assert (view.record.state, view.trouble) == (JobState.UNKNOWN, adopting.TWIN_IS_SENT)
        answer.set()
        assert (await bench.wait_for(sent)).record.state is JobState.STORED

    studio.start(provider, work)


def test_an_unknown_run_whose_number_is_known_is_fetched_at_the_next_start(
    studio: Studio, session_path: Path
) -> None:
    session_with_runs(
        session_path, a_run(1, JobState.UNKNOWN, remote=HANDLE), a_run(2, JobState.UNKNOWN)
    )
    service = ScriptedProvider(lambda request: [], resumed=whole_run([png(2)])[2:])

    async def go_on(bench: Workbench) -> None:
        await bench.open_session(session_path)
        await bench.runs.wait_all()
        states = [view.record.state for view in bench.runs.views()]
        assert states == [JobState.STORED, JobState.UNKNOWN]

    studio.start(service, go_on)
    assert service.asked_for == [HANDLE]


@pytest.mark.parametrize(
    ("charged", "then"), [(Charged.YES, JobState.STORED), (Charged.NO, JobState.FAILED)]
)
def test_a_run_that_may_be_paid_for_is_asked_for_again_where_the_person_wants_it(
    studio: Studio, session_path: Path, charged: Charged, then: JobState
) -> None:
    gone = JobFault("not_found", "It is no longer there.", charged=charged)
    session_with_runs(session_path, a_run(1, JobState.FAILED, remote=HANDLE, fault=gone))
    service = ScriptedProvider(lambda request: [], resumed=whole_run([png(2)])[2:])

    async def look(bench: Workbench) -> None:
        await bench.open_session(session_path)
        await bench.runs.wait_all()
        (view,) = bench.runs.views()
        assert view.record.state is JobState.FAILED, "nothing happens by itself"
        assert (await bench.look_for(view.record.id)).record.state is then

    studio.start(service, look)
    assert not service.sent


@pytest.mark.parametrize(
    ("delivery", "words"),
    [
        (Delivery(Way.SYNC), endings.CANNOT_BE_ASKED_FOR),
        (Delivery(Way.STREAM), endings.CANNOT_BE_ASKED_FOR),
        (Delivery(no_store=True), endings.LEFT_NO_RECORD),
    ],
)
def test_a_lost_run_that_stands_in_no_list_is_not_looked_for(
    studio: Studio, session_path: Path, delivery: Delivery, words: str
) -> None:
    lost = replace(a_run(1, JobState.UNKNOWN), delivery=delivery)
    session_with_runs(session_path, lost)
    service = ScriptedProvider(lambda request: [], found=[HANDLE])

    async def look(bench: Workbench) -> None:
        await bench.open_session(session_path)
        view = await bench.look_for(lost.id)
        assert (view.record.state, view.trouble) == (JobState.UNKNOWN, words)

    studio.start(service, look)
    assert service.looked_for == []


def test_a_run_that_is_still_gone_says_so_again(studio: Studio, session_path: Path) -> None:
    gone = JobFault("not_found", "It is no longer there.", charged=Charged.YES)
    session_with_runs(session_path, a_run(1, JobState.FAILED, remote=HANDLE, fault=gone))
    service = ScriptedProvider(
        lambda request: [], resumed=[NotFound("Still not there.", charged=Charged.YES)]
    )

    async def look(bench: Workbench) -> None:
        await bench.open_session(session_path)
        (view,) = bench.runs.views()
        record = (await bench.look_for(view.record.id)).record
        assert record.state is JobState.FAILED
        assert record.fault is not None
        assert record.fault.message == "Still not there."
        assert record.may_be_looked_for

    studio.start(service, look)


@pytest.mark.parametrize("way", [Way.QUEUE, Way.SYNC])
def test_f_net_6_what_a_proxy_has_kept_is_taken_before_any_list_is_looked_through(
    studio: Studio, session_path: Path, way: Way
) -> None:
    """Also by the next start of the program, and for a run that no list can name."""
    lost = OutcomeUnknown("It broke.")
    provider = ScriptedProvider(
        lambda request: [wire.Sending(order_key="key-0001"), lost],
        resumed=whole_run([png(2)])[2:],
        collected=whole_run([png(2)])[-1:],
        kept=wire.Submitted(HANDLE) if way is Way.QUEUE else wire.RemoteDone("{}"),
    )

    async def lose(bench: Workbench) -> None:
        order = replace(await opened(bench, session_path), delivery=Delivery(way))
        job = await bench.submit(order)
        record = (await bench.wait_for(job)).record
        assert (record.state, record.order_key) == (JobState.UNKNOWN, "key-0001")

    async def look(bench: Workbench) -> None:
        await bench.open_session(session_path)
        (view,) = bench.runs.views()
        view = await bench.look_for(view.record.id)
        assert view.record.state is JobState.STORED

    studio.start(provider, lose)
    studio.start(provider, look)
    assert [key for key, _ in provider.asked_by_key] == ["key-0001"]
    assert provider.looked_for == []
    assert len(provider.sent) == 1


def test_what_goes_wrong_after_a_proxy_told_the_run_is_its_own_fault(
    studio: Studio, session_path: Path
) -> None:
    provider = ScriptedProvider(
        lambda request: [wire.Sending(order_key="key-0001"), OutcomeUnknown("It broke.")],
        resumed=[ServiceFailed("It broke there.")],
        kept=wire.Submitted(HANDLE),
    )

    async def work(bench: Workbench) -> None:
        job = await bench.submit(await opened(bench, session_path))
        await bench.wait_for(job)
        record = (await bench.look_for(job)).record
        assert (record.state, record.remote) == (JobState.FAILED, HANDLE)
        assert record.fault is not None
        assert record.fault.message == "It broke there."

    studio.start(provider, work)


@pytest.mark.parametrize("kept", [None, NotFound("What is this?")])
def test_f_net_6_where_no_proxy_kept_it_the_list_is_looked_through(
    studio: Studio, session_path: Path, kept: NotFound | None
) -> None:
    lost = OutcomeUnknown("It broke.")
    provider = ScriptedProvider(
        lambda request: [wire.Sending(order_key="key-0001"), lost],
        resumed=whole_run([png(2)])[2:],
        found=[HANDLE],
        kept=kept,
    )

    async def work(bench: Workbench) -> None:
        job = await bench.submit(await opened(bench, session_path))
        await bench.wait_for(job)
        assert (await bench.look_for(job)).record.state is JobState.STORED

    studio.start(provider, work)
    assert provider.asked_by_key
    assert provider.looked_for
