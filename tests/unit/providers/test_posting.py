"""The one POST that buys a run: where its answer is judged, the key that it carries, and what a
key-holding proxy of ours says of it."""

import asyncio
import threading

import pytest

from kontext_studio.core.errors import OutcomeUnknown, RateLimited, Unreachable
from kontext_studio.core.provider import NotAccepted, Sending
from kontext_studio.core.route import Route, RouteMode
from kontext_studio.providers.answers import Answer
from kontext_studio.providers.fal.service import FAL
from kontext_studio.providers.posting import Posted, post_once
from kontext_studio.providers.routing import resolve

DIRECT = resolve(Route("x", "fal"), FAL)
PROXIED = resolve(Route("x", "fal", RouteMode.SERVER_PROXY, "https://proxy.test/api"), FAL)
GATEWAY = resolve(Route("x", "fal", RouteMode.GATEWAY, "https://gate.test"), FAL)
KEY = "idempotency-key"


def answer(status=200, **headers):
    return Answer(status, {n.replace("_", "-"): one for n, one in headers.items()}, b"", "s.test")


class Service:
    """Gives these answers, one for each POST, and remembers what the POSTs carried."""

    def __init__(self, *answers):
        self._answers = list(answers)
        self.headers = []
        self.judged_in = 0

    async def __call__(self, arrived, headers):
        self.headers.append(headers)
        one = self._answers.pop(0)
        if isinstance(one, Exception):
            raise one
        arrived.answer = one
        return one

    def judge(self, answer):
        self.judged_in = threading.get_ident()
        return RateLimited("Busy.") if answer.status == 429 else answer.status


def posted(run, waits, service, route=PROXIED):
    """The events of one run."""

    async def story():
        posting = post_once(
            service, service.judge, lambda _came: None, FAL, waits.patience(), route
        )
        return [event async for event in posting]

    return run(story())


@pytest.mark.parametrize(("size", "beside"), [(10, False), (1_000_000, True)])
def test_an_answer_that_carries_its_pictures_is_read_beside_the_loop(run, waits, size, beside):
    service = Service(Answer(200, {}, b" " * size, "service.test"))
    posted(run, waits, service)
    assert (service.judged_in != threading.get_ident()) is beside


@pytest.mark.parametrize("route", [PROXIED, GATEWAY])
def test_every_post_of_a_run_has_the_same_key_which_is_told_before_it_leaves(run, waits, route):
    busy = answer(429)
    service = Service(Unreachable("No."), busy, busy, answer())
    events = posted(run, waits, service, route)
    told = {event.order_key for event in events if isinstance(event, Sending)}
    (key,) = told
    assert len(key) >= 20
    assert service.headers == [{KEY: key}] * 4


def test_another_run_has_another_key(run, waits):
    first, second = Service(answer()), Service(answer())
    for service in (first, second):
        posted(run, waits, service)
    assert first.headers[0][KEY] != second.headers[0][KEY]


def test_a_service_itself_gets_no_key(run, waits):
    service = Service(answer())
    events = posted(run, waits, service, DIRECT)
    assert service.headers == [{}]
    assert events[0] == Sending()


def test_what_never_left_the_proxy_is_sent_again(run, waits):
    service = Service(answer(502, x_kontext_outcome="not-sent"), answer())
    events = posted(run, waits, service)
    assert [type(one) for one in events] == [Sending, NotAccepted, Sending, Posted]
    assert isinstance(events[1].reason, Unreachable)


def test_a_proxy_that_never_gets_through_ends_as_not_sent(run, waits):
    service = Service(*[answer(502, x_kontext_outcome="not-sent")] * 9)
    with pytest.raises(Unreachable, match="Nothing was sent"):
        posted(run, waits, service)
    assert len(service.headers) == 3


@pytest.mark.parametrize("status", [409, 502])
def test_f_api_14_what_the_proxy_does_not_know_is_unknown_and_not_sent_again(run, waits, status):
    service = Service(answer(status, x_kontext_outcome="unknown"), answer())
    with pytest.raises(OutcomeUnknown):
        posted(run, waits, service)
    assert len(service.headers) == 1


@pytest.mark.parametrize("word", ["not-sent", "unknown"])
def test_a_service_itself_is_not_believed_what_only_the_proxy_may_say(run, waits, word):
    service = Service(answer(502, x_kontext_outcome=word))
    assert posted(run, waits, service, DIRECT)[-1] == Posted(502)


def test_a_word_that_is_not_known_says_nothing(run, waits):
    assert posted(run, waits, Service(answer(200, x_kontext_outcome="?")))[-1] == Posted(200)


def test_the_key_is_told_before_the_post_leaves(run, waits):
    service = Service(answer())

    async def story():
        posting = post_once(
            service, service.judge, lambda _came: None, FAL, waits.patience(), PROXIED
        )
        sending = await anext(posting)
        await asyncio.sleep(0)
        before = list(service.headers)
        await posting.aclose()
        assert isinstance(sending, Sending)
        return sending.order_key, before

    key, before = run(story())
    assert key
    assert before == []
