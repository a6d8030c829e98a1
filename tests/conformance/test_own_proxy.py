"""The published clients judge the key-holding proxy: what they can do at a service, they can do
through it, with a token in place of the key.

fal's client works against the embedded server behind the proxy; openai and replicate against a
service that answers in their protocols. The JavaScript judges run where scripts/conformance has
fetched them.
"""

import asyncio
import base64
import gc
import io
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import aclosing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from kontext_studio.core.errors import ContentBlocked, OutcomeUnknown, OutOfCredit, Unauthorized
from kontext_studio.core.images import ImageRef, Sha256
from kontext_studio.core.models import Mode, ModelSpec, ParamKind, ParamRole, ParamSpec, Price
from kontext_studio.core.provider import Finished, InputPicture, Submitted
from kontext_studio.core.request import EditRequest
from kontext_studio.core.route import Access, Route, RouteMode
from kontext_studio.core.secret import Secret
from kontext_studio.providers.fal import FalProvider
from kontext_studio.server.app import make_app
from kontext_studio.server.proxy.app import make_proxy
from kontext_studio.server.proxy.clients import TOKEN_HEADER, Clients, add_client
from kontext_studio.server.proxy.config import ProxyConfig, UpstreamConfig, upstream_config
from kontext_studio.server.proxy.ledger import Ledger
from tests.fakes.engines import ScriptedEngine
from tests.fakes.fal_service import png
from tests.fakes.service_behind import KEY, ServiceBehind, cuts, service_behind
from tests.fakes.serving import serving

MODEL = "kontext-studio/embedded"
REPLICATE_MODEL = "black-forest-labs/flux-kontext-dev"
NODE_FOLDER = Path(os.environ.get("CONFORMANCE_NODE_FOLDER", ""))
HERE = Path(__file__).parent / "js"
# The clients leave connections to be collected; see test_fal_client.
pytestmark = pytest.mark.filterwarnings(
    "ignore:unclosed:ResourceWarning", "ignore::DeprecationWarning"
)


class Proxy:
    def __init__(self, origin: str, token: str) -> None:
        self.origin = origin
        self.fal = f"{origin}/api/fal/proxy"
        self.token = token


@contextmanager
def proxy_before(
    folder: Path, upstreams: tuple[UpstreamConfig, ...], **changes: Any
) -> Iterator[Proxy]:
    config = replace(
        ProxyConfig(usd_per_day=100.0, upstreams=upstreams),
        clients_file=folder / "clients.json",
        records_file=folder / "records.sqlite3",
        **changes,
    )
    token = add_client(config.clients_file, "judge").reveal()
    ledger = Ledger(config.records_file, remember_s=3600)
    keys = {one.name: Secret(KEY) for one in upstreams}
    with serving(make_proxy(config, keys, Clients(config.clients_file), ledger)) as served:
        yield Proxy(served.origin, token)


def fal_at(origin: str) -> UpstreamConfig:
    hosts = {role: f"{origin}/{role}" for role in ("run", "queue", "rest")}
    return upstream_config("fal", {"hosts": hosts, "models": [MODEL], "prices": {MODEL: 0.01}})


@pytest.fixture(scope="module")
def engine() -> ScriptedEngine:
    return ScriptedEngine()


@pytest.fixture(scope="module")
def fal_proxy(engine: ScriptedEngine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    folder = tmp_path_factory.mktemp("proxy")
    with (
        serving(make_app(engine, Secret(KEY))) as served,
        proxy_before(folder, (fal_at(served.origin),)) as proxy,
    ):
        yield proxy


# ---------------------------------------------------------------- fal-client

ARGUMENTS = {"prompt": "Make it blue", "seed": 7}


class ViaFalProxy(httpx.BaseTransport):
    """Sends each request of the client to the proxy, with its address in the target header."""

    def __init__(self, proxy: Proxy) -> None:
        self._proxy = proxy
        self._inner = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        told = {
            name: value
            for name, value in request.headers.items()
            if name not in ("host", "content-length")
        }
        told |= {"x-fal-target-url": str(request.url), TOKEN_HEADER: self._proxy.token}
        content = request.read()
        return self._inner.handle_request(
            httpx.Request(request.method, self._proxy.fal, headers=told, content=content)
        )

    def close(self) -> None:
        self._inner.close()


@pytest.fixture
def fal_client(fal_proxy: Proxy, engine: ScriptedEngine) -> Iterator[Any]:
    package = pytest.importorskip("fal_client")
    engine.forget()
    client = package.SyncClient(key="unused")
    with httpx.Client(transport=ViaFalProxy(fal_proxy), timeout=30) as http:
        client.__dict__["_client"] = http
        yield client
    engine.may_end.set()
    gc.collect()


def arguments(**more: Any) -> dict[str, Any]:
    picture = "data:image/png;base64," + base64.b64encode(png()).decode()
    return {**ARGUMENTS, "image_url": picture, **more}


def test_fal_client_runs_and_subscribes(fal_client: Any) -> None:
    assert fal_client.run(MODEL, arguments())["seed"] == 7
    seen: list[str] = []
    output = fal_client.subscribe(
        MODEL,
        arguments(),
        with_logs=True,
        on_queue_update=lambda one: seen.append(type(one).__name__),
    )
    assert output["seed"] == 7
    assert seen[-1] == "Completed"


def test_fal_client_finds_a_result_by_its_number(fal_client: Any) -> None:
    handle = fal_client.submit(MODEL, arguments(), webhook_url="https://localhost/hook?a=1")
    again = fal_client.get_handle(MODEL, handle.request_id)
    assert again.status_url.startswith("https://queue.fal.run/"), "the public name is a target too"
    assert again.get()["seed"] == 7
    assert handle.get() == again.get()


def test_fal_client_cancels(fal_client: Any, engine: ScriptedEngine) -> None:
    handle = fal_client.submit(MODEL, arguments(prompt="wait"))
    assert engine.began.wait(30)
    handle.cancel()
    with pytest.raises(Exception, match="cancelled") as caught:
        handle.get()
    assert getattr(caught.value, "status_code", 0) == 499


def test_fal_client_streams_three_frames(fal_client: Any) -> None:
    frames = list(fal_client.stream(MODEL, arguments()))
    assert len(frames) == 3
    assert frames[-1]["images"][0]["url"].startswith("http")


def test_fal_client_sees_a_refusal_with_its_list(fal_client: Any) -> None:
    with pytest.raises(Exception) as caught:  # its class is the package's
        fal_client.run(MODEL, arguments(prompt="refuse"))
    fault: Any = caught.value
    assert fault.status_code == 422
    assert fault.message[0]["type"] == "unsupported_instruction"
    assert fault.response_headers["x-fal-request-id"]


def test_fal_client_sees_a_model_that_is_not_allowed(fal_client: Any) -> None:
    with pytest.raises(Exception) as caught:
        fal_client.submit("fal-ai/other", arguments())
    fault: Any = caught.value
    assert fault.status_code == 400


# ---------------------------------------------------------------- this program's own client


SPEC = ModelSpec(
    id=MODEL,
    provider="fal",
    protocol="fal",
    tier="test",
    title="Test",
    modes=frozenset({Mode.EDIT, Mode.TEXT_TO_IMAGE}),
    parameters=(
        ParamSpec("prompt", "Instruction", ParamKind.TEXT, ParamRole.INSTRUCTION),
        ParamSpec("image_url", "Picture", ParamKind.TEXT, ParamRole.PICTURE),
        ParamSpec("seed", "Seed", ParamKind.INTEGER, ParamRole.SEED),
    ),
    price=Price(None),
)


def edited(
    proxy: Proxy,
    origin: str,
    instruction: str,
    *,
    token: str = "",
    pictures: bool = True,
    ca_file: str = "",
    until_submitted: bool = False,
) -> Any:
    """The last event of a whole edit by our own provider, over a server-proxy route."""

    async def load() -> tuple[bytes, str]:
        return png(), "image/png"

    async def story() -> Any:
        hosts = tuple((role, f"{origin}/{role}") for role in ("run", "queue", "rest"))
        headers = ((TOKEN_HEADER, token or proxy.token),)
        mode = RouteMode.SERVER_PROXY
        way = Route("x", "fal", mode, proxy.fal, hosts, headers=headers, ca_file=ca_file)
        provider = FalProvider(Access(way))
        ref = ImageRef(Sha256("a" * 64), "image/png", 4, 4)
        refs, given = ((ref,), (InputPicture(ref, load),)) if pictures else ((), ())
        request = EditRequest(instruction, refs, SPEC.id, 7)
        last = None
        try:
            async with asyncio.timeout(30):
                async with aclosing(provider.edit(request, SPEC, given)) as events:
                    async for event in events:
                        last = event
                        if until_submitted and isinstance(event, Submitted):
                            break
        finally:
            await provider.close()
        return last

    return asyncio.run(story())


def test_our_client_edits_through_the_proxy(engine: ScriptedEngine, tmp_path: Path) -> None:
    engine.forget()
    with (
        serving(make_app(engine, Secret(KEY))) as served,
        proxy_before(tmp_path, (fal_at(served.origin),)) as proxy,
    ):
        done = edited(proxy, served.origin, "Make it blue")
        assert isinstance(done, Finished)
        assert done.result.images[0].data == png(grey=7)
        assert engine.requests[-1].images == (png(),), "uploaded through the proxy's initiate"
        with pytest.raises(ContentBlocked):
            edited(proxy, served.origin, "rules")
        with pytest.raises(Unauthorized, match="sign-in"):
            edited(proxy, served.origin, "x", token="wrong")


def test_our_client_tells_the_limit_and_a_lost_answer(
    behind: ServiceBehind, tmp_path: Path
) -> None:
    behind.forget()
    upstreams = (fal_at(behind.origin),)
    with proxy_before(tmp_path, upstreams, usd_per_day=0.01) as proxy:
        behind.scripts.append(cuts)
        with pytest.raises(OutcomeUnknown):
            edited(proxy, behind.origin, "x", pictures=False)
        with pytest.raises(OutOfCredit) as caught:
            edited(proxy, behind.origin, "x", pictures=False)
        assert "limit of 0.01 USD a day for judge" in caught.value.hint
    assert len(behind.paid()) == 1


# ---------------------------------------------------------------- openai and replicate


@pytest.fixture(scope="module")
def behind() -> Iterator[ServiceBehind]:
    with service_behind() as service:
        yield service


@pytest.fixture(scope="module")
def gateway(behind: ServiceBehind, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    upstreams = (
        upstream_config("lumenfall", {"address": f"{behind.origin}/openai/v1"}),
        upstream_config("replicate", {"address": behind.origin}),
        upstream_config("bfl", {"address": behind.origin}),
    )
    with proxy_before(tmp_path_factory.mktemp("gateway"), upstreams) as proxy:
        yield proxy


@pytest.fixture
def openai_client(gateway: Proxy, behind: ServiceBehind) -> Iterator[Any]:
    package = pytest.importorskip("openai")
    behind.forget()
    base = f"{gateway.origin}/lumenfall/openai/v1"
    with package.OpenAI(api_key=gateway.token, base_url=base) as client:
        yield client


def test_openai_generates_edits_and_lists(openai_client: Any, behind: ServiceBehind) -> None:
    made = openai_client.images.generate(model="flux.1-kontext-dev", prompt="a cat")
    assert made.data[0].url
    assert made.model_extra["metadata"]["cost"] == 0.025
    picture = ("in.png", png(), "image/png")
    for image in (picture, [picture, picture]):
        edited = openai_client.images.edit(
            model="flux.1-kontext-dev",
            image=image,
            prompt="red car",
            n=2,
            extra_body={"seed": 7, "aspect_ratio": "16:9"},
        )
        assert edited.data[0].url
    assert openai_client.models.list().data == []
    assert {one.headers["authorization"] for one in behind.seen} == {f"Bearer {KEY}"}
    assert behind.seen[-2].body.count(png()) == 2


def test_openai_estimates_for_nothing(openai_client: Any) -> None:
    answer = openai_client.images.with_raw_response.generate(
        model="flux.1-kontext-dev", prompt="x", extra_query={"dryRun": "true"}
    )
    assert answer.http_response.json()["estimated"]


def test_openai_reads_refusals_of_the_proxy(openai_client: Any, gateway: Proxy) -> None:
    import openai

    with pytest.raises(openai.PermissionDeniedError) as caught:
        openai_client.images.generate(model="gpt-image-1", prompt="x")
    assert caught.value.code == "MODEL_NOT_ALLOWED"
    stranger = openai_client.with_options(api_key="wrong")
    with pytest.raises(openai.AuthenticationError) as unknown:
        stranger.images.generate(model="flux.1-kontext-dev", prompt="x")
    assert unknown.value.code == "AUTHENTICATION_FAILED"


def test_openai_does_not_send_an_order_again_whose_answer_was_lost(
    openai_client: Any, behind: ServiceBehind
) -> None:
    import openai

    behind.scripts.append(cuts)
    with pytest.raises(openai.InternalServerError) as caught:
        openai_client.images.generate(model="flux.1-kontext-dev", prompt="x")
    assert caught.value.code == "OUTCOME_UNKNOWN"
    assert len(behind.paid()) == 1


@pytest.fixture
def replicate_client(gateway: Proxy, behind: ServiceBehind, monkeypatch: Any) -> Iterator[Any]:
    monkeypatch.setenv("REPLICATE_POLL_INTERVAL", "0.01")
    package = pytest.importorskip("replicate")
    behind.forget()
    yield package.Client(api_token=gateway.token, base_url=f"{gateway.origin}/replicate")
    gc.collect()


def test_replicate_uploads_runs_and_polls(replicate_client: Any, behind: ServiceBehind) -> None:
    given = {"prompt": "late", "input_image": io.BytesIO(png())}
    assert replicate_client.run(REPLICATE_MODEL, input=given)
    create = next(one for one in behind.seen if one.path.endswith("/predictions"))
    assert create.json()["input"]["input_image"] == f"{behind.origin}/v1/files/file-1"
    assert {one.headers["authorization"] for one in behind.seen} == {f"Bearer {KEY}"}
    assert behind.seen[-1].path == "/v1/predictions/run-1", "polled through the proxy"


def test_replicate_cancels_and_streams(replicate_client: Any) -> None:
    create = replicate_client.models.predictions.create
    prediction = create(model=REPLICATE_MODEL, input={"prompt": "late"})
    prediction.cancel()
    assert prediction.status == "canceled"
    streamed = create(model=REPLICATE_MODEL, input={"prompt": "p"}, stream=True)
    assert [one.event.value for one in streamed.stream()] == ["output", "done"]


def test_replicate_reads_refusals(replicate_client: Any) -> None:
    from replicate.exceptions import ReplicateError

    for model, given, status in (
        (REPLICATE_MODEL, {}, 422),
        ("meta/llama", {"prompt": "x"}, 403),
    ):
        with pytest.raises(ReplicateError) as caught:
            replicate_client.run(model, input=given)
        assert caught.value.status == status
        assert caught.value.detail


# ---------------------------------------------------------------- the JavaScript packages


def missing(*packages: str) -> str:
    if shutil.which("node") is None:
        return "node is not installed"
    gone = [name for name in packages if not (NODE_FOLDER / "node_modules" / name).is_dir()]
    return f"{', '.join(gone)} not installed; run scripts/conformance" if gone else ""


def by_node(script: str, given: dict[str, Any]) -> dict[str, Any]:
    done = subprocess.run(
        ["node", HERE / script, NODE_FOLDER, json.dumps(given)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.skipif(bool(gone := missing("@fal-ai/client")), reason=gone or "all there")
def test_the_javascript_client_does_all_through_the_proxy(
    fal_proxy: Proxy, engine: ScriptedEngine
) -> None:
    engine.forget()
    image = arguments()["image_url"]
    given = {"proxy": fal_proxy.fal, "token": fal_proxy.token, "model": MODEL, "image": image}
    seen = by_node("own_proxy_fal.cjs", given)
    engine.may_end.set()
    assert seen["run"]["seed"] == seen["subscribed"]["seed"] == 7
    assert seen["statuses"][-1] == "COMPLETED"
    assert "/files/" in seen["uploaded"]
    assert len(seen["frames"]) == 3
    assert seen["last"] == seen["frames"][-1]
    assert seen["cancelled"] is None
    refusal = seen["refusal"]
    assert (refusal["name"], refusal["status"]) == ("ValidationError", 422)
    assert refusal["fields"][0]["type"] == "unsupported_instruction"
    assert (seen["unknown"]["status"], seen["stranger"]["status"]) == (400, 401)


@pytest.mark.skipif(bool(gone := missing("replicate")), reason=gone or "all there")
def test_the_javascript_client_of_replicate_runs_through_the_proxy(
    gateway: Proxy, behind: ServiceBehind
) -> None:
    behind.forget()
    base = f"{gateway.origin}/replicate/v1"
    given = {"base": base, "token": gateway.token, "model": REPLICATE_MODEL}
    seen = by_node("own_proxy_replicate.cjs", given)
    assert seen["waited"].endswith("/files/r")
    assert seen["polled"].endswith("/files/r")
    assert seen["refused"] == 422
    assert {one.headers["authorization"] for one in behind.seen} == {f"Bearer {KEY}"}


NEGATIVE = [
    ("POST", None),
    ("POST", "https://fal.run/fal-ai/other"),
    ("POST", "https://rest.fal.ai/storage/upload/initiate?storage_type=gcs"),
    ("POST", "https://rest.fal.ai/storage/auth/token?storage_type=fal-cdn-v3"),
    ("POST", "https://rest.fal.ai/tokens/"),
    ("POST", "https://v3.fal.media/files/upload"),
    ("POST", "https://fal.run.evil.test/x"),
    ("POST", "https://fal.run:8443/x"),
]


@pytest.mark.skipif(
    bool(gone := missing("@fal-ai/server-proxy", "express")), reason=gone or "all there"
)
def test_refusals_are_those_of_the_published_proxy_word_for_word(fal_proxy: Proxy) -> None:
    """Both are asked the same; the published one stands with the same list of endpoints."""
    with subprocess.Popen(
        ["node", HERE / "strict_proxy.cjs", NODE_FOLDER, MODEL],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "FAL_KEY": KEY},
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            published = (
                f"http://127.0.0.1:{json.loads(child.stdout.readline())['port']}/api/fal/proxy"
            )
            with httpx.Client(trust_env=False, timeout=30) as http:

                def answer(address: str, method: str, target: str | None, token: str) -> Any:
                    told = {TOKEN_HEADER: token}
                    if target is not None:
                        told["x-fal-target-url"] = target
                    given = http.request(method, address, json={"prompt": "x"}, headers=told)
                    return given.status_code, given.text

                for method, target in NEGATIVE:
                    theirs = answer(published, method, target, fal_proxy.token)
                    assert answer(fal_proxy.fal, method, target, fal_proxy.token) == theirs, target
                    assert theirs == (400, '"Invalid request"')
                allowed = f"https://fal.run/{MODEL}"
                theirs = answer(published, "POST", allowed, "wrong")
                assert answer(fal_proxy.fal, "POST", allowed, "wrong") == theirs
                assert theirs == (401, '"Unauthorized"')
        finally:
            child.stdin.close()
