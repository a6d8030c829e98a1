"""The provider that speaks Replicate's HTTP interface.

It promises one POST per edit and events in the order the core asks for; where the bytes travel it
leaves to the route. A prediction is asked for again and again rather than listened to: the stream
of an image model tells its end and nothing else.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

from kontext_studio.core import kill_points
from kontext_studio.core.delivery import Delivery
from kontext_studio.core.errors import BadAnswer, RateLimited, RouteError, ServiceFailed
from kontext_studio.core.jobs import RemoteHandle
from kontext_studio.core.models import ModelSpec
from kontext_studio.core.provider import (
    USUAL,
    CancelAnswer,
    CheckStep,
    InputPicture,
    JobEvent,
    RemoteDone,
    Sending,
    Submitted,
)
from kontext_studio.core.request import EditRequest
from kontext_studio.core.route import Access
from kontext_studio.providers.answers import Answer
from kontext_studio.providers.checking import check
from kontext_studio.providers.client import HttpClient
from kontext_studio.providers.complaints import complaint_in, passing
from kontext_studio.providers.downloads import Downloads
from kontext_studio.providers.limits import Limits
from kontext_studio.providers.polling import Ask, State, demand_own, follow, freshened, rereads
from kontext_studio.providers.posting import kept_answer
from kontext_studio.providers.refusals import redirected
from kontext_studio.providers.replicate.body import body_of
from kontext_studio.providers.replicate.checking import probes_of
from kontext_studio.providers.replicate.files import Files, Placed
from kontext_studio.providers.replicate.finding import Finder
from kontext_studio.providers.replicate.prediction import state_of
from kontext_studio.providers.replicate.service import API, REPLICATE
from kontext_studio.providers.replicate.submit import Taken, run_in, submit
from kontext_studio.providers.results import collect
from kontext_studio.providers.retries import Patience
from kontext_studio.providers.routing import RouteUnfit

_CANCEL_ATTEMPTS = 3


class ReplicateProvider:
    """One account over one route; a connection test asks about the model `probe`."""

    cannot_find = ""

    def __init__(
        self,
        access: Access,
        *,
        probe: str = "black-forest-labs/flux-kontext-dev",
        limits: Limits | None = None,
        patience: Patience | None = None,
    ) -> None:
        self._service = service = REPLICATE
        self.name = service.name
        self._probe = probe
        self._patience = patience or Patience()
        self._client = HttpClient(access, service, limits)
        self._files = Files(self._client, service, self._patience)
        self._finder = Finder(self._client, service, self._patience)
        self._downloads = Downloads(self._client, self._patience, service.surely())

    async def edit(
        self,
        request: EditRequest,
        spec: ModelSpec,
        pictures: tuple[InputPicture, ...],
        delivery: Delivery = USUAL,
    ) -> AsyncGenerator[JobEvent]:
        body_of(request, spec, (), delivery)  # what it refuses is not uploaded first
        placed: list[Placed] = []
        for picture in pictures:
            async with aclosing(self._files.place(picture)) as steps:
                async for step in steps:
                    if isinstance(step, Placed):
                        placed.append(step)
                    else:
                        yield step
        urls = tuple(one.url for one in placed)
        body = body_of(request, spec, urls, delivery)
        # What is inside the request is no address to remember it by.
        told = () if any(one.is_inside for one in placed) else urls
        taken: Taken | None = None
        sending = submit(self._client, self._service, self._patience, spec.id, body, delivery)
        async with aclosing(sending):
            async for event in sending:
                match event:
                    case Taken():
                        taken = event
                        yield Submitted(event.remote)
                    case Sending():
                        yield replace(event, picture_urls=told)
                    case _:
                        yield event
        if taken is not None:
            async with aclosing(self._followed(taken)) as rest:
                async for later in rest:
                    yield later

    async def resume(self, remote: RemoteHandle) -> AsyncGenerator[JobEvent]:
        async with aclosing(self._followed(Taken(remote))) as events:
            async for event in events:
                yield event

    async def _followed(self, taken: Taken) -> AsyncGenerator[JobEvent]:
        demand_own(self._client.route, self._service, taken.remote)
        answer = ""
        ask = self._asks(taken)
        async with aclosing(follow(ask, self._patience)) as events:
            async for event in events:
                if isinstance(event, RemoteDone):
                    answer = event.answer
                yield event
        async with aclosing(self._collected(answer, taken.remote)) as rest:
            async for later in rest:
                yield later

    def _asks(self, taken: Taken) -> Ask:
        """What has become of a prediction; what its creation told of it counts as the first
        answer."""
        known = taken.prediction

        async def ask() -> State:
            nonlocal known
            now = self._patience.now()
            if known is not None:
                value, known = known, None
                answer = Answer(200, {}, b"", "the service")
                return state_of(answer, value, taken.remote.request_id, self._service, now)
            answer = await self._client.api(
                "GET", taken.remote.status_url, most_bytes=self._client.limits.result_bytes
            )
            if 300 <= answer.status < 400:
                raise redirected(answer)
            said = await asyncio.to_thread(answer.json)
            if (complaint := complaint_in(answer, said)) is not None:
                raise passing(complaint, self._service)
            return state_of(answer, said, taken.remote.request_id, self._service, now)

        return ask

    async def collect(
        self, answer: str, remote: RemoteHandle | None = None
    ) -> AsyncGenerator[JobEvent]:
        if remote is not None:
            reread = rereads(self._asks(Taken(remote)), self._patience)
            fresh = freshened(answer, self._patience.now(), reread, self._service.surely())
            async with aclosing(fresh) as events:
                async for event in events:
                    if isinstance(event, RemoteDone):
                        answer = event.answer
                    else:
                        yield event
        async with aclosing(self._collected(answer, remote)) as rest:
            async for later in rest:
                yield later

    async def _collected(
        self, answer: str, remote: RemoteHandle | None
    ) -> AsyncGenerator[JobEvent]:
        reread = None
        if remote is not None:
            reread = rereads(self._asks(Taken(remote)), self._patience)
        async with aclosing(collect(self._downloads, self._service, answer, reread)) as events:
            async for event in events:
                yield event

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
    ) -> Submitted | None:
        route = self._client.route
        answer = await kept_answer(self._client, route.base(API), order_key)
        return None if answer is None else await asyncio.to_thread(run_in, answer, route)

    async def cancel(self, remote: RemoteHandle) -> CancelAnswer:
        if not self._client.route.is_own(remote.cancel_url):
            raise BadAnswer(
                "This run lies at an address that is not part of the connection.",
                hint="Nothing was sent there.",
            )
        attempt = 0
        while True:
            attempt += 1
            try:
                return await self._cancel_once(remote)
            except (RouteError, ServiceFailed, RateLimited) as fault:
                if attempt >= _CANCEL_ATTEMPTS or isinstance(fault, RouteUnfit):
                    raise
                await self._patience.sleep(self._patience.read_wait_s(attempt))

    async def _cancel_once(self, remote: RemoteHandle) -> CancelAnswer:
        answer = await self._client.api("POST", remote.cancel_url, b"")
        kill_points.reach(kill_points.KillPoint.CANCEL)
        if 300 <= answer.status < 400:
            raise redirected(answer)
        value = answer.json()
        said = complaint_in(answer, value)
        if said is not None and said.gone:
            return CancelAnswer(accepted=False, status="NOT_FOUND")
        if said is not None:
            raise passing(said, self._service)
        word = value.get("status") if isinstance(value, dict) else None
        match word:
            case "succeeded" | "failed":
                return CancelAnswer(accepted=False, already_finished=True, status=str(word))
            case "canceled" | "aborted" if isinstance(value, dict) and not value.get("started_at"):
                return CancelAnswer(accepted=True, status="OK")  # it never began
            case str():
                return CancelAnswer(accepted=True, status=word)
        raise BadAnswer(f"The answer of {answer.host} makes no sense.", detail=answer.facts())

    async def check(self) -> AsyncGenerator[CheckStep]:
        account, model = probes_of(self._client.route, self._service, self._probe)
        async with aclosing(check(self._client, self._service, account, model)) as steps:
            async for step in steps:
                yield step

    async def close(self) -> None:
        await self._client.close()
