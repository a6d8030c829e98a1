"""Answers as they pass: streams at once, a caller who leaves, bodies within bounds, and nothing
that is not the caller's to see."""

import json
import logging
import re
import socket
import threading
import time

import httpx
import pytest

from kontext_studio.server.proxy.hiding import Hiding, passed_headers, words_of
from tests.fakes.cutting_relay import CuttingRelay
from tests.fakes.service_behind import KEY, cuts, notes_leaving, says
from tests.unit.server.proxy.conftest import MODEL, QUEUE, RUN

STREAM = f"{RUN}/{MODEL}/stream"
STATUS = f"{QUEUE}/fal-ai/flux-kontext/requests/1/status/stream"
LIMIT_S = 20


@pytest.fixture
def desk(still_desk):
    return still_desk


def until(what, holds):
    end = time.monotonic() + LIMIT_S
    while not holds():
        assert time.monotonic() < end, what
        time.sleep(0.01)


@pytest.mark.parametrize(("method", "target"), [("POST", STREAM), ("GET", STATUS)])
def test_each_event_is_passed_on_before_the_next_one_is_made(desk, method, target):
    told = threading.Semaphore(0)

    def script(call):
        call.begin_events()
        for number in range(3):
            call.event({"n": number})
            assert told.acquire(timeout=LIMIT_S), "the event did not arrive"

    desk.behind.scripts.append(script)
    headers = {"x-fal-target-url": target, "content-type": "application/json"}
    content = b"{}" if method == "POST" else None
    with desk.http.stream(method, "/fal/proxy", content=content, headers=headers) as answer:
        assert answer.headers["content-type"] == "text/event-stream"
        assert answer.headers["x-accel-buffering"] == "no"
        seen = []
        for line in answer.iter_lines():
            if line:
                seen.append(json.loads(line[6:])["n"])
                told.release()
    assert seen == [0, 1, 2]


def call_and_leave(desk, target, reached, *headers):
    """A caller who is gone as soon as the service has the call."""
    head = [
        "POST /fal/proxy HTTP/1.1",
        "host: 127.0.0.1",
        f"authorization: Bearer {desk.token}",
        f"x-fal-target-url: {target}",
        "content-length: 2",
        *headers,
    ]
    with socket.create_connection(("127.0.0.1", desk.served.port), 10) as caller:
        caller.sendall("\r\n".join([*head, "", "{}"]).encode())
        assert reached.wait(LIMIT_S)


@pytest.mark.parametrize("target", [f"{RUN}/{MODEL}", STREAM, f"{QUEUE}/{MODEL}"])
def test_a_caller_who_goes_away_ends_the_call_to_the_service(desk, target):
    reached, left = threading.Event(), threading.Event()
    desk.behind.scripts.append(notes_leaving(reached, left))
    call_and_leave(desk, target, reached)
    assert left.wait(LIMIT_S)


def test_a_caller_who_goes_away_ends_a_stream_that_has_begun(desk):
    reached, left = threading.Event(), threading.Event()

    def script(call):
        call.begin_events()
        call.event({"n": 0})
        notes_leaving(reached, left)(call)

    desk.behind.scripts.append(script)
    call_and_leave(desk, STREAM, reached)
    assert left.wait(LIMIT_S)


def test_work_that_was_given_up_has_an_unknown_outcome_under_its_key(desk):
    reached, left = threading.Event(), threading.Event()
    desk.behind.scripts.append(notes_leaving(reached, left))
    call_and_leave(desk, f"{RUN}/{MODEL}", reached, "idempotency-key: given up")
    assert left.wait(LIMIT_S)
    again = desk.http.post(
        "/fal/proxy",
        content=b"{}",
        headers={"x-fal-target-url": f"{RUN}/{MODEL}", "idempotency-key": "given up"},
    )
    assert (again.status_code, again.json()["error_type"]) == (409, "outcome_unknown")


def test_a_submit_with_a_key_is_finished_for_a_caller_who_comes_back(desk, caplog):
    caplog.set_level(logging.INFO)
    reached, go_on = threading.Event(), threading.Event()

    def script(call):
        reached.set()
        assert go_on.wait(LIMIT_S)
        call.say(200, {"request_id": "found again"})

    desk.behind.scripts.append(script)
    call_and_leave(desk, f"{QUEUE}/{MODEL}", reached, "idempotency-key: finished")
    until("the leaving", lambda: any(" 499 " in one.getMessage() for one in caplog.records))
    go_on.set()
    again = desk.http.post(
        "/fal/proxy",
        content=b"{}",
        headers={"x-fal-target-url": f"{QUEUE}/{MODEL}", "idempotency-key": "finished"},
    )
    assert again.json() == {"request_id": "found again"}
    assert len(desk.behind.paid()) == 1


def test_a_stream_that_the_service_breaks_off_has_no_end(desk, expect_log):
    expect_log("without completing response")

    def script(call):
        call.begin_events()
        call.event({"n": 0})
        # Broken, not ended: the connection is reset under the reader.
        call.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        call.wfile.close()
        call.connection.close()

    desk.behind.scripts.append(script)
    headers = {"x-fal-target-url": STREAM, "content-type": "application/json"}
    with (
        desk.http.stream("POST", "/fal/proxy", content=b"{}", headers=headers) as answer,
        pytest.raises(httpx.RemoteProtocolError),
    ):
        answer.read()


@pytest.mark.parametrize("length", ["told", "chunked"])
def test_a_body_over_the_limit_is_refused_in_json_before_anything_is_sent(open_desk, length):
    desk = open_desk("anna", body_mb=1)
    headers = {"x-fal-target-url": f"{RUN}/{MODEL}", "content-type": "application/json"}
    pieces = [b"x" * 2**19] * 3
    content = b"".join(pieces) if length == "told" else iter(pieces)
    answer = desk.http.post("/fal/proxy", content=content, headers=headers)
    assert answer.status_code == 413
    assert answer.json()["error_type"] == "file_too_large"
    assert "1 MiB" in answer.json()["detail"]
    assert desk.behind.seen == []


def test_a_picture_within_the_limit_arrives_whole(desk):
    picture = "data:image/png;base64," + "A" * 5_000_000
    assert desk.run({"prompt": "x", "image_url": picture}).status_code == 200
    assert desk.behind.seen[0].json()["image_url"] == picture


def test_calls_that_buy_nothing_have_a_small_body(desk):
    target = f"{QUEUE}/fal-ai/flux-kontext/requests/1/cancel"
    assert desk.fal("PUT", target, {"x": "y" * 300_000}).status_code == 413


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_f_sec_2_a_redirect_is_neither_followed_nor_passed_on(desk, status):
    before = desk.spent()
    with CuttingRelay(desk.behind.port).running() as elsewhere:
        for buy in (desk.run, desk.submit):
            to = f"http://127.0.0.1:{elsewhere.port}/"
            desk.behind.scripts.append(says(status, {}, location=to))
            answer = buy()
            assert (answer.status_code, answer.json()["error_type"]) == (502, "upstream_redirected")
            assert "location" not in answer.headers
    assert len(desk.behind.seen) == 2
    assert desk.spent() == before


def echo(call):
    """A service that tells everything it was sent, as debuggers and broken gateways do."""
    told = {name.lower(): value for name, value in call.headers.items()}
    call.say(
        200,
        {"headers": told},
        authorization=told.get("authorization", ""),
        set_cookie="session=1",
        x_key=told.get("x-key", ""),
        x_echo=f"key is {told.get('authorization') or told.get('x-key')}",
        x_fal_request_id="req-9",
        www_authenticate="Key",
        access_control_allow_origin="*",
    )


@pytest.mark.parametrize(
    "ask",
    [
        lambda desk: desk.run(),
        lambda desk: desk.fal("GET", f"{QUEUE}/fal-ai/flux-kontext/requests/1"),
        lambda desk: desk.http.get("/lumenfall/openai/v1/models"),
        lambda desk: desk.http.get("/replicate/v1/predictions/1"),
        lambda desk: desk.http.get("/bfl/v1/get_result?id=1"),
    ],
)
def test_f_sec_17_a_key_that_the_service_sends_back_does_not_pass(desk, ask):
    desk.behind.scripts.append(echo)
    answer = ask(desk)
    assert answer.status_code == 200
    assert "[hidden]" in answer.text
    gone = {"authorization", "set-cookie", "x-key", "x-echo", "www-authenticate"}
    assert not (gone | {"access-control-allow-origin"}) & set(answer.headers)
    assert answer.headers["x-fal-request-id"] == "req-9"
    everything = f"{answer.headers} {answer.text}"
    assert all(part not in everything for part in (KEY, *KEY.split(":")))


def test_f_sec_17_a_key_does_not_pass_in_a_stream_either(desk):
    def script(call):
        call.begin_events()
        for at in range(0, len(KEY), 5):  # in pieces, each sent by itself
            call.wfile.write(KEY[at : at + 5].encode())
        call.wfile.write(b"\n\n")

    desk.behind.scripts.append(script)
    answer = desk.fal("POST", STREAM, {})
    # The first half may have been found before the whole was there.
    assert answer.text.replace("[hidden]:[hidden]", "[hidden]") == "[hidden]\n\n"


def test_f_sec_1_the_log_has_a_line_for_each_call_and_no_key_body_or_query(desk, caplog):
    caplog.set_level(logging.DEBUG)
    desk.behind.scripts.append(echo)
    desk.run({"prompt": "a secret instruction"}, idempotency_key="k")
    desk.fal("GET", f"{QUEUE}/fal-ai/flux-kontext/requests/1/status?logs=1")
    desk.fal("POST", f"{QUEUE}/{MODEL}?fal_webhook=https://hook.test/?token=query-secret", {})
    desk.http.post("/lumenfall/openai/v1/images/generations", json={"model": "no\nsuch"})
    desk.fal("POST", "https://evil.test/x?token=query-secret", {})
    with desk.as_nobody(authorization="Bearer not-a-token-of-anybody") as http:
        http.get("/replicate/v1/predictions/1")

    def lines():
        records = [r for r in caplog.records if r.name.startswith("kontext_studio.server")]
        return [one.getMessage() for one in records]

    expected = (
        rf"anna POST fal run {MODEL} 200 \d+ ms id=\w+ service=req-9",
        r"anna GET fal status fal-ai/flux-kontext 200 \d+ ms id=\w+",
        rf"anna POST fal submit {MODEL} 200 \d+ ms id=\w+",
        r"anna POST lumenfall images/generations 403 \d+ ms id=\w+ model_not_allowed",
        r"- POST fal \? 400 \d+ ms id=\w+ invalid_request",
        r"- GET replicate prediction 401 \d+ ms id=\w+ unauthorized",
    )

    def told(pattern):
        return any(re.fullmatch(pattern, line) for line in lines())

    until("a line for each call", lambda: all(map(told, expected)))
    whole = "\n".join(r.getMessage() for r in caplog.records)
    for hidden in (
        *KEY.split(":"),
        desk.token,
        "secret instruction",
        "query-secret",
        "logs=1",
        "anybody",
    ):
        assert hidden not in whole


def test_every_answer_has_a_number_that_is_in_the_log(desk, caplog):
    caplog.set_level(logging.INFO)
    answer = desk.run()
    number = answer.headers["x-kontext-request-id"]
    until("the line", lambda: any(f"id={number}" in r.getMessage() for r in caplog.records))


def test_a_service_that_packs_its_answer_is_understood(desk):
    import gzip

    packed = gzip.compress(json.dumps({"seed": 9, "images": []}).encode())
    desk.behind.scripts.append(says(200, packed, content_encoding="gzip"))
    answer = desk.run()
    assert "content-encoding" not in answer.headers
    assert answer.json()["seed"] == 9
    assert desk.behind.seen[0].headers["accept-encoding"] == "identity"


def test_a_broken_look_is_told_as_one(desk):
    desk.behind.scripts.append(cuts)
    answer = desk.fal("GET", f"{QUEUE}/fal-ai/flux-kontext/requests/1")
    assert (answer.status_code, answer.json()["error_type"]) == (502, "upstream_lost")


# ---------------------------------------------------------------- the filter alone


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_the_filter_finds_a_key_however_it_is_cut(size):
    text = f"a {KEY} b {KEY.split(':')[1]} c canary-key-i d".encode()
    hiding = Hiding(words_of(KEY))
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    passed = b"".join(hiding.pass_on(one) for one in pieces) + hiding.rest()
    # The first half may have left as such where the whole is cut behind it.
    told = passed.decode().replace("[hidden]:[hidden]", "[hidden]")
    assert told == "a [hidden] b [hidden] c canary-key-i d"


def test_the_filter_holds_nothing_back_that_is_no_beginning_of_a_key():
    hiding = Hiding(words_of(KEY))
    assert hiding.pass_on(b"data: x\n\n") == b"data: x\n\n"
    assert hiding.pass_on(b"data: can") == b"data: "
    assert hiding.pass_on(b"t\n\n") == b"cant\n\n"


def test_headers_of_one_connection_are_not_passed():
    told = {"connection": "x-hop, close", "x-hop": "1", "te": "x", "x-kept": "1", "etag": "e"}
    assert passed_headers(told, ()) == {"x-kept": "1", "etag": "e"}
