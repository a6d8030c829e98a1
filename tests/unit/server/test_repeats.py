"""The same order sent twice under one Idempotency-Key is one request."""

from __future__ import annotations

import pytest

from kontext_studio.server.errors import Denied
from kontext_studio.server.repeats import MOST_REMEMBERED, Repeats
from tests.unit.server.conftest import DATA_URI, MODEL


def order(desk, key: str, instruction: str = "Make it blue", path: str = f"/queue/{MODEL}"):
    body = {"prompt": instruction, "image_url": DATA_URI, "seed": 5}
    return desk.http.post(path, json=body, headers={"idempotency-key": key})


def test_an_order_that_is_sent_again_gets_the_same_request(desk):
    first, second = order(desk, "k-1"), order(desk, "k-1")
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json()["request_id"] == second.json()["request_id"]
    assert second.headers["x-fal-request-id"] == first.headers["x-fal-request-id"]
    desk.ended(first.json())
    third = order(desk, "k-1").json()
    assert third["request_id"] == first.json()["request_id"]
    assert len(desk.engine.requests) == 1


def test_input_that_is_wrong_is_one_request_too(desk):
    ids = {order(desk, "k-2", " ").json()["request_id"] for _ in range(2)}
    assert len(ids) == 1


def test_another_order_under_the_same_key_is_refused(desk):
    order(desk, "k-3")
    answer = order(desk, "k-3", "Make it red")
    assert answer.status_code == 422
    assert answer.json()["error_type"] == "idempotency_key_reused"


def test_without_a_key_or_under_another_one_every_order_counts(desk):
    ids = {desk.submit(seed=5)["request_id"] for _ in range(2)}
    ids |= {order(desk, key).json()["request_id"] for key in ("k-4", "k-5")}
    assert len(ids) == 4


@pytest.mark.parametrize("key", ["", "x" * 300])
def test_a_key_that_is_empty_or_very_long_is_refused(desk, key):
    answer = order(desk, key)
    assert answer.status_code == 422
    assert answer.json()["error_type"] == "idempotency_key_invalid"


def test_old_keys_are_forgotten_one_day():
    repeats = Repeats()
    for number in range(MOST_REMEMBERED + 1):
        repeats.remember("app", f"{number}", b"body", f"id {number}")
    assert repeats.find("app", "0", b"body") is None
    assert repeats.find("app", "1", b"body") == "id 1"
    assert repeats.find("other app", "1", b"body") is None
    with pytest.raises(Denied):
        repeats.find("app", "1", b"another body")
