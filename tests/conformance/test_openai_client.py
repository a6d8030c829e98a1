"""The published openai package judges the fake servers, and then what our own client sends: the
same edit by both must be the same request but for the headers. Both also go through our own
key-holding proxy."""

from __future__ import annotations

import asyncio
import base64
import gc
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kontext_studio.core.images import ImageRef, Sha256
from kontext_studio.core.models import catalogue_from_json
from kontext_studio.core.provider import Finished, InputPicture
from kontext_studio.core.request import EditRequest
from kontext_studio.core.result import Cost
from kontext_studio.core.route import Access, Route, RouteMode
from kontext_studio.core.secret import Secret
from kontext_studio.providers import checking
from kontext_studio.providers.openai_images.estimate import EstimatingProvider
from kontext_studio.providers.registry import make_provider
from kontext_studio.resources import read_json
from kontext_studio.server.proxy.app import make_proxy
from kontext_studio.server.proxy.clients import TOKEN_HEADER, Clients, add_client
from kontext_studio.server.proxy.config import ProxyConfig, upstream_config
from kontext_studio.server.proxy.ledger import Ledger
from tests.fakes.fal_service import png
from tests.fakes.loopback_service import running
from tests.fakes.openai_service import KEY, SERVED, OpenAIService, Upload, fields_of, form_of
from tests.fakes.serving import serving

openai = pytest.importorskip("openai", reason="the openai package judges these servers")

WORDS = tuple(SERVED)
EDITORS = tuple(word for word in WORDS if word != "localai")
FILE = ("in.png", png(), "image/png")


@contextmanager
def client_of(service: OpenAIService, **named: Any) -> Iterator[Any]:
    given = {"api_key": KEY, "base_url": service.base, "max_retries": 0, **named}
    with openai.OpenAI(**given) as client:
        yield client
    gc.collect()


@pytest.fixture
def service() -> Iterator[OpenAIService]:
    with running(OpenAIService()) as lumenfall:
        yield lumenfall


@pytest.fixture
def client(service: OpenAIService) -> Iterator[Any]:
    with client_of(service) as made:
        yield made


@pytest.mark.parametrize("word", WORDS)
def test_the_package_generates_at_every_server(word: str) -> None:
    with running(OpenAIService(manner=word)) as service, client_of(service) as client:
        asked = {} if word == "openai" else {"response_format": "b64_json"}
        made = client.images.generate(model=SERVED[word], prompt="a cat", n=2, **asked)
        assert [base64.b64decode(one.b64_json) for one in made.data] == [
            png(grey=200),
            png(grey=201),
        ]
        assert made.created
        assert service.sold == 1


@pytest.mark.parametrize("word", EDITORS)
def test_the_package_edits_at_every_server_that_takes_files(word: str) -> None:
    with running(OpenAIService(manner=word)) as service, client_of(service) as client:
        asked = {} if word == "openai" else {"response_format": "b64_json"}
        for image in (FILE, [FILE], [FILE, ("b.png", png(grey=3), "image/png")]):
            made = client.images.edit(model=SERVED[word], image=image, prompt="red car", **asked)
            assert base64.b64decode(made.data[0].b64_json) == png(grey=20)
        parts = [[one.name for one in form_of(seen)[1]] for seen in service.seen("edits")]
        assert parts == [["image"], ["image[]"], ["image[]", "image[]"]]


def test_an_address_is_given_where_it_is_asked_for(service: OpenAIService, client: Any) -> None:
    made = client.images.generate(model="flux.1-kontext-dev", prompt="a cat", size="1024x1024")
    assert made.data[0].url.startswith(f"{service.origin}/files/")


def test_unknown_facts_and_extras_survive(service: OpenAIService, client: Any) -> None:
    extra = {"seed": 7, "aspect_ratio": "16:9", "enable_safety_checker": True}
    made = client.images.edit(
        model="flux.1-kontext-dev",
        image=io.BytesIO(png()),
        mask=("mask.png", png(), "image/png"),
        prompt="red car",
        response_format="b64_json",
        extra_body=extra,
    )
    assert made.model_extra["metadata"]["cost"] == 0.025
    fields, files = form_of(service.seen("edits")[0])
    assert (fields["seed"], fields["enable_safety_checker"]) == ("7", "true")
    assert sorted(one.name for one in files) == ["image", "mask"]


def test_a_dry_run_sells_nothing(service: OpenAIService, client: Any) -> None:
    raw = client.images.with_raw_response.generate(
        model="flux.1-kontext-dev", prompt="x", extra_query={"dryRun": "true"}
    )
    assert raw.http_response.json()["estimated"] is True
    assert service.sold == 0


def test_models_are_listed(client: Any) -> None:
    assert [one.id for one in client.models.list()] == ["flux.1-kontext-dev"]


def test_frames_of_a_stream_are_typed(client: Any) -> None:
    with client.images.edit(
        model="m", image=FILE, prompt="streamed", stream=True, partial_images=1
    ) as frames:
        kinds = [one.type for one in frames]
    assert kinds == ["image_edit.partial_image", "image_edit.completed"]


@pytest.mark.parametrize(
    ("prompt", "kind", "code"),
    [
        ("nsfw", "BadRequestError", "CONTENT_POLICY_VIOLATION"),
        ("exhaust", "InternalServerError", "ALL_PROVIDERS_EXHAUSTED"),
        ("a" * 1001, "BadRequestError", "INVALID_REQUEST"),
    ],
)
def test_errors_are_those_of_the_package(client: Any, prompt: str, kind: str, code: str) -> None:
    with pytest.raises(getattr(openai, kind)) as caught:
        client.images.generate(model="m", prompt=prompt)
    assert caught.value.code == code


def test_a_wrong_key_and_a_wrong_model_are_told_apart(service: OpenAIService, client: Any) -> None:
    with (
        client_of(service, api_key="bad") as stranger,
        pytest.raises(openai.AuthenticationError) as caught,
    ):
        stranger.images.generate(model="m", prompt="x")
    assert caught.value.code == "AUTHENTICATION_FAILED"
    with pytest.raises(openai.NotFoundError) as missing:
        client.images.generate(model="Flux", prompt="x")
    assert missing.value.code == "MODEL_NOT_FOUND"


def test_the_package_posts_again_what_may_have_been_made(service: OpenAIService) -> None:
    """Why it is a judge here and never the client of a paid run."""
    with client_of(service, max_retries=2) as client, pytest.raises(openai.InternalServerError):
        client.images.generate(model="m", prompt="exhaust")
    counts = [one.headers["x-stainless-retry-count"] for one in service.seen("generations")]
    assert counts == ["0", "1", "2"]


def test_the_packages_asynchronous_client_is_served_too(service: OpenAIService) -> None:
    async def story() -> Any:
        async with openai.AsyncOpenAI(api_key=KEY, base_url=service.base, max_retries=0) as client:
            return await client.images.edit(model="m", image=io.BytesIO(png()), prompt="red car")

    assert asyncio.run(story()).data[0].url


@dataclass(frozen=True)
class Made:
    """What an edit by our own client came to, and what the service tells for free."""

    data: bytes
    cost: Cost | None
    estimate: Cost | None = None
    balance: Cost | None = None
    stages: tuple[tuple[str, bool | None], ...] = ()


def ours(
    access: Access, pictures: int, model: str = "", *, asks: bool = False, **chosen: Any
) -> Made:
    """The same edit by our own client, over the route of a person."""
    data = read_json("models.json")
    assert isinstance(data, dict)
    catalogue = catalogue_from_json(data)
    word = access.route.provider

    async def load() -> tuple[bytes, str]:
        return png(), "image/png"

    async def story() -> Made:
        provider = make_provider(access, catalogue)
        ref = ImageRef(Sha256("a" * 64), "image/png", 4, 4)
        inputs = tuple(InputPicture(ref, load) for _ in range(pictures))
        request = EditRequest(
            "Färbe es rot", (ref,) * pictures, model or SERVED[word], 7, 2, tuple(chosen.items())
        )
        spec = catalogue.find(word, request.model)
        estimate = balance = None
        stages: tuple[tuple[str, bool | None], ...] = ()
        try:
            if asks:
                stages = tuple([(one.name, one.passed) async for one in provider.check()])
            if asks and isinstance(provider, EstimatingProvider):
                estimate = await provider.estimate(request, spec, inputs)
                balance = await provider.balance()
            events = [one async for one in provider.edit(request, spec, inputs)]
        finally:
            await provider.close()
        assert isinstance(events[-1], Finished)
        result = events[-1].result
        return Made(result.images[0].data, result.cost, estimate, balance, stages)

    return asyncio.run(story())


def without_names(files: list[Upload]) -> list[tuple[str, str, bytes]]:
    return [(one.name, one.media_type, one.data) for one in files]


@pytest.mark.parametrize(
    ("word", "pictures"),
    # vLLM-Omni's Kontext takes one picture; ours says so before anything is sent.
    [(word, count) for word in EDITORS for count in (0, 1, 2) if (word, count) != ("vllm-omni", 2)],
)
def test_our_client_sends_what_the_package_sends(word: str, pictures: int) -> None:
    with running(OpenAIService(manner=word)) as service:
        came = ours(service.access(), pictures, output_format="jpeg").data
        (own,) = service.runs
        fields = fields_of(own)
        core = {"prompt", "model", "n", "response_format", "output_format"}
        known = {name: value for name, value in fields.items() if name in core}
        known["n"] = int(known["n"])
        extra = {name: value for name, value in fields.items() if name not in core}
        with client_of(service) as client:
            if pictures:
                image: Any = FILE if pictures == 1 else [FILE] * pictures
                client.images.edit(image=image, **known, extra_body=extra)
            else:
                client.images.generate(**known, extra_body=extra)
        _, theirs = service.runs
        assert fields_of(theirs) == fields
        assert theirs.path == own.path
        if pictures:
            assert without_names(form_of(theirs)[1]) == without_names(form_of(own)[1])
        assert came == png(grey=20 if pictures else 200)
        assert service.sold == 2


# ---------------------------------------------------------------- through our own proxy


@contextmanager
def proxied(folder: Path, service: OpenAIService) -> Iterator[tuple[str, str]]:
    """The address and the token of a proxy that holds the key of the service."""
    told: dict[str, object] = {"address": service.base}
    if service.manner == "lumenfall":
        name, told["show_balance"] = "lumenfall", True
    else:
        name, told = "studio", {**told, "kind": "openai", "models": ["*"], "prices": {"*": 0.0}}
    config = ProxyConfig(
        usd_per_day=100.0,
        upstreams=(upstream_config(name, told),),
        clients_file=folder / "clients.json",
        records_file=folder / "records.sqlite3",
    )
    token = add_client(config.clients_file, "anna").reveal()
    ledger = Ledger(config.records_file, remember_s=3600)
    app = make_proxy(config, {name: Secret(KEY)}, Clients(config.clients_file), ledger)
    with serving(app) as served:
        yield f"{served.origin}/{name}{service.prefix}", token


def over(word: str, address: str, token: str, **changes: Any) -> Access:
    given = {"mode": RouteMode.GATEWAY, "address": address, **changes}
    return Access(Route("team", word, headers=((TOKEN_HEADER, token),), **given))


@pytest.mark.parametrize("pictures", [0, 1, 4])
def test_our_client_reaches_lumenfall_through_our_proxy(tmp_path: Path, pictures: int) -> None:
    with running(OpenAIService()) as service, proxied(tmp_path, service) as (address, token):
        made = ours(over("lumenfall", address, token), pictures, asks=True, output_format="jpeg")
        assert made.data == png(grey=20 if pictures else 200)
        assert made.cost == Cost(0.05, "USD", estimated=False)
        assert made.estimate == Cost(0.05, "USD")
        assert made.balance == Cost(12.5, "USD", estimated=False)
        assert all(passed for _, passed in made.stages), made.stages
        assert service.sold == 1
        assert not service.seen("picture")  # the picture came within the answer
        assert {one.headers["authorization"] for one in service.ledger} == {f"Bearer {KEY}"}
        assert not [one for one in service.ledger if token in str(one.headers)]


@pytest.mark.parametrize("word", ["vllm-omni", "sglang", "localai", "litellm"])
def test_our_client_reaches_a_server_of_the_studio_through_our_proxy(
    tmp_path: Path, word: str
) -> None:
    with running(OpenAIService(manner=word)) as service, proxied(tmp_path, service) as (at, token):
        access = over(word, at, token, model=SERVED[word])
        made = ours(access, 1, "*", asks=True)
        assert made.data == png(grey=20)
        assert dict(made.stages)[checking.MODEL] is True
        assert service.sold == 1
        assert {one.headers["authorization"] for one in service.ledger} == {f"Bearer {KEY}"}


def test_the_package_is_served_through_our_proxy(tmp_path: Path) -> None:
    with running(OpenAIService()) as service, proxied(tmp_path, service) as (address, token):
        with client_of(service, api_key=token, base_url=address) as client:
            made = client.images.edit(
                model="flux.1-kontext-dev",
                image=[FILE, ("b.png", png(grey=3), "image/png")],
                prompt="red car",
                response_format="b64_json",
                extra_body={"cfg_scale": 2.5},
            )
        assert base64.b64decode(made.data[0].b64_json) == png(grey=20)
        (seen,) = service.seen("edits")
        fields, files = form_of(seen)
        assert fields["cfg_scale"] == "2.5"
        assert [one.name for one in files] == ["image[]", "image[]"]
        assert seen.headers["authorization"] == f"Bearer {KEY}"
