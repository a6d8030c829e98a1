"""The served model: which endpoint ids it answers to, and its output in the shape fal's have."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass

from kontext_studio.engine.base import EnginePicture, EngineRequest, EngineResult
from kontext_studio.server.errors import Denied, no_app
from kontext_studio.server.files import SUFFIXES, Shelf
from kontext_studio.server.inputs import Input
from kontext_studio.server.jobs import JobQueue, Output, ServedJob
from kontext_studio.server.previews import data_uri, preview_uri


def app_of(endpoint: str) -> str:
    """The part of an endpoint id that status, result and cancel go by: owner and app."""
    parts = endpoint.split("/")
    kept = 3 if parts[0] in ("workflows", "comfy") else 2
    return "/".join(parts[:kept])


@dataclass(frozen=True, slots=True)
class Begun:
    """A request under way, with what a stream shows before the result is there."""

    job: ServedJob
    before: asyncio.Future[bytes]
    after: asyncio.Future[bytes]


class ServedModel:
    """One engine under one or more endpoint ids."""

    def __init__(self, queue: JobQueue, shelf: Shelf, endpoints: tuple[str, ...]) -> None:
        self._queue = queue
        self._shelf = shelf
        self._endpoints = frozenset(endpoints)

    def demand(self, endpoint: str) -> None:
        """Raise Denied (404) where nothing is served under this id."""
        if endpoint not in self._endpoints:
            raise Denied(no_app(endpoint))

    def begin(self, endpoint: str, given: Input, origin: str) -> Begun:
        """Put a checked input in the queue; results get addresses under `origin`."""
        loop = asyncio.get_running_loop()
        before: asyncio.Future[bytes] = loop.create_future()
        after: asyncio.Future[bytes] = loop.create_future()

        async def prepare() -> EngineRequest:
            request = await given.engine_request(self._shelf)
            if request.images:
                before.set_result(request.images[0])
            return request

        async def render(result: EngineResult) -> Output:
            if result.pictures:
                after.set_result(result.pictures[0].data)
            return await self._output(given, result, origin)

        job = self._queue.submit(app_of(endpoint), prepare, render)
        return Begun(job, before, after)

    async def _output(self, given: Input, result: EngineResult, origin: str) -> Output:
        images = [await self._image(one, given, origin) for one in result.pictures]
        value: dict[str, object] = {
            "images": images,
            "timings": {"inference": round(result.seconds, 3)},
            "seed": result.seed,
            "has_nsfw_concepts": [False] * len(images),
            "prompt": given.instruction,
            "notes": list(result.notes),
        }
        seeds = [picture.seed for picture in result.pictures]
        if None not in seeds:
            value["seeds"] = seeds  # of our own: fal's models answer one seed for all
        weight = len(json.dumps(value)) if given.as_data else 4096
        return Output(value, weight)

    async def _image(self, picture: EnginePicture, given: Input, origin: str) -> dict[str, object]:
        suffix = SUFFIXES.get(picture.media_type, ".bin")
        if given.as_data:
            url = await asyncio.to_thread(data_uri, picture.data, picture.media_type)
            name = f"result{suffix}"
        else:
            stored = await self._shelf.add(picture.data, picture.media_type)
            url, name = f"{origin}/files/{stored.name}", stored.name
        return {
            "url": url,
            "width": picture.width,
            "height": picture.height,
            "content_type": picture.media_type,
            "file_name": name,
            "file_size": len(picture.data),
        }


async def preview_frame(data: bytes, given: Input) -> Mapping[str, object] | None:
    """A frame of the output's shape that shows how far a run is."""
    url = await asyncio.to_thread(preview_uri, data)
    if url is None:
        return None
    return {
        "images": [{"url": url, "content_type": "image/jpeg"}],
        "seed": given.seed,
        "has_nsfw_concepts": [False],
        "prompt": given.instruction,
    }
