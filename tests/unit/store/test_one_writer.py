"""A session has one writer: who it is, and what is left when it was killed."""

from __future__ import annotations

import errno
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from kontext_studio.core.drafts import Draft
from kontext_studio.core.errors import (
    SessionDamaged,
    SessionLocked,
)
from kontext_studio.store.session_file import SessionFile

HOLDER = """
import sys
from pathlib import Path
from kontext_studio.store.session_file import SessionFile
from kontext_studio.core.drafts import Draft
file = SessionFile.open(Path(sys.argv[1]))
file.save_draft(None, Draft(text="by the other process"))
print("open", flush=True)
sys.stdin.readline()
file.close()
"""


def held(path: Path) -> subprocess.Popen[str]:
    """Another process that has the session open for writing."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "open\n"
    return holder


def test_f_loc_5_a_second_writer_is_told_who_has_the_session(finished):
    with held(finished) as holder:
        with pytest.raises(SessionLocked) as refusal:
            SessionFile.open(finished)
        told = rf"^work\.kontext is open in another window \(PID {holder.pid}, since \d\d:\d\d\)\.$"
        assert re.match(told, refusal.value.message)
        with SessionFile.open(finished, read_only=True) as reader:
            assert reader.load().drafts == {None: Draft(text="by the other process")}
            assert len(reader.loaded.session.history) == 4
        assert holder.stdin is not None
        holder.stdin.write("\n")
        holder.stdin.flush()
        assert holder.wait(20) == 0
        assert [one.name for one in finished.parent.iterdir()] == ["work.kontext"]
        SessionFile.open(finished).close()


def test_f_loc_6_the_lock_of_a_killed_process_blocks_nobody(finished):
    with held(finished) as holder:
        holder.kill()
        holder.wait(20)

    with SessionFile.open(finished) as file:
        assert file.load().drafts == {None: Draft(text="by the other process")}
        assert not file.read_only
    assert [one.name for one in finished.parent.iterdir()] == ["work.kontext"]


def test_the_used_up_journal_of_a_killed_process_is_cleared_away(finished):
    journal = finished.parent / "work.kontext-journal"
    for rest in (b"", bytes(2000)):
        journal.write_bytes(rest)
        with SessionFile.open(finished) as file:
            assert len(file.load().session.history) == 4
        assert not journal.exists()


def test_f_loc_6_a_lock_file_that_names_a_living_process_blocks_nobody(finished):
    (finished.parent / ".work.kontext.lock").write_text(f"{os.getppid()} 1800000000")
    with SessionFile.open(finished) as file:
        assert not file.read_only


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ""),
        ("nobody", ""),
        ("77", " (PID 77)"),
        ("77 1e999", " (PID 77)"),
        ("77 1800000000", r" (PID 77, since \d{4}-\d\d-\d\d \d\d:\d\d)"),
    ],
)
def test_f_loc_5_whatever_stands_in_a_lock_file_the_lock_is_what_counts(finished, text, words):
    with SessionFile.open(finished):
        (finished.parent / ".work.kontext.lock").write_text(text)
        with pytest.raises(SessionLocked) as refusal:
            SessionFile.open(finished)
    pattern = words.replace("(", r"\(").replace(")", r"\)")
    assert re.fullmatch(
        rf"work\.kontext is open in another window{pattern}\.", refusal.value.message
    )


def test_f_loc_12_the_same_session_is_locked_within_one_process_and_by_any_name(finished):
    (finished.parent / "link.kontext").symlink_to(finished)
    with SessionFile.open(finished):
        for name in (finished, finished.parent / "link.kontext"):
            with pytest.raises(SessionLocked, match=rf"PID {os.getpid()}"):
                SessionFile.open(name)


@pytest.mark.skipif(sys.platform == "win32", reason="flock is of the others")
def test_a_lock_file_that_goes_away_while_it_is_taken_is_made_anew(finished, monkeypatch):
    import fcntl

    real, lock_path, calls = fcntl.flock, finished.parent / ".work.kontext.lock", []

    def flock(handle: int, how: int) -> None:
        calls.append(how)
        if len(calls) == 1:
            lock_path.unlink()  # its owner put it away in this moment
        real(handle, how)

    monkeypatch.setattr(fcntl, "flock", flock)
    with SessionFile.open(finished):
        with pytest.raises(SessionLocked):
            SessionFile.open(finished)
        assert lock_path.read_text().split()[0] == str(os.getpid())


@pytest.mark.skipif(sys.platform == "win32", reason="flock is of the others")
def test_f_loc_13_where_a_file_system_has_no_locks_sessions_still_open(finished, monkeypatch):
    import fcntl

    def no_locks(*_: object) -> None:
        raise OSError(errno.ENOLCK, "no locks here")

    monkeypatch.setattr(fcntl, "flock", no_locks)
    with SessionFile.open(finished) as file:
        file.save_draft(None, Draft(text="x"))
        assert not file.read_only


def test_a_session_that_could_not_be_opened_is_not_locked(finished):
    data = bytearray(finished.read_bytes())
    data[16:18] = b"\x30\x39"  # no page size
    finished.write_bytes(data)
    with pytest.raises(SessionDamaged):
        SessionFile.open(finished)
    assert [one.name for one in finished.parent.iterdir()] == ["work.kontext"]
