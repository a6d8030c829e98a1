"""Session files with very many steps, written directly: no run, one picture for all of them."""

from __future__ import annotations

import hashlib
import random
import sqlite3
from pathlib import Path

from kontext_studio.core.changes import NodesAdded
from kontext_studio.core.history import JobId, Node, NodeId, NodeKind
from kontext_studio.core.images import ImageRef, Sha256
from kontext_studio.core.request import EditRequest
from kontext_studio.core.result import ResultFacts
from kontext_studio.store.session_file import SessionFile
from tests.fakes.photographs import png

MODEL = "fal-ai/flux-pro/kontext"


def write_session(path: Path, steps: int, *, measured: bool = True) -> None:
    """A tree of `steps` edits that branches now and then; every figure is known if `measured`."""
    data = png(1, 64, 48)
    picture = ImageRef(Sha256(hashlib.sha256(data).hexdigest()), "image/png", 64, 48)
    rng = random.Random(steps)
    nodes = [Node(NodeId("n0"), (), NodeKind.IMPORT, picture, 0, 0.0, title="cup.png")]
    for number in range(1, steps + 1):
        # Mostly from the newest step, sometimes from one further up, as people work.
        parent = nodes[-1] if rng.random() < 0.7 else nodes[rng.randrange(len(nodes))]
        words = f"Make it warmer by {number} percent"
        nodes.append(
            Node(
                NodeId(f"n{number}"),
                (parent.id,),
                NodeKind.EDIT,
                picture,
                number,
                float(number),
                request=EditRequest(words, (picture,), MODEL, number),
                result=ResultFacts("fal", "direct", seed=number, seconds=8.1),
                job=JobId(f"j{number}"),
            )
        )
    with SessionFile.create(path) as file:
        file.commit(NodesAdded(tuple(nodes), None, NodeId(f"n{steps}")), images=((picture, data),))
        file.save_head(NodeId(f"n{steps}"))
    if measured:
        _write_measures(path, steps)


def _write_measures(path: Path, steps: int) -> None:
    rows = [
        (f"{name}:n{number}", 0.25)
        for number in range(1, steps + 1)
        for name in ("changed", "drift")
    ]
    with sqlite3.connect(path) as connection:
        connection.executemany("INSERT INTO measures VALUES (?, ?)", rows)
    connection.close()
