"""Where the bytes go, what cannot be asked of the service, and the connection test."""

import pytest

from kontext_studio.core.errors import NotFound
from kontext_studio.core.provider import CancelAnswer, Finished, Submitted
from kontext_studio.core.route import Access, Route, RouteMode
from kontext_studio.core.secret import Secret
from kontext_studio.providers.bfl import BflProvider
from kontext_studio.providers.bfl.service import BFL
from kontext_studio.providers.registry import make_provider
from kontext_studio.providers.routing import resolve
from tests.fakes.bfl_service import KEY, MODEL, BflService
from tests.fakes.fal_service import drops, page, says
from tests.unit.providers.bfl.conftest import bfl_over
from tests.unit.providers.conftest import NOW, end_of, picture, request_for


def own(url, **route):
    return resolve(Route("r", "bfl", **route), BFL).is_own(url)


POLL = "/v1/get_result?id=1"


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("https://api.bfl.ai", True),
        ("https://api.eu2.bfl.ai", True),
        ("https://bfl.ai.evil.test", False),
        ("https://evilbfl.ai", False),
        ("http://api.us1.bfl.ai", False),
        ("https://api.us1.bfl.ai:8443", False),
        ("https://x@api.us1.bfl.ai", False),
        ("https://api.us1.bfl.ai.", False),
        ("https://api.us1.bfl.ai\\.evil.test", False),
    ],
)
def test_f_sec_2_a_run_is_polled_at_servers_of_the_service_alone(host, expected):
    assert own(host + POLL) is expected


def test_a_region_is_a_host_of_its_own_and_names_its_servers():
    eu = {"hosts": (("api", "https://api.eu.bfl.ai"),)}
    assert own(f"https://api.eu.bfl.ai{POLL}", **eu)
    assert own(f"https://api.eu2.bfl.ai{POLL}", **eu)
    assert not own(f"https://elsewhere.test{POLL}", **eu)


def test_f_sec_2_what_stands_in_for_the_service_names_none_of_its_servers():
    assert not own(f"https://api.eu2.bfl.ai{POLL}", hosts=(("api", "https://stand-in.test"),))
    assert not own(f"https://api.eu2.bfl.ai{POLL}", address="https://own.test")
    gateway = {"mode": RouteMode.GATEWAY, "address": "https://gateway.test/bfl"}
    assert not own(f"https://api.eu2.bfl.ai{POLL}", **gateway)


@pytest.mark.parametrize(
    "polling_url",
    [
        "https://api.bfl.ai/v1/get_result?id=run-1",
        "https://api.eu2.bfl.ai/v1/get_result?id=run-1",
        None,
    ],
)
def test_every_call_goes_through_the_gateway_whatever_addresses_come(run, waits, pro, polling_url):
    async def story():
        foreign = {"polling_url": polling_url}
        async with BflService(clock=lambda: NOW, foreign=foreign) as gateway:
            access = gateway.access(
                key=None,
                hosts=(),
                mode=RouteMode.GATEWAY,
                address=gateway.origin,
                headers=(("x-key", KEY), ("x-team", "blue")),
            )
            one = picture()
            async with bfl_over(access, waits) as provider:
                request = request_for(one, model=MODEL)
                return await end_of(provider.edit(request, pro, (one,))), gateway

    (events, end), gateway = run(story())
    assert end is None
    assert isinstance(events[1], Submitted)
    assert isinstance(events[-1], Finished)
    assert [one.step for one in gateway.ledger] == ["submit", "poll", "poll", "poll", "picture"]
    for seen in gateway.ledger:
        assert ("x-team" in seen.headers) is (seen.step != "picture")


def test_f_cancel_4_a_run_cannot_be_cancelled_and_nothing_is_asked(run, waits):
    async def story():
        async with BflService() as bfl, bfl_over(bfl, waits) as provider:
            return await provider.cancel(bfl.remote("run-1")), bfl

    told, bfl = run(story())
    assert told == CancelAnswer(False, status="Black Forest Labs cannot cancel a run: it goes on.")
    assert bfl.ledger == []


def test_a_lost_run_cannot_be_looked_for_and_the_reason_is_told(run, waits, pro):
    async def story():
        async with BflService() as bfl, bfl_over(bfl, waits) as provider:
            assert "no list of runs" in provider.cannot_find
            with pytest.raises(NotFound, match="no list of runs"):
                await provider.find(request_for(model=MODEL), pro, NOW)

    run(story())


def check(run, waits, *faults, **route):
    async def story():
        async with BflService() as bfl:
            bfl.fault("poll", *faults)
            async with bfl_over(bfl.access(**route), waits) as provider:
                steps = {step.name: step async for step in provider.check()}
                assert (bfl.sold, bfl.seen("submit")) == (0, [])
                return steps, bfl

    return run(story())


def passed(steps):
    return tuple(steps[name].passed for name in ("Name", "Connect", "Sign-in", "Service", "Model"))


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (says(404, {"id": "x", "status": "Task not found"}), (True, True, None, True, None)),
        (says(200, {"id": "x", "status": "Task not found"}), (True, True, None, True, None)),
        (says(422, {"detail": "no such id"}), (True, True, None, True, None)),
        (says(403, {"detail": "Not authenticated"}), (True, True, False, None, None)),
        (says(402, {"detail": "x"}), (True, True, None, False, None)),
        (says(500, {"detail": "x"}), (True, True, None, False, None)),
        (page(), (True, True, None, False, None)),
    ],
)
def test_a_connection_test_costs_nothing_and_names_the_stage_that_does_not_hold(
    run, waits, fault, expected
):
    steps, _ = check(run, waits, fault)
    assert passed(steps) == expected


def test_a_wrong_key_fails_the_sign_in(run, waits):
    steps, bfl = check(run, waits, key="another-0key-1of-2the-3tests")
    assert passed(steps)[2] is False
    assert len(bfl.ledger) == 1


def test_a_connection_that_breaks_is_told(run, waits):
    steps, _ = check(run, waits, drops())
    assert False in passed(steps)


def test_the_registry_builds_it_for_its_word(run, catalogue):
    async def story():
        provider = make_provider(Access(Route("r", "bfl"), Secret("x0y1z2-a1")), catalogue)
        assert isinstance(provider, BflProvider)
        assert provider.name == "bfl"
        await provider.close()

    run(story())
