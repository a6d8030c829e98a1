"""The proxy on a real port before a service on a real port, and clients with tokens."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from kontext_studio.core.secret import Secret
from kontext_studio.server.proxy.app import make_proxy
from kontext_studio.server.proxy.clients import Clients, add_client
from kontext_studio.server.proxy.config import ProxyConfig, UpstreamConfig, upstream_config
from kontext_studio.server.proxy.ledger import Ledger
from tests.fakes.service_behind import KEY, ServiceBehind, service_behind
from tests.fakes.serving import Served, serving

MODEL = "fal-ai/flux-kontext/dev"
RUN, QUEUE, REST = "https://fal.run", "https://queue.fal.run", "https://rest.fal.ai"
REPLICATE_MODEL = "black-forest-labs/flux-kontext-dev"


def upstreams_at(origin: str) -> tuple[UpstreamConfig, ...]:
    """All four kinds, at one loopback service; the prices are the catalogue's."""
    hosts = {role: f"{origin}/{role}" for role in ("run", "queue", "rest", "platform")}
    return (
        upstream_config("fal", {"hosts": hosts}),
        upstream_config("lumenfall", {"address": f"{origin}/openai/v1"}),
        upstream_config("replicate", {"address": origin}),
        upstream_config("bfl", {"address": origin}),
    )


@dataclass
class Desk:
    """The proxy under test: the service behind it, and a client `anna` who carries her token."""

    served: Served
    behind: ServiceBehind
    http: httpx.Client
    ledger: Ledger
    token: str
    clock: list[float] = field(default_factory=list)

    def fal(
        self, method: str, target: str | None, body: Any = None, **headers: str
    ) -> httpx.Response:
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        if target is not None:
            told["x-fal-target-url"] = target
        content = None if body is None else json.dumps(body)
        if content is not None:
            told.setdefault("content-type", "application/json")
        return self.http.request(method, "/fal/proxy", content=content, headers=told)

    def run(self, body: Any = None, **headers: str) -> httpx.Response:
        return self.fal("POST", f"{RUN}/{MODEL}", body or {"prompt": "x"}, **headers)

    def submit(self, body: Any = None, **headers: str) -> httpx.Response:
        return self.fal("POST", f"{QUEUE}/{MODEL}", body or {"prompt": "x"}, **headers)

    def spent(self, client: str = "anna") -> float:
        return self.ledger.spent_micros(client) / 1e6

    def as_nobody(self, **headers: str) -> httpx.Client:
        return httpx.Client(
            base_url=self.served.origin, headers=headers, trust_env=False, timeout=30
        )


OpenDesk = Callable[..., Any]


@contextmanager
def desk_opened(
    folder: Path, behind: ServiceBehind, *clients: str, key: str = KEY, **changes: Any
) -> Iterator[Desk]:
    config = replace(
        ProxyConfig(upstreams=upstreams_at(behind.origin)),
        clients_file=folder / "clients.json",
        records_file=folder / "records.sqlite3",
        **changes,
    )
    tokens = [add_client(config.clients_file, name).reveal() for name in clients]
    clock = [time.time()]
    ledger = Ledger(
        config.records_file, remember_s=config.remember_h * 3600, clock=lambda: clock[0]
    )
    keys = {one.name: Secret(key) for one in config.upstreams}
    app = make_proxy(config, keys, Clients(config.clients_file, open_to_all=True), ledger)
    headers = {"authorization": f"Bearer {tokens[0]}"} if tokens else {}
    with (
        serving(app) as served,
        httpx.Client(base_url=served.origin, headers=headers, trust_env=False, timeout=30) as http,
    ):
        yield Desk(served, behind, http, ledger, tokens[0] if tokens else "", clock)


@pytest.fixture(scope="module")
def shared_behind() -> Iterator[ServiceBehind]:
    with service_behind() as service:
        yield service


@pytest.fixture
def behind(shared_behind: ServiceBehind) -> ServiceBehind:
    shared_behind.forget()
    return shared_behind


@pytest.fixture
def open_desk(tmp_path: Path, behind: ServiceBehind) -> Iterator[OpenDesk]:
    """Open a proxy with these clients and settings; it is closed in the end."""
    with ExitStack() as opened:

        def open_one(*clients: str, **changes: Any) -> Desk:
            return opened.enter_context(desk_opened(tmp_path, behind, *clients, **changes))

        yield open_one


@pytest.fixture
def desk(open_desk: OpenDesk) -> Desk:
    return open_desk("anna", usd_per_day=1.0)


@pytest.fixture(scope="module")
def lasting_desk(
    tmp_path_factory: pytest.TempPathFactory, shared_behind: ServiceBehind
) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("proxy")
    lasting = desk_opened(folder, shared_behind, "anna", usd_per_day=1000.0, share_runs=True)
    with lasting as desk:
        yield desk


@pytest.fixture
def still_desk(lasting_desk: Desk, behind: ServiceBehind) -> Desk:
    """One proxy for all tests of a file that ask nothing of what was before: ending one takes
    longer than most tests."""
    assert lasting_desk.behind is behind
    return lasting_desk
