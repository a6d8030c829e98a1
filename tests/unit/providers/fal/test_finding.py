import dataclasses
import random

import pytest

from kontext_studio.core.errors import (
    BadAnswer,
    ConnectionLost,
    NotFound,
    OutcomeUnknown,
    RateLimited,
    ServiceFailed,
    StudioError,
    Unauthorized,
)
from kontext_studio.core.provider import Finished, HostedUrl, Sending
from kontext_studio.core.route import Access, Route, RouteMode
from kontext_studio.providers.fal import FalProvider
from kontext_studio.providers.fal.service import EMBEDDED_ENGINE
from kontext_studio.providers.listing import WINDOW_S
from tests.fakes.fal_service import (
    ENDPOINT,
    FalService,
    drops,
    listed,
    loses_the_answer,
    page,
    says,
    sells_and,
)
from tests.unit.providers.conftest import NOW, end_of, picture, provider_for, request_for

SEED = 6_916_619_188_014_358_660  # beyond 2**53: a float would meet its neighbours
GIVEN = {"prompt": "Make the car red", "seed": SEED, "image_url": "https://x.test/a"}


def find(run, waits, dev, history, *faults, sent_at=NOW, urls=(), clock=NOW, **changes):
    async def story():
        async with FalService(clock=lambda: clock, history=history) as fal:
            fal.fault("history", *faults)
            async with provider_for(fal.access(lists=True), waits) as provider:
                request = request_for(seed=SEED, **changes)
                return await provider.find(request, dev, sent_at, urls), fal

    return run(story())


def run_of(number=1, *, endpoint=ENDPOINT, sent=NOW, **given):
    return listed(f"run-{number}", endpoint, sent, {**GIVEN, **given})


def test_a_run_whose_answer_was_lost_is_found_and_followed_to_its_picture(run, waits, dev):
    async def story():
        async with FalService(clock=lambda: NOW) as fal:
            fal.fault("submit", sells_and(loses_the_answer))
            async with provider_for(fal.access(lists=True), waits) as provider:
                one = picture(hosted=HostedUrl("https://v3.fal.media/files/x", None))
                request = request_for(one, seed=SEED)
                events, lost = await end_of(provider.edit(request, dev, (one,)))
                sent = ("https://v3.fal.media/files/x",)
                assert events == [Sending(sent)]
                (remote,) = await provider.find(request, dev, NOW - 2, sent)
                return lost, remote, await end_of(provider.resume(remote)), fal

    lost, remote, (events, end), fal = run(story())
    assert isinstance(lost, OutcomeUnknown)
    assert remote == fal.remote("run-1")
    assert end is None
    assert isinstance(events[-1], Finished)
    assert len(fal.seen("submit")) == 1 == fal.sold


def test_200_look_alikes_are_told_from_the_one(run, waits, dev):
    dice = random.Random(7)
    wrong = []
    for number in range(200):
        kind = number % 10
        seed = SEED + dice.choice((-1, 1)) * dice.randrange(1, 1000)
        near = NOW + dice.uniform(-WINDOW_S, WINDOW_S)
        far = NOW + dice.choice((-1, 1)) * dice.uniform(WINDOW_S + 1, 86_400)
        wrong.append(
            [
                run_of(number, seed=seed, sent=near),
                run_of(number, seed=float(SEED), sent=near),
                run_of(number, seed=str(seed), sent=near),
                run_of(number, sent=far),
                run_of(number, endpoint="fal-ai/flux-pro/kontext", sent=near),
                run_of(number, endpoint="fal-ai/flux-kontext", sent=near),
                run_of(number, prompt="Make the car blue", sent=near),
                {**run_of(number, sent=near), "json_input": None},
                {**run_of(number, sent=near), "sent_at": dice.choice((None, "yesterday", 5))},
                {**run_of(number, sent=near), "request_id": dice.choice(("", None, "../x", "a/b"))},
            ][kind]
        )
    dice.shuffle(wrong)
    found, _ = find(run, waits, dev, wrong)
    assert found == ()
    right = run_of(777, sent=NOW + WINDOW_S - 1)
    # A list that knows no filters, so that all of them are in it.
    found, _ = find(run, waits, dev, [], says(200, {"items": wrong, "has_more": False}))
    assert found == ()
    among = says(200, {"items": [*wrong, right], "has_more": False})
    found, fal = find(run, waits, dev, [], among)
    assert found == (fal.remote("run-777"),)
    found, fal = find(run, waits, dev, [*wrong[:90], right, *wrong[90:]])
    assert found == (fal.remote("run-777"),)


def test_a_seed_given_as_text_is_the_same_seed(run, waits, dev):
    found, fal = find(run, waits, dev, [run_of(3, seed=str(SEED))])
    assert found == (fal.remote("run-3"),)


OTHERS = {
    "another picture": {"image_url": "https://x.test/b"},
    "another strength": {"guidance_scale": 4.0},
    "another format": {"output_format": "jpeg"},
    "another number of pictures": {"num_images": 2},
}


@pytest.mark.parametrize("changes", OTHERS.values(), ids=OTHERS.keys())
def test_f_net_7_the_same_words_and_seed_with_something_else_are_another_run(
    run, waits, dev, changes
):
    sent = {"urls": ("https://x.test/a",), "parameters": (("guidance_scale", 2.5),)}
    same = {"guidance_scale": 2.5, "output_format": "png", "num_images": 1, "unknown": 7}
    found, fal = find(run, waits, dev, [run_of(1, **{**same, **changes})], **sent)
    assert found == ()
    found, fal = find(
        run, waits, dev, [run_of(2, **same), run_of(1, **{**same, **changes})], **sent
    )
    assert found == (fal.remote("run-2"),)
    # What the list leaves out, or leaves empty, says nothing against it.
    found, _ = find(run, waits, dev, [run_of(3, image_url=None)], **sent)
    assert len(found) == 1


@pytest.mark.parametrize("ahead_s", [-7200.0, -400.0, 400.0, 7200.0, 90 * 86_400.0])
def test_f_api_35_a_run_is_found_although_this_machines_clock_is_wrong(run, waits, dev, ahead_s):
    sold = run_of(4, sent=NOW + ahead_s)
    found, fal = find(run, waits, dev, [sold], sent_at=NOW - 3, clock=NOW + ahead_s)
    assert found == (fal.remote("run-4"),)
    # The clock was set right meanwhile, or the one that answers is wrong itself.
    found, fal = find(run, waits, dev, [run_of(5)], sent_at=NOW - 3, clock=NOW + ahead_s)
    assert found == (fal.remote("run-5"),)
    found, fal = find(run, waits, dev, [sold], sent_at=NOW - 3)
    assert found == ()
    assert len(fal.seen("history")) == 1


@pytest.mark.parametrize("clock", [0.0, 253_402_300_799.0])
def test_f_api_35_no_clock_leads_out_of_the_calendar(run, waits, dev, clock):
    found, fal = find(run, waits, dev, [run_of(5)], clock=clock)
    assert found == (fal.remote("run-5"),)


def test_two_runs_that_could_be_it_are_both_told_and_one_listed_twice_is_one(run, waits, dev):
    found, fal = find(run, waits, dev, [run_of(1), run_of(2), run_of(1)])
    assert set(found) == {fal.remote("run-1"), fal.remote("run-2")}
    assert len(found) == 2


def test_all_pages_of_the_list_are_read(run, waits, dev):
    others = [run_of(number, seed=number) for number in range(250)]
    found, fal = find(run, waits, dev, [*others, run_of(999)])
    assert found == (fal.remote("run-999"),)
    assert len(fal.seen("history")) == 3
    asked = fal.seen("history")[0]
    assert asked.headers["authorization"].startswith("Key ")
    assert "expand=payloads" in asked.path


def test_a_list_that_is_not_read_to_its_end_proves_nothing(run, waits, dev):
    endless = says(200, {"items": [run_of()], "has_more": True, "next_cursor": None})
    with pytest.raises(BadAnswer):
        find(run, waits, dev, [], endless)
    others = [run_of(number, seed=number) for number in range(2_001)]
    with pytest.raises(BadAnswer, match="too many runs"):
        find(run, waits, dev, others)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (says(401, {"detail": "No user"}), Unauthorized),
        (says(403, {"detail": "Forbidden"}), Unauthorized),
        (says(404, {"detail": "Not Found"}), NotFound),
        (says(400, b'"Invalid request"'), NotFound),
        (says(200, b'"Invalid request"'), NotFound),
        (says(403, b'"Forbidden"'), NotFound),
        (says(200, []), BadAnswer),
        (says(200, {"items": None}), BadAnswer),
        (says(302, b"", {"location": "https://x.test"}), BadAnswer),
        (page(), BadAnswer),
        (drops(), ConnectionLost),
        (says(503, {"detail": "x"}), ServiceFailed),
        (says(429, {"detail": "x"}), RateLimited),
    ],
)
def test_a_list_that_is_not_to_be_had_is_told_in_words(run, waits, dev, fault, kind):
    with pytest.raises(kind) as told:
        find(run, waits, dev, [run_of()], *[fault] * 3)
    assert told.value.message


@pytest.mark.parametrize(
    "fault", [drops(), page(), says(503, {"detail": "x"}), says(429, {"detail": "x"})]
)
def test_a_fault_that_passes_is_waited_out(run, waits, dev, fault):
    found, _ = find(run, waits, dev, [run_of()], fault, fault)
    assert len(found) == 1
    assert waits.asked == [0.5, 1.0]


ITEMS: list[object] = [
    None,
    7,
    "x",
    [],
    {},
    {"json_input": []},
    {"request_id": 7},
    {"json_input": {"seed": {}}},
]


def test_rubbish_in_the_list_is_passed_over(run, waits, dev):
    answer = says(200, {"items": [*ITEMS, run_of(5)], "has_more": False})
    found, fal = find(run, waits, dev, [], answer)
    assert found == (fal.remote("run-5"),)


def reason(access, **named):
    return FalProvider(access, **named).cannot_find


def test_where_there_is_no_list_the_reason_is_told(run, waits, dev):
    assert reason(Access(Route("x", "fal"))) == ""
    assert reason(FalService().access(lists=True)) == ""
    gateway = Route("x", "fal", mode=RouteMode.GATEWAY, address="https://gateway.test")
    assert reason(Access(gateway)) == ""
    proxy = Route("x", "fal", mode=RouteMode.SERVER_PROXY, address="https://proxy.test")
    assert reason(Access(proxy)) == ""
    assert "has no list of runs" in reason(FalService().access())
    elsewhere = dataclasses.replace(proxy, hosts=FalService().access().route.hosts)
    assert "has no list of runs" in reason(Access(elsewhere))
    for lists in (False, True):
        engine = FalService().access(lists=lists)
        assert "embedded engine keeps no list" in reason(engine, service=EMBEDDED_ENGINE)

    async def story():
        async with FalService() as fal, provider_for(fal.access(), waits) as provider:
            with pytest.raises(StudioError, match="no list of runs"):
                await provider.find(request_for(), dev, NOW)
            return fal

    assert run(story()).ledger == []


def test_f_sec_2_a_key_for_other_addresses_never_goes_to_the_usual_place_of_the_list(
    run, waits, dev
):
    async def story():
        async with FalService() as fal, provider_for(fal.access(), waits) as provider:
            usual = "https://api.fal.ai/v1/models/requests/by-endpoint"
            with pytest.raises(BadAnswer, match="not its own"):
                await provider._client.api("GET", usual)

    run(story())


def test_a_gateway_is_asked_for_the_list_in_the_place_of_the_service(run, waits, dev):
    async def story():
        async with FalService(clock=lambda: NOW, history=[run_of(4)]) as fal:
            gateway = Route("x", "fal", mode=RouteMode.GATEWAY, address=fal.origin)
            async with provider_for(Access(gateway), waits) as provider:
                return await provider.find(request_for(seed=SEED), dev, NOW), fal

    (remote,), fal = run(story())
    assert remote.request_id == "run-4"
    assert len(fal.seen("history")) == 1
