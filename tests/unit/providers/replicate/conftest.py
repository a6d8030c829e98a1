"""A Replicate provider over the fake service, and whole edits over it."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from kontext_studio.core.models import Catalogue, ModelSpec
from kontext_studio.core.provider import USUAL
from kontext_studio.core.route import Access
from kontext_studio.providers.limits import Limits
from kontext_studio.providers.replicate import ReplicateProvider
from tests.fakes.replicate_service import MODEL, ReplicateService
from tests.unit.providers.conftest import NOW, Waits, end_of, picture, request_for


@pytest.fixture(scope="session")
def dev(catalogue: Catalogue) -> ModelSpec:
    return catalogue.find("replicate", MODEL)


@pytest.fixture(scope="session")
def pro(catalogue: Catalogue) -> ModelSpec:
    return catalogue.find("replicate", "black-forest-labs/flux-kontext-pro")


@asynccontextmanager
async def replicate_over(
    target: ReplicateService | Access, waits: Waits, limits: Limits | None = None
) -> AsyncGenerator[ReplicateProvider]:
    access = target.access() if isinstance(target, ReplicateService) else target
    provider = ReplicateProvider(access, limits=limits, patience=waits.patience())
    try:
        yield provider
    finally:
        await provider.close()


def edit(
    run,
    waits,
    spec,
    *faults,
    step="create",
    pictures=None,
    delivery=USUAL,
    service=None,
    limits=None,
    route=None,
    **changes: Any,
):
    """The events of one edit whose calls of that step meet these faults, what ended it, and the
    service."""

    async def story():
        async with ReplicateService(clock=lambda: NOW, **(service or {})) as replicate:
            replicate.fault(step, *faults)
            access = replicate.access(**(route or {}))
            async with replicate_over(access, waits, limits) as provider:
                given = (picture(),) if pictures is None else pictures
                request = request_for(*given, **{"model": spec.id, **changes})
                events, end = await end_of(provider.edit(request, spec, given, delivery))
                return events, end, replicate

    return run(story())


def resume(run, waits, *faults, course=None, number="pred1", facts=None, remote=None, **service):
    """A prediction that was created before, followed to its end."""

    async def story():
        if course is not None:
            service["course"] = course
        async with ReplicateService(clock=lambda: NOW, **service) as replicate:
            given = {"prompt": "Make the car red", "seed": 7}
            replicate.add("pred1", MODEL, given, NOW, **(facts or {}))
            replicate.fault("poll", *faults)
            async with replicate_over(replicate, waits) as provider:
                handle = remote(replicate) if remote is not None else replicate.remote(number)
                events, end = await end_of(provider.resume(handle))
                return events, end, replicate

    return run(story())
