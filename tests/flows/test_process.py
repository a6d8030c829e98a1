"""The program as a process that is killed: nothing paid for is lost, and nothing is sent twice."""

from __future__ import annotations

import json
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.fakes.fal_service import FalService
from tests.fakes.photographs import encoded, photograph
from tests.flows.driving import Program, Started, begin_edit, children_of, killed, until

ENGINE_LIMIT_S = 5.0


@pytest.mark.usefixtures("own_route")
def test_a_run_that_was_submitted_is_fetched_after_a_kill_and_never_sent_again(
    program: Program, started: Started, photo: Path, tmp_path: Path, service: FalService
) -> None:
    session = tmp_path / "s.kontext"
    process = begin_edit(started, service, photo, "Warmer", "--session", session)
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
    process = begin_edit(started, service, photo, "Warmer", "--session", session, step="submit")
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
    process = begin_edit(started, service, photo, "Warmer", "--session", session)

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
    engine = until("the engine's process", lambda: children_of(process.pid))[0]
    if moment == "works":
        until("the run to be taken", lambda: states_in(session) == ["submitted"])
    assert is_alive(engine)
    killed(process)
    until("the engine to end", lambda: not is_alive(engine), ENGINE_LIMIT_S)


def states_in(session: Path) -> list[str]:
    """Read as a process that starts after a crash would."""
    with closing(sqlite3.connect(f"file:{session}?mode=ro", uri=True)) as other:
        return [json.loads(body)["state"] for (body,) in other.execute("SELECT body FROM jobs")]


def is_alive(pid: int) -> bool:
    """A process that has ended and that nobody has fetched yet is not alive."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"
