"""Runs that are waited for on one connection: sent once, and nobody pretends to know the rest."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kontext_studio.core import provider as wire
from kontext_studio.core.delivery import Delivery, Way
from kontext_studio.core.errors import (
    AlreadyRunning,
    BadRequest,
    Charged,
    ConnectionLost,
    ContentBlocked,
    RateLimited,
    Unauthorized,
)
from kontext_studio.core.jobs import JobRecord, JobState
from kontext_studio.core.result import EditResult, ReceivedImage
from kontext_studio.workbench import endings
from kontext_studio.workbench.announcements import PreviewArrived
from kontext_studio.workbench.bench import Workbench
from kontext_studio.workbench.orders import RunOrder
from kontext_studio.workbench.progress import Phase
from tests.fakes.open_runs import a_run, session_with_runs
from tests.fakes.photographs import png
from tests.fakes.scripted_provider import HANDLE, ScriptedProvider, Step
from tests.unit.workbench.conftest import PAID, Studio
from tests.unit.workbench.paid import FULL, opened, reaches, until

SYNC = Delivery(Way.SYNC)
DONE = wire.Finished(EditResult((ReceivedImage(png(2), ""),), seed=7))
URI = "data:image/png;base64," + base64.b64encode(png(2)).decode()
ANSWER = wire.RemoteDone(json.dumps({"images": [{"url": URI}], "seed": 7}))


def waiting(*between: Step, end: tuple[Step, ...] = (ANSWER, DONE)) -> ScriptedProvider:
    """A service that answers the POST with the result, after what happens between."""
    return ScriptedProvider(lambda request: [wire.Sending(waits=True), *between, *end])


async def sync_order(bench: Workbench, path: Path, way: Way = Way.SYNC) -> RunOrder:
    return replace(await opened(bench, path), delivery=Delivery(way))


def look_at(studio: Studio, path: Path, provider: ScriptedProvider) -> JobRecord:
    """The next start of the program: what has become of the one run there is."""
    found: list[JobRecord] = []

    async def look(bench: Workbench) -> None:
        await bench.open_session(path)
        await bench.runs.wait_all()
        found.extend(view.record for view in bench.runs.views())

    studio.start(provider, look)
    (record,) = found
    return record


def test_a_waiting_run_is_stored_without_ever_having_been_submitted(
    studio: Studio, session_path: Path
) -> None:
    provider = waiting(wire.Preview(png(3)), wire.Preview(png(4), 0.5))
    states: list[JobState] = []
    phases: list[Phase] = []

    async def work(bench: Workbench) -> None:
        def hear(what: object) -> None:
            view = getattr(what, "view", None)
            if view is not None:
                states.append(view.record.state)
                phases.append(view.phase)

        order = await sync_order(bench, session_path, Way.STREAM)
        bench.announcer.subscribe(hear)
        job = await bench.submit(order)
        view = await bench.wait_for(job)
        assert view.record.state is JobState.STORED
        assert view.record.remote is None
        assert view.record.delivery == Delivery(Way.STREAM)
        (node,) = bench.nodes_of(job)
        assert node.result is not None
        assert node.result.remote_id == ""

    studio.start(provider, work)
    assert list(dict.fromkeys(states)) == ["prepared", "sending", "remote_done", "stored"]
    assert Phase.RUNNING in phases
    previews = [what for what in studio.heard if isinstance(what, PreviewArrived)]
    assert [one.data for one in previews] == [png(3), png(4)]


def test_a_cancel_while_waiting_cuts_the_connection_and_says_that_nobody_knows(
    studio: Studio, session_path: Path
) -> None:
    never = asyncio.Event()
    provider = waiting(wire.Running(), never)

    async def work(bench: Workbench) -> None:
        job = await bench.submit(await sync_order(bench, session_path))
        await until(lambda: bench.runs.view(job).phase is Phase.RUNNING)
        await bench.cancel(job)
        view = await bench.wait_for(job)
        assert view.record.state is JobState.UNKNOWN
        assert view.phase is Phase.IDLE
        fault = view.record.fault
        assert fault is not None
        assert fault.message == "You stopped waiting for it. It may have been charged."
        assert fault.charged is Charged.MAYBE
        assert bench.spent() == 0.025, "it may have been bought"

    studio.start(provider, work)
    assert len(provider.sent) == 1
    assert provider.cancelled == [], "there is nothing to call"
    later = waiting()
    assert look_at(studio, session_path, later).state is JobState.UNKNOWN
    assert later.sent == []


def test_a_second_cancel_changes_nothing(studio: Studio, session_path: Path) -> None:
    async def work(bench: Workbench) -> None:
        job = await bench.submit(await sync_order(bench, session_path))
        await until(lambda: bench.runs.view(job).phase is Phase.RUNNING)
        await asyncio.gather(bench.cancel(job), bench.cancel(job))
        await bench.cancel(job)
        assert (await bench.wait_for(job)).record.state is JobState.UNKNOWN

    studio.start(waiting(asyncio.Event()), work)


def test_a_cancel_between_two_attempts_certainly_cost_nothing(
    studio: Studio, session_path: Path
) -> None:
    refused = wire.NotAccepted(RateLimited("Busy."), 1, 60.0)
    provider = waiting(refused, asyncio.Event())

    async def work(bench: Workbench) -> None:
        job = await bench.submit(await sync_order(bench, session_path))
        await until(lambda: bench.runs.view(job).phase is Phase.RETRYING)
        await bench.cancel(job)
        record = (await bench.wait_for(job)).record
        assert (record.state, record.fault) == (JobState.CANCELLED, None)
        assert bench.spent() == 0

    studio.start(provider, work)


def test_an_answer_that_is_being_written_is_not_cut_off_by_a_cancel(
    studio: Studio, session_path: Path, full_disk: Callable[[JobState, int], None]
) -> None:
    async def work(bench: Workbench) -> None:
        order = await sync_order(bench, session_path)
        full_disk(JobState.REMOTE_DONE, 3)
        job = await bench.submit(order)
        await until(lambda: bench.runs.view(job).trouble == FULL)
        await bench.cancel(job)
        assert (await bench.wait_for(job)).record.state is JobState.STORED

    studio.start(waiting(), work)


@pytest.mark.parametrize(
    ("fault", "state", "charged"),
    [
        (ConnectionLost("It broke."), JobState.UNKNOWN, Charged.MAYBE),
        (ContentBlocked("Stopped."), JobState.BLOCKED, Charged.NO),
        (Unauthorized("The key is not taken."), JobState.PREPARED, Charged.NO),
    ],
    ids=["the connection breaks", "content rules", "a key that is not taken"],
)
def test_f_net_14_how_a_waiting_run_ends_without_a_picture(
    studio: Studio,
    session_path: Path,
    fault: Exception,
    state: JobState,
    charged: Charged,
) -> None:
    async def work(bench: Workbench) -> None:
        job = await bench.submit(await sync_order(bench, session_path))
        record = (await bench.wait_for(job)).record
        assert record.state is state
        assert record.fault is not None
        assert record.fault.charged is charged

    studio.start(waiting(wire.Preview(png(3)), fault, end=()), work)


def test_leaving_gives_the_answer_some_time_and_keeps_what_came(
    studio: Studio, session_path: Path
) -> None:
    gate = asyncio.Event()
    provider = waiting(gate)

    async def work(bench: Workbench) -> None:
        bench.grace_s = 20
        job = await bench.submit(await sync_order(bench, session_path))
        await until(lambda: bench.runs.view(job).phase is Phase.RUNNING)
        asyncio.get_running_loop().call_soon(gate.set)

    studio.start(provider, work)
    later = ScriptedProvider(lambda request: [], collected=[DONE])
    record = look_at(studio, session_path, later)
    assert record.state is JobState.STORED
    assert later.sent == []


def test_leaving_between_two_attempts_waits_for_nothing(studio: Studio, session_path: Path) -> None:
    refused = wire.NotAccepted(RateLimited("Busy."), 1, 3600.0)

    async def work(bench: Workbench) -> None:
        bench.grace_s = 3600
        job = await bench.submit(await sync_order(bench, session_path))
        await until(lambda: bench.runs.view(job).phase is Phase.RETRYING)
        async with asyncio.timeout(15):
            await bench.close_session()

    studio.start(waiting(refused, asyncio.Event()), work)


def test_f_loc_1_leaving_while_no_answer_comes_is_unknown_at_the_next_start_and_not_sent_again(
    studio: Studio, session_path: Path
) -> None:
    async def work(bench: Workbench) -> None:
        job = await bench.submit(await sync_order(bench, session_path))
        await until(lambda: bench.runs.view(job).phase is Phase.RUNNING)

    studio.start(waiting(asyncio.Event()), work)
    later = waiting()
    record = look_at(studio, session_path, later)
    assert record.state is JobState.UNKNOWN
    assert record.fault is not None
    assert record.fault.message == f"{endings.LEFT_WAITING} It may have been charged."
    assert record.fault.charged is Charged.MAYBE
    assert later.sent == []


@pytest.mark.parametrize("end", [endings.cut_off_while_sending, endings.cut_off_by_the_person])
def test_a_run_that_costs_nothing_is_not_said_to_be_charged_perhaps(end: Any) -> None:
    record = end(a_run(1, JobState.SENDING), free=True)
    assert record.state is JobState.UNKNOWN
    assert record.fault.charged is Charged.NO
    assert record.fault.message.endswith("It may have begun.")


def test_f_loc_1_killed_while_waiting_it_is_unknown_and_cannot_be_looked_for(
    studio: Studio, session_path: Path
) -> None:
    session_with_runs(session_path, replace(a_run(1, JobState.SENDING, route=PAID), delivery=SYNC))
    provider = waiting()
    provider.found = [HANDLE]

    async def work(bench: Workbench) -> None:
        await bench.open_session(session_path)
        (view,) = bench.runs.views()
        assert view.record.state is JobState.UNKNOWN
        looked = await bench.look_for(view.record.id)
        assert looked.record.state is JobState.UNKNOWN
        assert looked.trouble == endings.CANNOT_BE_ASKED_FOR

    studio.start(provider, work)
    assert (provider.sent, provider.looked_for) == ([], [])


def test_f_api_34_pictures_within_the_answer_are_on_disk_before_the_run_is_stored(
    studio: Studio, session_path: Path
) -> None:
    """Killed right after the answer was noted, the next start needs nothing but the file."""
    never = asyncio.Event()

    async def work(bench: Workbench) -> None:
        job = await bench.submit(await sync_order(bench, session_path))
        await reaches(bench, job, JobState.REMOTE_DONE)
        assert bench.desk.jobs[job].answer == ANSWER.answer

    studio.start(waiting(end=(ANSWER, never)), work)
    later = ScriptedProvider(lambda request: [], collected=[DONE])
    record = look_at(studio, session_path, later)
    assert record.state is JobState.STORED
    assert json.loads(record.answer)["seed"] == 7
    assert later.sent == []


def test_twins_that_are_asked_for_in_another_way_are_twins_all_the_same(
    studio: Studio, session_path: Path
) -> None:
    gate = asyncio.Event()
    provider = waiting(gate)

    async def work(bench: Workbench) -> None:
        order = await sync_order(bench, session_path)
        job = await bench.submit(order)
        await reaches(bench, job, JobState.SENDING)
        for way in Way:
            with pytest.raises(AlreadyRunning):
                await bench.submit(replace(order, delivery=Delivery(way)))
        gate.set()
        await bench.wait_for(job)
        await bench.wait_for(await bench.submit(replace(order, delivery=Delivery())))

    studio.start(provider, work)
    assert len(provider.sent) == 2


def test_the_limit_counts_what_is_waited_for(studio: Studio, session_path: Path) -> None:
    async def work(bench: Workbench) -> None:
        await bench.change_settings(replace(bench.settings, spend_limit_usd=0.03))
        order = await sync_order(bench, session_path)
        job = await bench.submit(order)
        await until(lambda: bench.runs.view(job).phase is Phase.RUNNING)
        with pytest.raises(BadRequest, match="limit") as caught:
            await bench.submit(replace(order, instruction="Make it cooler"))
        assert caught.value.field == "cost"
        await bench.cancel(job)
        await bench.wait_for(job)
        with pytest.raises(BadRequest, match="limit"):
            await bench.submit(replace(order, instruction="Make it cooler"))

    studio.start(waiting(asyncio.Event()), work)


def test_run_again_asks_in_the_same_way(studio: Studio, session_path: Path) -> None:
    provider = waiting(ConnectionLost("It broke."), end=())

    async def work(bench: Workbench) -> None:
        job = await bench.submit(await sync_order(bench, session_path))
        await bench.wait_for(job)
        again = await bench.rerun(job)
        assert again != job
        assert (await bench.wait_for(again)).record.delivery == SYNC

    studio.start(provider, work)
    assert len(provider.sent) == 2
