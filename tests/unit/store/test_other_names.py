"""A session file that other programs copy, link or move while it is open."""

from __future__ import annotations

import shutil
from pathlib import Path

from kontext_studio.core.session import Session
from kontext_studio.store.session_file import SessionFile
from tests.unit.store.samples import add_edit, add_original, picture


def steps_in(path: Path) -> list[int]:
    with SessionFile.open(path, read_only=True) as file:
        assert file.check() == ()
        return [node.step for node in file.load().session.history]


def test_a_copy_of_the_file_alone_while_it_is_open_has_every_result(path: Path) -> None:
    copy = path.with_name("copy.kontext")
    with SessionFile.create(path) as file:
        session = Session()
        node = add_original(file, session)
        for number in (1, 2):
            node = add_edit(file, session, number, node)
            shutil.copyfile(path, copy)
            assert steps_in(copy) == [*range(number + 1)]
        file.save_head(None)  # our own writing is not taken for somebody else's
    assert steps_in(path) == [0, 1, 2]


def test_two_names_of_one_file_are_two_sessions_from_the_first_writing_on(finished: Path) -> None:
    other = finished.with_name("other.kontext")
    other.hardlink_to(finished)
    with SessionFile.open(finished) as file, SessionFile.open(other) as beside:
        for number, one in ((10, file), (20, beside)):
            session = one.load().session
            assert session.head is not None
            add_edit(one, session, number, session.history[session.head])
        assert file.read_image(picture(10)[0].sha256) == picture(10)[1]
        assert beside.read_image(picture(20)[0].sha256) == picture(20)[1]
    assert steps_in(finished) == [0, 1, 2, 3, 10]
    assert steps_in(other) == [0, 1, 2, 3, 20]


def test_a_backup_made_of_links_is_not_changed_by_what_is_done_later(finished: Path) -> None:
    backup = finished.with_name("backup.kontext")
    backup.hardlink_to(finished)
    before = backup.read_bytes()
    with SessionFile.open(finished) as file:
        session = file.load().session
        assert session.head is not None
        add_edit(file, session, 10, session.history[session.head])
    assert backup.read_bytes() == before
    assert {one.name for one in finished.parent.iterdir()} == {finished.name, backup.name}


def test_what_a_crash_left_in_the_log_comes_along_to_a_file_of_its_own(
    finished: Path, tmp_path: Path
) -> None:
    crashed = tmp_path / "crashed" / "work.kontext"
    crashed.parent.mkdir()
    with SessionFile.open(finished) as file:
        session = file.load().session
        file.save_head(next(iter(session.history)).id)
        shutil.copy(finished, crashed)
        shutil.copy(f"{finished}-wal", f"{crashed}-wal")
    crashed.with_name("backup.kontext").hardlink_to(crashed)
    with SessionFile.open(crashed) as file:
        assert file.load().session.head == "root0"


def test_looking_at_one_of_two_names_leaves_them_one_file(finished: Path) -> None:
    other = finished.with_name("other.kontext")
    other.hardlink_to(finished)
    assert steps_in(finished) == [0, 1, 2, 3]
    assert other.samefile(finished)
