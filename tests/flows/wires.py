"""Recording servers by provider word: what a run looks like when it has arrived there."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import HTTP
from typing import Any

from kontext_studio.core.delivery import Delivery, Way
from kontext_studio.core.provider import USUAL
from kontext_studio.core.route import Route
from kontext_studio.core.services import service_info
from tests.fakes import bfl_service, fal_service, replicate_service
from tests.fakes.bfl_service import BflService
from tests.fakes.fal_service import Exchange, FalService, Seen, png
from tests.fakes.loopback_service import LoopbackService, running
from tests.fakes.replicate_service import ReplicateService
from tests.fakes.threaded_service import fal_service_running

KEY_VARIABLE = "STUDIO_KEY"
SERVED = "kontext-of-the-studio"
"""What a server of one's own calls its model."""


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


class _Images(LoopbackService):
    """Whatever speaks OpenAI's images interface."""

    def step_of(self, method: str, path: str) -> str:
        return "run" if "/images/" in path else "other"

    async def _run(self, exchange: Exchange) -> None:
        whole = {"b64_json": base64.b64encode(png()).decode()}
        await exchange.answer(200, {"created": 1, "data": [whole]})


def _fields_in(seen: Seen) -> dict[str, Any]:
    """JSON as it is; of a multipart form texts, and lists of files by the names of their parts."""
    kind = seen.headers["content-type"]
    if kind.startswith("application/json"):
        return seen.json()
    whole = message_from_bytes(f"content-type: {kind}\r\n\r\n".encode() + seen.body, policy=HTTP)
    fields: dict[str, Any] = {}
    for part in whole.iter_parts():
        name = str(part.get_param("name", header="content-disposition"))
        data = part.get_payload(decode=True)
        assert isinstance(data, bytes)
        if part.get_filename() is None:
            assert name not in fields
            fields[name] = data.decode()
        else:
            fields.setdefault(name, []).append(data)
    return fields


def _images(word: str) -> Callable[[], AbstractContextManager[Wire]]:
    @contextmanager
    def serve() -> Iterator[Wire]:
        with running(_Images()) as service:
            hosts = (("api", f"{service.origin}/openai/v1"),)
            route = Route("own", word, hosts=hosts, key_env=KEY_VARIABLE)
            if (info := service_info(word)) is not None and info.own_server:
                route = Route("own", word, address=f"{service.origin}/v1", model=SERVED)
            yield Wire(
                route,
                "canary-key-id",
                lambda: len(service.seen("run")),
                lambda: _fields_in(service.seen("run")[-1]),
            )

    return serve


_OPENAI = ("lumenfall", "openai", "vllm-omni", "sglang", "litellm", "localai")

WIRES: Mapping[str, Callable[[], AbstractContextManager[Wire]]] = {
    "fal": _fal,
    "replicate": _replicate,
    "bfl": _bfl,
    **{word: _images(word) for word in _OPENAI},
}
"""By provider word. The embedded engine is its own server."""
