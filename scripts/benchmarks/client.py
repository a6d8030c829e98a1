"""Ten turns on one photograph over our client and over the published fal-client, turn about.

Each turn edits the result of the one before. fal-client, as its documentation has it, uploads its
input each time and asks for the status; ours names pictures where they lie and hears of the end.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from statistics import median
from typing import Any

from kontext_studio.core.images import ImageRef, Sha256
from kontext_studio.core.models import ModelSpec
from kontext_studio.core.provider import Finished, HostedUrl, InputPicture, Uploaded
from kontext_studio.core.request import EditRequest
from kontext_studio.core.route import Access, Route
from kontext_studio.core.secret import Secret
from kontext_studio.workbench.catalogue import load_catalogue
from scripts.benchmarks.client_service import Served, served
from scripts.benchmarks.measure import Measure
from tests.fakes.fal_service import ENDPOINT, KEY
from tests.fakes.photographs import encoded, photograph

TURNS = 10
ROUNDS = 2
UPLINK = 1_250_000.0
"""Bytes a second: ten megabits, as many offices and homes have."""
EXTRA_BYTES_A_TURN = 1200
RATIO = 0.2
WAITS = 20
WORK_S = (0.15, 0.45)
"""How long a run works while it is measured when its end is noticed."""


def measure() -> Iterator[Measure]:
    """Bytes, connections, wall time and the time until an end is noticed."""
    picture = encoded(photograph(1024, 1024))
    with served(picture) as here, served(picture) as there:
        ours, theirs = Ours(here), Theirs(there)
        with ours.at_work(), theirs.at_work():
            for client in (ours, theirs):  # whatever is imported at first use
                client.turn(picture, 0)
                client.served.report()
            line = _walls(ours, theirs, picture, UPLINK)
            yield from _bytes(ours, theirs, picture)
            yield _wall(f"over a line with {UPLINK * 8 / 1e6:.0f} Mbit/s up", line, RATIO)
            bare = _walls(ours, theirs, picture, 0.0)
            yield _wall("on this machine, where an upload takes no time", bare, None)
            yield from _ends(ours, theirs, picture)


def _walls(ours: Ours, theirs: Theirs, picture: bytes, uplink: float) -> tuple[float, float]:
    """Seconds of ten turns, each client's median of a few rounds; the runs themselves take none."""
    clients: tuple[Ours | Theirs, ...] = (ours, theirs)
    walls: tuple[list[float], list[float]] = ([], [])
    for client in clients:
        client.served.takes(0.0, uplink)
    for number in range(ROUNDS):
        for client in clients:
            client.served.report()
        ours.forget()
        inputs, spent = [picture, picture], [0.0, 0.0]
        for turn in range(TURNS):
            # Turn about, and each goes first as often: what else the machine does meets both.
            for at in (0, 1) if (turn + number) % 2 else (1, 0):
                begun = time.perf_counter()
                inputs[at] = clients[at].turn(inputs[at], turn)
                spent[at] += time.perf_counter() - begun
        for at, seconds in enumerate(spent):
            walls[at].append(seconds)
    return median(walls[0]), median(walls[1])


def _wall(where: str, walls: tuple[float, float], bound: float | None) -> Measure:
    our_s, their_s = walls
    name = f"wall time of ten turns as a share of fal-client's, {where}"
    return Measure(name, our_s / their_s, "", bound, f"{our_s:.2f} s and {their_s:.2f} s")


def _bytes(ours: Ours, theirs: Theirs, picture: bytes) -> Iterator[Measure]:
    """Of the last ten turns."""
    sent, by_theirs = ours.served.report(), theirs.served.report()
    yield Measure("connections to the one host, from beginning to end", sent["connections"], "", 1)
    yield Measure(
        "bytes sent a turn beside the picture, which is sent once",
        (sent["bytes"] - len(picture)) / TURNS,
        "B",
        EXTRA_BYTES_A_TURN,
        f"{sent['bytes'] / 1e6:.2f} MB in ten turns, {by_theirs['bytes'] / 1e6:.2f} MB by"
        " fal-client",
    )


def _ends(ours: Ours, theirs: Theirs, picture: bytes) -> Iterator[Measure]:
    chance = random.Random(4)
    for client in (ours, theirs):
        client.served.report()
    for _ in range(WAITS):
        work_s = chance.uniform(*WORK_S)
        for client in (ours, theirs):
            client.served.takes(work_s)
            client.turn(picture, 0)
    our_ms, their_ms = (
        1e3 * median(client.served.report()["noticed_after_s"]) for client in (ours, theirs)
    )
    yield Measure(
        "time until the end of a run is noticed, as a share of fal-client's",
        our_ms / their_ms,
        "",
        RATIO,
        f"{our_ms:.1f} ms and {their_ms:.1f} ms",
    )


@dataclass
class Ours:
    """The client of this program, below the session file."""

    served: Served

    def forget(self) -> None:
        """As in a session in which nothing was uploaded yet."""
        self._lies_at: dict[Sha256, HostedUrl] = {}
        self._count = 0

    @contextmanager
    def at_work(self) -> Iterator[None]:
        from kontext_studio.providers.fal import FalProvider

        self.forget()
        hosts = tuple((role, self.served.origin) for role in ("run", "queue", "rest"))
        access = Access(Route("bench", "fal", hosts=hosts), Secret(KEY))
        self._spec: ModelSpec = load_catalogue().find("fal", ENDPOINT)
        with asyncio.Runner() as runner:
            # Runner.run puts the whole result into words for its signal handler.
            self._run: Callable[..., Any] = runner.get_loop().run_until_complete

            async def begin() -> None:
                self._provider = FalProvider(access)

            runner.run(begin())
            try:
                yield
            finally:
                runner.run(self._provider.close())

    def turn(self, picture: bytes, turn: int) -> bytes:
        done: bytes = self._run(self._turn(picture, turn))
        return done

    async def _turn(self, picture: bytes, turn: int) -> bytes:
        ref = ImageRef(Sha256(sha256(picture).hexdigest()), "image/png", 1024, 1024)
        request = EditRequest(f"Turn {turn}", (ref,), ENDPOINT, seed=turn)

        async def load() -> tuple[bytes, str]:
            return picture, "image/png"

        given = InputPicture(ref, load)
        if (known := self._lies_at.get(ref.sha256)) is not None:
            given = replace(given, hosted=known)
        async for event in self._provider.edit(request, self._spec, (given,)):
            match event:
                case Uploaded(one, hosted):
                    self._lies_at[one.sha256] = hosted
                case Finished(result):
                    (image,) = result.images
                    name = Sha256(sha256(image.data).hexdigest())
                    self._lies_at[name] = HostedUrl(image.url, None)
                    return image.data
        raise AssertionError("the run has no end")


@dataclass
class Theirs:
    """The published client, as its users call it: upload, subscribe, fetch the result."""

    served: Served

    @contextmanager
    def at_work(self) -> Iterator[None]:
        import fal_client
        import fal_client.client as module

        origin = self.served.origin
        before = module.QUEUE_URL_FORMAT, module.REST_URL
        module.QUEUE_URL_FORMAT, module.REST_URL = f"{origin}/", origin
        self._client = fal_client.SyncClient(key=KEY)
        try:
            with self._client._client:
                yield
        finally:
            module.QUEUE_URL_FORMAT, module.REST_URL = before

    def turn(self, picture: bytes, turn: int) -> bytes:
        url = self._client.upload(picture, "image/png", repository="fal")
        given = {"prompt": f"Turn {turn}", "image_url": url, "seed": turn}
        made: Any = self._client.subscribe(ENDPOINT, given)
        return self._client._client.get(made["images"][0]["url"]).content
