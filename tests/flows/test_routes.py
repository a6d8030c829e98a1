"""A picture edited by another service than the embedded engine, by command line: over a proxy that
holds the key, and directly with a key from the environment."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.fakes.fal_proxy import PATH, FalProxy
from tests.fakes.fal_service import ENDPOINT, KEY, FalService, Seen, says
from tests.fakes.serving import free_socket, serving
from tests.flows.driving import Program, add_direct, assert_nowhere, assert_unsaid, hosts_at

PROXY_KEY = "proxy-key-id:proxy-key-secret"
CANARY = "environment-key-id:environment-key-secret"
RUN = ("--model", ENDPOINT, "--json")


@pytest.fixture
def proxy(service: FalService) -> Iterator[tuple[FalProxy, str]]:
    """The proxy and its address."""
    made = FalProxy(PROXY_KEY, allowed=(f"127.0.0.1:{service.port}/*",))
    with serving(made.app()) as served:
        yield made, served.origin + PATH


def keys_in(requests: list[Seen]) -> set[str | None]:
    return {one.headers.get("authorization") for one in requests}


def test_two_turns_over_a_server_proxy_send_no_key_and_upload_once(
    program: Program,
    photo: Path,
    tmp_path: Path,
    isolated_machine: Path,
    service: FalService,
    proxy: tuple[FalProxy, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FAL_KEY", CANARY)
    holder, address = proxy
    words = ("--mode", "server-proxy", "--address", address)
    added = program(
        "routes", "add", "studio", "--provider", "fal", *words, *hosts_at(service.origin)
    )
    assert added.code == 0, added.err
    session = tmp_path / "s.kontext"
    ended = program(
        "edit", photo, "Make it warmer", "--route", "studio", "--session", session, *RUN
    )
    assert ended.code == 0, ended.err

    # 1. The step knows which way it came.
    made = ended.json["nodes"][-1]
    assert (made["route"], made["provider"], made["model"]) == ("studio", "fal", ENDPOINT)

    # 2. The proxy was told the service's own addresses, and given no key.
    paths = [urlsplit(target).path for _, target, _, _ in holder.asked]
    assert all(target.startswith(f"{service.origin}/") for _, target, _, _ in holder.asked)
    assert paths[:2] == ["/storage/upload/initiate", f"/{ENDPOINT}"]
    assert paths[-1].endswith("/requests/run-1")
    assert not [headers for _, _, headers, _ in holder.asked if "authorization" in headers]
    assert keys_in(service.seen("submit")) == {f"Key {PROXY_KEY}"}, "the proxy put in its own"
    assert keys_in(service.seen("put") + service.seen("picture")) == {None}
    assert len(service.seen("submit")) == 1

    # 3. The second turn names the first result where it lies.
    again = program("edit", "Now make it cooler", "--route", "studio", "--session", session, *RUN)
    assert again.code == 0, again.err
    assert [len(service.seen(step)) for step in ("initiate", "put", "submit")] == [1, 1, 2]
    second = service.seen("submit")[1].json()
    assert second["image_url"] == f"{service.origin}/files/result-0"
    first = service.seen("submit")[0].json()
    assert (first["prompt"], second["prompt"]) == ("Make it warmer", "Now make it cooler")

    # 4. Neither key is written or said anywhere.
    for secret in (CANARY, PROXY_KEY):
        assert_unsaid(secret, added, ended, again)
        assert_nowhere(secret, tmp_path, isolated_machine)


def test_a_direct_route_takes_its_key_from_the_named_variable_and_stores_it_nowhere(
    program: Program,
    photo: Path,
    tmp_path: Path,
    isolated_machine: Path,
    service: FalService,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("STUDIO_KEY", KEY)
    add_direct(program, service.origin, "--key-env", "STUDIO_KEY")
    tried = program("routes", "test", "own", "--json")
    assert tried.code == 0, tried.err
    assert [step["passed"] for step in tried.json["steps"]] == [True] * 4 + [None]
    assert not service.seen("submit")

    session = tmp_path / "s.kontext"
    ended = program("edit", photo, "Warmer", "--route", "own", "--session", session, *RUN)
    assert ended.code == 0, ended.err
    calls = [one for one in service.ledger if one.step not in ("put", "picture")]
    assert keys_in(calls) == {f"Key {KEY}"}
    assert keys_in(service.seen("put") + service.seen("picture")) == {None}
    assert len(service.seen("submit")) == 1
    assert_unsaid(KEY, tried, ended)
    assert_nowhere(KEY, tmp_path, isolated_machine)


def test_the_usual_key_never_goes_to_other_hosts(
    program: Program, photo: Path, service: FalService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAL_KEY", CANARY)
    add_direct(program, service.origin)
    ended = program("edit", photo, "Make it warmer", "--route", "own", *RUN)
    assert (ended.code, ended.json["error"]["kind"]) == (4, "unauthorized")
    assert service.ledger == []
    assert_unsaid(CANARY, ended)


def test_a_key_that_is_not_taken_is_exit_code_4_and_costs_nothing(
    program: Program,
    photo: Path,
    tmp_path: Path,
    isolated_machine: Path,
    service: FalService,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("STUDIO_KEY", KEY)
    add_direct(program, service.origin, "--key-env", "STUDIO_KEY")
    refusal = says(401, {"detail": "Cannot access application. Authentication is required."})
    service.fault("initiate", refusal, refusal)
    session = tmp_path / "s.kontext"
    ended = program("edit", photo, "Warmer", "--route", "own", "--session", session, *RUN)
    error = ended.json["error"]
    assert (ended.code, error["kind"], error["charged"]) == (4, "unauthorized", "no")
    assert service.seen("submit") == []
    assert len(ended.json["nodes"]) == 1, "the original is kept"

    service.fault("status", says(401, {"detail": "Authentication is required."}))
    tried = program("routes", "test", "own", "--json")
    assert tried.code == 4
    assert [step["passed"] for step in tried.json["steps"]] == [True, True, False, None, None]
    assert_unsaid(KEY, ended, tried)
    assert_nowhere(KEY, tmp_path, isolated_machine)


def test_a_port_that_nobody_listens_on_is_exit_code_5(
    program: Program, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STUDIO_KEY", KEY)
    closed = free_socket()
    origin = f"http://127.0.0.1:{closed.getsockname()[1]}"
    closed.close()
    add_direct(program, origin, "--key-env", "STUDIO_KEY")
    ended = program("edit", photo, "Make it warmer", "--route", "own", *RUN)
    error = ended.json["error"]
    assert (ended.code, error["kind"], error["charged"]) == (5, "unreachable", "no")
    assert "Nothing was sent" in error["message"]


def test_a_route_that_is_not_there_is_exit_code_3_and_says_which_there_are(
    program: Program, photo: Path
) -> None:
    ended = program("edit", photo, "Make it warmer", "--route", "nowhere", "--json")
    error = json.loads(ended.out)["error"]
    assert ended.code == 3
    assert "nowhere" in error["message"]
    assert "Embedded engine" in error["hint"]
