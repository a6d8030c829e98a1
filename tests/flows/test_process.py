"""The program as a process that is killed: nothing paid for is lost, and nothing is sent twice."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TypeVar

import pytest

from tests.fakes.fal_service import ENDPOINT, KEY, FalService
from tests.fakes.photographs import encoded, photograph
from tests.fakes.threaded_service import fal_service_running, holds
from tests.flows.conftest import ROOT, Program
from tests.flows.test_routes import add_direct

T = TypeVar("T")
Started = Callable[..., subprocess.Popen[str]]

LIMIT_S = 30.0
ENGINE_LIMIT_S = 5.0


@pytest.fixture
def service() -> Iterator[FalService]:
    with fal_service_running() as running:
        yield running


@pytest.fixture
def own_route(program: Program, service: FalService, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STUDIO_KEY", KEY)
    add_direct(program, service.origin, "--key-env", "STUDIO_KEY")


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Started]:
    """Start the program and go on; what is left of it is killed in the end."""
    with ExitStack() as running:

        def start(*words: str | Path) -> subprocess.Popen[str]:
            environment = {**os.environ, "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"}
            process = subprocess.Popen(
                [sys.executable, "-m", "kontext_studio", *map(str, words)],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                text=True,
                cwd=tmp_path,
                env=environment,
            )
            running.enter_context(process)
            running.callback(process.kill)
            return process

        yield start


def killed(process: subprocess.Popen[str]) -> None:
    """Without a chance to do anything: SIGKILL, or what comes closest to it on Windows."""
    process.kill()
    process.wait(LIMIT_S)


@pytest.mark.usefixtures("own_route")
def test_a_run_that_was_submitted_is_fetched_after_a_kill_and_never_sent_again(
    program: Program, started: Started, photo: Path, tmp_path: Path, service: FalService
) -> None:
    session = tmp_path / "s.kontext"
    asked = threading.Event()
    service.fault("stream", holds(asked))
    edit = ("edit", photo, "Warmer", "--route", "own", "--model", ENDPOINT, "--session", session)
    process = started(*edit)
    assert asked.wait(LIMIT_S), "the program never asked how the run is"
    killed(process)

    resumed = program("resume", session, "--json")
    assert resumed.code == 0, resumed.err
    assert [job["state"] for job in resumed.json["jobs"]] == ["stored"]
    assert len(service.seen("submit")) == 1
    made = resumed.json["nodes"][-1]
    assert (made["instruction"], made["route"]) == ("Warmer", "own")
    checked = program("check", session, "--json")
    assert (checked.code, checked.json["ok"], checked.json["steps"]) == (0, True, 2)

    assert program("resume", session, "--json").code == 0
    assert len(program("history", session, "--json").json["nodes"]) == 2, "stored once"
    assert len(service.seen("submit")) == 1


@pytest.mark.usefixtures("own_route")
def test_a_kill_while_sending_leaves_a_run_of_unknown_outcome_that_is_not_sent_again(
    program: Program, started: Started, photo: Path, tmp_path: Path, service: FalService
) -> None:
    session = tmp_path / "s.kontext"
    arrived = threading.Event()
    service.fault("submit", holds(arrived))
    edit = ("edit", photo, "Warmer", "--route", "own", "--model", ENDPOINT, "--session", session)
    process = started(*edit)
    assert arrived.wait(LIMIT_S), "the run was never sent"
    killed(process)

    for _ in range(2):
        resumed = program("resume", session, "--json")
        assert resumed.code == 7, resumed.err
        job = resumed.json["jobs"][0]
        assert (job["state"], job["charged"]) == ("unknown", "maybe")
        assert "may have been charged" in job["message"]
    assert len(service.seen("submit")) == 1
    checked = program("check", session, "--json")
    assert (checked.code, checked.json["ok"], checked.json["steps"]) == (0, True, 1)


@pytest.mark.usefixtures("own_route")
def test_a_session_that_another_process_works_in_is_refused_by_its_number(
    program: Program, started: Started, photo: Path, tmp_path: Path, service: FalService
) -> None:
    session = tmp_path / "s.kontext"
    asked = threading.Event()
    service.fault("stream", holds(asked))
    edit = ("edit", photo, "Warmer", "--route", "own", "--model", ENDPOINT, "--session", session)
    process = started(*edit)
    assert asked.wait(LIMIT_S)

    second = program("edit", photo, "Make it brighter", "--session", session, "--json")
    assert (second.code, second.json["error"]["kind"]) == (6, "session_locked")
    said = second.json["error"]["message"] + " " + second.json["error"]["hint"]
    assert str(process.pid) in said
    assert len(program("history", session, "--json").json["nodes"]) == 1, "looking is allowed"

    killed(process)
    third = program("edit", "Make it brighter", "--session", session, "--json")
    assert third.code == 0, third.err


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="finds processes in /proc")
@pytest.mark.parametrize("moment", ["starts", "works"])
def test_the_engine_ends_when_the_program_that_started_it_is_killed(
    started: Started, tmp_path: Path, moment: str
) -> None:
    photo, session = tmp_path / "large.png", tmp_path / "s.kontext"
    photo.write_bytes(encoded(photograph(3000, 2000)))  # some seconds of work
    process = started("edit", photo, "Turn it into an oil painting", "--session", session)
    engine = until("the engine's process", lambda: children_of(process.pid), LIMIT_S)[0]
    if moment == "works":
        until("the run to be taken", lambda: states_in(session) == ["submitted"], LIMIT_S)
    assert is_alive(engine)
    killed(process)
    until("the engine to end", lambda: not is_alive(engine), ENGINE_LIMIT_S)


def states_in(session: Path) -> list[str]:
    """Read as a process that starts after a crash would."""
    with closing(sqlite3.connect(f"file:{session}?mode=ro", uri=True)) as other:
        return [json.loads(body)["state"] for (body,) in other.execute("SELECT body FROM jobs")]


def until(what: str, condition: Callable[[], T], limit_s: float) -> T:
    """What the condition gives once it is true."""
    end = time.monotonic() + limit_s
    while not (found := condition()):
        assert time.monotonic() < end, f"waited {limit_s:.0f} s for {what}"
        threading.Event().wait(0.02)
    return found


def children_of(pid: int) -> list[int]:
    found: list[int] = []
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += [int(word) for word in file.read_text().split()]
        except OSError:
            continue  # the thread has ended meanwhile
    return found


def is_alive(pid: int) -> bool:
    """A process that has ended and that nobody has fetched yet is not alive."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"
