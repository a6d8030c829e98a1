import socket
from urllib.parse import urlsplit

import httpx
import pytest

from kontext_studio.core.secret import Secret
from kontext_studio.server.app import make_app
from tests.fakes.engines import ScriptedEngine
from tests.fakes.serving import serving
from tests.unit.server.conftest import DATA_URI, MODEL, TOKEN

KEYED = [
    ("POST", f"/queue/{MODEL}"),
    ("POST", f"/run/{MODEL}"),
    ("POST", f"/run/{MODEL}/stream"),
    ("POST", f"/{MODEL}"),
    ("GET", f"/queue/{MODEL}/requests/1/status"),
    ("GET", f"/queue/{MODEL}/requests/1/status/stream"),
    ("GET", f"/queue/{MODEL}/requests/1"),
    ("GET", f"/{MODEL}/requests/1"),
    ("PUT", f"/queue/{MODEL}/requests/1/cancel"),
    ("POST", "/rest/storage/upload/initiate"),
    ("POST", "/storage/upload/initiate"),
    ("POST", "/rest/storage/auth/token"),
    ("POST", "/files/upload"),
    ("POST", "/files/upload/multipart"),
]


@pytest.mark.parametrize(("method", "path"), KEYED)
def test_everything_but_files_by_their_secret_names_needs_the_key(desk, method, path):
    for authorization in ("", TOKEN, f"Bearer {TOKEN}", f"Key {TOKEN}x", "Key", "Key é"):
        headers = {"authorization": authorization.encode("latin-1")}
        answer = desk.http.request(method, path, headers=headers)
        assert answer.status_code == 401
        assert answer.headers["x-fal-error-type"] == "unauthorized"
        assert isinstance(answer.json()["detail"], str)


def test_f_sec_16_a_model_that_is_not_served_is_not_found_and_never_worked_on(desk):
    for path in ("/queue/fal-ai/flux-kontext/dev", f"/run/{MODEL}/other", "/someone/else"):
        answer = desk.post(path)
        assert answer.status_code == 404
        assert "not found" in answer.json()["detail"]
    assert desk.engine.requests == []


def test_what_is_not_there_and_what_is_not_done_are_told_in_fals_shape(desk):
    for method, path, status in (
        ("GET", f"/queue/{MODEL}", 405),
        ("DELETE", f"/queue/{MODEL}/requests/1", 405),
        ("GET", "/", 405),
        ("GET", "/rest/nothing", 404),
    ):
        answer = desk.http.request(method, path)
        assert answer.status_code == status, path
        assert isinstance(answer.json()["detail"], str)
        assert answer.json()["error_type"]


@pytest.mark.parametrize("host", ["evil.test", "evil.test:80", "localhost.evil.test", "[::2]", ""])
def test_f_sec_15_a_call_under_a_foreign_name_is_turned_away(desk, host):
    answer = desk.http.get(f"/queue/{MODEL}/requests/1", headers={"host": host})
    assert answer.status_code in (400, 421)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:99", "[::1]:80", "queue.localhost:1"])
def test_the_machines_own_names_are_answered(desk, host):
    answer = desk.http.get(f"/queue/{MODEL}/requests/1", headers={"host": host})
    assert answer.status_code == 404


def test_f_sec_15_a_web_page_is_turned_away_even_with_the_key(desk):
    for origin in ("https://evil.test", "null", "http://127.0.0.1.evil.test"):
        answer = desk.http.post(f"/queue/{MODEL}", headers={"origin": origin})
        assert answer.status_code == 403
    preflight = desk.http.options(f"/queue/{MODEL}", headers={"origin": "https://evil.test"})
    assert preflight.status_code == 403
    assert "access-control-allow-origin" not in preflight.headers


@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain"]
)
def test_f_sec_15_a_form_that_a_browser_sends_by_itself_does_nothing(desk, kind):
    """Such a POST needs no preflight, and cannot carry the key in its header."""
    for headers in ({}, {"origin": "https://evil.test"}, {"origin": "http://localhost:3000"}):
        answer = httpx.post(
            f"{desk.served.origin}/queue/{MODEL}",
            headers={"content-type": kind, **headers},
            content=b'{"prompt": "x"}',
            trust_env=False,
        )
        assert answer.status_code in (401, 403)
        assert "access-control-allow-origin" not in answer.headers
    assert desk.engine.requests == []


INSIDE = [
    "http://169.254.169.254/latest/meta-data/",
    "http://[::ffff:169.254.169.254]/",
    "http://2852039166/",
    "http://0x7f000001/",
    "http://127.1/",
    "http://[::1]:22/",
    "http://10.0.0.1/admin",
    "http://user@127.0.0.1/",
    "https://evil.test/picture.png",
    "file:///etc/passwd",
    "ftp://127.0.0.1/picture.png",
    "gopher://127.0.0.1:70/_x",
    "//evil.test/picture.png",
    "\\\\host\\share\\picture.png",
    "../../etc/passwd",
    "http://127.0.0.1/files/../../../etc/passwd",
    "http://127.0.0.1/files/%2e%2e%2fetc%2fpasswd",
    "javascript:alert(1)",
    "data",
    "",
]


def test_f_sec_13_no_address_of_a_picture_is_ever_fetched(desk):
    with socket.create_server(("127.0.0.1", 0)) as bait:
        bait.settimeout(0.2)
        port = bait.getsockname()[1]
        own = [f"http://127.0.0.1:{port}/files/x.png", f"http://localhost:{port}/x"]
        for url in [*INSIDE, *own]:
            answer = desk.post(f"/run/{MODEL}", image_url=url)
            assert answer.status_code == 422, url
            assert answer.json()["detail"][0]["loc"] == ["body", "image_url"]
        with pytest.raises(TimeoutError):
            bait.accept()
    assert desk.engine.requests == []


def test_f_sec_14_a_server_for_other_machines_demands_its_token():
    app = make_app(ScriptedEngine(), Secret(TOKEN), any_host=True)
    with serving(app) as served:
        url = f"{served.origin}/run/{MODEL}"
        body = {"prompt": "x", "image_url": DATA_URI}
        headers = {"host": "studio.example"}
        assert httpx.post(url, json=body, headers=headers, trust_env=False).status_code == 401
        headers["authorization"] = f"Key {TOKEN}"
        assert httpx.post(url, json=body, headers=headers, trust_env=False).status_code == 200


def test_f_sec_17_no_answer_holds_the_servers_key(desk):
    answers = [desk.http.request(method, path) for method, path in KEYED]
    answers += [
        desk.post(f"/run/{MODEL}"),
        desk.post(f"/run/{MODEL}", "refuse"),
        desk.post(f"/run/{MODEL}", image_url="http://127.0.0.1/x"),
        desk.http.get(f"/{TOKEN}", headers={"host": "evil.test"}),
        desk.http.post(f"/queue/{MODEL}", content=b"{", headers={"x-echo": TOKEN}),
        desk.http.get("/nothing", headers={"cookie": TOKEN}),
    ]
    for answer in answers:
        assert TOKEN not in answer.text
        assert TOKEN not in str(answer.headers)
        assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
@pytest.mark.parametrize("depth", [100, 5_000, 200_000])
def test_json_that_nests_too_deeply_is_no_json(desk, opening, depth):
    closing = b"]" if opening == b"[" else b"}"
    body = opening * depth + b"1" + closing * depth
    answer = desk.http.post(f"/queue/{MODEL}", content=b'{"prompt": ' + body + b"}")
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["type"] == "json_invalid"


def test_a_body_that_never_ends_is_given_up(desk, monkeypatch):
    monkeypatch.setattr("kontext_studio.server.calls.BODY_LIMIT_S", 0.2)
    head = (
        f"POST /queue/{MODEL} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Key {TOKEN}\r\n"
        "Content-Length: 100\r\n\r\n{"
    )
    address = urlsplit(desk.served.origin)
    with socket.create_connection((address.hostname, address.port), 10) as slow:
        slow.sendall(head.encode())
        assert slow.recv(200).startswith(b"HTTP/1.1 408")


def test_a_body_over_the_limit_is_refused_before_it_is_read(desk, monkeypatch):
    monkeypatch.setattr("kontext_studio.server.calls.MOST_JSON_BYTES", 1000)
    answer = desk.http.post(f"/queue/{MODEL}", content=b"x" * 1001)
    assert answer.status_code == 413
    assert answer.json()["error_type"] == "request_too_large"

    def pieces():
        yield from [b"x" * 100] * 20

    assert desk.http.post(f"/queue/{MODEL}", content=pieces()).status_code == 413


def test_a_server_without_a_token_is_open_to_this_machine():
    with serving(make_app(ScriptedEngine(), None)) as served:
        body = {"prompt": "x", "image_url": DATA_URI}
        answer = httpx.post(f"{served.origin}/run/{MODEL}", json=body, trust_env=False)
        assert answer.status_code == 200


def test_other_names_can_be_given_to_the_model():
    app = make_app(ScriptedEngine(), Secret("t"), endpoints=("owner/app/sub/path",))
    with serving(app) as served:
        headers = {"authorization": "Key t"}
        with httpx.Client(base_url=served.origin, headers=headers, trust_env=False) as http:
            body = {"prompt": "x", "image_url": DATA_URI}
            answer = http.post("/queue/owner/app/sub/path", json=body).json()
            assert f"/queue/owner/app/requests/{answer['request_id']}" in answer["status_url"]
            assert http.get(answer["status_url"]).status_code in (200, 202)
            assert http.post(f"/queue/{MODEL}", json=body).status_code == 404
