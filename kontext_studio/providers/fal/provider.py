"""The provider that speaks fal's protocol, for fal.ai and for the embedded engine alike.

It promises one POST per edit and events in the order the core asks for; where the bytes travel it
leaves to the route.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from dataclasses import replace

from kontext_studio.core import kill_points
from kontext_studio.core.delivery import Delivery, Way, offered
from kontext_studio.core.errors import NotFound
from kontext_studio.core.images import Sha256
from kontext_studio.core.jobs import RemoteHandle
from kontext_studio.core.models import ModelSpec
from kontext_studio.core.provider import (
    USUAL,
    CancelAnswer,
    CheckStep,
    InputPicture,
    JobEvent,
    NotAccepted,
    Preview,
    RemoteDone,
    Running,
    Sending,
    Submitted,
    Uploaded,
)
from kontext_studio.core.request import EditRequest
from kontext_studio.core.route import Access
from kontext_studio.providers.cancelling import cancel
from kontext_studio.providers.checking import check
from kontext_studio.providers.client import HttpClient
from kontext_studio.providers.downloads import Downloads
from kontext_studio.providers.fal.body import Inside, body_of, demand_body
from kontext_studio.providers.fal.checking import probe_of
from kontext_studio.providers.fal.errors import complaint_in, passing
from kontext_studio.providers.fal.finding import Finder
from kontext_studio.providers.fal.follow import Follower
from kontext_studio.providers.fal.live import run_live
from kontext_studio.providers.fal.service import FAL
from kontext_studio.providers.fal.storage import Storage
from kontext_studio.providers.fal.submit import run_in, submit
from kontext_studio.providers.fal.waited import result_in, wait_for_run
from kontext_studio.providers.limits import Limits
from kontext_studio.providers.posting import kept_answer
from kontext_studio.providers.refusals import redirected
from kontext_studio.providers.results import collect
from kontext_studio.providers.retries import Patience
from kontext_studio.providers.service import Service

Send = Callable[
    [HttpClient, Service, Patience, str, bytes, Delivery],
    AsyncGenerator[Sending | NotAccepted | Submitted | Running | Preview | RemoteDone],
]
_WAYS: Mapping[Way, Send] = {
    Way.QUEUE: submit,
    Way.SYNC: wait_for_run,
    Way.STREAM: run_live,
}


class FalProvider:
    """One fal-speaking service over one route; a connection test asks about the model `probe`."""

    def __init__(
        self,
        access: Access,
        service: Service = FAL,
        *,
        probe: str = "fal-ai/flux-kontext/dev",
        limits: Limits | None = None,
        patience: Patience | None = None,
    ) -> None:
        self.name = service.name
        self._service = service
        self._probe = probe
        self._patience = patience or Patience()
        self._client = HttpClient(access, service, limits)
        self._storage = Storage(self._client, service, self._patience)
        self._finder = Finder(self._client, service, self._patience)
        self._downloads = Downloads(self._client, self._patience, service.surely())

    async def edit(
        self,
        request: EditRequest,
        spec: ModelSpec,
        pictures: tuple[InputPicture, ...],
        delivery: Delivery = USUAL,
    ) -> AsyncGenerator[JobEvent]:
        delivery = offered(spec).settled(delivery, request.count)
        streamed = delivery.way is Way.STREAM
        demand_body(request, spec, streamed=streamed)
        sent: dict[Sha256, str | Inside] = {}
        for picture in pictures:
            if (living := self._storage.living(picture.hosted)) is not None:
                sent[picture.ref.sha256] = living
            if picture.ref.sha256 in sent:
                continue
            if delivery.inline:
                sent[picture.ref.sha256] = Inside(*await picture.load())
                continue
            async with aclosing(self._storage.upload(picture, delivery.keep_s)) as uploads:
                async for step in uploads:
                    if isinstance(step, Uploaded):
                        sent[picture.ref.sha256] = step.hosted.url
                    yield step
        told = tuple(sent[picture.ref.sha256] for picture in pictures)
        picture_urls = tuple(one for one in told if isinstance(one, str))
        if len(picture_urls) == len(told):
            body = body_of(request, spec, told, streamed=streamed)
        else:
            body = await asyncio.to_thread(body_of, request, spec, told, streamed=streamed)
        waits = delivery.way is not Way.QUEUE
        after: AsyncGenerator[JobEvent] | None = None
        send = _WAYS[delivery.way]
        sending = send(self._client, self._service, self._patience, spec.id, body, delivery)
        async with aclosing(sending):
            async for event in sending:
                if isinstance(event, Sending):
                    event = replace(event, picture_urls=picture_urls, waits=waits)
                yield event
                if isinstance(event, Submitted):
                    after = self.resume(event.remote)
                elif isinstance(event, RemoteDone):
                    after = self.collect(event.answer)
        if after is not None:
            async with aclosing(after) as rest:
                async for later in rest:
                    yield later

    async def resume(self, remote: RemoteHandle) -> AsyncGenerator[JobEvent]:
        answer = ""
        follower = Follower(self._client, self._service, self._patience, remote)
        async with aclosing(follower.events()) as events:
            async for event in events:
                if isinstance(event, RemoteDone):
                    answer = event.answer
                yield event
        async with aclosing(self.collect(answer, remote)) as rest:
            async for later in rest:
                yield later

    async def collect(
        self, answer: str, remote: RemoteHandle | None = None
    ) -> AsyncGenerator[JobEvent]:
        reread = None
        if remote is not None:
            reread = Follower(self._client, self._service, self._patience, remote).result
        async with aclosing(collect(self._downloads, self._service, answer, reread)) as events:
            async for event in events:
                yield event

    @property
    def cannot_find(self) -> str:
        return self._finder.cannot

    async def find(
        self,
        request: EditRequest,
        spec: ModelSpec,
        sent_at: float,
        picture_urls: tuple[str, ...] = (),
    ) -> tuple[RemoteHandle, ...]:
        return await self._finder.find(request, spec, sent_at, picture_urls)

    async def answer_to(
        self, order_key: str, spec: ModelSpec, delivery: Delivery = USUAL
    ) -> Submitted | RemoteDone | None:
        answer = await kept_answer(self._client, self._client.route.base("queue"), order_key)
        if answer is None:
            return None
        match delivery.way:
            case Way.QUEUE:
                return run_in(answer, self._client, self._service, spec.id)
            case Way.SYNC:
                result = await asyncio.to_thread(result_in, answer, self._service, spec.id)
                return RemoteDone(result) if isinstance(result, str) else None
        return None  # frames of a stream are not read again

    async def cancel(self, remote: RemoteHandle) -> CancelAnswer:
        return await cancel(self._client.route, self._patience, remote, self._cancel_once)

    async def _cancel_once(self, remote: RemoteHandle) -> CancelAnswer:
        # Some proxies read a JSON body from every PUT.
        answer = await self._client.api("PUT", remote.cancel_url, b"{}")
        kill_points.reach(kill_points.KillPoint.CANCEL)
        if 300 <= answer.status < 400:
            raise redirected(answer)
        value = answer.json()
        word = value.get("status") if isinstance(value, dict) else None
        if word in ("OK", "CANCELLATION_REQUESTED"):
            return CancelAnswer(accepted=True, status=str(word))
        if word == "ALREADY_COMPLETED":
            return CancelAnswer(accepted=False, already_finished=True, status=word)
        if word == "NOT_FOUND" or answer.status == 404:
            return CancelAnswer(accepted=False, status="NOT_FOUND")
        said = complaint_in(answer, value)
        if said is None:
            return CancelAnswer(accepted=answer.status < 300, status=str(word or ""))
        fault = passing(said, self._service)
        if isinstance(fault, NotFound):
            return CancelAnswer(accepted=False, status="NOT_FOUND")
        raise fault

    def check(self) -> AsyncGenerator[CheckStep]:
        probe = probe_of(self._client.route.base("queue"), self._service, self._probe)
        return check(self._client, self._service, probe)

    async def close(self) -> None:
        await self._client.close()
