"""Where a session lies is told truly: moved or deleted while it was open, or with a long name."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fakes.fal_service import ENDPOINT, Exchange, FalService
from tests.fakes.open_runs import a_run, session_with_runs
from tests.flows.driving import LIMIT_S, Program, Started

posix = pytest.mark.skipif(sys.platform == "win32", reason="open files cannot be moved there")


def when_the_picture_is_asked_for(service: FalService, act: Callable[[], object]) -> None:
    async def fault(exchange: Exchange) -> None:
        await exchange.read()
        exchange.note()
        act()
        await exchange.service._picture(exchange)

    service.fault("picture", fault)


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=LIMIT_S)
    return process.returncode, out, err


@posix
@pytest.mark.usefixtures("own_route")
@pytest.mark.parametrize("form", ["words", "json"])
def test_f_loc_14_resume_says_where_a_session_goes_on_that_was_moved(
    started: Started, tmp_path: Path, service: FalService, form: str
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    session = folder / "s.kontext"
    session_with_runs(session, a_run(1, remote=service.remote("run-1")))
    when_the_picture_is_asked_for(service, lambda: folder.rename(tmp_path / "moved"))
    code, out, err = ended(started("resume", session, *(["--json"] if form == "json" else [])))
    assert code == 0, err
    if form == "json":
        path = json.loads(out)["session"]
    else:
        path = out.splitlines()[-1].removeprefix("Session: ")
    assert Path(path).is_file()
    assert err.strip() == (
        f"s.kontext is gone: it was moved or deleted while it was open. It goes on in {path}."
    )


@posix
@pytest.mark.usefixtures("own_route")
def test_f_loc_14_a_session_that_could_not_be_kept_is_offered_nowhere(
    started: Started, photo: Path, tmp_path: Path, service: FalService, isolated_machine: Path
) -> None:
    session = tmp_path / "s.kontext"

    def lose() -> None:
        session.unlink()
        (isolated_machine / "studio" / "sessions").write_text("a file where the folder would be")

    when_the_picture_is_asked_for(service, lose)
    words = ("edit", photo, "Warmer", "--session", session, "--route", "own", "--model", ENDPOINT)
    code, out, err = ended(started(*words))
    assert code == 6
    assert str(session) not in out + err
    assert "It could not be kept." in err
    assert err.count("is gone") == 1
    assert "The service has it as run-1." in err


@pytest.mark.parametrize("name", ["x" * 234 + ".kontext", "x" * 245 + ".kontext"])
def test_f_loc_32_a_name_that_is_too_long_is_said_to_be(
    program: Program, tmp_path: Path, photo: Path, name: str
) -> None:
    whole = tmp_path / "s.kontext"
    session_with_runs(whole)
    whole.rename(tmp_path / name)
    for words in (("edit", photo, "Warmer", "--session", name), ("check", name), ("resume", name)):
        refused = program(*words, "--json")
        assert refused.code == 3, words
        message = refused.json["error"]["message"]
        assert message.startswith("The name of xxx")
        assert message.endswith(" is too long.")
