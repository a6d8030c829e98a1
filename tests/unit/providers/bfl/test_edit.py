"""What is sent for an edit, and what is refused before it is sent."""

import base64
import json
from dataclasses import replace

import pytest

from kontext_studio.core.delivery import Delivery
from kontext_studio.core.errors import BadRequest
from kontext_studio.core.images import ImageRef, Sha256
from kontext_studio.core.provider import (
    Finished,
    HostedUrl,
    InputPicture,
    RemoteDone,
    Running,
    Sending,
    Submitted,
)
from kontext_studio.core.result import Cost
from tests.fakes.bfl_service import KEY
from tests.fakes.fal_service import png
from tests.unit.providers.bfl.conftest import edit
from tests.unit.providers.conftest import Loads, kinds, picture

PRICE = Cost(0.04, "USD", estimated=False)
"""Four credits."""


def test_an_edit_is_sent_once_and_followed_to_its_picture(run, waits, pro):
    events, end, bfl = edit(
        run, waits, pro, seed=11, parameters=(("aspect_ratio", "16:9"), ("safety_tolerance", 0))
    )
    assert end is None
    assert kinds(events) == [Sending, Submitted, Running, Running, RemoteDone, Finished]
    assert events[0] == Sending(())
    assert events[1] == Submitted(replace(bfl.remote("run-1"), cost=PRICE))
    assert events[2:4] == [Running(None), Running(0.5)]
    (submit,) = bfl.seen("submit")
    assert submit.path == "/v1/flux-kontext-pro"
    assert submit.headers["x-key"] == KEY
    assert "authorization" not in submit.headers
    assert submit.json() == {
        "prompt": "Make the car red",
        "input_image": base64.b64encode(png()).decode(),
        "seed": 11,
        "aspect_ratio": "16:9",
        "safety_tolerance": 0,
        "output_format": "png",
    }
    result = events[-1].result
    assert [one.data for one in result.images] == [png(grey=20)]
    assert (result.seed, result.prompt) == (11, "Make the car red")
    assert dict(result.timings) == {"duration": 4.5}


def test_the_price_is_the_one_that_the_service_states_in_credits(run, waits, pro):
    events, _, _ = edit(run, waits, pro)
    assert events[-1].result.cost == PRICE
    events, _, _ = edit(run, waits, pro, service={"foreign": {"cost": None}})
    assert events[-1].result.cost is None


def test_the_key_does_not_go_along_when_the_picture_is_fetched(run, waits, pro):
    *_, bfl = edit(run, waits, pro)
    (fetched,) = bfl.seen("picture")
    assert "x-key" not in fetched.headers
    assert KEY not in str(fetched)


def test_a_picture_is_made_from_text_alone(run, waits, pro):
    events, end, bfl = edit(run, waits, pro, pictures=())
    assert end is None
    assert isinstance(events[-1], Finished)
    assert "input_image" not in bfl.seen("submit")[0].json()


def test_up_to_four_pictures_go_in_their_order_and_each_is_loaded_once(run, waits, pro):
    first, second = Loads(png(grey=1)), Loads(png(grey=2))
    four = (picture(first), picture(second, mark="b"), picture(first), picture(Loads(), mark="c"))
    _, end, bfl = edit(run, waits, pro, pictures=four)
    assert end is None
    body = bfl.seen("submit")[0].json()
    names = ("input_image", "input_image_2", "input_image_3", "input_image_4")
    sent = [base64.b64decode(body[name]) for name in names]
    assert sent == [png(grey=1), png(grey=2), png(grey=1), png()]
    assert (first.times, second.times) == (1, 1)


def test_an_address_that_is_remembered_is_not_passed_on(run, waits, pro):
    load = Loads()
    hosted = HostedUrl("https://delivery.bfl.ai/x.png?sig=1", None)
    *_, bfl = edit(run, waits, pro, pictures=(picture(load, hosted),))
    assert load.times == 1
    assert "delivery" not in bfl.seen("submit")[0].json()["input_image"]


def test_f_api_8_a_picture_of_too_many_pixels_is_refused_unread_at_its_field(run, waits, pro):
    async def load():
        raise AssertionError("it is not read")

    large = InputPicture(ImageRef(Sha256("d" * 64), "image/png", 5000, 4001), load)
    events, end, bfl = edit(run, waits, pro, pictures=(picture(), large))
    assert isinstance(end, BadRequest)
    assert end.field == "input_image_2"
    assert "20.0 megapixels; this service takes 20" in end.message
    assert (events, bfl.ledger) == ([], [])


def test_f_api_8_a_picture_of_too_many_bytes_is_refused_at_its_field(run, waits, pro):
    events, end, bfl = edit(run, waits, pro, pictures=(picture(Loads(b"x" * 20_000_001)),))
    assert isinstance(end, BadRequest)
    assert end.field == "input_image"
    assert (events, bfl.ledger) == ([], [])


def test_the_largest_pictures_that_are_taken_are_sent_whole(run, waits, pro):
    data = b"x" * 20_000_000
    _, end, bfl = edit(run, waits, pro, pictures=(picture(Loads(data)),))
    assert end is None
    assert len(bfl.seen("submit")[0].json()["input_image"]) == 4 * -(-len(data) // 3)


@pytest.mark.parametrize("ratio", ["21:9", "9:21", "1:1", "16:9", "7:3", "42:18"])
def test_a_ratio_within_the_range_may_be_sent(pro, ratio):
    pro.check((("aspect_ratio", ratio),), count=1, inputs=1)


@pytest.mark.parametrize("ratio", ["22:9", "9:22", "1:0", "16x9", "wide", "", "1:1:1", "-1:1"])
def test_a_ratio_outside_the_range_is_refused_with_the_range(pro, ratio):
    with pytest.raises(BadRequest, match="21:9 to 9:21") as refused:
        pro.check((("aspect_ratio", ratio),), count=1, inputs=1)
    assert refused.value.field == "aspect_ratio"


@pytest.mark.parametrize(
    ("name", "value"), [("safety_tolerance", 7), ("safety_tolerance", "2"), ("webhook_url", "x")]
)
def test_other_values_that_the_service_would_refuse_are_stopped_at_their_field(pro, name, value):
    with pytest.raises(BadRequest) as refused:
        pro.check(((name, value),), count=1, inputs=1)
    assert refused.value.field == name


def test_a_webhook_is_told_and_the_run_is_followed_without_a_polling_address(run, waits, pro):
    hook = "https://hooks.example/kontext"
    foreign = {"polling_url": None, "status": "Pending", "webhook_url": hook}
    events, end, bfl = edit(
        run, waits, pro, delivery=Delivery(webhook=hook), service={"foreign": foreign}
    )
    assert end is None
    assert bfl.seen("submit")[0].json()["webhook_url"] == hook
    assert events[1] == Submitted(replace(bfl.remote("run-1"), cost=PRICE))
    assert isinstance(events[-1], Finished)


def test_an_instruction_of_any_characters_comes_through(run, waits, pro):
    text = 'say "yes"\n\\ 日本 \U0001f600'
    *_, bfl = edit(run, waits, pro, instruction=text)
    assert bfl.seen("submit")[0].json()["prompt"] == text


def test_the_answer_that_is_kept_holds_no_key(run, waits, pro):
    events, *_ = edit(run, waits, pro)
    (done,) = [one for one in events if isinstance(one, RemoteDone)]
    assert KEY not in done.answer
    assert json.loads(done.answer)["cost"]["amount"] == 0.04
