"""The published JavaScript packages as judges: the client of the server, the proxy of our provider.

They are not part of the set-up; scripts/conformance fetches them and runs these tests.
"""

import asyncio
import base64
import dataclasses
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from kontext_studio.core.delivery import Delivery, Way
from kontext_studio.core.errors import ContentBlocked, NotFound, OutcomeUnknown, Unauthorized
from kontext_studio.core.images import ImageRef, Sha256
from kontext_studio.core.models import Mode, ModelSpec, ParamKind, ParamRole, ParamSpec, Price
from kontext_studio.core.provider import USUAL, Finished, InputPicture, Preview, Submitted
from kontext_studio.core.request import EditRequest
from kontext_studio.core.route import Access, Route, RouteMode
from kontext_studio.core.secret import Secret
from kontext_studio.providers.fal import FalProvider
from kontext_studio.providers.limits import Limits
from kontext_studio.server.app import make_app
from tests.fakes.engines import ScriptedEngine
from tests.fakes.fal_service import KEY as FAKE_KEY
from tests.fakes.fal_service import png
from tests.fakes.serving import Served, serving
from tests.fakes.threaded_service import fal_service_running

PACKAGES = ("@fal-ai/client", "@fal-ai/server-proxy", "express")
FOLDER = Path(os.environ.get("CONFORMANCE_NODE_FOLDER", ""))
HERE = Path(__file__).parent / "js"
KEY = "key-id:key-secret"
MODEL = "kontext-studio/embedded"
IMAGE = "data:image/png;base64," + base64.b64encode(png()).decode()


def missing() -> str:
    if shutil.which("node") is None:
        return "node is not installed"
    gone = [name for name in PACKAGES if not (FOLDER / "node_modules" / name).is_dir()]
    return f"{', '.join(gone)} not installed; run scripts/conformance" if gone else ""


pytestmark = pytest.mark.skipif(bool(missing()), reason=missing() or "all there")


@contextmanager
def served(engine: ScriptedEngine | None = None) -> Iterator[Served]:
    with serving(make_app(engine or ScriptedEngine(), Secret(KEY))) as one:
        yield one


@pytest.fixture(scope="module")
def seen() -> dict[str, Any]:
    """What the client saw in one go through all it can do."""
    with served() as server:
        given = {"origins": server.origins, "key": KEY, "model": MODEL, "image": IMAGE}
        done = subprocess.run(
            ["node", HERE / "client.cjs", FOLDER, json.dumps(given)],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_run_and_subscribe(seen):
    assert seen["run"]["seed"] == 7
    assert seen["subscribed"]["data"]["seed"] == 7
    assert seen["subscribed"]["updates"][-1] == "COMPLETED"
    assert seen["subscribedByStream"]["seed"] == 7


def test_the_status_stream_and_the_result(seen):
    assert seen["statuses"][-1] == "COMPLETED"
    assert set(seen["statuses"]) <= {"IN_QUEUE", "IN_PROGRESS", "COMPLETED"}
    assert seen["status"]["status"] == "COMPLETED"
    assert [entry["message"] for entry in seen["status"]["logs"]] == ["looking", "painting"]
    assert seen["result"]["seed"] == 7


def test_a_refusal_is_a_validation_error_with_its_fields(seen):
    fault = seen["refusal"]
    assert (fault["name"], fault["status"]) == ("ValidationError", 422)
    assert fault["fields"][0]["type"] == "unsupported_instruction"
    assert fault["fields"][0]["loc"] == ["body", "prompt"]


def test_a_wrong_key_and_an_unknown_model(seen):
    assert (seen["stranger"]["name"], seen["stranger"]["status"]) == ("ApiError", 401)
    assert (seen["unknown"]["name"], seen["unknown"]["status"]) == ("ApiError", 404)


def test_an_upload_comes_back(seen):
    assert "/files/" in seen["uploaded"]
    assert seen["fetched"] == "abc"


def test_a_stream_of_three_frames_whose_last_is_the_result(seen):
    assert len(seen["frames"]) == 3
    assert seen["frames"][0]["images"][0]["url"].startswith("data:image/jpeg")
    assert seen["last"] == seen["frames"][-1]
    assert seen["last"]["images"][0]["url"].startswith("http")


def test_a_cancel(seen):
    assert seen["cancelled"] is None


# Our provider behind fal's own proxy.


@contextmanager
def proxy(port: int) -> Iterator[str]:
    environment = {**os.environ, "FAL_KEY": KEY}
    with subprocess.Popen(
        ["node", HERE / "proxy.cjs", FOLDER, f"127.0.0.1:{port}"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            yield f"http://127.0.0.1:{json.loads(child.stdout.readline())['port']}/api/fal/proxy"
        finally:
            child.stdin.close()


SPEC = ModelSpec(
    id=MODEL,
    provider="fal",
    protocol="fal",
    tier="test",
    title="Test",
    modes=frozenset({Mode.EDIT, Mode.STREAM}),
    parameters=(
        ParamSpec("prompt", "Instruction", ParamKind.TEXT, ParamRole.INSTRUCTION),
        ParamSpec("image_url", "Picture", ParamKind.TEXT, ParamRole.PICTURE),
        ParamSpec("seed", "Seed", ParamKind.INTEGER, ParamRole.SEED),
        ParamSpec("num_images", "Variants", ParamKind.INTEGER, ParamRole.COUNT),
    ),
    price=Price(None),
)


@asynccontextmanager
async def provider_behind(address: str, server: Served, **route: Any):
    hosts = tuple(server.origins.items())
    way = Route("x", "fal", RouteMode.SERVER_PROXY, address, **{"hosts": hosts, **route})
    provider = FalProvider(Access(way))
    try:
        yield provider
    finally:
        await provider.close()


def edit(
    provider: FalProvider,
    instruction: str,
    spec: ModelSpec = SPEC,
    delivery: Delivery = USUAL,
):
    async def load() -> tuple[bytes, str]:
        return png(), "image/png"

    ref = ImageRef(Sha256("a" * 64), "image/png", 4, 4)
    request = EditRequest(instruction, (ref,), spec.id, 7)
    return provider.edit(request, spec, (InputPicture(ref, load),), delivery)


def through_the_proxy(story):
    """Run a story with a provider that reaches a server through the real proxy."""
    engine = ScriptedEngine()

    async def told(address: str, server: Served):
        async with provider_behind(address, server) as provider, asyncio.timeout(30):
            return await story(provider)

    with served(engine) as server, proxy(server.port) as address:
        try:
            return asyncio.run(told(address, server)), engine
        finally:
            engine.may_end.set()


def test_a_whole_edit_goes_through_fals_own_proxy():
    async def story(provider):
        return [event async for event in edit(provider, "Make it blue")]

    events, engine = through_the_proxy(story)
    assert isinstance(events[-1], Finished)
    assert events[-1].result.images[0].data == png(grey=7)
    assert len(engine.requests) == 1
    assert engine.requests[0].images == (png(),)


@pytest.mark.parametrize("way", [Way.SYNC, Way.STREAM])
def test_a_run_on_its_connection_goes_through_fals_own_proxy(way):
    async def story(provider):
        return [event async for event in edit(provider, "Make it blue", delivery=Delivery(way))]

    events, engine = through_the_proxy(story)
    assert events[-1].result.images[0].data == png(grey=7)
    previews = [event for event in events if isinstance(event, Preview)]
    assert len(previews) == (2 if way is Way.STREAM else 0)
    assert len(engine.requests) == 1


@pytest.mark.parametrize("way", [Way.SYNC, Way.STREAM])
def test_a_rule_that_a_run_on_its_connection_broke_is_told_although_the_proxy_says_200(way):
    async def story(provider):
        with pytest.raises(ContentBlocked):
            async for _ in edit(provider, "rules", delivery=Delivery(way)):
                pass

    through_the_proxy(story)


def test_a_large_picture_is_uploaded_in_parts_as_the_published_client_does_it():
    data = bytes(range(256)) * (91 * 2**12)  # just over what that client sends at once

    async def load():
        return data, "image/png"

    async def ours(fal):
        one = InputPicture(ImageRef(Sha256("a" * 64), "image/png", 4, 4), load)
        spec = dataclasses.replace(SPEC, id="fal-ai/flux-kontext/dev")
        request = EditRequest("Make it blue", (one.ref,), spec.id, 7)
        provider = FalProvider(fal.access())
        try:
            async with asyncio.timeout(60):
                return [event async for event in provider.edit(request, spec, (one,))]
        finally:
            await provider.close()

    with fal_service_running() as fal:
        given = {"origin": fal.origin, "key": FAKE_KEY, "size": len(data)}
        done = subprocess.run(
            ["node", HERE / "upload_parts.cjs", FOLDER, json.dumps(given)],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        events = asyncio.run(ours(fal))
    assert isinstance(events[-1], Finished)
    assert fal.pictures["input-0"] == fal.pictures["input-1"] == data
    for step in ("parts_begin", "part", "parts_end"):
        seen = fal.seen(step)
        theirs, mine = seen[: len(seen) // 2], seen[len(seen) // 2 :]
        assert [one.path.replace("input-1", "input-0") for one in mine] == [
            one.path for one in theirs
        ]
        assert [one.method for one in mine] == [one.method for one in theirs]
        assert [one.headers.get("content-type") for one in mine] == [
            one.headers.get("content-type") for one in theirs
        ]
        if step != "parts_begin":
            assert [one.body for one in mine if step == "part"] == [
                one.body for one in theirs if step == "part"
            ]
            assert not any("authorization" in one.headers for one in [*theirs, *mine])
    theirs_end, my_end = fal.seen("parts_end")
    assert my_end.json() == theirs_end.json()


def test_a_broken_rule_is_told_although_the_proxy_says_200():
    async def story(provider):
        with pytest.raises(ContentBlocked):
            async for _ in edit(provider, "rules"):
                pass

    through_the_proxy(story)


def test_a_model_that_is_not_there_is_told_although_the_proxy_says_200():
    async def story(provider):
        with pytest.raises(NotFound):
            async for _ in edit(provider, "x", dataclasses.replace(SPEC, id="owner/unknown")):
                pass

    through_the_proxy(story)


def test_a_cancel_reaches_the_server_through_the_proxy():
    async def story(provider):
        stream = edit(provider, "wait")
        async for event in stream:
            if isinstance(event, Submitted):
                remote = event.remote
                break
        await stream.aclose()
        return await provider.cancel(remote)

    answer, _ = through_the_proxy(story)
    assert answer.accepted


def test_a_connection_test_goes_through_the_proxy():
    async def story(provider):
        return [step async for step in provider.check()]

    steps, _ = through_the_proxy(story)
    assert [(step.name, step.passed) for step in steps] == [
        ("Name", True),
        ("Connect", True),
        ("Proxy", True),
        ("Sign-in", True),
        ("Service", True),
        ("Model", None),
    ]


def test_a_proxy_with_a_wrong_key_is_told_although_it_says_200():
    async def story(address: str, server: Served):
        async with provider_behind(address, server) as provider:
            with pytest.raises(Unauthorized):
                async for _ in edit(provider, "x"):
                    pass

    engine = ScriptedEngine()
    with serving(make_app(engine, Secret("another:key"))) as server, proxy(server.port) as address:
        asyncio.run(story(address, server))
    assert engine.requests == []


def test_a_service_that_is_gone_behind_the_proxy_ends_unknown_and_not_never():
    """The proxy neither answers nor closes then; only our own limit ends the wait."""

    async def story(address: str, server: Served):
        hosts = tuple((role, "http://127.0.0.1:9") for role in server.origins)
        way = Route("x", "fal", RouteMode.SERVER_PROXY, address, hosts=hosts)
        provider = FalProvider(Access(way), limits=Limits(gap_s=0.5, exchange_s=1))
        try:
            with pytest.raises(OutcomeUnknown):
                async for _ in edit_text(provider):
                    pass
        finally:
            await provider.close()

    with served() as server, proxy(9) as address:
        asyncio.run(story(address, server))


def edit_text(provider: FalProvider):
    """An edit without a picture, so that the first call is the submit."""
    return provider.edit(EditRequest("x", (), MODEL, 7), SPEC, ())
