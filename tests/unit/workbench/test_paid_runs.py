"""Money: one click is one POST, and nothing that a service sold is lost."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from kontext_studio.core import provider as wire
from kontext_studio.core.errors import (
    AlreadyRunning,
    BadRequest,
    Charged,
    ConnectionLost,
    NotFound,
    OutcomeUnknown,
    OutOfCredit,
    RateLimited,
    SessionError,
    StudioError,
    Unreachable,
)
from kontext_studio.core.jobs import JobState
from kontext_studio.workbench import insistence, network
from kontext_studio.workbench.bench import Workbench
from kontext_studio.workbench.orders import RunOrder
from kontext_studio.workbench.progress import Phase
from tests.fakes.photographs import png
from tests.fakes.scripted_provider import HANDLE, ScriptedProvider, Step, whole_run
from tests.unit.workbench.conftest import Studio
from tests.unit.workbench.paid import FULL, good, opened, reaches, until


@pytest.mark.parametrize(
    "state", [JobState.SUBMITTED, JobState.REMOTE_DONE, JobState.STORED], ids=lambda state: state
)
def test_f_loc_2_a_paid_run_outlives_a_full_disk_at_each_of_its_commits(
    studio: Studio, session_path: Path, full_disk: Callable[[JobState, int], None], state: JobState
) -> None:
    provider = good()
    troubles: set[str] = set()

    async def work(bench: Workbench) -> None:
        order = await opened(bench, session_path)
        bench.announcer.subscribe(
            lambda what: troubles.add(getattr(getattr(what, "view", None), "trouble", ""))
        )
        full_disk(state, 4)
        view = await bench.wait_for(await bench.submit(order))
        assert view.record.state is JobState.STORED
        assert view.record.remote == HANDLE
        assert view.trouble == ""

    studio.start(provider, work)
    assert FULL in troubles
    assert len(provider.sent) == 1


def test_f_loc_2_a_refusal_that_cannot_be_written_down_is_not_forgotten(
    studio: Studio, session_path: Path, full_disk: Callable[[JobState, int], None]
) -> None:
    refusal = wire.NotAccepted(RateLimited("Too many requests."), 1, 0.0)
    provider = ScriptedProvider(lambda request: [wire.Sending(), refusal, *whole_run([png(2)])])

    async def work(bench: Workbench) -> None:
        order = await opened(bench, session_path)

        def fill(what: object) -> None:
            if getattr(getattr(what, "view", None), "phase", None) is Phase.SENDING:
                full_disk(JobState.PREPARED, 2)

        stop = bench.announcer.subscribe(fill)
        job = await bench.submit(order)
        await reaches(bench, job, JobState.SENDING)
        stop()
        assert (await bench.wait_for(job)).record.state is JobState.STORED

    studio.start(provider, work)


def test_the_command_line_gives_up_on_a_full_disk_and_the_run_can_be_resumed(
    studio: Studio, session_path: Path, full_disk: Callable[[JobState, int], None]
) -> None:
    async def work(bench: Workbench) -> None:
        order = await opened(bench, session_path)
        full_disk(JobState.STORED, 3)
        job = await bench.submit(order)
        view = await bench.wait_for(job)
        assert view.record.state is JobState.REMOTE_DONE
        assert view.record.fault is not None
        assert view.record.fault.kind == "disk_full"
        assert not view.active

    studio.start(good(), work, disk_attempts=3)
    later = ScriptedProvider(lambda request: [], collected=whole_run([png(2)])[-1:])

    async def go_on(bench: Workbench) -> None:
        await bench.open_session(session_path)
        await bench.runs.wait_all()
        assert [view.record.state for view in bench.runs.views()] == [JobState.STORED]

    studio.start(later, go_on)


def test_f_loc_2_giving_up_while_submitted_is_written_down_keeps_the_id(
    studio: Studio, session_path: Path, full_disk: Callable[[JobState, int], None]
) -> None:
    async def work(bench: Workbench) -> None:
        order = await opened(bench, session_path)
        full_disk(JobState.SUBMITTED, 3)
        view = await bench.wait_for(await bench.submit(order))
        assert view.record.state is JobState.SUBMITTED
        assert view.record.remote == HANDLE

    studio.start(good(), work, disk_attempts=3)
    later = ScriptedProvider(lambda request: [], resumed=whole_run([png(2)])[2:])

    async def go_on(bench: Workbench) -> None:
        await bench.open_session(session_path)
        await bench.runs.wait_all()
        assert [view.record.state for view in bench.runs.views()] == [JobState.STORED]

    studio.start(later, go_on)


def test_try_again_does_not_wait_for_the_next_attempt_at_the_disk(
    studio: Studio,
    session_path: Path,
    full_disk: Callable[[JobState, int], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(insistence, "WAITS_S", (3600.0,))

    async def work(bench: Workbench) -> None:
        order = await opened(bench, session_path)
        full_disk(JobState.STORED, 1)
        job = await bench.submit(order)
        await until(lambda: bench.runs.view(job).trouble == FULL)
        assert await bench.rerun(job) == job
        assert (await bench.wait_for(job)).record.state is JobState.STORED

    studio.start(good(), work)


# Twins, and the limit.


def test_f_api_30_twenty_orders_at_the_same_instant_are_one_post(
    studio: Studio, session_path: Path
) -> None:
    provider = good()

    async def work(bench: Workbench) -> None:
        order = await opened(bench, session_path)
        tries = await asyncio.gather(
            *(bench.submit(order) for _ in range(20)), return_exceptions=True
        )
        refused = [one for one in tries if isinstance(one, AlreadyRunning)]
        assert len(refused) == 19
        await bench.runs.wait_all()

    studio.start(provider, work)
    assert len(provider.sent) == 1


def test_running_again_twice_at_the_same_instant_is_one_run(
    studio: Studio, session_path: Path
) -> None:
    scripts: list[list[Step]] = [[wire.Sending(), StudioError("No.")], whole_run([png(2)])]
    provider = ScriptedProvider(lambda request: scripts.pop(0))

    async def work(bench: Workbench) -> None:
        job = await bench.submit(await opened(bench, session_path))
        await bench.wait_for(job)
        first, second = await asyncio.gather(bench.rerun(job), bench.rerun(job))
        assert first == second
        await bench.runs.wait_all()

    studio.start(provider, work)
    assert len(provider.sent) == 2


def test_f_ui_16_orders_at_the_same_instant_do_not_pass_the_limit_together(
    studio: Studio, session_path: Path
) -> None:
    provider = good()

    async def work(bench: Workbench) -> None:
        order = await opened(bench, session_path)
        price = bench.price_of(order)
        assert price is not None
        await bench.change_settings(replace(bench.settings, spend_limit_usd=price.amount * 2.5))
        orders = [replace(order, instruction=f"Make it {word}") for word in ("red", "blue", "dark")]
        tries = await asyncio.gather(*map(bench.submit, orders), return_exceptions=True)
        assert [isinstance(one, BadRequest) for one in tries] == [False, False, True]
        await bench.runs.wait_all()
        assert bench.spent() == pytest.approx(price.amount * 2)

    studio.start(provider, work)
    assert len(provider.sent) == 2


# The embedded engine.


def test_a_run_whose_engine_was_killed_ends_and_says_so(studio: Studio, session_path: Path) -> None:
    lost = wire.Trouble(ConnectionLost("It broke."))
    provider = ScriptedProvider(
        lambda request: [wire.Sending(), wire.Submitted(HANDLE), lost, asyncio.Event()]
    )

    async def work(bench: Workbench) -> None:
        order = await opened(bench, session_path)
        view = await bench.wait_for(await bench.submit(RunOrder("Make it warmer", order.parents)))
        assert view.record.state is JobState.FAILED
        assert view.record.fault is not None
        assert view.record.fault.charged is Charged.NO

    studio.start(provider, work)


def test_a_run_that_began_is_not_reported_as_a_fault_where_the_old_card_stays(
    studio: Studio, session_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scripts: list[list[Step]] = [[wire.Sending(), OutcomeUnknown("It broke.")], whole_run([png(2)])]
    provider = ScriptedProvider(lambda request: scripts.pop(0))
    logging.getLogger("kontext_studio.workbench.ordering").setLevel(logging.ERROR)

    async def work(bench: Workbench) -> None:
        job = await bench.submit(await opened(bench, session_path))
        await bench.wait_for(job)

        async def locked(*_given: object) -> None:
            raise SessionError("The session is busy.")

        monkeypatch.setattr(bench, "act", locked)
        again = await bench.rerun(job)
        assert (await bench.wait_for(again)).record.state is JobState.STORED

    try:
        studio.start(provider, work)
    finally:
        logging.getLogger("kontext_studio.workbench.ordering").setLevel(logging.NOTSET)


def test_a_result_of_a_model_that_this_version_does_not_know_is_stored_without_a_price(
    studio: Studio, session_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = asyncio.Event()
    provider = ScriptedProvider(lambda request: [wire.Sending(), go_on, *whole_run([png(2)])[1:]])

    async def work(bench: Workbench) -> None:
        job = await bench.submit(await opened(bench, session_path))
        await until(lambda: bool(provider.sent))

        def unknown(*_given: object) -> None:
            raise BadRequest("There is no such model.")

        monkeypatch.setattr(type(bench.catalogue), "find", unknown)
        go_on.set()
        assert (await bench.wait_for(job)).record.state is JobState.STORED
        (node,) = bench.nodes_of(job)
        assert node.result is not None
        assert node.result.cost is None

    studio.start(provider, work)


def test_an_order_whose_caller_went_away_is_followed_all_the_same(
    studio: Studio, session_path: Path
) -> None:
    provider = good()

    async def work(bench: Workbench) -> None:
        submitting = asyncio.create_task(bench.submit(await opened(bench, session_path)))
        await asyncio.sleep(0)
        submitting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await submitting
        await bench.runs.wait_all()
        assert [view.record.state for view in bench.runs.views()] == [JobState.STORED]

    studio.start(provider, work)


def test_what_was_charged_without_a_picture_counts_against_the_limit(
    studio: Studio, session_path: Path
) -> None:
    gone = NotFound("The picture is gone.", charged=Charged.YES)
    provider = ScriptedProvider(lambda request: [*whole_run([])[:-1], gone])

    async def work(bench: Workbench) -> None:
        order = await opened(bench, session_path)
        price = bench.price_of(order)
        assert price is not None
        view = await bench.wait_for(await bench.submit(order))
        assert view.record.state is JobState.FAILED
        assert bench.spent() == price.amount

    studio.start(provider, work)


def test_an_upload_that_stumbles_is_no_end_of_the_engine(
    studio: Studio, session_path: Path
) -> None:
    stumbled = wire.Trouble(ConnectionLost("It broke."))
    provider = ScriptedProvider(lambda request: [stumbled, *whole_run([png(2)])])

    async def work(bench: Workbench) -> None:
        order = await opened(bench, session_path)
        view = await bench.wait_for(await bench.submit(RunOrder("Make it warmer", order.parents)))
        assert view.record.state is JobState.STORED

    studio.start(provider, work)


@pytest.mark.parametrize("cancelled", [False, True])
def test_f_net_1_a_run_waits_for_the_network_of_the_machine_and_is_sent_then(
    studio: Studio, session_path: Path, monkeypatch: pytest.MonkeyPatch, cancelled: bool
) -> None:
    offline = [True]
    monkeypatch.setattr(network, "is_offline", lambda: offline[0])
    monkeypatch.setattr(network, "POLL_S", 0.01)

    def script(request: object) -> list[Step]:
        lost: list[Step] = [wire.Sending(), Unreachable("Can't find the server.")]
        return lost if offline[0] else whole_run([png(2)])

    provider = ScriptedProvider(script, local=False)

    async def work(bench: Workbench) -> None:
        job = await bench.submit(await opened(bench, session_path))
        await until(lambda: bench.runs.view(job).offline)
        assert bench.runs.view(job).record.state is JobState.PREPARED
        if cancelled:
            await bench.cancel(job)
        offline[0] = False
        view = await bench.wait_for(job)
        assert view.record.state is (JobState.CANCELLED if cancelled else JobState.STORED)
        assert not view.offline

    studio.start(provider, work, waits_for_network=True)


def test_a_new_run_is_not_refused_for_one_that_only_waits_for_the_person(
    studio: Studio, session_path: Path
) -> None:
    provider = ScriptedProvider(lambda request: [asyncio.Event()])

    async def begin(bench: Workbench) -> None:
        await bench.submit(await opened(bench, session_path))

    studio.start(provider, begin)

    async def go_on(bench: Workbench) -> None:
        order = await opened(bench, session_path)
        view = await bench.wait_for(await bench.submit(order))
        assert view.record.state is JobState.STORED

    studio.start(good(), go_on)


def test_a_second_press_on_the_card_of_a_run_is_the_run_that_the_first_one_began(
    studio: Studio, session_path: Path
) -> None:
    go_on = asyncio.Event()
    scripts: list[list[Step]] = [
        [wire.Sending(), OutcomeUnknown("It broke.")],
        [wire.Sending(), go_on, *whole_run([png(2)])[1:]],
    ]
    provider = ScriptedProvider(lambda request: scripts.pop(0))

    async def work(bench: Workbench) -> None:
        job = await bench.submit(await opened(bench, session_path))
        await bench.wait_for(job)
        first = await bench.rerun(job)
        assert await bench.rerun(job) == first
        go_on.set()
        await bench.runs.wait_all()

    studio.start(provider, work)
    assert len(provider.sent) == 2


def test_runs_that_need_no_turn_leave_it_to_others(
    studio: Studio, session_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two wait for the storage of the service; the third one is sent all the same."""
    made = whole_run([png(2)])[:-1]
    waiting = asyncio.Event()

    def script(request: object) -> list[Step]:
        third = "dark" in getattr(request, "instruction", "")
        return whole_run([png(3)]) if third else [*made, waiting]

    provider = ScriptedProvider(script)

    async def work(bench: Workbench) -> None:
        order = await opened(bench, session_path)
        for word in ("red", "blue"):
            job = await bench.submit(replace(order, instruction=f"Make it {word}"))
            await reaches(bench, job, JobState.REMOTE_DONE)
        third = await bench.submit(replace(order, instruction="Make it dark"))
        assert (await bench.wait_for(third)).record.state is JobState.STORED

    studio.start(provider, work)


def test_insisting_ends_with_the_session(
    studio: Studio, session_path: Path, full_disk: Callable[[JobState, int], None]
) -> None:
    provider = ScriptedProvider(lambda request: [wire.Sending(), OutOfCredit("No credit.")])

    async def work(bench: Workbench) -> None:
        job = await bench.submit(await opened(bench, session_path))
        await bench.wait_for(job)
        full_disk(JobState.CANCELLED, 10_000)
        cancelling = asyncio.create_task(bench.cancel(job))
        await until(lambda: bench.runs.view(job).trouble == FULL)
        await bench.close_session()
        await cancelling

    studio.start(provider, work)
