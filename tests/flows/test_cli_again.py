"""The same edit asked for again: refused while nobody knows what became of it, else carried out."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes.fal_service import ENDPOINT, FalService, says
from tests.flows.driving import Program, Started, begin_edit, killed

pytestmark = pytest.mark.usefixtures("own_route")


@pytest.fixture
def session(tmp_path: Path) -> Path:
    return tmp_path / "s.kontext"


def again(session: Path) -> tuple[str | Path, ...]:
    words = ("edit", "Warmer", "--session", session, "--json")
    return (*words, "--route", "own", "--model", ENDPOINT)


def test_f_api_30_what_was_never_sent_stands_in_the_way_of_nothing(
    program: Program, started: Started, photo: Path, session: Path, service: FalService
) -> None:
    killed(begin_edit(started, service, photo, "Warmer", "--session", session, step="put"))
    ended = program(*again(session))
    assert ended.code == 0, ended.err
    assert len(service.seen("submit")) == 1


def test_f_api_30_an_unknown_run_is_refused_with_the_way_out_until_it_is_dismissed(
    program: Program, photo: Path, session: Path, service: FalService
) -> None:
    service.fault("submit", says(504, {"detail": "timeout"}))
    words = ("edit", photo, "Warmer", "--session", session, "--route", "own", "--model", ENDPOINT)
    assert program(*words).code == 7
    error = program(*again(session)).json["error"]
    assert error["kind"] == "already_running"
    assert error["message"] == "The same edit was sent, and its outcome is unknown."
    assert f"kontext-studio resume {session}" in error["hint"]
    assert program("dismiss", session, "unknown").code == 0
    ended = program(*again(session))
    assert ended.code == 0, ended.err
    assert len(service.seen("submit")) == 2
