"""Our own clients of Replicate and of Black Forest Labs through our own key-holding proxy: the
program has a token of the proxy, and no key."""

import asyncio
import base64
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kontext_studio.core.models import catalogue_from_json
from kontext_studio.core.provider import Finished, Uploaded
from kontext_studio.core.route import Access, Route, RouteMode
from kontext_studio.core.secret import Secret
from kontext_studio.providers.bfl import BflProvider
from kontext_studio.providers.replicate import ReplicateProvider
from kontext_studio.providers.replicate.files import INLINE_BYTES
from kontext_studio.resources import read_json
from kontext_studio.server.proxy.app import make_proxy
from kontext_studio.server.proxy.clients import TOKEN_HEADER, Clients, add_client
from kontext_studio.server.proxy.config import ProxyConfig, upstream_config
from kontext_studio.server.proxy.ledger import Ledger
from tests.fakes import bfl_service, replicate_service
from tests.fakes.bfl_service import BflService
from tests.fakes.fal_service import png
from tests.fakes.loopback_service import LoopbackService, running
from tests.fakes.replicate_service import ReplicateService
from tests.fakes.serving import serving
from tests.unit.providers.conftest import Loads, Waits, end_of, picture, request_for

# Pictures come from the service's own storage, never through the proxy; one on this machine is
# refused, so that here they are inside the answers.
MADE = "data:image/png;base64," + base64.b64encode(png(grey=20)).decode()
LARGE = png() + b"\0" * INLINE_BYTES
REPLICATE_COURSE = ({"status": "processing"}, {"status": "succeeded", "output": MADE})
BFL_COURSE = ({"status": "Pending"}, {"status": "Ready", "result": {"sample": MADE}})


@contextmanager
def proxied(folder: Path, word: str, key: str, service: LoopbackService) -> Iterator[Route]:
    """A route through the proxy to the service."""
    config = ProxyConfig(
        usd_per_day=100.0,
        upstreams=(upstream_config(word, {"address": service.origin}),),
        clients_file=folder / "clients.json",
        records_file=folder / "records.sqlite3",
    )
    token = add_client(config.clients_file, "anna").reveal()
    ledger = Ledger(config.records_file, remember_s=3600)
    app = make_proxy(config, {word: Secret(key)}, Clients(config.clients_file), ledger)
    with serving(app) as served:
        yield Route(
            "team",
            word,
            RouteMode.GATEWAY,
            address=f"{served.origin}/{word}",
            headers=((TOKEN_HEADER, token),),
        )


def edited(provider, spec, *pictures):
    """The events of one edit, and what ended it."""

    async def story():
        made = provider()
        try:
            request = request_for(*pictures, model=spec.id)
            events, end = await end_of(made.edit(request, spec, pictures))
            steps = {step.name: step.passed async for step in made.check()}
            return events, end, steps
        finally:
            await made.close()

    return asyncio.run(story())


@pytest.fixture(scope="module")
def catalogue():
    described = read_json("models.json")
    assert isinstance(described, dict)
    return catalogue_from_json(described)


def test_replicate_through_the_proxy_uploads_creates_and_polls(tmp_path, catalogue):
    spec = catalogue.find("replicate", replicate_service.MODEL)
    with (
        running(ReplicateService(course=REPLICATE_COURSE)) as service,
        proxied(tmp_path, "replicate", replicate_service.KEY, service) as route,
    ):
        events, end, steps = edited(
            lambda: ReplicateProvider(Access(route), patience=Waits().patience()),
            spec,
            picture(Loads(LARGE)),
        )
    assert end is None
    assert isinstance(events[0], Uploaded)
    assert events[0].hosted.url.startswith(route.address)
    assert isinstance(events[-1], Finished)
    assert service.sold == 1
    # The service is told of the file at its own address, not at the proxy's.
    sent = service.seen("create")[0].json()["input"]["input_image"]
    assert sent.startswith(f"{service.origin}/v1/files/")
    assert service.seen("poll")
    assert (steps["Sign-in"], steps["Service"], steps["Model"]) == (True, True, True)


def test_black_forest_labs_through_the_proxy_sends_and_polls(tmp_path, catalogue):
    spec = catalogue.find("bfl", bfl_service.MODEL)
    with (
        running(BflService(course=BFL_COURSE)) as service,
        proxied(tmp_path, "bfl", bfl_service.KEY, service) as route,
    ):
        events, end, steps = edited(
            lambda: BflProvider(Access(route), patience=Waits().patience()), spec, picture()
        )
    assert end is None
    assert isinstance(events[-1], Finished)
    cost = events[-1].result.cost
    assert cost is not None
    assert cost.amount == 0.04
    assert (service.sold, len(service.seen("poll")) >= 2) == (1, True)
    assert steps["Service"] is True
