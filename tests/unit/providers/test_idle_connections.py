"""A run travels on no connection that its server may be about to close."""

from __future__ import annotations

from typing import Any

import pytest

from kontext_studio.core.route import Access, Route
from kontext_studio.providers import routing
from kontext_studio.providers.client import HttpClient
from kontext_studio.providers.service import Service
from tests.fakes.network_proxies import Recorder


class Counting(Recorder):
    """Counts connections."""

    made = 0

    async def talk(self, reader: Any, writer: Any) -> None:
        self.made += 1
        await super().talk(reader, writer)


@pytest.mark.parametrize(("idle_s", "connections"), [(60.0, 1), (-1.0, 2)])
def test_f_net_6_a_connection_that_was_idle_for_longer_is_not_used_again(
    run, monkeypatch: pytest.MonkeyPatch, idle_s: float, connections: int
) -> None:
    assert routing._KEEP_ALIVE_S < 5.0, "the usual patience of Node, uvicorn and Apache"
    monkeypatch.setattr(routing, "_KEEP_ALIVE_S", idle_s)

    async def story() -> int:
        async with Counting() as service:
            route = Route("x", "fal", address=service.origin)
            client = HttpClient(Access(route), Service("own", "own", {"api": service.origin}))
            try:
                await client.api("GET", f"{service.origin}/x")
                await client.api("POST", f"{service.origin}/x", b"{}")
            finally:
                await client.close()
            return service.made

    assert run(story()) == connections
