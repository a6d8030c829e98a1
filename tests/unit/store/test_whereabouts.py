"""A session whose file is moved, deleted or replaced while it is open loses nothing, and what is
there instead is left alone. On network disks and in folders kept in step no log lies beside it."""

from __future__ import annotations

import os
import shutil
import sqlite3
from pathlib import Path

import pytest

from kontext_studio.core.errors import SessionGone
from kontext_studio.core.session import Session
from kontext_studio.store import opened as opened_module
from kontext_studio.store.session_file import SessionFile
from kontext_studio.store.shared_folder import file_system_of, is_shared
from kontext_studio.store.watch import Whereabouts
from tests.unit.store.samples import add_edit, add_original, job, picture


@pytest.fixture(params=["write-ahead log", "rollback journal"])
def shared(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    is_shared = request.param == "rollback journal"
    monkeypatch.setattr(opened_module, "is_shared", lambda _: is_shared)
    return is_shared


def begun(path: Path, opened) -> tuple[SessionFile, Session]:
    """An original and an edit, both acknowledged, neither of them put away."""
    file, session = opened(path, create=True), Session()
    add_edit(file, session, 1, add_original(file, session))
    return file, session


def assert_all_is_in(path: Path) -> None:
    with SessionFile.open(path) as copy:
        assert [one.id for one in copy.load().session.history] == ["root0", "step1"]
        assert copy.read_image(picture(1)[0].sha256) == picture(1)[1]
        assert copy.check() == ()


@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize("how", ["deleted", "moved", "folder moved"])
def test_f_loc_14_a_file_that_goes_away_is_noticed_and_saved_elsewhere(tmp_path, opened, how):
    folder = tmp_path / "here"
    folder.mkdir()
    path = folder / "work.kontext"
    file, session = begun(path, opened)
    assert file.whereabouts() is Whereabouts.HERE
    if how == "deleted":
        path.unlink()
    elif how == "moved":
        path.rename(folder / "elsewhere.kontext")
    else:
        folder.rename(tmp_path / "there")

    assert file.whereabouts() is Whereabouts.GONE
    with pytest.raises(SessionGone) as told:
        file.save_job(job(2, session.history[next(iter(session.history)).id]))
    assert told.value.message == (
        "work.kontext is gone: it was moved or deleted while it was open."
    )
    rescue = tmp_path / "rescue.kontext"
    file.save_copy(rescue)
    file.close()

    assert_all_is_in(rescue)
    left = {one.name for one in folder.iterdir()} if folder.exists() else set()
    assert left <= {"elsewhere.kontext"}
    if how == "moved":  # what was put away before it was moved still opens
        with SessionFile.open(folder / "elsewhere.kontext") as moved:
            moved.load()
            assert moved.check() == ()


@pytest.mark.parametrize("how", ["renamed over", "written over"])
def test_f_loc_13_a_file_that_is_replaced_is_noticed_and_nothing_is_merged(
    tmp_path, opened, shared, how
):
    path = tmp_path / "work.kontext"
    file, session = begun(path, opened)
    other_path = tmp_path / "other.kontext"
    other = opened(other_path, create=True)
    add_original(other, Session(), 5)
    other.put_image(*picture(6, 400_000))
    other.close()
    theirs = other_path.read_bytes()
    if how == "renamed over":
        other_path.replace(path)
    else:
        shutil.copyfile(other_path, path)

    assert file.whereabouts() is Whereabouts.REPLACED
    with pytest.raises(SessionGone) as told:
        add_edit(file, session, 2, next(iter(session.history)))
    assert told.value.message == (
        "work.kontext was changed by another program while it was open here."
    )
    if how == "renamed over":  # the bytes of the other way are gone from the disk
        file.save_copy(tmp_path / "rescue.kontext")
    file.close()

    assert path.read_bytes() == theirs
    assert not {one.name for one in tmp_path.iterdir()} & {
        "work.kontext-wal", "work.kontext-shm", "work.kontext-journal", ".work.kontext.lock"
    }  # fmt: skip
    with SessionFile.open(path) as theirs_opened:
        assert [one.id for one in theirs_opened.load().session.history] == ["root5"]
    if how == "renamed over":
        assert_all_is_in(tmp_path / "rescue.kontext")


def test_f_loc_13_another_writer_is_noticed_even_where_it_asked_for_no_lock(
    finished, opened, shared
):
    file = opened()
    file.load()
    file.save_head(None)
    with sqlite3.connect(finished, timeout=1) as other:
        other.execute("INSERT INTO meta VALUES ('by', 'another program')")
    other.close()

    with pytest.raises(SessionGone, match="was changed by another program"):
        file.save_head(None)


@pytest.mark.usefixtures("shared")
def test_what_the_session_itself_does_is_no_change_by_others(path, opened):
    file, session = begun(path, opened)
    for number in range(2, 30):  # long enough that the log is put into the file on the way
        ref, data = picture(number, 3_000_000)
        file.put_image(ref, data)
    with opened(read_only=True) as reader:
        reader.load()
        file.put_image(*picture(40))
    path.chmod(0o644)
    os.utime(path)
    file.put_image(*picture(41))
    assert file.whereabouts() is Whereabouts.HERE
    assert len(session.history) == 2


def test_f_loc_13_on_a_shared_disk_a_session_is_one_file_at_all_times(path, opened, monkeypatch):
    monkeypatch.setattr(opened_module, "is_shared", lambda _: True)
    file, _ = begun(path, opened)
    assert {one.name for one in path.parent.iterdir()} == {
        "work.kontext",
        ".work.kontext.lock",
        ".work.kontext.reserve",
    }
    assert path.read_bytes()[18:20] == b"\x01\x01"
    file.close()
    assert_all_is_in(path)


MOUNTS = """\
22 1 254:0 / / rw,relatime - ext4 /dev/vda rw
30 22 0:40 / /mnt/my\\040share rw - cifs //server/share rw
31 22 0:41 / /mnt rw - ext4 /dev/sda rw
32 22 0:42 / /net rw shared:5 master:1 - nfs4 server:/export rw
33 32 0:43 / /net/local rw - ext4 /dev/vdb rw
34 22 0:44 / /twice rw - ext4 /dev/vdb rw
35 34 0:45 / /twice rw - fuse.sshfs me@there: rw
broken line
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/a/b.kontext", "ext4"),
        ("/mnt/my share/b.kontext", "cifs"),
        ("/mnt/other/b.kontext", "ext4"),
        ("/net/b.kontext", "nfs4"),
        ("/net/local/b.kontext", "ext4"),
        ("/network/b.kontext", "ext4"),
        ("/twice/b.kontext", "fuse.sshfs"),
    ],
)
def test_f_loc_13_network_disks_are_known_by_the_table_of_mounts(path, kind):
    assert file_system_of(Path(path), MOUNTS) == kind


@pytest.mark.parametrize(
    "folder", ["Dropbox/x", "OneDrive - Firm/a/b", "Google Drive", "Nextcloud", "Mobile Documents"]
)
def test_f_loc_13_folders_that_are_kept_in_step_are_known_by_their_names(tmp_path, folder):
    place = tmp_path / folder
    place.mkdir(parents=True)
    assert is_shared(place / "work.kontext")
    assert not is_shared(tmp_path / "plain" / "work.kontext")


def test_f_loc_13_folders_that_are_kept_in_step_are_known_by_their_marks(tmp_path):
    (tmp_path / "a" / "b").mkdir(parents=True)
    assert not is_shared(tmp_path / "a" / "b" / "work.kontext")
    (tmp_path / "a" / ".stfolder").mkdir()
    assert is_shared(tmp_path / "a" / "b" / "work.kontext")
