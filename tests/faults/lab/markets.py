"""The services that the laboratory sells from. Another provider is one more class here."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from kontext_studio.core.kill_points import KillPoint
from kontext_studio.store.places import Places
from kontext_studio.store.settings_file import load_settings, save_settings
from tests.fakes.fal_proxy import PATH, FalProxy
from tests.fakes.fal_service import ENDPOINT, KEY
from tests.fakes.serving import serving
from tests.fakes.threaded_service import fal_service_running
from tests.faults.lab.program import Site
from tests.faults.lab.selling import Sale, SellingService
from tests.faults.lab.sessions import SessionFacts
from tests.faults.lab.stories import INSTRUCTIONS, Front

ROUTE = "laboratory"
ROLES = ("run", "queue", "rest", "platform")


class Market(ABC):
    """One provider as the laboratory sees it: how its service is started, which words and variables
    the program needs to reach it, and what it has sold.

    `provider` is the program's word for it. `keeps_runs` is False where the service ends with
    the program. `keeps_list` is True where the service lists what an account has sent, so that a
    run whose answer was lost can be looked for.
    """

    name: str
    provider: str
    keeps_runs = True
    keeps_list = False
    words: tuple[str, ...] = ()
    environment: Mapping[str, str] = MappingProxyType({})

    @staticmethod
    def lacks(front: Front) -> frozenset[KillPoint]:
        """The points that this service's runs do not come to, or not at a time that is known. No
        run saves a key: what a kill leaves of one is looked at in test_key_save."""
        return frozenset({KillPoint.KEY_SAVE})

    @contextmanager
    @abstractmethod
    def running(self, site: Site) -> Iterator[None]:
        """Start the service and write into the site what the program needs to find it."""

    @abstractmethod
    def sales(self, facts: SessionFacts) -> Sequence[Sale]:
        """Everything sold since `begin_again`."""

    @abstractmethod
    def begin_again(self) -> None:
        """Forget what was sold: another session begins."""

    @property
    def service(self) -> SellingService | None:
        """The service, where it is one that can be told to misbehave."""
        return None

    @property
    def posts(self) -> int | None:
        """Submits that arrived; None where nobody but the program can count them."""
        return None


class FalDirect(Market):
    """fal's protocol, with a key of its own."""

    name = "fal"
    provider = "fal"
    keeps_list = True
    words = ("--route", ROUTE, "--model", ENDPOINT)
    environment = MappingProxyType({"LABORATORY_KEY": KEY})

    def __init__(self) -> None:
        self._service = SellingService()

    @contextmanager
    def running(self, site: Site) -> Iterator[None]:
        with ExitStack() as stack:
            stack.enter_context(fal_service_running(self._service))
            way = self._way(stack)
            hosts = [f"{role}={self._service.origin}" for role in ROLES]
            words = [word for host in hosts for word in ("--host", host)]
            site.ask("routes", "add", ROUTE, "--provider", "fal", *way, *words, "--json")
            use_as_default(site.home, ROUTE)
            yield

    def _way(self, stack: ExitStack) -> tuple[str, ...]:
        return ("--key-env", "LABORATORY_KEY")

    def sales(self, facts: SessionFacts) -> Sequence[Sale]:
        return list(self._service.sales.values())

    def begin_again(self) -> None:
        self._service.begin_again()

    @property
    def service(self) -> SellingService:
        return self._service

    @property
    def posts(self) -> int:
        return self._service.posts


class FalOverProxy(FalDirect):
    """The same over a server that holds the key."""

    name = "fal-proxy"
    keeps_list = False  # the account is that of the proxy, which does not pass its list on
    environment = MappingProxyType({})

    def _way(self, stack: ExitStack) -> tuple[str, ...]:
        paths = ("fal-ai/*", "storage/upload/*")  # as the proxies that fal ships
        allowed = tuple(f"127.0.0.1:{self._service.port}/{path}" for path in paths)
        proxy = FalProxy(KEY, allowed)
        served = stack.enter_context(serving(proxy.app()))
        return ("--mode", "server-proxy", "--address", served.origin + PATH)


class Embedded(Market):
    """The engine in a process of the program's own. It sells nothing and forgets with the program;
    what it makes of the same words and the same seed is the same, and that is its ledger."""

    name = "embedded"
    provider = "embedded"
    keeps_runs = False
    words = ("--seed", "7")  # one reference for every run of the command line

    @staticmethod
    def lacks(front: Front) -> frozenset[KillPoint]:
        # It works off small pictures faster than anyone cancels or asks for another.
        late = {KillPoint.CANCEL, *Market.lacks(front)}
        return frozenset(late | {KillPoint.SECOND_SUBMIT} if front is Front.WINDOW else late)

    def __init__(self) -> None:
        self._made: dict[int, tuple[str, ...]] = {}

    @contextmanager
    def running(self, site: Site) -> Iterator[None]:
        # Not the site itself: its home is copied, with the sessions that are made there.
        self._site = Site(site.folder.with_name("reference")).make()
        yield

    def begin_again(self) -> None:
        pass  # what it makes does not depend on what it made

    def sales(self, facts: SessionFacts) -> Sequence[Sale]:
        return [
            Sale(
                request_id=run.request_id or f"{run.instruction}, seed {run.seed}",
                seed=run.seed,
                instruction=run.instruction,
                pictures=(self._picture(run.instruction, run.seed),),
                paid=False,
            )
            for run in facts.runs
        ]

    def _picture(self, instruction: str, seed: int) -> str:
        """What this turn of a story makes, from a run that nobody kills."""
        turn = INSTRUCTIONS.index(instruction)
        if len(self._made.get(seed, ())) <= turn:
            first, *more = INSTRUCTIONS[: turn + 1]
            then = [word for text in more for word in ("--then", text)]
            seeded = ("--seed", str(seed))
            whole = self._site.ask("edit", self._site.photo, first, *then, *seeded, "--json")
            nodes = {node["id"]: node for node in whole["nodes"]}
            self._made[seed] = tuple(nodes[new]["image"]["sha256"] for new in whole["new"])
        return self._made[seed][turn]


MARKETS: tuple[type[Market], ...] = (FalDirect, FalOverProxy, Embedded)
"""Every provider that is sold from here. One more is one more class, and its name here."""

TO_COME: Mapping[str, str] = MappingProxyType(
    {
        "replicate": "Its fake service keeps a ledger, and sells no run to the laboratory yet.",
        "bfl": "Its fake service keeps a ledger, and sells no run to the laboratory yet.",
        **dict.fromkeys(
            ("lumenfall", "openai", "vllm-omni", "sglang", "litellm", "localai"),
            "Their fake service sells no run to the laboratory yet.",
        ),
    }
)
"""Providers of the program that nobody sells for yet, each with its reason."""


def use_as_default(home: Path, route: str) -> None:
    """What a person chooses in the window."""
    places = Places(home, home, home, home / "cache")
    settings = load_settings(places.settings_file)
    save_settings(places.settings_file, replace(settings, default_route=route))
