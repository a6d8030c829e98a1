"""F-SEC-1: canaries for a key and for a proxy's password go through the real program, and nothing
that is left behind or shown holds a piece of them."""

from __future__ import annotations

import base64
import json
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.fal_service import ENDPOINT, Exchange, FalService, Fault
from tests.fakes.open_runs import a_run, session_with_runs
from tests.fakes.photographs import encoded, photograph
from tests.fakes.signing_proxy import SigningProxy, proxy_running
from tests.flows.driving import (
    Ended,
    Program,
    Started,
    add_direct,
    begin_edit,
    children_of,
    until,
)

KEY = "canaryid4711:canarysecret0815"
PASSWORD = "canarypassword4242"
PIECES = (*KEY.split(":"), PASSWORD)
ENCODED = [base64.b64encode(one.encode())[:-3] for one in (KEY, f"ada:{PASSWORD}")]
HIDDEN_IN = [one.encode() for one in PIECES] + ENCODED


@pytest.fixture
def proxy() -> Iterator[SigningProxy]:
    with proxy_running("ada", PASSWORD) as running:
        yield running


@pytest.fixture
def route(
    program: Program,
    service: FalService,
    proxy: SigningProxy,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The connection “own”: directly to the service, over the proxy."""
    monkeypatch.setenv("STUDIO_KEY", KEY)
    monkeypatch.setenv("KONTEXT_STUDIO_PROXY_PASSWORD", PASSWORD)
    monkeypatch.setenv("FAL_KEY", KEY)
    network_proxy = ("--network-proxy", f"http://ada@127.0.0.1:{proxy.port}")
    add_direct(program, service.origin, *network_proxy, "--key-env", "STUDIO_KEY")


def assert_no_canary(*folders: Path, said: tuple[Ended, ...] = ()) -> None:
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    assert files, "there was nothing to look through"
    found = [
        f"{piece!r} in {path}"
        for path in files
        for piece in HIDDEN_IN
        if piece in path.read_bytes()
    ]
    for one in said:
        text = (one.out + one.err).encode()
        found += [f"{piece!r} was said: {text!r}" for piece in HIDDEN_IN if piece in text]
    assert not found


def echoes(status: int, shape: str) -> Fault:
    """Says what it was sent, key and all, in one of the shapes in which services do."""

    async def fault(exchange: Exchange) -> None:
        await exchange.read()
        exchange.note()
        headers = dict(exchange.headers)
        told = {
            "object": {"detail": {"headers": headers}},
            "text": {"detail": f"You sent {headers}"},
            "lines": {"detail": "\n".join(f"{name}: {text}" for name, text in headers.items())},
            "nested": {"detail": json.dumps({"request": json.dumps(headers)})},
            "problems": {
                "detail": [
                    {
                        "loc": ["body", f"Key {KEY}"],
                        "msg": f"bad authorization: {headers['authorization']}",
                        "type": f"Key {KEY}",
                        "input": headers,
                        "ctx": {"headers": headers, "error": f"Authorization: Key {KEY}"},
                    }
                ]
            },
            "bare": {"detail": f"The key {KEY} has no access.", "error_type": KEY},
        }[shape]
        kind = {"x-fal-request-id": f"Key {KEY}", "x-fal-error-type": f"Key {KEY}"}
        await exchange.answer(status, told, kind)

    return fault


RUN = ("--route", "own", "--model", ENDPOINT)
SHAPES = ("object", "text", "lines", "nested", "problems", "bare")
SAID_BACK = [
    *(("submit", 422, shape) for shape in SHAPES),
    *(("initiate", 401, shape) for shape in ("object", "bare")),
    *(("result", 422, shape) for shape in ("problems", "text")),
]
"""Every shape at one step, and the other steps with those that are read differently."""


@pytest.mark.usefixtures("route")
def test_f_sec_1_a_run_that_succeeds_leaves_no_canary(
    program: Program,
    photo: Path,
    tmp_path: Path,
    isolated_machine: Path,
    service: FalService,
    proxy: SigningProxy,
) -> None:
    session = tmp_path / "s.kontext"
    words = ("edit", photo, "Warmer", "--then", "Cooler", *RUN, "--session", session)
    said = (
        program(*words, "-o", tmp_path / "out.png", "--json"),
        program("history", session, "--json"),
        program("show", session, "1", "--json"),
        program("routes", "list", "--json"),
        program("routes", "test", "own", "--json"),
        program("doctor", "--json"),
    )
    assert said[0].code == 0, said[0].err
    assert {one.headers["authorization"] for one in service.seen("submit")} == {f"Key {KEY}"}
    assert proxy.passed > 5, "everything went over the proxy"
    assert_no_canary(tmp_path, isolated_machine, said=said)


@pytest.mark.usefixtures("route")
@pytest.mark.parametrize(("step", "status", "shape"), SAID_BACK)
def test_f_sec_1_a_service_that_says_the_key_back_leaves_no_canary(
    program: Program,
    photo: Path,
    tmp_path: Path,
    isolated_machine: Path,
    service: FalService,
    step: str,
    status: int,
    shape: str,
) -> None:
    service.fault(step, *[echoes(status, shape)] * 3)
    session = tmp_path / "s.kontext"
    ended = program("edit", photo, "Warmer", *RUN, "--session", session, "--json")
    assert ended.code in (4, 5, 7), ended.out
    told = program("resume", session)
    assert_no_canary(tmp_path, isolated_machine, said=(ended, told))


BREAKS = """
import kontext_studio.workbench.{module} as module

def broken(*words, **named):
    import os
    raise ZeroDivisionError(f"Authorization: Key {{os.environ['STUDIO_KEY']}} {{dict(os.environ)}}")

module.{name} = broken
"""


@pytest.mark.usefixtures("route")
@pytest.mark.parametrize(("module", "name"), [("ordering", "build_request"), ("reach", "_load")])
def test_f_sec_1_a_program_that_breaks_leaves_no_canary(
    program: Program,
    photo: Path,
    tmp_path: Path,
    isolated_machine: Path,
    module: str,
    name: str,
) -> None:
    words = ("edit", photo, "Warmer", *RUN, "--session", tmp_path / "s.kontext")
    ended = program(*words, "--json", first=BREAKS.format(module=module, name=name))
    assert ended.code == 1, ended.err
    log = isolated_machine / "studio" / "log" / "kontext-studio.log"
    assert "ZeroDivisionError" in log.read_text()
    assert_no_canary(tmp_path, isolated_machine, said=(ended,))


@pytest.mark.usefixtures("route")
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks at processes in /proc")
def test_f_sec_1_while_it_runs_and_after_a_kill_no_process_and_no_file_shows_a_canary(
    started: Started,
    photo: Path,
    tmp_path: Path,
    isolated_machine: Path,
    service: FalService,
) -> None:
    process = begin_edit(started, service, photo, "Warmer", "--session", tmp_path / "s.kontext")
    assert not _shown_by(process.pid, "cmdline")
    process.kill()
    process.communicate()
    assert_no_canary(tmp_path, isolated_machine)


@pytest.mark.usefixtures("route")
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks at processes in /proc")
def test_f_sec_1_the_engines_process_is_given_no_key_and_no_password(
    started: Started, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", f"http://ada:{PASSWORD}@127.0.0.1:9")
    large = tmp_path / "large.png"
    large.write_bytes(encoded(photograph(2000, 1500)))
    process = started("edit", large, "Turn it into an oil painting")
    engine = until("the engine's process", lambda: children_of(process.pid))[0]
    token = b"KONTEXT_STUDIO_TOKEN="
    until("its environment", lambda: token in _of(engine, "environ"))
    assert not _shown_by(engine, "environ")
    assert not _shown_by(engine, "cmdline")
    assert not _shown_by(process.pid, "cmdline")


def _of(pid: int, name: str) -> bytes:
    return Path(f"/proc/{pid}/{name}").read_bytes()


def _shown_by(pid: int, name: str) -> list[bytes]:
    shown = _of(pid, name)
    return [piece for piece in HIDDEN_IN if piece in shown]


# Writes what the window shows into a file when the program ends.
SHOWS = """
import os
from kontext_studio.gui import studio

ends = studio.Studio.end

async def end(self):
    from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget
    widgets = QApplication.allWidgets()
    lines = [QApplication.clipboard().text()]
    lines += [one.windowTitle() for one in widgets] + [one.toolTip() for one in widgets]
    lines += [one.accessibleName() + " " + one.accessibleDescription() for one in widgets]
    lines += [one.text() for one in widgets if isinstance(one, QLabel | QAbstractButton)]
    with open(os.environ["SHOWN"], "w") as file:
        file.write("\\n".join(lines))
    await ends(self)

studio.Studio.end = end
"""


@pytest.mark.usefixtures("route")
@pytest.mark.skipif(sys.platform == "win32", reason="ends the window by a signal")
@pytest.mark.parametrize("shape", ["problems", "text"])
def test_f_sec_1_the_window_shows_no_canary_and_leaves_none(
    started: Started,
    tmp_path: Path,
    isolated_machine: Path,
    service: FalService,
    monkeypatch: pytest.MonkeyPatch,
    shape: str,
) -> None:
    session, shown = tmp_path / "s.kontext", tmp_path / "shown.txt"
    session_with_runs(session, *[a_run(n, remote=service.remote(f"run-{n}")) for n in (1, 2)])
    service.fault("result", echoes(422, shape))
    monkeypatch.setenv("SHOWN", str(shown))
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    process = started(session, first=SHOWS)
    until("the result of both runs", lambda: len(service.seen("result")) >= 2, 60)
    until("the picture", lambda: service.seen("picture"), 60)
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=60)
    ended = Ended(process.returncode, out, err)
    assert shown.exists(), err
    assert "Warmer 1" in shown.read_text(), "the runs were shown"
    assert_no_canary(tmp_path, isolated_machine, said=(ended,))
