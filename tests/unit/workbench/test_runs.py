"""A run from order to step: what is on disk when, what is announced when, and every way to end."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest

from kontext_studio.core import provider as wire
from kontext_studio.core.delivery import Delivery
from kontext_studio.core.errors import (
    AlreadyRunning,
    BadRequest,
    Charged,
    ConnectionLost,
    ContentBlocked,
    OutcomeUnknown,
    RateLimited,
    Refused,
    Unreachable,
)
from kontext_studio.core.history import JobId
from kontext_studio.core.jobs import JobState
from kontext_studio.core.result import EditResult, ReceivedImage
from kontext_studio.store.session_file import SessionFile
from kontext_studio.workbench.announcements import Announcement, Changed, JobChanged, ResultStored
from kontext_studio.workbench.bench import Workbench
from kontext_studio.workbench.orders import RunOrder
from kontext_studio.workbench.progress import Phase
from tests.fakes.open_runs import a_run, session_with_runs
from tests.fakes.photographs import png
from tests.fakes.scripted_provider import HANDLE, ScriptedProvider, whole_run
from tests.unit.workbench.conftest import PAID, Studio

DEV = "fal-ai/flux-kontext/dev"


def _good(count: int = 1, url: str = "") -> ScriptedProvider:
    return ScriptedProvider(lambda request: whole_run([png(n + 2) for n in range(count)], url))


async def _opened(bench: Workbench, path: Path) -> RunOrder:
    await bench.open_session(path, create=not path.exists())
    if not len(bench.session.history):
        await bench.import_picture(png(1), "cup.png")
    assert bench.session.head is not None
    return RunOrder("Make it warmer", (bench.session.head,), DEV, PAID)


def _state_on_disk(path: Path, job: JobId) -> JobState:
    """Read by another connection, as a process that starts after a crash would."""
    import sqlite3

    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as other:
        row = other.execute("SELECT body FROM jobs WHERE id = ?", (job,)).fetchone()
    return JobState(json.loads(row[0])["state"])


def test_every_state_is_on_disk_before_it_is_announced(studio: Studio, session_path: Path) -> None:
    seen: list[tuple[JobState, JobState]] = []

    async def work(bench: Workbench) -> None:
        order = await _opened(bench, session_path)

        def compare(what: Announcement) -> None:
            if isinstance(what, JobChanged):
                record = what.view.record
                seen.append((record.state, _state_on_disk(session_path, record.id)))

        bench.announcer.subscribe(compare)
        await bench.wait_for(await bench.submit(order))

    studio.start(_good(), work)
    assert all(told is written for told, written in seen)
    assert list(dict.fromkeys(told for told, _ in seen)) == [
        JobState.PREPARED,
        JobState.SENDING,
        JobState.SUBMITTED,
        JobState.REMOTE_DONE,
        JobState.STORED,
    ]


def test_sending_is_on_disk_before_the_post_leaves(studio: Studio, session_path: Path) -> None:
    states: list[JobState] = []
    provider = _good()

    class Watching(list):  # the list of what was sent, looking at the disk at each entry
        def append(self, request: object) -> None:
            states.append(_state_on_disk(session_path, JobId("id0002")))
            super().append(request)

    provider.sent = Watching()

    async def work(bench: Workbench) -> None:
        await bench.wait_for(await bench.submit(await _opened(bench, session_path)))

    studio.start(provider, work)
    assert states == [JobState.SENDING]


def test_a_result_is_in_the_file_with_its_picture_before_anyone_hears(
    studio: Studio, session_path: Path
) -> None:
    found: list[bytes] = []

    async def work(bench: Workbench) -> None:
        order = await _opened(bench, session_path)

        def look(what: Announcement) -> None:
            if isinstance(what, ResultStored):
                found.append(_picture_on_disk(session_path, str(what.nodes[0])))

        bench.announcer.subscribe(look)
        await bench.wait_for(await bench.submit(order))

    studio.start(_good(), work)
    assert found == [png(2)]


def _picture_on_disk(path: Path, node: str) -> bytes:
    import sqlite3

    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as other:
        body = json.loads(other.execute("SELECT body FROM nodes WHERE id=?", (node,)).fetchone()[0])
        sha = body["image"]["sha256"]
        return bytes(other.execute("SELECT data FROM images WHERE sha256=?", (sha,)).fetchone()[0])


def test_a_result_is_a_child_of_the_step_it_was_made_from(
    studio: Studio, session_path: Path
) -> None:
    async def work(bench: Workbench) -> None:
        order = await _opened(bench, session_path)
        view = await bench.wait_for(await bench.submit(order))
        (node,) = bench.nodes_of(view.record.id)
        assert node.parents == order.parents
        assert node.request is not None
        assert node.request.inputs == (bench.session.history[order.parents[0]].image,)
        assert bench.session.head == order.parents[0]  # a result never moves the person

    studio.start(_good(), work)


def test_variants_are_siblings_of_one_run_with_one_number(
    studio: Studio, session_path: Path
) -> None:
    async def work(bench: Workbench) -> None:
        order = await _opened(bench, session_path)
        many = RunOrder(order.instruction, order.parents, count=3)
        view = await bench.wait_for(await bench.submit(many))
        nodes = bench.nodes_of(view.record.id)
        assert [node.variant for node in nodes] == [1, 2, 3]
        assert {node.step for node in nodes} == {1}

    studio.start(_good(3), work)


def test_f_api_30_the_same_edit_twice_is_one_post(studio: Studio, session_path: Path) -> None:
    go_on = asyncio.Event()
    provider = ScriptedProvider(lambda request: [wire.Sending(), go_on, *whole_run([png(2)])[1:]])

    async def work(bench: Workbench) -> None:
        order = await _opened(bench, session_path)
        job = await bench.submit(order)
        for _ in range(19):
            with pytest.raises(AlreadyRunning):
                await bench.submit(order)
        go_on.set()
        await bench.wait_for(job)

    studio.start(provider, work)
    assert len(provider.sent) == 1


def test_the_hosted_address_of_a_result_is_passed_on(studio: Studio, session_path: Path) -> None:
    provider = _good(url="https://cdn.invalid/result.png")

    async def work(bench: Workbench) -> None:
        order = await _opened(bench, session_path)
        view = await bench.wait_for(await bench.submit(order))
        child = bench.nodes_of(view.record.id)[0]
        await bench.wait_for(await bench.submit(RunOrder("Make it cooler", (child.id,), DEV, PAID)))

    studio.start(provider, work)
    assert provider.hosted == [None, "https://cdn.invalid/result.png"]


@pytest.mark.parametrize(("keep_s", "is_passed_on"), [(300, False), (86_400, True)])
def test_the_hosted_address_of_a_result_is_passed_on_only_as_long_as_it_was_asked_to_be_kept(
    studio: Studio, session_path: Path, keep_s: int, is_passed_on: bool
) -> None:
    url = "https://cdn.invalid/result.png"
    provider = _good(url=url)

    async def work(bench: Workbench) -> None:
        order = replace(await _opened(bench, session_path), delivery=Delivery(keep_s=keep_s))
        view = await bench.wait_for(await bench.submit(order))
        child = bench.nodes_of(view.record.id)[0]
        await bench.wait_for(await bench.submit(RunOrder("Make it cooler", (child.id,), DEV, PAID)))

    studio.start(provider, work)
    assert provider.hosted == [None, url if is_passed_on else None]


@pytest.mark.parametrize(
    ("fault", "state", "charged"),
    [
        (Unreachable("No way there."), JobState.PREPARED, Charged.NO),
        (OutcomeUnknown("Broke while sending."), JobState.UNKNOWN, Charged.MAYBE),
        (ContentBlocked("Stopped.", charged=Charged.MAYBE), JobState.BLOCKED, Charged.MAYBE),
        (Refused("No."), JobState.FAILED, Charged.NO),
    ],
)
def test_a_fault_while_sending_ends_the_run_as_it_must(
    studio: Studio, session_path: Path, fault: Exception, state: JobState, charged: Charged
) -> None:
    provider = ScriptedProvider(lambda request: [wire.Sending(), fault])

    async def work(bench: Workbench) -> None:
        view = await bench.wait_for(await bench.submit(await _opened(bench, session_path)))
        assert view.record.state is state
        assert view.record.fault is not None
        assert view.record.fault.charged is charged
        assert not view.active

    studio.start(provider, work)
    assert len(provider.sent) == 1


def test_a_run_that_was_not_accepted_is_prepared_again_while_it_waits(
    studio: Studio, session_path: Path
) -> None:
    tries: list[JobState] = []
    refusal = wire.NotAccepted(RateLimited("Too many requests."), 1, 0.0)
    provider = ScriptedProvider(lambda request: [wire.Sending(), refusal, *whole_run([png(2)])])

    async def work(bench: Workbench) -> None:
        order = await _opened(bench, session_path)

        def note(what: Announcement) -> None:
            if isinstance(what, JobChanged) and what.view.phase is Phase.RETRYING:
                tries.append(what.view.record.state)

        bench.announcer.subscribe(note)
        view = await bench.wait_for(await bench.submit(order))
        assert view.record.state is JobState.STORED

    studio.start(provider, work)
    assert tries
    assert set(tries) == {JobState.PREPARED}


# What the next start finds.


def test_a_submitted_run_is_fetched_at_the_next_start(studio: Studio, session_path: Path) -> None:
    first = ScriptedProvider(
        lambda request: [wire.Sending(), wire.Submitted(HANDLE), asyncio.Event()]
    )

    async def begin(bench: Workbench) -> None:
        order = await _opened(bench, session_path)
        job = await bench.submit(order)
        while bench.runs.view(job).record.state is not JobState.SUBMITTED:
            await asyncio.sleep(0.005)

    async def go_on(bench: Workbench) -> None:
        await bench.open_session(session_path)
        await bench.runs.wait_all()
        (view,) = bench.runs.views()
        assert view.record.state is JobState.STORED
        assert len(bench.nodes_of(view.record.id)) == 1

    studio.start(first, begin)
    second = ScriptedProvider(lambda request: [], resumed=whole_run([png(2)])[2:])
    studio.start(second, go_on)
    assert not second.sent


def test_runs_are_asked_for_in_the_order_they_expire_in(studio: Studio, session_path: Path) -> None:
    handles = [replace(HANDLE, request_id=f"run-{n}") for n in range(1, 21)]
    left = [a_run(n, remote=handle) for n, handle in enumerate(handles, 1)]
    session_with_runs(session_path, *reversed(left))
    service = ScriptedProvider(lambda request: [], resumed=whole_run([png(2)])[2:])

    async def go_on(bench: Workbench) -> None:
        await bench.open_session(session_path)
        await bench.runs.wait_all()

    studio.start(service, go_on)
    assert service.asked_for == handles, "what was sent first expires first"


def _leave_at(*steps: wire.JobEvent) -> ScriptedProvider:
    return ScriptedProvider(lambda request: [*steps, asyncio.Event()])


def _cut_off(studio: Studio, path: Path, provider: ScriptedProvider, state: JobState) -> None:
    """A start that ends while the run is in `state`."""

    async def begin(bench: Workbench) -> None:
        order = await _opened(bench, path)
        job = await bench.submit(order)
        while bench.runs.view(job).record.state is not state:
            await asyncio.sleep(0.005)

    studio.start(provider, begin)


def test_a_finished_run_is_downloaded_at_the_next_start(studio: Studio, session_path: Path) -> None:
    steps = (wire.Sending(), wire.Submitted(HANDLE), wire.RemoteDone('{"images": [1]}'))
    _cut_off(studio, session_path, _leave_at(*steps), JobState.REMOTE_DONE)
    second = ScriptedProvider(lambda request: [], collected=whole_run([png(2)])[-1:])

    async def go_on(bench: Workbench) -> None:
        await bench.open_session(session_path)
        await bench.runs.wait_all()
        assert [view.record.state for view in bench.runs.views()] == [JobState.STORED]

    studio.start(second, go_on)
    assert not second.sent


def test_a_run_that_was_being_sent_is_unknown_at_the_next_start_and_never_sent_again(
    studio: Studio, session_path: Path
) -> None:
    _cut_off(studio, session_path, _leave_at(wire.Sending()), JobState.SENDING)
    second = _good()

    async def go_on(bench: Workbench) -> None:
        await bench.open_session(session_path)
        await bench.runs.wait_all()
        (view,) = bench.runs.views()
        assert view.record.state is JobState.UNKNOWN
        assert view.record.fault is not None
        assert view.record.fault.charged is Charged.MAYBE

    studio.start(second, go_on)
    assert not second.sent


def test_a_prepared_run_waits_for_the_person_at_the_next_start(
    studio: Studio, session_path: Path
) -> None:
    _cut_off(studio, session_path, _leave_at(), JobState.PREPARED)
    second = _good()

    async def go_on(bench: Workbench) -> None:
        await bench.open_session(session_path)
        await bench.runs.wait_all()
        (view,) = bench.runs.views()
        assert view.record.state is JobState.PREPARED
        assert not second.sent
        assert await bench.rerun(view.record.id) == view.record.id
        done = await bench.wait_for(view.record.id)
        assert done.record.state is JobState.STORED

    studio.start(second, go_on)
    assert len(second.sent) == 1


# Cancelling.


def test_a_run_that_was_not_sent_is_cancelled_without_a_call(
    studio: Studio, session_path: Path
) -> None:
    provider = _leave_at()

    async def work(bench: Workbench) -> None:
        job = await bench.submit(await _opened(bench, session_path))
        await asyncio.sleep(0.02)
        await bench.cancel(job)
        assert bench.runs.view(job).record.state is JobState.CANCELLED

    studio.start(provider, work)
    assert not provider.sent
    assert not provider.cancelled


def test_a_result_that_comes_after_a_cancel_is_kept(studio: Studio, session_path: Path) -> None:
    go_on = asyncio.Event()
    provider = ScriptedProvider(
        lambda request: [wire.Sending(), wire.Submitted(HANDLE), go_on, *whole_run([png(2)])[4:]],
        cancel_answer=wire.CancelAnswer(False, already_finished=True, status="ALREADY_COMPLETED"),
        on_cancel=go_on.set,
    )

    async def work(bench: Workbench) -> None:
        job = await bench.submit(await _opened(bench, session_path))
        while bench.runs.view(job).record.state is not JobState.SUBMITTED:
            await asyncio.sleep(0.005)
        await bench.cancel(job)
        assert bench.runs.view(job).phase is Phase.CANCELLING
        view = await bench.wait_for(job)
        assert view.record.state is JobState.STORED

    studio.start(provider, work)
    assert provider.cancelled == [HANDLE]


def test_a_cancel_while_sending_waits_for_the_id_and_then_asks_once(
    studio: Studio, session_path: Path
) -> None:
    answered, stopped = asyncio.Event(), asyncio.Event()
    provider = ScriptedProvider(
        lambda request: [
            wire.Sending(),
            answered,
            wire.Submitted(HANDLE),
            stopped,
            ConnectionLost("never reached") if not provider.cancelled else Refused("stopped"),
        ],
        on_cancel=stopped.set,
    )

    async def work(bench: Workbench) -> None:
        job = await bench.submit(await _opened(bench, session_path))
        while not provider.sent:
            await asyncio.sleep(0.005)
        await bench.cancel(job)
        await bench.cancel(job)
        answered.set()
        view = await bench.wait_for(job)
        assert view.record.state is JobState.CANCELLED

    provider.script = lambda request: [
        wire.Sending(),
        answered,
        wire.Submitted(HANDLE),
        stopped,
        Refused("stopped"),
    ]
    studio.start(provider, work)
    assert provider.cancelled == [HANDLE]


def test_a_cancel_that_is_answered_after_the_result_came_takes_nothing_away(
    studio: Studio, session_path: Path
) -> None:
    go_on, come_in, answered = asyncio.Event(), asyncio.Event(), asyncio.Event()
    steps = whole_run([png(2)])
    provider = ScriptedProvider(
        lambda request: [*steps[:2], go_on, steps[4], come_in, steps[5]],
        cancel_answer=wire.CancelAnswer(True, status="OK"),
        on_cancel=go_on.set,
        cancel_gate=answered,
    )

    async def work(bench: Workbench) -> None:
        job = await bench.submit(await _opened(bench, session_path))
        while bench.runs.view(job).record.state is not JobState.SUBMITTED:
            await asyncio.sleep(0.005)
        await bench.cancel(job)
        while bench.runs.view(job).record.state is not JobState.REMOTE_DONE:
            await asyncio.sleep(0.005)
        answered.set()
        await asyncio.sleep(0.05)
        come_in.set()
        view = await bench.wait_for(job)
        assert view.record.state is JobState.STORED
        assert len(bench.nodes_of(job)) == 1

    studio.start(provider, work)


# The rest.


def test_at_most_two_runs_are_under_way_and_the_others_keep_their_order(
    studio: Studio, session_path: Path
) -> None:
    go_on = asyncio.Event()
    provider = ScriptedProvider(lambda request: [wire.Sending(), go_on, *whole_run([png(2)])[1:]])

    async def work(bench: Workbench) -> None:
        order = await _opened(bench, session_path)
        jobs = [
            await bench.submit(RunOrder(f"Make it warmer by {n} %", order.parents))
            for n in range(1, 6)
        ]
        while len(provider.sent) < 2:
            await asyncio.sleep(0.005)
        await asyncio.sleep(0.05)
        assert len(provider.sent) == 2
        assert [bench.runs.view(job).place for job in jobs[2:]] == [1, 2, 3]
        go_on.set()
        await bench.runs.wait_all()

    studio.start(provider, work)
    sent = [request.instruction for request in provider.sent]
    assert sent == [f"Make it warmer by {n} %" for n in range(1, 6)]


def test_a_damaged_picture_is_fetched_again(studio: Studio, session_path: Path) -> None:
    whole = png(2)
    steps = whole_run([whole[: len(whole) // 2]])
    good = EditResult((ReceivedImage(whole, ""),))
    provider = ScriptedProvider(lambda request: steps, collected=[wire.Finished(good)])

    async def work(bench: Workbench) -> None:
        view = await bench.wait_for(await bench.submit(await _opened(bench, session_path)))
        assert view.record.state is JobState.STORED

    studio.start(provider, work)
    with_file = SessionFile.open(session_path)
    try:
        assert with_file.check() == ()
    finally:
        with_file.close()


def test_the_session_limit_holds_a_run_back_before_it_is_written(
    studio: Studio, session_path: Path
) -> None:
    async def work(bench: Workbench) -> None:
        order = await _opened(bench, session_path)
        from dataclasses import replace

        await bench.change_settings(replace(bench.settings, spend_limit_usd=0.03))
        paid = RunOrder(order.instruction, order.parents, "fal-ai/flux-pro/kontext", "lab")
        with pytest.raises(BadRequest, match=r"limit of \$0\.03"):
            await bench.submit(paid)
        assert bench.runs.views() == ()

    studio.start(_good(), work)


def test_undo_hides_a_result_and_redo_shows_it_again(studio: Studio, session_path: Path) -> None:
    async def work(bench: Workbench) -> None:
        view = await bench.wait_for(await bench.submit(await _opened(bench, session_path)))
        (node,) = bench.nodes_of(view.record.id)
        await bench.undo()
        assert node.id in bench.session.hidden
        await bench.redo()
        assert node.id not in bench.session.hidden

    async def look(bench: Workbench) -> None:
        await bench.open_session(session_path)
        assert bench.session.undo_text == "edit"
        assert len(bench.session.shown()) == 2

    studio.start(_good(), work)
    studio.start(_good(), look)
    assert any(isinstance(what, Changed) and what.by_undo for what in studio.heard)


def test_a_result_of_a_deleted_branch_lands_in_the_bin_with_it(
    studio: Studio, session_path: Path
) -> None:
    go_on = asyncio.Event()
    provider = ScriptedProvider(lambda request: [wire.Sending(), go_on, *whole_run([png(2)])[1:]])

    async def work(bench: Workbench) -> None:
        order = await _opened(bench, session_path)
        job = await bench.submit(order)
        while not provider.sent:
            await asyncio.sleep(0.005)
        await bench.delete(order.parents[0])
        go_on.set()
        view = await bench.wait_for(job)
        assert view.record.state is JobState.STORED
        (node,) = bench.nodes_of(job)
        assert node.id in bench.session.hidden
        assert bench.session.shown() == ()

    studio.start(provider, work)
