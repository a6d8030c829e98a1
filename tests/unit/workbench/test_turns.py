"""Instructions in line: each on the step that the one before made; nothing goes on by itself after
a restart."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from kontext_studio.core import provider as wire
from kontext_studio.core.area import Area
from kontext_studio.core.drafts import Draft
from kontext_studio.core.errors import BadRequest, Refused, SessionError, Unauthorized
from kontext_studio.core.history import NodeId
from kontext_studio.core.images import ImageRef, Sha256
from kontext_studio.core.jobs import JobState
from kontext_studio.core.turns import MOST_TURNS, TurnQueue
from kontext_studio.workbench.announcements import TurnsChanged
from kontext_studio.workbench.bench import Workbench
from kontext_studio.workbench.orders import RunOrder
from tests.fakes.photographs import png
from tests.fakes.scripted_provider import HANDLE, ScriptedProvider, whole_run
from tests.unit.workbench.conftest import PAID, Studio

DEV = "fal-ai/flux-kontext/dev"
TEXTS = ("Paint the wall green", "Remove the bin", "Add a cat on the sofa")
SETTINGS = Draft(model=DEV, route=PAID, count=4, text="not this", keep=("style",))


def _good() -> ScriptedProvider:
    return ScriptedProvider(lambda request: whole_run([png(len(request.instruction))]))


async def _opened(bench: Workbench, path: Path) -> NodeId:
    await bench.open_session(path, create=not path.exists())
    if not len(bench.session.history):
        await bench.import_picture(png(1), "cup.png")
    assert bench.session.head is not None
    return bench.session.head


async def _until(bench: Workbench, done: int) -> None:
    """Until so many of the line are steps and nothing of it is under way."""
    while True:
        view = bench.turns.view()
        if view is None or (view.queue.done >= done and not view.under_way):
            return
        await asyncio.sleep(0.005)


def _queue(bench: Workbench) -> TurnQueue:
    view = bench.turns.view()
    assert view is not None
    return view.queue


def _line(bench: Workbench) -> list[str]:
    """The instructions from the original to the newest step."""
    path = bench.session.history.path(list(bench.session.history)[-1].id)
    return [node.request.instruction for node in path if node.request is not None]


def test_each_is_run_on_the_step_before_it_until_none_is_left(studio: Studio, session_path: Path):
    async def work(bench: Workbench) -> None:
        await bench.turns.begin(TEXTS, await _opened(bench, session_path), SETTINGS)
        view = bench.turns.view()
        assert view is not None
        assert view.price is not None
        assert not bench.desk.jobs  # shown, and nothing is run
        await bench.turns.run(all_of_them=True)
        await _until(bench, 3)
        assert _line(bench) == list(TEXTS)
        assert bench.turns.view() is None
        assert bench.stored_choice("turns") == ""
        assert {job.request.count for job in bench.desk.jobs.values()} == {1}

    studio.start(_good(), work)
    assert any(isinstance(one, TurnsChanged) and one.view is None for one in studio.heard)


def test_one_is_run_and_the_next_waits_to_be_seen_and_changed(studio: Studio, session_path: Path):
    async def work(bench: Workbench) -> None:
        await bench.turns.begin(TEXTS, await _opened(bench, session_path), SETTINGS)
        await bench.turns.run(all_of_them=False)
        await _until(bench, 1)
        await bench.turns.remove(_queue(bench), 1)
        await bench.turns.edit(_queue(bench), 0, "Remove the blue bin")
        with pytest.raises(BadRequest):
            await bench.turns.edit(_queue(bench), 0, "  ")
        assert len(bench.desk.jobs) == 1
        await bench.turns.run(all_of_them=False)
        await _until(bench, 2)
        assert _line(bench) == [TEXTS[0], "Remove the blue bin"]
        assert bench.turns.view() is None

    studio.start(_good(), work)


def test_turns_with_settings_of_their_own_are_priced_each_by_its_own(
    studio: Studio, session_path: Path
):
    models = ("fal-ai/flux-kontext/dev", "fal-ai/flux-pro/kontext/max")
    each = tuple(Draft(model=model, route=PAID) for model in models)

    async def work(bench: Workbench) -> None:
        on = await _opened(bench, session_path)
        prices = [bench.price_of(RunOrder("x", (on,), model, PAID)) for model in models]
        await bench.turns.begin(TEXTS[:2], on, each[0], each=each)
        view = bench.turns.view()
        assert view is not None
        assert view.whole_price is not None
        assert view.price == prices[0] != prices[1]
        whole = sum(one.amount for one in prices if one is not None)
        assert view.whole_price.amount == pytest.approx(whole, abs=1e-6)

    studio.start(_good(), work)


def test_what_was_written_before_the_line_moved_up_goes_to_the_same_one(
    studio: Studio, session_path: Path
):
    async def work(bench: Workbench) -> None:
        await bench.turns.begin(TEXTS, await _opened(bench, session_path), SETTINGS)
        shown = _queue(bench)
        await bench.turns.run(all_of_them=False)
        await _until(bench, 1)
        await bench.turns.edit(shown, 2, "Add a dog on the sofa")
        assert _queue(bench).left == (TEXTS[1], "Add a dog on the sofa")
        with pytest.raises(BadRequest):
            await bench.turns.remove(shown, 0)  # it is a step by now

    studio.start(_good(), work)


def test_after_a_restart_what_is_left_is_there_and_nothing_is_sent(
    studio: Studio, session_path: Path
):
    never = asyncio.Event()

    async def quits(bench: Workbench) -> None:
        await bench.turns.begin(TEXTS, await _opened(bench, session_path), SETTINGS)
        await bench.turns.run(all_of_them=True)
        while not any(job.state is JobState.SUBMITTED for job in bench.desk.jobs.values()):
            await asyncio.sleep(0.005)

    async def comes_back(bench: Workbench) -> None:
        await _opened(bench, session_path)
        await _until(bench, 1)  # the one that was sent is fetched
        await asyncio.sleep(0)
        view = bench.turns.view()
        assert view is not None
        assert view.queue.left == TEXTS[1:]
        assert not view.goes_on
        assert len(bench.desk.jobs) == 1
        await bench.turns.run(all_of_them=True)
        await _until(bench, 3)
        assert _line(bench) == list(TEXTS)

    submitted: tuple[wire.JobEvent, ...] = (wire.Sending(), wire.Submitted(HANDLE))
    studio.start(ScriptedProvider(lambda request: (*submitted, never)), quits)
    back = _good()
    back.resumed = whole_run([png(9)])[2:]
    studio.start(back, comes_back)


def test_one_that_was_never_sent_is_not_said_to_run_and_goes_on_as_it_is(
    studio: Studio, session_path: Path
):
    never = asyncio.Event()

    async def quits(bench: Workbench) -> None:
        await bench.turns.begin(TEXTS, await _opened(bench, session_path), SETTINGS)
        await bench.turns.run(all_of_them=True)
        view = bench.turns.view()
        assert view is not None
        assert view.under_way

    async def comes_back(bench: Workbench) -> None:
        await _opened(bench, session_path)
        view = bench.turns.view()
        assert view is not None
        assert not view.under_way
        assert view.stopped == "It was not sent yet."
        await bench.turns.run(all_of_them=True)
        await _until(bench, 3)
        assert _line(bench) == list(TEXTS)
        assert len(bench.desk.jobs) == 3

    studio.start(ScriptedProvider(lambda request: (never, wire.Sending())), quits)
    studio.start(_good(), comes_back)


def test_one_that_waits_for_a_key_stops_the_line_and_can_be_run_again(
    studio: Studio, session_path: Path
):
    script: list[wire.JobEvent | Exception | asyncio.Event] = [
        wire.Sending(),
        Unauthorized("The key was refused."),
    ]

    async def work(bench: Workbench) -> None:
        await bench.turns.begin(TEXTS, await _opened(bench, session_path), SETTINGS)
        await bench.turns.run(all_of_them=True)
        while (view := bench.turns.view()) is None or not view.stopped:
            await asyncio.sleep(0.005)
        assert not view.under_way
        assert not view.goes_on
        assert view.queue.left == TEXTS
        script[:] = whole_run([png(3)])
        await bench.turns.run(all_of_them=False)
        await _until(bench, 1)
        assert len(bench.desk.jobs) == 1

    studio.start(ScriptedProvider(lambda request: tuple(script)), work)


def test_putting_the_session_away_sends_none_of_what_is_left(studio: Studio, session_path: Path):
    gate = asyncio.Event()

    async def work(bench: Workbench) -> None:
        async def writes_for_a_while() -> None:
            gate.set()
            await _until(bench, 1)
            for _ in range(20):
                await asyncio.sleep(0)

        await bench.turns.begin(TEXTS, await _opened(bench, session_path), SETTINGS)
        await bench.turns.run(all_of_them=True)
        while not provider.sent:
            await asyncio.sleep(0.005)
        bench.before_close(writes_for_a_while)
        await bench.close_session()
        assert [one.instruction for one in provider.sent] == [TEXTS[0]]

    sending, *rest = whole_run([png(3)])
    provider = ScriptedProvider(lambda request: (sending, gate, *rest))
    studio.start(provider, work)


def test_a_failure_stops_the_line_and_keeps_what_failed(studio: Studio, session_path: Path):
    async def work(bench: Workbench) -> None:
        await bench.turns.begin(TEXTS, await _opened(bench, session_path), SETTINGS)
        await bench.turns.run(all_of_them=True)
        while (view := bench.turns.view()) is None or not view.stopped:
            await asyncio.sleep(0.005)
        assert view.queue.left == TEXTS
        assert view.stopped == "Not this one."
        assert not view.goes_on
        assert len(bench.desk.jobs) == 1

    studio.start(ScriptedProvider(lambda request: (wire.Sending(), Refused("Not this one."))), work)


def test_branches_all_go_on_from_the_same_step(studio: Studio, session_path: Path):
    async def work(bench: Workbench) -> None:
        head = await _opened(bench, session_path)
        await bench.turns.begin(TEXTS[:2], head, SETTINGS, branches=True)
        await bench.turns.run(all_of_them=True)
        await _until(bench, 2)
        children = bench.session.history.children(head)
        assert [node.request and node.request.instruction for node in children] == list(TEXTS[:2])

    studio.start(_good(), work)


def test_an_area_is_for_the_first_alone_unless_it_is_kept(studio: Studio, session_path: Path):
    area = Area(ImageRef(Sha256("a" * 64), "image/png", 8, 8), 0.5)
    painted = replace(SETTINGS, area=area)

    async def work(bench: Workbench) -> None:
        on = await _opened(bench, session_path)
        await bench.turns.begin(TEXTS, on, painted)
        assert _queue(bench).with_area == (1,)
        rest = _queue(bench).after(on, 1)
        assert rest is not None
        assert rest.next_settings.area_to_send is None
        await bench.turns.begin(TEXTS, on, replace(painted, keep_area=True))
        assert _queue(bench).with_area == (1, 2, 3)
        await bench.turns.begin(TEXTS, on, painted, branches=True)
        assert _queue(bench).with_area == (1, 2, 3)
        await bench.turns.begin(TEXTS, on, replace(painted, area_on=False))
        assert _queue(bench).with_area == ()

    studio.start(_good(), work)


def test_what_is_stored_comes_back_and_what_cannot_be_read_is_none():
    queue = TurnQueue(TEXTS, NodeId("n1"), 3, 7, SETTINGS)
    assert TurnQueue.from_text(queue.to_text()) == queue
    assert TurnQueue.from_text('{"left": 3}') is None
    assert TurnQueue.from_text("[[") is None
    long = TurnQueue(TEXTS * 10, NodeId("n1"), 30, 7, Draft(), each=(Draft(model=DEV),) * 30)
    assert TurnQueue.from_text(long.to_text()) == long  # a chain that is run again may be long


def test_a_long_chain_stands_in_line_whole(studio: Studio, session_path: Path):
    async def work(bench: Workbench) -> None:
        head = await _opened(bench, session_path)
        await bench.turns.begin(TEXTS * 10, head, SETTINGS)
        assert len(_queue(bench).left) == 30
        with pytest.raises(BadRequest, match=f"From 1 to {MOST_TURNS}"):
            await bench.turns.begin(["Make it warmer"] * (MOST_TURNS + 1), head, SETTINGS)

    studio.start(_good(), work)


def test_a_line_that_would_pass_the_limit_is_refused_before_its_first_is_paid(
    studio: Studio, session_path: Path
):
    provider = _good()

    async def work(bench: Workbench) -> None:
        await bench.turns.begin(TEXTS, await _opened(bench, session_path), SETTINGS)
        view = bench.turns.view()
        assert view is not None
        assert view.price is not None
        one = view.price.amount
        await bench.change_settings(replace(bench.settings, spend_limit_usd=2.5 * one))
        with pytest.raises(BadRequest, match=r"These 3 runs, .* would pass this session"):
            await bench.turns.run(all_of_them=True)
        view = bench.turns.view()
        assert view is not None
        assert "These 3 runs" in view.stopped
        assert not provider.sent
        # One by one is the person's choice; what is left is counted beside what was spent.
        await bench.turns.run(all_of_them=False)
        await _until(bench, 1)
        with pytest.raises(BadRequest, match="These 2 runs"):
            await bench.turns.run(all_of_them=True)
        await bench.change_settings(replace(bench.settings, spend_limit_usd=3 * one))
        await bench.turns.run(all_of_them=True)
        await _until(bench, 3)
        assert bench.turns.view() is None

    studio.start(provider, work)
    assert len(provider.sent) == 3


def test_a_turn_that_became_a_step_is_not_paid_again_where_the_line_could_not_be_written(
    studio: Studio, session_path: Path, monkeypatch: pytest.MonkeyPatch
):
    provider = _good()

    async def work(bench: Workbench) -> None:
        head = await _opened(bench, session_path)
        await bench.turns.begin(TEXTS[:2], head, SETTINGS)
        works, fault = bench.store_choice, SessionError("There is no room on the disk.")

        async def full(_name: str, _text: str) -> bool:
            raise fault

        monkeypatch.setattr(bench, "store_choice", full)
        job = await bench.turns.run(all_of_them=True)
        assert job is not None
        await bench.wait_for(job)
        await bench.turns.settle()
        view = bench.turns.view()
        assert view is not None
        assert (view.stopped, view.goes_on) == (fault.message, False)
        assert view.to_order == TEXTS[1:2]
        with pytest.raises(SessionError, match="no room"):
            await bench.turns.run(all_of_them=False)
        assert len(bench.desk.jobs) == 1
        monkeypatch.setattr(bench, "store_choice", works)
        await bench.turns.run(all_of_them=False)
        await _until(bench, 2)
        assert _line(bench) == list(TEXTS[:2])

    studio.start(provider, work)
    assert [one.instruction for one in provider.sent] == list(TEXTS[:2])
