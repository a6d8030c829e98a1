import asyncio
import gzip
import zlib

import pytest

from kontext_studio.core.errors import BadAnswer, ConnectionLost, Unreachable
from kontext_studio.core.route import RouteMode
from kontext_studio.providers.client import HttpClient, Limits, NotAStream
from tests.fakes.fal_service import KEY, FalService, hangs, says, says_raw


def asked(run, *faults, limits=None, route=None, call=None):
    """What one call gives, or the fault it ends in; and the service that was asked."""

    async def story():
        async with FalService() as fal:
            fal.fault("other", *faults)
            access = fal.access(**(route or {}))
            defaults = {"queue": fal.origin, "rest": fal.origin}
            client = HttpClient(access, defaults, limits)
            try:
                return await (call or plain_get)(client, fal), fal
            except (BadAnswer, ConnectionLost, Unreachable) as fault:
                return fault, fal
            finally:
                await client.close()

    return run(story())


async def plain_get(client, fal):
    return await client.api("GET", f"{fal.origin}/anything")


def packed(body: bytes, encoding: str) -> tuple[bytes, dict[str, str]]:
    pack = gzip.compress if encoding == "gzip" else zlib.compress
    return pack(body), {"content-encoding": encoding}


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_compressed_answer_is_unpacked(run, encoding):
    body, headers = packed(b'{"a": 1}', encoding)
    answer, fal = asked(run, says(200, body, headers))
    assert answer.json() == {"a": 1}
    assert fal.ledger[0].headers["accept-encoding"] == "identity"


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_an_answer_that_unpacks_into_a_flood_is_stopped_at_the_limit(run, encoding):
    body, headers = packed(b" " * 50_000_000, encoding)
    assert len(body) < 100_000
    fault, _ = asked(run, says(200, body, headers))
    assert isinstance(fault, BadAnswer)
    assert "too large (over 2 MiB)" in fault.message


def test_an_answer_without_a_stated_length_is_stopped_at_the_limit(run):
    raw = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n" + b" " * 3_000_000
    fault, _ = asked(run, says_raw(raw))
    assert isinstance(fault, BadAnswer)
    assert "too large" in fault.message


def test_an_answer_whose_stated_length_is_over_the_limit_is_not_waited_for(run):
    head = b"HTTP/1.1 200 OK\r\ncontent-length: 3000000\r\n\r\n{"
    fault, _ = asked(run, says_raw(head, then_close=False))
    assert isinstance(fault, BadAnswer)
    assert "too large" in fault.message


def test_a_compression_nobody_asked_for_is_refused(run):
    fault, _ = asked(run, says(200, b"x", {"content-encoding": "zstd"}))
    assert isinstance(fault, BadAnswer)


def test_silence_ends_after_the_gap_and_a_drip_after_the_total(run):
    fault, _ = asked(run, hangs(), limits=Limits(gap_s=0.1))
    assert isinstance(fault, ConnectionLost)
    assert "did not answer in time" in fault.message

    async def drips(exchange):
        await exchange.read()
        await exchange.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
        for _ in range(1000):
            await exchange.write(b" ")
            await asyncio.sleep(0.02)

    fault, _ = asked(run, drips, limits=Limits(exchange_s=0.2))
    assert isinstance(fault, ConnectionLost)


@pytest.mark.parametrize(
    "route",
    [
        {},
        {"mode": RouteMode.SERVER_PROXY, "address": "https://proxy.test/p"},
        {"mode": RouteMode.GATEWAY, "address": "https://gateway.test", "hosts": ()},
    ],
    ids=["direct", "server proxy", "gateway"],
)
@pytest.mark.parametrize("url", ["https://evil.test/x", "https://127.0.0.1/x", "file:///x"])
def test_no_call_to_the_service_goes_to_an_address_of_another(run, route, url):
    async def call(client, _fal):
        return await client.api("GET", url)

    fault, fal = asked(run, route=route, call=call)
    # The network of the tests would notice a look-up of any of these names.
    assert isinstance(fault, BadAnswer)
    assert "not its own" in fault.message
    assert fal.ledger == []


def test_the_key_is_for_calls_to_the_service_alone_even_at_its_own_address(run):
    async def call(client, fal):
        await client.api("GET", f"{fal.origin}/x")
        await client.get_picture(f"{fal.origin}/files/x")
        await client.put_picture(f"{fal.origin}/put/x", b"x", "image/png")

    _, fal = asked(run, call=call)
    assert [one.headers.get("authorization") for one in fal.ledger] == [f"Key {KEY}", None, None]


def test_a_whole_answer_in_place_of_a_stream_is_handed_over(run):
    async def call(client, fal):
        async with client.events(f"{fal.origin}/x"):
            raise AssertionError("there is no stream")

    fault, _ = asked(run, says(422, {"detail": "no"}), call=call)
    assert isinstance(fault, NotAStream)
    assert fault.answer.status == 422
    assert fault.answer.json() == {"detail": "no"}
