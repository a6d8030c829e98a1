"""What a run will cost and what the account holds, asked of a service that tells both for free."""

from __future__ import annotations

import asyncio

from kontext_studio.core.errors import BadAnswer, NotAsked
from kontext_studio.core.models import ModelSpec
from kontext_studio.core.provider import InputPicture
from kontext_studio.core.request import EditRequest
from kontext_studio.core.result import Cost
from kontext_studio.core.route import RouteMode
from kontext_studio.providers.answers import Answer, shown
from kontext_studio.providers.openai_images.checking import balance_in
from kontext_studio.providers.openai_images.errors import free_fault_in
from kontext_studio.providers.openai_images.provider import OpenAIImagesProvider
from kontext_studio.providers.openai_images.service import API, MODELS
from kontext_studio.providers.posting import PROXY_HEADER
from kontext_studio.providers.refusals import redirected
from kontext_studio.providers.service import Service

_MICROS = 1_000_000


class EstimatingProvider(OpenAIImagesProvider):
    """A service that knows dry runs."""

    async def estimate(
        self, request: EditRequest, spec: ModelSpec, pictures: tuple[InputPicture, ...]
    ) -> Cost:
        """The price of this very run; the service looks at all its parameters, and makes nothing.
        It is sent once. Raise NotAsked where something on the way could make a run of it."""
        body = await self._body(request, spec, pictures)
        base = self._client.route.base(API)
        await self._demand_passed_on(base)
        answer = await self._post(f"{base}/{body.path}?dryRun=true", body)
        return await asyncio.to_thread(_estimate_in, answer, self._service, request.model)

    async def _demand_passed_on(self, base: str) -> None:
        """A gateway that drops the query turns the question into a paid run, and none tells before
        whether it does; a proxy of ours passes it on."""
        if self._client.route.given.mode is not RouteMode.GATEWAY:
            return
        answer = await self._client.api("GET", f"{base}/{MODELS}")
        if PROXY_HEADER not in answer.headers:
            raise NotAsked(
                "This gateway might make the run instead of passing the question on. "
                "Nothing was asked.",
                field="route",
                hint="The price list tells what such a run costs.",
            )

    async def balance(self) -> Cost | None:
        """What is left in the account, None where it is not bounded."""
        base = self._client.route.base(API)
        answer = await self._client.api("GET", self._profile.balance_url(base))
        if 300 <= answer.status < 400:
            raise redirected(answer)
        return balance_in(answer, self._profile)


def _estimate_in(answer: Answer, service: Service, model: str) -> Cost:
    if 300 <= answer.status < 400:
        raise redirected(answer)
    value = answer.json()
    if answer.status >= 400:
        raise free_fault_in(answer, value, service, model)
    told = value if isinstance(value, dict) else {}
    if "data" in told:  # something on the way dropped the question
        raise BadAnswer(
            "The service made the run instead of estimating it.",
            hint="Whoever runs the gateway can pass dryRun on.",
            detail=answer.facts(),
            charged=service.perhaps(),
        )
    micros = told.get("total_cost_micros")
    if isinstance(micros, bool) or not isinstance(micros, int | float):
        raise BadAnswer("The service gave no estimate.", detail=answer.facts())
    return Cost(micros / _MICROS, shown(told.get("currency") or "USD", 8))
