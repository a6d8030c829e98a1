import asyncio
import dataclasses
import gzip
import zlib

import pytest

from kontext_studio.core.errors import BadAnswer, ConnectionLost, Unreachable
from kontext_studio.core.route import RouteMode
from kontext_studio.providers.client import HttpClient, NotAStream
from kontext_studio.providers.faults import TooLarge
from kontext_studio.providers.limits import MAX_DEPTH, Limits
from kontext_studio.providers.service import KeyHeader, Service
from tests.fakes.fal_service import KEY, FalService, hangs, says, says_raw


def asked(run, *faults, limits=None, route=None, call=None):
    """What one call gives, or the fault it ends in; and the service that was asked."""

    async def story():
        async with FalService() as fal:
            fal.fault("other", *faults)
            access = fal.access(**(route or {}))
            defaults = {"queue": fal.origin, "rest": fal.origin}
            client = HttpClient(
                access, Service("fal", "fal.ai", defaults, key=KeyHeader(prefix="Key ")), limits
            )
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
def test_f_net_23_an_answer_that_unpacks_into_a_flood_is_stopped_at_the_limit(run, encoding):
    body, headers = packed(b" " * 50_000_000, encoding)
    assert len(body) < 100_000
    fault, _ = asked(run, says(200, body, headers))
    assert isinstance(fault, BadAnswer)
    assert "too large (over 2 MiB)" in fault.message


def test_f_sec_10_an_answer_without_a_stated_length_is_stopped_at_the_limit(run):
    raw = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n" + b" " * 3_000_000
    fault, _ = asked(run, says_raw(raw))
    assert isinstance(fault, BadAnswer)
    assert "too large" in fault.message


def test_f_sec_10_an_answer_whose_stated_length_is_over_the_limit_is_not_waited_for(run):
    head = b"HTTP/1.1 200 OK\r\ncontent-length: 3000000\r\n\r\n{"
    fault, _ = asked(run, says_raw(head, then_close=False))
    assert isinstance(fault, BadAnswer)
    assert "too large" in fault.message


def test_a_compression_nobody_asked_for_is_refused(run):
    fault, _ = asked(run, says(200, b"x", {"content-encoding": "zstd"}))
    assert isinstance(fault, BadAnswer)


def test_f_sec_10_silence_ends_after_the_gap_and_a_drip_after_the_total(run):
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


def headed(lines: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n" + lines + b"\r\n{}"


@pytest.mark.parametrize(
    ("count", "taken"), [(6_000, True), (7_000, False), (30_000, False)], ids=["60", "70", "300"]
)
def test_f_net_24_headers_are_taken_up_to_64_kib(run, count, taken):
    answer, _ = asked(run, says_raw(headed(b"x-pad: y\r\n" * count)))
    if taken:
        assert answer.json() == {}
    else:
        assert isinstance(answer, TooLarge)
        assert "too large" in answer.message


def test_f_net_24_headers_without_an_end_are_stopped(run):
    raw = b"HTTP/1.1 200 OK\r\n" + b"x-pad: " + b"y" * 400_000
    fault, _ = asked(run, says_raw(raw, then_close=False))
    assert isinstance(fault, TooLarge)


NONSENSE = {
    "garbage": b"\x16\x03\x01garbage\r\n\r\n",
    "another protocol": b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
    "two lengths": b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n{}",
    "a length that is no number": b"HTTP/1.1 200 OK\r\ncontent-length: many\r\n\r\n{}",
    "a negative length": b"HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n{}",
    "a chunk that is no number": b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}",
    "a status that is no number": b"HTTP/1.1 okay\r\n\r\n",
    "a header without a name": b"HTTP/1.1 200 OK\r\n: x\r\n\r\n",
    "a broken compression": (
        b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\n\x00\x01\x02\x03"
    ),
}


@pytest.mark.parametrize("raw", NONSENSE.values(), ids=NONSENSE.keys())
def test_f_net_25_what_is_no_http_makes_no_sense(run, raw):
    fault, _ = asked(run, says_raw(raw))
    assert type(fault) is BadAnswer
    assert "makes no sense" in fault.message


def test_a_connection_that_ends_early_is_lost_and_not_nonsense(run):
    half = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"
    for raw in (b"", b"HTTP/1.1 200 OK\r\nx", half):
        fault, _ = asked(run, says_raw(raw))
        assert isinstance(fault, ConnectionLost)


def test_f_net_20_after_every_connection_was_dropped_the_next_call_makes_its_own(run):
    async def call(client, fal):
        await plain_get(client, fal)
        for writer in fal._talking.values():
            writer.transport.abort()
        try:
            await plain_get(client, fal)
        except ConnectionLost:
            pass
        return await plain_get(client, fal)

    answer, _ = asked(run, call=call)
    assert answer.status == 404


def test_all_limits_stand_in_one_place():
    assert dataclasses.asdict(Limits()) == {
        "connect_s": 10,
        "gap_s": 30,
        "exchange_s": 60,
        "run_s": 900,
        "one_put_bytes": 90 * 2**20,
        "part_bytes": 10 * 2**20,
        "picture_s": 300,
        "json_bytes": 2 * 2**20,
        "result_bytes": 96 * 2**20,
        "picture_bytes": 64 * 2**20,
        "events_bytes": 16 * 2**20,
        "header_bytes": 64 * 2**10,
        "redirects": 3,
        "least_bytes_per_s": 4096,
        "slow_window_s": 30,
        "next_address_s": 0.25,
    }
    assert MAX_DEPTH == 32


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
def test_f_sec_2_no_call_to_the_service_goes_to_an_address_of_another(run, route, url):
    async def call(client, _fal):
        return await client.api("GET", url)

    fault, fal = asked(run, route=route, call=call)
    # The network of the tests would notice a look-up of any of these names.
    assert isinstance(fault, BadAnswer)
    assert "not its own" in fault.message
    assert fal.ledger == []


def test_f_sec_2_the_key_is_for_calls_to_the_service_alone_even_at_its_own_address(run):
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
