"""Session files of the first version, in which an area was its mask alone."""

from __future__ import annotations

import hashlib
import sqlite3
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kontext_studio.core.area import AREA_TYPE
from kontext_studio.core.errors import NewerSession
from kontext_studio.core.history import JobId, NodeId
from kontext_studio.imaging.encode import encode_png
from kontext_studio.store import schema
from kontext_studio.store.schema import read_head
from kontext_studio.store.seals import SEALED, sealed
from kontext_studio.store.session_file import SessionFile

PICTURE_TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE images (sha256 TEXT PRIMARY KEY, media_type TEXT NOT NULL, width INTEGER NOT NULL, height INTEGER NOT NULL, data BLOB NOT NULL);
CREATE TABLE thumbnails (sha256 TEXT PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE nodes (seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, body TEXT NOT NULL);
CREATE TABLE jobs (seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, body TEXT NOT NULL);
CREATE TABLE journal (seq INTEGER PRIMARY KEY, verb TEXT NOT NULL, body TEXT);
CREATE TABLE drafts (node TEXT PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE hosted (sha256 TEXT NOT NULL, origin TEXT NOT NULL, url TEXT NOT NULL, expires REAL, PRIMARY KEY (sha256, origin));
CREATE TABLE measures (key TEXT PRIMARY KEY, value REAL NOT NULL);
"""  # noqa: E501  # word for word as the first version wrote them


def image(pixels: np.ndarray) -> tuple[dict[str, Any], bytes]:
    data = encode_png(pixels)
    height, width = pixels.shape[:2]
    sha256 = hashlib.sha256(data).hexdigest()
    return {"sha256": sha256, "media_type": "image/png", "width": width, "height": height}, data


def node(name: str, parents: list[str], ref: object, step: int, **more: object) -> dict[str, Any]:
    plain = {"variant": 1, "title": "", "raw": None, "request": None, "result": None, "job": None}
    body = {"id": name, "parents": parents, "image": ref, "step": step, "created": 1.0}
    return {**body, "kind": "edit" if parents else "import", **plain, "notes": [], **more}


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """An original, a step of it inside an area, its run, one whose mask is lost, and a draft."""
    photo, mask = np.full((6, 8, 3), 90, np.uint8), np.zeros((6, 8), np.uint8)
    mask[:, 2:] = 255
    (photo_ref, photo_data), (mask_ref, mask_data) = image(photo), image(mask)
    request = {
        "instruction": "Make it warmer", "inputs": [photo_ref], "model": "m", "seed": 1,
        "count": 1, "parameters": {}, "area": mask_ref,
    }  # fmt: skip
    lost = {**request, "area": {**mask_ref, "sha256": "0" * 64}}
    steps = [
        node("root", [], photo_ref, 0),
        node("inside", ["root"], photo_ref, 1, request=request, raw=photo_ref, job="j1"),
        node("lost", ["root"], photo_ref, 2, request=lost),
        node("plain", ["root"], photo_ref, 3, request={**request, "area": None}),
    ]
    job = {
        "id": "j1", "state": "stored", "request": request, "parents": ["root"], "step": 1,
        "provider": "fal", "route": "r", "created": 1.0, "sent_at": None, "remote": None,
        "answer": "", "fault": None,
    }  # fmt: skip
    draft = {
        "text": "and then", "model": "m", "count": 1, "parameters": {}, "seed": None, "keep": [],
        "references": [],
    }  # fmt: skip
    path = tmp_path / "old.kontext"
    db = sqlite3.connect(path)
    db.executescript(PICTURE_TABLES)
    db.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
    db.execute("PRAGMA user_version = 1")
    for ref, data in ((photo_ref, photo_data), (mask_ref, mask_data)):
        db.execute("INSERT INTO images VALUES (?, 'image/png', 8, 6, ?)", (ref["sha256"], data))
    for one in steps:
        name = one["id"]
        db.execute("INSERT INTO nodes (id, body) VALUES (?, ?)", (name, sealed(name, one)))
        added = {"type": "nodes_added", "nodes": [name], "head_before": None, "head_after": name}
        db.execute("INSERT INTO journal (verb, body) VALUES ('do', ?)", (sealed("do", added),))
    db.execute("INSERT INTO jobs (id, body) VALUES ('j1', ?)", (sealed("j1", job),))
    db.execute("INSERT INTO drafts VALUES ('plain', ?)", (sealed("plain", draft),))
    db.execute("INSERT INTO meta VALUES (?, 'yes')", (SEALED,))
    db.execute("INSERT INTO measures VALUES ('changed:inside', 0.5)")
    db.commit()
    db.close()
    return path


@pytest.mark.parametrize("read_only", [True, False])
def test_f_loc_10_a_session_of_the_first_version_is_whole_in_this_one(
    old: Path, read_only: bool
) -> None:
    before = old.read_bytes()
    with SessionFile.open(old, read_only=read_only) as file:
        loaded = file.load()
        history = loaded.session.history
        inside, lost = history[NodeId("inside")], history[NodeId("lost")]
        assert inside.area is not None
        assert (inside.area.share, inside.area.feather_px) == (0.75, 0.0)
        assert inside.area.mask.media_type == AREA_TYPE
        assert file.read_image(inside.area.mask.sha256).startswith(b"\x89PNG")
        assert loaded.jobs[JobId("j1")].request == inside.request
        assert lost.request is not None
        assert lost.request.area is None
        assert loaded.drafts[NodeId("plain")].text == "and then"
        assert file.read_measures() == {"changed:inside": 0.5}
        assert file.check() == ()
    kept = old.with_name("old.kontext.v1.bak")
    if read_only:
        assert (old.read_bytes(), kept.exists()) == (before, False)
    else:
        assert (read_head(old).version, kept.read_bytes()) == (2, before)


def test_f_loc_9_a_program_of_the_first_version_says_that_a_session_is_newer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "new.kontext"
    SessionFile.create(path).close()
    monkeypatch.setattr(schema, "VERSION", 1)
    with pytest.raises(NewerSession, match="newer version of Kontext Studio"):
        SessionFile.open(path)
