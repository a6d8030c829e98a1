"""Trying a connection that is not saved, and the connection that one session chose for itself."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from kontext_studio.core.errors import BadRequest
from kontext_studio.core.provider import CheckStep
from kontext_studio.core.route import Route, RouteMode
from kontext_studio.core.secret import Secret
from kontext_studio.store.places import Places
from kontext_studio.workbench.bench import Workbench
from tests.fakes.network_proxies import Recorder

KEY = Secret("canary-key-4711")


def tried(route: Route, key: Secret | None = None) -> list[CheckStep]:
    async def story() -> list[CheckStep]:
        bench = Workbench(Places.from_environment(os.environ), os.environ)
        await bench.start()
        steps = [one async for one in bench.test_connection(route, key)]
        await bench.shutdown()
        return steps

    return asyncio.run(story())


def test_a_connection_that_is_not_saved_is_tried_with_a_key_that_is_not_kept(
    isolated_machine: Path,
) -> None:
    async def story() -> tuple[list[CheckStep], bytes]:
        async with Recorder(answer=lambda _m, _t: (404, {}, {"detail": "not found"})) as service:
            route = Route("x", "fal", address=service.origin)
            return await asyncio.to_thread(tried, route, KEY), service.everything

    steps, seen = asyncio.run(story())
    assert [one.passed for one in steps] == [True, True, True, True, None]
    assert b"canary-key-4711" in seen
    assert seen.count(b"HTTP/1.1") == seen.count(b"GET ") == 1
    files = [one for one in isolated_machine.rglob("*") if one.is_file()]
    assert not [one for one in files if b"canary" in one.read_bytes()]
    assert not [one for one in files if one.name == "routes.json"], "nothing was saved"


def test_a_missing_key_is_the_stage_of_sign_in_and_nothing_is_sent() -> None:
    (step,) = tried(Route("x", "fal"))
    assert (step.name, step.passed, step.kind) == ("Sign-in", False, "unauthorized")
    assert "FAL_KEY" in step.hint


def test_what_does_not_fit_together_is_refused_before_anything_is_sent() -> None:
    with pytest.raises(BadRequest) as refused:
        tried(Route("x", "fal", RouteMode.GATEWAY))
    assert refused.value.field == "address"


def test_the_embedded_engine_is_tried_like_any_other() -> None:
    steps = tried(Route("Embedded engine", "embedded"))
    assert [one.passed for one in steps] == [True, True, True, True, None]


# The choice of one session.


async def opened(path: Path, *, create: bool = False) -> Workbench:
    bench = Workbench(Places.from_environment(os.environ), {"FAL_KEY": "x", "BFL_API_KEY": "x"})
    await bench.start()
    await bench.open_session(path, create=create)
    return bench


def test_each_session_remembers_the_connection_it_chose(tmp_path: Path) -> None:
    async def story() -> None:
        one, other = tmp_path / "one.kontext", tmp_path / "other.kontext"
        bench = await opened(one, create=True)
        assert bench.route_name == "Embedded engine"
        await bench.choose_route("FAL.ai")
        assert bench.route_name == "fal.ai"
        assert bench.settings.default_route == "Embedded engine"
        await bench.open_session(other, create=True)
        assert bench.route_name == "Embedded engine"
        await bench.open_session(one)
        assert bench.route_name == "fal.ai"
        await bench.name_session(tmp_path / "copy.kontext")
        assert bench.route_name == "fal.ai"
        await bench.shutdown()

        bench = await opened(one)
        assert bench.route_name == "fal.ai", "after a restart"
        with pytest.raises(BadRequest):
            await bench.choose_route("nobody")
        await bench.choose_route("")
        await bench.shutdown()
        bench = await opened(one)
        assert bench.route_name == "Embedded engine"
        await bench.shutdown()

    asyncio.run(story())


def test_a_session_whose_connection_is_not_on_this_computer_goes_over_the_default(
    tmp_path: Path,
) -> None:
    async def story() -> None:
        path = tmp_path / "one.kontext"
        bench = await opened(path, create=True)
        bench.connections.add(Route("lab", "fal"))
        await bench.choose_route("lab")
        assert bench.route_name == "lab"
        await bench.shutdown()
        bench = await opened(path)
        assert bench.route_name == "Embedded engine"
        await bench.shutdown()

    asyncio.run(story())
