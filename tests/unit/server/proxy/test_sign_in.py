"""Who may use the proxy, and what a web page or another host name gets."""

import socket

import pytest

from kontext_studio.core.errors import BadRequest
from kontext_studio.server.proxy.clients import Clients, add_client, read_clients, remove_client
from kontext_studio.server.proxy.config import ProxyConfig, upstream_config
from kontext_studio.server.proxy.serve import TOKENS_VARIABLE, serve_proxy
from tests.unit.server.proxy.conftest import MODEL, RUN

TARGET = {"x-fal-target-url": f"{RUN}/{MODEL}"}


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"authorization": "Bearer wrong"},
        {"authorization": "Bearer"},
        {"authorization": "Basic TOKEN"},
        {"authorization": "TOKEN"},
        {"x-kontext-token": "wrong", "authorization": "Bearer TOKEN"},
        {"x-kontext-token": "TOKENx"},
        {"cookie": "TOKEN"},
    ],
)
def test_f_sec_14_without_a_token_nothing_is_forwarded(still_desk, wrong):
    headers = {name: value.replace("TOKEN", still_desk.token) for name, value in wrong.items()}
    with still_desk.as_nobody(**headers) as http:
        answer = http.post("/fal/proxy", json={"prompt": "x"}, headers=TARGET)
        assert (answer.status_code, answer.text) == (401, '"Unauthorized"')
        for path in ("/lumenfall/openai/v1/models", "/replicate/v1/predictions/1", "/account"):
            assert http.get(path).status_code == 401, path
    assert still_desk.behind.seen == []


@pytest.mark.parametrize(
    "right",
    [
        {"authorization": "Bearer TOKEN"},
        {"authorization": "bearer TOKEN"},
        {"authorization": "Key TOKEN"},
        {"authorization": "Token TOKEN"},
        {"x-key": "TOKEN"},
        {"x-kontext-token": "TOKEN"},
        {"x-kontext-token": "TOKEN", "authorization": "Key something else"},
    ],
)
def test_the_token_stands_where_a_services_key_would_or_in_the_proxys_header(still_desk, right):
    headers = {name: value.replace("TOKEN", still_desk.token) for name, value in right.items()}
    with still_desk.as_nobody(**headers) as http:
        assert http.post("/fal/proxy", json={"prompt": "x"}, headers=TARGET).status_code == 200
        assert http.get("/account").json()["client"] == "anna"
    assert still_desk.token not in str(still_desk.behind.seen)


def test_without_clients_this_computer_needs_no_token(open_desk):
    desk = open_desk()
    assert desk.run().status_code == 200
    assert desk.http.get("/account").json() == {
        "client": "local",
        "ordered_usd": 0.025,
        "limit_usd": 10.0,
    }


def test_health_is_told_to_everybody_and_nothing_else_is_there(still_desk):
    with still_desk.as_nobody() as http:
        assert http.get("/health").json() == {"ok": True}
        for path in ("/", "/fal", "/other/v1/models", "/docs", "/openapi.json"):
            assert http.get(path).status_code in (400, 404), path


@pytest.mark.parametrize("target", ["%2Fhealth", "*", "http:"])
def test_a_target_without_a_path_is_nothing_here(still_desk, target):
    host, port = still_desk.served.origin.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as there:
        there.sendall(
            f"GET {target} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n".encode()
        )
        assert there.makefile("rb").readline().startswith(b"HTTP/1.1 404")


def test_a_client_that_is_added_or_removed_counts_at_once(desk, tmp_path):
    token = add_client(tmp_path / "clients.json", "ben").reveal()
    with desk.as_nobody(authorization=f"Bearer {token}") as http:
        assert http.get("/account").json()["client"] == "ben"
        remove_client(tmp_path / "clients.json", "ben")
        assert http.get("/account").status_code == 401
    assert desk.http.get("/account").status_code == 200


def test_a_proxy_whose_last_client_is_removed_serves_nobody(desk, tmp_path):
    assert desk.run().status_code == 200
    remove_client(tmp_path / "clients.json", "anna")
    (tmp_path / "clients.json").unlink()
    assert desk.run().status_code == 401
    with desk.as_nobody() as http:
        assert http.get("/account").status_code == 401


def test_a_proxy_that_is_open_closes_with_its_first_client(open_desk, tmp_path):
    desk = open_desk()
    assert desk.run().status_code == 200
    add_client(tmp_path / "clients.json", "anna")
    assert desk.run().status_code == 401


def test_a_new_token_takes_the_place_of_the_old_one(tmp_path):
    file = tmp_path / "clients.json"
    old, new = (add_client(file, "anna").reveal() for _ in range(2))
    clients = Clients(file)
    assert clients.who({"x-kontext-token": old}) is None
    assert clients.who({"x-kontext-token": new}) == "anna"


def test_the_file_of_clients_is_private_and_holds_no_token(tmp_path):
    file = tmp_path / "folder" / "clients.json"
    token = add_client(file, "anna").reveal()
    assert token not in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in file.parent.iterdir()] == ["clients.json"]
    assert list(read_clients(file)) == ["anna"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"clients": []}', '{"clients": {"a": 1}}'])
def test_a_file_of_clients_that_makes_no_sense_lets_nobody_in(tmp_path, text):
    file = tmp_path / "clients.json"
    file.write_text(text)
    with pytest.raises(BadRequest):
        Clients(file)
    with pytest.raises(BadRequest):
        add_client(file, "anna")
    assert file.read_text() == text


@pytest.mark.parametrize("name", ["", "local", "a b", "a\nb", "é", "-a", "x" * 41])
def test_a_client_has_a_plain_name(tmp_path, name):
    with pytest.raises(BadRequest):
        add_client(tmp_path / "clients.json", name)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"host": "evil.test"}, 421),
        ({"host": "evil.test:80"}, 421),
        ({"host": "127.0.0.1.evil.test"}, 421),
        ({"origin": "https://evil.test"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://localhost:3000"}, 403),
    ],
)
def test_f_sec_15_a_web_page_or_another_host_name_is_turned_away(open_desk, headers, status):
    desk = open_desk()  # without tokens: the page needs no more than this computer's browser
    told = {**TARGET, **headers, "content-type": "text/plain"}
    answer = desk.http.post("/fal/proxy", content="{}", headers=told)
    assert answer.status_code == status
    assert "access-control-allow-origin" not in answer.headers
    assert desk.behind.seen == []


def test_f_sec_15_a_preflight_is_not_granted(still_desk):
    headers = {"origin": "https://evil.test", "access-control-request-method": "POST"}
    answer = still_desk.http.options("/fal/proxy", headers=headers)
    assert answer.status_code in (403, 405)
    assert not [name for name in answer.headers if name.startswith("access-control")]


def test_the_public_address_is_a_name_of_its_own(open_desk):
    desk = open_desk("anna", public_url="https://proxy.example/studio")
    told = {"host": "proxy.example", "origin": "https://proxy.example"}
    assert desk.http.get("/account", headers=told).status_code == 200
    assert desk.http.get("/account", headers={"host": "other.example"}).status_code == 421


def proxy_config(tmp_path, **changes):
    return ProxyConfig(
        port=0,
        clients_file=tmp_path / "clients.json",
        records_file=tmp_path / "records.sqlite3",
        upstreams=(upstream_config("fal"),),
        **changes,
    )


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "proxy.example"])
def test_f_sec_14_it_does_not_listen_to_others_without_a_client(tmp_path, host):
    with pytest.raises(BadRequest, match="nobody has a token"):
        serve_proxy(proxy_config(tmp_path, host=host), {})


def test_a_key_that_is_missing_is_told_with_its_variable(tmp_path):
    with pytest.raises(BadRequest, match="no key for fal") as caught:
        serve_proxy(proxy_config(tmp_path), {})
    assert "FAL_KEY" in caught.value.hint


def test_a_short_token_of_the_environment_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv(TOKENS_VARIABLE, "anna=secret")
    with pytest.raises(BadRequest, match="less than 16"):
        serve_proxy(proxy_config(tmp_path), {})


def test_too_many_calls_of_one_client_are_refused_as_not_accepted(open_desk):
    desk = open_desk("anna", calls_at_once=0)
    answer = desk.run()
    assert answer.status_code == 429
    assert "not accepted" in answer.json()["detail"]
    assert desk.behind.seen == []
