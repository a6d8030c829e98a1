"""An OpenAI-style provider over the fake servers, and whole edits over it."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from kontext_studio.core.models import catalogue_from_json
from kontext_studio.core.provider import USUAL
from kontext_studio.core.route import Access
from kontext_studio.providers.limits import Limits
from kontext_studio.providers.openai_images.estimate import EstimatingProvider
from kontext_studio.providers.openai_images.service import PROFILES
from kontext_studio.resources import read_json
from tests.fakes.openai_service import SERVED, OpenAIService
from tests.unit.providers.conftest import Waits, end_of, picture, request_for

WORDS = tuple(PROFILES)


def spec_of(word: str, model: str = ""):
    data = read_json("models.json")
    assert isinstance(data, dict)
    return catalogue_from_json(data).find(word, model or SERVED[word])


@asynccontextmanager
async def images_over(
    target: OpenAIService | Access, waits: Waits, limits: Limits | None = None
) -> AsyncGenerator[EstimatingProvider]:
    access = target.access() if isinstance(target, OpenAIService) else target
    word = access.route.provider
    provider = EstimatingProvider(
        access, PROFILES[word], probe=SERVED[word], limits=limits, patience=waits.patience()
    )
    try:
        yield provider
    finally:
        await provider.close()


def edit(
    run,
    waits,
    word="lumenfall",
    *faults,
    step=None,
    pictures=None,
    model="",
    delivery=USUAL,
    service=None,
    limits=None,
    route=None,
    **changes: Any,
):
    """The events of one edit whose POST meets these faults, what ended it, and the service."""

    async def story():
        async with OpenAIService(manner=word, **(service or {})) as server:
            given = (picture(),) if pictures is None else pictures
            files = given and word != "localai"
            server.fault(step or ("edits" if files else "generations"), *faults)
            spec = spec_of(word, model)
            async with images_over(server.access(**(route or {})), waits, limits) as provider:
                request = request_for(*given, **{"model": spec.id, **changes})
                events, end = await end_of(provider.edit(request, spec, given, delivery))
                return events, end, server

    return run(story())
