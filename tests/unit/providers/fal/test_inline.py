"""Pictures inside the request: joined from bytes, beside everything else, and correct."""

import asyncio
import base64
import json
import random

import pytest

from kontext_studio.core.delivery import Delivery, Way
from kontext_studio.core.errors import Refused
from kontext_studio.core.provider import Finished, RemoteDone, Sending, Submitted
from kontext_studio.providers.fal.body import Inside, body_of
from tests.fakes.fal_service import FalService, png, says
from tests.unit.providers.conftest import Loads, picture, provider_for, request_for
from tests.unit.providers.fal.conftest import HOSTED

INLINE = Delivery(inline=True)
MULTI = "fal-ai/flux-pro/kontext/multi"


def picture_in(address):
    head, _, data = address.partition(",")
    return head, base64.b64decode(data, validate=True)


@pytest.mark.parametrize(
    ("way", "step"), [(Way.QUEUE, "submit"), (Way.SYNC, "run"), (Way.STREAM, "live")]
)
def test_a_picture_goes_inside_whatever_the_way_and_nothing_is_uploaded(ask, way, step):
    told = ask(Delivery(way, inline=True), inputs=[picture(Loads(png(), "image/webp"))])
    assert isinstance(told.events[-1], Finished)
    # There is no address of it to be remembered, nor one to look for a lost run by.
    assert told.events[0] == Sending((), waits=way is not Way.QUEUE)
    assert told.fal.seen("initiate") == []
    head, data = picture_in(told.fal.seen(step)[0].json()["image_url"])
    assert (head, data) == ("data:image/webp;base64", png())


def test_what_lies_at_the_service_already_is_passed_on_all_the_same(ask):
    told = ask(INLINE, inputs=[picture(hosted=HOSTED)])
    assert told.fal.seen("submit")[0].json()["image_url"] == HOSTED.url
    assert told.events[0] == Sending((HOSTED.url,))


def test_of_several_pictures_each_goes_its_way_and_the_order_stays(ask):
    load = Loads(png(grey=5))
    inputs = [picture(load, mark="a"), picture(hosted=HOSTED, mark="b"), picture(load, mark="a")]
    told = ask(INLINE, inputs=inputs, model=MULTI)
    urls = told.fal.seen("submit")[0].json()["image_urls"]
    assert [url.partition(",")[0] for url in urls] == [
        "data:image/png;base64",
        HOSTED.url,
        "data:image/png;base64",
    ]
    assert picture_in(urls[2])[1] == png(grey=5)
    assert load.times == 1
    assert told.events[0] == Sending((HOSTED.url,))


def test_a_picture_of_20_mb_arrives_as_it_is(ask):
    data = random.Random(7).randbytes(20_000_001)
    told = ask(INLINE, inputs=[picture(Loads(data))])
    assert isinstance(told.events[-1], Finished)
    (submit,) = told.fal.seen("submit")
    assert int(submit.headers["content-length"]) == len(submit.body)
    assert "transfer-encoding" not in submit.headers
    assert picture_in(submit.json()["image_url"])[1] == data


@pytest.mark.parametrize("size", [0, 1, 2, 3, 3 * 2**18 - 1, 3 * 2**18, 3 * 2**18 + 1])
def test_the_body_is_the_same_as_the_plain_way_makes_it(dev, size):
    data = random.Random(size).randbytes(size)
    request = request_for(
        picture(), instruction='Say "ü"\n', parameters=(("acceleration", "high"),)
    )
    made = json.loads(body_of(request, dev, [Inside(data, "image/png")]))
    url = "data:image/png;base64," + base64.b64encode(data).decode()
    assert made == json.loads(body_of(request, dev, [url]))
    assert made["image_url"] == url


def test_the_loop_goes_on_while_a_body_is_made(run, waits, dev):
    turns = 0

    async def story():
        nonlocal turns

        async def turn():
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0)

        async with FalService() as fal, provider_for(fal, waits) as provider:
            one = picture(Loads(bytes(3_000_000)))
            beside = asyncio.create_task(turn())
            await asyncio.sleep(0)
            before = turns
            events = provider.edit(request_for(one), dev, (one,), INLINE)
            assert isinstance(await anext(events), Sending)
            made = turns - before
            await events.aclose()
            beside.cancel()
            await asyncio.gather(beside, return_exceptions=True)
            return made

    # Loading it did not wait for anything: only where the making is awaited, others have turns.
    assert run(story()) > 0


def test_f_api_8_a_picture_that_is_too_large_for_somebody_on_the_way_is_named(ask):
    told = ask(
        INLINE, ("submit", says(413, b"<html>too big", kind="text/html")), inputs=[picture()]
    )
    assert type(told.end) is Refused
    assert told.end.problems[0].field == "image_url"
    assert len(told.fal.seen("submit")) == 1


def test_a_large_body_is_sent_again_whole_where_the_service_did_not_take_it(ask):
    data = random.Random(1).randbytes(900_000)
    busy = says(429, {"detail": "busy"})
    told = ask(INLINE, ("submit", busy), inputs=[picture(Loads(data))])
    assert Submitted in told.kinds
    first, second = told.fal.seen("submit")
    assert first.body == second.body
    assert RemoteDone in told.kinds
