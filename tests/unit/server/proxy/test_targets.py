"""The target header of fal's protocol: the published proxy's answers, and a table that no trick
gets out of."""

import pytest

from kontext_studio.server.proxy.fal import FalUpstream
from tests.fakes.service_behind import KEY
from tests.unit.server.proxy.conftest import MODEL, QUEUE, REST, RUN

INITIATE = f"{REST}/storage/upload/initiate?storage_type=fal-cdn-v3"
LIST = (
    f"https://api.fal.ai/v1/models/requests/by-endpoint?endpoint_id={MODEL.replace('/', '%2F')}"
    "&start=2026-11-21T00%3A00%3A00Z&end=2026-11-22T00%3A00%3A00Z&expand=payloads&limit=100"
)
NUMBER = "764cabcf-b745-4b3e-ae38-1200304cf45b"


@pytest.fixture
def desk(still_desk):
    return still_desk


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("POST", None),
        ("POST", ""),
        ("POST", "not a url"),
        ("POST", f"{RUN}/fal-ai/other"),
        ("GET", f"{QUEUE}/fal-ai/other/requests/{NUMBER}/status"),
        ("DELETE", f"{QUEUE}/{MODEL}"),
        ("POST", f"{REST}/storage/upload/initiate?storage_type=gcs"),
        ("POST", f"{REST}/storage/upload/initiate"),
        ("POST", f"{REST}/storage/upload/initiate-multipart?storage_type=gcs"),
        ("POST", f"{REST}/storage/auth/token?storage_type=fal-cdn-v3"),
        ("POST", f"{REST}/tokens/"),
        ("POST", "https://v3.fal.media/files/upload"),
        ("POST", f"https://fal.run.evil.test/{MODEL}"),
        ("POST", f"https://fal.run:8443/{MODEL}"),
    ],
)
def test_what_the_published_proxy_refuses_is_refused_in_its_words(desk, method, target):
    answer = desk.fal(method, target, {"prompt": "x"})
    assert (answer.status_code, answer.text) == (400, '"Invalid request"')
    assert desk.behind.seen == []


TRICKS = [
    f"http://fal.run/{MODEL}",
    f"HTTPS://fal.run/{MODEL}",
    f"https://FAL.RUN/{MODEL}",
    f"https://user@fal.run/{MODEL}",
    f"https://fal.run@evil.test/{MODEL}",
    f"https://evil.test/https://fal.run/{MODEL}",
    f"https://evil.test#https://fal.run/{MODEL}",
    f"https://fal.run:443/{MODEL}",
    f"https://fal.run./{MODEL}",
    f"https://fal.run%2e/{MODEL}",
    f"https://fal\u3002run/{MODEL}",
    f"https://xn--fal-9la.run/{MODEL}",
    f"https://f\u0430l.run/{MODEL}",
    f"https:/fal.run/{MODEL}",
    f"//fal.run/{MODEL}",
    f" https://fal.run/{MODEL}",
    f"https://fal.run/{MODEL} ",
    f"https://fal.run/{MODEL}\t",
    f"https://fal.run//{MODEL}",
    f"https://fal.run/{MODEL}/",
    f"https://fal.run/{MODEL}//stream",
    f"https://fal.run/{MODEL}/stream/",
    f"https://fal.run/{MODEL.upper()}",
    f"https://fal.run/{MODEL}/../../other",
    f"https://fal.run/x/../{MODEL}",
    f"https://fal.run/./{MODEL}",
    f"https://fal.run/{MODEL}/%2e%2e/other",
    "https://fal.run/fal-ai%2Fflux-kontext%2Fdev",
    "https://fal.run/fal-ai\\flux-kontext\\dev",
    f"https://fal.run/{MODEL}?",
    f"https://fal.run/{MODEL}?x=1",
    f"https://fal.run/{MODEL}#x",
    f"https://fal.run/{MODEL};x",
    f"https://fal.run\\@evil.test/{MODEL}",
    f"https://queue.fal.run/{MODEL}?fal_webhook=https://a&x=1",
    f"https://queue.fal.run/{MODEL}?fal_webhook=",
    f"https://queue.falrun.com/{MODEL}",
    f"https://169.254.169.254/{MODEL}",
    f"https://127.0.0.1/{MODEL}",
    f"https://[::1]/{MODEL}",
    f"file:///{MODEL}",
]


@pytest.fixture(scope="module")
def table():
    return FalUpstream("fal", frozenset({MODEL, "fal-ai/flux-pro/kontext"}))


@pytest.mark.parametrize("target", TRICKS)
@pytest.mark.parametrize("method", ["POST", "GET", "PUT"])
def test_f_sec_13_a_target_that_is_not_in_the_table_letter_by_letter_is_none(table, method, target):
    assert table.find_target(method, target) is None


@pytest.mark.parametrize(
    "path",
    [
        "/a/../../admin",
        "/./a",
        "//evil.test/a",
        "/a//b",
        "/a/",
        "/a%2fb",
        "/a\\b",
        "/a b",
        "/a;b",
        "/a@b",
        "/",
        "/" + "a/" * 600 + "a",
    ],
)
@pytest.mark.parametrize("host", [RUN, QUEUE])
def test_f_sec_13_even_where_every_model_is_allowed_a_path_is_plain(host, path):
    anything = FalUpstream("fal", frozenset({"*"}))
    assert anything.find_target("POST", f"{host}/owner/app") is not None
    assert anything.find_target("POST", f"{host}{path}") is None
    assert anything.find_target("GET", f"{host}{path}/requests/1") is None


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("GET", f"{QUEUE}/fal-ai/flux-kontext/requests/{NUMBER}/cancel"),
        ("PUT", f"{QUEUE}/fal-ai/flux-kontext/requests/{NUMBER}/status"),
        ("PUT", f"{QUEUE}/fal-ai/flux-kontext/requests/{NUMBER}"),
        ("GET", f"{QUEUE}/fal-ai/flux-kontext/requests/{NUMBER}?logs=1"),
        ("GET", f"{QUEUE}/fal-ai/flux-kontext/requests/{NUMBER}/status?logs=1&x=1"),
        ("GET", f"{QUEUE}/fal-ai/flux-kontext/requests/{NUMBER}/status?logs=2"),
        ("GET", f"{QUEUE}/fal-ai/flux-kontext/requests/a/b/status"),
        ("GET", f"{QUEUE}/fal-ai/flux-kontext/requests//status"),
        ("GET", f"{QUEUE}/fal-ai/flux-kontext/requests/{'x' * 129}/status"),
        ("GET", f"{QUEUE}/fal-ai/other/requests/{NUMBER}"),
        ("GET", f"{QUEUE}/{MODEL}/requests/{NUMBER}"),
        ("GET", f"{RUN}/{MODEL}"),
        ("PATCH", f"{QUEUE}/{MODEL}"),
        ("POST", LIST),
        ("GET", LIST.replace("dev", "other")),
        ("GET", LIST.replace("endpoint_id", "endpoint")),
        ("GET", f"{LIST}&endpoint_id=fal-ai%2Fother"),
        ("GET", LIST.replace("?", "?endpoint_id=fal-ai%2Fother&")),
        ("GET", f"{LIST}&x=1"),
        ("GET", f"{LIST}&cursor="),
        ("GET", LIST.partition("?")[0]),
        ("GET", LIST.replace("by-endpoint", "payloads")),
        ("GET", f"{QUEUE}/orders/short"),
        ("GET", f"{RUN}/orders/abcdefgh"),
    ],
)
def test_f_sec_16_each_call_has_its_method_its_query_and_its_models(table, method, target):
    assert table.find_target(method, target) is None


@pytest.mark.parametrize(
    ("method", "target", "endpoint"),
    [
        ("POST", f"{RUN}/{MODEL}", f"run {MODEL}"),
        ("POST", f"{RUN}/{MODEL}/stream", f"run {MODEL}/stream"),
        ("POST", f"{QUEUE}/{MODEL}", f"submit {MODEL}"),
        ("POST", f"{QUEUE}/{MODEL}?fal_webhook=https%3A%2F%2Fa.test%2Fh", f"submit {MODEL}"),
        ("GET", f"{QUEUE}/fal-ai/flux-kontext/requests/{NUMBER}", "result fal-ai/flux-kontext"),
        (
            "GET",
            f"{QUEUE}/fal-ai/flux-kontext/requests/{NUMBER}/status?logs=true",
            "status fal-ai/flux-kontext",
        ),
        (
            "GET",
            f"{QUEUE}/fal-ai/flux-pro/requests/{NUMBER}/status/stream?logs=1",
            "status/stream fal-ai/flux-pro",
        ),
        (
            "PUT",
            f"{QUEUE}/fal-ai/flux-kontext/requests/{NUMBER}/cancel",
            "cancel fal-ai/flux-kontext",
        ),
        ("POST", INITIATE, "initiate"),
        ("POST", INITIATE.replace("initiate", "initiate-multipart"), "initiate-multipart"),
        ("POST", INITIATE.replace("initiate", "complete-multipart"), "complete-multipart"),
        ("GET", LIST, f"list {MODEL}"),
    ],
)
def test_what_is_in_the_table_goes_to_the_very_address(table, method, target, endpoint):
    call = table.find_target(method, target)
    assert (call.url, call.endpoint) == (target, endpoint)


def test_a_call_arrives_with_the_held_key_and_without_what_is_the_callers_own(desk):
    answer = desk.run(
        x_fal_queue_priority="low",
        x_fal_key="mine",
        x_fal_token="mine",
        cookie="a=b",
        x_other="1",
        x_kontext_token=desk.token,
        authorization="Key mine",
    )
    assert answer.status_code == 200
    assert answer.json()["seed"] == 7
    assert answer.headers["x-fal-request-id"] == "req-1"
    (seen,) = desk.behind.seen
    assert (seen.method, seen.path) == ("POST", f"/run/{MODEL}")
    assert seen.headers["authorization"] == f"Key {KEY}"
    assert seen.headers["accept"] == seen.headers["content-type"] == "application/json"
    assert seen.headers["x-fal-queue-priority"] == "low"
    assert seen.headers["x-fal-client-proxy"].startswith("kontext-studio/")
    gone = {"x-fal-target-url", "x-fal-key", "x-fal-token", "cookie", "x-other", "x-kontext-token"}
    assert not gone & set(seen.headers)
    assert "mine" not in str(seen.headers)


def test_the_usual_path_of_fals_proxies_is_answered_too(desk):
    headers = {"x-fal-target-url": f"{RUN}/{MODEL}"}
    answer = desk.http.post("/api/fal/proxy", json={"prompt": "x"}, headers=headers)
    assert answer.json()["seed"] == 7


def test_the_status_of_the_service_is_kept(desk):
    answer = desk.run({"prompt": "nsfw"})
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["type"] == "content_policy_violation"
    assert answer.headers["x-fal-retryable"] == "false"


def test_a_cancel_without_a_body_arrives_as_an_empty_object(desk):
    target = f"{QUEUE}/fal-ai/flux-kontext/requests/{NUMBER}/cancel"
    assert desk.fal("PUT", target).status_code == 202
    assert desk.behind.seen[0].body == b"{}"
