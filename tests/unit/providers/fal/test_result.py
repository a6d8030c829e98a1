import asyncio
import base64
import json

import pytest

from kontext_studio.core.errors import BadAnswer, Charged, NoPicture, NotFound
from kontext_studio.core.provider import Finished, Trouble
from kontext_studio.providers.client import Limits
from tests.fakes.fal_service import FalService, cut, drops, page, png, says, says_raw
from tests.unit.providers.conftest import end_of, provider_for

PNG = png(width=40, height=40)


def collect(run, waits, answer, *faults, limits=None, pictures=None):
    """Collect a stored answer; "{origin}" in it stands for the service."""

    async def story():
        async with FalService() as fal, provider_for(fal, waits, limits) as provider:
            fal.pictures.update(pictures or {"one": PNG, "two": png(grey=7)})
            fal.fault("picture", *faults)
            text = answer if isinstance(answer, str) else json.dumps(answer)
            text = text.replace("{origin}", fal.origin)
            events, end = await end_of(provider.collect(text))
            return events, end, fal

    return run(story())


ONE = {"images": [{"url": "{origin}/files/one"}]}


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
def test_a_list_of_flags_of_any_length_is_read(run, waits, flags, expected):
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
def test_an_answer_without_a_picture_was_charged_and_is_kept(run, waits, answer):
    events, end, _ = collect(run, waits, answer)
    assert events == []
    assert isinstance(end, NoPicture)
    assert end.charged is Charged.YES


def test_more_pictures_than_asked_for_are_all_taken(run, waits):
    events, _, _ = collect(run, waits, {"images": [{"url": "{origin}/files/one"}] * 8})
    assert len(events[-1].result.images) == 8


def test_a_single_picture_in_place_of_a_list_is_taken(run, waits):
    events, _, _ = collect(run, waits, {"image": {"url": "{origin}/files/one"}})
    assert events[-1].result.images[0].data == PNG


@pytest.mark.parametrize("head", ["data:image/png;base64,", "data:;base64,", "data:;BASE64,"])
def test_a_picture_inside_the_answer_is_decoded(run, waits, head):
    url = head + base64.b64encode(PNG).decode()
    events, end, _ = collect(run, waits, {"images": [{"url": url}]})
    assert end is None
    image = events[-1].result.images[0]
    assert image.data == PNG
    assert image.url == ""


@pytest.mark.parametrize("url", ["data:image/png;base64,@@@@", "data:image/png"])
def test_a_damaged_picture_inside_the_answer_is_told(run, waits, url):
    _, end, _ = collect(run, waits, {"images": [{"url": url}]})
    assert isinstance(end, BadAnswer)
    assert end.charged is Charged.YES


@pytest.mark.parametrize("share", [0.01, 0.25, 0.5, 0.9, 0.999])
def test_a_download_cut_short_is_repeated_until_it_is_whole(run, waits, share):
    part = PNG[: int(len(PNG) * share)]
    broken = cut(len(PNG), part)
    events, end, fal = collect(run, waits, ONE, broken, broken, drops())
    assert end is None
    assert events[-1].result.images[0].data == PNG
    assert len(fal.seen("picture")) == 4
    assert [type(event) for event in events] == [Trouble] * 4 + [Finished]
    assert events[3] == Trouble(None)


def test_a_download_that_ends_early_without_a_length_is_found_by_the_stated_size(run, waits):
    answer = {"images": [{"url": "{origin}/files/one", "file_size": len(PNG)}]}
    early = says_raw(b"HTTP/1.1 200 OK\r\ncontent-type: image/png\r\n\r\n" + PNG[:30])
    events, end, _ = collect(run, waits, answer, early)
    assert end is None
    assert events[-1].result.images[0].data == PNG
    assert "30 of" in events[0].reason.message


@pytest.mark.parametrize(
    "fault",
    [
        page(),
        says(200, {"detail": "x"}),
        says(200, b"plain text", kind="application/json"),
        says(200, b"", kind="image/png"),
        says(200, PNG, {"content-encoding": "gzip"}, kind="image/png"),
        says(200, PNG, {"content-encoding": "br"}, kind="image/png"),
    ],
    ids=["page", "json", "stated as json", "empty", "gzip", "br"],
)
def test_what_is_not_a_picture_is_asked_for_again_and_in_the_end_told(run, waits, fault):
    events, end, fal = collect(run, waits, ONE, *[fault] * 4)
    assert end is None
    assert len(fal.seen("picture")) == 5
    assert isinstance(events[0].reason, BadAnswer)
    events, end, fal = collect(run, waits, ONE, *[fault] * 9)
    assert isinstance(end, BadAnswer)
    assert len(fal.seen("picture")) == 5


@pytest.mark.parametrize("status", [403, 404, 410])
def test_a_picture_that_is_gone_is_asked_for_three_times(run, waits, status):
    gone = says(status, b"gone", kind="text/plain")
    _, end, fal = collect(run, waits, ONE, *[gone] * 5)
    assert isinstance(end, NotFound)
    assert end.charged is Charged.YES
    assert "no longer on the service's servers" in end.message
    assert len(fal.seen("picture")) == 3


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_storage_in_trouble_is_waited_for(run, waits, status):
    _, end, fal = collect(run, waits, ONE, *[says(status, {"detail": "x"})] * 12)
    assert end is None
    assert len(fal.seen("picture")) == 13
    assert waits.asked[-1] == 60


def test_a_picture_over_the_limit_is_not_read_to_its_end(run, waits):
    small = Limits(picture_bytes=1000)
    _, end, _ = collect(run, waits, ONE, limits=small, pictures={"one": b"\x89PNG" + b"x" * 2000})
    assert isinstance(end, BadAnswer)
    assert "too large" in end.message


def test_a_drip_of_bytes_is_given_up_and_repeated(run, waits):
    async def drips(exchange):
        await exchange.read()
        exchange.note()
        head = f"HTTP/1.1 200 OK\r\ncontent-type: image/png\r\ncontent-length: {len(PNG)}\r\n\r\n"
        await exchange.write(head.encode())
        for byte in PNG:
            await exchange.write(bytes([byte]))
            await asyncio.sleep(0.02)

    slow = Limits(slow_window_s=0.15)
    events, end, _ = collect(run, waits, ONE, drips, limits=slow)
    assert end is None
    assert "too slow" in events[0].reason.message


def test_a_download_may_lead_elsewhere_a_few_times_but_carries_nothing_along(run, waits):
    def leads_to(url):
        return says(302, b"", {"location": url})

    events, end, fal = collect(run, waits, ONE, leads_to("/files/two"), leads_to("/files/two"))
    assert end is None
    assert events[-1].result.images[0].data == png(grey=7)
    assert all("authorization" not in one.headers for one in fal.seen("picture"))
    _, end, fal = collect(run, waits, ONE, *[leads_to("/files/one")] * 20)
    assert isinstance(end, BadAnswer)
    assert len(fal.seen("picture")) == 20


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data",
        "https://169.254.169.254/x",
        "https://10.0.0.1/x",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://[fd00::1]/x",
        "https://[::ffff:10.0.0.1]/x",
        "https://2130706433/x",
        "http://v3.fal.media/files/x",
        "http://127.0.0.1:1/x",
        "file:///etc/passwd",
        "https://user@v3.fal.media/x",
    ],
)
def test_a_picture_inside_the_network_or_in_the_clear_is_never_fetched(run, waits, url):
    # The network of the tests would notice any attempt to look up or reach it.
    _, end, _ = collect(run, waits, {"images": [{"url": url}]})
    assert isinstance(end, BadAnswer)


def test_facts_of_any_kind_are_read_as_far_as_they_make_sense(run, waits):
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
