"""The provider that speaks Black Forest Labs' own HTTP interface.

It promises one POST per edit and events in the order the core asks for; where the bytes travel it
leaves to the route. The service can neither cancel a run nor list those of an account.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from kontext_studio.core.delivery import Delivery
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
    Submitted,
)
from kontext_studio.core.request import EditRequest
from kontext_studio.core.route import Access
from kontext_studio.providers.answers import Answer
from kontext_studio.providers.bfl.body import body_of, demand_taken, picture_fields
from kontext_studio.providers.bfl.checking import probe_of
from kontext_studio.providers.bfl.errors import complaint_in
from kontext_studio.providers.bfl.service import API, BFL
from kontext_studio.providers.bfl.status import state_of
from kontext_studio.providers.bfl.submit import run_in, submit
from kontext_studio.providers.checking import check
from kontext_studio.providers.client import HttpClient
from kontext_studio.providers.complaints import passing
from kontext_studio.providers.limits import Limits
from kontext_studio.providers.polled_runs import PolledRuns
from kontext_studio.providers.polling import State
from kontext_studio.providers.posting import kept_answer
from kontext_studio.providers.retries import Patience

CANNOT_CANCEL = "Black Forest Labs cannot cancel a run: it goes on."


class BflProvider:
    """One account over one route."""

    cannot_find = (
        "Black Forest Labs keeps no list of runs that could be looked through. "
        "Its dashboard shows what was charged."
    )

    def __init__(
        self, access: Access, *, limits: Limits | None = None, patience: Patience | None = None
    ) -> None:
        self._service = service = BFL
        self.name = service.name
        self._patience = patience or Patience()
        self._client = HttpClient(access, service, limits)
        self._runs = PolledRuns(self._client, service, self._patience, self._read)

    async def edit(
        self,
        request: EditRequest,
        spec: ModelSpec,
        pictures: tuple[InputPicture, ...],
        delivery: Delivery = USUAL,
    ) -> AsyncGenerator[JobEvent]:
        body = await self._body(request, spec, pictures, delivery)
        remote: RemoteHandle | None = None
        sending = submit(self._client, self._service, self._patience, spec.id, body)
        async with aclosing(sending):
            async for event in sending:
                if isinstance(event, Submitted):
                    remote = event.remote
                yield event
        if remote is not None:
            async with aclosing(self._runs.events(remote)) as rest:
                async for later in rest:
                    yield later

    async def _body(
        self,
        request: EditRequest,
        spec: ModelSpec,
        pictures: tuple[InputPicture, ...],
        delivery: Delivery,
    ) -> bytes:
        fields = picture_fields(spec, len(pictures))
        for field, picture in zip(fields, pictures, strict=True):
            demand_taken(field, picture)
        loaded: dict[Sha256, bytes] = {}
        for field, picture in zip(fields, pictures, strict=True):
            if picture.ref.sha256 not in loaded:
                data, _ = await picture.load()
                demand_taken(field, picture, len(data))
                loaded[picture.ref.sha256] = data
        inside = [
            (field, loaded[picture.ref.sha256])
            for field, picture in zip(fields, pictures, strict=True)
        ]
        return await asyncio.to_thread(body_of, request, spec, inside, delivery)

    def resume(self, remote: RemoteHandle) -> AsyncGenerator[JobEvent]:
        return self._runs.events(remote)

    def collect(self, answer: str, remote: RemoteHandle | None = None) -> AsyncGenerator[JobEvent]:
        return self._runs.collect(answer, remote)

    def _read(self, answer: Answer, said: object, remote: RemoteHandle) -> State:
        known = isinstance(said, dict) and "status" in said and answer.status in (200, 404)
        if not known and (complaint := complaint_in(answer, said)) is not None:
            raise passing(complaint, self._service)
        number, now = remote.request_id, self._patience.now()
        return state_of(answer, said, number, self._service, now, remote.cost)

    async def find(
        self,
        request: EditRequest,
        spec: ModelSpec,
        sent_at: float,
        picture_urls: tuple[str, ...] = (),
    ) -> tuple[RemoteHandle, ...]:
        raise NotFound(self.cannot_find)

    async def answer_to(
        self, order_key: str, spec: ModelSpec, delivery: Delivery = USUAL
    ) -> Submitted | None:
        route = self._client.route
        answer = await kept_answer(self._client, route.base(API), order_key)
        return None if answer is None else await asyncio.to_thread(run_in, answer, route)

    async def cancel(self, remote: RemoteHandle) -> CancelAnswer:
        return CancelAnswer(accepted=False, status=CANNOT_CANCEL)

    async def check(self) -> AsyncGenerator[CheckStep]:
        probe = probe_of(self._client.route, self._service)
        async with aclosing(check(self._client, self._service, probe)) as steps:
            async for step in steps:
                yield step

    async def close(self) -> None:
        await self._client.close()
