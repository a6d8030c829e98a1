"""`resume` and `dismiss`: every open run is asked for, and what each has become is said."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest

from kontext_studio.core.errors import Charged
from kontext_studio.core.jobs import JobFault, JobState
from tests.fakes.fal_service import (
    ENDPOINT,
    FalService,
    drops,
    loses_the_answer,
    says,
    sells_and,
)
from tests.fakes.open_runs import a_run, runs_at, session_with_runs, stamped
from tests.flows.driving import Program, add_direct

pytestmark = pytest.mark.usefixtures("own_route")

POLLED_WITHIN_S = 3.0
"""From the start of the process until the last of 20 open runs has been asked for."""

UNKNOWN = JobFault("outcome_unknown", "It may have been charged.", charged=Charged.MAYBE)


def test_20_open_runs_are_all_polled_in_3_seconds_and_stored(
    program: Program, tmp_path: Path, service: FalService
) -> None:
    took = []
    for attempt in range(3):  # a busy machine is given another chance
        session = tmp_path / f"{attempt}.kontext"
        session_with_runs(session, *runs_at(service, 20))
        service.ledger.clear()
        service._told.clear()
        stamps: list[float] = []
        service.fault("stream", *[stamped(stamps, service._stream)] * 20)
        begun = time.monotonic()
        ended = program("resume", session, "--json")
        took.append(max(stamps) - begun)
        assert ended.code == 0, ended.err
        jobs = ended.json["jobs"]
        assert [job["state"] for job in jobs] == ["stored"] * 20
        assert all(job["taken_up"] and len(job["nodes"]) == 1 for job in jobs)
        assert len(stamps) == 20
        assert service.seen("submit") == []
        if took[-1] < POLLED_WITHIN_S:
            break
    assert min(took) < POLLED_WITHIN_S


def test_each_run_is_said_to_have_become_what_it_did(
    program: Program, tmp_path: Path, service: FalService
) -> None:
    session = tmp_path / "s.kontext"
    runs = [a_run(n, remote=service.remote(f"run-{n}")) for n in (1, 2)]
    session_with_runs(session, *runs, a_run(3, JobState.STORED), a_run(4, JobState.PREPARED))
    refusal = {"detail": [{"loc": ["body", "prompt"], "msg": "No.", "type": "value_error"}]}
    service.fault("result", says(422, refusal))
    ended = program("resume", session)
    assert ended.code == 4, ended.err
    said = ended.out.splitlines()
    assert len(said) == 2, said
    assert sorted(line.partition(":")[0] for line in said) == ["failed", "stored"]
    again = program("resume", session, "--json")
    assert again.code == 0, "an old failure is not told again"
    assert not any(job["taken_up"] for job in again.json["jobs"])


def test_a_service_that_is_not_reached_is_exit_code_5_and_the_run_stays_open(
    program: Program, tmp_path: Path, service: FalService
) -> None:
    session = tmp_path / "s.kontext"
    lost = replace(service.remote("run-1"), status_url="http://127.0.0.1:9/x/requests/run-1/status")
    session_with_runs(session, a_run(1, remote=lost))
    ended = program("resume", session, "--json")
    assert ended.code == 5, ended.out
    assert ended.json["jobs"][0]["state"] == "submitted"


def test_an_unknown_outcome_is_exit_code_7_until_it_is_dismissed(
    program: Program, tmp_path: Path
) -> None:
    session = tmp_path / "s.kontext"
    runs = [a_run(n, JobState.UNKNOWN, fault=UNKNOWN) for n in (1, 2)]
    session_with_runs(session, *runs)
    for _ in range(2):
        ended = program("resume", session)
        assert ended.code == 7
        assert f"kontext-studio dismiss {session} job-1 job-2" in ended.out
    assert program("dismiss", session, "job-1", "--json").json["dismissed"] == ["job-1"]
    one_left = program("resume", session)
    assert one_left.code == 7
    assert "job-1" not in one_left.out
    assert program("dismiss", session, "unknown", "--json").json["dismissed"] == ["job-2"]
    settled = program("resume", session, "--json")
    assert settled.code == 0, settled.err
    assert [job["dismissed"] for job in settled.json["jobs"]] == [True, True]


def test_a_run_whose_answer_was_lost_is_found_in_the_services_list_and_stored(
    program: Program, tmp_path: Path, service: FalService, photo: Path
) -> None:
    hosts = ("--host", f"platform={service.origin}")
    add_direct(program, service.origin, *hosts, "--key-env", "STUDIO_KEY")
    service.fault("submit", sells_and(loses_the_answer))
    session = tmp_path / "s.kontext"
    words = ("edit", photo, "Warmer", "--route", "own", "--model", ENDPOINT, "--session", session)
    assert program(*words, "--json").code == 7
    resumed = program("resume", session, "--json")
    assert resumed.code == 0, resumed.out
    job = resumed.json["jobs"][0]
    assert (job["state"], job["taken_up"], job["remote_id"]) == ("stored", True, "run-1")
    assert len(service.seen("submit")) == 1


def test_what_was_being_sent_when_the_program_died_becomes_unknown(
    program: Program, tmp_path: Path, service: FalService
) -> None:
    session = tmp_path / "s.kontext"
    session_with_runs(session, a_run(1, JobState.SENDING))
    ended = program("resume", session, "--json")
    assert ended.code == 7, ended.out
    job = ended.json["jobs"][0]
    assert (job["state"], job["taken_up"], job["charged"]) == ("unknown", True, "maybe")
    assert service.seen("submit") == []


def test_only_what_has_ended_is_dismissed(
    program: Program, tmp_path: Path, service: FalService
) -> None:
    session = tmp_path / "s.kontext"
    service.fault("stream", *[drops()] * 50)
    service.fault("status", *[says(503, {"detail": "later"})] * 50)
    session_with_runs(session, a_run(1, JobState.PREPARED))
    for words, said in (("job-1", "has not ended"), ("nobody", "There is no run")):
        ended = program("dismiss", session, words, "--json")
        assert ended.code == 3
        assert said in ended.json["error"]["message"]


def test_a_session_without_open_runs_is_told_in_a_sentence(
    program: Program, tmp_path: Path
) -> None:
    session = tmp_path / "s.kontext"
    session_with_runs(session)
    ended = program("resume", session)
    assert (ended.code, ended.out) == (0, "Nothing is under way.\n")


def test_a_file_that_is_no_session_is_exit_code_6(program: Program, tmp_path: Path) -> None:
    (tmp_path / "s.kontext").write_bytes(b"not a session")
    assert program("resume", tmp_path / "s.kontext").code == 6
    assert program("resume", tmp_path / "nowhere.kontext").code in (3, 6)
