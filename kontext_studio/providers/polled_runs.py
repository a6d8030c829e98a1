"""Runs that are asked about until they end, from the first poll to their pictures.

It is the same for every service without a stream; how one answer is read is the provider's.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from kontext_studio.core.jobs import RemoteHandle
from kontext_studio.core.provider import JobEvent, RemoteDone
from kontext_studio.providers.answers import Answer
from kontext_studio.providers.client import HttpClient
from kontext_studio.providers.downloads import Downloads
from kontext_studio.providers.polling import Ask, State, demand_own, follow, freshened, rereads
from kontext_studio.providers.refusals import redirected
from kontext_studio.providers.results import collect
from kontext_studio.providers.retries import Patience
from kontext_studio.providers.service import Service

Read = Callable[[Answer, object, RemoteHandle], State]
"""What an answer and its JSON say of a run. Raise Over where it ended without a picture, another
StudioError where only the asking failed."""


class PolledRuns:
    """The runs of one account over one route."""

    def __init__(
        self, client: HttpClient, service: Service, patience: Patience, read: Read
    ) -> None:
        self._client = client
        self._service = service
        self._patience = patience
        self._read = read
        self._downloads = Downloads(client, patience, service.surely())

    async def events(self, remote: RemoteHandle, told: object = None) -> AsyncGenerator[JobEvent]:
        """All that happens to a run until its pictures are here. `told` is the JSON in which its
        creation told of it already: it counts as the first answer. Raise BadAnswer where the key
        may not go to its address."""
        demand_own(self._client.route, self._service, remote)
        answer = ""
        async with aclosing(follow(self._asks(remote, told), self._patience)) as events:
            async for event in events:
                if isinstance(event, RemoteDone):
                    answer = event.answer
                yield event
        async with aclosing(self._pictures(answer, remote)) as rest:
            async for later in rest:
                yield later

    async def collect(
        self, answer: str, remote: RemoteHandle | None = None
    ) -> AsyncGenerator[JobEvent]:
        """The pictures of a stored answer, which is asked for anew where its addresses no longer
        last and the run is known."""
        if remote is not None:
            reread = rereads(self._asks(remote), self._patience)
            fresh = freshened(answer, self._patience.now(), reread, self._service.surely())
            async with aclosing(fresh) as events:
                async for event in events:
                    if isinstance(event, RemoteDone):
                        answer = event.answer
                    else:
                        yield event
        async with aclosing(self._pictures(answer, remote)) as rest:
            async for later in rest:
                yield later

    async def _pictures(self, answer: str, remote: RemoteHandle | None) -> AsyncGenerator[JobEvent]:
        reread = None
        if remote is not None:
            reread = rereads(self._asks(remote), self._patience)
        async with aclosing(collect(self._downloads, self._service, answer, reread)) as events:
            async for event in events:
                yield event

    def _asks(self, remote: RemoteHandle, told: object = None) -> Ask:
        known = told

        async def ask() -> State:
            nonlocal known
            if known is not None:
                value, known = known, None
                return self._read(Answer(200, {}, b"", "the service"), value, remote)
            answer = await self._client.api(
                "GET", remote.status_url, most_bytes=self._client.limits.result_bytes
            )
            if 300 <= answer.status < 400:
                raise redirected(answer)
            return self._read(answer, await asyncio.to_thread(answer.json), remote)

        return ask
