"""Kills at moments that nobody chose, from the start of the process to its end."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.faults.lab.fal_markets import (
    FalDirect,
    FalLive,
    FalOverOwnProxy,
    FalOverProxy,
    FalSync,
)
from tests.faults.lab.markets import Embedded, Market
from tests.faults.lab.other_markets import Bfl, Lumenfall, Replicate, VllmOmni
from tests.faults.lab.program import Stuck, died
from tests.faults.lab.selling import Seller
from tests.faults.lab.stories import Front, Story
from tests.faults.lab.trial import Laboratory
from tests.faults.lab.verdict import Verdict
from tests.flows.nursery import Process

SEED = 20261121
TWICE = 0.3
"""How often the program that takes a session up is killed as well."""
FAULTY = 0.3
"""How often the service drops something on the way that may be asked for again."""


@dataclass(frozen=True)
class Series:
    """Some kills of one market; `share` of all."""

    market: type[Market]
    front: Front
    story: Story
    share: float


SERIES = (
    Series(FalDirect, Front.TERMINAL, Story.THREE, 0.24),
    Series(FalOverProxy, Front.TERMINAL, Story.THREE, 0.08),
    Series(FalOverOwnProxy, Front.TERMINAL, Story.TWO, 0.08),
    Series(FalSync, Front.TERMINAL, Story.TWO, 0.08),
    Series(FalLive, Front.TERMINAL, Story.TWO, 0.08),
    Series(Embedded, Front.TERMINAL, Story.TWO, 0.08),
    Series(Replicate, Front.TERMINAL, Story.TWO, 0.1),
    Series(Bfl, Front.TERMINAL, Story.TWO, 0.08),
    Series(Lumenfall, Front.TERMINAL, Story.TWO, 0.08),
    Series(VllmOmni, Front.TERMINAL, Story.TWO, 0.04),
    Series(FalDirect, Front.WINDOW, Story.EDIT, 0.06),
)


def kill_at_random(
    series: Series, folder: Path, numbers: Sequence[int], seed: int = SEED
) -> Iterator[Verdict]:
    """One kill for each number; the same number and seed die at about the same moment."""
    with Laboratory(series.market(), folder).open() as laboratory:
        lasts_s = _length_of(laboratory, series)
        for number in numbers:
            random = Random(f"{seed} {number}")
            try:
                yield _one(laboratory, series, random, lasts_s)
            except Stuck as stuck:
                yield Verdict(trials=1, unreadable=1, faults=[f"kill {number}: {stuck}"])


def series_of(count: int, workers: int) -> list[tuple[Series, list[int]]]:
    """How many kills each series gets, cut into pieces for several workers."""
    pieces = []
    first = 0
    for at, series in enumerate(SERIES):
        last = count if at == len(SERIES) - 1 else first + round(count * series.share)
        numbers = list(range(first, last))
        pieces += [(series, piece) for n in range(workers) if (piece := numbers[n::workers])]
        first = last
    return pieces


def kill_many(
    count: int, folder: Path, tell: Callable[[Verdict], None], *, seed: int = SEED, workers: int = 2
) -> Verdict:
    """All series, some at the same time; `tell` hears the sum so far after each kill."""
    total = Verdict()

    def work(at: int, series: Series, numbers: list[int]) -> Verdict:
        nonlocal total
        mine = Verdict()
        for verdict in kill_at_random(series, folder / f"{at}", numbers, seed):
            mine += verdict
            total += verdict  # of one thread at a time or not: only shown
            tell(total)
        return mine

    with ThreadPoolExecutor(workers) as threads:
        pieces = series_of(count, workers)
        works = [threads.submit(work, at, *piece) for at, piece in enumerate(pieces)]
        return sum((one.result() for one in works), Verdict())


def _one(laboratory: Laboratory, series: Series, random: Random, lasts_s: float) -> Verdict:
    site = laboratory.new_site()
    service = laboratory.market.service
    if service is not None:
        _misbehave(service, random)
    kill_after(laboratory.begin(site, series.front, series.story), random.uniform(0, lasts_s))
    if site.session() is not None and random.random() < TWICE:
        kill_after(laboratory.take_up(site, series.front), random.uniform(0, lasts_s / 2))
    laboratory.finish(site, series.front)
    return laboratory.judge(site)


def kill_after(process: Process, seconds: float) -> None:
    """SIGKILL, unless the process has ended by then."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _length_of(laboratory: Laboratory, series: Series) -> float:
    site = laboratory.new_site()
    begun = time.monotonic()
    process = laboratory.begin(site, series.front, series.story)
    if died(process) or process.returncode:
        raise Stuck(f"nobody killed it, and it ended {process.returncode}: {site.said()}")
    lasted_s = time.monotonic() - begun
    verdict = laboratory.judge(site)
    if verdict.faults or verdict.unknown or verdict.stopped:
        raise Stuck(f"nobody killed it, and yet: {verdict} {verdict.faults}")
    return lasted_s


def _misbehave(service: Seller, random: Random) -> None:
    service.begin_course(streams=random.random() < 0.5)
    if random.random() >= FAULTY:
        return
    hiccups = service.hiccups
    step = random.choice(sorted(hiccups))
    service.fault(step, random.choice(hiccups[step]))
