"""A power cut at any moment: what was acknowledged before is there, and the session opens.

A real process is traced while it works; from the log of its writes the folder is built as the disk
may have held it at each moment. Until a file is synced, its later writes are there, or not, or in
parts; until a folder is synced, new names are there or not. Needs strace; without it these tests
are skipped. With KONTEXT_STUDIO_LONG_TESTS=1 in 2,000 states instead of a sample.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from kontext_studio.core.history import JobId, NodeId
from kontext_studio.core.jobs import JobState
from kontext_studio.store.session_file import SessionFile
from tests.unit.store.samples import picture

LONG = bool(os.environ.get("KONTEXT_STUDIO_LONG_TESTS"))
CUTS = 2_000 if LONG else 160
SECTOR = 512

WORKER = """
import dataclasses, os, sys
from pathlib import Path
from kontext_studio.core.jobs import JobState
from kontext_studio.core.session import Session
from kontext_studio.store.session_file import SessionFile
from kontext_studio.store import opened
from tests.unit.store.samples import add_original, edit, job, picture
path, mode = Path(sys.argv[1]), sys.argv[2]
if mode == "rollback journal":
    opened.is_shared = lambda _: True
def tell(*words):
    os.write(1, " ".join(map(str, ("told", *words, ""))).encode())
file, session = SessionFile.create(path), Session()
tell("made", 0)
parent = add_original(file, session)
tell("imported", 0)
for number in range(1, 7):
    file.save_job(job(number, parent, JobState.SUBMITTED))
    tell("submitted", number)
    ref, data = picture(number, 60_000)
    node = dataclasses.replace(edit(number, parent), image=ref)
    change = session.add((node,), move_head=True)
    file.commit(change, jobs=[job(number, parent, JobState.STORED)], images=[(ref, data)])
    session.apply(change)
    tell("stored", number)
    parent = node
    if number == 3:
        file.save_copy(path.with_name("copy.kontext"))
        tell("copied", number)
        file.close()
        tell("closed", number)
        file = SessionFile.open(path)
        file.load()
file.close()
tell("closed", 6)
"""

WORDS = ("made", "imported", "submitted", "stored", "copied", "closed")
CALLS = (
    "open,openat,creat,write,pwrite64,ftruncate,truncate,fsync,fdatasync,unlink,unlinkat,"
    "rename,renameat,renameat2,link,linkat"
)


def can_trace() -> bool:
    if shutil.which("strace") is None:
        return False
    tried = subprocess.run(["strace", "-e", "trace=none", "true"], capture_output=True, check=False)
    return tried.returncode == 0


needs_strace = pytest.mark.skipif(not can_trace(), reason="strace cannot trace a process here")

# ---------------------------------------------------------------- what the process did


@dataclass(frozen=True, slots=True)
class Step:
    """One call: what it did to which name."""

    what: str
    name: str = ""
    other: str = ""
    at: int = 0
    data: bytes = b""
    told: tuple[str, int] | None = None


def steps_of(trace: str, folder: Path) -> list[Step]:
    steps: list[Step] = []
    for line in trace.splitlines():
        call = re.match(r"(\d+ +)?(\w+)\((.*)\) = (-?\d+)", line)
        if call is None or call.group(4).startswith("-"):
            continue
        name, rest, result = call.group(2), call.group(3), int(call.group(4))
        if name == "write" and rest.startswith("1<"):
            word, number = _bytes_of(rest).decode().split()[1:]
            steps.append(Step("tell", told=(word, int(number))))
            continue
        texts = re.findall(r'"((?:\\x[0-9a-f]{2})*)"', rest)
        paths = [_decoded(text).decode(errors="replace") for text in texts]
        on = re.match(r"\d+<((?:\\x[0-9a-f]{2})*|[^>]*)>", rest)
        handle = (
            _decoded(on.group(1)).decode() if on and "\\x" in on.group(1) else on and on.group(1)
        )
        if name in ("open", "openat", "creat"):
            if paths and paths[0].startswith(str(folder)) and "O_CREAT" in rest:
                steps.append(Step("make", Path(paths[0]).name))
        elif name in ("pwrite64", "write") and handle and handle.startswith(str(folder)):
            at = int(rest.rsplit(", ", 1)[1]) if name == "pwrite64" else -1
            data = _bytes_of(rest)
            assert len(data) == result, "the trace cut a write short"
            steps.append(Step("write", Path(handle).name, at=at, data=data))
        elif name == "ftruncate" and handle and handle.startswith(str(folder)):
            steps.append(Step("cut", Path(handle).name, at=int(rest.rsplit(", ", 1)[1])))
        elif name in ("fsync", "fdatasync") and handle and handle.startswith(str(folder)):
            what = "sync folder" if handle == str(folder) else "sync"
            steps.append(Step(what, Path(handle).name))
        elif name in ("unlink", "unlinkat") and paths[0].startswith(str(folder)):
            steps.append(Step("remove", Path(paths[0]).name))
        elif name.startswith(("rename", "link")) and paths[0].startswith(str(folder)):
            what = "rename" if name.startswith("rename") else "link"
            steps.append(Step(what, Path(paths[0]).name, Path(paths[1]).name))
    return steps


def _bytes_of(rest: str) -> bytes:
    found = re.findall(r'"((?:\\x[0-9a-f]{2})*)"', rest)
    return _decoded(found[-1])


def _decoded(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", ""))


# ---------------------------------------------------------------- what the disk held


@dataclass(slots=True)
class Inode:
    safe: bytearray = field(default_factory=bytearray)
    pending: list[Step] = field(default_factory=list)

    def now(self) -> int:
        data = bytearray(self.safe)
        for one in self.pending:
            _put(data, one)
        return len(data)


@dataclass(slots=True)
class Disk:
    """`names` is what processes see; `safe_names` what is there after a cut, with the changes
    since in `pending`: they become safe in their order, so a cut may keep the first of them."""

    names: dict[str, Inode] = field(default_factory=dict)
    safe_names: dict[str, Inode] = field(default_factory=dict)
    pending: list[tuple[str, Inode | None]] = field(default_factory=list)

    def do(self, step: Step) -> None:
        match step.what:
            case "make":
                if step.name not in self.names:
                    self._name(step.name, Inode())
            case "write" | "cut":
                node = self.names.get(step.name)
                if node is not None:
                    if step.at < 0:
                        step = Step("write", step.name, at=node.now(), data=step.data)
                    node.pending.append(step)
            case "sync":
                node = self.names.get(step.name)
                if node is not None:
                    for one in node.pending:
                        _put(node.safe, one)
                    node.pending.clear()
            case "sync folder":
                self._settle(len(self.pending))
            case "remove":
                self._name(step.name, None)
            case "link" | "rename":
                node = self.names[step.name]
                self._name(step.other, node)
                if step.what == "rename":
                    self._name(step.name, None)

    def _name(self, name: str, node: Inode | None) -> None:
        if node is None:
            self.names.pop(name, None)
        else:
            self.names[name] = node
        self.pending.append((name, node))

    def _settle(self, count: int) -> None:
        for name, node in self.pending[:count]:
            if node is None:
                self.safe_names.pop(name, None)
            else:
                self.safe_names[name] = node
        del self.pending[:count]

    def after_cut(self, dice: random.Random) -> dict[str, bytes]:
        """One of the states that the disk may be in."""
        names = dict(self.safe_names)
        for name, node in self.pending[
            : dice.choice((0, len(self.pending), dice.randint(0, len(self.pending))))
        ]:
            if node is None:
                names.pop(name, None)
            else:
                names[name] = node
        how = dice.choice(("none", "all", "some", "torn"))
        return {name: bytes(_survived(node, how, dice)) for name, node in names.items()}


def _put(data: bytearray, step: Step) -> None:
    if step.what == "cut":
        del data[step.at :]
        data.extend(bytes(step.at - len(data)))
    else:
        data.extend(bytes(max(0, step.at - len(data))))
        data[step.at : step.at + len(step.data)] = step.data


def _survived(node: Inode, how: str, dice: random.Random) -> bytearray:
    data = bytearray(node.safe)
    for one in node.pending:
        if how == "none" or (how in ("some", "torn") and dice.random() < 0.5):
            continue
        if how == "torn" and one.what == "write":
            sectors = range(0, len(one.data), SECTOR)
            for at in sectors:
                if dice.random() < 0.5:
                    piece = one.data[at : at + SECTOR]
                    _put(data, Step("write", at=one.at + at, data=piece))
        else:
            _put(data, one)
    return data


# ---------------------------------------------------------------- the tests


@pytest.fixture(scope="module", params=["write-ahead log", "rollback journal"])
def work(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[Step]:
    folder = tmp_path_factory.mktemp("power")
    trace = tmp_path_factory.mktemp("trace") / "calls"
    subprocess.run(
        [
            *(
                "strace",
                "-f",
                "-y",
                "-xx",
                "-s",
                "1000000",
                "-o",
                str(trace),
                "-e",
                f"trace={CALLS}",
            ),
            *(sys.executable, "-c", WORKER, str(folder / "work.kontext"), request.param),
        ],
        check=True,
        capture_output=True,
        timeout=100,
    )
    steps = steps_of(trace.read_text(), folder)
    assert sum(one.what == "tell" for one in steps) == 17
    return steps


@needs_strace
def test_f_loc_1_a_power_cut_at_any_moment_loses_nothing_that_was_acknowledged(work, tmp_path):
    dice = random.Random(1)
    first = next(index for index, one in enumerate(work) if one.what == "tell")
    cuts = sorted(dice.choices(range(first, len(work)), k=CUTS // 2))
    # Every sync and every word that was given is a moment of its own.
    cuts += [i for i, one in enumerate(work) if i > first and one.what in ("sync", "tell")]
    disk, done = Disk(), 0
    told: dict[str, list[int]] = {word: [] for word in WORDS}
    for index in sorted(cuts):
        for step in work[done : index + 1]:
            disk.do(step)
            if step.told is not None:
                told[step.told[0]].append(step.told[1])
        done = index + 1
        folder = tmp_path / "disk"
        folder.mkdir()
        for name, data in disk.after_cut(dice).items():
            if not name.endswith("-shm"):  # memory that processes share is gone
                (folder / name).write_bytes(data)
        steps = look_over(folder, told, index)
        assert steps >= len(told["stored"]) + len(told["imported"]), index
        shutil.rmtree(folder)
    assert all(told.values()), "something of each kind was acknowledged before the last cut"


def look_over(folder: Path, told: dict[str, list[int]], index: int) -> int:
    """Everything that was acknowledged is there as it was told; how many steps there are."""
    with SessionFile.open(folder / "work.kontext", read_only=index % 2 == 0) as file:
        loaded = file.load()
        assert file.check() == (), index
        for number in told["stored"]:
            node = loaded.session.history[NodeId(f"step{number}")]
            assert file.read_image(node.image.sha256) == picture(number, 60_000)[1]
            assert loaded.jobs[JobId(f"job{number}")].state is JobState.STORED
        for number in told["submitted"]:
            job = loaded.jobs[JobId(f"job{number}")]
            assert job.state in (JobState.SUBMITTED, JobState.STORED)
            is_stored = NodeId(f"step{number}") in loaded.session.history
            assert (job.state is JobState.STORED) == is_stored
    if told["copied"]:
        with SessionFile.open(folder / "copy.kontext") as copy:
            assert len(copy.load().session.history) == 4
            assert copy.check() == ()
    return len(loaded.session.history)


@needs_strace
def test_the_simulation_finds_what_is_not_synced(work, tmp_path):
    """Without the syncs of the log and the file the same work does lose what was acknowledged."""
    careless = [one for one in work if one.what != "sync"]
    dice = random.Random(2)
    disk, lost = Disk(), 0
    told: dict[str, list[int]] = {word: [] for word in WORDS}
    for step in careless:
        disk.do(step)
        if step.told is None:
            continue
        told[step.told[0]].append(step.told[1])
        folder = tmp_path / "disk"
        folder.mkdir()
        for name, data in disk.after_cut(dice).items():
            if not name.endswith("-shm"):
                (folder / name).write_bytes(data)
        try:
            look_over(folder, told, 0)
        except Exception:  # noqa: BLE001  # whatever is wrong, it was found
            lost += 1
        shutil.rmtree(folder)
    assert lost > 5
