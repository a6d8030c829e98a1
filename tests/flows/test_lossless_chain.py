"""Twenty turns through servers that change nothing: what comes out is what went in, pixel by pixel.

Each server writes the picture anew as PNG, as a real one does; only the pixels are the same."""

from __future__ import annotations

import asyncio
import base64
import io
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from kontext_studio.core.jobs import JobState
from kontext_studio.core.provider import Provider
from kontext_studio.providers.bfl.provider import BflProvider
from kontext_studio.providers.fal import FalProvider
from kontext_studio.providers.openai_images.provider import OpenAIImagesProvider
from kontext_studio.providers.openai_images.service import PROFILES
from kontext_studio.providers.replicate.provider import ReplicateProvider
from kontext_studio.providers.retries import Patience
from kontext_studio.store.places import Places
from kontext_studio.workbench.bench import Workbench
from kontext_studio.workbench.connections import Connections
from kontext_studio.workbench.orders import RunOrder
from kontext_studio.workbench.reach import Reach, Reached
from tests.fakes.bfl_service import BflService
from tests.fakes.fal_service import ENDPOINT, Exchange, FalService
from tests.fakes.openai_service import SERVED, OpenAIService
from tests.fakes.photographs import encoded, photograph
from tests.fakes.replicate_service import ReplicateService

TURNS = 20


def anew(data: bytes) -> bytes:
    """The same pixels in other bytes."""
    return encoded(Image.open(io.BytesIO(data)), optimize=True)


def inside(uri: str) -> bytes:
    return base64.b64decode(uri.rpartition(",")[2])


class SameFal(FalService):
    async def _result(self, exchange: Exchange) -> None:
        asked = self.history[-1]["json_input"]
        name = str(asked["image_url"]).rpartition("/")[2]
        held = self.pictures[name]
        self.result = self.output()
        self.pictures["result-0"] = anew(held)
        await super()._result(exchange)


class SameOpenAI(OpenAIService):
    def answer(
        self, asked: Any, count: int = 1, inputs: list[bytes] | None = None
    ) -> dict[str, object]:
        told = super().answer(asked, count, inputs)
        assert inputs
        return told | {"data": [{"b64_json": base64.b64encode(anew(inputs[0])).decode()}]}


class SameReplicate(ReplicateService):
    def output(self, number: str) -> str:
        url = str(self.predictions[number]["input"]["input_image"])
        name = url.rpartition("/")[2]
        held = self.files.get(name) or self.pictures.get(name) or inside(url)
        self.pictures[f"{number}.png"] = anew(held)
        return super().output(number)


class SameBfl(BflService):
    def _signed(self, number: str) -> str:
        url = super()._signed(number)
        self.pictures[f"{number}-{self.signed}.png"] = anew(
            inside(str(self.orders[number]["input_image"]))
        )
        return url


async def no_wait(_seconds: float) -> None:
    await asyncio.sleep(0)


@dataclass(frozen=True)
class Server:
    provider: str
    model: str
    service: Callable[[], Any]
    client: Callable[[Any, Patience], Provider]


SERVERS = {
    "fal": Server(
        "fal", ENDPOINT, SameFal, lambda one, calm: FalProvider(one.access(), patience=calm)
    ),
    "vllm-omni": Server(
        "vllm-omni",
        SERVED["vllm-omni"],
        lambda: SameOpenAI(manner="vllm-omni"),
        lambda one, calm: OpenAIImagesProvider(
            one.access(), PROFILES["vllm-omni"], probe="", patience=calm
        ),
    ),
    "replicate": Server(
        "replicate",
        "black-forest-labs/flux-kontext-pro",
        SameReplicate,
        lambda one, calm: ReplicateProvider(one.access(), patience=calm),
    ),
    "bfl": Server(
        "bfl",
        "flux-kontext-pro",
        SameBfl,
        lambda one, calm: BflProvider(one.access(), patience=calm),
    ),
}


@pytest.mark.parametrize("name", SERVERS)
def test_twenty_turns_that_change_nothing_lose_nothing(tmp_path: Path, name: str) -> None:
    server = SERVERS[name]
    picture = photograph(24, 16)

    async def work() -> np.ndarray:
        async with server.service() as service:
            provider = server.client(service, Patience(sleep=no_wait))

            class To(Reach):
                async def provider(self, route_name: str) -> Reached:
                    return Reached(provider, "storage", local=False)

            connections = Connections(Places.from_environment(os.environ).routes_file, os.environ)
            connections.add(replace(service.access().route, name="own"))
            connections.save()
            bench = Workbench(Places.from_environment(os.environ), os.environ, make_reach=To)
            await bench.start()
            try:
                await bench.open_session(tmp_path / "s.kontext", create=True)
                on = await bench.import_picture(encoded(picture, "BMP"), "a.bmp")
                for _ in range(TURNS):
                    order = RunOrder("Keep it", (on.id,), server.model, "own")
                    view = await bench.wait_for(await bench.submit(order))
                    assert view.record.state is JobState.STORED, view.record.fault
                    (on,) = bench.nodes_of(view.record.id)
                assert on.image.media_type == "image/png"
                return np.asarray(Image.open(io.BytesIO(await bench.picture(on.image))))
            finally:
                await bench.shutdown()
                await provider.close()

    assert np.array_equal(asyncio.run(work()), np.asarray(picture))
