import asyncio
import dataclasses
import datetime
import ipaddress
import socket
import ssl
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from kontext_studio.core.errors import (
    BadAnswer,
    BadRequest,
    Charged,
    NotFound,
    OutcomeUnknown,
    OutOfCredit,
    RateLimited,
    Refused,
    Unauthorized,
    Unreachable,
)
from kontext_studio.core.provider import Finished, HostedUrl, NotAccepted, Sending, Submitted
from kontext_studio.core.route import Access, Route, RouteMode
from kontext_studio.providers.client import Limits
from kontext_studio.providers.fal import FalProvider
from kontext_studio.providers.routing import RouteUnfit
from tests.fakes.fal_service import (
    ENDPOINT,
    FalService,
    cut,
    drops,
    drops_before_reading,
    hangs,
    page,
    says,
    says_raw,
)
from tests.unit.providers.conftest import end_of, picture, provider_for, request_for

HOSTED = HostedUrl("https://v3.fal.media/files/x", None)
QUICK = Limits(gap_s=0.3, exchange_s=0.6)


def edit(run, waits, dev, *faults, limits=None):
    """The events of one edit whose submits meet these faults, what ended it, and the service."""

    async def story():
        async with FalService() as fal, provider_for(fal, waits, limits) as provider:
            fal.fault("submit", *faults)
            one = picture(hosted=HOSTED)
            events, fault = await end_of(provider.edit(request_for(one), dev, (one,)))
            return events, fault, fal

    return run(story())


BIG = b'{"request_id": "x", "pad": "' + b"x" * 3_000_000 + b'"}'
GZIP = "content-encoding: gzip\r\ncontent-length: 4\r\n\r\n\x00\x01\x02\x03"

LOST = {
    "closed before the body": drops_before_reading(),
    "closed after one byte": drops_before_reading(1),
    "closed in the middle of the body": drops_before_reading(60),
    "closed after the body": drops(),
    "no answer": hangs(),
    "half an answer": cut(),
    "an answer that is no json": says(200, b"accepted", kind="text/plain"),
    "an answer without a number": says(200, {"status": "IN_QUEUE"}),
    "an answer of three megabytes": says(200, BIG),
    "garbage instead of a status line": says_raw(b"\x16\x03\x01garbage\r\n\r\n"),
    "two lengths": says_raw(b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n{}"),
    "a broken chunk": says_raw(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n"),
    "a broken compression": says_raw(f"HTTP/1.1 200 OK\r\n{GZIP}".encode("latin-1")),
    "headers without an end": says_raw(b"HTTP/1.1 200 OK\r\n" + b"x-pad: y\r\n" * 40_000),
    "500": says(500, {"detail": "Internal Server Error"}),
    "500 of the queue": says(500, {"detail": "lost", "error_type": "internal_error"}),
    "502 of a gateway": page(502),
    "504 of a gateway": page(504),
    "503 that says nothing": says(503, {"detail": "Service Unavailable"}),
    "503 as a page": page(503),
    "408": says(408, {"detail": "timeout"}),
}


@pytest.mark.parametrize("fault", LOST.values(), ids=LOST.keys())
def test_a_submit_whose_fate_is_not_known_is_sent_once_and_ends_unknown(run, waits, dev, fault):
    events, end, fal = edit(run, waits, dev, fault, limits=QUICK)
    assert isinstance(end, OutcomeUnknown)
    assert end.charged is Charged.MAYBE
    assert len(fal.seen("submit")) == 1
    assert [type(event) for event in events] == [Sending]
    assert waits.asked == []


REFUSED = {
    "400": (says(400, {"detail": "bad header"}), Refused, "refused this request: bad header"),
    "401": (says(401, {"detail": "No user found"}), Unauthorized, "key was not accepted"),
    "402": (says(402, {"detail": "Payment"}), OutOfCredit, "no credit"),
    "403 without credit": (
        says(403, {"detail": "User is locked. Reason: Exhausted balance."}),
        OutOfCredit,
        "The account at fal.ai has no credit",
    ),
    "403": (says(403, {"detail": "Forbidden"}), Unauthorized, f"may not use {ENDPOINT}"),
    "404": (says(404, {"detail": "Application not found"}), NotFound, f"{ENDPOINT} is not offered"),
    "409": (says(409, {"detail": "conflict"}), Refused, "conflict"),
    "413": (says(413, {"detail": "too large"}), Refused, "too large to send"),
    "413 as a page": (page(413), Refused, "too large to send"),
    "422": (
        says(422, {"detail": [{"loc": ["body", "prompt"], "msg": "missing", "type": "missing"}]}),
        Refused,
        "missing",
    ),
    "a sign-in page": (page(200), BadAnswer, "sign-in page"),
    "a page that wants a sign-in": (page(401), Unauthorized, "asks for a sign-in"),
    "a page that knows no such address": (page(404), BadAnswer, "page that says 404"),
    "text of a 400": (says(400, b"no", kind="text/plain"), BadAnswer, "makes no sense"),
}
REDIRECTS = {
    str(code): (
        says(code, b"", {"location": "https://other.test/x"}),
        BadAnswer,
        "to send this request to other.test",
    )
    for code in (301, 302, 307, 308)
}


@pytest.mark.parametrize(
    ("fault", "kind", "words"),
    [*REFUSED.values(), *REDIRECTS.values()],
    ids=[*REFUSED, *REDIRECTS],
)
def test_a_submit_that_was_refused_is_sent_once_and_costs_nothing(
    run, waits, dev, fault, kind, words
):
    events, end, fal = edit(run, waits, dev, fault)
    assert type(end) is kind
    assert words in end.message
    assert end.charged is Charged.NO
    assert len(fal.seen("submit")) == 1
    assert [type(event) for event in events] == [Sending]


BUSY = {
    "429": says(429, {"detail": "Too many requests"}),
    "429 as a page": page(429),
    "429 as text": says(429, b"slow down", kind="text/plain"),
    "503 that says so": says(503, {"detail": "The queue is full, not accepted"}),
    "503 with a time": says(503, {"detail": "Service Unavailable"}, {"retry-after": "2"}),
    "a proxy that lost the status": says(200, {"detail": "slow", "error_type": "rate_limited"}),
}


@pytest.mark.parametrize("fault", BUSY.values(), ids=BUSY.keys())
def test_a_submit_that_was_not_accepted_is_announced_and_sent_again(run, waits, dev, fault):
    events, end, fal = edit(run, waits, dev, fault)
    assert end is None
    assert [type(event) for event in events[:4]] == [Sending, NotAccepted, Sending, Submitted]
    assert isinstance(events[-1], Finished)
    assert events[1].attempt == 1
    assert events[1].retry_in_s == 2.0 == waits.asked[0]
    assert isinstance(events[1].reason, RateLimited)
    assert len(fal.seen("submit")) == 2
    assert fal.sold == 1


def test_the_service_says_how_long_to_wait(run, waits, dev):
    busy = [says(429, {"detail": "busy"}, {"retry-after": text}) for text in ("7", "999999", "x")]
    events, end, _ = edit(run, waits, dev, *busy)
    assert end is None
    told = [event for event in events if isinstance(event, NotAccepted)]
    assert [event.retry_in_s for event in told] == [7.0, 300.0, 8.0]
    reasons = [event.reason for event in told if isinstance(event.reason, RateLimited)]
    assert [reason.retry_after_s for reason in reasons] == [7.0, 999999.0, None]


def test_a_service_that_never_accepts_is_asked_six_times(run, waits, dev):
    busy = says(429, {"detail": "busy"})
    _, end, fal = edit(run, waits, dev, *[busy] * 9)
    assert isinstance(end, RateLimited)
    assert len(fal.seen("submit")) == 6
    assert fal.sold == 0
    assert waits.asked == [2, 4, 8, 16, 32]


def unreachable_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


@pytest.mark.parametrize(
    ("host", "words"),
    [
        (f"http://127.0.0.1:{unreachable_port()}", "127.0.0.1 is not answering"),
        ("https://queue.invalid", "server queue.invalid cannot be found"),
    ],
    ids=["refused", "no such name"],
)
def test_three_attempts_are_made_where_no_connection_comes_about(run, waits, dev, host, words):
    async def story():
        access = FalService().access(hosts=tuple((r, host) for r in ("run", "queue", "rest")))
        async with provider_for(access, waits) as provider:
            one = picture(hosted=HOSTED)
            return await end_of(provider.edit(request_for(one), dev, (one,)))

    events, end = run(story())
    assert type(end) is Unreachable
    assert words in end.message
    assert "Nothing was sent" in end.message
    assert [type(event) for event in events] == [
        Sending,
        NotAccepted,
        Sending,
        NotAccepted,
        Sending,
    ]
    assert waits.asked == [0.5, 2.0]


def test_a_connection_that_comes_about_later_is_used_once(run, waits, dev):
    service = FalService(port=unreachable_port())

    async def service_comes_up(_seconds):
        await service.__aenter__()

    async def story():
        patience = dataclasses.replace(waits.patience(), sleep=service_comes_up)
        provider = FalProvider(service.access(), patience=patience)
        one = picture(hosted=HOSTED)
        events, end = await end_of(provider.edit(request_for(one), dev, (one,)))
        await provider.close()
        await service.__aexit__()
        return events, end

    events, end = run(story())
    assert end is None
    assert [type(event) for event in events[:4]] == [Sending, NotAccepted, Sending, Submitted]
    assert len(service.seen("submit")) == 1


@dataclasses.dataclass
class TlsListener:
    """Answers 401 to one request over TLS with a certificate of its own."""

    folder: Path
    received: list[bytes] = dataclasses.field(default_factory=list)

    async def __aenter__(self):
        self.certificate, key = self_signed(self.folder)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, key)
        self._server = await asyncio.start_server(self._talk, "127.0.0.1", 0, ssl=context)
        self.host = f"https://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_exc):
        self._server.close()

    async def _talk(self, reader, writer):
        self.received.append(await reader.read(65_536))
        writer.write(b"HTTP/1.1 401 No\r\ncontent-length: 2\r\n\r\n{}")
        writer.close()

    async def edit(self, waits, dev, **route):
        hosts = tuple((role, self.host) for role in ("run", "queue", "rest"))
        access = FalService().access(hosts=hosts, **route)
        async with provider_for(access, waits) as provider:
            one = picture(hosted=HOSTED)
            return await end_of(provider.edit(request_for(one), dev, (one,)))


def test_a_certificate_that_is_not_valid_gets_no_byte_and_no_second_try(run, waits, dev, tmp_path):
    async def story():
        async with TlsListener(tmp_path) as listener:
            return listener.received, await listener.edit(waits, dev)

    received, (events, end) = run(story())
    assert isinstance(end, RouteUnfit)
    assert "certificate of 127.0.0.1 is not valid" in end.message
    assert [type(event) for event in events] == [Sending]
    assert b"".join(received) == b""


def test_a_certificate_of_an_added_file_is_trusted(run, waits, dev, tmp_path):
    async def story():
        async with TlsListener(tmp_path) as listener:
            own = await listener.edit(waits, dev, ca_file=str(listener.certificate))
            rubbish = tmp_path / "rubbish.pem"
            rubbish.write_text("no certificate")
            return listener.received, own, await listener.edit(waits, dev, ca_file=str(rubbish))

    received, (_, end), (_, unreadable) = run(story())
    assert isinstance(end, Unauthorized)
    assert received[0].startswith(f"POST /{ENDPOINT} ".encode())
    assert isinstance(unreadable, RouteUnfit)
    assert "rubbish.pem cannot be read" in unreadable.message
    assert len(received) == 1


def self_signed(folder):
    """A certificate for 127.0.0.1 that nobody has signed but itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = datetime.datetime.now(datetime.UTC)
    day = datetime.timedelta(days=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - day)
        .not_valid_after(now + day)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False
        )
        .sign(key, hashes.SHA256())
    )
    certificate, private = folder / "cert.pem", folder / "key.pem"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return certificate, private


def test_a_route_whose_addresses_cannot_be_used_is_refused_when_it_is_made():
    for route in (
        Route("x", "fal", hosts=(("queue", "queue.fal.run"),)),
        Route("x", "fal", mode=RouteMode.GATEWAY),
        Route("x", "fal", mode=RouteMode.SERVER_PROXY, address="https://user:pw@proxy.test"),
    ):
        with pytest.raises(BadRequest):
            FalProvider(Access(route))
