"""Whatever was acknowledged is there after the process was killed at any moment."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest

from kontext_studio.core.history import JobId, NodeId
from kontext_studio.core.jobs import JobState
from kontext_studio.store.session_file import SessionFile
from tests.unit.store.samples import picture

WORKER = """
import sys
from pathlib import Path
from kontext_studio.core.jobs import JobState
from kontext_studio.store.session_file import SessionFile
from tests.unit.store.samples import edit, job, picture
path, first = Path(sys.argv[1]), int(sys.argv[2])
file = SessionFile.open(path)
session = file.load().session
parent = session.history[session.head]
for number in range(first, first + 200):
    file.save_job(job(number, parent, JobState.REMOTE_DONE))
    print("submitted", number, flush=True)
    data = picture(number, 150_000)
    node = edit(number, parent)
    node = type(node)(**{name: getattr(node, name) for name in node.__slots__} | {"image": data[0]})
    change = session.add((node,), move_head=True)
    file.commit(change, jobs=[job(number, parent, JobState.STORED)], images=[data])
    session.apply(change)
    print("stored", number, flush=True)
    parent = node
    if number % 4 == 0:
        file.close()
        file = SessionFile.open(path)
"""


@pytest.mark.parametrize("seed", range(4))
def test_f_loc_1_a_kill_at_any_moment_loses_nothing_that_was_acknowledged(finished, seed):
    dice = random.Random(seed)
    stored: list[int] = []
    submitted: list[int] = []
    for round_number in range(5):
        worker = subprocess.Popen(
            [sys.executable, "-c", WORKER, str(finished), str(1000 + 1000 * round_number)],
            stdout=subprocess.PIPE,
            text=True,
        )
        with worker:
            assert worker.stdout is not None
            lines = [worker.stdout.readline() for _ in range(dice.randint(1, 12))]
            with pytest.raises(subprocess.TimeoutExpired):
                worker.wait(dice.random() * 0.03)  # up to a few commits more
            worker.kill()
            lines += worker.stdout.readlines()
        for line in lines:
            if line.endswith("\n"):
                word, number = line.split()
                (stored if word == "stored" else submitted).append(int(number))

        check_session(finished, stored, submitted)

    assert len(stored) > 5


def check_session(path: Path, stored: list[int], submitted: list[int]) -> None:
    with SessionFile.open(path) as file:
        loaded = file.load()
        assert file.check() == ()
        for number in stored:
            node = loaded.session.history[NodeId(f"step{number}")]
            assert file.read_image(node.image.sha256) == picture(number, 150_000)[1]
            assert loaded.jobs[JobId(f"job{number}")].state is JobState.STORED
        for number in submitted:
            # Either state is right; a run that is stored has its step, one that is not has none.
            is_stored = loaded.jobs[JobId(f"job{number}")].state is JobState.STORED
            assert is_stored == (NodeId(f"step{number}") in loaded.session.history)
    assert [one.name for one in path.parent.iterdir()] == ["work.kontext"]
