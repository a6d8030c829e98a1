"""The OpenAI-style, Replicate and BFL paths: what passes, what does not, and addresses in answers
that come back to the proxy."""

import json
from typing import Any

import pytest

from kontext_studio.server.proxy.bfl import BflUpstream
from kontext_studio.server.proxy.openai import OpenAIUpstream
from kontext_studio.server.proxy.replicate import ReplicateUpstream
from tests.fakes.service_behind import KEY, says
from tests.unit.server.proxy.conftest import REPLICATE_MODEL

IMAGES = "/lumenfall/openai/v1/images"
CREATE = f"/replicate/v1/models/{REPLICATE_MODEL}/predictions"


@pytest.fixture
def desk(still_desk):
    return still_desk


def test_an_edit_with_pictures_arrives_byte_for_byte_with_the_held_key(desk):
    files = [
        ("model", (None, "flux.1-kontext-dev")),
        ("prompt", (None, "red car")),
        ("image[]", ("a.png", b"\x89PNG\r\n--x\r\n" + b"\0" * 1000, "image/png")),
        ("image[]", ("b.png", b"second", "image/png")),
    ]
    request = desk.http.build_request("POST", f"{IMAGES}/edits", files=files)
    sent = request.read()
    answer = desk.http.send(request)
    assert answer.json()["metadata"]["cost"] == 0.025
    (seen,) = desk.behind.seen
    assert seen.path == "/openai/v1/images/edits"
    assert seen.headers["authorization"] == f"Bearer {KEY}"
    assert seen.headers["content-type"] == request.headers["content-type"]
    assert seen.body == sent
    assert desk.token not in str(seen.headers)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/lumenfall/openai/v1/images/generations"),
        ("POST", "/lumenfall/openai/v1/chat/completions"),
        ("POST", "/lumenfall/openai/v1/images/generations?x=1"),
        ("POST", "/lumenfall/openai/v1/images/generations?dryRun=false"),
        ("POST", "/lumenfall/openai/v1/images/edits/"),
        ("POST", "/lumenfall/openai/v1//images/edits"),
        ("POST", "/lumenfall/openai/v1/images/../images/edits"),
        ("POST", "/lumenfall/openai/v1/images%2Fedits"),
        ("GET", "/lumenfall/v1/balance"),
        ("GET", "/lumenfall/openai/v1/models/x"),
        ("GET", "/replicate/v1/predictions?x=1"),
        ("GET", "/replicate/v1/predictions?cursor=a&cursor=b"),
        ("GET", "/replicate/v1/predictions?cursor="),
        ("GET", "/replicate/v1/account"),
        ("POST", "/replicate/orders/abcdefgh"),
        ("GET", "/replicate/orders/abcdefgh?x=1"),
        ("GET", "/replicate/orders/a%2Fbcdefgh"),
        ("DELETE", "/replicate/v1/files/1"),
        ("POST", "/replicate/v1/models/meta/llama/predictions"),
        ("POST", "/replicate/v1/models/black-forest-labs/../x/predictions"),
        ("POST", f"{CREATE}?x=1"),
        ("GET", "/replicate/v1/predictions/a%2Fb"),
        ("GET", "/replicate/v1/predictions/.."),
        ("POST", "/replicate/v1/trainings"),
        ("POST", "/bfl/v1/flux-pro-1.1"),
        ("POST", "/bfl/v1/get_result?id=1"),
        ("GET", "/bfl/v1/get_result"),
        ("GET", "/bfl/v1/get_result?id=1&id=2"),
        ("GET", "/bfl/v1/get_result?id=../x"),
        ("GET", "/bfl/v1/credits"),
    ],
)
def test_f_sec_16_what_is_not_listed_is_refused_and_never_forwarded(desk, method, path):
    body: dict[str, Any] | None = {"input": {}} if method == "POST" else None
    # As raw bytes: a client would tidy the path first.
    raw = desk.http.build_request(method, "/", json=body)
    raw.url = raw.url.copy_with(raw_path=path.encode())
    answer = desk.http.send(raw)
    assert answer.status_code == 403, answer.text
    assert desk.behind.seen == []


@pytest.mark.parametrize("model", ["", "gpt-image-1", "FLUX.1-kontext-dev", "x" * 150, "a\nb"])
def test_f_sec_16_a_model_that_is_not_allowed_is_refused_and_never_forwarded(desk, model):
    for answer in (
        desk.http.post(f"{IMAGES}/generations", json={"model": model}),
        desk.http.post(f"{IMAGES}/edits", files={"model": (None, model)}),
    ):
        assert answer.status_code == 403
        error = answer.json()["error"]
        assert (error["type"], error["code"]) == ("permission_error", "MODEL_NOT_ALLOWED")
    create = {"version": model, "input": {}}
    answer = desk.http.post("/replicate/v1/predictions", json=create)
    assert (answer.status_code, answer.json()["type"]) == (403, "model_not_allowed")
    assert desk.behind.seen == []


@pytest.mark.parametrize("model", ["a\nb", "a b", "\ud800", "x" * 201])
def test_f_sec_1_even_where_every_model_is_allowed_its_name_is_a_plain_word(model):
    studio = OpenAIUpstream("studio", frozenset({"*"}), "https://studio.test/v1")
    assert not studio.allows(model)
    assert studio.allows("black-forest-labs/FLUX.1-Kontext-dev")


def test_a_server_of_ones_own_that_serves_one_model_need_not_be_told_it():
    def studio(*models: str) -> OpenAIUpstream:
        return OpenAIUpstream("studio", frozenset(models), "https://studio.test/v1")

    assert studio("*").allows("")
    assert not studio("kontext-dev").allows("")
    assert not ReplicateUpstream("replicate", frozenset({"*"})).allows("")


def test_a_version_that_is_an_allowed_model_may_be_run(desk):
    body = {"version": REPLICATE_MODEL, "input": {"prompt": "x"}}
    before = desk.spent()
    answer = desk.http.post("/replicate/v1/predictions", json=body)
    assert answer.status_code == 201
    assert desk.spent() == pytest.approx(before + 0.025)


def test_predictions_are_polled_cancelled_and_streamed_through_the_proxy(desk):
    answer = desk.http.post(CREATE, json={"input": {"prompt": "x"}}, headers={"prefer": "wait=5"})
    assert answer.status_code == 201
    assert desk.behind.seen[0].headers["prefer"] == "wait=5"
    own = f"{desk.served.origin}/replicate/v1"
    urls = answer.json()["urls"]
    assert urls == {
        "get": f"{own}/predictions/run-1",
        "cancel": f"{own}/predictions/run-1/cancel",
        "stream": f"{own}/streams/run-1",
        "web": "https://replicate.com/p/1",
    }
    assert desk.http.get(urls["get"]).json()["urls"]["get"] == urls["get"]
    assert desk.http.post(urls["cancel"]).json()["status"] == "canceled"
    assert "event: done" in desk.http.get(urls["stream"]).text
    stream = desk.behind.seen[-1]
    assert stream.path == "/v1/stream/run-1"
    assert "authorization" not in stream.headers, "the address of a stream is its own right"


def test_a_file_of_the_proxy_is_the_services_own_in_an_order(desk):
    upload = desk.http.post("/replicate/v1/files", files={"content": ("a.png", b"x")})
    at = upload.json()["urls"]["get"]
    assert at == f"{desk.served.origin}/replicate/v1/files/file-1"
    desk.http.post(CREATE, json={"input": {"prompt": at, "input_image": at, "seed": 2**60}})
    given = json.loads(desk.behind.seen[-1].body)["input"]
    assert given["input_image"] == f"{desk.behind.origin}/v1/files/file-1"
    assert given["seed"] == 2**60


def test_a_stream_that_is_not_known_is_not_found(desk):
    assert desk.http.get("/replicate/v1/streams/other").status_code == 404


HOSTILE = [
    "https://evil.test/v1/get_result?id=1",
    "https://bfl.ai.evil.test/v1/get_result?id=1",
    "https://bfl.ai/v1/get_result?id=1",
    "https://api.bfl.ai@evil.test/v1/get_result?id=1",
    "https://api.bfl.ai:8443/v1/get_result?id=1",
    "http://api.bfl.ai/v1/get_result?id=1",
    "https://api.bfl.ai.\u3002evil.test/v1/get_result?id=1",
    "https://api.b\nfl.ai/v1/get_result?id=1",
    "https://evil.test\\.api.bfl.ai/v1/get_result?id=1",
    "https://[::1]/v1/get_result?id=1",
    "//api.bfl.ai/v1/get_result?id=1",
    "https://API.BFL.AI/v1/get_result?id=1",
    7,
]


@pytest.mark.parametrize("url", HOSTILE)
def test_f_sec_2_a_polling_address_elsewhere_never_gets_the_key(url):
    remembered = []
    upstream = BflUpstream("bfl", frozenset({"flux-kontext-pro"}))
    told = upstream.inward(
        {"id": "abc", "polling_url": url}, "http://own/bfl", lambda *one: remembered.append(one)
    )
    assert remembered == []
    assert told == {"id": "abc", "polling_url": "http://own/bfl/v1/get_result?id=abc"}


@pytest.mark.parametrize("host", ["api.eu.bfl.ai", "api.us1.bfl.ai", "api.bfl.ai"])
def test_a_polling_address_of_another_region_is_remembered(host):
    remembered = []
    url = f"https://{host}/v1/get_result?id=abc&x=1"
    BflUpstream("bfl", frozenset()).inward(
        {"id": "abc", "polling_url": url}, "http://own/bfl", lambda *one: remembered.append(one)
    )
    assert remembered == [("abc", url)]


def test_a_run_of_bfl_is_polled_where_the_service_said(desk):
    answer = desk.http.post("/bfl/v1/flux-kontext-pro", json={"prompt": "x"})
    polling = answer.json()["polling_url"]
    assert polling == f"{desk.served.origin}/bfl/v1/get_result?id=run-1"
    assert answer.json()["cost"] == 4
    assert desk.http.get(polling).json()["status"] == "Ready"
    assert desk.behind.seen[-1].path == "/v1/get_result?id=run-1&region=eu"
    assert {one.headers["x-key"] for one in desk.behind.seen} == {KEY}
    assert not any("authorization" in one.headers for one in desk.behind.seen)


@pytest.mark.parametrize(
    "urls",
    [
        {"get": "https://evil.test/x", "cancel": "https://evil.test/y"},
        {"stream": "https://stream.evil.test/x"},
        {"stream": "https://stream.replicate.com.evil.test/x"},
        {"stream": "http://stream.replicate.com/x"},
        {"stream": "https://api.replicate.com.evil.test/v1/x"},
        {"get": 7, "stream": None},
    ],
)
def test_f_sec_2_addresses_elsewhere_are_taken_out_of_a_prediction(urls):
    remembered = []
    upstream = ReplicateUpstream("replicate", frozenset({REPLICATE_MODEL}))
    told = upstream.inward(
        {"id": "abc", "urls": urls}, "http://own/replicate", lambda *one: remembered.append(one)
    )
    assert told == {"id": "abc", "urls": {}}
    assert remembered == []


def test_an_answer_that_is_no_json_passes_as_it_is(desk):
    desk.behind.scripts.append(says(502, b"<html>", content_type="text/html"))
    answer = desk.http.get("/replicate/v1/predictions/1")
    assert (answer.status_code, answer.text) == (502, "<html>")


def test_behind_a_public_address_answers_name_that(open_desk):
    desk = open_desk("anna", public_url="https://proxy.example/studio")
    answer = desk.http.post(CREATE, json={"input": {"prompt": "x"}})
    own = "https://proxy.example/studio/replicate/v1"
    assert answer.json()["urls"]["get"] == f"{own}/predictions/run-1"
    file = f"{own}/files/file-1"
    desk.http.post(CREATE, json={"input": {"prompt": "x", "input_image": file}})
    given = json.loads(desk.behind.seen[-1].body)["input"]
    assert given["input_image"] == f"{desk.behind.origin}/v1/files/file-1"


def test_fal_may_be_asked_as_a_gateway_by_role(desk):
    answer = desk.http.post("/fal/queue/fal-ai/flux-kontext/dev", json={"prompt": "x"})
    assert answer.json()["request_id"] == "run-1"
    assert desk.http.post("/fal/queue/fal-ai/other", json={}).text == '"Invalid request"'
