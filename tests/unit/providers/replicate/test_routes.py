"""The same provider over a gateway: where the bytes go and who holds the key."""

import pytest

from kontext_studio.core.provider import Finished, Submitted, Uploaded
from kontext_studio.core.route import RouteMode
from kontext_studio.providers.replicate.files import INLINE_BYTES
from tests.fakes.fal_service import png
from tests.fakes.replicate_service import KEY, ReplicateService
from tests.unit.providers.conftest import NOW, Loads, end_of, picture, request_for
from tests.unit.providers.replicate.conftest import replicate_over

REAL = "https://api.replicate.com/v1/predictions/"


def through_gateway(run, waits, dev, *, path="", foreign=None):
    """One edit with an upload through a gateway that hands out other addresses or not; the
    program's own header signs in there, and the gateway has the key."""

    async def story():
        async with ReplicateService(clock=lambda: NOW, foreign=foreign or {}) as gateway:
            access = gateway.access(
                key=None,
                hosts=(),
                mode=RouteMode.GATEWAY,
                address=f"{gateway.origin}{path}",
                headers=(("authorization", f"Bearer {KEY}"), ("x-team", "blue")),
            )
            one = picture(Loads(png() + b"\0" * INLINE_BYTES))
            async with replicate_over(access, waits) as provider:
                request = request_for(one, model=dev.id)
                events, end = await end_of(provider.edit(request, dev, (one,)))
                (done,) = [event for event in events if isinstance(event, Submitted)]
                await provider.cancel(done.remote)
                return events, end, gateway

    return run(story())


@pytest.mark.parametrize(
    "foreign",
    [
        {},
        {"get": f"{REAL}pred{1:022d}", "cancel": f"{REAL}pred{1:022d}/cancel"},
        {"get": "https://elsewhere.test/x", "cancel": "https://elsewhere.test/y"},
    ],
    ids=["its own addresses", "the service's addresses", "strange addresses"],
)
def test_f_sec_2_every_call_goes_through_the_gateway_whatever_addresses_come(
    run, waits, dev, foreign
):
    events, end, gateway = through_gateway(run, waits, dev, foreign=foreign)
    assert end is None
    assert isinstance(events[0], Uploaded)
    assert isinstance(events[-1], Finished)
    steps = {one.step for one in gateway.ledger}
    assert steps == {"upload", "create", "poll", "picture", "cancel"}
    for seen in gateway.ledger:
        assert ("x-team" in seen.headers) is (seen.step != "picture")


def test_a_key_over_plain_http_goes_to_this_machine_alone(run, waits, dev):
    async def story():
        async with ReplicateService() as replicate:
            access = replicate.access(hosts=(("api", "http://replicate.invalid"),))
            async with replicate_over(access, waits) as provider:
                request = request_for(model=dev.id)
                return await end_of(provider.edit(request, dev, ())), replicate

    (_, end), replicate = run(story())
    assert "plain http" in end.message
    assert replicate.ledger == []
