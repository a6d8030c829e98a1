"""Sessions made to hurt: nothing in them is run, nothing outside is touched, no connection is made,
nothing takes long, and the file stays as it was.

With KONTEXT_STUDIO_LONG_TESTS=1 1,000 files instead of a sample.
"""

from __future__ import annotations

import json
import os
import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from kontext_studio.core.errors import SessionError
from kontext_studio.core.session import Session
from kontext_studio.store.salvage import check_file
from kontext_studio.store.session_file import SessionFile
from tests.unit.store.samples import add_edit, add_original

LONG = bool(os.environ.get("KONTEXT_STUDIO_LONG_TESTS"))
PAGE = 32_768
NAMES = [
    "../../.bashrc", "../../../etc/passwd", "/etc/passwd", "/dev/sda", "~/.ssh/id", "C:\\x\\y.exe",
    "\\\\host\\share\\x", "//host/share", "file:///etc/passwd", "http://169.254.169.254/latest",
    "CON", "nul.png", "a\0b", "new\nline", "\x1b[2J", "\u202egnp.exe", ".", "..", "", " ", "-rf",
    "$(reboot)", "`id`", "'; DROP TABLE nodes; --", "%00", "%2e%2e%2f", "x" * 70_000, "🧵" * 300,
    "\ud800", "a/b/c",
]  # fmt: skip


def make(path: Path) -> None:
    with SessionFile.create(path) as file:
        session = Session()
        first = add_edit(file, session, 1, add_original(file, session))
        add_edit(file, session, 2, first)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    path = tmp_path / "in" / "work.kontext"
    make(path)
    return path


def sql(*statements: str) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        with sqlite3.connect(path) as connection:
            for statement in statements:
                connection.execute(statement)
        connection.close()

    return change


def schema_row(statement: str) -> Callable[[Path], None]:
    """Write into the schema itself, which SQLite only allows when it is told to."""

    def change(path: Path) -> None:
        connection = sqlite3.connect(path, isolation_level=None)
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute(statement)
        connection.close()

    return change


def at(offset: int, data: bytes) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        broken = bytearray(path.read_bytes())
        broken[offset : offset + len(data)] = data
        path.write_bytes(broken)

    return change


def root_of(path: Path, table: str) -> int:
    connection = sqlite3.connect(path)
    (page,) = connection.execute(
        "SELECT rootpage FROM sqlite_schema WHERE name = ?", (table,)
    ).fetchone()
    connection.close()
    return int(page)


def leads_to_itself(path: Path) -> None:
    """A table whose root has hundreds of children, each of them the root."""
    number = root_of(path, "nodes")
    page = bytearray(PAGE)
    page[0], count = 0x05, 3_000
    page[3:5] = count.to_bytes(2, "big")
    page[8:12] = number.to_bytes(4, "big")
    for index in range(count):
        place = 12 + 2 * count + index * 5
        page[12 + 2 * index : 14 + 2 * index] = place.to_bytes(2, "big")
        page[place : place + 5] = number.to_bytes(4, "big") + b"\x01"
    at((number - 1) * PAGE, bytes(page))(path)


def many_times_the_same_leaf(path: Path) -> None:
    """Three thousand children that are one leaf: each row counts three thousand times."""
    number = root_of(path, "jobs")
    leads_to_leaf = root_of(path, "nodes")
    page = bytearray(PAGE)
    page[0], count = 0x05, 3_000
    page[3:5] = count.to_bytes(2, "big")
    page[8:12] = leads_to_leaf.to_bytes(4, "big")
    for index in range(count):
        place = 12 + 2 * count + index * 6
        page[12 + 2 * index : 14 + 2 * index] = place.to_bytes(2, "big")
        key = bytes([0x80 | index >> 7, index & 0x7F])
        page[place : place + 6] = leads_to_leaf.to_bytes(4, "big") + key
    at((number - 1) * PAGE, bytes(page))(path)


def many_rows(path: Path) -> None:
    sql(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1100000)"
        " INSERT INTO measures SELECT i, 1.0 FROM n"
    )(path)


def deep_json(path: Path) -> None:
    sql("UPDATE nodes SET body = '" + '{"a":' * 90_000 + "' WHERE seq = 2")(path)


def wide_json(path: Path) -> None:
    sql("UPDATE nodes SET body = '[' || replace(hex(zeroblob(20000000)), '00', '1,') || '1]'")(path)


HOSTILE: dict[str, Callable[[Path], None]] = {
    "trigger": sql("CREATE TRIGGER t AFTER INSERT ON jobs BEGIN DELETE FROM nodes; END"),
    "trigger on update": sql("CREATE TRIGGER t UPDATE ON meta BEGIN DELETE FROM images; END"),
    "view": sql("CREATE VIEW v AS SELECT load_extension('/tmp/x.so')"),
    "view in place of a table": sql("DROP TABLE drafts", "CREATE VIEW drafts AS SELECT 1, 2"),
    "virtual table": sql("CREATE VIRTUAL TABLE v USING fts5(words)"),
    "table of its own": sql("CREATE TABLE mine (x)"),
    "index on an expression": sql("CREATE INDEX i ON nodes (abs(seq))"),
    "generated column": sql("ALTER TABLE meta ADD COLUMN g AS (hex(zeroblob(100000000)))"),
    "default that runs": sql(
        "DROP TABLE drafts",
        "CREATE TABLE drafts (node TEXT PRIMARY KEY, body TEXT DEFAULT (hex(randomblob(9))))",
    ),
    "check that runs": sql(
        "DROP TABLE drafts",
        "CREATE TABLE drafts (node TEXT PRIMARY KEY, body TEXT NOT NULL CHECK (abs(1)))",
    ),
    "schema that is no SQL": schema_row("UPDATE sqlite_schema SET sql = 'x' WHERE name = 'jobs'"),
    "schema that is no text": schema_row(
        "UPDATE sqlite_schema SET name = CAST(x'ec28' AS TEXT) || name,"
        " sql = 'CREATE TABLE' || x'ec' WHERE name = 'jobs'"
    ),
    "schema of 50 MB": schema_row(
        "UPDATE sqlite_schema SET sql = sql || hex(zeroblob(25000000)) WHERE name = 'jobs'"
    ),
    "schema that is its own table": schema_row(
        "UPDATE sqlite_schema SET rootpage = 1 WHERE name = 'nodes'"
    ),
    "two tables in one place": schema_row(
        "UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema"
        " WHERE name = 'nodes') WHERE name = 'jobs'"
    ),
    "root beyond the file": schema_row(
        "UPDATE sqlite_schema SET rootpage = 2000000000 WHERE name = 'nodes'"
    ),
    "table that leads to itself": leads_to_itself,
    "one leaf three thousand times": many_times_the_same_leaf,
    "a million rows": many_rows,
    "ten million rows are claimed": sql(
        "ANALYZE", "INSERT INTO sqlite_stat1 VALUES ('nodes', NULL, '10000000')"
    ),
    "deep JSON": deep_json,
    "wide JSON": wide_json,
    "page size of 512": at(16, b"\x02\x00"),
    "page size that is none": at(16, b"\x30\x39"),
    "reserved bytes": at(20, b"\xff"),
    "free list that goes round": at(32, b"\0\0\0\2\0\0\xff\xff"),
    "encoding of another kind": at(56, b"\0\0\0\3"),
    "a billion pages": at(28, b"\x3f\xff\xff\xff"),
    "version of read and write 255": at(18, b"\xff\xff"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_f_sec_8_a_hostile_session_does_nothing(path, kind):
    HOSTILE[kind](path)
    before = path.read_bytes()
    names = sorted(one.name for one in path.parent.iterdir())
    begun = time.process_time()

    fault = open_and_check(path)

    assert time.process_time() - begun < 5
    assert path.read_bytes() == before
    assert sorted(one.name for one in path.parent.iterdir()) == names
    assert fault


def open_and_check(path: Path) -> bool:
    """Whether something was found to be wrong; anything but our own errors gets through."""
    fault = False
    for read_only in (True, False):
        try:
            with SessionFile.open(path, read_only=read_only) as file:
                loaded = file.load()
                fault = fault or bool(file.check())
                for node in loaded.session.history:
                    file.thumbnail(node.image.sha256)
        except SessionError:
            fault = True
    try:
        fault = fault or bool(check_file(path).damages)
    except SessionError:
        fault = True
    return fault


# In a process of its own, where every file that is opened and every connection is told.
WATCHED = """
import sys
from pathlib import Path
seen = []
def watch(event, values):
    if event == "open" and isinstance(values[0], (str, bytes)):
        mode, flags = values[1], values[2]
        if (isinstance(mode, str) and set(mode) & set("wax+")) or flags & 3:
            seen.append(f"wrote {values[0]}")
    elif event in ("socket.connect", "socket.getaddrinfo", "subprocess.Popen", "os.system"):
        seen.append(event)
    elif isinstance(values[0] if values else 0, int):
        pass  # by the number of a file that was told of when it was opened
    elif event in ("os.remove", "os.rename", "os.mkdir", "os.link", "os.symlink", "os.truncate"):
        seen.append(f"{event} {values[0]}")
from kontext_studio.core.errors import StudioError
from kontext_studio.store.salvage import check_file, salvage
from kontext_studio.store.session_file import SessionFile
path = Path(sys.argv[1])
sys.addaudithook(watch)
for read_only in (True, False):
    with SessionFile.open(path, read_only=read_only) as file:
        loaded = file.load()
        for node in loaded.session.history:
            file.hosted_url(node.image.sha256, "https://queue.fal.run")
            file.thumbnail(node.image.sha256)
            try:
                file.read_image(node.image.sha256)
            except StudioError as exc:
                assert "\\n" not in exc.message and len(exc.message) < 500, exc.message
        file.check()
        file.save_copy(path.parent / f"copy {read_only}.kontext")
check_file(path)
try:
    salvage(path)
except StudioError:
    pass
inside = str(path.parent)
for line in seen:
    verb, _, place = line.partition(" ")
    if not place.startswith(inside):
        print(line)
print(len(seen) > 3)
"""


def test_f_sec_5_6_names_and_addresses_in_a_session_lead_nowhere(path, outside_connections):
    with sqlite3.connect(path) as connection:
        rows = connection.execute("SELECT seq, body FROM nodes").fetchall()
        for (seq, body), names in zip(rows, (NAMES[0::3], NAMES[1::3], NAMES[2::3]), strict=True):
            node = json.loads(body)
            for name in names:
                node["title"] = name
                node["notes"] = names
                if node["request"]:
                    node["request"]["instruction"] = name
                    node["request"]["model"] = name
                    node["result"]["provider"] = name
                node["image"]["media_type"] = name
            if seq == 3:
                node["image"]["sha256"] = "../../../etc/passwd"
            connection.execute("UPDATE nodes SET body = ? WHERE seq = ?", (json.dumps(node), seq))
        for name in NAMES:
            clean = name.encode(errors="replace").decode()
            connection.execute(
                "INSERT OR IGNORE INTO hosted VALUES (?, 'https://queue.fal.run', ?, 1e12)",
                (clean, clean),
            )
            connection.execute("INSERT OR IGNORE INTO measures VALUES (?, 1.0)", (clean,))
            connection.execute("INSERT OR IGNORE INTO thumbnails VALUES (?, x'00')", (clean,))
    connection.close()

    done = subprocess.run(
        [sys.executable, "-c", WATCHED, str(path)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert done.stderr == ""
    assert done.stdout == "True\n"
    assert outside_connections == []
    outside = [one for one in path.parent.parent.iterdir() if one != path.parent]
    assert outside == []


def test_f_sec_8_a_thousand_sessions_with_random_changes_are_opened_or_refused(path, tmp_path):
    """Damage of all sizes, in the places where SQLite keeps its own notes above all."""
    whole = path.read_bytes()
    dice = random.Random(9)
    faults = 0
    for _ in range(1_000 if LONG else 80):
        broken = bytearray(whole)
        for _ in range(dice.choice((1, 2, 8, 40))):
            page = dice.randrange(len(whole) // PAGE)
            place = page * PAGE + dice.choice((dice.randrange(100), dice.randrange(PAGE)))
            piece = dice.choice(
                (b"\0", b"\xff" * 4, b"\x7f\xff", bytes(64), dice.randbytes(8), b"\0\0\0\2")
            )
            broken[place : place + len(piece)] = piece
        broken = broken[: len(whole)]
        path.write_bytes(broken)
        begun = time.process_time()
        faults += open_and_check(path)
        assert time.process_time() - begun < 5
        assert path.read_bytes() == broken
        assert [one.name for one in path.parent.iterdir()] == ["work.kontext"]
    assert faults > 20


def test_f_sec_22_nobody_else_reads_what_belongs_to_a_session(path):
    script = """
import os, sys
os.umask(0)
from pathlib import Path
from kontext_studio.core.session import Session
from kontext_studio.store.places import Places
from kontext_studio.store.salvage import salvage
from kontext_studio.store.session_file import SessionFile
from tests.unit.store.samples import add_original
places = Places.from_environment({"KONTEXT_STUDIO_HOME": sys.argv[1]})
path = places.new_untitled()
def look():
    for one in Path(sys.argv[1]).rglob("*"):
        allowed = 0o700 if one.is_dir() else 0o600
        if one.stat().st_mode & 0o777 != allowed:
            print(one.name, oct(one.stat().st_mode))
file = SessionFile.create(path)
add_original(file, Session())
look()
file.save_copy(path.with_name("copy.kontext"))
file.close()
data = bytearray(path.read_bytes())
data[100] ^= 1
path.write_bytes(data)
path.chmod(0o644)
salvage(path)
look()
print(len(list(Path(sys.argv[1]).rglob("*.kontext*"))))
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(path.parent / "home")],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.stdout, done.stderr) == ("3\n", "")


def test_f_loc_15_the_order_of_steps_is_that_of_writing_whatever_the_clock_says(tmp_path):
    import dataclasses

    from tests.unit.store.samples import edit, original, picture

    path = tmp_path / "clock.kontext"
    times = (2e9, 1.9e9, 1.6e9, 0.0, 2e9 + 3600, 2e9 - 3600)
    with SessionFile.create(path) as file:
        session = Session()
        nodes = [dataclasses.replace(original(), created=times[0])]
        file.commit(session.add(nodes, move_head=True), images=[picture(0)])
        session.apply(session.add(nodes, move_head=True))
        for number, created in enumerate(times[1:], start=1):
            node = dataclasses.replace(edit(number, nodes[-1]), created=created)
            change = session.add((node,), move_head=True)
            file.commit(change, images=[picture(number)])
            session.apply(change)
            nodes.append(node)
    with SessionFile.open(path) as file:
        assert list(file.load().session.history) == nodes
