"""fal: over every route, and asked for in every way."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from types import MappingProxyType
from typing import ClassVar

from tests.fakes.fal_proxy import PATH, FalProxy
from tests.fakes.fal_service import ENDPOINT, KEY
from tests.fakes.serving import serving
from tests.fakes.threaded_service import fal_service_running
from tests.faults.lab.markets import KEY_VARIABLE, ROUTE, Outside, own_proxy
from tests.faults.lab.program import Site
from tests.faults.lab.selling_fal import QUEUE, SellingFal
from tests.faults.lab.stories import ON_ONE_CONNECTION, Front, Traits

_WORDS = ("--route", ROUTE, "--model", ENDPOINT)


class FalDirect(Outside):
    """fal's protocol, with a key of the program's own."""

    name = "fal"
    provider = "fal"
    traits = Traits(keeps_list=True)
    words: ClassVar[tuple[str, ...]] = _WORDS
    environment = MappingProxyType({KEY_VARIABLE: KEY})

    _service: SellingFal

    def seller(self) -> SellingFal:
        return SellingFal()

    def serving(self) -> ExitStack:
        stack = ExitStack()
        stack.enter_context(fal_service_running(self._service))
        return stack

    def leads(self, site: Site, stack: ExitStack) -> Sequence[str]:
        roles = {"run": "/run", "queue": "", "rest": "", "platform": ""}
        hosts = [f"{role}={self._service.origin}{path}" for role, path in roles.items()]
        words = [word for host in hosts for word in ("--host", host)]
        return (*self.way_there(site, stack), *words)

    def way_there(self, site: Site, stack: ExitStack) -> Sequence[str]:
        return ("--key-env", KEY_VARIABLE)


class FalSync(FalDirect):
    """Waited for on one connection."""

    name = "fal-sync"
    way = "sync"
    traits = Traits(waits=True)
    fronts = (Front.TERMINAL,)
    words = (*_WORDS, "--way", "sync")
    lacked = ON_ONE_CONNECTION


class FalLive(FalDirect):
    """Waited for on one connection that shows previews."""

    name = "fal-live"
    way = "stream"
    traits = Traits(waits=True)
    fronts = (Front.TERMINAL,)
    words = (*_WORDS, "--way", "stream")
    lacked = ON_ONE_CONNECTION


class FalOverProxy(FalDirect):
    """Over a server that holds the key, as fal ships it. The account's list is not passed on."""

    name = "fal-proxy"
    route = "server proxy"
    traits = Traits()
    environment = MappingProxyType({})

    def way_there(self, site: Site, stack: ExitStack) -> Sequence[str]:
        paths = ("fal-ai/*", "storage/upload/*")  # as the proxies that fal ships
        allowed = tuple(f"127.0.0.1:{self._service.port}/{path}" for path in paths)
        proxy = FalProxy(KEY, allowed)
        served = stack.enter_context(serving(proxy.app()))
        return ("--mode", "server-proxy", "--address", served.origin + PATH)


class FalOverOwnProxy(FalOverProxy):
    """Over the program's own proxy, as a process, which keeps the answers to orders. Where the
    caller dies with an order on its way, it may not have been passed on yet."""

    name = "fal-own-proxy"
    route = "own proxy"
    traits = Traits(keeps_list=True, passes_surely=False)
    fronts = (Front.TERMINAL,)

    def way_there(self, site: Site, stack: ExitStack) -> Sequence[str]:
        origin = self._service.origin
        hosts = f'run = "{origin}/run"\nqueue = "{origin}"\nrest = "{origin}"'
        table = f"[upstreams.fal.hosts]\n{hosts}"
        address = stack.enter_context(own_proxy(site, table, {"FAL_KEY": KEY}))
        return ("--mode", "server-proxy", "--address", f"{address}/api/fal/proxy")


class FalSyncOverOwnProxy(FalOverOwnProxy):
    """The same, waited for on one connection."""

    name = "fal-sync-own-proxy"
    way = "sync"
    traits = Traits(keeps_list=True, waits=True, passes_surely=False)
    words = (*_WORDS, "--way", "sync")
    lacked = ON_ONE_CONNECTION


class FalOverGateway(FalDirect):
    """Over a gateway that holds the key and passes on what fal says, fal's own addresses too."""

    name = "fal-gateway"
    route = "gateway"
    fronts = (Front.TERMINAL,)
    environment = MappingProxyType({})

    def seller(self) -> SellingFal:
        return SellingFal(named_origin=QUEUE)

    def leads(self, site: Site, stack: ExitStack) -> Sequence[str]:
        return ("--mode", "gateway", "--address", self._service.origin)


FAL_MARKETS = (
    FalDirect,
    FalSync,
    FalLive,
    FalOverProxy,
    FalOverOwnProxy,
    FalSyncOverOwnProxy,
    FalOverGateway,
)
