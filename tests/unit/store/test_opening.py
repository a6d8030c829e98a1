"""Only a sound session of ours opens; anything else is refused in words and left as it was."""

from __future__ import annotations

import os
import random
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from kontext_studio.core.drafts import Draft
from kontext_studio.core.errors import (
    NewerSession,
    NotASession,
    ReadOnlySession,
    SessionDamaged,
    SessionError,
)
from kontext_studio.store import schema
from kontext_studio.store.database import open_database
from kontext_studio.store.session_file import SessionFile
from tests.unit.store.samples import job, picture


def folder_state(folder: Path) -> dict[str, bytes]:
    return {one.name: one.read_bytes() for one in folder.iterdir() if one.is_file()}


# ---------------------------------------------------------------- not ours


def foreign_database(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE moz_places (url TEXT)")
    connection.close()


FOREIGN = {
    "empty": b"",
    "picture": b"\x89PNG\r\n\x1a\n" + b"x" * 400,
    "archive": b"PK\x03\x04" + b"x" * 400,
    "text": b"hello " * 60,
    "head of a database": b"SQLite format 3\0" + b"\0" * 50,
    "almost a database": b"SQLite format 2\0" + b"\0" * 500,
    "log of a database": b"\x37\x7f\x06\x82" + b"\0" * 500,
    "photograph": b"\xff\xd8\xff\xe0" + b"x" * 100_000,
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_f_loc_11_a_foreign_file_is_refused_and_left_alone(path, kind):
    path.write_bytes(FOREIGN[kind])

    with pytest.raises(NotASession) as refusal:
        SessionFile.open(path)

    expected = "is empty." if kind == "empty" else "is not a Kontext Studio session."
    assert refusal.value.message == f"work.kontext {expected}"
    assert folder_state(path.parent) == {"work.kontext": FOREIGN[kind]}


def test_f_loc_11_another_programs_database_is_refused_and_left_alone(path):
    foreign_database(path)
    before = folder_state(path.parent)

    with pytest.raises(NotASession, match="is not a Kontext Studio session"):
        SessionFile.open(path)

    assert folder_state(path.parent) == before


def test_f_loc_11_what_is_no_file_is_refused_without_waiting(tmp_path):
    folder, fifo, zero = tmp_path / "a.kontext", tmp_path / "b.kontext", tmp_path / "c.kontext"
    folder.mkdir()
    os.mkfifo(fifo)
    zero.symlink_to("/dev/zero")
    (tmp_path / "dangling.kontext").symlink_to(tmp_path / "nowhere")
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(tmp_path / "s.kontext"))
    sentences = {}
    for one in sorted(tmp_path.iterdir()):
        with pytest.raises(NotASession) as refusal:
            SessionFile.open(one)
        sentences[one.name] = refusal.value.message
    listener.close()

    assert sentences == {
        "a.kontext": "a.kontext is a folder, not a Kontext Studio session.",
        "b.kontext": "b.kontext is not a Kontext Studio session.",
        "c.kontext": "c.kontext is not a Kontext Studio session.",
        "dangling.kontext": "dangling.kontext was not found.",
        "s.kontext": "s.kontext is not a Kontext Studio session.",
    }
    with pytest.raises(NotASession, match=r"^none\.kontext was not found\.$"):
        SessionFile.open(tmp_path / "none.kontext")


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TRIGGER evil AFTER INSERT ON jobs BEGIN DELETE FROM nodes; END",
        "CREATE VIEW evil AS SELECT * FROM nodes",
        "CREATE VIRTUAL TABLE evil USING fts5(words)",
        "CREATE TABLE evil (x)",
        "CREATE INDEX evil ON nodes (body)",
        "ALTER TABLE nodes ADD COLUMN evil TEXT",
        "ALTER TABLE drafts RENAME TO notes",
    ],
)
def test_f_sec_8_a_session_with_parts_of_its_own_is_not_opened(finished, statement):
    with sqlite3.connect(finished) as connection:
        connection.execute(statement)
    connection.close()
    before = folder_state(finished.parent)

    with pytest.raises(NotASession, match="holds parts that no Kontext Studio session has"):
        SessionFile.open(finished)

    assert folder_state(finished.parent) == before


def test_f_loc_8_a_session_that_lacks_a_table_is_damaged(finished):
    with sqlite3.connect(finished) as connection:
        connection.execute("DROP TABLE drafts")
    connection.close()
    with pytest.raises(SessionDamaged) as refusal:
        SessionFile.open(finished)
    assert refusal.value.detail == "missing: drafts"


def made_newer(path: Path, *statements: str) -> bytes:
    """The session as version 7 would leave it."""
    with sqlite3.connect(path) as connection:
        for statement in (*statements, "PRAGMA user_version = 7"):
            connection.execute(statement)
    connection.close()
    return path.read_bytes()


def test_f_loc_9_a_newer_session_is_named_and_stays_byte_for_byte(finished):
    data = made_newer(finished)

    with pytest.raises(NewerSession) as refusal:
        SessionFile.open(finished)

    assert refusal.value.message == (
        "work.kontext was made with a newer version of Kontext Studio (format 7)."
    )
    assert refusal.value.hint.startswith("Open it read-only")
    assert folder_state(finished.parent) == {"work.kontext": data}


def test_f_loc_9_a_newer_session_opens_read_only_with_what_it_added(finished, tmp_path):
    data = made_newer(
        finished,
        "ALTER TABLE nodes ADD COLUMN colour TEXT",
        "CREATE TABLE moods (name TEXT PRIMARY KEY, words TEXT)",
        "INSERT INTO moods VALUES ('calm', 'kept')",
        "UPDATE nodes SET body = json_set(body, '$.mood', 'calm'), colour = 'red'",
    )

    with SessionFile.open(finished, read_only=True) as file:
        loaded = file.load()
        assert len(loaded.session.history) == 4
        assert file.read_image(picture(2)[0].sha256) == picture(2)[1]
        with pytest.raises(ReadOnlySession):
            file.save_head(None)
        file.save_copy(tmp_path / "copy.kontext")

    assert finished.read_bytes() == data
    with sqlite3.connect(tmp_path / "copy.kontext") as copy:
        assert copy.execute("SELECT words FROM moods").fetchall() == [("kept",)]
        (body,) = copy.execute("SELECT body FROM nodes LIMIT 1").fetchone()
        assert '"mood":"calm"' in body
    copy.close()


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("UPDATE nodes SET body = json_remove(body, '$.parents')", SessionDamaged),
        ("DROP TABLE journal", NewerSession),
        ("CREATE VIEW moods AS SELECT * FROM nodes", NotASession),
        ("CREATE TABLE moods (a, b AS (abs(a)))", NotASession),
        ("CREATE TRIGGER t AFTER INSERT ON jobs BEGIN DELETE FROM nodes; END", NotASession),
    ],
)
def test_f_loc_9_a_newer_session_that_is_not_understood_is_refused(finished, statement, fault):
    data = made_newer(finished, statement)
    with pytest.raises(fault), SessionFile.open(finished, read_only=True) as file:
        file.load()
    assert folder_state(finished.parent) == {"work.kontext": data}


# ---------------------------------------------------------------- damaged


@pytest.mark.parametrize("share", [k / 24 for k in range(24)])
def test_f_loc_7_a_session_that_was_cut_is_refused_and_not_touched(finished, share):
    whole = finished.read_bytes()
    finished.write_bytes(whole[: int(len(whole) * share)])
    before = folder_state(finished.parent)

    with pytest.raises((SessionDamaged, NotASession)), SessionFile.open(finished) as file:
        file.load()

    assert folder_state(finished.parent) == before


def test_f_loc_7_how_much_is_missing_is_told(finished):
    whole = finished.read_bytes()
    finished.write_bytes(whole[:-5000])
    sentence = rf"is cut short: {len(whole) - 5000:,} of {len(whole):,} bytes are there"
    with pytest.raises(SessionDamaged, match=sentence):
        SessionFile.open(finished)


def test_f_loc_8_flipped_bits_never_raise_anything_but_session_errors(finished):
    whole = finished.read_bytes()
    dice = random.Random(11)
    refused = 0
    for _ in range(80):
        broken = bytearray(whole)
        for _ in range(dice.choice((1, 1, 4))):
            at = dice.randrange(dice.choice((200, 33_000, len(whole))))
            broken[at] ^= 1 << dice.randrange(8)
        finished.write_bytes(broken)
        try:
            with SessionFile.open(finished) as file:
                loaded = file.load()
                damages = file.check()
                for node in loaded.session.history:
                    if not damages:
                        file.read_image(node.image.sha256)
        except SessionError:
            refused += 1
        assert finished.read_bytes() == broken
        assert [one.name for one in finished.parent.iterdir()] == ["work.kontext"]
    assert refused > 5


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE nodes SET body = '{' WHERE seq = 2",
        "UPDATE nodes SET body = '[]' WHERE seq = 2",
        "UPDATE nodes SET body = x'00ff' WHERE seq = 2",
        "UPDATE nodes SET body = replace(body, 'step1', 'stepX') WHERE seq = 2",
        "UPDATE nodes SET body = '" + "[" * 100_000 + "' WHERE seq = 2",
        "UPDATE nodes SET body = replace(body, '\"step\": 1', '\"step\": 1e999') WHERE seq = 2",
        "DELETE FROM nodes WHERE seq = 1",
        "DELETE FROM journal WHERE seq = 1",
        "DELETE FROM journal WHERE seq = 3",
        "DELETE FROM journal WHERE seq = 4",
        "UPDATE nodes SET id = 'another' WHERE seq = 4",
        "UPDATE journal SET body = 'null' WHERE seq = 2",
        "UPDATE journal SET verb = 'redo' WHERE seq = 2",
        "UPDATE journal SET verb = 'explode' WHERE seq = 2",
        "UPDATE journal SET body = replace(body, 'step1', 'gone') WHERE seq = 5",
        "UPDATE jobs SET body = replace(body, 'stored', 'stolen')",
        "UPDATE drafts SET body = '7'",
        "UPDATE meta SET value = 'gone' WHERE key = 'head'",
    ],
)
def test_f_loc_8_rows_that_make_no_sense_are_damage(finished, statement):
    with SessionFile.open(finished) as file:
        file.save_draft(None, Draft(text="x"))
    with sqlite3.connect(finished) as connection:
        assert connection.execute(statement).rowcount >= 1
    connection.close()
    before = finished.read_bytes()

    file = SessionFile.open(finished)
    with pytest.raises(SessionDamaged, match=r"^work\.kontext is damaged\.$"):
        file.load()

    assert finished.read_bytes() == before
    assert [one.name for one in finished.parent.iterdir()] == ["work.kontext"]


def test_f_loc_8_steps_that_the_journal_does_not_know_are_damage(finished):
    with sqlite3.connect(finished) as connection:
        connection.executescript(
            "DELETE FROM journal WHERE seq > 3;UPDATE meta SET value = 'step2' WHERE key = 'head';"
        )
    connection.close()
    with pytest.raises(SessionDamaged) as refusal, SessionFile.open(finished) as file:
        file.load()
    assert refusal.value.detail == "the journal: 1 steps are not in it"


def test_f_sec_8_a_file_with_endless_rows_is_not_read(finished, monkeypatch):
    monkeypatch.setattr(schema, "MAX_ROWS", 4)
    with pytest.raises(SessionDamaged, match="holds more than a session can"):
        SessionFile.open(finished)


def test_f_sec_8_connections_are_durable_and_trust_no_schema(finished):
    connection = open_database(finished, "rw")
    values = {
        name: connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("synchronous", "trusted_schema", "cell_size_check", "page_size")
    }
    connection.close()
    assert values == {
        "synchronous": 3,  # EXTRA
        "trusted_schema": 0,
        "cell_size_check": 1,
        "page_size": 32_768,
    }


# ---------------------------------------------------------------- read-only


def test_f_loc_4_a_session_opened_for_reading_refuses_every_act(finished):
    before = folder_state(finished.parent)
    ref, data = picture(9)
    with SessionFile.open(finished, read_only=True) as file:
        loaded = file.load()
        assert file.read_only
        node = next(iter(loaded.session.history))
        star = loaded.session.star(node.id, True)
        assert star is not None
        for act in (
            lambda: file.commit(star),
            lambda: file.commit_undo(loaded.session.undo() or star),
            lambda: file.save_job(job(9, node)),
            lambda: file.save_head(node.id),
            lambda: file.save_draft(None, Draft(text="x")),
            lambda: file.put_image(ref, data),
            lambda: file.put_thumbnail(ref.sha256, b"x"),
            lambda: file.put_measures({"x": 1.0}),
        ):
            with pytest.raises(ReadOnlySession) as refusal:
                act()
            assert refusal.value.message == "work.kontext cannot be written where it lies."
        assert file.read_image(node.image.sha256) == picture(0)[1]

    assert folder_state(finished.parent) == before


READER = """
import os, sys
from pathlib import Path
from kontext_studio.core.drafts import Draft
from kontext_studio.core.errors import ReadOnlySession
from kontext_studio.store.session_file import SessionFile
if os.getuid() == 0:
    os.setresuid(65534, 65534, 65534)  # root may write anywhere
with SessionFile.open(Path(sys.argv[1])) as file:
    print(file.read_only, len(file.load().session.history))
    try:
        file.save_draft(None, Draft(text="x"))
    except ReadOnlySession as exc:
        print(exc.message)
"""


@pytest.mark.parametrize("what", ["folder", "file", "left in write-ahead mode"])
def test_f_loc_4_where_nothing_can_be_written_a_session_opens_for_reading(finished, what):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        copy = Path(shutil.copy(finished, folder / "work.kontext"))
        copy.chmod(0o444)
        if what == "left in write-ahead mode":
            data = bytearray(copy.read_bytes())
            data[18:20] = b"\x02\x02"
            copy.chmod(0o644)
            copy.write_bytes(data)
            copy.chmod(0o444)
        folder.chmod(0o777 if what == "file" else 0o555)
        before = folder_state(folder)

        read = subprocess.run(
            [sys.executable, "-c", READER, str(copy)], capture_output=True, text=True, check=False
        )

        assert read.stderr == ""
        assert read.stdout == "True 4\nwork.kontext cannot be written where it lies.\n"
        assert folder_state(folder) == before
        folder.chmod(0o755)


def test_f_loc_4_what_a_killed_process_left_is_read_where_nothing_can_be_written(finished):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with SessionFile.open(finished) as file:
            file.save_draft(None, Draft(text="in the log"))
            for one in ("work.kontext", "work.kontext-wal"):
                shutil.copy(finished.with_name(one), folder / one)
                (folder / one).chmod(0o444)
        folder.chmod(0o555)
        before = folder_state(folder)

        script = READER.replace("len(file.load().session.history)", "file.load().drafts[None].text")
        read = subprocess.run(
            [sys.executable, "-c", script, str(folder / "work.kontext")],
            capture_output=True,
            text=True,
            check=False,
        )

        assert read.stderr == ""
        assert read.stdout.startswith("True in the log\n")
        assert folder_state(folder) == before
        folder.chmod(0o755)
