import pytest

from tests.fakes.fal_service import png
from tests.unit.server.conftest import MODEL


def test_a_request_goes_through_the_queue_to_its_result(desk):
    submitted = desk.submit(seed=9, num_images=2)
    root = f"{desk.served.origin}/queue/{MODEL}/requests/{submitted['request_id']}"
    assert submitted["response_url"] == root
    assert submitted["status_url"] == f"{root}/status"
    assert submitted["cancel_url"] == f"{root}/cancel"
    assert submitted["queue_position"] == 0
    last = desk.ended(submitted)
    assert last["status"] == "COMPLETED"
    assert last["metrics"]["inference_time"] >= 0
    assert "error" not in last
    answer = desk.http.get(root)
    assert answer.headers["x-fal-request-id"] == submitted["request_id"]
    output = answer.json()
    assert output["seed"] == 9
    assert output["has_nsfw_concepts"] == [False, False]
    assert output["prompt"] == "Make it blue"
    assert output["notes"] == ["Nothing was measured."]
    for index, image in enumerate(output["images"]):
        assert (image["width"], image["height"], image["content_type"]) == (4, 4, "image/png")
        got = desk.http.get(image["url"])
        assert got.content == png(grey=9 + index)
        assert got.headers["content-type"] == "image/png"
        assert image["file_size"] == len(got.content)


def test_a_run_is_told_step_by_step_and_its_log_lines_once(desk):
    submitted = desk.submit("wait")
    events = desk.events(submitted["status_url"] + "/stream?logs=1")
    told = [next(events)]
    while told[-1].get("progress") is None:
        told.append(next(events))
    desk.engine.may_end.set()
    told += list(events)
    words = [one["status"] for one in told]
    assert sorted(set(words), key=words.index)[-2:] == ["IN_PROGRESS", "COMPLETED"]
    lines = [entry["message"] for one in told for entry in one.get("logs") or []]
    assert lines == ["looking", "painting"]
    assert all(one["level"] == "INFO" for o in told for one in o.get("logs") or [])


def test_polls_tell_all_log_lines_and_only_where_asked(desk):
    submitted = desk.submit()
    desk.ended(submitted)
    for query, expected in (
        ("?logs=1", ["looking", "painting"]),
        ("?logs=true", ["looking", "painting"]),
        ("?logs=0", None),
        ("?logs=false", None),
        ("", None),
    ):
        status = desk.http.get(submitted["status_url"] + query).json()
        logs = status["logs"]
        assert (logs and [one["message"] for one in logs]) == expected


def test_requests_wait_in_their_order_and_know_their_place(desk):
    first, second, third = (desk.submit("wait", seed=seed) for seed in range(3))
    assert desk.engine.began.wait(30)
    assert desk.http.get(first["status_url"]).status_code == 202
    places = [desk.http.get(one["status_url"]).json() for one in (second, third)]
    assert [one["status"] for one in places] == ["IN_QUEUE", "IN_QUEUE"]
    assert [one["queue_position"] for one in places] == [0, 1]
    desk.engine.may_end.set()
    desk.ended(third)
    assert [request.seed for request in desk.engine.requests] == [0, 1, 2]


def test_a_result_is_not_there_before_the_end(desk):
    submitted = desk.submit("wait")
    answer = desk.http.get(submitted["response_url"])
    assert answer.status_code == 400
    assert "in progress" in answer.json()["detail"]


def test_a_waiting_request_is_cancelled_at_once_and_never_worked_on(desk):
    desk.submit("wait")
    assert desk.engine.began.wait(30)
    waiting = desk.submit("second")
    answer = desk.http.put(waiting["cancel_url"])
    assert (answer.status_code, answer.json()) == (200, {"status": "OK"})
    assert desk.http.get(waiting["response_url"]).status_code == 499
    desk.engine.may_end.set()
    desk.ended(desk.submit("third"))
    assert [one.instruction for one in desk.engine.requests] == ["wait", "third"]


def test_a_running_request_is_stopped_between_two_stages(desk):
    running = desk.submit("wait")
    assert desk.engine.began.wait(30)
    answer = desk.http.put(running["cancel_url"], json={})
    assert (answer.status_code, answer.json()) == (202, {"status": "CANCELLATION_REQUESTED"})
    last = desk.ended(running)
    assert last["error_type"] == "client_cancelled"
    result = desk.http.get(running["response_url"])
    assert (result.status_code, result.json()["error_type"]) == (499, "client_cancelled")


def test_a_finished_request_cannot_be_cancelled(desk):
    submitted = desk.submit()
    desk.ended(submitted)
    answer = desk.http.put(submitted["cancel_url"])
    assert (answer.status_code, answer.json()) == (400, {"status": "ALREADY_COMPLETED"})
    assert desk.http.get(submitted["response_url"]).status_code == 200


def test_an_engines_refusal_keeps_all_its_facts(desk):
    submitted = desk.submit("refuse")
    last = desk.ended(submitted)
    assert last["error_type"] == "unsupported_instruction"
    answer = desk.http.get(submitted["response_url"])
    assert answer.status_code == 422
    assert answer.headers["x-fal-error-type"] == "unsupported_instruction"
    assert answer.headers["x-fal-retryable"] == "false"
    assert answer.headers["x-fal-request-id"] == submitted["request_id"]
    assert answer.json() == {
        "detail": [
            {
                "loc": ["body", "prompt"],
                "msg": "“refuse” is not known.",
                "type": "unsupported_instruction",
                "ctx": {"words": [{"text": "refuse", "start": 0, "end": 6}]},
            }
        ]
    }


def test_an_engine_that_breaks_ends_one_request_and_not_the_server(desk, expect_log):
    expect_log("engine broke on request")
    broken = desk.submit("break")
    desk.ended(broken)
    answer = desk.http.get(broken["response_url"])
    assert answer.status_code == 500
    assert answer.json()["error_type"] == "internal_server_error"
    assert answer.headers["x-fal-retryable"] == "true"
    assert "ZeroDivision" not in answer.text
    assert desk.ended(desk.submit())["status"] == "COMPLETED"


def test_input_that_is_wrong_is_taken_by_the_queue_and_told_in_the_result(desk):
    submitted = desk.http.post(f"/queue/{MODEL}", json={}).json()
    last = desk.ended(submitted)
    assert last["error_type"] == "missing"
    result = desk.http.get(submitted["response_url"])
    assert result.status_code == 422
    assert [entry["loc"] for entry in result.json()["detail"]] == [
        ["body", "prompt"],
        ["body", "image_url"],
    ]
    assert desk.engine.requests == []


def test_a_queue_that_is_full_says_when_to_come_back(desk, monkeypatch):
    monkeypatch.setattr("kontext_studio.server.jobs.MOST_WAITING", 1)
    desk.submit("wait")
    assert desk.engine.began.wait(30)
    desk.submit()
    answer = desk.post(f"/queue/{MODEL}")
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "5"
    assert "not accepted" in answer.json()["detail"]


def test_old_results_are_forgotten_one_day(desk, monkeypatch):
    monkeypatch.setattr("kontext_studio.server.jobs.MOST_REMEMBERED", 2)
    submitted = [desk.submit() for _ in range(4)]
    desk.ended(submitted[-1])
    codes = [desk.http.get(one["response_url"]).status_code for one in submitted]
    assert codes == [404, 404, 200, 200]


@pytest.mark.parametrize("step", ["status_url", "response_url", "cancel_url"])
def test_a_request_is_known_under_its_own_app_only(desk, step):
    submitted = desk.submit()
    desk.ended(submitted)
    method = "PUT" if step == "cancel_url" else "GET"
    right = submitted[step]
    for wrong in (right.replace(MODEL, "someone/else"), right.replace("requests/", "requests/0")):
        answer = desk.http.request(method, wrong)
        assert answer.status_code == 404
        assert answer.json()["error_type"] == "not_found"


def test_a_bare_address_queues_on_the_second_port_and_runs_on_the_first(desk):
    body = {"prompt": "x", "image_url": "data:,"}
    queued = desk.http.post(f"http://127.0.0.1:{desk.served.queue_port}/{MODEL}", json=body)
    assert "request_id" in queued.json()
    root = f"http://127.0.0.1:{desk.served.queue_port}/{MODEL}/requests"
    assert queued.json()["response_url"].startswith(root)
    assert desk.ended(queued.json())["status"] == "COMPLETED"
    assert "images" in desk.http.post(f"/{MODEL}", json=body).json()
    named = {"host": f"queue.localhost:{desk.served.port}"}
    by_name = desk.http.post(f"/{MODEL}", json=body, headers=named)
    assert by_name.json()["status"] == "IN_QUEUE"
