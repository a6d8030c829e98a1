"""A full disk at every write of a session's life: it stays readable, what was acknowledged is
there, the end of a run can still be written, and with room again it goes on.

On a file system of its own that is really full, where the machine lets a user mount one; by
SQLite's own limit and by the limit of a process everywhere. With KONTEXT_STUDIO_LONG_TESTS=1 in
500 steps of 4 KiB instead of a sample.
"""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kontext_studio.core.errors import DiskFull
from kontext_studio.core.jobs import JobState
from kontext_studio.core.session import Session
from kontext_studio.store.room import (
    MARGIN_BYTES,
    RESERVE_BYTES,
    check_room,
    expected_bytes,
    room_needed,
)
from kontext_studio.store.session_file import SessionFile
from tests.unit.store.samples import add_edit, add_original, edit, job, picture

STEPS = 500 if os.environ.get("KONTEXT_STUDIO_LONG_TESTS") else 50

# Works in the folder it is given until the disk is full, then says what was acknowledged, what it
# finds when it opens the session again on the full disk, and what becomes of it with room.
WORKER = """
import dataclasses, json, os, signal, sys
from pathlib import Path
from kontext_studio.core.errors import StudioError
from kontext_studio.core.jobs import JobState
from kontext_studio.core.session import Session
from kontext_studio.store import room
from kontext_studio.store.session_file import SessionFile
from tests.unit.store.samples import edit, job, original, picture
room.MARGIN_BYTES = 6_000_000  # a small disk counts as one with plenty of room
folder, count, killed = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == 'killed'
if sys.argv[4] == 'no reserve':
    room.RESERVE_BYTES = 0
SIZE = 300_000
path, filler, more = folder / "work.kontext", folder / "filler", folder / "more"
def fill(left, filler=filler):
    with filler.open("wb", buffering=0) as file:
        free = os.statvfs(folder).f_bavail * os.statvfs(folder).f_frsize
        try:
            os.posix_fallocate(file.fileno(), 0, max(free - left, 1))
        except OSError:
            pass
def work(numbers, session, file, parent):
    for number in numbers:
        steps = [JobState.PREPARED, JobState.SENDING, JobState.SUBMITTED, JobState.REMOTE_DONE]
        for state in steps:
            file.save_job(job(number, parent, state))
            jobs[number] = state.value
        ref, data = picture(number, SIZE)
        node = dataclasses.replace(edit(number, parent), image=ref)
        change = session.add((node,), move_head=True)
        file.commit(change, jobs=[job(number, parent, JobState.STORED)], images=[(ref, data)])
        session.apply(change)
        jobs[number] = "stored"
        stored.append(number)
        parent = node
    return parent
def look(file):
    loaded = file.load()
    faults = [one.message for one in file.check()]
    there = [node.step for node in loaded.session.history if node.step]
    for number in stored:
        assert file.read_image(picture(number, SIZE)[0].sha256) == picture(number, SIZE)[1]
    known = {one.step: one.state.value for one in loaded.jobs.values()}
    assert there == stored, (there, stored)
    assert known == jobs, (known, jobs)
    assert not faults, faults
    return loaded
def begin():
    global jobs, stored
    file, session = SessionFile.create(path), Session()
    parent = original()
    change = session.add((parent,), move_head=True)
    file.commit(change, images=[picture(0)])
    session.apply(change)
    before = index % 4  # so many runs while there is room
    parent = work(range(1, 1 + before), session, file, parent)
    fill(4096 * index * (500 // count))
    ended = "whole"
    try:
        work(range(1 + before, 5), session, file, parent)
    except StudioError as exc:
        ended = exc.kind
        last = max(jobs, default=0)
        if last and jobs[last] != "stored":  # the end of a run is what must be written now
            state = JobState.REMOTE_DONE if jobs[last] == "remote_done" else JobState.FAILED
            try:
                file.save_job(job(last, parent, state))
                jobs[last] = state.value
            except StudioError as exc:
                ended = "end not written: " + exc.kind
    return file, ended
results = []
for index in range(count):
    jobs, stored = {}, []
    if killed:
        reading, writing = os.pipe()
        if os.fork() == 0:
            file, ended = begin()
            os.write(writing, json.dumps([list(jobs.items()), stored, ended]).encode())
            os.kill(os.getpid(), signal.SIGKILL)
        os.wait()
        os.close(writing)
        told, stored, ended = json.loads(os.read(reading, 10_000))
        os.close(reading)
        jobs = dict(told)
    else:
        file, ended = begin()
        file.close()
    count_stored = len(stored)
    (folder / "work.kontext-shm").unlink(missing_ok=True)  # the machine was started again
    fill(0, more)  # not a byte is left when it is opened again
    with SessionFile.open(path, read_only=index % 2 == 1) as again:
        look(again)
    filler.unlink()
    more.unlink()
    with SessionFile.open(path) as again:
        loaded = look(again)
        assert not again.read_only
        work(range(20, 24), loaded.session, again, loaded.session.history[loaded.session.head])
    left = sorted(one.name for one in folder.iterdir())
    assert left == ["work.kontext"], left
    path.unlink()
    results.append([ended, count_stored])
print(json.dumps(results))
"""


def full_disk(worker: str, *arguments: str, size: str = "24m") -> subprocess.CompletedProcess[str]:
    """Run a worker in a file system of its own, which only it sees."""
    script = f'mkdir -p "$1" && mount -t tmpfs -o size={size} tmpfs "$1" && shift && exec "$@"'
    place = Path(os.environ["HOME"]) / "small disk"
    command = [sys.executable, "-c", worker, str(place), *arguments]
    return subprocess.run(
        [*("unshare", "-rm", "sh", "-c", script, "sh", str(place)), *command],
        capture_output=True,
        text=True,
        check=False,
        timeout=110,
    )


@pytest.fixture
def small_disk(isolated_machine: Path) -> None:
    if shutil.which("unshare") is None or full_disk("pass").returncode != 0:
        pytest.skip("this machine lets no user mount a small disk")


@pytest.mark.parametrize("how", ["closed", "killed"])
@pytest.mark.usefixtures("small_disk")
def test_f_loc_2_a_disk_that_is_full_at_any_write_harms_nothing(how):
    done = full_disk(WORKER, str(STEPS), how, "reserve")

    assert done.stderr == ""
    results = json.loads(done.stdout)
    assert len(results) == STEPS
    assert {ended for ended, _ in results} == {"disk_full", "whole"}  # every run's end is written
    assert {stored for _, stored in results} >= {0, 4}


@pytest.mark.usefixtures("small_disk")
def test_f_loc_2_where_no_room_could_be_put_by_a_full_disk_harms_nothing_either():
    done = full_disk(WORKER, str(STEPS), "killed", "no reserve")

    assert done.stderr == ""
    results = json.loads(done.stdout)
    # The end of a run waits then: what was acknowledged is there, and nothing else is said.
    assert {ended for ended, _ in results} <= {
        "disk_full",
        "whole",
        "end not written: disk_full",
    }
    assert {stored for _, stored in results} == {0, 1, 2, 3, 4}


# ---------------------------------------------------------------- without a disk of its own


def test_f_loc_2_with_a_limit_of_the_file_every_length_leaves_it_whole(tmp_path):
    seen = set()
    for index in range(0, 40, 3):
        path = tmp_path / f"{index}.kontext"
        with SessionFile.create(path) as file:
            root = add_original(file, Session())
        ref, data = picture(1, 400_000)
        with SessionFile.open(path, max_bytes=path.stat().st_size + index * 16_384) as file:
            session = file.load().session
            change = session.add((dataclasses.replace(edit(1, root), image=ref),), move_head=True)
            try:
                file.commit(change, jobs=[job(1, root, JobState.STORED)], images=[(ref, data)])
                seen.add("whole")
            except DiskFull:
                seen.add("full")
        with SessionFile.open(path) as file:
            assert file.check() == ()
            loaded = file.load()
            is_there = ref.sha256 in {node.image.sha256 for node in loaded.session.history}
            assert is_there == bool(loaded.jobs)
    assert seen == {"whole", "full"}


LIMITED = """
import resource, signal, sys
from pathlib import Path
from kontext_studio.core.errors import StudioError
from kontext_studio.core.session import Session
from kontext_studio.store.session_file import SessionFile
from tests.unit.store.samples import add_original, add_edit, edit, picture
import dataclasses
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
with SessionFile.create(Path(sys.argv[1])) as file:
    session = Session()
    root = add_original(file, session)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, resource.RLIM_INFINITY))
    ref, data = picture(1, 3_000_000)
    node = dataclasses.replace(edit(1, root), image=ref)
    try:
        file.commit(session.add((node,), move_head=True), images=[(ref, data)])
    except StudioError as exc:
        print(exc.kind)
    add_edit(file, session, 2, root)
"""


def test_f_loc_2_what_a_process_may_not_write_is_told_and_the_rest_goes_on(tmp_path):
    path = tmp_path / "work.kontext"
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(path)], capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("session\n", "")
    with SessionFile.open(path) as file:
        assert [node.id for node in file.load().session.history] == ["root0", "step2"]
        assert file.check() == ()


def test_f_loc_2_room_is_put_by_while_there_is_plenty_and_given_back_at_the_end(tmp_path):
    path, reserve = tmp_path / "work.kontext", tmp_path / ".work.kontext.reserve"
    with SessionFile.create(path) as file:
        assert not reserve.exists()  # looking takes none
        session = Session()
        root = add_original(file, session)
        assert reserve.stat().st_size == RESERVE_BYTES
        assert reserve.stat().st_blocks * 512 >= RESERVE_BYTES
        add_edit(file, session, 1, root)
    assert [one.name for one in tmp_path.iterdir()] == ["work.kontext"]


# ---------------------------------------------------------------- before a run is sent


def test_f_loc_3_a_run_needs_three_times_its_results_and_50_mb():
    assert room_needed(0) == MARGIN_BYTES == 50_000_000
    assert room_needed(10_000_000) == 80_000_000
    assert expected_bytes(1_000_000, 4) == 12_000_000
    check_room(None, 10**15)
    check_room(80_000_000, 10_000_000)
    with pytest.raises(DiskFull) as refusal:
        check_room(79_999_999, 10_000_000)
    assert refusal.value.message == "Not enough room to keep the result; nothing was sent."
    assert refusal.value.hint == "Free 1 MB on the disk of the session, then run again."


def test_f_loc_3_a_session_knows_the_room_that_it_has(tmp_path):
    path = tmp_path / "work.kontext"
    SessionFile.create(path).close()
    with SessionFile.open(path) as file:
        free = shutil.disk_usage(tmp_path).free
        room = file.room()
        assert room is not None
        assert abs(room - free) < 1_000_000_000
    with SessionFile.open(path, max_bytes=path.stat().st_size + 60_000_000) as file:
        file.check_room(3_000_000)
        with pytest.raises(DiskFull, match="nothing was sent"):
            file.check_room(4_000_000)


FULL_EXPORT = """
import os, sys
from pathlib import Path
from kontext_studio.core.errors import DiskFull
from kontext_studio.store.export_file import write_export, write_whole
folder = Path(sys.argv[1])
(folder / "a.png").write_bytes(b"old")
free = os.statvfs(folder).f_bavail * os.statvfs(folder).f_frsize
with (folder / "filler").open("wb") as file:
    os.posix_fallocate(file.fileno(), 0, free - 40_000)
for write in (lambda path, data: write_export(path, data, overwrite=True), write_whole):
    for size in range(0, 80_000, 8_000):
        try:
            write(folder / "a.png", bytes(size))
            print("whole", (folder / "a.png").stat().st_size == size)
            (folder / "a.png").write_bytes(b"old")
        except DiskFull as exc:
            print("full", exc.message, (folder / "a.png").read_bytes() == b"old")
print(sorted(one.name for one in folder.iterdir()))
"""


@pytest.mark.usefixtures("small_disk")
def test_f_loc_36_an_export_to_a_full_disk_is_whole_or_leaves_what_was_there():
    done = full_disk(FULL_EXPORT)
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    assert set(lines[:-1]) == {
        "whole True",
        "full The disk is full; a.png was not written. True",
    }
    assert lines[-1] == "['a.png', 'filler']"
