"""What the tests of the providers share: a run of coroutines, patience that does not wait."""

from __future__ import annotations

import asyncio
import gc
import json
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pytest

from kontext_studio.core.errors import StudioError
from kontext_studio.core.images import ImageRef, Sha256
from kontext_studio.core.models import Catalogue, ModelSpec, catalogue_from_json
from kontext_studio.core.provider import HostedUrl, InputPicture, JobEvent
from kontext_studio.core.request import EditRequest
from kontext_studio.core.route import Access
from kontext_studio.providers.fal import FalProvider
from kontext_studio.providers.limits import Limits
from kontext_studio.providers.retries import Patience
from kontext_studio.resources import read_json
from tests.fakes.fal_service import ENDPOINT, FalService, png

T = TypeVar("T")

NOW = 1_790_000_000.0


@dataclass
class Waits:
    """A sleep that does not, and remembers how long it was asked for."""

    asked: list[float] = field(default_factory=list)

    async def __call__(self, seconds: float) -> None:
        self.asked.append(seconds)
        await asyncio.sleep(0)

    def patience(self) -> Patience:
        return Patience(sleep=self, random=lambda: 0.5, now=lambda: NOW)


@pytest.fixture
def waits() -> Waits:
    return Waits()


@pytest.fixture
def run() -> Callable[[Coroutine[Any, Any, T]], T]:
    def to_the_end(coroutine: Coroutine[Any, Any, T]) -> T:
        async def within_limit() -> T:
            async with asyncio.timeout(20):
                return await coroutine

        result = asyncio.run(within_limit())
        gc.collect(1)  # a generator that was not closed complains when it is collected
        return result

    return to_the_end


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    data = read_json("models.json")
    assert isinstance(data, dict)
    return catalogue_from_json(data)


@pytest.fixture(scope="session")
def dev(catalogue: Catalogue) -> ModelSpec:
    return catalogue.find("fal", ENDPOINT)


@dataclass
class Loads:
    """The bytes of a picture, counted each time they are asked for."""

    data: bytes = png()
    media_type: str = "image/png"
    times: int = 0

    async def __call__(self) -> tuple[bytes, str]:
        self.times += 1
        return self.data, self.media_type


def picture(load: Loads | None = None, hosted: HostedUrl | None = None, mark: str = "a"):
    ref = ImageRef(Sha256(mark * 64), "image/png", 4, 4)
    return InputPicture(ref, load or Loads(), hosted)


def request_for(*pictures: InputPicture, **changes: Any) -> EditRequest:
    given: dict[str, Any] = {
        "instruction": "Make the car red",
        "inputs": tuple(one.ref for one in pictures),
        "model": ENDPOINT,
        "seed": 7,
    }
    return EditRequest(**{**given, **changes})


@asynccontextmanager
async def provider_for(
    target: FalService | Access, waits: Waits, limits: Limits | None = None, **named: Any
) -> AsyncGenerator[FalProvider]:
    access = target.access() if isinstance(target, FalService) else target
    provider = FalProvider(access, limits=limits, patience=waits.patience(), **named)
    try:
        yield provider
    finally:
        await provider.close()


async def events_of(provider: FalProvider, spec: ModelSpec, *pictures: InputPicture, **changes):
    """All events of one edit."""
    request = request_for(*pictures, **changes)
    return [event async for event in provider.edit(request, spec, pictures)]


async def end_of(stream: AsyncGenerator[JobEvent]) -> tuple[list[JobEvent], StudioError | None]:
    """The events of a run, and the fault that ended it."""
    events: list[JobEvent] = []
    try:
        async for event in stream:
            events.append(event)
    except StudioError as fault:
        return events, fault
    return events, None


COMPLETED: dict[str, object] = {"status": "COMPLETED", "logs": None, "metrics": {}}
RUNNING: dict[str, object] = {"status": "IN_PROGRESS", "logs": None}


def resume(run, waits, *, limits=None, faults=(), remote=None, **service):
    """A run that was sent before, followed to its end."""

    async def story():
        async with FalService(**service) as fal, provider_for(fal, waits, limits) as provider:
            for step, fault in faults:
                fal.fault(step, fault)
            handle = fal.remote("run-1") if remote is None else remote
            events, end = await end_of(provider.resume(handle))
            return events, end, fal

    return run(story())


def kinds(events):
    return [type(event) for event in events]


PNG = png(width=40, height=40)
ONE = {"images": [{"url": "{origin}/files/one"}]}


def collect(run, waits, answer, *faults, limits=None, pictures=None, **service):
    """Collect a stored answer; "{origin}" in it stands for the service. With `result`, the answer
    that the service gives now, it may be read again."""

    async def story():
        async with FalService(**service) as fal, provider_for(fal, waits, limits) as provider:
            fal.pictures.update(pictures or {"one": PNG, "two": png(grey=7)})
            fal.fault("picture", *faults)
            text = answer if isinstance(answer, str) else json.dumps(answer)
            text = text.replace("{origin}", fal.origin)
            if fal.result is not None:
                fal.result = json.loads(json.dumps(fal.result).replace("{origin}", fal.origin))
            remote = fal.remote("run-1") if service else None
            events, end = await end_of(provider.collect(text, remote))
            return events, end, fal

    return run(story())
