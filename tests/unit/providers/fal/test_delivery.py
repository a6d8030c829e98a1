"""How a run is asked for, as it stands in the requests; nothing is sent that nobody asked for."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest

from kontext_studio.core.delivery import Delivery, Priority, Way
from kontext_studio.core.errors import BadRequest
from kontext_studio.core.provider import Finished, HostedUrl, Submitted
from kontext_studio.providers.fal.storage import LEAST_LIFETIME_S, UPLOAD_LIFETIME_S
from tests.fakes.fal_service import ENDPOINT, says
from tests.unit.providers.conftest import NOW, Loads, picture

HOOK = "https://studio.example/told?by=fal&for=me"
EVERYTHING = Delivery(Way.QUEUE, Priority.LOW, 30.5, 7200, no_store=True, webhook=HOOK)


def told_of(seen):
    return {name: value for name, value in seen.headers.items() if name.startswith("x-fal-")}


def test_a_usual_run_asks_for_nothing_special(ask):
    told = ask(Delivery())
    (submit,) = told.fal.seen("submit")
    assert (submit.path, told_of(submit)) == (f"/{ENDPOINT}", {})


def test_everything_that_was_chosen_stands_in_the_headers_and_the_address(ask):
    told = ask(EVERYTHING)
    assert isinstance(told.events[-1], Finished)
    (submit,) = told.fal.seen("submit")
    assert told_of(submit) == {
        "x-fal-queue-priority": "low",
        "x-fal-request-timeout": "30.5",
        "x-fal-store-io": "0",
        "x-fal-object-lifecycle-preference": '{"expiration_duration_seconds": 7200}',
    }
    parts = urlsplit(submit.path)
    assert (parts.path, parse_qs(parts.query)) == (f"/{ENDPOINT}", {"fal_webhook": [HOOK]})
    # None of it belongs to the request, and none of it to the calls after.
    assert "webhook" not in submit.body.decode()
    assert [told_of(one) for one in told.fal.seen("stream") + told.fal.seen("result")] == [{}, {}]


@pytest.mark.parametrize(("way", "step"), [(Way.SYNC, "run"), (Way.STREAM, "live")])
def test_a_run_on_its_connection_tells_what_goes_with_it(ask, way, step):
    timeout_s = None if way is Way.STREAM else 20.0
    told = ask(Delivery(way, start_timeout_s=timeout_s, keep_s=600, no_store=True))
    assert isinstance(told.events[-1], Finished)
    (post,) = told.fal.seen(step)
    expected = {
        "x-fal-store-io": "0",
        "x-fal-object-lifecycle-preference": '{"expiration_duration_seconds": 600}',
    }
    if timeout_s:
        expected["x-fal-request-timeout"] = "20"
    assert told_of(post) == expected


@pytest.mark.parametrize(
    ("delivery", "field"),
    [
        (Delivery(Way.SYNC, Priority.LOW), "priority"),
        (Delivery(Way.SYNC, webhook=HOOK), "webhook"),
        (Delivery(Way.STREAM, start_timeout_s=20), "start_timeout_s"),
    ],
)
def test_what_a_way_does_not_take_is_refused_before_anything_is_sent(ask, delivery, field):
    told = ask(delivery, inputs=[picture()])
    assert isinstance(told.end, BadRequest)
    assert told.end.field == field
    assert told.fal.ledger == []


@pytest.mark.parametrize(
    ("keep_s", "expected"),
    [
        (None, UPLOAD_LIFETIME_S),
        (60, LEAST_LIFETIME_S),
        (86_400, 86_400),
        (10**8, UPLOAD_LIFETIME_S),
    ],
)
def test_f_sec_20_an_upload_is_kept_no_longer_than_what_is_made_of_it(ask, keep_s, expected):
    told = ask(Delivery(keep_s=keep_s), inputs=[picture(Loads())])
    (initiate,) = told.fal.seen("initiate")
    # One published client sends the one header with an upload, another the other.
    for name in ("x-fal-object-lifecycle-preference", "x-fal-object-lifecycle"):
        stated = json.loads(initiate.headers[name])
        assert stated == {"expiration_duration_seconds": expected}
    assert told.events[0].hosted == HostedUrl(f"{told.fal.origin}/files/input-0", NOW + expected)


def test_a_run_without_a_record_is_followed_and_its_pictures_are_fetched(ask):
    told = ask(Delivery(no_store=True))
    assert Submitted in told.kinds
    assert isinstance(told.events[-1], Finished)


def test_a_picture_that_is_gone_with_its_record_is_told_as_gone(ask):
    gone = says(404, {"detail": "no such file"})
    no_record = says(404, {"detail": "Request not found"})
    faults = [("picture", gone)] * 5
    told = ask(Delivery(no_store=True), *faults, ("result", says(200, {"images": [{"url": "x"}]})))
    assert told.end is not None
    told = ask(
        Delivery(no_store=True),
        *faults,
        *[("result", lambda exchange: _first_then(exchange, no_record))] * 6,
    )
    assert told.end is not None
    assert told.end.kind == "not_found"
    assert "picture" in told.end.message


async def _first_then(exchange, then):
    """The result once, and then no more."""
    if not exchange.service.seen("result"):
        await exchange.read()
        exchange.note()
        await exchange.answer(200, exchange.service.output())
    else:
        await then(exchange)
