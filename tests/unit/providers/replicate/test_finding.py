"""A run whose answer was lost, looked for in the account's list."""

import random

import pytest

from kontext_studio.core.errors import (
    BadAnswer,
    Charged,
    ConnectionLost,
    NotFound,
    OutcomeUnknown,
    Unauthorized,
)
from kontext_studio.core.provider import Finished, Sending
from kontext_studio.providers.listing import WINDOW_S
from tests.fakes.fal_service import drops, loses_the_answer, page, says, sells_and
from tests.fakes.replicate_service import MODEL, ReplicateService
from tests.unit.providers.conftest import NOW, end_of, picture, request_for
from tests.unit.providers.replicate.conftest import replicate_over

SEED = 1_234_567
GIVEN = {"prompt": "Make the car red", "seed": SEED, "output_format": "png"}


def find(run, waits, dev, runs, *faults, sent_at=NOW, urls=(), service=None, **changes):
    """Look for the run among these (number, time, changes of the input, changes of the rest)."""

    async def story():
        async with ReplicateService(clock=lambda: NOW, **(service or {})) as replicate:
            for number, created, given, facts in runs:
                told = {"model": MODEL, **facts}
                replicate.add(number, told.pop("model"), {**GIVEN, **given}, created, **told)
            replicate.fault("list", *faults)
            async with replicate_over(replicate, waits) as provider:
                request = request_for(seed=SEED, **{"model": MODEL, **changes})
                return await provider.find(request, dev, sent_at, urls), replicate

    return run(story())


def one(number="p1", created=NOW, **given):
    return number, created, given, {}


def facts(number="p1", created=NOW, **told):
    return number, created, {}, told


def test_a_run_whose_answer_was_lost_is_found_and_followed_to_its_picture(run, waits, dev):
    async def story():
        async with ReplicateService(clock=lambda: NOW) as replicate:
            replicate.fault("create", sells_and(loses_the_answer))
            async with replicate_over(replicate, waits) as provider:
                sent = picture()
                request = request_for(sent, model=MODEL, seed=SEED)
                events, lost = await end_of(provider.edit(request, dev, (sent,)))
                sending = next(one for one in events if isinstance(one, Sending))
                (remote,) = await provider.find(request, dev, NOW - 2, sending.picture_urls)
                return lost, remote, await end_of(provider.resume(remote)), replicate

    lost, remote, (events, end), replicate = run(story())
    assert isinstance(lost, OutcomeUnknown)
    assert remote == replicate.remote(f"pred{1:022d}")
    assert end is None
    assert isinstance(events[-1], Finished)
    assert len(replicate.seen("create")) == 1 == replicate.sold


def test_200_look_alikes_are_told_from_the_one(run, waits, dev):
    dice = random.Random(7)
    wrong = []
    for at in range(200):
        number = f"p{at:03d}"
        seed = SEED + dice.choice((-1, 1)) * dice.randrange(1, 1000)
        near = NOW + dice.uniform(-WINDOW_S, WINDOW_S)
        far = NOW + dice.choice((-1, 1)) * dice.uniform(WINDOW_S + 1, 86_400)
        wrong.append(
            [
                one(number, near, seed=seed),
                one(number, near, seed=float(SEED)),
                one(number, near, seed=str(seed)),
                one(number, far),
                facts(number, near, model="black-forest-labs/flux-kontext-pro"),
                one(number, near, prompt="Make the car blue"),
                one(number, near, guidance=4.0) if at % 20 == 6 else one(number, near, seed=None),
                facts(number, near, created_at=dice.choice((None, "yesterday", 5))),
                facts(number, near, id=dice.choice(("", None, "../x", "a/b"))),
                one(number, near, output_format="webp"),
            ][at % 10]
        )
    wanted = {"parameters": (("guidance", 2.0),)}
    found, _ = find(run, waits, dev, wrong, **wanted)
    assert found == ()
    right = one("right", NOW + WINDOW_S - 1)
    found, replicate = find(run, waits, dev, [*wrong, right], service={"page_size": 30}, **wanted)
    assert found == (replicate.remote("right"),)


def test_a_seed_given_as_text_is_the_same_seed(run, waits, dev):
    found, replicate = find(run, waits, dev, [one(seed=str(SEED))])
    assert found == (replicate.remote("p1"),)


FILE = "https://api.replicate.com/v1/files/"


@pytest.mark.parametrize(
    ("told", "sent", "is_it"),
    [
        (f"{FILE}a", f"{FILE}a", True),
        (f"{FILE}b", f"{FILE}a", False),
        ("https://replicate.delivery/moved.png", f"{FILE}a", True),
        ("https://replicate.delivery/moved.png", None, True),
        (None, f"{FILE}a", True),
    ],
)
def test_a_run_with_certainly_another_picture_is_not_it(run, waits, dev, told, sent, is_it):
    found, _ = find(run, waits, dev, [one(input_image=told)], urls=(sent,) if sent else ())
    assert bool(found) is is_it


def test_two_runs_that_cannot_be_told_apart_are_both_told(run, waits, dev):
    found, _ = find(run, waits, dev, [one("a"), one("b", NOW + 5)])
    assert len(found) == 2


def test_pages_are_read_no_further_than_the_time_in_question(run, waits, dev):
    late = [one(f"late{at}", NOW + 1000 + at, seed=1) for at in range(4)]
    old = [one(f"old{at}", NOW - 1000 - at, seed=1) for at in range(40)]
    found, replicate = find(run, waits, dev, [*late, one(), *old], service={"page_size": 2})
    assert found == (replicate.remote("p1"),)
    assert len(replicate.seen("list")) == 4


def test_f_sec_2_the_next_page_is_asked_for_at_the_connections_own_address(run, waits, dev):
    elsewhere = "https://elsewhere.test/v1/predictions?cursor=1"
    first: dict[str, object] = {"previous": None, "next": elsewhere, "results": []}
    found, replicate = find(run, waits, dev, [one("a", NOW + 1, seed=1), one()], says(200, first))
    assert found == (replicate.remote("p1"),)
    assert [seen.path for seen in replicate.seen("list")] == [
        "/v1/predictions",
        "/v1/predictions?cursor=1",
    ]


def test_f_api_35_a_clock_that_is_days_off_hides_no_run(run, waits, dev):
    day = 86_400.0
    found, _ = find(run, waits, dev, [one()], sent_at=NOW - day)
    assert found == ()

    async def story():
        async with ReplicateService(clock=lambda: NOW + day) as ahead:
            ahead.add("p1", MODEL, GIVEN, NOW + day)
            async with replicate_over(ahead, waits) as provider:
                request = request_for(seed=SEED, model=MODEL)
                return await provider.find(request, dev, NOW), ahead

    found, ahead = run(story())
    assert found == (ahead.remote("p1"),)


def test_runs_whose_facts_were_deleted_are_no_proof_that_there_is_none(run, waits, dev):
    removed = ("gone", NOW, {"prompt": None}, {"data_removed": True})
    with pytest.raises(NotFound, match="deleted") as told:
        find(run, waits, dev, [removed])
    assert told.value.charged is Charged.MAYBE
    found, replicate = find(run, waits, dev, [removed, one()])
    assert found == (replicate.remote("p1"),)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (says(401, {"detail": "x"}), Unauthorized),
        (says(403, {"detail": "x"}), Unauthorized),
        (says(404, {"detail": "x"}), NotFound),
        (says(422, {"detail": "x"}), NotFound),
        (says(200, {"results": None}), BadAnswer),
        (says(200, []), BadAnswer),
        (says(200, {"results": [], "next": "https://x.test/"}), BadAnswer),
        (says(200, {"results": [], "next": 5}), BadAnswer),
        (says(200, {"results": [], "next": "http://["}), BadAnswer),
        (says(302, b"", {"location": "https://x.test/"}), BadAnswer),
        (page(), BadAnswer),
    ],
)
def test_a_list_that_cannot_be_read_proves_nothing(run, waits, dev, fault, kind):
    with pytest.raises(kind):
        find(run, waits, dev, [], *[fault] * 3)


def test_f_net_9_a_list_that_does_not_come_through_is_asked_for_again(run, waits, dev):
    busy = says(503, {"detail": "x"})
    found, replicate = find(run, waits, dev, [one()], drops(), busy)
    assert found == (replicate.remote("p1"),)
    with pytest.raises(ConnectionLost):
        find(run, waits, dev, [one()], *[drops()] * 3)


def test_a_list_without_end_proves_nothing(run, waits, dev):
    newer = [one(f"n{at}", NOW + 1000 + at, seed=1) for at in range(50)]
    with pytest.raises(BadAnswer, match="too many"):
        find(run, waits, dev, newer, service={"page_size": 2})
