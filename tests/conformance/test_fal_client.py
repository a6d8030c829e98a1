"""The published fal-client judges the server: what it can do at fal, it can do here.

The client is pointed at the server by its four address constants; everything else is untouched.
"""

import asyncio
import base64
import gc
import itertools
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import fal_client
import fal_client.client
import httpx
import pytest
from starlette.responses import JSONResponse
from starlette.types import ASGIApp

from kontext_studio.core.delivery import Delivery, Way
from kontext_studio.core.images import ImageRef, Sha256
from kontext_studio.core.models import Mode, ModelSpec, ParamKind, ParamRole, ParamSpec, Price
from kontext_studio.core.provider import InputPicture, Preview
from kontext_studio.core.request import EditRequest
from kontext_studio.core.route import Access, Route
from kontext_studio.core.secret import Secret
from kontext_studio.providers.fal import FalProvider
from kontext_studio.server.app import make_app
from tests.fakes.cutting_relay import CuttingRelay
from tests.fakes.engines import ScriptedEngine
from tests.fakes.fal_service import png
from tests.fakes.serving import Served, free_socket, serving

# fal-client 1.0.3 makes a new connection for each upload and leaves it open; what is left is
# collected after each test, where the warning about it is expected.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")

TOKEN = "key-id:key-secret"
MODEL = "kontext-studio/embedded"
DEEP_MODEL = "owner/app/with/a/path"
ARGUMENTS = {
    "prompt": "Make it blue",
    "image_url": "data:image/png;base64," + base64.b64encode(png()).decode(),
    "seed": 7,
}


@dataclass
class Gate:
    """Stands before the application: counts submits, and answers for it where a test says so."""

    app: ASGIApp
    answers: list[JSONResponse] = field(default_factory=list)
    submits: list[str] = field(default_factory=list)

    async def __call__(self, scope, receive, send):
        if scope["type"] == "http" and scope["method"] == "POST" and "/files" not in scope["path"]:
            self.submits.append(scope["path"])
            if self.answers:
                while (await receive()).get("more_body"):
                    pass
                await self.answers.pop(0)(scope, receive, send)
                return
        await self.app(scope, receive, send)


@dataclass
class Stage:
    served: Served
    engine: ScriptedEngine
    gate: Gate
    client: fal_client.SyncClient


@contextmanager
def sync_client(key: str = TOKEN) -> Iterator[fal_client.SyncClient]:
    """A client whose connections are closed afterwards; it has no way of its own to do so."""
    client = fal_client.SyncClient(key=key)
    with client._client:
        yield client


@contextmanager
def pointed_at(monkeypatch, run: str, queue: str, rest: str, storage: str) -> Iterator[None]:
    with monkeypatch.context() as patched:
        patched.setattr(fal_client.client, "RUN_URL_FORMAT", f"{run}/")
        patched.setattr(fal_client.client, "QUEUE_URL_FORMAT", f"{queue}/")
        patched.setattr(fal_client.client, "REST_URL", rest)
        patched.setattr(fal_client.client, "CDN_URL", storage)
        yield


@pytest.fixture(scope="module")
def shared_stage() -> Iterator[Stage]:
    engine = ScriptedEngine()
    main, queue = free_socket(), free_socket()
    app = make_app(
        engine,
        Secret(TOKEN),
        endpoints=(MODEL, DEEP_MODEL),
        queue_port=queue.getsockname()[1],
    )
    gate = Gate(app)
    with serving(gate, main, queue) as served, sync_client() as client:
        yield Stage(served, engine, gate, client)


@pytest.fixture
def stage(shared_stage, monkeypatch) -> Iterator[Stage]:
    shared_stage.engine.forget()
    shared_stage.gate.submits.clear()
    shared_stage.gate.answers.clear()
    origins = shared_stage.served.origins
    with pointed_at(monkeypatch, **origins, storage=shared_stage.served.origin):
        yield shared_stage
        shared_stage.engine.may_end.set()
        shared_stage.client.run(MODEL, ARGUMENTS)
    gc.collect()


def entries_of(fault: fal_client.FalClientHTTPError) -> list[dict[str, Any]]:
    """The list of a model's error, which the client hands on under the type of a text."""
    entries: Any = fault.message
    assert isinstance(entries, list)
    return entries


def downloaded(output) -> list[bytes]:
    return [httpx.get(image["url"], trust_env=False).content for image in output["images"]]


def test_run(stage):
    output = stage.client.run(MODEL, ARGUMENTS)
    assert output["seed"] == 7
    assert downloaded(output) == [png(grey=7)]


@pytest.mark.parametrize("model", [MODEL, DEEP_MODEL])
def test_subscribe_sees_the_three_states_with_their_logs(stage, model):
    before = stage.client.submit(MODEL, {**ARGUMENTS, "prompt": "wait"})
    assert stage.engine.began.wait(30)
    seen = []

    def note(status):
        seen.append(status)
        if isinstance(status, fal_client.Queued):
            before.cancel()
        elif isinstance(status, fal_client.InProgress) and status.logs:
            stage.engine.may_end.set()

    arguments = {**ARGUMENTS, "prompt": "wait"}
    output = stage.client.subscribe(
        model,
        arguments,
        with_logs=True,
        on_queue_update=note,
        priority="low",
        start_timeout=30,
        headers={"X-Fal-Store-IO": "0"},
    )
    assert output["seed"] == 7
    kinds = [kind for kind, _ in itertools.groupby(map(type, seen))]
    assert kinds == [fal_client.Queued, fal_client.InProgress, fal_client.Completed]
    assert seen[0].position == 0
    assert [entry["message"] for entry in seen[-1].logs] == ["looking", "painting"]
    assert seen[-1].metrics["inference_time"] >= 0


@pytest.mark.parametrize("model", [MODEL, DEEP_MODEL])
def test_a_result_is_found_by_its_number_alone(stage, model):
    handle = stage.client.submit(model, ARGUMENTS, webhook_url="http://localhost/hook?a=1")
    again = stage.client.get_handle(model, handle.request_id)
    app = "/".join(model.split("/")[:2])
    assert again.status_url.endswith(f"/queue/{app}/requests/{handle.request_id}/status")
    assert again.get()["seed"] == 7
    assert handle.get() == again.get()
    assert stage.client.result(model, handle.request_id) == again.get()


def test_cancel(stage):
    running = stage.client.submit(MODEL, {**ARGUMENTS, "prompt": "wait"})
    assert stage.engine.began.wait(30)
    waiting = stage.client.submit(MODEL, ARGUMENTS)
    waiting.cancel()
    running.cancel()
    for handle in (waiting, running):
        with pytest.raises(fal_client.FalClientHTTPError) as caught:
            handle.get()
        assert caught.value.status_code == 499
        assert caught.value.error_type == "client_cancelled"
    with pytest.raises(fal_client.FalClientHTTPError) as caught:
        running.cancel()
    assert caught.value.status_code == 400


def test_stream_with_three_frames(stage):
    frames = list(stage.client.stream(MODEL, ARGUMENTS))
    assert len(frames) == 3
    assert all(frame["images"][0]["url"].startswith("data:image/jpeg") for frame in frames[:2])
    assert downloaded(frames[-1]) == [png(grey=7)]


def test_a_refusal_is_an_error_with_a_list(stage):
    for call in (stage.client.run, stage.client.subscribe):
        with pytest.raises(fal_client.FalClientHTTPError) as caught:
            call(MODEL, {**ARGUMENTS, "prompt": "refuse"})
        fault = caught.value
        assert fault.status_code == 422
        (entry,) = entries_of(fault)
        assert entry["type"] == "unsupported_instruction"
        assert fault.response_headers["x-fal-retryable"] == "false"
        assert fault.response_headers["x-fal-request-id"]
        assert fault.error_type == "unsupported_instruction"


def test_input_that_is_missing_is_an_error_with_a_list(stage):
    with pytest.raises(fal_client.FalClientHTTPError) as caught:
        stage.client.run(MODEL, {})
    assert [(one["loc"], one["type"]) for one in entries_of(caught.value)] == [
        (["body", "prompt"], "missing"),
        (["body", "image_url"], "missing"),
    ]


def test_a_service_that_is_gone_says_what_kind_of_error_it_is(stage):
    body = {"detail": "runner gone", "error_type": "runner_disconnected"}
    headers = {"x-fal-error-type": "runner_disconnected", "x-fal-request-id": "1"}
    stage.gate.answers.append(JSONResponse(body, 503, headers))
    with pytest.raises(fal_client.FalClientHTTPError) as caught:
        stage.client.run(MODEL, ARGUMENTS)
    assert (caught.value.status_code, caught.value.error_type) == (503, "runner_disconnected")
    assert len(stage.gate.submits) == 1


def test_a_wrong_key(stage):
    with sync_client("other:key") as stranger:
        for call in (stranger.run, stranger.submit):
            with pytest.raises(fal_client.FalClientHTTPError) as caught:
                call(MODEL, ARGUMENTS)
            assert caught.value.status_code == 401
            assert isinstance(caught.value.message, str)
    assert stage.engine.requests == []


def test_an_unknown_model(stage):
    with pytest.raises(fal_client.FalClientHTTPError) as caught:
        stage.client.submit("fal-ai/flux-kontext/dev", ARGUMENTS)
    assert caught.value.status_code == 404


@pytest.mark.parametrize("repository", ["fal_v3", "fal"])
def test_upload(stage, repository):
    life = fal_client.StorageSettings(
        expires_in="1h", initial_acl=fal_client.StorageACL(default="forbid")
    )
    data = png(grey=33)
    url = stage.client.upload(data, "image/png", "a.png", repository=repository, lifecycle=life)
    assert httpx.get(url, trust_env=False).content == data
    stage.client.run(MODEL, {**ARGUMENTS, "image_url": url})
    assert stage.engine.requests[-1].images == (data,)


def test_upload_in_parts(stage, monkeypatch):
    monkeypatch.setattr(fal_client.client, "MULTIPART_THRESHOLD", 10)
    monkeypatch.setattr(fal_client.client, "MULTIPART_CHUNK_SIZE", 7)
    data = png(grey=44)
    url = stage.client.upload(data, "image/png", "a.png")
    assert httpx.get(url, trust_env=False).content == data


def test_upload_of_a_file_and_of_an_encoded_picture(stage, tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(png(grey=55))
    url = stage.client.upload_file(path)
    stage.client.run(MODEL, {**ARGUMENTS, "image_url": url})
    encoded = fal_client.encode(png(grey=56), "image/png")
    stage.client.run(MODEL, {**ARGUMENTS, "image_url": encoded})
    assert [request.images[0] for request in stage.engine.requests] == [
        png(grey=55),
        png(grey=56),
    ]


def test_a_busy_server_is_asked_again_and_makes_one_job(stage):
    stage.gate.answers.append(JSONResponse({"detail": "busy"}, 429))
    handle = stage.client.submit(MODEL, ARGUMENTS)
    handle.get()
    assert len(stage.gate.submits) == 2
    assert len(stage.engine.requests) == 1


def test_an_answer_that_is_lost_makes_this_client_buy_twice(stage, monkeypatch):
    """Why the program does not submit through it: the duplicate is in the server's own ledger."""
    with CuttingRelay(stage.served.port).running() as relay:
        root = f"http://127.0.0.1:{relay.port}"
        relay.lose_next = 1
        addresses = (f"{root}/run", f"{root}/queue", f"{root}/rest", root)
        with pointed_at(monkeypatch, *addresses), sync_client() as client:
            client.submit(MODEL, ARGUMENTS).get()
    assert relay.lost == 1
    assert len(stage.gate.submits) == 2
    stage.client.run(MODEL, ARGUMENTS)  # everything queued before this has run
    assert len(stage.engine.requests) == 3


def test_a_client_that_can_only_be_given_ports_uses_two_of_them(stage, monkeypatch):
    root = stage.served.origin
    queue = f"http://127.0.0.1:{stage.served.queue_port}"
    with pointed_at(monkeypatch, root, queue, root, root):
        assert stage.client.run(DEEP_MODEL, ARGUMENTS)["seed"] == 7
        handle = stage.client.submit(DEEP_MODEL, ARGUMENTS)
        assert handle.status_url.startswith(queue)
        assert stage.client.get_handle(DEEP_MODEL, handle.request_id).get()["seed"] == 7
        assert len(list(stage.client.stream(DEEP_MODEL, ARGUMENTS))) == 3
        url = stage.client.upload(png(), "image/png", repository="fal")
        assert httpx.get(url, trust_env=False).content == png()


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


@pytest.mark.parametrize("inline", [False, True], ids=["uploaded", "inside"])
@pytest.mark.parametrize("way", Way)
def test_our_provider_gets_what_the_published_client_gets(stage, way, inline):
    async def load():
        return png(), "image/png"

    async def story():
        route = Route("x", "fal", hosts=tuple(stage.served.origins.items()))
        provider = FalProvider(Access(route, Secret(TOKEN)))
        one = InputPicture(ImageRef(Sha256("a" * 64), "image/png", 4, 4), load)
        request = EditRequest("Make it blue", (one.ref,), MODEL, seed=7)
        try:
            async with asyncio.timeout(30):
                events = provider.edit(request, SPEC, (one,), Delivery(way, inline=inline))
                return [event async for event in events]
        finally:
            await provider.close()

    events = asyncio.run(story())
    theirs = stage.client.run(MODEL, ARGUMENTS)
    assert [one.data for one in events[-1].result.images] == downloaded(theirs)
    assert events[-1].result.seed == theirs["seed"]
    mine, other = stage.engine.requests
    assert (mine.instruction, mine.seed, mine.images) == (
        other.instruction,
        other.seed,
        other.images,
    )
    if way is Way.STREAM:
        frames = list(stage.client.stream(MODEL, ARGUMENTS))
        shown = [event.data for event in events if isinstance(event, Preview)]
        heads = [frame["images"][0]["url"].partition(",")[2] for frame in frames[:-1]]
        assert shown == [base64.b64decode(data) for data in heads]


def test_the_asynchronous_client(stage):
    async def story():
        client = fal_client.AsyncClient(key=TOKEN)
        url = await client.upload(png(), "image/png", "a.png")
        output = await client.subscribe(MODEL, {**ARGUMENTS, "image_url": url})
        frames = [frame async for frame in client.stream(MODEL, ARGUMENTS)]
        await (await client._client).aclose()
        return output, frames

    output, frames = asyncio.run(story())
    assert json.loads(json.dumps(output))["seed"] == 7
    assert len(frames) == 3
