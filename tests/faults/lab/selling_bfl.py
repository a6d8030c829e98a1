"""Black Forest Labs with a ledger. It can neither cancel a run nor list those of an account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tests.fakes.bfl_service import BflService
from tests.fakes.fal_service import Exchange, Fault
from tests.faults.lab.selling import (
    ASKED_AGAIN,
    FETCHED_AGAIN,
    Sale,
    picture_of,
    sums_of,
)

USUAL: Sequence[Mapping[str, object]] = (
    {"status": "Pending"},
    {"status": "Pending", "progress": 0.5},
    {"status": "Ready"},
)


@dataclass
class SellingBfl(BflService):
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
        self.begin_course()

    def begin_course(self, *, begins: bool = True, streams: bool = True) -> None:
        self.course = USUAL if begins else USUAL[:1]
        self.runs = dict.fromkeys(self.runs, 0)

    @property
    def posts(self) -> int:
        return len(self.seen("submit"))

    @property
    def hiccups(self) -> Mapping[str, Sequence[Fault]]:
        return {"poll": ASKED_AGAIN, "picture": FETCHED_AGAIN}

    def sell(self, exchange: Exchange) -> str:
        number = super().sell(exchange)
        order = self.orders[number]
        self.sales[number] = Sale(number, order["seed"], order["prompt"], sums_of(number))
        return number

    def answer_to(self, number: str, model: str) -> dict[str, object]:
        told = super().answer_to(number, model)
        named = self.named_origin or self.origin
        return {**told, "polling_url": str(told["polling_url"]).replace(self.origin, named)}

    def _signed(self, number: str) -> str:
        url = super()._signed(number)
        name = url.partition("?")[0].rpartition("/")[2]
        self.pictures[name] = picture_of(number)
        return url

    async def _may(self, exchange: Exchange) -> bool:
        if self.behind_gateway and "x-key" not in exchange.headers:
            return True
        return await super()._may(exchange)
