"""Whatever a service answers, the program neither falls nor hangs, and knows what it does not know.

Names carry the rows of the failure catalogue; single answers stand beside the code that reads them.
"""

import asyncio
import gc
import json
import random
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing

import pytest

from kontext_studio.core.errors import OutcomeUnknown, StudioError
from kontext_studio.core.jobs import RemoteHandle
from kontext_studio.core.provider import (
    Finished,
    HostedUrl,
    JobEvent,
    NotAccepted,
    Queued,
    Submitted,
    Trouble,
)
from kontext_studio.providers.answers import Answer, shown
from kontext_studio.providers.fal import FalProvider
from kontext_studio.providers.fal.errors import complaint_in, fault_of, passing
from kontext_studio.providers.fal.service import FAL
from kontext_studio.providers.fal.submit import _judged
from kontext_studio.providers.limits import Limits
from kontext_studio.providers.results import _promised, _value, reduced
from kontext_studio.providers.retries import Patience
from tests.fakes.fal_service import (
    ENDPOINT,
    FalService,
    cut,
    drops,
    page,
    png,
    says,
    says_raw,
)
from tests.faults.network_faults import model
from tests.unit.providers.conftest import picture, request_for

HOSTED = HostedUrl("https://v3.fal.media/files/x", None)
SMALL = Limits(json_bytes=200_000, result_bytes=400_000)

GOOD = [
    {"status": "IN_QUEUE", "request_id": "run-1", "status_url": "https://queue.fal.run/x"},
    {"status": "IN_PROGRESS", "logs": [{"message": "half way"}], "progress": 0.5},
    {"status": "COMPLETED", "error": "x", "error_type": "internal_error"},
    {"images": [{"url": "https://v3.fal.media/a", "file_size": 9}], "seed": 7, "timings": {"a": 1}},
    {"images": [{"url": "data:image/png;base64,AAAA"}], "has_nsfw_concepts": [True]},
    {"detail": [{"loc": ["body", "prompt"], "msg": "no", "type": "missing", "ctx": {"a": 1}}]},
    {"detail": "User is locked. Exhausted balance.", "error_type": "unauthorized"},
    "Invalid request",
]
TOKENS = [
    b"NaN", b"-Infinity", b"1e999", b"9" * 5000, b"null", b"true", b'""', b"[]", b"{}", b"]" * 9,
    b"\xef\xbb\xbf", b"\\ud800", b"\\u0000", b"\xff\xfe", b"\0", b"[" * 40, b'{"a":' * 40,
    b'"images":', b'"detail":', b'"error_type":', b'"a":1,"a":2,', b"<html>", b"\x1b[2J",
    b"1" + b"0" * 400,
]  # fmt: skip


def mangled(dice: random.Random) -> bytes:
    """A good body with a few things done to it."""
    body = bytearray(json.dumps(dice.choice(GOOD)).encode())
    for _ in range(dice.randrange(1, 6)):
        place = dice.randrange(len(body) + 1)
        match dice.randrange(5):
            case 0:
                body[place:place] = dice.choice(TOKENS)
            case 1:
                del body[place : place + dice.randrange(1, 12)]
            case 2:
                body[place : place + 1] = bytes([dice.randrange(256)])
            case 3:
                del body[place:]
            case 4:
                body[place:place] = body[: dice.randrange(60)]
    return bytes(body)


def read_in_every_way(answer: Answer) -> None:
    """What the program does with an answer at each step of a run; faults are ours alone."""
    for read in (_as_submit, _as_call, _as_result):
        told = None
        try:
            read(answer)
        except StudioError as fault:
            told = fault
        if told is not None:
            assert told.message
            assert len(told.message) < 700
            assert "\x1b" not in told.message + told.detail
            assert "\0" not in told.message + told.detail


def _as_submit(answer: Answer) -> None:
    _judged(answer, FAL, ENDPOINT, "https://queue.fal.run")


def _as_call(answer: Answer) -> None:
    said = complaint_in(answer, answer.json())
    if said is not None:
        for fault in (passing(said, FAL), fault_of(said, FAL, ran=said.ends("run-1"))):
            assert fault.message
            raise fault


def _as_result(answer: Answer) -> None:
    value = answer.json()
    for kept in (json.dumps(value), reduced(value) if isinstance(value, dict) else "{}"):
        for one in _promised(_value(kept, FAL), FAL):
            assert len(shown(one.url)) <= 300


def test_f_api_32_ten_thousand_mangled_bodies_are_read_or_make_no_sense():
    dice = random.Random(20261121)
    statuses = (200, 200, 202, 400, 401, 403, 404, 422, 429, 500, 503)
    slowest = 0.0
    for _ in range(10_000):
        body = mangled(dice)
        answer = Answer(dice.choice(statuses), {"content-type": "application/json"}, body, "x")
        begun = time.process_time()
        read_in_every_way(answer)
        slowest = max(slowest, time.process_time() - begun)
    assert slowest < 5.0


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 1_000_000,
        b'{"a":' * 400_000,
        b"[" * 500_000 + b"]" * 500_000,
        b'"' + b"\\" * 1_000_000,
        b'{"' + b"a" * 2_000_000,
        b"[" + b"1," * 900_000 + b"1]",
        b"9" * 2_000_000,
        b'{"detail": "' + b"data:image/png;base64," * 80_000 + b'"}',
        b'{"detail": "' + b"http://" * 250_000 + b'"}',
        b'{"detail": "' + b"Key " * 400_000 + b'"}',
        b'{"detail": [' + b'{"loc": ["body"], "msg": "x", "type": "y"},' * 40_000 + b"{}]}",
        b'{"images": [' + b'{"url": "x"},' * 100_000 + b"{}]}",
    ],
    ids=[
        "open brackets", "open objects", "deep", "backslashes", "an endless name", "many numbers",
        "a long number", "many pictures", "many addresses", "many keys", "many problems",
        "many images",
    ],
)  # fmt: skip
def test_f_api_32_the_largest_bodies_take_no_time(body):
    begun = time.process_time()
    read_in_every_way(Answer(422, {}, body, "x"))
    assert time.process_time() - begun < 5.0


class Waits:
    """Sleeps that do not; after `most` of them the story is over."""

    def __init__(self, most: int = 10**9) -> None:
        self.seconds = 0.0
        self.count = 0
        self.most = most

    async def __call__(self, seconds: float) -> None:
        self.seconds += seconds
        self.count += 1
        if self.count > self.most:
            raise Enough
        await asyncio.sleep(0)


def nothing(_fal: FalService) -> None:
    """No fault to prepare."""


class Enough(Exception):
    pass


Follow = Callable[[FalProvider, FalService], AsyncGenerator[JobEvent]]


def story(follow: Follow, prepare: Callable[[FalService], None], waits: Waits | None = None, **is_):
    """The events of one run, what ended it, and the service."""
    waits = waits or Waits()

    async def told():
        async with FalService(**is_) as fal:
            prepare(fal)
            patience = Patience(sleep=waits, random=lambda: 0.5)
            provider = FalProvider(fal.access(), limits=SMALL, patience=patience)
            events: list[JobEvent] = []
            try:
                async with aclosing(follow(provider, fal)) as stream:
                    async for event in stream:
                        events.append(event)
            except (StudioError, Enough) as fault:
                return events, fault, fal
            finally:
                await provider.close()
            return events, None, fal

    result = asyncio.run(asyncio.wait_for(told(), 60))
    gc.collect(1)
    return result


def whole_edit(provider: FalProvider, _fal: FalService) -> AsyncGenerator[JobEvent]:
    one = picture(hosted=HOSTED)
    return provider.edit(request_for(one), model(), (one,))


def resumed(provider: FalProvider, fal: FalService) -> AsyncGenerator[JobEvent]:
    return provider.resume(fal.remote("run-1"))


def wire_level(dice: random.Random) -> bytes:
    """An answer whose head may be as wrong as its body."""
    body = mangled(dice)
    first = dice.choice(
        [b"HTTP/1.1 200 OK", b"HTTP/1.1 500 X", b"HTTP/1.0 200 OK", b"HTTP/9.9 200", b"\x16\x03"]
    )
    length = dice.choice([len(body), len(body) + 5, 0, -1])
    heads = [
        f"content-length: {length}".encode(),
        b"transfer-encoding: chunked",
        b"content-encoding: gzip",
        b"content-type: text/html",
        b"connection: close",
        b"x: " + b"y" * dice.choice([10, 70_000, 120_000]),
        b"bad header",
        b"retry-after: " + dice.choice([b"5", b"-1", b"soon", b"Thu, 01 Jan 1970 00:00:00 GMT"]),
    ]
    head = b"\r\n".join([first, *dice.sample(heads, dice.randrange(4))])
    raw = head + b"\r\n\r\n" + body
    return raw[: dice.randrange(len(raw))] if dice.random() < 0.2 else raw


def test_f_sec_10_200_hostile_answers_to_a_submit_are_never_sent_twice():
    dice = random.Random(1)
    for _ in range(200):
        raw = wire_level(dice)

        def prepare(fal: FalService, raw: bytes = raw) -> None:
            fal.fault("submit", says_raw(raw))

        events, end, fal = story(whole_edit, prepare)
        again = sum(isinstance(event, NotAccepted) for event in events)
        assert len(fal.seen("submit")) == 1 + again, raw
        # A second POST only where the answer in hand says that the first was not taken.
        assert again == 0 or b"429" in raw or b"queue_full" in raw, raw
        if end is None:
            assert any(isinstance(event, Submitted) for event in events), raw
        else:
            assert isinstance(end, StudioError), raw
            assert isinstance(end, OutcomeUnknown) or fal.sold == 0, raw


@pytest.mark.parametrize("step", ["stream", "status", "result", "picture"])
def test_f_sec_10_hostile_answers_on_the_way_never_lose_a_picture(step):
    dice = random.Random(step)
    for _ in range(8):
        raws = [wire_level(dice) for _ in range(12)]
        # Answers that say of themselves that the run has failed are the service's own word.
        raws = [raw for raw in raws if b"error_type" not in raw and b"detail" not in raw]
        raws = [raw for raw in raws if b"COMPLETED" not in raw and b"images" not in raw]

        def prepare(fal: FalService, raws: list[bytes] = raws) -> None:
            fal.fault(step, *map(says_raw, raws))

        events, end, _ = story(resumed, prepare, streams=step == "stream")
        assert end is None, raws
        assert isinstance(events[-1], Finished), raws


def test_f_net_9_two_hundred_mixed_faults_and_then_the_picture():
    kinds = [
        drops(),
        cut(),
        page(200),
        page(502),
        says(503, {"detail": "x"}),
        says(401, {"detail": "No user found"}),
        says(429, {"detail": "x"}),
        says(200, b"[" * 1000),
        says_raw(b"rubbish\r\n\r\n"),
        says(302, b"", {"location": "https://other.test"}),
    ]
    waits = Waits()
    dice = random.Random(9)

    def prepare(fal: FalService) -> None:
        for step in ("status", "result", "picture"):
            # A picture's redirect is followed, and would lead out of this machine.
            able = kinds[:-1] if step == "picture" else kinds
            fal.fault(step, *(dice.choice(able) for _ in range(67)))

    events, end, _ = story(resumed, prepare, waits, streams=False)
    assert end is None
    assert isinstance(events[-1], Finished)
    assert sum(isinstance(event, Trouble) and event.reason is not None for event in events) == 201
    # Ten quick attempts at each call, then one a minute: no service is hammered.
    assert waits.seconds > 3 * 57 * 60


@pytest.mark.parametrize("step", ["status", "result", "picture"])
def test_f_net_16_a_sign_in_page_on_the_way_of_a_run_is_named_and_waited_out(step):
    events, end, _ = story(resumed, lambda fal: fal.fault(step, *[page(200)] * 15), streams=False)
    assert end is None
    reasons = [event.reason for event in events if isinstance(event, Trouble) and event.reason]
    assert len(reasons) == 15
    words = "not a picture" if step == "picture" else "sign-in page"
    assert all(words in reason.message for reason in reasons)


def test_f_api_26_a_queue_that_does_not_move_ends_nothing():
    waits = Waits(most=800)
    statuses = [{"status": "IN_QUEUE", "queue_position": 3}]
    events, end, fal = story(resumed, nothing, waits, streams=False, statuses=statuses)
    assert isinstance(end, Enough)
    assert events == [Queued(3)]
    assert len(fal.seen("status")) == 801
    assert waits.seconds > 700


@pytest.mark.parametrize("finished", [True, False])
def test_f_cancel_2_a_run_that_was_asked_to_stop_is_followed_to_whichever_end(finished):
    async def told():
        stopped = {} if finished else {"error": "cancelled", "error_type": "client_cancelled"}
        statuses: list[Mapping[str, object]] = [
            {"status": "IN_PROGRESS", "logs": None},
            {"status": "COMPLETED", **stopped},
        ]
        result = None if finished else {"detail": "cancelled", "error_type": "client_cancelled"}
        status = 200 if finished else 499
        async with FalService(
            streams=False, statuses=statuses, result=result, result_status=status
        ) as fal:
            patience = Patience(sleep=Waits(), random=lambda: 0.5)
            provider = FalProvider(fal.access(), patience=patience)
            stream = provider.resume(fal.remote("run-1"))
            await anext(stream)
            answer = await provider.cancel(fal.remote("run-1"))
            try:
                rest = [event async for event in stream]
            except StudioError as fault:
                return answer, fault
            finally:
                await provider.close()
            return answer, rest[-1]

    answer, end = asyncio.run(told())
    assert answer.accepted
    assert isinstance(end, Finished) if finished else "cancelled at the service" in str(end)


def test_f_cancel_1_a_cancel_that_comes_too_late_leaves_the_picture():
    async def told():
        async with FalService(cancel_status="ALREADY_COMPLETED") as fal:
            provider = FalProvider(fal.access(), patience=Patience(sleep=Waits()))
            answer = await provider.cancel(fal.remote("run-1"))
            events = [event async for event in provider.resume(fal.remote("run-1"))]
            await provider.close()
            return answer, events

    answer, events = asyncio.run(told())
    assert answer.already_finished
    assert isinstance(events[-1], Finished)


def test_f_api_24_what_a_result_says_of_its_sizes_changes_nothing():
    async def told():
        async with FalService() as fal:
            fal.pictures["one"] = png(8, 8)
            url = f"{fal.origin}/files/one"
            said = {"url": url, "width": 1024, "height": -5, "file_size": True}
            provider = FalProvider(fal.access(), patience=Patience(sleep=Waits()))
            events = [event async for event in provider.collect(json.dumps({"images": [said]}))]
            await provider.close()
            return events

    (finished,) = asyncio.run(told())
    assert isinstance(finished, Finished)
    assert finished.result.images[0].data == png(8, 8)


def test_f_sec_2_a_run_of_another_service_is_not_asked_for():
    handle = RemoteHandle("1", "https://evil.test/s", "https://evil.test/r", "https://evil.test/c")
    events, end, fal = story(lambda provider, _fal: provider.resume(handle), nothing)
    assert isinstance(end, StudioError)
    assert events == []
    assert fal.ledger == []
