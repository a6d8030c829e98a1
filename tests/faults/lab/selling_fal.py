"""fal with a ledger: in its queue, on one connection, and live."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from tests.fakes import fal_runs
from tests.fakes.fal_service import Exchange, FalService, Fault, drops, says
from tests.faults.lab.selling import (
    ASKED_AGAIN,
    FETCHED_AGAIN,
    Sale,
    picture_of,
    sums_of,
)

Course = Sequence[Mapping[str, object]]

QUEUED: Mapping[str, object] = {"status": "IN_QUEUE", "queue_position": 1}
RUNNING: Mapping[str, object] = {"status": "IN_PROGRESS", "logs": [{"message": "half way"}]}
DONE: Mapping[str, object] = {"status": "COMPLETED", "logs": [], "metrics": {"inference_time": 0.1}}
_CANCELLED = {"detail": "The request was cancelled.", "error_type": "client_cancelled"}

USUAL: Course = (QUEUED, RUNNING, DONE)
NEVER_BEGINS: Course = (QUEUED,)

QUEUE = "https://queue.fal.run"


@dataclass
class SellingFal(FalService):
    """`named_origin` is how it calls its own address in answers; empty: as it is."""

    sales: dict[str, Sale] = field(default_factory=dict)
    course: Course = USUAL
    named_origin: str = ""

    def begin_again(self) -> None:
        self.sales = {}
        self.ledger = []
        self.faults.clear()
        self.pictures = {}
        self.history = []
        self.begin_course()

    def begin_course(self, *, begins: bool = True, streams: bool = True) -> None:
        self.course = USUAL if begins else NEVER_BEGINS
        self.streams = streams
        self._told.clear()

    @property
    def posts(self) -> int:
        return sum(len(self.seen(step)) for step in ("submit", "run", "live"))

    @property
    def hiccups(self) -> Mapping[str, Sequence[Fault]]:
        return {
            "initiate": (says(502, {"detail": "bad gateway"}),),
            "put": (drops(),),
            "status": ASKED_AGAIN,
            "result": ASKED_AGAIN,
            "picture": FETCHED_AGAIN,
        }

    def statuses_of(self, request_id: str) -> Course:
        if self.sales[request_id].cancelled:
            return ({**DONE, "error": _CANCELLED["detail"], "error_type": "client_cancelled"},)
        return self.course

    def sell(self, exchange: Exchange) -> str:
        """Take the run, whatever becomes of the answer."""
        request_id = super().sell(exchange)
        body = json.loads(exchange.body)
        names = [f"{request_id}-{index}" for index in range(body.get("num_images", 1))]
        self.pictures.update((name, picture_of(name)) for name in names)
        sale = Sale(request_id, body["seed"], body["prompt"], sums_of(*names))
        self.sales[request_id] = sale
        return request_id

    def output(self, count: int = 1, **changes: object) -> dict[str, object]:
        """The result of the latest run."""
        return {**self._result_of(list(self.sales.values())[-1]), **changes}

    def _result_of(self, sale: Sale) -> dict[str, object]:
        names = [f"{sale.request_id}-{index}" for index in range(len(sale.pictures))]
        images = [{"url": f"{self.origin}/files/{name}"} for name in names]
        return {"images": images, "seed": sale.seed, "prompt": sale.instruction}

    async def _submit(self, exchange: Exchange) -> None:
        told = self.remote(self.sell(exchange)).to_json()
        if self.named_origin:
            told = {
                name: str(one).replace(self.origin, self.named_origin) for name, one in told.items()
            }
        await exchange.answer(200, {"status": "IN_QUEUE", "queue_position": 0, **told})

    async def _result(self, exchange: Exchange) -> None:
        sale = self._sale(exchange)
        if sale.cancelled:
            await exchange.answer(499, _CANCELLED, {"x-fal-error-type": "client_cancelled"})
            return
        await exchange.answer(200, self._result_of(sale))

    async def _cancel(self, exchange: Exchange) -> None:
        sale = self._sale(exchange)
        finished = DONE in self.course and not sale.cancelled
        self.cancel_status = "ALREADY_COMPLETED" if finished else "OK"
        if not finished:
            self.sales[sale.request_id] = replace(sale, cancelled=True)
        await super()._cancel(exchange)

    async def _run(self, exchange: Exchange) -> None:
        if self.course is NEVER_BEGINS:
            await self._keep_waiting(exchange)
        else:
            await fal_runs.answer_run(exchange)

    async def _live(self, exchange: Exchange) -> None:
        if self.course is NEVER_BEGINS:
            await self._keep_waiting(exchange)
        else:
            await fal_runs.answer_live(exchange)

    async def _keep_waiting(self, exchange: Exchange) -> None:
        self.sell(exchange)
        exchange.open = False
        await exchange.reader.read(1)

    def _sale(self, exchange: Exchange) -> Sale:
        return self.sales[exchange.path.split("/requests/")[1].split("/")[0].split("?")[0]]
