"""A provider that does what a test wrote down: a small real implementation of the protocol."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, field

from kontext_studio.core import provider as wire
from kontext_studio.core.delivery import Delivery
from kontext_studio.core.jobs import RemoteHandle
from kontext_studio.core.models import Catalogue, ModelSpec
from kontext_studio.core.request import EditRequest
from kontext_studio.core.result import EditResult, ReceivedImage
from kontext_studio.workbench.connections import Connections
from kontext_studio.workbench.reach import Reach, Reached

Step = wire.JobEvent | Exception | asyncio.Event


ASKED = wire.CancelAnswer(True, status="CANCELLATION_REQUESTED")


@dataclass
class ScriptedProvider:
    """`script` makes the steps of one edit: events are yielded, exceptions raised, asyncio events
    waited for. `sent` keeps every request and the pictures that were loaded for it."""

    script: Callable[[EditRequest], Sequence[Step]]
    resumed: Sequence[Step] = ()
    collected: Sequence[Step] = ()
    name: str = "scripted"
    sent: list[EditRequest] = field(default_factory=list)
    hosted: list[str | None] = field(default_factory=list)
    cancelled: list[RemoteHandle] = field(default_factory=list)
    cancel_answer: wire.CancelAnswer = ASKED
    on_cancel: Callable[[], None] = lambda: None
    cancel_gate: asyncio.Event | None = None
    local: bool = True
    found: Sequence[RemoteHandle] | None = None
    looked_for: list[tuple[str, ...]] = field(default_factory=list)
    asked_for: list[RemoteHandle] = field(default_factory=list)
    checked: Sequence[wire.CheckStep] = ()
    kept: wire.Submitted | wire.RemoteDone | Exception | None = None
    asked_by_key: list[tuple[str, str]] = field(default_factory=list)

    async def edit(
        self,
        request: EditRequest,
        spec: ModelSpec,
        pictures: tuple[wire.InputPicture, ...],
        delivery: Delivery = wire.USUAL,
    ) -> AsyncGenerator[wire.JobEvent]:
        self.hosted += [one.hosted.url if one.hosted else None for one in pictures]
        for step in self.script(request):
            if isinstance(step, wire.Sending):
                yield step
                self.sent.append(request)  # the POST leaves only when the next event is asked for
                continue
            async for event in _play(step):
                yield event

    async def resume(self, remote: RemoteHandle) -> AsyncGenerator[wire.JobEvent]:
        self.asked_for.append(remote)
        for step in self.resumed:
            async for event in _play(step):
                yield event

    async def collect(
        self, answer: str, remote: RemoteHandle | None = None
    ) -> AsyncGenerator[wire.JobEvent]:
        for step in self.collected:
            async for event in _play(step):
                yield event

    @property
    def cannot_find(self) -> str:
        return "" if self.found is not None else "There is no list of runs here."

    async def find(
        self,
        request: EditRequest,
        spec: ModelSpec,
        sent_at: float,
        picture_urls: tuple[str, ...] = (),
    ) -> tuple[RemoteHandle, ...]:
        self.looked_for.append(picture_urls)
        return tuple(self.found or ())

    async def answer_to(
        self, order_key: str, spec: ModelSpec, delivery: Delivery = wire.USUAL
    ) -> wire.Submitted | wire.RemoteDone | None:
        self.asked_by_key.append((order_key, spec.id))
        if isinstance(self.kept, Exception):
            raise self.kept
        return self.kept

    async def cancel(self, remote: RemoteHandle) -> wire.CancelAnswer:
        self.cancelled.append(remote)
        self.on_cancel()
        if self.cancel_gate is not None:
            await self.cancel_gate.wait()
        return self.cancel_answer

    async def check(self) -> AsyncGenerator[wire.CheckStep]:
        for step in self.checked:
            yield step

    async def close(self) -> None:
        return None


async def _play(step: Step) -> AsyncGenerator[wire.JobEvent]:
    if isinstance(step, Exception):
        raise step
    if isinstance(step, asyncio.Event):
        await step.wait()
        return
    yield step


HANDLE = RemoteHandle("remote-1", "http://s/status", "http://s/response", "http://s/cancel")


def whole_run(pictures: Sequence[bytes], url: str = "") -> list[Step]:
    """Every event of a run that goes well."""
    result = EditResult(tuple(ReceivedImage(data, url) for data in pictures), seed=7)
    return [
        wire.Sending(),
        wire.Submitted(HANDLE),
        wire.Queued(0),
        wire.Running(0.5),
        wire.RemoteDone(json.dumps({"images": []})),
        wire.Finished(result),
    ]


def scripted_reach(provider: ScriptedProvider) -> Callable[[Connections, Catalogue], Reach]:
    """A maker of a Reach that leads to this provider whatever the connection."""

    class Scripted(Reach):
        async def provider(self, route_name: str) -> Reached:
            return Reached(provider, "storage", local=provider.local)

        async def close(self) -> None:
            return None

    return Scripted
