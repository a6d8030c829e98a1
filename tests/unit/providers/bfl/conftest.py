"""A Black Forest Labs provider over the fake service, and whole edits over it."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from kontext_studio.core.models import Catalogue, ModelSpec
from kontext_studio.core.provider import USUAL
from kontext_studio.core.route import Access
from kontext_studio.providers.bfl import BflProvider
from kontext_studio.providers.limits import Limits
from tests.fakes.bfl_service import MODEL, BflService
from tests.unit.providers.conftest import NOW, Waits, end_of, picture, request_for


@pytest.fixture(scope="session")
def pro(catalogue: Catalogue) -> ModelSpec:
    return catalogue.find("bfl", MODEL)


@asynccontextmanager
async def bfl_over(
    target: BflService | Access, waits: Waits, limits: Limits | None = None
) -> AsyncGenerator[BflProvider]:
    access = target.access() if isinstance(target, BflService) else target
    provider = BflProvider(access, limits=limits, patience=waits.patience())
    try:
        yield provider
    finally:
        await provider.close()


def edit(
    run,
    waits,
    spec,
    *faults,
    pictures=None,
    delivery=USUAL,
    service=None,
    limits=None,
    route=None,
    **changes: Any,
):
    """The events of one edit whose submits meet these faults, what ended it, and the service."""

    async def story():
        async with BflService(clock=lambda: NOW, **(service or {})) as bfl:
            bfl.fault("submit", *faults)
            async with bfl_over(bfl.access(**(route or {})), waits, limits) as provider:
                given = (picture(),) if pictures is None else pictures
                request = request_for(*given, **{"model": spec.id, **changes})
                events, end = await end_of(provider.edit(request, spec, given, delivery))
                return events, end, bfl

    return run(story())


def resume(run, waits, *faults, course=None, number="run-1", remote=None, cost=None, **service):
    """A run that was sent before, followed to its end."""

    async def story():
        if course is not None:
            service["course"] = course
        async with BflService(clock=lambda: NOW, **service) as bfl:
            bfl.runs["run-1"] = 0
            bfl.fault("poll", *faults)
            async with bfl_over(bfl, waits) as provider:
                handle = remote if remote is not None else replace(bfl.remote(number), cost=cost)
                events, end = await end_of(provider.resume(handle))
                return events, end, bfl

    return run(story())
