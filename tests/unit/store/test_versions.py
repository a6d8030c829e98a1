"""An older session is brought up to date on a copy, whatever happens on the way; the old one is
kept. The version after this one, and the step to it, are made up here; the real one from the first
to the second is in test_version_1.py."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from kontext_studio.core.drafts import Draft
from kontext_studio.core.errors import DiskFull, NewerSession, SessionDamaged, SessionLocked
from kontext_studio.store import schema
from kontext_studio.store.database import take_lock
from kontext_studio.store.session_file import SessionFile
from kontext_studio.store.versions import MIGRATIONS, Migration
from tests.unit.store.samples import picture

NOW = schema.VERSION
KEPT = f"v{NOW}.bak"
OLD_TABLES = dict(schema.TABLES)
NEW_TABLES = {
    **OLD_TABLES,
    "moods": "CREATE TABLE moods (node TEXT PRIMARY KEY, words TEXT NOT NULL)",
}


def add_moods(connection: sqlite3.Connection) -> None:
    connection.execute(NEW_TABLES["moods"])
    connection.execute("INSERT INTO moods SELECT id, 'calm' FROM nodes")


@pytest.fixture
def next_version(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program whose sessions hold moods too."""
    monkeypatch.setattr(schema, "VERSION", NOW + 1)
    monkeypatch.setattr(schema, "TABLES", NEW_TABLES)
    monkeypatch.setitem(MIGRATIONS, NOW, Migration(OLD_TABLES, add_moods))


def moods_in(path: Path) -> list[str]:
    with sqlite3.connect(path) as connection:
        found = [node for (node,) in connection.execute("SELECT node FROM moods ORDER BY node")]
    connection.close()
    return found


@pytest.mark.usefixtures("next_version")
def test_f_loc_10_an_older_session_is_brought_up_to_date_and_kept(finished):
    before = finished.read_bytes()

    with SessionFile.open(finished) as file:
        assert not file.read_only
        assert len(file.load().session.history) == 4
        assert file.check() == ()
        file.save_draft(None, Draft(text="goes on"))

    kept = finished.with_name(f"work.kontext.{KEPT}")
    assert {one.name for one in finished.parent.iterdir()} == {finished.name, kept.name}
    assert kept.read_bytes() == before
    assert {one.stat().st_mode & 0o777 for one in finished.parent.iterdir()} == {0o600}
    assert moods_in(finished) == ["root0", "step1", "step2", "step3"]
    with SessionFile.open(finished) as file:
        assert file.load().drafts == {None: Draft(text="goes on")}
    assert kept.read_bytes() == before


@pytest.mark.usefixtures("next_version")
def test_f_loc_10_looking_at_an_older_session_leaves_it_as_it_is(finished):
    before = finished.read_bytes()
    with SessionFile.open(finished, read_only=True) as file:
        assert len(file.load().session.history) == 4
        assert file.read_image(picture(3)[0].sha256) == picture(3)[1]
        assert file.check() == ()
        file.save_copy(finished.with_name("copy.kontext"))
    assert finished.read_bytes() == before
    assert moods_in(finished.with_name("copy.kontext")) == ["root0", "step1", "step2", "step3"]


def test_f_loc_10_what_a_crash_left_in_the_log_comes_along(finished, monkeypatch, tmp_path):
    crashed = tmp_path / "crashed" / "work.kontext"
    crashed.parent.mkdir()
    with SessionFile.open(finished) as file:
        file.save_draft(None, Draft(text="in the log"))
        shutil.copy(finished, crashed)
        shutil.copy(f"{finished}-wal", f"{crashed}-wal")
    monkeypatch.setattr(schema, "VERSION", NOW + 1)
    monkeypatch.setattr(schema, "TABLES", NEW_TABLES)
    monkeypatch.setitem(MIGRATIONS, NOW, Migration(OLD_TABLES, add_moods))

    with SessionFile.open(crashed) as file:
        assert file.load().drafts == {None: Draft(text="in the log")}

    kept = sqlite3.connect(f"{crashed}.{KEPT}")
    assert kept.execute("SELECT count(*) FROM drafts").fetchone() == (1,)
    kept.close()


@pytest.mark.usefixtures("next_version")
def test_f_loc_10_a_step_that_fails_leaves_the_old_session(finished, monkeypatch):
    before = finished.read_bytes()

    def fails(connection: sqlite3.Connection) -> None:
        connection.execute(NEW_TABLES["moods"])
        connection.execute("PRAGMA max_page_count = 1")
        connection.execute("INSERT INTO moods VALUES ('x', zeroblob(1000000))")

    monkeypatch.setitem(MIGRATIONS, NOW, Migration(OLD_TABLES, fails))
    with pytest.raises(DiskFull):
        SessionFile.open(finished)
    assert {one.name: one.read_bytes() for one in finished.parent.iterdir()} == {
        finished.name: before
    }


@pytest.mark.usefixtures("next_version")
def test_f_loc_10_a_step_that_makes_the_wrong_shape_is_never_put_in_place(finished, monkeypatch):
    before = finished.read_bytes()
    monkeypatch.setitem(MIGRATIONS, NOW, Migration(OLD_TABLES, lambda _: None))
    with pytest.raises(SessionDamaged):
        SessionFile.open(finished)
    assert finished.read_bytes() == before


@pytest.mark.usefixtures("next_version")
def test_f_loc_10_an_older_backup_is_never_written_over(finished):
    other = finished.with_name(f"work.kontext.{KEPT}")
    other.write_bytes(b"of another day")
    before = finished.read_bytes()
    SessionFile.open(finished).close()
    assert other.read_bytes() == b"of another day"
    assert finished.with_name(f"work.kontext.{KEPT}-2").read_bytes() == before


@pytest.mark.usefixtures("next_version")
def test_f_loc_10_a_session_that_is_open_elsewhere_is_not_brought_up_to_date(finished):
    before = finished.read_bytes()
    held = take_lock(finished)
    assert held is not None
    with pytest.raises(SessionLocked):
        SessionFile.open(finished)
    held.release()
    assert finished.read_bytes() == before


def test_f_loc_10_a_version_without_a_way_to_this_one_is_told(finished, monkeypatch):
    monkeypatch.setattr(schema, "VERSION", NOW + 2)
    for read_only in (True, False):
        with pytest.raises(SessionDamaged) as told:
            SessionFile.open(finished, read_only=read_only)
        assert told.value.detail == f"there is no way from version {NOW}"


@pytest.mark.usefixtures("next_version")
def test_f_loc_9_a_program_of_before_is_told_that_it_is_older(finished, monkeypatch):
    SessionFile.open(finished).close()
    monkeypatch.setattr(schema, "VERSION", NOW)
    monkeypatch.setattr(schema, "TABLES", OLD_TABLES)
    with pytest.raises(NewerSession):
        SessionFile.open(finished)
    with SessionFile.open(finished, read_only=True) as file:
        assert len(file.load().session.history) == 4


# ---------------------------------------------------------------- killed on the way

MIGRATE = """
import sys
from pathlib import Path
from kontext_studio.store import schema
from kontext_studio.store.session_file import SessionFile
from kontext_studio.store.versions import MIGRATIONS, Migration
from tests.unit.store.test_versions import NEW_TABLES, NOW, OLD_TABLES, add_moods
schema.VERSION, schema.TABLES = NOW + 1, NEW_TABLES
MIGRATIONS[NOW] = Migration(OLD_TABLES, add_moods)
path = Path(sys.argv[1])
print("go", flush=True)
SessionFile.open(path).close()
"""
CALLS = "pwrite64,fsync,fdatasync,link,linkat,rename,renameat2,unlink,unlinkat,ftruncate"


def killed_at(call: int, path: Path) -> bool:
    """Bring a session up to date in a process that is killed at one of its system calls; tell
    whether it came so far."""
    inject = f"inject={CALLS}:signal=KILL:when={call}"
    done = subprocess.run(
        ["strace", "-o", os.devnull, "-e", inject, sys.executable, "-c", MIGRATE, str(path)],
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.stdout == b"go\n", done.stderr
    return done.returncode in (-signal.SIGKILL, 128 + signal.SIGKILL)


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not there to kill it")
@pytest.mark.usefixtures("next_version")
def test_f_loc_10_killed_at_any_write_while_it_is_brought_up_to_date(finished, finished_bytes):
    kept = finished.with_name(f"work.kontext.{KEPT}")
    every = 1 if os.environ.get("KONTEXT_STUDIO_LONG_TESTS") else 5
    calls = 1
    while killed_at(calls, finished):
        calls += every
        data = finished.read_bytes()
        is_new = data != finished_bytes
        assert not is_new or kept.read_bytes() == finished_bytes
        with SessionFile.open(finished) as file:  # and now nobody kills it
            assert len(file.load().session.history) == 4
            assert file.check() == ()
        assert moods_in(finished) == ["root0", "step1", "step2", "step3"]
        assert kept.read_bytes() == finished_bytes
        for one in finished.parent.iterdir():  # a part that nobody finished may lie there
            assert one in (finished, kept) or one.name.endswith((".part", ".part-journal"))
            one.unlink()
        finished.write_bytes(finished_bytes)
    assert calls > 30
