"""Runs that are waited for, streamed, or asked for in a special way, through a server proxy."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from kontext_studio.core.delivery import Delivery, Priority, Way
from kontext_studio.core.errors import ContentBlocked, OutcomeUnknown, Refused, Unauthorized
from kontext_studio.core.provider import Finished, Preview, RemoteDone, Sending
from kontext_studio.core.route import RouteMode
from kontext_studio.providers.limits import Limits
from tests.fakes.fal_proxy import PATH, FalProxy
from tests.fakes.fal_service import ENDPOINT, KEY, FalService, drops, png, says
from tests.fakes.fal_stream_faults import breaks_after
from tests.fakes.serving import serving
from tests.unit.providers.conftest import Loads, end_of, picture, provider_for, request_for
from tests.unit.providers.fal.conftest import HOSTED

STEPS = {Way.SYNC: "run", Way.STREAM: "live"}
QUIRKS = pytest.mark.parametrize("quirk", [False, True], ids=["plain", "express quirk"])
WAYS = pytest.mark.parametrize("way", STEPS, ids=lambda way: way.value)


@asynccontextmanager
async def standing(proxy):
    served = serving(proxy.app())
    try:
        yield (await asyncio.to_thread(served.__enter__)).origin
    finally:
        await asyncio.to_thread(served.__exit__, None, None, None)


@pytest.fixture
def through(run, waits, dev):
    """One edit through the proxy double; the program has no key."""

    def edit(delivery, *faults, quirk=False, allowed=("/**",), limits=None, one=None, **proxy):
        async def story():
            async with FalService() as fal:
                for step, fault in faults:
                    fal.fault(step, fault)
                patterns = tuple(f"127.0.0.1:{fal.port}{path}" for path in allowed)
                held = FalProxy(KEY, patterns, express_quirk=quirk, **proxy)
                async with standing(held) as origin:
                    access = fal.access(
                        key=None, mode=RouteMode.SERVER_PROXY, address=f"{origin}{PATH}"
                    )
                    async with provider_for(access, waits, limits) as provider:
                        given = one or picture(hosted=HOSTED)
                        events, end = await end_of(
                            provider.edit(request_for(given), dev, (given,), delivery)
                        )
                return events, end, fal, held

        return run(story())

    return edit


@QUIRKS
@WAYS
def test_a_run_on_its_connection_goes_through_a_proxy(through, way, quirk):
    events, end, fal, proxy = through(Delivery(way, keep_s=600, no_store=True), quirk=quirk)
    assert end is None
    previews = [Preview, Preview] if way is Way.STREAM else []
    assert [type(event) for event in events] == [Sending, *previews, RemoteDone, Finished]
    ((method, target, headers, _),) = proxy.asked
    suffix = "/stream" if way is Way.STREAM else ""
    assert (method, target) == ("POST", f"{fal.origin}/run/{ENDPOINT}{suffix}")
    assert "authorization" not in headers
    # What is asked for in headers arrives: proxies pass x-fal-* on.
    (post,) = fal.seen(STEPS[way])
    assert post.headers["x-fal-store-io"] == "0"
    assert "600" in post.headers["x-fal-object-lifecycle-preference"]


@QUIRKS
def test_all_that_was_chosen_of_a_queued_run_goes_through_a_proxy(through, quirk):
    hook = "https://studio.example/told?by=fal"
    chosen = Delivery(Way.QUEUE, Priority.LOW, 30, 7200, no_store=True, webhook=hook)
    events, end, fal, _ = through(chosen, quirk=quirk)
    assert end is None
    assert isinstance(events[-1], Finished)
    (submit,) = fal.seen("submit")
    assert submit.path.endswith("?fal_webhook=https%3A%2F%2Fstudio.example%2Ftold%3Fby%3Dfal")
    told = {name for name in submit.headers if name.startswith("x-fal-")}
    assert told >= {
        "x-fal-queue-priority",
        "x-fal-request-timeout",
        "x-fal-store-io",
        "x-fal-object-lifecycle-preference",
    }


def problem(kind):
    return {"detail": [{"loc": ["body", "prompt"], "msg": "No.", "type": kind}]}


@QUIRKS
@WAYS
def test_what_the_service_said_is_heard_through_a_proxy(through, way, quirk):
    rules = says(422, problem("content_policy_violation"))
    _, end, _, _ = through(Delivery(way), (STEPS[way], rules), quirk=quirk)
    assert type(end) is ContentBlocked
    nobody = says(401, {"detail": "No user found for Key ID and Secret"})
    _, end, _, _ = through(Delivery(way), (STEPS[way], nobody), quirk=quirk)
    assert type(end) is Unauthorized


@WAYS
def test_what_the_proxy_says_itself_is_no_word_of_the_service(through, way):
    events, end, fal, _ = through(Delivery(way), allowed=("/elsewhere/**",))
    assert type(end) is Refused
    assert end.charged == "no"
    assert fal.ledger == []
    _, end, _, _ = through(Delivery(way), sign_in=("x-app", "t"))
    assert type(end) is Unauthorized
    assert [type(event) for event in events] == [Sending]


@QUIRKS
@WAYS
def test_f_net_5_a_proxy_that_loses_the_service_leaves_the_run_unknown(through, way, quirk):
    _, end, fal, _ = through(Delivery(way), (STEPS[way], drops()), quirk=quirk)
    assert isinstance(end, OutcomeUnknown)
    assert len(fal.seen(STEPS[way])) == 1


def test_f_net_14_a_stream_that_breaks_behind_a_proxy_leaves_the_run_unknown(through, expect_log):
    expect_log("Exception in ASGI application")  # how the proxy's server breaks off as well
    frame = {"images": [{"url": "data:image/png;base64,iVBORw0KGgo="}]}
    events, end, _, _ = through(Delivery(Way.STREAM), ("live", breaks_after([frame])))
    assert isinstance(end, OutcomeUnknown)
    assert [type(event) for event in events] == [Sending, Preview]


def test_f_api_8_the_shipped_proxy_passes_no_uploads_in_parts_on(through):
    shipped = ("/run/**", "/fal-ai/**", "/storage/upload/initiate?storage_type=fal-cdn-v3")
    limits = Limits(one_put_bytes=100, part_bytes=50)
    large = picture(Loads(bytes(200)))
    _, end, fal, _ = through(Delivery(), allowed=shipped, limits=limits, one=large)
    assert type(end) is Refused
    assert "The proxy passes no picture of this size on." in end.message
    assert fal.ledger == []
    # A smaller one goes the way the shipped proxy knows.
    events, end, fal, _ = through(Delivery(), allowed=shipped, one=picture(Loads(png())))
    assert isinstance(events[-1], Finished)
    assert len(fal.seen("put")) == 1


def test_a_picture_inside_the_request_needs_no_upload_through_the_proxy(through):
    one = picture(Loads(png()))
    events, end, fal, proxy = through(Delivery(inline=True), allowed=("/fal-ai/**",), one=one)
    assert end is None
    assert isinstance(events[-1], Finished)
    assert fal.seen("submit")[0].json()["image_url"].startswith("data:image/png;base64,")
    assert "initiate" not in str([target for _, target, _, _ in proxy.asked])
