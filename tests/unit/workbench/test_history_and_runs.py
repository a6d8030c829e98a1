"""Acts on the tree while runs are under way: the tree changes, paid results do not."""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from kontext_studio.core import provider as wire
from kontext_studio.core.jobs import JobState
from kontext_studio.core.route import Route
from kontext_studio.core.session import Session
from kontext_studio.store.places import Places
from kontext_studio.store.session_file import SessionFile
from kontext_studio.workbench import keeping
from kontext_studio.workbench.bench import Workbench
from kontext_studio.workbench.connections import Connections
from tests.fakes.fal_service import KEY, FalService
from tests.fakes.photographs import png
from tests.fakes.scripted_provider import HANDLE, ScriptedProvider, Step, whole_run
from tests.unit.workbench.conftest import PAID, Studio
from tests.unit.workbench.paid import good, opened, reaches, until

ACTS = 10_000 if os.environ.get("KONTEXT_STUDIO_LONG_TESTS") else 400


def _picture(_request: object, seed: int) -> list[Step]:
    return whole_run([png(seed + 2)])


def _as_stored(path: Path) -> dict[str, str]:
    with SessionFile.open(path, read_only=True) as file:
        assert file.check() == ()
        nodes = file.load().session.history
        return {node.id: node.image.sha256 for node in nodes}


@pytest.mark.parametrize(
    "state",
    [JobState.PREPARED, JobState.SENDING, JobState.SUBMITTED, JobState.REMOTE_DONE],
    ids=lambda state: state,
)
def test_f_ui_4_a_result_of_a_branch_deleted_meanwhile_lies_in_the_bin_and_comes_back(
    studio: Studio, session_path: Path, state: JobState
) -> None:
    go_on = asyncio.Event()
    steps = whole_run([png(2)])
    before = {
        JobState.PREPARED: [go_on, *steps],
        JobState.SENDING: [steps[0], go_on, *steps[1:]],
        JobState.SUBMITTED: [*steps[:2], go_on, *steps[2:]],
        JobState.REMOTE_DONE: [*steps[:-1], go_on, steps[-1]],
    }
    provider = ScriptedProvider(lambda request: before[state])

    async def work(bench: Workbench) -> None:
        order = await opened(bench, session_path)
        job = await bench.submit(order)
        await reaches(bench, job, state)
        deleted = await bench.delete(order.parents[0])
        assert deleted is not None
        go_on.set()
        assert (await bench.wait_for(job)).record.state is JobState.STORED
        (node,) = bench.nodes_of(job)
        assert node.id in bench.session.hidden
        await bench.act(partial(Session.restore, nodes=[node.id]))
        assert {one.id for one in bench.session.shown()} == {node.id, order.parents[0]}

    studio.start(provider, work)
    assert len(_as_stored(session_path)) == 2


def test_f_ui_5_whatever_is_deleted_and_undone_every_picture_stays_in_the_file(
    studio: Studio, session_path: Path
) -> None:
    async def work(bench: Workbench) -> None:
        chance = random.Random(5)
        order = await opened(bench, session_path)
        for number in range(8):
            parent = chance.choice(list(bench.session.history)).id
            provider.script = partial(_picture, seed=number)
            again = replace(order, instruction=f"Make it {number}", parents=(parent,))
            await bench.wait_for(await bench.submit(again))
        whole = {one.id: one.image.sha256 for one in bench.session.history}
        shown = bench.session.shown()
        for node in list(whole):
            await bench.delete(node)
            await bench.undo()
            assert bench.session.shown() == shown
        for node in list(whole):
            await bench.delete(node)
        assert bench.session.shown() == ()
        for ref in {one.image for one in bench.session.history}:
            await bench.picture(ref)
        assert whole == {one.id: one.image.sha256 for one in bench.session.history}

    provider = good()
    studio.start(provider, work)
    assert len(_as_stored(session_path)) == 9


def test_f_ui_6_no_order_of_acts_during_runs_takes_a_result_away(
    studio: Studio, session_path: Path
) -> None:
    made: set[str] = set()

    async def work(bench: Workbench) -> None:
        chance = random.Random(6)
        order = await opened(bench, session_path)
        for number in range(ACTS):
            nodes = list(bench.session.history)
            node = chance.choice(nodes).id
            match chance.randrange(10):
                case 0:
                    provider.script = partial(_picture, seed=number % 50)
                    again = replace(order, instruction=f"Make it {number}", parents=(node,))
                    await bench.submit(again)
                case 1 | 2 | 3:
                    await bench.undo()
                case 4 | 5:
                    await bench.redo()
                case 6:
                    await bench.delete(node)
                case 7:
                    await bench.act(partial(Session.star, node=node, on=chance.random() < 0.5))
                case 8:
                    await bench.select(node)
                case _:
                    await bench.act(partial(Session.restore, nodes=[node]))
        await bench.runs.wait_all()
        views = bench.runs.views()
        assert {view.record.state for view in views} == {JobState.STORED}
        for view in views:
            made.update(node.id for node in bench.nodes_of(view.record.id))
        assert len(made) == len(provider.sent) == len(views)

    provider = good()
    studio.start(provider, work)
    assert made <= set(_as_stored(session_path))


def test_f_ui_14_what_is_sent_is_what_was_asked_for_when_run_was_pressed(
    studio: Studio, session_path: Path
) -> None:
    from kontext_studio.core.drafts import Draft

    go_on = asyncio.Event()
    provider = ScriptedProvider(lambda request: [go_on, *whole_run([png(2)])])

    async def work(bench: Workbench) -> None:
        order = await opened(bench, session_path)
        job = await bench.submit(order)
        await bench.save_draft(order.parents[0], Draft(text="Something else"))
        go_on.set()
        await bench.wait_for(job)

    studio.start(provider, work)
    assert [request.instruction for request in provider.sent] == ["Make it warmer"]


class _Slow(FalService):
    """Works on its first run until it is allowed to end."""

    def __init__(self) -> None:
        super().__init__(streams=False)
        self.may_end = False

    def statuses_of(self, request_id: str) -> Sequence[Mapping[str, object]]:
        if request_id == "run-1" and not self.may_end:
            return [{"status": "IN_PROGRESS", "logs": []}]
        return [{"status": "COMPLETED", "logs": []}]


def test_f_ui_15_a_run_is_followed_with_the_key_it_was_sent_with(
    session_path: Path, tmp_path: Path
) -> None:
    """With the real client: the key changes while the run is polled, and another run goes out."""
    environment = {"KONTEXT_STUDIO_HOME": str(tmp_path / "home"), "LAB_KEY": KEY}
    places = Places.from_environment(environment)

    async def whole() -> None:
        fal = _Slow()
        async with fal:
            connections = Connections(places.routes_file, environment)
            route = Route(PAID, "fal", hosts=fal.access().route.hosts, key_env="LAB_KEY")
            connections.add(route)
            connections.save()
            bench = Workbench(places, environment)
            await bench.start()
            try:
                order = await opened(bench, session_path)
                first = await bench.submit(order)
                await until(lambda: len(fal.seen("status")) > 1)
                environment["LAB_KEY"] = "another-key-of-the-same-person"
                second = await bench.submit(replace(order, instruction="Make it cooler"))
                assert (await bench.wait_for(second)).record.state is JobState.STORED
                fal.may_end = True
                assert (await bench.wait_for(first)).record.state is JobState.STORED
            finally:
                await bench.shutdown()
            keys = [one.headers["authorization"] for one in fal.seen("status")]
            assert keys[0] == f"Key {KEY}"
            assert len(fal.seen("submit")) == 2

    asyncio.run(whole())


def test_f_sec_7_a_session_that_claims_anothers_run_is_asked_for_with_our_key_only_and_never_sent(
    studio: Studio, session_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "DAMAGED_WAIT_S", 0.0)
    first = ScriptedProvider(
        lambda request: [wire.Sending(), wire.Submitted(HANDLE), asyncio.Event()]
    )

    async def begin(bench: Workbench) -> None:
        await reaches(
            bench, await bench.submit(await opened(bench, session_path)), JobState.SUBMITTED
        )

    studio.start(first, begin)
    second = ScriptedProvider(lambda request: [], resumed=whole_run([b"not a picture"])[2:])

    async def go_on(bench: Workbench) -> None:
        await bench.open_session(session_path)
        await bench.runs.wait_all()
        (view,) = bench.runs.views()
        assert view.record.state is JobState.REMOTE_DONE
        assert len(bench.session.history) == 1

    studio.start(second, go_on)
    assert second.sent == []
