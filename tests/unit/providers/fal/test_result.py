import asyncio
import base64
import json
import time

import pytest

from kontext_studio.core.errors import BadAnswer, Charged, NoPicture
from kontext_studio.core.provider import Finished
from kontext_studio.providers.results import reduced
from tests.fakes.fal_service import FalService, png
from tests.unit.providers.conftest import ONE, PNG, collect, end_of, provider_for


def test_pictures_keep_their_order_their_address_and_their_flag(run, waits):
    answer = {
        "images": [{"url": "{origin}/files/two"}, {"url": "{origin}/files/one"}],
        "has_nsfw_concepts": [False, True],
        "seed": 5,
    }
    events, end, fal = collect(run, waits, answer)
    assert end is None
    assert [type(event) for event in events] == [Finished]
    two, one = events[0].result.images
    assert (two.data, two.flagged) == (png(grey=7), False)
    assert (one.data, one.flagged, one.url) == (PNG, True, f"{fal.origin}/files/one")


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ([True], [True, False]),
        ([], [False, False]),
        (None, [False, False]),
        (True, [True, True]),
        ([False, True, True], [False, True]),
        (["yes", 1], [False, False]),
    ],
)
def test_f_api_17_a_list_of_flags_of_any_length_is_read(run, waits, flags, expected):
    images = [{"url": "{origin}/files/one"}, {"url": "{origin}/files/two"}]
    events, _, _ = collect(run, waits, {"images": images, "has_nsfw_concepts": flags})
    assert [image.flagged for image in events[-1].result.images] == expected


@pytest.mark.parametrize(
    "answer",
    [
        {"images": []},
        {},
        {"images": None},
        {"images": "x"},
        {"images": [{}, {"url": ""}, {"url": None}, 7]},
    ],
)
def test_f_api_18_an_answer_without_a_picture_was_charged_and_is_kept(run, waits, answer):
    events, end, _ = collect(run, waits, answer)
    assert events == []
    assert isinstance(end, NoPicture)
    assert end.charged is Charged.YES


@pytest.mark.parametrize("count", [*range(1, 9), 20, 64])
def test_f_api_25_all_pictures_that_came_are_taken_however_many_were_asked_for(run, waits, count):
    events, _, _ = collect(run, waits, {"images": [{"url": "{origin}/files/one"}] * count})
    assert len(events[-1].result.images) == count


def test_f_api_25_what_cannot_be_fetched_is_told_picture_by_picture(run, waits):
    here = {"url": "{origin}/files/one"}
    images = [here, {"file_data": "x"}, here, {"url": "https://cdn.test/" + "x" * 9000}]
    events, _, _ = collect(
        run, waits, {"images": images, "has_nsfw_concepts": [False, False, True]}
    )
    result = events[-1].result
    assert [one.flagged for one in result.images] == [False, True]
    assert result.notes == tuple(
        f"One picture is missing: Picture {place} of 4 came without an address." for place in (2, 4)
    )


def test_f_api_25_pictures_past_a_sane_number_are_told_too(run, waits):
    images = [{"url": "{origin}/files/one"}] * 66
    for answer in ({"images": images}, reduced({"images": images})):
        events, _, _ = collect(run, waits, answer)
        result = events[-1].result
        assert len(result.images) == 64
        assert [note.partition(" is past")[0] for note in result.notes] == [
            f"One picture is missing: Picture {place} of 66" for place in (65, 66)
        ]


def test_a_single_picture_in_place_of_a_list_is_taken(run, waits):
    events, _, _ = collect(run, waits, {"image": {"url": "{origin}/files/one"}})
    assert events[-1].result.images[0].data == PNG


@pytest.mark.parametrize("head", ["data:image/png;base64,", "data:;base64,", "data:;BASE64,"])
def test_f_api_34_a_picture_inside_the_answer_is_decoded(run, waits, head):
    url = head + base64.b64encode(PNG).decode()
    events, end, _ = collect(run, waits, {"images": [{"url": url}]})
    assert end is None
    image = events[-1].result.images[0]
    assert image.data == PNG
    assert image.url == ""


def test_f_api_34_a_large_picture_inside_the_answer_holds_nothing_up(run, waits):
    url = "data:image/png;base64," + base64.b64encode(PNG + bytes(12_000_000)).decode()

    async def story():
        async with FalService() as fal, provider_for(fal, waits) as provider:
            answer = json.dumps({"images": [{"url": url}]})
            work = asyncio.ensure_future(end_of(provider.collect(answer)))
            # The loop's own processor time: on a busy machine the clock on the wall says nothing.
            longest, last = 0.0, time.thread_time()
            while not work.done():
                await asyncio.sleep(0.005)
                longest, last = max(longest, time.thread_time() - last), time.thread_time()
            return await work, longest

    (events, end), longest = run(story())
    assert end is None
    assert len(events[-1].result.images[0].data) > 12_000_000
    assert longest < 0.02, "four times as long where the picture is decoded on the loop"


@pytest.mark.parametrize("data", [";base64,@@@@", ";base64,iVBOR", ""])
def test_f_api_34_a_damaged_picture_inside_the_answer_is_told(run, waits, data):
    _, end, _ = collect(run, waits, {"images": [{"url": f"data:image/png{data}"}]})
    assert isinstance(end, BadAnswer)
    assert end.charged is Charged.YES


def test_f_api_31_facts_of_any_kind_are_read_as_far_as_they_make_sense(run, waits):
    answer = {
        **ONE,
        "seed": "7",
        "prompt": ["x"],
        "timings": {"a": 1, "b": "x", "c": True, "d": None},
        "notes": ["Nothing outside changed.", 7],
    }
    events, _, _ = collect(run, waits, answer)
    result = events[-1].result
    assert (result.seed, result.prompt, result.timings) == (None, "", (("a", 1.0),))
    assert result.notes == ("Nothing outside changed.",)


@pytest.mark.parametrize("answer", ["", "[]", "{", "[" * 5000])
def test_a_stored_answer_that_makes_no_sense_is_told(run, waits, answer):
    _, end, _ = collect(run, waits, answer)
    assert isinstance(end, BadAnswer)


def test_f_api_22_pictures_that_came_are_not_lost_for_one_that_is_gone(run, waits):
    addresses = ("{origin}/files/one", "{origin}/files/gone", "data:image/png;base64,%%")
    images = [{"url": url} for url in addresses]
    events, end, _ = collect(run, waits, {"images": images})
    assert end is None
    result = events[-1].result
    assert [one.data for one in result.images] == [PNG]
    assert [note.partition(":")[0] for note in result.notes] == ["One picture is missing"] * 2


def test_each_picture_has_its_own_seed_where_the_service_tells_it(run, waits):
    images = [{"url": "{origin}/files/one"}, {"url": "{origin}/files/two"}]
    events, _, _ = collect(run, waits, {"images": images, "seed": 5, "seeds": [5, 6]})
    assert [one.seed for one in events[-1].result.images] == [5, 6]


@pytest.mark.parametrize("facts", [{"width": 0, "height": 4}, {"width": "4", "height": 4}, {}])
def test_a_size_that_is_none_is_not_taken_for_one(run, waits, facts):
    images = [
        {"url": "{origin}/files/one", **facts},
        {"url": "{origin}/files/two", "width": 4, "height": 3},
    ]
    events, _, _ = collect(run, waits, {"images": images})
    assert [one.stated for one in events[-1].result.images] == [None, (4, 3)]


def test_a_time_that_no_run_takes_does_not_spoil_the_result(run, waits):
    images = [{"url": "{origin}/files/one"}]
    timings = {"inference": 10**400, "queue": 0.5}
    events, end, _ = collect(run, waits, {"images": images, "timings": timings})
    assert end is None
    assert events[-1].result.timings == (("queue", 0.5),)
