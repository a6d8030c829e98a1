"""A command that is told to stop, or to stand still, while its one POST is being answered."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.fal_service import ENDPOINT, Exchange, FalService, Fault
from tests.flows.driving import (
    LIMIT_S,
    Program,
    Started,
    begin_edit,
    command,
    environment,
    until,
)

pytestmark = [
    pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="no such signals on this system"),
    pytest.mark.usefixtures("own_route"),
]

TO_STOP = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if name in dir(signal)]
WAITS = "Stopping. What was just sent is given 10 s to be answered."


class Answer:
    """The answer to a POST that was read and sold, given when the test says so."""

    def __init__(self, service: FalService) -> None:
        self.read = threading.Event()
        self._may_go = threading.Event()
        service.fault("submit", self._fault())

    def give(self) -> None:
        self._may_go.set()

    def _fault(self) -> Fault:
        async def fault(exchange: Exchange) -> None:
            await exchange.read()
            exchange.note()
            remote = exchange.service.remote(exchange.service.sell(exchange))
            self.read.set()
            while not self._may_go.is_set():
                await asyncio.sleep(0.01)
            await exchange.answer(200, remote.to_json())

        return fault


@pytest.fixture
def answer(service: FalService) -> Iterator[Answer]:
    answer = Answer(service)
    yield answer
    answer.give()


def edit_words(photo: Path, session: Path, *more: str) -> tuple[str | Path, ...]:
    words: tuple[str | Path, ...] = ("edit", photo, "Warmer", "--session", session, *more)
    return (*words, "--route", "own", "--model", ENDPOINT)


def assert_it_was_not_lost(program: Program, session: Path, service: FalService) -> None:
    resumed = program("resume", session, "--json")
    assert [job["state"] for job in resumed.json["jobs"]] == ["stored"]
    assert len(service.seen("submit")) == 1


@pytest.mark.parametrize("number", TO_STOP, ids=lambda one: one.name)
def test_f_ui_3_a_command_that_is_told_to_stop_hears_the_answer_to_its_post(
    program: Program,
    started: Started,
    photo: Path,
    tmp_path: Path,
    service: FalService,
    answer: Answer,
    number: signal.Signals,
) -> None:
    session = tmp_path / "s.kontext"
    process = started(*edit_words(photo, session))
    assert answer.read.wait(LIMIT_S)
    process.send_signal(number)
    assert process.stderr is not None
    assert any(line.strip() == WAITS for line in iter(process.stderr.readline, ""))
    process.send_signal(number)  # pressed once more: it changes nothing
    answer.give()
    _, err = process.communicate(timeout=LIMIT_S)
    assert process.returncode == 128 + number
    assert "What was sent is fetched with “kontext-studio resume" in err
    assert_it_was_not_lost(program, session, service)


def test_f_ui_3_a_closed_terminal_does_not_lose_the_answer_to_a_post(
    program: Program, photo: Path, tmp_path: Path, service: FalService, answer: Answer
) -> None:
    session = tmp_path / "s.kontext"
    ours, theirs = os.openpty()
    takes = "import fcntl, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0)"  # its own terminal
    with subprocess.Popen(
        command(*edit_words(photo, session), first=takes),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=tmp_path,
        env=environment(),
        start_new_session=True,
    ) as process:
        os.close(theirs)
        try:
            assert answer.read.wait(LIMIT_S)
        finally:
            os.close(ours)
        answer.give()
        assert process.wait(LIMIT_S) == 128 + signal.SIGHUP
    assert_it_was_not_lost(program, session, service)


def test_f_ui_3_where_no_answer_comes_it_is_said_that_it_may_have_been_charged(
    program: Program, started: Started, photo: Path, tmp_path: Path, answer: Answer
) -> None:
    session = tmp_path / "s.kontext"
    hurried = "from kontext_studio.workbench.bench import Workbench\n"
    hurried += "Workbench.__init__.__kwdefaults__['grace_s'] = 0.2"
    process = started(*edit_words(photo, session, "--json"), first=hurried)
    assert answer.read.wait(LIMIT_S)
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=LIMIT_S)
    assert process.returncode == 128 + signal.SIGTERM
    error = json.loads(out)["error"]
    assert (error["charged"], error["job"]) == ("maybe", json.loads(out)["jobs"][0]["id"])
    assert "This may have been charged. “kontext-studio resume" in error["hint"]
    assert "is fetched with" not in err
    answer.give()
    assert program("resume", session).code == 7


def test_a_command_that_is_stopped_before_it_sends_says_so(
    started: Started, photo: Path, tmp_path: Path, service: FalService
) -> None:
    session = tmp_path / "s.kontext"
    process = begin_edit(started, service, photo, "Warmer", "--session", session, step="put")
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=LIMIT_S)
    assert process.returncode == 128 + signal.SIGTERM
    assert err.endswith("\nStopped. Nothing was sent.\n")
    assert service.seen("submit") == []


def test_a_signal_that_is_ignored_from_outside_stops_nothing(
    started: Started, photo: Path, tmp_path: Path, answer: Answer
) -> None:
    ignored = "import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)"  # as nohup does
    process = started(*edit_words(photo, tmp_path / "s.kontext"), first=ignored)
    assert answer.read.wait(LIMIT_S)
    process.send_signal(signal.SIGHUP)
    answer.give()
    _, err = process.communicate(timeout=LIMIT_S)
    assert process.returncode == 0, err


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux whether the process stands still")
def test_f_loc_16_a_time_limit_does_not_count_the_time_in_which_the_process_stood_still(
    started: Started, photo: Path, tmp_path: Path, answer: Answer
) -> None:
    """Ctrl+Z while the POST is being answered, and back when its time limit is over."""
    limit_s = 4.0
    short = "import kontext_studio.cli.stopping as stopping; stopping._BEAT_S = 0.2\n"
    short += "from kontext_studio.providers.limits import Limits\n"
    short += f"Limits.__init__.__defaults__ = (10.0, {limit_s}, *Limits.__init__.__defaults__[2:])"
    process = started(*edit_words(photo, tmp_path / "s.kontext"), first=short)
    assert answer.read.wait(LIMIT_S)
    threading.Event().wait(0.3)  # so that it listens already
    process.send_signal(signal.SIGSTOP)
    stat = Path(f"/proc/{process.pid}/stat")
    until("it to stand still", lambda: stat.read_text().rpartition(") ")[2][0] == "T")
    threading.Event().wait(limit_s + 0.5)  # the time itself is what matters here
    answer.give()
    process.send_signal(signal.SIGCONT)
    _, err = process.communicate(timeout=LIMIT_S)
    assert process.returncode == 0, err
