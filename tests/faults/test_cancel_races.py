"""Cancel and completion, interleaved: the real client against a service that decides by chance.

Whatever was made is kept once; what was not made is cancelled; nothing is in between. With
KONTEXT_STUDIO_LONG_TESTS=1 a thousand times instead of a sample.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from kontext_studio.core.jobs import JobState
from kontext_studio.core.models import Catalogue
from kontext_studio.providers.fal import FalProvider
from kontext_studio.providers.retries import Patience
from kontext_studio.store.places import Places
from kontext_studio.workbench.bench import Workbench
from kontext_studio.workbench.connections import Connections
from kontext_studio.workbench.orders import RunOrder
from kontext_studio.workbench.reach import Reach, Reached
from tests.fakes.fal_service import ENDPOINT, Exchange, FalService
from tests.fakes.photographs import png

RUNS = 1_000 if os.environ.get("KONTEXT_STUDIO_LONG_TESTS") else 100
AT_ONCE = 8


class Racing(FalService):
    """Each poll may move a run on; a cancel meets it wherever it is."""

    def __init__(self, dice: random.Random) -> None:
        super().__init__(streams=False)
        self._dice = dice
        self.at: dict[str, str] = {}
        self.asked: set[str] = set()

    def sell(self, exchange: Exchange) -> str:
        request_id = super().sell(exchange)
        self.at[request_id] = "queued"
        self.pictures[f"{request_id}.png"] = png(len(self.at), 24, 16)
        return request_id

    def _move_on(self, request_id: str) -> str:
        at = self.at[request_id]
        if at in ("queued", "running") and self._dice.random() < 0.5:
            if at == "queued":
                at = "running"
            else:  # a runner that was asked to stop may be faster than the request
                stops = request_id in self.asked and self._dice.random() < 0.5
                at = "stopped" if stops else "made"
            self.at[request_id] = at
        return at

    async def _status(self, exchange: Exchange) -> None:
        at = self._move_on(_run_in(exchange))
        words: Mapping[str, str] = {"queued": "IN_QUEUE", "running": "IN_PROGRESS"}
        ended = at not in words
        await exchange.answer(200 if ended else 202, {"status": words.get(at, "COMPLETED")})

    async def _result(self, exchange: Exchange) -> None:
        request_id = _run_in(exchange)
        if self.at[request_id] == "made":
            url = f"{self.origin}/files/{request_id}.png"
            await exchange.answer(200, {"images": [{"url": url}], "seed": 1})
            return
        stopped = {"detail": "Request was cancelled", "error_type": "client_cancelled"}
        await exchange.answer(499, stopped, {"x-fal-request-id": request_id})

    async def _cancel(self, exchange: Exchange) -> None:
        request_id = _run_in(exchange)
        match self.at[request_id]:
            case "queued":
                self.at[request_id] = "withdrawn"
                await exchange.answer(200, {"status": "OK"})
            case "running":
                self.asked.add(request_id)
                await exchange.answer(202, {"status": "CANCELLATION_REQUESTED"})
            case "made":
                await exchange.answer(400, {"status": "ALREADY_COMPLETED"})
            case _:
                await exchange.answer(404, {"status": "NOT_FOUND"})


def _run_in(exchange: Exchange) -> str:
    return exchange.path.split("/requests/")[1].split("/")[0].split("?")[0]


def test_f_cancel_1_to_3_what_was_made_is_kept_once_wherever_the_cancel_comes(
    tmp_path: Path,
) -> None:
    dice = random.Random(2026)
    environment = {"KONTEXT_STUDIO_HOME": str(tmp_path)}
    ends: Counter[tuple[str, JobState]] = Counter()

    async def sleep(_seconds: float) -> None:
        await asyncio.sleep(0.001)

    async def one(bench: Workbench, service: Racing, order: RunOrder) -> None:
        job = await bench.submit(order, allow_twin=True)
        await asyncio.sleep(dice.uniform(0.0, 0.15) * dice.random())
        await bench.cancel(job)
        view = await bench.wait_for(job)
        assert not view.active
        remote = view.record.remote
        at = service.at[remote.request_id] if remote is not None else "never sold"
        ends[at, view.record.state] += 1
        assert len(bench.nodes_of(job)) == (1 if at == "made" else 0)

    async def whole() -> None:
        service = Racing(dice)
        async with service:
            provider = FalProvider(service.access(), patience=Patience(sleep=sleep))

            class There(Reach):
                async def provider(self, route_name: str) -> Reached:
                    return Reached(provider, "there")

            def make(connections: Connections, catalogue: Catalogue) -> Reach:
                return There(connections, catalogue)

            places = Places.from_environment(environment)
            bench = Workbench(places, {**environment, "FAL_KEY": "x"}, make_reach=make)
            await bench.start()
            limits = replace(bench.settings, max_running=AT_ONCE, spend_limit_usd=0.0)
            await bench.change_settings(limits)
            try:
                await bench.open_session(tmp_path / "race.kontext", create=True)
                node = await bench.import_picture(png(1, 24, 16), "cup.png")
                order = RunOrder("Make it warmer", (node.id,), ENDPOINT, "fal.ai")
                for _ in range(RUNS // AT_ONCE + 1):
                    await asyncio.gather(*(one(bench, service, order) for _ in range(AT_ONCE)))
                made = sum(at == "made" for at in service.at.values())
                assert len(bench.session.history) == made + 1
            finally:
                await bench.shutdown()
                await provider.close()
            assert len(service.seen("submit")) == len(service.at)

    asyncio.run(whole())
    right = {
        ("made", JobState.STORED),
        ("stopped", JobState.CANCELLED),
        ("withdrawn", JobState.CANCELLED),
        ("never sold", JobState.CANCELLED),
    }
    assert set(ends) <= right, ends
    assert {at for at, _ in ends} >= {"made", "withdrawn", "never sold"}, ends
