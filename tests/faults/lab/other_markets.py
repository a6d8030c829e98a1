"""Replicate, Black Forest Labs, and whatever speaks OpenAI's images interface."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from types import MappingProxyType
from typing import Any, ClassVar

from kontext_studio.core.kill_points import KillPoint
from tests.fakes import bfl_service, openai_service, replicate_service
from tests.fakes.loopback_service import running
from tests.fakes.openai_service import SERVED
from tests.faults.lab.markets import KEY_VARIABLE, ROUTE, Outside, own_proxy
from tests.faults.lab.program import Site
from tests.faults.lab.selling_bfl import SellingBfl
from tests.faults.lab.selling_openai import SellingOpenAI
from tests.faults.lab.selling_replicate import SellingReplicate
from tests.faults.lab.stories import ON_ONE_CONNECTION, Front, Traits

# The picture comes inside the answer.
_WITHIN = ON_ONE_CONNECTION | {KillPoint.BEFORE_DOWNLOAD, KillPoint.MID_DOWNLOAD}
# What tells that the run has finished is its result.
_POLLED = frozenset({KillPoint.MID_RESULT})


class Served(Outside):
    """A service of this process, on a loop and a thread of its own."""

    _service: Any

    def serving(self) -> ExitStack:
        stack = ExitStack()
        stack.enter_context(running(self._service))
        return stack


class OverGateway(Served):
    """Over a gateway that holds the key and passes on the service's own addresses."""

    route = "gateway"
    fronts = (Front.TERMINAL,)
    environment = MappingProxyType({})

    def leads(self, site: Site, stack: ExitStack) -> Sequence[str]:
        return ("--mode", "gateway", "--address", self._service.origin)


class Replicate(Served):
    name = "replicate"
    provider = "replicate"
    traits = Traits(keeps_list=True)
    words: ClassVar[tuple[str, ...]] = ("--route", ROUTE, "--model", replicate_service.MODEL)
    environment = MappingProxyType({KEY_VARIABLE: replicate_service.KEY})
    lacked = _POLLED

    _service: SellingReplicate

    def seller(self) -> SellingReplicate:
        return SellingReplicate()

    def leads(self, site: Site, stack: ExitStack) -> Sequence[str]:
        return ("--key-env", KEY_VARIABLE, "--host", f"api={self._service.origin}")


class ReplicateSync(Replicate):
    """The answer is waited for, and the run is kept all the same: it has a number as soon as it is
    answered, and stands in the list before."""

    name = "replicate-sync"
    way = "sync"
    fronts = (Front.TERMINAL,)
    words = (*Replicate.words, "--way", "sync")
    # Its creation tells the end: nothing is polled.
    lacked = _POLLED | {KillPoint.BETWEEN_POLLS, KillPoint.MID_POLL}


class ReplicateOverGateway(OverGateway, Replicate):
    name = "replicate-gateway"

    def seller(self) -> SellingReplicate:
        return SellingReplicate(named_origin="https://api.replicate.com", behind_gateway=True)


class Bfl(Served):
    name = "bfl"
    provider = "bfl"
    words = ("--route", ROUTE, "--model", bfl_service.MODEL)
    environment = MappingProxyType({KEY_VARIABLE: bfl_service.KEY})
    lacked = _POLLED | {KillPoint.CANCEL}

    @classmethod
    def lacks(cls, front: Front) -> frozenset[KillPoint]:
        # The service does not say that a run waits in line, so the window does not show it either.
        unsure = {KillPoint.SECOND_SUBMIT} if front is Front.WINDOW else set()
        return super().lacks(front) | unsure

    _service: SellingBfl

    def seller(self) -> SellingBfl:
        return SellingBfl()

    def leads(self, site: Site, stack: ExitStack) -> Sequence[str]:
        return ("--key-env", KEY_VARIABLE, "--host", f"api={self._service.origin}")


class BflOverGateway(OverGateway, Bfl):
    name = "bfl-gateway"

    def seller(self) -> SellingBfl:
        return SellingBfl(named_origin="https://api.bfl.ai", behind_gateway=True)


# ---------------------------------------------------------------- OpenAI's images interface


class Images(Served):
    """A hosted service: its pictures lie at addresses."""

    way = "sync"
    traits = Traits(waits=True)
    environment = MappingProxyType({KEY_VARIABLE: openai_service.KEY})
    lacked = ON_ONE_CONNECTION

    @classmethod
    def lacks(cls, front: Front) -> frozenset[KillPoint]:
        # The window may ask what a run would cost, at times of its own and over the same
        # connections; and it does not show when a run that waits has been sent.
        unsure = {point for point in KillPoint if 5 <= point.number <= 8}
        unsure.add(KillPoint.SECOND_SUBMIT)
        return super().lacks(front) | (unsure if front is Front.WINDOW else frozenset())

    _service: SellingOpenAI

    def seller(self) -> SellingOpenAI:
        return SellingOpenAI(manner=self.provider)

    def leads(self, site: Site, stack: ExitStack) -> Sequence[str]:
        return ("--key-env", KEY_VARIABLE, "--host", f"api={self._service.base}")


class OwnImages(Images):
    """A server of one's own, that costs nothing and takes no key: its pictures come inside the
    answer."""

    environment = MappingProxyType({})
    words = ("--route", ROUTE)
    lacked = _WITHIN

    def seller(self) -> SellingOpenAI:
        return SellingOpenAI(manner=self.provider, key=None, billed=False)

    def leads(self, site: Site, stack: ExitStack) -> Sequence[str]:
        return ("--address", self._service.base, "--model", SERVED[self.provider])


class Lumenfall(Images):
    name = "lumenfall"
    provider = "lumenfall"
    words = ("--route", ROUTE, "--model", SERVED["lumenfall"])


class LumenfallOverGateway(OverGateway, Lumenfall):
    """Where the pictures lie may be out of reach from here, so they come inside the answer."""

    name = "lumenfall-gateway"
    lacked = _WITHIN

    def seller(self) -> SellingOpenAI:
        return SellingOpenAI(manner=self.provider, key=None)

    def leads(self, site: Site, stack: ExitStack) -> Sequence[str]:
        return ("--mode", "gateway", "--address", self._service.base)


class OpenAI(Images):
    """It takes no seed, and its pictures come inside the answer."""

    name = "openai"
    provider = "openai"
    fronts = (Front.TERMINAL,)
    words = ("--route", ROUTE, "--model", SERVED["openai"])
    lacked = _WITHIN


class VllmOmni(OwnImages):
    name = "vllm-omni"
    provider = "vllm-omni"


class SGLang(OwnImages):
    name = "sglang"
    provider = "sglang"
    fronts = (Front.TERMINAL,)


class LocalAI(OwnImages):
    """The input goes inside JSON."""

    name = "localai"
    provider = "localai"
    fronts = (Front.TERMINAL,)


class LiteLLM(OwnImages):
    """What stands behind it is billed."""

    name = "litellm"
    provider = "litellm"
    fronts = (Front.TERMINAL,)

    def seller(self) -> SellingOpenAI:
        return SellingOpenAI(manner=self.provider, key=None)


class LiteLLMOverOwnProxy(LiteLLM):
    """Over the program's own proxy, which holds the key."""

    name = "litellm-own-proxy"
    route = "own proxy"
    traits = Traits(waits=True, passes_surely=False)

    def seller(self) -> SellingOpenAI:
        return SellingOpenAI(manner=self.provider)

    def leads(self, site: Site, stack: ExitStack) -> Sequence[str]:
        behind = f'kind = "openai"\naddress = "{self._service.base}"\nmodels = ["*"]'
        table = f'[upstreams.studio]\n{behind}\nkey_env = "STUDIO_KEY"'
        environment = {"STUDIO_KEY": openai_service.KEY}
        address = stack.enter_context(own_proxy(site, table, environment))
        return ("--address", f"{address}/studio/v1", "--model", SERVED[self.provider])


OTHER_MARKETS = (
    Replicate,
    ReplicateSync,
    ReplicateOverGateway,
    Bfl,
    BflOverGateway,
    Lumenfall,
    LumenfallOverGateway,
    OpenAI,
    VllmOmni,
    SGLang,
    LocalAI,
    LiteLLM,
    LiteLLMOverOwnProxy,
)
