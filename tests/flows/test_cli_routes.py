"""`routes` by command line: no password and no key in a file, on the screen or in the arguments."""

from __future__ import annotations

import asyncio
import base64
import json
from pathlib import Path

import pytest

from tests.fakes.fal_service import ENDPOINT, KEY, FalService, says
from tests.flows.driving import Program, add_direct, assert_nowhere, assert_unsaid, hosts_at

PASSWORD = "canary-proxy-4711"
PROXY = "http://ada@127.0.0.1:9"


def add(program: Program, *words: str, stdin: str = ""):
    return program("routes", "add", "lab", "--provider", "fal", *words, stdin=stdin)


@pytest.mark.parametrize(
    "words",
    [
        ("--network-proxy", f"http://ada:{PASSWORD}@proxy.example:3128"),
        ("--network-proxy", f"socks5://ada:{PASSWORD}@proxy.example"),
        ("--mode", "gateway", "--address", f"https://ada:{PASSWORD}@gate.example"),
        ("--mode", "gateway", "--address", f"ftp://ada:{PASSWORD}@gate.example"),
        ("--host", f"run=https://ada:{PASSWORD}@gate.example"),
        ("--header", f"Authorization=Key {PASSWORD}"),
        ("--header", f"x-api-key={PASSWORD}"),
        ("--header", f"Cookie=session={PASSWORD}"),
    ],
)
def test_f_sec_1_a_secret_on_the_command_line_is_refused_and_kept_nowhere(
    program: Program, isolated_machine: Path, words: tuple[str, ...]
) -> None:
    for more in ((), ("--json",)):
        ended = add(program, *words, *more)
        assert ended.code in (2, 3), ended.out
        assert_unsaid(PASSWORD, ended)
    assert [one["name"] for one in program("routes", "list", "--json").json["routes"]] == [
        "Embedded engine"
    ]
    assert_nowhere(PASSWORD, isolated_machine)


def test_f_sec_1_a_proxys_password_is_read_from_standard_input_and_never_shown(
    program: Program, isolated_machine: Path
) -> None:
    words = ("--network-proxy", PROXY, "--proxy-password")
    added = add(program, *words, stdin=f"{PASSWORD}\n")
    assert added.code == 0, added.err
    assert "KONTEXT_STUDIO_PROXY_PASSWORD" in added.err, "there is no keychain here"
    listed = [program("routes", "list"), program("routes", "list", "--json")]
    assert listed[1].json["routes"][-1]["network_proxy"] == PROXY
    assert_unsaid(PASSWORD, added, *listed)
    assert_nowhere(PASSWORD, isolated_machine)


def test_a_password_without_a_user_or_without_a_word_is_a_matter_of_usage(
    program: Program,
) -> None:
    assert add(program, "--proxy-password", stdin="x\n").code == 2
    assert add(program, "--network-proxy", PROXY, "--proxy-password", stdin="\n").code == 2


def test_f_sec_1_a_password_that_an_older_version_wrote_down_is_taken_out_and_told_once(
    program: Program, isolated_machine: Path
) -> None:
    file = isolated_machine / "studio" / "routes.json"
    proxy = f"http://ada:{PASSWORD}@proxy.example:3128"
    entry = {"name": "lab", "provider": "fal", "network_proxy": proxy}
    file.write_text(json.dumps({"version": 1, "routes": [entry]}))
    first, second = program("routes", "list", "--json"), program("routes", "list", "--json")
    assert first.code == second.code == 0
    assert first.json["routes"][-1]["network_proxy"] == "http://ada@proxy.example:3128"
    assert "password" in first.err
    assert "password" not in second.err
    assert_unsaid(PASSWORD, first, second)
    assert_nowhere(PASSWORD, isolated_machine)


def test_f_loc_39_one_broken_connection_costs_no_other_and_is_told_once(
    program: Program, isolated_machine: Path
) -> None:
    file = isolated_machine / "studio" / "routes.json"
    good = {"name": "lab", "provider": "fal"}
    file.write_text(json.dumps({"routes": [good, {"name": "odd", "provider": "fal", "mode": "x"}]}))
    first, second = program("routes", "list", "--json"), program("routes", "list", "--json")
    for one in (first, second):
        assert [route["name"] for route in one.json["routes"]][1:] == ["lab"]
    assert "“odd”" in first.err
    assert "routes.json.bad" in first.err
    assert second.err == ""


async def _proxy_of(service: FalService, asked: list[str]) -> asyncio.Server:
    """A network proxy that wants a password, and passes plain http on to the service."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        signed = [line for line in head.split("\r\n") if line.lower().startswith("proxy-auth")]
        asked.append(signed[0].partition(": ")[2] if signed else "")
        writer.write(b"HTTP/1.1 407 Sign in\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    return await asyncio.start_server(talk, "127.0.0.1", 0)


def test_a_proxys_password_from_the_environment_reaches_the_proxy_and_nothing_else(
    program: Program,
    service: FalService,
    isolated_machine: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("STUDIO_KEY", KEY)
    monkeypatch.setenv("KONTEXT_STUDIO_PROXY_PASSWORD", PASSWORD + "@/%")
    asked: list[str] = []

    async def whole():
        server = await _proxy_of(service, asked)
        port = server.sockets[0].getsockname()[1]
        words = ("--network-proxy", f"http://ada@127.0.0.1:{port}", "--key-env", "STUDIO_KEY")
        async with server:
            added = await asyncio.to_thread(add, program, *hosts_at(service.origin), *words)
            tried = await asyncio.to_thread(program, "routes", "test", "lab", "--json")
        return added, tried

    added, tried = asyncio.run(whole())
    assert added.code == 0, added.err
    assert asked, "the proxy was never asked"
    assert base64.b64decode(asked[0].partition(" ")[2]).decode() == f"ada:{PASSWORD}@/%"
    assert tried.code in (4, 5)
    assert_unsaid(PASSWORD, added, tried)
    assert_nowhere(PASSWORD, isolated_machine)


def test_a_header_from_the_environment_is_sent_and_only_its_variable_is_kept(
    program: Program,
    service: FalService,
    isolated_machine: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gateway = ("--mode", "gateway", "--address", service.origin)
    assert add(program, *gateway, "--header", "x-api-key=env:GATE_KEY").code == 0
    missing = program("routes", "test", "lab", "--json")
    assert (missing.code, missing.json["error"]["kind"]) == (4, "unauthorized")
    assert "GATE_KEY" in missing.json["error"]["message"]
    monkeypatch.setenv("GATE_KEY", PASSWORD)
    tried = program("routes", "test", "lab", "--json")
    assert tried.code == 0, tried.out
    assert service.seen("status")[0].headers["x-api-key"] == PASSWORD
    listed = program("routes", "list", "--json")
    assert listed.json["routes"][-1]["headers"] == {"x-api-key": "env:GATE_KEY"}
    assert_unsaid(PASSWORD, tried, listed)
    assert_nowhere(PASSWORD, isolated_machine)


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (401, {"detail": "Authentication is required."}, 4),
        (403, {"detail": "User is locked. Reason: Exhausted balance."}, 4),
        (200, b"<!doctype html><title>Sign in</title>", 5),
    ],
)
def test_a_test_of_a_connection_ends_with_the_code_of_what_did_not_hold(
    program: Program,
    service: FalService,
    monkeypatch: pytest.MonkeyPatch,
    status: int,
    body: object,
    code: int,
) -> None:
    monkeypatch.setenv("STUDIO_KEY", KEY)
    add_direct(program, service.origin, "--key-env", "STUDIO_KEY")
    service.fault("status", *[says(status, body)] * 5)
    assert program("routes", "test", "own", "--json").code == code


def test_a_run_over_a_connection_that_was_added_here_works(
    program: Program, service: FalService, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STUDIO_KEY", KEY)
    add_direct(program, service.origin, "--key-env", "STUDIO_KEY")
    ended = program("edit", photo, "Warmer", "--route", "own", "--model", ENDPOINT, "--json")
    assert ended.code == 0, ended.err
