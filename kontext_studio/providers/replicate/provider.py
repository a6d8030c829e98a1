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
from kontext_studio.core.errors import BadAnswer
from kontext_studio.core.jobs import RemoteHandle
from kontext_studio.core.models import ModelSpec
from kontext_studio.core.provider import (
    USUAL,
    CancelAnswer,
    CheckStep,
    InputPicture,
    JobEvent,
    Sending,
    Submitted,
)
from kontext_studio.core.request import EditRequest
from kontext_studio.core.route import Access
from kontext_studio.providers.answers import Answer
from kontext_studio.providers.cancelling import cancel
from kontext_studio.providers.checking import check
from kontext_studio.providers.client import HttpClient
from kontext_studio.providers.complaints import complaint_in, passing
from kontext_studio.providers.limits import Limits
from kontext_studio.providers.polled_runs import PolledRuns
from kontext_studio.providers.polling import State
from kontext_studio.providers.posting import kept_answer
from kontext_studio.providers.refusals import redirected
from kontext_studio.providers.replicate.body import body_of
from kontext_studio.providers.replicate.checking import probes_of
from kontext_studio.providers.replicate.files import Files, Placed
from kontext_studio.providers.replicate.finding import Finder
from kontext_studio.providers.replicate.prediction import state_of
from kontext_studio.providers.replicate.service import API, REPLICATE
from kontext_studio.providers.replicate.submit import Taken, run_in, submit
from kontext_studio.providers.retries import Patience


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
        self._runs = PolledRuns(self._client, service, self._patience, self._read)

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
            async with aclosing(self._runs.events(taken.remote, taken.prediction)) as rest:
                async for later in rest:
                    yield later

    def resume(self, remote: RemoteHandle) -> AsyncGenerator[JobEvent]:
        return self._runs.events(remote)

    def collect(self, answer: str, remote: RemoteHandle | None = None) -> AsyncGenerator[JobEvent]:
        return self._runs.collect(answer, remote)

    def _read(self, answer: Answer, said: object, remote: RemoteHandle) -> State:
        if (complaint := complaint_in(answer, said)) is not None:
            raise passing(complaint, self._service)
        return state_of(answer, said, remote.request_id, self._service, self._patience.now())

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
        return await cancel(self._client.route, self._patience, remote, self._cancel_once)

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
