"""Which kills there are: every point of every provider and front, and the sample that CI takes."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kontext_studio.core.kill_points import KillPoint as At
from tests.faults.lab.catalogue import MARKETS
from tests.faults.lab.markets import Market
from tests.faults.lab.program import ROOT
from tests.faults.lab.stories import Front, fronts_of, reached_again
from tests.faults.lab.trial import Kill

TO_COME_FILE = ROOT / "tests" / "faults" / "kill_points_to_come.toml"


@dataclass(frozen=True)
class ToCome:
    """A point whose part does not exist yet; `begins` matches the source once it does."""

    point: At
    reason: str
    begins: str

    def found_in(self, sources: Path) -> list[str]:
        """The files in which the part has begun to exist."""
        pattern = re.compile(self.begins)
        files = sorted(sources.rglob("*.py"))
        return [
            str(file.relative_to(sources)) for file in files if pattern.search(file.read_text())
        ]


def to_come() -> dict[At, ToCome]:
    read = tomllib.loads(TO_COME_FILE.read_text())
    points = {point.title: point for point in At}
    return {points[name]: ToCome(points[name], **entry) for name, entry in read.items()}


def kills_of(market: type[Market], front: Front) -> Iterator[Kill]:
    """Each point that can be reached, most with a second kill of the program that comes after."""
    missing = to_come()
    for point in At:
        if point in missing or front not in fronts_of(point) or point in market.lacks(front):
            continue
        later = _again(market, front, point)
        yield Kill(front, point, later[point.number % len(later)] if later else None)


def pairs_of(market: type[Market], front: Front) -> Iterator[Kill]:
    """Every point, and after it every point that the next program can come to."""
    for kill in kills_of(market, front):
        later = _again(market, front, kill.point)
        yield from (Kill(front, kill.point, again) for again in (None, *later))


def _again(market: type[Market], front: Front, point: At) -> tuple[At, ...]:
    """Where the program may die that takes the session up."""
    later = reached_again(point, market.traits)
    return tuple(one for one in later if one not in market.lacks(front))


def every_kill() -> Iterator[tuple[type[Market], Kill]]:
    for market in MARKETS:
        for front in market.fronts:
            yield from ((market, kill) for kill in kills_of(market, front))


_SAMPLE: dict[tuple[str, Front], frozenset[int]] = {
    ("fal", Front.TERMINAL): frozenset({2, 5, 7, 8, 11, 14, 18, 25, 27, 29}),
    ("fal", Front.WINDOW): frozenset({12, 31}),
    ("fal-sync", Front.TERMINAL): frozenset({9}),
    ("fal-live", Front.TERMINAL): frozenset({18}),
    ("fal-proxy", Front.TERMINAL): frozenset({6, 24}),
    ("fal-own-proxy", Front.TERMINAL): frozenset({7}),
    ("fal-sync-own-proxy", Front.TERMINAL): frozenset({17}),
    ("fal-gateway", Front.TERMINAL): frozenset({15}),
    ("embedded", Front.TERMINAL): frozenset({20}),
    ("embedded", Front.WINDOW): frozenset({12}),
    ("replicate", Front.TERMINAL): frozenset({9, 20}),
    ("replicate", Front.WINDOW): frozenset({31}),
    ("replicate-sync", Front.TERMINAL): frozenset({11}),
    ("replicate-gateway", Front.TERMINAL): frozenset({12}),
    ("bfl", Front.TERMINAL): frozenset({10}),
    ("bfl-gateway", Front.TERMINAL): frozenset({13}),
    ("lumenfall", Front.TERMINAL): frozenset({7, 17}),
    ("lumenfall-gateway", Front.TERMINAL): frozenset({9}),
    ("vllm-omni", Front.TERMINAL): frozenset({8}),
    ("localai", Front.TERMINAL): frozenset({21}),
    ("openai", Front.TERMINAL): frozenset({18}),
    ("litellm", Front.TERMINAL): frozenset({23}),
    ("litellm-own-proxy", Front.TERMINAL): frozenset({9}),
}
"""By the names of markets; SGLang differs from vLLM-Omni in nothing that a kill meets."""


def sample() -> list[tuple[type[Market], Kill]]:
    """What CI takes of it: some minutes less."""
    return [
        (market, kill)
        for market, kill in every_kill()
        if kill.point.number in _SAMPLE.get((market.name, kill.front), frozenset())
    ]
