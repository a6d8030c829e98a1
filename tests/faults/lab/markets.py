"""A service as the laboratory sells from it, and the list of all of them: each provider over each
route and each way of asking. Another one is one more class."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import ClassVar

from kontext_studio.core.kill_points import KillPoint
from kontext_studio.store.places import Places
from kontext_studio.store.settings_file import load_settings, save_settings
from tests.faults.lab.program import Site, Stuck, until
from tests.faults.lab.selling import Sale, Seller
from tests.faults.lab.sessions import SessionFacts
from tests.faults.lab.stories import INSTRUCTIONS, Front, Traits

ROUTE = "laboratory"
KEY_VARIABLE = "LABORATORY_KEY"


class Market(ABC):
    """One provider over one route: how its service is started, which words and variables the
    program needs to reach it, and what it has sold.

    `provider` is the program's word for it. `fronts` are the halves of the program that are tried
    with it: where nothing but the address differs from another market, the terminal is enough.
    """

    name: ClassVar[str]
    provider: ClassVar[str]
    route: ClassVar[str] = "direct"
    way: ClassVar[str] = "queue"
    traits: ClassVar[Traits] = Traits()
    fronts: ClassVar[tuple[Front, ...]] = tuple(Front)
    words: ClassVar[tuple[str, ...]] = ()
    environment: ClassVar[Mapping[str, str]] = MappingProxyType({})
    lacked: ClassVar[frozenset[KillPoint]] = frozenset()

    @classmethod
    def lacks(cls, front: Front) -> frozenset[KillPoint]:
        """The points that this service's runs do not come to, or not at a time that is known. No
        run saves a key: what a kill leaves of one is looked at in test_key_save."""
        return frozenset({KillPoint.KEY_SAVE}) | cls.lacked

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
    def service(self) -> Seller | None:
        """The service, where it is one that can be told to misbehave."""
        return None

    @property
    def posts(self) -> int | None:
        """Orders that arrived; None where nobody but the program can count them."""
        return None


class Outside(Market):
    """A service outside the program, on loopback."""

    def __init__(self) -> None:
        self._service = self.seller()

    @abstractmethod
    def seller(self) -> Seller: ...

    @abstractmethod
    def serving(self) -> ExitStack:
        """The service, until this is closed."""

    @abstractmethod
    def leads(self, site: Site, stack: ExitStack) -> Sequence[str]:
        """The words of `routes add` that lead there; what stands between is entered."""

    @contextmanager
    def running(self, site: Site) -> Iterator[None]:
        with self.serving() as stack:
            words = self.leads(site, stack)
            site.ask(
                "routes", "add", ROUTE, "--provider", self.provider, *words, "--replace", "--json"
            )
            use_as_default(site.home, ROUTE)
            yield

    def sales(self, facts: SessionFacts) -> Sequence[Sale]:
        return list(self._service.sales.values())

    def begin_again(self) -> None:
        self._service.begin_again()

    @property
    def service(self) -> Seller:
        return self._service

    @property
    def posts(self) -> int:
        return self._service.posts


class Embedded(Market):
    """The engine in a process of the program's own. It sells nothing and forgets with the program;
    what it makes of the same words and the same seed is the same, and that is its ledger."""

    name = "embedded"
    provider = "embedded"
    traits = Traits(keeps_runs=False)
    words = ("--seed", "7")  # one reference for every run of the command line

    @classmethod
    def lacks(cls, front: Front) -> frozenset[KillPoint]:
        # It works off small pictures faster than anyone cancels or asks for another.
        late = {KillPoint.CANCEL, *super().lacks(front)}
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


# ---------------------------------------------------------------- parts


def use_as_default(home: Path, route: str) -> None:
    """What a person chooses in the window."""
    places = Places(home, home, home, home / "cache")
    settings = load_settings(places.settings_file)
    save_settings(places.settings_file, replace(settings, default_route=route))


@contextmanager
def own_proxy(site: Site, upstream: str, environment: Mapping[str, str]) -> Iterator[str]:
    """`kontext-studio proxy` as a process beside the site, with this table of the configuration;
    its address."""
    place = Site(site.folder.with_name("proxy"), environment).make()
    file = place.folder / "proxy.toml"
    limits = "[limits]\nusd_per_day = 1000000.0\nstop_s = 2"
    records = 'port = 0\nclients_file = "clients.json"\nrecords_file = "records.sqlite3"'
    file.write_text(f"{records}\n{limits}\n{upstream}\n")
    process = place.start("kontext_studio", "proxy", "--config", file, "--json")
    said = place.folder / "out.txt"
    try:
        listens = until(lambda: said.read_text().endswith("\n") or process.poll() is not None, 30)
        if not listens or process.poll() is not None:
            raise Stuck(f"the proxy did not start: {place.said()}")
        yield str(json.loads(said.read_text())["address"])
    finally:
        process.terminate()
        process.wait(30)
