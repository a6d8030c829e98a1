"""Whatever speaks OpenAI's images interface, with a ledger: a run has no number there, and is gone
with its connection."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.fal_service import Exchange, Fault
from tests.fakes.openai_service import OpenAIService, fields_of
from tests.faults.lab.selling import FETCHED_AGAIN, Sale, picture_of, sums_of


@dataclass
class SellingOpenAI(OpenAIService):
    """`billed` is False for a server of one's own."""

    sales: dict[str, Sale] = field(default_factory=dict)
    begins: bool = True
    billed: bool = True

    def begin_again(self) -> None:
        self.sales = {}
        self.ledger = []
        self.faults.clear()
        self.pictures = {}
        self.begin_course()

    def begin_course(self, *, begins: bool = True, streams: bool = True) -> None:
        self.begins = begins

    @property
    def posts(self) -> int:
        return sum("dryRun=true" not in one.path for one in self.runs)

    @property
    def hiccups(self) -> Mapping[str, Sequence[Fault]]:
        return {"picture": FETCHED_AGAIN}

    def sell(self, exchange: Exchange) -> None:
        super().sell(exchange)
        asked = fields_of(self.ledger[-1])
        seed = int(asked["seed"]) if "seed" in asked else None
        names = self._names(int(asked.get("n", 1)))
        number = f"sale {self.sold}"
        self.sales[number] = Sale(
            number, seed, str(asked["prompt"]), sums_of(*names), paid=self.billed
        )

    def answer(
        self, asked: Mapping[str, Any], count: int = 1, inputs: list[bytes] | None = None
    ) -> dict[str, object]:
        made = super().answer(asked, count, inputs)
        told: Any = made["data"]
        for name, one in zip(self._names(count), told, strict=True):
            self.pictures[f"{name}.png"] = picture_of(name)
            if "b64_json" in one:
                one["b64_json"] = base64.b64encode(picture_of(name)).decode()
        return made

    def _names(self, count: int) -> list[str]:
        return [f"{self.sold}-{index}" for index in range(count)]

    async def _run(self, exchange: Exchange, kind: str) -> None:
        if self.begins or "dryRun=true" in exchange.path:
            await super()._run(exchange, kind)
            return
        self.sell(exchange)
        exchange.open = False
        await exchange.reader.read(1)
