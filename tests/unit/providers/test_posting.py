"""The one POST that buys a run: where its answer is judged."""

import threading

import pytest

from kontext_studio.core.provider import Sending
from kontext_studio.providers.answers import Answer
from kontext_studio.providers.fal.service import FAL
from kontext_studio.providers.posting import Posted, post_once


@pytest.mark.parametrize(("size", "beside"), [(10, False), (1_000_000, True)])
def test_an_answer_that_carries_its_pictures_is_read_beside_the_loop(run, waits, size, beside):
    async def post(_arrived):
        return Answer(200, {}, b" " * size, "service.test")

    def judge(_answer):
        return threading.get_ident()

    async def story():
        posting = post_once(post, judge, lambda _came: None, FAL, waits.patience())
        return [event async for event in posting], threading.get_ident()

    (sending, posted), loop = run(story())
    assert isinstance(sending, Sending)
    assert isinstance(posted, Posted)
    assert (posted.value != loop) is beside
