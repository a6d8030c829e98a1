"""Pictures of a finished run fetched from its stored answer, also after its addresses died."""

import json

import pytest

from kontext_studio.core.errors import Charged, NotFound
from kontext_studio.core.provider import Finished, Trouble
from tests.fakes.fal_service import drops, png
from tests.fakes.replicate_service import MODEL, ReplicateService
from tests.unit.providers.conftest import NOW, end_of, kinds
from tests.unit.providers.replicate.conftest import replicate_over


def collect(run, waits, *, good_until, pictures=None, facts=None, polls=(), downloads=()):
    """Collect an answer that names old.png; the service itself tells of new.png by now."""

    async def story():
        async with ReplicateService(clock=lambda: NOW) as replicate:
            replicate.pictures |= {"new.png": png(grey=2)} if pictures is None else pictures
            told = {"status": "succeeded", "output": f"{replicate.origin}/delivery/new.png"}
            replicate.add("pred1", MODEL, {}, NOW, **(told if facts is None else facts))
            replicate.fault("poll", *polls)
            replicate.fault("picture", *downloads)
            url = f"{replicate.origin}/delivery/old.png"
            answer = json.dumps({"images": [{"url": url}], "good_until": good_until})
            async with replicate_over(replicate, waits) as provider:
                events, end = await end_of(provider.collect(answer, replicate.remote("pred1")))
                return events, end, replicate

    return run(story())


def test_a_picture_whose_address_is_good_is_fetched_without_asking(run, waits):
    old = {"old.png": png(grey=1)}
    events, end, replicate = collect(run, waits, good_until=NOW + 1, pictures=old)
    assert end is None
    assert [one.data for one in events[-1].result.images] == [png(grey=1)]
    assert replicate.seen("poll") == []


def test_f_api_22_an_address_that_has_expired_is_asked_for_anew_at_once(run, waits):
    events, end, replicate = collect(run, waits, good_until=NOW - 1, polls=[drops()])
    assert end is None
    assert kinds(events) == [Trouble, Trouble, Finished]
    assert [one.data for one in events[-1].result.images] == [png(grey=2)]
    assert len(replicate.seen("picture")) == 1


def test_f_api_22_a_picture_that_went_early_is_asked_for_anew(run, waits):
    events, end, replicate = collect(run, waits, good_until=NOW + 999)
    assert end is None
    assert [one.data for one in events[-1].result.images] == [png(grey=2)]
    assert len(replicate.seen("poll")) == 1


@pytest.mark.parametrize("good_until", [NOW - 1, NOW + 999])
def test_f_api_22_a_picture_that_is_deleted_for_good_was_paid_for(run, waits, good_until):
    removed = {"status": "succeeded", "data_removed": True, "output": None}
    _, end, _ = collect(run, waits, good_until=good_until, facts=removed)
    assert isinstance(end, NotFound)
    assert end.charged is Charged.YES
    assert "same seed" in end.hint


def test_f_net_11_a_download_that_breaks_is_repeated(run, waits):
    old = {"old.png": png(grey=1)}
    events, end, _ = collect(
        run, waits, good_until=NOW + 1, pictures=old, downloads=[drops(), drops()]
    )
    assert end is None
    assert kinds(events) == [Trouble, Trouble, Trouble, Finished]


def test_an_answer_of_which_nothing_else_is_known_is_fetched_as_it_is(run, waits):
    async def story():
        async with ReplicateService() as replicate, replicate_over(replicate, waits) as provider:
            replicate.pictures["old.png"] = png(grey=1)
            answer = json.dumps({"images": [{"url": f"{replicate.origin}/delivery/old.png"}]})
            return await end_of(provider.collect(answer))

    events, end = run(story())
    assert end is None
    assert kinds(events) == [Finished]
