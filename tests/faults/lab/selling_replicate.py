"""Replicate with a ledger."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from tests.fakes.fal_service import Exchange, Fault, says
from tests.fakes.replicate_service import ReplicateService
from tests.faults.lab.selling import (
    ASKED_AGAIN,
    FETCHED_AGAIN,
    Sale,
    picture_of,
    sums_of,
)

USUAL: Sequence[Mapping[str, object]] = (
    {"status": "starting"},
    {"status": "processing", "logs": " 50%|#####     | 14/28 [00:01]"},
    {"status": "succeeded"},
)
_ANEW = {"status": "starting", "told": 0, "output": None, "started_at": None, "completed_at": None}


@dataclass
class SellingReplicate(ReplicateService):
    """`named_origin` is how it calls its own address in answers; behind a gateway it takes no key
    from the program."""

    sales: dict[str, Sale] = field(default_factory=dict)
    course: Sequence[Mapping[str, object]] = USUAL
    named_origin: str = ""
    behind_gateway: bool = False

    def begin_again(self) -> None:
        self.sales = {}
        self.ledger = []
        self.faults.clear()
        self.pictures = {}
        self.predictions = {}
        self.begin_course()

    def begin_course(self, *, begins: bool = True, streams: bool = True) -> None:
        self.course = USUAL if begins else USUAL[:1]
        for number, prediction in self.predictions.items():
            if not self.sales[number].cancelled:
                prediction |= _ANEW

    @property
    def posts(self) -> int:
        return len(self.seen("create"))

    @property
    def hiccups(self) -> Mapping[str, Sequence[Fault]]:
        return {
            "upload": (says(502, {"detail": "bad gateway"}),),
            "poll": ASKED_AGAIN,
            "picture": FETCHED_AGAIN,
        }

    def sell(self, exchange: Exchange) -> str:
        number = super().sell(exchange)
        given = json.loads(exchange.body)["input"]
        self.sales[number] = Sale(number, given["seed"], given["prompt"], sums_of(number))
        return number

    def output(self, number: str) -> str:
        self.pictures[f"{number}.png"] = picture_of(number)
        return f"{self.origin}/delivery/{number}.png"

    def shown(self, number: str) -> dict[str, object]:
        told = super().shown(number)
        if self.named_origin:
            urls = {
                name: url.replace(self.origin, self.named_origin)
                for name, url in told["urls"].items()
            }
            return {**told, "urls": urls}
        return told

    async def _cancel(self, exchange: Exchange) -> None:
        await super()._cancel(exchange)
        number = exchange.path.split("/")[-2]
        if self.predictions[number]["status"] == "canceled":
            self.sales[number] = replace(self.sales[number], cancelled=True)

    async def _may(self, exchange: Exchange) -> bool:
        if self.behind_gateway and "authorization" not in exchange.headers:
            return True
        return await super()._may(exchange)
