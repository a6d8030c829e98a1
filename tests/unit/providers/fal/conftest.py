"""One edit asked for in some way, from beginning to end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from kontext_studio.core.delivery import Delivery
from kontext_studio.core.errors import StudioError
from kontext_studio.core.models import Catalogue
from kontext_studio.core.provider import HostedUrl, JobEvent
from tests.fakes.fal_service import ENDPOINT, FalService
from tests.unit.providers.conftest import Waits, end_of, picture, provider_for, request_for

HOSTED = HostedUrl("https://v3.fal.media/files/x", None)


@dataclass
class Told:
    """What came of an edit: its events, what ended it, and the service with its ledger."""

    events: list[JobEvent]
    end: StudioError | None
    fal: FalService

    @property
    def kinds(self) -> list[type]:
        return [type(event) for event in self.events]

    @property
    def fault(self) -> StudioError:
        assert self.end is not None
        return self.end


@dataclass
class Asking:
    """Asks a fake service for an edit; `faults` are (step, fault) pairs."""

    run: Callable[..., Any]
    waits: Waits
    catalogue: Catalogue

    def __call__(
        self,
        delivery: Delivery,
        *faults: tuple[str, Any],
        model: str = ENDPOINT,
        inputs: Any = None,
        limits: Any = None,
        service: dict[str, Any] | None = None,
        **changes: Any,
    ) -> Told:
        pictures = (picture(hosted=HOSTED),) if inputs is None else tuple(inputs)
        spec = self.catalogue.find("fal", model)

        async def story() -> Told:
            async with (
                FalService(**(service or {})) as fal,
                provider_for(fal, self.waits, limits) as provider,
            ):
                for step, fault in faults:
                    fal.fault(step, fault)
                request = request_for(*pictures, model=model, **changes)
                events, end = await end_of(provider.edit(request, spec, pictures, delivery))
                return Told(events, end, fal)

        told: Told = self.run(story())
        return told


@pytest.fixture
def ask(run, waits, catalogue) -> Asking:
    return Asking(run, waits, catalogue)
