"""Recording servers by provider word: what a run looks like when it has arrived there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from kontext_studio.core.delivery import Delivery, Way
from kontext_studio.core.provider import USUAL
from kontext_studio.core.route import Route
from tests.fakes import bfl_service, fal_service, replicate_service
from tests.fakes.bfl_service import BflService
from tests.fakes.fal_service import FalService
from tests.fakes.loopback_service import running
from tests.fakes.replicate_service import ReplicateService
from tests.fakes.threaded_service import fal_service_running

KEY_VARIABLE = "STUDIO_KEY"


@dataclass(frozen=True)
class Wire:
    """A service that is running. `route` leads to it with `key` in the variable KEY_VARIABLE;
    `fields` is what the latest run brought, and `runs` how many there were. `delivery` is the way
    with the fewest pauses."""

    route: Route
    key: str
    runs: Callable[[], int]
    fields: Callable[[], dict[str, Any]]
    delivery: Delivery = USUAL


def _route(provider: str, *hosts: tuple[str, str]) -> Route:
    return Route("own", provider, hosts=hosts, key_env=KEY_VARIABLE)


@contextmanager
def _fal() -> Iterator[Wire]:
    with fal_service_running(FalService()) as service:
        hosts = [(role, service.origin) for role in ("run", "queue", "rest")]
        yield Wire(
            _route("fal", *hosts),
            fal_service.KEY,
            lambda: len(service.seen("submit")),
            lambda: service.seen("submit")[-1].json(),
        )


@contextmanager
def _replicate() -> Iterator[Wire]:
    with running(ReplicateService(course=[{"status": "succeeded"}])) as service:
        yield Wire(
            _route("replicate", ("api", service.origin)),
            replicate_service.KEY,
            lambda: len(service.seen("create")),
            lambda: service.seen("create")[-1].json()["input"],
            Delivery(Way.SYNC),
        )


@contextmanager
def _bfl() -> Iterator[Wire]:
    with running(BflService(course=[{"status": "Ready"}])) as service:
        yield Wire(
            _route("bfl", ("api", service.origin)),
            bfl_service.KEY,
            lambda: len(service.seen("submit")),
            lambda: service.seen("submit")[-1].json(),
        )


WIRES = {"fal": _fal, "replicate": _replicate, "bfl": _bfl}
"""By provider word. The embedded engine is its own server."""
