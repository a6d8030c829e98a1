"""The provider of servers that speak OpenAI's images interface.

It promises one POST per edit. The connection is all there is of a run: no number, no list, nothing
to cancel.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import replace

from kontext_studio.core.delivery import Delivery, offered
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
    RemoteDone,
    Sending,
)
from kontext_studio.core.request import EditRequest
from kontext_studio.core.route import Access
from kontext_studio.providers.answers import Answer
from kontext_studio.providers.checking import check
from kontext_studio.providers.client import Arrived, HttpClient
from kontext_studio.providers.downloads import Downloads
from kontext_studio.providers.limits import Limits
from kontext_studio.providers.openai_images.answer import rescued, result_in
from kontext_studio.providers.openai_images.body import Body, File, body_of, demand_body
from kontext_studio.providers.openai_images.checking import probes_of
from kontext_studio.providers.openai_images.service import API, Profile
from kontext_studio.providers.posting import Posted, kept_answer, post_once
from kontext_studio.providers.results import collect
from kontext_studio.providers.retries import Patience

LONGEST_RUN_S = 600.0
"""A vendor's own figure for one model is that one run in twenty takes longer than seven minutes."""


class OpenAIImagesProvider:
    """One such server over one route; a connection test asks about the model `probe`."""

    def __init__(
        self,
        access: Access,
        profile: Profile,
        *,
        probe: str,
        limits: Limits | None = None,
        patience: Patience | None = None,
    ) -> None:
        self.name = profile.service.name
        self._profile = profile
        self._service = profile.service
        self._probe = probe
        self._patience = patience or Patience()
        self._client = HttpClient(access, profile.service, limits)
        self._downloads = Downloads(self._client, self._patience, profile.service.surely())

    async def edit(
        self,
        request: EditRequest,
        spec: ModelSpec,
        pictures: tuple[InputPicture, ...],
        delivery: Delivery = USUAL,
    ) -> AsyncGenerator[JobEvent]:
        offered(spec).settled(delivery, request.count)
        body = await self._body(request, spec, pictures)
        base = self._client.route.base(API)

        async def post(arrived: Arrived, headers: Mapping[str, str]) -> Answer:
            return await self._post(f"{base}/{body.path}", body, arrived, headers)

        posting = post_once(
            post,
            lambda answer: result_in(answer, self._service, base, request.model),
            lambda answer: rescued(answer, base),
            self._service,
            self._patience,
            self._client.route,
        )
        result = ""
        async with aclosing(posting) as events:
            async for event in events:
                if isinstance(event, Posted):
                    result = event.value
                    yield RemoteDone(result)
                else:
                    yield replace(event, waits=True) if isinstance(event, Sending) else event
        async with aclosing(self.collect(result)) as rest:
            async for later in rest:
                yield later

    async def _body(
        self, request: EditRequest, spec: ModelSpec, pictures: tuple[InputPicture, ...]
    ) -> Body:
        route = self._client.route.given
        demand_body(request, spec, self._profile, route)
        loaded: dict[Sha256, File] = {}
        for picture in pictures:
            if picture.ref.sha256 not in loaded:
                loaded[picture.ref.sha256] = File(*await picture.load())
        files = [loaded[picture.ref.sha256] for picture in pictures]
        return await asyncio.to_thread(body_of, request, spec, self._profile, route, files)

    async def _post(
        self,
        url: str,
        body: Body,
        arrived: Arrived | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        limits = self._client.limits
        return await self._client.api(
            "POST",
            url,
            body.data,
            content_type=body.content_type,
            headers=headers,
            wait_s=min(LONGEST_RUN_S, limits.run_s),
            most_bytes=limits.result_bytes,
            arrived=arrived,
        )

    def resume(self, remote: RemoteHandle) -> AsyncGenerator[JobEvent]:
        raise NotFound(self._profile.no_list)

    async def collect(
        self, answer: str, remote: RemoteHandle | None = None
    ) -> AsyncGenerator[JobEvent]:
        async with aclosing(collect(self._downloads, self._service, answer)) as events:
            async for event in events:
                yield event

    @property
    def cannot_find(self) -> str:
        return self._profile.no_list

    async def find(
        self,
        request: EditRequest,
        spec: ModelSpec,
        sent_at: float,
        picture_urls: tuple[str, ...] = (),
    ) -> tuple[RemoteHandle, ...]:
        raise NotFound(self._profile.no_list)

    async def answer_to(
        self, order_key: str, spec: ModelSpec, delivery: Delivery = USUAL
    ) -> RemoteDone | None:
        base = self._client.route.base(API)
        answer = await kept_answer(self._client, base, order_key)
        if answer is None:
            return None
        result = await asyncio.to_thread(result_in, answer, self._service, base, spec.id)
        return RemoteDone(result) if isinstance(result, str) else None

    async def cancel(self, remote: RemoteHandle) -> CancelAnswer:
        return CancelAnswer(
            accepted=False, status=f"{self._service.title} cannot cancel a run: it goes on."
        )

    async def check(self) -> AsyncGenerator[CheckStep]:
        probe, model = probes_of(self._client.route, self._profile, self._probe)
        async with aclosing(check(self._client, self._service, probe, model)) as steps:
            async for step in steps:
                yield step

    async def close(self) -> None:
        await self._client.close()
