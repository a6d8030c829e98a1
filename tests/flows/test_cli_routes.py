"""`routes` by command line: no password and no key in a file, on the screen or in the arguments."""

from __future__ import annotations

import asyncio
import base64
import json
from pathlib import Path

import pytest

from tests.fakes.fal_service import ENDPOINT, KEY, FalService, says
from tests.fakes.photographs import png
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


# Keys, and the rest of what a connection is.

TOKEN = "canary-token-0815"


def test_f_loc_38_a_key_is_read_from_standard_input_and_where_there_is_no_keychain_that_is_said(
    program: Program, isolated_machine: Path
) -> None:
    added = add(program, "--key", stdin=f"{PASSWORD}\n")
    assert added.code == 0, added.err
    assert "no keychain here, so the key was not kept. Set FAL_KEY" in added.err
    listed = program("routes", "list", "--json")
    assert listed.json["routes"][-1]["key"] == "none"
    assert_unsaid(PASSWORD, added, listed)
    assert_nowhere(PASSWORD, isolated_machine)
    assert add(program, "--key", stdin="\n").code == 2


def test_a_key_that_would_never_be_sent_is_not_asked_for(program: Program) -> None:
    words = ("--mode", "server-proxy", "--address", "https://proxy.example/api")
    refused = add(program, *words, "--key", "--json", stdin=f"{PASSWORD}\n")
    assert (refused.code, refused.json["error"]["kind"]) == (3, "bad_request")
    assert "holds the key" in refused.json["error"]["message"]
    assert len(program("routes", "list", "--json").json["routes"]) == 1


def test_everything_that_a_connection_is_comes_back_from_the_list(program: Program) -> None:
    words = (
        *("--mode", "gateway", "--address", "https://gate.example/fal"),
        *("--network-proxy", "socks5://ada@127.0.0.1:1080", "--no-proxy", "localhost,10.0.0.0/8"),
        *("--header", "Authorization=Bearer env:TEAM", "--header", "x-team=design"),
        *("--model", "kontext-dev", "--ca", "roots.pem"),
    )
    assert add(program, *words).code == 0
    one = program("routes", "list", "--json").json["routes"][-1]
    assert (one["name"], one["mode"], one["address"]) == (
        "lab",
        "gateway",
        "https://gate.example/fal",
    )
    assert (one["no_proxy"], one["proxy_from_system"], one["model"]) == (
        "localhost,10.0.0.0/8",
        False,
        "kontext-dev",
    )
    assert Path(one["ca_file"]).is_absolute()
    assert one["headers"] == {"Authorization": "Bearer env:TEAM", "x-team": "…"}
    assert one["key"] == "not-needed"
    # It is not lost to another one of its name; the same once more changes nothing.
    refused = add(program, "--system-proxy")
    assert (refused.code, "“--replace” puts this one in its place" in refused.err) == (2, True)
    assert program("routes", "list", "--json").json["routes"][-1] == one
    assert add(program, *words).out == "Kept lab.\n"
    assert add(program, "--system-proxy", "--replace").out == "Changed lab.\n"
    assert program("routes", "list", "--json").json["routes"][-1]["proxy_from_system"] is True
    told = program("routes", "list").out.splitlines()
    assert told[0].startswith("* Embedded engine")
    assert told[-1].endswith("no key")


def test_a_connection_that_is_used_is_the_one_that_runs_go_over(program: Program) -> None:
    assert add(program).code == 0
    used = program("routes", "use", "LAB", "--json")
    assert (used.code, used.json) == (0, {"default": "lab"})
    listed = program("routes", "list", "--json").json["routes"]
    assert {one["name"]: one["default"] for one in listed} == {
        "Embedded engine": False,
        "lab": True,
    }
    assert program("routes", "use", "nobody").code == 3
    assert program("routes", "use").code == 2


def test_a_session_has_a_connection_of_its_own_until_it_is_taken_back(
    program: Program, tmp_path: Path
) -> None:
    photo = tmp_path / "photo.png"
    photo.write_bytes(png(1, 64, 64))
    session = str(tmp_path / "s.kontext")
    first = program("edit", str(photo), "Make it warmer", "--session", session, "--seed", "1")
    assert first.code == 0, first.err
    assert add(program).code == 0
    assert program("routes", "use", "lab", "--session", session, "--json").json["route"] == "lab"
    again = ("edit", "Make it colder", "--session", session, "--json")
    assert program(*again).json["error"]["kind"] != ""
    assert program("routes", "list", "--json").json["routes"][0]["default"] is True
    taken = program("routes", "use", "--session", session)
    assert (taken.code, taken.out) == (0, "The runs of s.kontext go over Embedded engine now.\n")
    assert program(*again).code == 0


def test_the_value_of_a_header_is_asked_for_and_kept_in_no_file(
    program: Program, isolated_machine: Path
) -> None:
    words = ("--mode", "server-proxy", "--address", "https://proxy.example/api")
    header = ("--header", "x-kontext-token=keyring:")
    added = add(program, *words, *header, stdin=f"{TOKEN}\n")
    assert added.code == 0, added.err
    assert "no keychain" in added.err
    refused = add(program, *words, "--header", f"x-kontext-token={TOKEN}")
    assert refused.code == 2
    assert_unsaid(TOKEN, added, refused)
    assert_nowhere(TOKEN, isolated_machine)


def test_a_test_tells_the_stage_the_remedy_and_where_a_key_is_missing(
    program: Program, service: FalService, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_direct(program, service.origin)
    tried = program("routes", "test", "own", "--json")
    assert tried.code == 4
    assert tried.json["error"]["stage"] == "Sign-in"
    assert tried.json["error"]["hint"]
    assert [one["name"] for one in tried.json["steps"]] == ["Sign-in"]
    assert service.ledger == []
    monkeypatch.setenv("STUDIO_KEY", KEY)
    add_direct(program, service.origin, "--key-env", "STUDIO_KEY")
    told = program("routes", "test", "own")
    assert told.code == 0
    names = [line.split(" ")[1].rstrip(":") for line in told.out.splitlines()]
    assert names == ["Name", "Connect", "Sign-in", "Service", "Model"]
    assert "Not testable without a run." in told.out


def test_over_a_server_proxy_a_test_tells_that_a_planted_key_is_not_sent(
    program: Program, service: FalService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAL_KEY", PASSWORD)
    words = ("--mode", "server-proxy", "--address", f"{service.origin}/api")
    assert add(program, *words).code == 0
    tried = program("routes", "test", "lab", "--json")
    key = tried.json["steps"][-1]
    assert (key["name"], key["passed"]) == ("Key", True)
    assert "FAL_KEY is set on this computer; it is not sent" in key["message"]
    assert_unsaid(PASSWORD, tried)
    assert not [one for one in service.ledger if "authorization" in one.headers]
