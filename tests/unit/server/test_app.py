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


def test_an_app_that_is_not_served_is_not_found(desk):
    for path in ("/queue/fal-ai/flux-kontext/dev", f"/run/{MODEL}/other", "/someone/else"):
        answer = desk.post(path)
        assert answer.status_code == 404
        assert "not found" in answer.json()["detail"]


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
def test_a_call_under_a_foreign_name_is_turned_away(desk, host):
    answer = desk.http.get(f"/queue/{MODEL}/requests/1", headers={"host": host})
    assert answer.status_code in (400, 421)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:99", "[::1]:80", "queue.localhost:1"])
def test_the_machines_own_names_are_answered(desk, host):
    answer = desk.http.get(f"/queue/{MODEL}/requests/1", headers={"host": host})
    assert answer.status_code == 404


def test_a_web_page_is_turned_away_even_with_the_key(desk):
    for origin in ("https://evil.test", "null", "http://127.0.0.1.evil.test"):
        answer = desk.http.post(f"/queue/{MODEL}", headers={"origin": origin})
        assert answer.status_code == 403
    preflight = desk.http.options(f"/queue/{MODEL}", headers={"origin": "https://evil.test"})
    assert preflight.status_code == 403
    assert "access-control-allow-origin" not in preflight.headers


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
