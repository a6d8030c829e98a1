import asyncio

import pytest

from kontext_studio.core.errors import BadAnswer, Charged, NotFound
from kontext_studio.core.provider import Finished, Trouble
from kontext_studio.providers.addresses import AddressRefused
from kontext_studio.providers.faults import PictureOverLimit
from kontext_studio.providers.limits import Limits
from kontext_studio.providers.retries import GONE_ATTEMPTS
from tests.fakes.fal_service import cut, drops, page, png, says, says_raw
from tests.unit.providers.conftest import ONE, PNG, collect


@pytest.mark.parametrize("share", [0.0, 0.01, 0.1, 0.25, 0.4, 0.5, 0.75, 0.9, 0.99, 0.999])
def test_f_net_11_a_download_cut_short_is_repeated_until_it_is_whole(run, waits, share):
    part = PNG[: int(len(PNG) * share)]
    broken = cut(len(PNG), part)
    events, end, fal = collect(run, waits, ONE, broken, broken, drops())
    assert end is None
    assert events[-1].result.images[0].data == PNG
    assert len(fal.seen("picture")) == 4
    assert [type(event) for event in events] == [Trouble] * 4 + [Finished]
    assert events[3] == Trouble(None)


def test_f_net_12_a_download_that_ends_early_without_a_length_is_found_by_the_stated_size(
    run, waits
):
    answer = {"images": [{"url": "{origin}/files/one", "file_size": len(PNG)}]}
    early = says_raw(b"HTTP/1.1 200 OK\r\ncontent-type: image/png\r\n\r\n" + PNG[:30])
    events, end, _ = collect(run, waits, answer, early)
    assert end is None
    assert events[-1].result.images[0].data == PNG
    assert "30 of" in events[0].reason.message


class Cutting:
    """A storage that closes after `most` bytes of every answer, and goes on where it is asked."""

    def __init__(self, most, tag='"one"', data=PNG):
        self.most, self.tag, self.data = most, tag, data
        self.ranges = []

    async def __call__(self, exchange):
        await exchange.read()
        exchange.note()
        asked = exchange.headers.get("range", "")
        self.ranges.append((asked, exchange.headers.get("if-range", "")))
        begin = int(asked.removeprefix("bytes=").rstrip("-") or 0)
        goes_on = asked != "" and exchange.headers["if-range"] == self.tag
        begin = begin if goes_on else 0
        rest = self.data[begin:]
        head = "HTTP/1.1 206 Partial Content\r\n" if goes_on else "HTTP/1.1 200 OK\r\n"
        if goes_on:
            whole = len(self.data)
            head += f"content-range: bytes {begin}-{whole - 1}/{whole}\r\n"
        head += f"etag: {self.tag}\r\ncontent-length: {len(rest)}\r\n\r\n"
        await exchange.write(head.encode() + rest[: self.most])
        if len(rest) > self.most:
            exchange.open = False
            exchange.writer.close()


def test_f_net_11_a_download_goes_on_where_it_was_cut_by_a_strong_tag(run, waits):
    storage = Cutting(len(PNG) // 4 + 1)
    events, end, _ = collect(run, waits, ONE, *[storage] * 4)
    assert end is None
    assert events[-1].result.images[0].data == PNG
    step = len(PNG) // 4 + 1
    assert storage.ranges == [
        ("", ""),
        *((f"bytes={n * step}-", '"one"') for n in (1, 2, 3)),
    ]


def test_f_net_11_a_weak_tag_or_none_begins_from_zero(run, waits):
    for tag in ('W/"one"', "", '"', "one"):
        storage = Cutting(40, tag)
        events, end, _ = collect(run, waits, ONE, *[storage] * 3)
        assert end is None
        assert events[-1].result.images[0].data == PNG
        assert storage.ranges == [("", "")] * 3


def test_f_net_11_a_picture_that_changed_meanwhile_is_taken_from_its_beginning(run, waits):
    first = Cutting(30, '"one"', png(width=40, height=40, grey=1))
    events, end, _ = collect(run, waits, ONE, first, Cutting(10_000, '"two"'))
    assert end is None
    assert events[-1].result.images[0].data == PNG


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 206 X\r\ncontent-range: bytes 0-4/5\r\ncontent-length: 5\r\n\r\nwrong",
        b"HTTP/1.1 206 X\r\ncontent-length: 5\r\n\r\nwrong",
        b"HTTP/1.1 416 X\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 503 X\r\ncontent-length: 5\r\n\r\nwrong",
        page(),
    ],
    ids=["another part", "no part named", "416", "503", "a page"],
)
def test_f_net_11_nothing_but_the_rest_is_put_behind_a_part(run, waits, answer):
    strange = answer if callable(answer) else says_raw(answer, then_close=False)
    events, end, _ = collect(run, waits, ONE, Cutting(30), strange)
    assert end is None
    assert events[-1].result.images[0].data == PNG


def test_f_net_11_what_was_no_picture_is_not_gone_on_with(run, waits):
    page_with_a_tag = Cutting(10_000, data=b"<html>Sign in</html>")
    events, end, _ = collect(run, waits, ONE, *[page_with_a_tag] * 3)
    assert end is None
    assert events[-1].result.images[0].data == PNG
    assert page_with_a_tag.ranges == [("", "")] * 3


def test_f_net_11_a_part_nobody_asked_for_is_not_a_picture(run, waits):
    part = b"HTTP/1.1 206 X\r\ncontent-range: bytes 0-4/5\r\ncontent-length: 5\r\n\r\n\x89PNG!"
    events, end, _ = collect(run, waits, ONE, says_raw(part, then_close=False))
    assert end is None
    assert events[-1].result.images[0].data == PNG


@pytest.mark.parametrize(
    "fault",
    [
        page(),
        says(200, {"detail": "x"}),
        says(200, b"plain text", kind="image/png"),
        says(200, b"", kind="image/png"),
        says(200, PNG, {"content-encoding": "gzip"}, kind="image/png"),
        says(200, PNG, {"content-encoding": "br"}, kind="image/png"),
        says(200, b"RIF", kind="image/webp"),
    ],
    ids=["page", "json", "text", "empty", "gzip", "br", "three bytes"],
)
def test_f_api_20_what_is_not_a_picture_is_asked_for_again_and_again(run, waits, fault):
    events, end, fal = collect(run, waits, ONE, *[fault] * 12)
    assert end is None
    assert len(fal.seen("picture")) == 13
    assert isinstance(events[0].reason, BadAnswer)
    assert waits.asked[-3:] == [60, 60, 60]


KINDS = {
    "png": b"\x89PNG\r\n\x1a\n",
    "jpeg": b"\xff\xd8\xff\xe0",
    "webp": b"RIFF\0\0\0\0WEBP",
    "avif": b"\0\0\0\x1cftypavif",
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("stated", ["image/png", "image/jpeg", "image/webp", "text/html", ""])
def test_f_api_19_the_bytes_and_not_their_stated_type_make_a_picture(run, waits, kind, stated):
    data = KINDS[kind] + b"rest"
    events, end, _ = collect(run, waits, ONE, says(200, data, kind=stated))
    assert end is None
    assert events[-1].result.images[0].data == data
    assert waits.asked == []


GONE = says(410, b"gone", kind="text/plain")
ELSEWHERE = {"images": [{"url": "{origin}/files/two?signed=again"}]}


def test_f_api_22_an_address_that_expired_is_read_again_once(run, waits):
    faults = [GONE] * GONE_ATTEMPTS
    events, end, fal = collect(
        run,
        waits,
        ONE,
        *faults,
        result=ELSEWHERE,
        pictures={"one": PNG, "two?signed=again": png(grey=7)},
    )
    assert end is None
    assert events[-1].result.images[0].data == png(grey=7)
    assert [type(event) for event in events] == [*[Trouble] * (GONE_ATTEMPTS - 1), Finished]
    assert len(fal.seen("result")) == 1


@pytest.mark.parametrize(
    ("now", "asked"),
    [(ONE, GONE_ATTEMPTS), (ELSEWHERE, 2 * GONE_ATTEMPTS), ({"images": []}, GONE_ATTEMPTS)],
    ids=["the same address", "another that is gone too", "nothing"],
)
def test_f_api_22_a_picture_that_is_gone_for_good_was_charged(run, waits, now, asked):
    events, end, fal = collect(run, waits, ONE, *[GONE] * 12, result=now)
    assert type(end) is NotFound
    assert end.charged is Charged.YES
    assert len(fal.seen("result")) == 1
    assert len(fal.seen("picture")) == asked
    assert all(type(event) is Trouble for event in events)


def test_f_api_22_a_result_that_is_gone_too_leaves_the_pictures_fault(run, waits):
    unknown = {"detail": "Request not found"}
    _, end, fal = collect(run, waits, ONE, *[GONE] * 9, result=unknown, result_status=404)
    assert isinstance(end, NotFound)
    assert "no longer on the service's servers" in end.message
    assert len(fal.seen("result")) == GONE_ATTEMPTS


@pytest.mark.parametrize("status", [403, 404, 410])
def test_f_api_22_a_picture_that_is_gone_is_asked_for_over_more_than_a_minute(run, waits, status):
    gone = says(status, b"gone", kind="text/plain")
    _, end, fal = collect(run, waits, ONE, *[gone] * 9)
    assert isinstance(end, NotFound)
    assert end.charged is Charged.YES
    assert "no longer on the service's servers" in end.message
    assert len(fal.seen("picture")) == GONE_ATTEMPTS
    assert waits.asked == [2, 10, 30, 80]


def test_f_api_22_a_filter_on_the_way_that_refuses_for_a_while_costs_no_picture(run, waits):
    blocked = says(403, b"Blocked by policy", kind="text/plain")
    events, end, _ = collect(run, waits, ONE, *[blocked] * 4)
    assert end is None
    assert events[-1].result.images[0].data == PNG


def test_f_net_18_a_cookie_of_the_service_is_not_kept_and_goes_nowhere(run, waits):
    sets = {"set-cookie": "sid=1; Path=/"}
    away = {"location": "/files/two", **sets}
    _, end, fal = collect(run, waits, ONE, says(503, {}, sets), says(302, b"", away))
    assert end is None
    assert [one.headers.get("cookie") for one in fal.seen("picture")] == [None] * 3


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_storage_in_trouble_is_waited_for(run, waits, status):
    _, end, fal = collect(run, waits, ONE, *[says(status, {"detail": "x"})] * 12)
    assert end is None
    assert len(fal.seen("picture")) == 13
    assert waits.asked[-1] == 60


def test_f_api_23_a_picture_over_the_limit_is_not_read_to_its_end(run, waits):
    small = Limits(picture_bytes=1000)
    large = {"one": b"\x89PNG" + b"x" * 2000}
    _, end, fal = collect(run, waits, ONE, limits=small, pictures=large)
    assert isinstance(end, PictureOverLimit)
    assert "too large" in end.message
    assert end.charged is Charged.YES
    assert len(fal.seen("picture")) == 1  # it will not be smaller the next time
    in_parts = Cutting(700, data=large["one"])
    _, end, _ = collect(run, waits, ONE, *[in_parts] * 3, limits=small)
    assert isinstance(end, PictureOverLimit)


@pytest.mark.parametrize("status", [200, 503])
def test_f_net_24_headers_over_the_limit_before_a_picture_are_waited_out(run, waits, status):
    head = f"HTTP/1.1 {status} X\r\ncontent-length: 0\r\nx-pad: {'y' * 70_000}\r\n\r\n".encode()
    events, end, _ = collect(run, waits, ONE, *[says_raw(head)] * 12)
    assert end is None
    assert "too large" in events[0].reason.message


def test_f_sec_10_an_endless_apology_in_place_of_a_picture_is_waited_out(run, waits):
    events, end, _ = collect(
        run, waits, ONE, says(503, b"x" * 2000), limits=Limits(picture_bytes=1000)
    )
    assert end is None
    assert "too large" in events[0].reason.message


def test_f_net_13_a_drip_of_bytes_is_given_up_and_repeated(run, waits):
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


def test_f_net_18_a_download_may_lead_elsewhere_three_times_but_carries_nothing_along(run, waits):
    def leads_to(url):
        return says(302, b"", {"location": url})

    events, end, fal = collect(run, waits, ONE, *[leads_to("/files/two")] * 3)
    assert end is None
    assert waits.asked == []
    assert events[-1].result.images[0].data == png(grey=7)
    for one in fal.seen("picture"):
        assert not {"authorization", "cookie", "x-api-key"}.intersection(one.headers)
        assert not any(name.startswith("x-fal") for name in one.headers)
    events, end, fal = collect(run, waits, ONE, *[leads_to("/files/one")] * 4)
    assert end is None
    assert "leads on and on" in events[0].reason.message
    assert len(fal.seen("picture")) == 5


@pytest.mark.parametrize(
    "target",
    [
        "http://v3.fal.media/x",
        "https://10.0.0.1/x",
        "//169.254.169.254/x",
        "file:///etc/passwd",
        "https://user@v3.fal.media/",
        "http://[",
    ],
)
def test_f_net_19_a_hop_into_the_clear_or_inside_is_refused(run, waits, target):
    events, end, fal = collect(run, waits, ONE, says(302, b"", {"location": target}))
    assert isinstance(end, AddressRefused)
    assert end.charged is Charged.YES
    assert events == []
    assert len(fal.seen("picture")) == 1


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
def test_f_sec_12_a_picture_inside_the_network_or_in_the_clear_is_never_fetched(run, waits, url):
    # The network of the tests would notice any attempt to look up or reach it.
    _, end, _ = collect(run, waits, {"images": [{"url": url}]})
    assert isinstance(end, AddressRefused)
    assert waits.asked == []


def test_f_net_16_a_sign_in_page_in_place_of_a_picture_does_not_mean_that_it_is_gone(run, waits):
    events, end, _ = collect(run, waits, ONE, *[page(403)] * 4)
    assert end is None
    assert [type(event) for event in events].count(Trouble) == 5
    assert events[-1].result.images[0].data == PNG


def test_f_api_22_a_storage_that_says_in_xml_that_a_picture_is_gone_is_believed(run, waits):
    denied = says(403, b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>', kind="x")
    _, end, _ = collect(run, waits, ONE, *[denied] * GONE_ATTEMPTS)
    assert isinstance(end, NotFound)
