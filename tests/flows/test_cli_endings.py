"""How a command ends: an inner fault, Ctrl+C, words that are no command; and what its log holds."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fakes.fal_service import FalService
from tests.fakes.open_runs import session_with_runs
from tests.flows.driving import (
    LIMIT_S,
    ROOT,
    Program,
    Started,
    assert_nowhere,
    assert_unsaid,
    begin_edit,
)

CANARY = "canary-4711:s3cr3t-canary"

BREAKS = f"""
import kontext_studio.workbench.bench as bench

async def broken(self, *words, **named):
    raise ZeroDivisionError("Authorization: Key {CANARY}")

bench.Workbench.open_session = broken
"""


@pytest.fixture
def log_file(isolated_machine: Path) -> Path:
    return isolated_machine / "studio" / "log" / "kontext-studio.log"


def test_an_inner_fault_is_one_sentence_and_exit_code_1_and_the_log_says_where(
    program: Program, tmp_path: Path, log_file: Path, isolated_machine: Path
) -> None:
    session = tmp_path / "s.kontext"
    session_with_runs(session)
    ended = program("history", session, "--json", first=BREAKS)
    assert ended.code == 1
    assert ended.json["error"]["kind"] == "fault"
    assert str(log_file) in ended.json["error"]["hint"]
    assert "Traceback" not in ended.out + ended.err
    assert len(ended.err.strip().splitlines()) == 2
    logged = log_file.read_text()
    assert "Traceback" in logged
    assert "ZeroDivisionError" in logged
    assert_unsaid(CANARY, ended)
    assert_nowhere(CANARY, isolated_machine)


def test_an_inner_fault_outside_any_session_is_told_the_same_way(
    program: Program, log_file: Path
) -> None:
    breaks = "import kontext_studio.cli.wording as wording\nwording.find_problems = None\n"
    ended = program("lint", "Make it warmer", "--json", first=breaks)
    assert (ended.code, ended.json["error"]["kind"]) == (1, "fault")
    assert "Traceback" not in ended.err
    assert "Traceback" in log_file.read_text()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps permissions in another way")
def test_f_sec_22_every_command_writes_the_log_and_it_is_private(
    program: Program, log_file: Path
) -> None:
    assert program("models").code == 0
    assert "“models” of " in log_file.read_text()
    assert stat.S_IMODE(log_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(log_file.parent.stat().st_mode) == 0o700


def test_f_loc_40_a_log_that_cannot_be_written_stops_no_command(
    program: Program, log_file: Path
) -> None:
    log_file.parent.write_text("a file where the folder would be")
    ended = program("models", "--json")
    assert (ended.code, ended.err) == (0, "")


@pytest.mark.skipif(sys.platform == "win32", reason="sends the signal that Ctrl+C is on POSIX")
@pytest.mark.usefixtures("own_route")
def test_ctrl_c_is_exit_code_130_and_the_json_says_where_everything_stands(
    program: Program, started: Started, photo: Path, tmp_path: Path, service: FalService
) -> None:
    session = tmp_path / "s.kontext"
    process = begin_edit(started, service, photo, "Warmer", "--session", session, "--json")
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=LIMIT_S)
    assert process.returncode == 130, err
    body = json.loads(out)
    assert body["session"] == str(session)
    job = body["jobs"][0]
    assert (job["state"], job["remote_id"], job["instruction"]) == ("submitted", "run-1", "Warmer")
    error = body["error"]
    assert (error["kind"], error["charged"], error["job"]) == ("stopped", "maybe", job["id"])
    assert "resume" in error["hint"]
    assert "Traceback" not in err

    resumed = program("resume", session, "--json")
    assert resumed.code == 0, resumed.err
    assert [one["state"] for one in resumed.json["jobs"]] == ["stored"]
    assert len(service.seen("submit")) == 1


@pytest.mark.parametrize(
    "words",
    [("retouch",), ("edit",), ("edit", "--colour", "x"), ("export", "a"), ("--nothing",)],
)
def test_words_that_are_no_command_are_an_object_too_where_json_was_asked_for(
    program: Program, words: tuple[str, ...]
) -> None:
    ended = program(*words, "--json")
    assert ended.code == 2
    assert ended.json["error"]["kind"] == "usage"
    assert ended.json["error"]["message"]
    assert "Traceback" not in ended.err


def test_a_reader_that_has_seen_enough_is_no_fault(program: Program) -> None:
    command = f'"{sys.executable}" -m kontext_studio models | head -1'
    done = subprocess.run(
        ["sh", "-c", command],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        timeout=60,
    )
    assert done.stderr == ""
