"""What a session file holds, read as a stranger to the program would: SQL and SHA-256 alone.

A copy is read, so that looking changes nothing for the program that opens the file next.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kontext_studio.core.errors import SessionError
from kontext_studio.store import schema
from kontext_studio.store.session_file import SessionFile


@dataclass(frozen=True)
class Run:
    """One row of the runs."""

    state: str
    seed: int
    instruction: str
    request_id: str
    charged: str
    message: str


@dataclass(frozen=True)
class Step:
    """One row of the steps; `made` is True for what a run gave, `picture` what that was as it
    came."""

    picture: str
    made: bool


@dataclass(frozen=True)
class SessionFacts:
    """`damage` is empty where the file is whole; then it is known to open and pass its check."""

    runs: tuple[Run, ...] = ()
    steps: tuple[Step, ...] = ()
    damage: str = ""

    @property
    def states(self) -> tuple[str, ...]:
        return tuple(run.state for run in self.runs)


def read_session(path: Path | None) -> SessionFacts:
    """No file is an empty session."""
    if path is None or not path.exists():
        return SessionFacts()
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / path.name
        for end in ("", "-wal", "-journal"):
            beside = path.with_name(path.name + end)
            if beside.exists():
                shutil.copyfile(beside, copy.with_name(copy.name + end))
        try:
            facts = _read(copy)
        except (sqlite3.DatabaseError, KeyError, TypeError, ValueError) as exc:
            return SessionFacts(damage=f"{type(exc).__name__}: {exc}")
        return facts if facts.damage else _checked(copy, facts)


def make_older(path: Path | None) -> None:
    """Let a session that was put away be one of the version before: tables and rows of these two
    are alike where no area is a mask alone."""
    assert path is not None, "there is no session"
    with closing(sqlite3.connect(path)) as file:
        file.execute(f"PRAGMA user_version = {schema.VERSION - 1}")


def _read(path: Path) -> SessionFacts:
    with closing(sqlite3.connect(path)) as file:
        (said,) = file.execute("PRAGMA integrity_check").fetchone()
        jobs = [json.loads(body) for (body,) in file.execute("SELECT body FROM jobs")]
        nodes = [json.loads(body) for (body,) in file.execute("SELECT body FROM nodes")]
        held = {}
        for name, data in file.execute("SELECT sha256, data FROM images"):
            held[name] = hashlib.sha256(data).hexdigest()
    damage = "" if said == "ok" else str(said)
    for node in nodes:
        for name in filter(None, (node["image"]["sha256"], (node["raw"] or {}).get("sha256"))):
            if held.get(name) != name:
                damage = damage or f"the bytes of {name} are not there"
    jobs.sort(key=lambda job: job["step"])
    steps = tuple(
        Step((node["raw"] or node["image"])["sha256"], bool(node["parents"])) for node in nodes
    )
    return SessionFacts(tuple(_run(job) for job in jobs), steps, damage)


def _run(job: dict[str, Any]) -> Run:
    request, remote, fault = job["request"], job["remote"] or {}, job["fault"] or {}
    return Run(
        state=job["state"],
        seed=request["seed"],
        instruction=request["instruction"],
        request_id=remote.get("request_id", ""),
        charged=fault.get("charged", ""),
        message=fault.get("message", ""),
    )


def _checked(path: Path, facts: SessionFacts) -> SessionFacts:
    try:
        with SessionFile.open(path) as file:
            file.load()
            damage = "; ".join(one.message for one in file.check())
    except SessionError as exc:
        damage = exc.message
    return SessionFacts(facts.runs, facts.steps, damage)
