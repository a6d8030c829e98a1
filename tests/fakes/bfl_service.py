"""A loopback stand-in for Black Forest Labs that keeps a ledger and misbehaves where a test tells
it to."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from kontext_studio.core.jobs import RemoteHandle
from kontext_studio.core.route import Access, Route
from kontext_studio.core.secret import Secret
from tests.fakes.fal_service import Exchange, png
from tests.fakes.loopback_service import LoopbackService

KEY = "canary-0key-1of-2the-3tests"
MODEL = "flux-kontext-pro"
CREDITS = {"flux-kontext-pro": 4, "flux-kontext-max": 8}


@dataclass
class BflService(LoopbackService):
    """Steps: submit, poll, picture. `course` is what every run goes through: each poll sees the
    next, the last one stays. Each Ready signs a new address, and with `old_samples_die` the one
    before is gone. `foreign` replaces what the answer to a submit says."""

    course: Sequence[Mapping[str, object]] = field(
        default_factory=lambda: [
            {"status": "Pending"},
            {"status": "Pending", "progress": 0.5},
            {"status": "Ready"},
        ]
    )
    foreign: Mapping[str, object] = field(default_factory=dict)
    runs: dict[str, int] = field(default_factory=dict)
    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    old_samples_die: bool = False
    signed: int = 0

    def access(self, key: str | None = KEY, **changes: Any) -> Access:
        """A direct route to here."""
        hosts = (("api", self.origin),)
        route = Route(**{"name": "test", "provider": "bfl", "hosts": hosts, **changes})
        return Access(route, Secret(key) if key is not None else None)

    def remote(self, number: str) -> RemoteHandle:
        url = f"{self.origin}/v1/get_result?id={number}"
        return RemoteHandle(number, url, url, "")

    def step_of(self, method: str, path: str) -> str:
        bare = path.split("?")[0]
        if bare.startswith("/delivery/"):
            return "picture"
        if bare == "/v1/get_result":
            return "poll"
        return "submit" if method == "POST" else "other"

    # The service itself.

    def sell(self, exchange: Exchange) -> str:
        """Take a run: its number. It is charged from here on."""
        self.sold += 1
        number = f"run-{self.sold}"
        self.runs[number] = 0
        self.orders[number] = json.loads(exchange.body)
        return number

    def answer_to(self, number: str, model: str) -> dict[str, object]:
        return {
            "id": number,
            "polling_url": f"{self.origin}/v1/get_result?id={number}",
            "cost": CREDITS.get(model),
            "input_mp": 1.0,
            "output_mp": 1.0,
            **self.foreign,
        }

    async def _submit(self, exchange: Exchange) -> None:
        model = exchange.path.removeprefix("/v1/")
        if not await self._may(exchange):
            return
        if model not in CREDITS:
            await exchange.answer(404, {"detail": "Not Found"})
            return
        if "prompt" not in json.loads(exchange.body):
            missing = {"loc": ["body", "prompt"], "msg": "Field required", "type": "missing"}
            await exchange.answer(422, {"detail": [missing]})
            return
        told = self.answer_to(self.sell(exchange), model)
        await exchange.answer(200, {name: one for name, one in told.items() if one is not None})

    async def _poll(self, exchange: Exchange) -> None:
        if not await self._may(exchange):
            return
        number = parse_qs(urlsplit(exchange.path).query)["id"][0]
        told: dict[str, object] = {"id": number, "result": None, "progress": None, "details": None}
        if number not in self.runs:
            await exchange.answer(404, {**told, "status": "Task not found"})
            return
        at = min(self.runs[number], len(self.course) - 1)
        self.runs[number] += 1
        told |= self.course[at]
        if told["status"] == "Ready" and told["result"] is None:
            order = self.orders.get(number, {})
            facts = {"prompt": order.get("prompt"), "seed": order.get("seed"), "duration": 4.5}
            told["result"] = {"sample": self._signed(number), **facts}
        await exchange.answer(200, told)

    def _signed(self, number: str) -> str:
        if self.old_samples_die:
            self.pictures.clear()
        self.signed += 1
        name = f"{number}-{self.signed}.png"
        self.pictures[name] = png(grey=20)
        return f"{self.origin}/delivery/{name}?sig=canary-signature-{self.signed}"

    async def _may(self, exchange: Exchange) -> bool:
        if exchange.headers.get("x-key") == KEY:
            return True
        await exchange.answer(403, {"detail": "Not authenticated - Invalid Authentication"})
        return False
