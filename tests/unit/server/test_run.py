import base64
import json
import time

import httpx
import pytest

from tests.fakes.fal_service import png
from tests.unit.server.conftest import MODEL


def frames(response: httpx.Response) -> list[dict]:
    return [json.loads(line[6:]) for line in response.text.splitlines() if line.startswith("data")]


def test_a_synchronous_run_answers_with_the_output(desk):
    answer = desk.post(f"/run/{MODEL}", seed=3)
    assert answer.status_code == 200
    assert answer.headers["x-fal-request-id"]
    image = answer.json()["images"][0]
    assert desk.http.get(image["url"]).content == png(grey=3)


def test_sync_mode_puts_the_pictures_into_the_answer(desk):
    output = desk.post(f"/run/{MODEL}", seed=3, sync_mode=True).json()
    head, _, data = output["images"][0]["url"].partition(",")
    assert head == "data:image/png;base64"
    assert base64.b64decode(data) == png(grey=3)


def test_a_seed_of_64_bits_stays_whole(desk):
    assert desk.post(f"/run/{MODEL}", seed=2**64 - 1).json()["seed"] == 2**64 - 1
    assert desk.engine.requests[0].seed == 2**64 - 1


def test_a_run_without_a_seed_gets_one_and_tells_it(desk):
    seeds = {desk.post(f"/run/{MODEL}").json()["seed"] for _ in range(3)}
    assert len(seeds) == 3
    assert all(isinstance(seed, int) and 0 <= seed < 2**31 for seed in seeds)


def test_each_picture_has_its_seed_beside_the_one_that_fal_answers(desk):
    output = desk.post(f"/run/{MODEL}", seed=7, num_images=3).json()
    assert output["seed"] == 7
    assert output["seeds"] == [7, 8, 9]
    assert all("seed" not in image for image in output["images"])


def test_a_refusal_of_a_run_has_its_status(desk):
    answer = desk.post(f"/run/{MODEL}", "rules")
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["type"] == "content_policy_violation"


def test_a_stream_shows_before_and_after_and_ends_with_the_output(desk):
    answer = desk.post(f"/run/{MODEL}/stream", seed=5)
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["x-fal-request-id"]
    before, after, output = frames(answer)
    for preview in (before, after):
        assert preview["images"][0]["url"].startswith("data:image/jpeg;base64,")
    assert desk.http.get(output["images"][0]["url"]).content == png(grey=5)
    assert output["seed"] == 5


@pytest.mark.parametrize(("instruction", "status"), [("refuse", 422), ("rules", 422)])
def test_a_stream_that_is_refused_is_an_error_and_no_stream(desk, instruction, status):
    answer = desk.post(f"/run/{MODEL}/stream", instruction)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["detail"]


def submitted_behind(desk, others):
    """A request that waits behind so many others, sent as soon as they are there."""
    while (last := desk.submit("last"))["queue_position"] != others:
        desk.http.put(last["cancel_url"])
    return last


def wait_for(condition):
    until = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < until, "it never came about"
        time.sleep(0.01)


@pytest.mark.parametrize("path", [f"/run/{MODEL}", f"/run/{MODEL}/stream"])
def test_a_caller_who_leaves_stops_the_work(desk, path):
    with desk.calls(path, "wait"):
        assert desk.engine.began.wait(30)
    # The engine is free again, although nobody let the first run end.
    assert desk.post(f"/run/{MODEL}", "next").status_code == 200
    assert [one.instruction for one in desk.engine.requests] == ["wait", "next"]
    assert not desk.engine.may_end.is_set()


def test_a_caller_who_leaves_the_queue_of_runs_is_taken_out_of_it(desk):
    desk.submit("wait")
    assert desk.engine.began.wait(30)
    with desk.calls(f"/run/{MODEL}", "gone"):
        last = submitted_behind(desk, 1)
    wait_for(lambda: desk.http.get(last["status_url"]).json()["queue_position"] == 0)
    desk.engine.may_end.set()
    desk.ended(last)
    assert [one.instruction for one in desk.engine.requests] == ["wait", "last"]
