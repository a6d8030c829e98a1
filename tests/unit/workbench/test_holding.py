"""Where a service wants a key or credit, one run asks and the others wait."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from kontext_studio.core import provider as wire
from kontext_studio.core.errors import (
    AlreadyRunning,
    OutOfCredit,
    RateLimited,
    Unauthorized,
)
from kontext_studio.core.jobs import JobState
from kontext_studio.workbench.bench import Workbench
from tests.fakes.photographs import png
from tests.fakes.scripted_provider import ScriptedProvider, Step, whole_run
from tests.unit.workbench.conftest import Studio
from tests.unit.workbench.paid import opened


def test_f_api_2_a_key_that_is_not_accepted_holds_the_line_with_one_card(
    studio: Studio, session_path: Path
) -> None:
    all_ordered, right = asyncio.Event(), asyncio.Event()

    def script(request: object) -> list[Step]:
        if right.is_set():
            return whole_run([png(2)])
        return [wire.Sending(), all_ordered, Unauthorized("No.")]

    provider = ScriptedProvider(script)

    async def work(bench: Workbench) -> None:
        order = await opened(bench, session_path)
        jobs = [
            await bench.submit(replace(order, instruction=f"Make it {word}"))
            for word in ("red", "blue", "dark", "light", "warm")
        ]
        all_ordered.set()
        await bench.runs.wait_all()
        views = [bench.runs.view(job) for job in jobs]
        assert {view.record.state for view in views} == {JobState.PREPARED}
        assert [view.record.fault is not None for view in views].count(True) == 1
        assert len(provider.sent) <= 2
        right.set()
        (asking,) = [view.record.id for view in views if view.record.fault]
        bench.runs.again(asking)
        await bench.runs.wait_all()
        assert {view.record.state for view in bench.runs.views()} == {JobState.STORED}

    studio.start(provider, work)


@pytest.mark.parametrize("way", ["cancelled", "dismissed"])
def test_f_api_2_runs_are_not_held_for_one_that_was_put_away(
    studio: Studio, session_path: Path, way: str
) -> None:
    all_ordered = asyncio.Event()
    provider = ScriptedProvider(lambda request: [wire.Sending(), all_ordered, Unauthorized("No.")])

    async def work(bench: Workbench) -> None:
        order = await opened(bench, session_path)
        jobs = [
            await bench.submit(replace(order, instruction=f"Make it {word}"))
            for word in ("red", "blue", "dark")
        ]
        all_ordered.set()
        await bench.runs.wait_all()
        views = [bench.runs.view(job) for job in jobs]
        assert [view.held for view in views].count(True) == 2
        (asking,) = [view.record.id for view in views if view.record.fault]
        if way == "cancelled":
            await bench.cancel(asking)
        else:
            await bench.act(lambda session: session.dismiss(asking))
        assert not any(bench.runs.view(job).held for job in jobs)
        sent = len(provider.sent)
        other = next(job for job in jobs if job != asking)
        bench.runs.again(other)
        view = await bench.wait_for(other)
        assert view.record.fault is not None  # it asks itself now
        assert len(provider.sent) == sent + 1

    studio.start(provider, work)


def test_f_api_3_a_second_run_without_credit_asks_itself_where_the_first_one_went_through(
    studio: Studio, session_path: Path
) -> None:
    paid = asyncio.Event()
    all_ordered = asyncio.Event()

    def script(request: object) -> list[Step]:
        if paid.is_set() and "red" in getattr(request, "instruction", ""):
            return whole_run([png(2)])
        return [wire.Sending(), all_ordered, OutOfCredit("The account has no credit.")]

    provider = ScriptedProvider(script)

    async def work(bench: Workbench) -> None:
        order = await opened(bench, session_path)
        red = await bench.submit(replace(order, instruction="Make it red"))
        blue = await bench.submit(replace(order, instruction="Make it blue"))
        all_ordered.set()
        await bench.runs.wait_all()
        paid.set()
        bench.runs.again(red)
        bench.runs.again(blue)
        await bench.runs.wait_all()
        assert bench.runs.view(red).record.state is JobState.STORED
        blue_view = bench.runs.view(blue)
        assert blue_view.record.fault is not None
        assert not blue_view.held

    studio.start(provider, work)


def test_one_run_without_a_key_asks_for_it_and_holds_nothing(
    studio: Studio, session_path: Path
) -> None:
    """The fault comes before anything is uploaded, while the run still stands in the line."""
    provider = ScriptedProvider(lambda request: [Unauthorized("There is no key for fal.ai.")])

    async def work(bench: Workbench) -> None:
        view = await bench.wait_for(await bench.submit(await opened(bench, session_path)))
        assert view.record.fault is not None
        assert view.record.fault.kind == "unauthorized"
        assert not view.held

    studio.start(provider, work)


def test_runs_are_not_held_for_a_reason_that_is_gone(studio: Studio, session_path: Path) -> None:
    all_ordered, has_key = asyncio.Event(), asyncio.Event()

    def script(request: object) -> list[Step]:
        if has_key.is_set():
            return [wire.Sending(), RateLimited("The service is busy.")]
        return [wire.Sending(), all_ordered, Unauthorized("No.")]

    provider = ScriptedProvider(script)

    async def work(bench: Workbench) -> None:
        order = await opened(bench, session_path)
        red = await bench.submit(replace(order, instruction="Make it red"))
        blue = await bench.submit(replace(order, instruction="Make it blue"))
        all_ordered.set()
        await bench.runs.wait_all()
        asking, held = (red, blue) if bench.runs.view(blue).held else (blue, red)
        has_key.set()
        bench.runs.again(asking)
        await bench.runs.wait_all()
        assert not bench.runs.view(held).held

    studio.start(provider, work)


def test_a_held_run_is_a_twin_and_is_not_sent_where_it_was_put_away(
    studio: Studio, session_path: Path
) -> None:
    all_ordered, has_key = asyncio.Event(), asyncio.Event()

    def script(request: object) -> list[Step]:
        if has_key.is_set():
            return whole_run([png(2)])
        return [wire.Sending(), all_ordered, Unauthorized("No.")]

    provider = ScriptedProvider(script)

    async def work(bench: Workbench) -> None:
        order = await opened(bench, session_path)
        orders = [replace(order, instruction=f"Make it {word}") for word in ("red", "blue", "dark")]
        jobs = [await bench.submit(one) for one in orders]
        all_ordered.set()
        await bench.runs.wait_all()
        held = [job for job in jobs if bench.runs.view(job).held]
        with pytest.raises(AlreadyRunning):
            await bench.submit(orders[jobs.index(held[0])])
        await bench.act(lambda session: session.dismiss(held[0]))
        await bench.cancel(held[1])
        sent = len(provider.sent)
        has_key.set()
        (asking,) = [job for job in jobs if job not in held]
        bench.runs.again(asking)
        await bench.runs.wait_all()
        assert len(provider.sent) == sent + 1
        assert bench.runs.view(held[1]).record.state is JobState.CANCELLED

    studio.start(provider, work)
