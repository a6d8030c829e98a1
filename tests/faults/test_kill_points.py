"""The real program killed by SIGKILL at each numbered point, started again, and held against what
the service sold. A sample of every provider and front; `scripts/faults kill-points` runs them all.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache

import pytest

from kontext_studio.core.kill_points import KillPoint
from kontext_studio.workbench.connections import PROVIDERS
from tests.faults.lab.catalogue import MARKETS
from tests.faults.lab.markets import Market
from tests.faults.lab.plan import ToCome, every_kill, sample, to_come
from tests.faults.lab.program import ROOT
from tests.faults.lab.stories import fronts_of
from tests.faults.lab.trial import Kill, Laboratory

Open = Callable[[type[Market]], Laboratory]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")


@pytest.fixture(scope="module")
def laboratory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Open]:
    with ExitStack() as running:

        @cache
        def opened(market: type[Market]) -> Laboratory:
            made = Laboratory(market(), tmp_path_factory.mktemp(market.name))
            return running.enter_context(made.open())

        yield opened


@pytest.mark.parametrize(
    ("market", "kill"),
    [pytest.param(*one, id=f"{one[0].name}-{one[1]}".replace(" ", "-")) for one in sample()],
)
def test_f_loc_1_nothing_is_lost_or_paid_twice_when_the_program_is_killed(
    laboratory: Open, market: type[Market], kill: Kill
) -> None:
    verdict = laboratory(market).kill(kill)
    assert not verdict.faults
    assert (verdict.lost, verdict.doubled, verdict.unreadable) == (0, 0, 0)


def test_every_point_is_tried_with_every_provider_or_is_listed_with_its_reason() -> None:
    listed = to_come()
    assert [point.number for point in KillPoint] == list(range(1, 35))
    assert all(one.reason for one in listed.values())
    for market in MARKETS:
        tried = {kill.point for which, kill in every_kill() if which is market}
        lacked = frozenset.intersection(*(market.lacks(front) for front in market.fronts))
        elsewhere = {point for point in KillPoint if not {*fronts_of(point)} & {*market.fronts}}
        assert tried | set(listed) | lacked | elsewhere == set(KillPoint)
        assert not tried & set(listed)


def test_the_sample_takes_something_of_every_provider_route_and_way() -> None:
    def kind(market: type[Market]) -> tuple[str, str, str]:
        return market.provider, market.route, market.way

    tried = {kind(market) for market, _ in sample()}
    assert {kind(market) for market in MARKETS} - tried == {("sglang", "direct", "sync")}


def test_the_laboratory_sells_for_every_provider_of_the_program() -> None:
    assert {market.provider for market in MARKETS} == set(PROVIDERS)
    assert len({market.name for market in MARKETS}) == len(MARKETS)


@pytest.mark.parametrize("one", to_come().values(), ids=lambda one: one.point.title)
def test_a_point_that_is_listed_as_to_come_belongs_to_a_part_that_does_not_exist(
    one: ToCome,
) -> None:
    assert not one.found_in(ROOT / "kontext_studio"), "it exists: take it off the list and try it"
