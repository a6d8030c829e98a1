"""A session is made and copied beside what is there, and over nothing unasked."""

from __future__ import annotations

from pathlib import Path

import pytest

from kontext_studio.core.drafts import Draft
from kontext_studio.core.errors import (
    BadInput,
    SessionLocked,
)
from kontext_studio.core.session import Session
from kontext_studio.store.session_file import SessionFile
from tests.unit.store.samples import add_edit, add_original, original


def folder_state(folder: Path) -> dict[str, bytes]:
    return {one.name: one.read_bytes() for one in folder.iterdir() if one.is_file()}


def test_a_session_is_never_made_over_a_file(finished):
    before = finished.read_bytes()
    with pytest.raises(BadInput, match=r"^work\.kontext is there already\.$"):
        SessionFile.create(finished)
    assert folder_state(finished.parent) == {"work.kontext": before}


def test_a_session_is_not_made_where_it_cannot_lie(tmp_path):
    with pytest.raises(BadInput, match="There is no folder"):
        SessionFile.create(tmp_path / "none" / "a.kontext")
    with pytest.raises(BadInput, match="too long"):
        SessionFile.create(tmp_path / ("x" * 250))
    with pytest.raises(BadInput, match="is a folder"):
        SessionFile.create(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_log_of_a_file_that_is_gone_does_not_get_into_a_new_one(path, opened):
    file = opened(create=True)
    add_original(file, Session())
    log = (path.parent / "work.kontext-wal").read_bytes()
    file.close()
    path.unlink()
    (path.parent / "work.kontext-wal").write_bytes(log)

    assert len(opened(create=True).load().session.history) == 0


def test_a_copy_holds_everything_that_is_committed(opened, path):
    file, session = opened(create=True), Session()
    root = add_original(file, session)
    add_edit(file, session, 1, root)
    file.save_draft(None, Draft(text="typed"))
    copy_path = path.parent / "copy.kontext"

    file.save_copy(copy_path)

    assert copy_path.stat().st_mode & 0o777 == 0o600
    assert copy_path.read_bytes()[18:20] == b"\x01\x01"
    star = session.star(root.id, True)
    assert star is not None
    file.commit(star)
    copy = opened(copy_path)
    loaded = copy.load()
    assert len(loaded.session.history) == 2
    assert loaded.session.stars == set()
    assert loaded.drafts == {None: Draft(text="typed")}
    assert copy.check() == ()


def test_a_copy_takes_the_place_of_a_file_only_when_asked(finished, opened, tmp_path):
    other = tmp_path / "other.kontext"
    opened(other, create=True).close()
    file = opened()
    with pytest.raises(BadInput, match=r"^other\.kontext is there already\.$"):
        file.save_copy(other)
    with pytest.raises(BadInput, match="is the session that is open"):
        file.save_copy(finished, overwrite=True)
    with pytest.raises(BadInput, match="There is no folder"):
        file.save_copy(tmp_path / "none" / "x.kontext")

    file.save_copy(other, overwrite=True)

    assert len(opened(other).load().session.history) == 4


def test_a_copy_never_takes_the_place_of_a_session_that_is_open(finished, opened, tmp_path):
    other = opened(tmp_path / "other.kontext", create=True)
    with pytest.raises(SessionLocked):
        opened().save_copy(tmp_path / "other.kontext", overwrite=True)
    add_original(other, Session())
    assert other.check() == ()
    names = {one.name for one in tmp_path.iterdir()}
    assert not any(name.endswith(".part") for name in names)


def test_f_loc_4_a_read_only_session_can_be_copied(finished, opened, tmp_path):
    opened(read_only=True).save_copy(tmp_path / "mine.kontext")
    mine = opened(tmp_path / "mine.kontext")
    assert not mine.read_only
    assert next(iter(mine.load().session.history)) == original()
