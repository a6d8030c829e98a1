"""The program as it is started for others: `serve` with the real engine, judged by fal-client."""

import asyncio
import io

import fal_client
import httpx
import pytest
from PIL import Image

from kontext_studio.resources import resource_path
from kontext_studio.server.launch import LocalServer, launch
from tests.conformance.test_fal_client import entries_of, pointed_at, sync_client

MODEL = "kontext-studio/embedded"


@pytest.fixture(scope="module")
def server():
    async def started() -> LocalServer:
        return await launch()

    one = asyncio.run(started())
    yield one
    asyncio.run(one.stop())


@pytest.fixture
def client(server, monkeypatch):
    storage = server.origins["run"].removesuffix("/run")
    addresses = pointed_at(monkeypatch, **server.origins, storage=storage)
    with addresses, sync_client(server.token) as one:
        yield one


def pixels(data: bytes) -> bytes:
    with Image.open(io.BytesIO(data)) as image:
        return image.convert("RGB").tobytes()


def test_a_photograph_is_edited_and_the_same_seed_gives_the_same_bytes(client):
    photograph = resource_path("samples/coffee.png").read_bytes()
    url = client.upload(photograph, "image/png", "coffee.png", repository="fal")
    arguments = {"prompt": "Convert the picture to a pencil sketch", "image_url": url, "seed": 7}
    results = []
    for _ in range(2):
        output = client.subscribe(MODEL, arguments)
        assert output["seed"] == 7
        results.append(httpx.get(output["images"][0]["url"], trust_env=False).content)
    assert results[0] == results[1]
    assert pixels(results[0]) != pixels(photograph)


def test_words_the_engine_does_not_know_are_refused_with_their_places(client):
    encoded = fal_client.encode(resource_path("samples/coffee.png").read_bytes(), "image/png")
    with pytest.raises(fal_client.FalClientHTTPError) as caught:
        client.run(MODEL, {"prompt": "Make the unicorn fly", "image_url": encoded})
    assert caught.value.status_code == 422
    (entry,) = entries_of(caught.value)
    assert entry["loc"] == ["body", "prompt"]
    unknown = entry["ctx"]["unknown"]
    assert {"word": "unicorn", "start": 9, "end": 16} in unknown


def test_bytes_that_are_no_picture_are_refused_at_their_field(client):
    encoded = fal_client.encode(b"hello", "image/png")
    with pytest.raises(fal_client.FalClientHTTPError) as caught:
        client.run(MODEL, {"prompt": "Make it warmer", "image_url": encoded})
    assert [(one["loc"], one["type"]) for one in entries_of(caught.value)] == [
        (["body", "image_url"], "image_load_error")
    ]
