import asyncio
import os
import random
import sys
from contextlib import aclosing

import pytest

from kontext_studio.core.delivery import Delivery
from kontext_studio.core.errors import Charged, StudioError
from kontext_studio.core.provider import NotAccepted, RemoteDone, Submitted
from kontext_studio.core.route import EMBEDDED, RouteMode
from kontext_studio.core.services import SERVICES
from kontext_studio.providers.limits import Limits
from kontext_studio.providers.retries import Patience
from tests.fakes.fal_service import FalService, says_raw
from tests.faults.network_faults import (
    CALLERS,
    HOSTED,
    NEVER_CONNECTED,
    Caller,
    Stage,
    all_rows,
    click,
    impatient,
)
from tests.faults.test_service_answers import wire_level
from tests.unit.providers.conftest import picture, request_for

ROWS = all_rows()
LONG = bool(os.environ.get("KONTEXT_STUDIO_LONG_TESTS"))
# What another attempt would not mend is not tried again.
ONCE = ("certificate", "network proxy wants")
FREE = ("sign-in page", "redirect")


def test_there_are_25_ways_to_fail():
    assert len(ROWS) == 25
    assert len({name for name, *_ in ROWS}) == 25


SHORT = {
    "no such name",
    "network proxy makes no connection",
    "dropped in the middle of the body",
    "closed before the answer",
    "answer cut",
    "sign-in page",
    "redirect that would keep the body",
    "garbage",
}
"""What every caller is tried with; fal in its queue with all, and with
KONTEXT_STUDIO_LONG_TESTS=1 each of them."""

CLICKS = [
    pytest.param(caller, *row, id=f"{caller.name}-{row[0]}")
    for caller in CALLERS
    for row in ROWS
    if LONG or caller is CALLERS[0] or row[0] in SHORT
]


def test_every_provider_over_each_of_its_routes_is_tried():
    tried = {(one.provider, one.mode) for one in CALLERS}
    # A gateway before a server of one's own, or before OpenAI, is another address of it.
    alone = {"openai", "vllm-omni", "sglang", "litellm", "localai"}
    there_are = {
        (one.word, mode)
        for one in SERVICES
        if one.word != EMBEDDED
        for mode in one.modes
        if one.word not in alone or mode is RouteMode.DIRECT
    }
    assert tried == there_are


COSTS_NOTHING = {"vllm-omni", "sglang", "localai"}
"""Servers of one's own."""


@pytest.mark.parametrize(("caller", "name", "expected", "stage"), CLICKS)
def test_f_net_1_to_8_and_15_to_25_one_click_sends_one_post_or_none(
    tmp_path, monkeypatch, caller: Caller, name: str, expected: int, stage: Stage
):
    # The time that Replicate is asked to wait is part of the request.
    monkeypatch.setattr("kontext_studio.providers.replicate.submit.WAIT_S", 0)
    if name == "connect timeout" and not sys.platform.startswith("linux"):
        pytest.skip("a listener whose queue is full is silent on Linux alone")
    row = asyncio.run(asyncio.wait_for(click(name, expected, stage, tmp_path, caller), 20))
    assert row.posts == expected
    connected = name not in NEVER_CONNECTED
    assert row.attempts == (1 if connected or name.startswith(ONCE) else 3)
    if not connected:
        assert (row.end, row.charged) == ("unreachable", Charged.NO)
    elif name.startswith(FREE):
        assert (row.end, row.charged) == ("bad_answer", Charged.NO)
    else:
        charged = Charged.NO if caller.provider in COSTS_NOTHING else Charged.MAYBE
        assert (row.end, row.charged) == ("outcome_unknown", charged)


@pytest.mark.parametrize("caller", CALLERS, ids=lambda one: one.name)
def test_f_sec_10_hostile_answers_make_no_provider_send_a_run_again(caller: Caller):
    dice = random.Random(caller.name)
    for _ in range(100 if LONG else 8):
        raw = wire_level(dice)
        posts, again, end = asyncio.run(asyncio.wait_for(one_post(caller, raw), 20))
        assert posts == 1 + again, raw
        # A second POST only where the answer in hand says that the first was not taken.
        assert again == 0 or b"429" in raw or b"queue_full" in raw, raw
        assert end is None or isinstance(end, StudioError), raw


async def one_post(caller: Caller, raw: bytes) -> tuple[int, int, StudioError | None]:
    """What came of a run whose POST is answered by this: how many POSTs there were, how often it
    was not taken, and what ended it where it was refused."""

    async def no_wait(_seconds: float) -> None:
        await asyncio.sleep(0)

    async with FalService() as service:
        service.fault("submit", says_raw(raw))
        access = caller.at(service.origin)
        limits = Limits(json_bytes=200_000, result_bytes=400_000)
        provider = impatient(access, limits, Patience(sleep=no_wait))
        one = picture(hosted=HOSTED)
        request = request_for(one, model=caller.model)
        again = 0
        try:
            async with aclosing(
                provider.edit(request, caller.spec(), (one,), Delivery(caller.way))
            ) as events:
                async for event in events:
                    again += isinstance(event, NotAccepted)
                    if isinstance(event, Submitted | RemoteDone):
                        break
        except StudioError as fault:
            return len(service.seen("submit")), again, fault
        finally:
            await provider.close()
        return len(service.seen("submit")), again, None
