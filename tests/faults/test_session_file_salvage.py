"""A damaged session: everything that is whole is saved, the damaged file keeps its bytes, and
nothing ever raises what is not one of our errors or takes long.

With KONTEXT_STUDIO_LONG_TESTS=1 in 1,000 places instead of a sample.
"""

from __future__ import annotations

import dataclasses
import json
import os
import random
import shutil
import sqlite3
import time
from collections import Counter
from pathlib import Path
from re import escape, finditer

import pytest

from kontext_studio.core.drafts import Draft
from kontext_studio.core.errors import (
    DiskFull,
    NewerSession,
    NotASession,
    ReadOnlySession,
    SessionDamaged,
    SessionLocked,
)
from kontext_studio.core.history import JobId, Node, NodeId
from kontext_studio.core.jobs import JobState
from kontext_studio.core.session import Session
from kontext_studio.store import schema
from kontext_studio.store.pages import Pages
from kontext_studio.store.salvage import check_file, salvage
from kontext_studio.store.session_file import SessionFile
from tests.unit.store.samples import add_original, edit, job, original, picture, undo

LONG = bool(os.environ.get("KONTEXT_STUDIO_LONG_TESTS"))
PAGE = 32_768
STEPS = 6
PARENTS = {1: 0, 2: 1, 3: 2, 4: 3, 5: 1, 6: 0}
SIZES = {0: 90_000, 1: 2_000, 2: 70_000, 3: 30_000, 4: 200_000, 5: 5_000, 6: 40_000}


def fill(path: Path) -> None:
    """An original and six edits, the last two beside the others, with words for all tables."""
    with SessionFile.create(path) as file:
        session = Session()
        nodes: dict[int, Node] = {}
        for number, size in SIZES.items():
            ref, data = picture(number, size)
            if number == 0:
                node = dataclasses.replace(original(), image=ref)
                change = session.add((node,), move_head=True)
                file.commit(change, images=[(ref, data)])
            else:
                parent = nodes[PARENTS[number]]
                node = dataclasses.replace(edit(number, parent), image=ref)
                change = session.add((node,), move_head=True)
                record = dataclasses.replace(job(number, parent, JobState.STORED), answer="{}")
                file.save_job(job(number, parent))
                file.commit(change, jobs=[record], images=[(ref, data)])
            session.apply(change)
            nodes[number] = node
        file.save_job(job(7, nodes[6], JobState.SUBMITTED))
        file.save_draft(None, Draft(text="half a sentence"))
        for act in (session.label(nodes[2].id, "the red one"), session.star(nodes[3].id, True)):
            assert act is not None
            file.commit(act)
            session.apply(act)
        file.put_thumbnail(nodes[0].image.sha256, b"small" * 500)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("whole") / "work.kontext"
    fill(path)
    return path.read_bytes()


@pytest.fixture
def path(tmp_path: Path, whole: bytes) -> Path:
    path = tmp_path / "work.kontext"
    path.write_bytes(whole)
    return path


def pages_of(whole: bytes) -> dict[str, set[int]]:
    """For each step the pages that its row and its picture lie on, and what it was made from."""
    places: dict[str, set[int]] = {}
    for number, size in SIZES.items():
        name = f"step{number}" if number else "root0"
        data = picture(number, size)[1]
        # SQLite leaves copies where rows were moved away: all of them count.
        pieces = [json.dumps({"id": name})[1:-1].encode()]
        pieces += [data[at : at + 32] for at in (*range(0, size - 32, 8_000), size - 32)]
        found = [one.start() // PAGE for piece in pieces for one in finditer(escape(piece), whole)]
        assert len(found) >= len(pieces)
        made_from = f"step{PARENTS[number]}" if PARENTS.get(number) else "root0"
        places[name] = {*found, *places.get(made_from, ())}
    return places


def words_of(path: Path) -> object:
    """All that a person would miss if it were another."""
    with SessionFile.open(path, read_only=True) as file:
        loaded = file.load()
    session = loaded.session
    marks = (session.head, session.labels, session.stars, session.picks, session.hidden)
    acts = (list(session.done), list(session.undone))
    return list(session.history), loaded.jobs, loaded.drafts, marks, acts


def look_over(path: Path, broken: bytes, must_keep: set[str], words: object = None) -> str:
    """Check, salvage, open what was saved; returns what came of it, in one word."""
    begun = time.process_time()
    folder = path.parent
    path.write_bytes(broken)
    try:
        report = check_file(path)
    except (NotASession, NewerSession, SessionDamaged):
        report = None
    assert path.read_bytes() == broken
    assert [one.name for one in folder.iterdir()] == ["work.kontext"]
    if report is None:
        assert not must_keep
        return "nothing"
    if not report.damages:
        assert words is None or words_of(path) == words, "a change that nobody was told of"
        return "sound"
    saved = salvage(path)

    assert saved.damaged.read_bytes() == broken
    assert {one.name for one in folder.iterdir()} == {"work.kontext", saved.damaged.name}
    with SessionFile.open(path) as file:
        session = file.load().session
        assert file.check() == (), "what was saved is whole"
        lost = {one.node for one in file.known_losses()}
        whole_steps = {node.id for node in session.history if node.id not in lost}
        for node in session.history:
            if node.id not in lost:
                assert file.read_image(node.image.sha256)
    assert must_keep <= whole_steps, (must_keep - whole_steps, saved.steps_lost)
    if len(whole_steps) < STEPS + 1:
        assert saved.steps_lost
    assert len(saved.steps_kept) >= len(must_keep)
    saved.damaged.unlink()
    assert time.process_time() - begun < 5
    return "saved"


# ---------------------------------------------------------------- anywhere


def test_f_loc_7_whatever_is_before_the_cut_is_saved_at_200_places(path, whole):
    places = pages_of(whole)
    ends = {"saved": 0, "nothing": 0, "sound": 0}
    for index in range(200):
        cut = len(whole) * index // 200
        must = {name for name, pages in places.items() if (max(pages) + 1) * PAGE <= cut}
        ends[look_over(path, whole[:cut], must)] += 1
    assert ends["saved"] > ends["nothing"]
    assert ends["sound"] == 0


def test_f_loc_8_whatever_the_flipped_bit_did_not_hit_is_saved_in_1000_places(path, whole):
    places, words = pages_of(whole), words_of(path)
    dice = random.Random(8)
    ends = {"saved": 0, "nothing": 0, "sound": 0}
    for index in range(1000 if LONG else 100):
        broken = bytearray(whole)
        # A third anywhere, a third in the heads of pages, a third in the pages of rows.
        at = dice.randrange(len(whole))
        if index % 3 == 1:
            at = at // PAGE * PAGE + dice.randrange(120)
        elif index % 3 == 2:
            at = dice.choice([min(places["step2"]), 0, len(whole) // PAGE - 1]) * PAGE
            at += dice.randrange(PAGE)
        broken[at] ^= 1 << dice.randrange(8)
        must = {name for name, pages in places.items() if at // PAGE not in pages}
        if at // PAGE == 0 and 60 <= at < 72:
            must = set()  # the version, and whose file it is
        ends[look_over(path, bytes(broken), must, words)] += 1
    assert ends["saved"] > 20


def test_f_loc_8_many_holes_at_once_lose_only_what_they_hit(path, whole):
    places = pages_of(whole)
    dice = random.Random(9)
    ends: Counter[str] = Counter()
    for _ in range(100 if LONG else 12):
        broken = bytearray(whole)
        gone = {dice.randrange(len(whole) // PAGE) for _ in range(3)}
        for page in gone:
            broken[page * PAGE : (page + 1) * PAGE] = dice.choice(
                (bytes(PAGE), dice.randbytes(PAGE))
            )
        must = {name for name, pages in places.items() if not pages & gone}
        ends[look_over(path, bytes(broken), must)] += 1
    assert ends["saved"] > 6
    assert not ends["sound"]


# ---------------------------------------------------------------- what is made of it


def lose_picture(path: Path, number: int) -> None:
    broken = bytearray(path.read_bytes())
    at = broken.find(picture(number, SIZES[number])[1][-64:])
    broken[at] ^= 1
    path.write_bytes(broken)


def change_rows(path: Path, *statements: str) -> None:
    """Break a row, and a page of no table that matters, so that the file counts as damaged."""
    with sqlite3.connect(path) as connection:
        for statement in statements:
            assert connection.execute(statement).rowcount >= 1
    connection.close()


def test_f_loc_7_the_words_say_what_was_saved_and_where_the_damaged_file_is(path):
    lose_picture(path, 2)

    report = check_file(path)
    saved = salvage(path)

    assert [(one.step, one.message) for one in report.damages] == [
        ("Step 2", "Its picture is damaged."),
        ("Step 3", "A picture it was made from is damaged."),
    ]
    assert report.steps == 7
    assert len(report.can_be_saved) == 6, "step 3 has its own picture"
    assert saved.steps_lost == (
        "Step 2: its picture is lost",
        "Step 3: a picture it was made from is lost",
    )
    assert saved.words == (
        "6 of 7 steps are saved with their picture in work.kontext."
        f" The damaged file lies beside it as {saved.damaged.name}."
    )
    assert saved.damaged.name.startswith("work.kontext.damaged-20")


def test_f_loc_7_a_step_without_its_picture_stays_where_others_were_made_from_it(path):
    lose_picture(path, 2)
    salvage(path)
    with SessionFile.open(path) as file:
        loaded = file.load()
        assert [one.id for one in loaded.session.history.path(NodeId("step4"))] == [
            "root0", "step1", "step2", "step3", "step4"
        ]  # fmt: skip
        assert loaded.session.labels == {"step2": "the red one"}
        assert loaded.session.stars == {"step3"}
        assert loaded.jobs[JobId("job2")].state is JobState.STORED


def test_f_loc_7_a_lost_result_that_none_was_made_from_is_fetched_again(path):
    lose_picture(path, 6)

    saved = salvage(path)

    with SessionFile.open(path) as file:
        loaded = file.load()
        assert "step6" not in loaded.session.history
        assert loaded.jobs[JobId("job6")].state is JobState.REMOTE_DONE
        assert loaded.jobs[JobId("job7")].state is JobState.SUBMITTED
        assert loaded.jobs[JobId("job7")].parents == ("step6",)
    assert saved.steps_lost[0] == "Step 6: it is fetched again if the service still has it"


def test_f_loc_7_a_step_whose_row_is_lost_is_known_from_those_made_from_it(path):
    change_rows(path, "UPDATE nodes SET body = '{' WHERE id = 'step3'")

    saved = salvage(path)

    with SessionFile.open(path) as file:
        session = file.load().session
        bare = session.history[NodeId("step3")]
        assert bare.parents == ()
        assert file.read_image(bare.image.sha256) == picture(3, SIZES[3])[1]
        assert session.history[NodeId("step4")].parents == ("step3",)
        assert file.check() == ()
    assert saved.steps_lost == ("The step under step 4: its instruction is lost",)


def test_f_loc_7_a_picture_that_no_step_tells_of_becomes_a_step(path):
    change_rows(path, "UPDATE nodes SET body = '{' WHERE id = 'step5'")

    salvage(path)

    with SessionFile.open(path) as file:
        session = file.load().session
        ref = picture(5, SIZES[5])[0]
        saved = session.history[NodeId(f"saved-{ref.sha256[:12]}")]
        assert saved.title == "Saved picture"
        assert file.read_image(ref.sha256) == picture(5, SIZES[5])[1]
        assert file.load().jobs[JobId("job5")].state is JobState.STORED  # not bought or shown twice


def test_f_loc_7_what_was_undone_and_typed_survives_where_the_journal_is_whole(path):
    with SessionFile.open(path) as file:
        session = file.load().session
        undo(file, session)
        file.save_choice("route", "Studio")
        file.save_choice("turns", '{"texts": ["Make it red"]}')
    lose_picture(path, 1)

    salvage(path)

    with SessionFile.open(path) as file:
        loaded = file.load()
        assert loaded.session.stars == set()
        assert loaded.session.redo_text == "star"
        assert loaded.drafts == {None: Draft(text="half a sentence")}
        assert file.choice("route") == "Studio"
        assert file.choice("turns") == '{"texts": ["Make it red"]}'


def test_f_loc_7_a_journal_with_a_hole_leaves_the_steps_and_what_was_done_to_them(path):
    change_rows(path, "DELETE FROM journal WHERE seq = 2")
    salvage(path)
    with SessionFile.open(path) as file:
        session = file.load().session
        assert len(session.history) == STEPS + 1
        assert session.labels == {"step2": "the red one"}
        assert session.stars == {"step3"}
        assert file.check() == ()
        undo(file, session)
        assert session.stars == set()


def test_f_loc_7_what_stood_in_the_log_is_saved_with_the_rest(path, tmp_path):
    with SessionFile.open(path) as file:
        session = file.load().session
        node = dataclasses.replace(edit(8, session.history[NodeId("step6")]), image=picture(8)[0])
        file.commit(session.add((node,), move_head=True), images=[picture(8)])
        other = tmp_path / "crashed" / "work.kontext"
        other.parent.mkdir()
        shutil.copy(path, other)
        shutil.copy(f"{path}-wal", f"{other}-wal")
    broken = bytearray(other.read_bytes())
    broken[:200] = bytes(200)
    other.write_bytes(broken)

    saved = salvage(other)

    assert len(saved.steps_kept) == 8
    with SessionFile.open(other) as file:
        assert file.load().session.head == "step8"
        assert file.read_image(picture(8)[0].sha256) == picture(8)[1]
    names = {one.name for one in other.parent.iterdir()}
    assert names == {"work.kontext", saved.damaged.name, f"{saved.damaged.name}-wal"}


def test_f_loc_7_a_second_damaged_file_of_a_day_gets_a_name_of_its_own(path, whole):
    lose_picture(path, 1)
    first = salvage(path).damaged
    before = first.read_bytes()
    path.write_bytes(whole)
    lose_picture(path, 2)

    second = salvage(path).damaged

    assert second.name == f"{first.name}-2"
    assert first.read_bytes() == before


def test_f_loc_7_after_a_repair_what_is_left_checks_clean_and_the_loss_is_known(path):
    lose_picture(path, 2)
    salvage(path)

    after = check_file(path)

    assert after.damages == ()
    assert [(one.step, one.message) for one in after.losses] == [
        ("Step 2", "Its picture was lost before the file was repaired."),
        ("Step 3", "A picture it was made from was lost before the file was repaired."),
    ]
    with SessionFile.open(path) as file:
        file.save_copy(path.with_name("copy.kontext"))
    assert check_file(path.with_name("copy.kontext")) == after


def test_f_loc_7_a_picture_that_comes_back_is_no_loss_any_more(path):
    lose_picture(path, 2)
    salvage(path)
    with SessionFile.open(path) as file:
        file.put_image(*picture(2, SIZES[2]))
    assert check_file(path).losses == ()


def test_f_loc_8_what_is_damaged_after_a_repair_is_damage_again(path):
    lose_picture(path, 2)
    salvage(path)
    lose_picture(path, 4)

    again = check_file(path)

    assert [one.step for one in again.damages] == ["Step 4"]
    assert [one.step for one in again.losses] == ["Step 2", "Step 3"]
    salvage(path)
    assert check_file(path).damages == ()


def test_f_loc_7_what_the_check_promises_is_what_the_salvage_keeps_wherever_it_is_cut(path, whole):
    told = {"kept": 0, "nothing": 0}
    for index in range(1, 40):
        path.write_bytes(whole[: len(whole) * index // 40])
        try:
            promised = check_file(path).can_be_saved
        except SessionDamaged:
            told["nothing"] += 1
            with pytest.raises(NotASession):
                salvage(path)
            continue
        told["kept"] += 1
        saved = salvage(path)
        assert promised == saved.steps_kept
        saved.damaged.unlink()
    assert all(told.values())


# ---------------------------------------------------------------- what is left alone


def test_f_loc_5_a_session_that_is_open_is_not_salvaged(path):
    before = path.read_bytes()
    with SessionFile.open(path), pytest.raises(SessionLocked):
        salvage(path)
    assert path.read_bytes() == before


def test_f_loc_9_a_newer_session_is_not_salvaged(path):
    broken = bytearray(path.read_bytes())
    broken[60:64] = (schema.VERSION + 1).to_bytes(4, "big")
    path.write_bytes(broken)
    with pytest.raises(NewerSession):
        salvage(path)
    assert path.read_bytes() == broken


def test_f_loc_11_what_never_was_a_session_is_not_salvaged(tmp_path):
    (tmp_path / "folder.kontext").mkdir()
    os.mkfifo(tmp_path / "fifo.kontext")
    (tmp_path / "picture.kontext").write_bytes(b"\x89PNG\r\n" + random.Random(1).randbytes(100_000))
    (tmp_path / "zeros.kontext").write_bytes(bytes(200_000))
    (tmp_path / "empty.kontext").write_bytes(b"")
    names = sorted(one.name for one in tmp_path.iterdir())
    for one in (*tmp_path.iterdir(), tmp_path / "none.kontext"):
        for ask in (check_file, salvage):
            with pytest.raises(NotASession):
                ask(one)
    assert sorted(one.name for one in tmp_path.iterdir()) == names


def test_f_loc_2_a_salvage_without_room_changes_nothing(path, monkeypatch):
    lose_picture(path, 1)
    before = path.read_bytes()
    from kontext_studio.store import salvage as module

    def full(*_: object) -> None:
        raise sqlite3_full()

    monkeypatch.setattr(module, "insert_image", full)
    with pytest.raises(DiskFull):
        salvage(path)
    assert path.read_bytes() == before
    assert [one.name for one in path.parent.iterdir()] == ["work.kontext"]


def sqlite3_full() -> sqlite3.OperationalError:
    """What SQLite itself raises when there is no room."""
    connection = sqlite3.connect(":memory:")
    connection.execute("PRAGMA max_page_count = 1")
    try:
        connection.execute("CREATE TABLE a (b)")
    except sqlite3.OperationalError as exc:
        return exc
    finally:
        connection.close()
    raise AssertionError("there was room")


def test_f_loc_4_a_read_only_folder_is_told_before_anything_is_read(path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(ReadOnlySession):
        salvage(path)


# ---------------------------------------------------------------- made to hurt


def test_f_sec_8_pages_that_claim_each_other_do_not_keep_the_salvage_busy(path, whole):
    """Thousands of cells that all claim the same long chain of pages."""
    broken = bytearray(whole)
    chain = whole.find(picture(4, SIZES[4])[1][:64]) // PAGE
    leaf = bytearray(PAGE)
    leaf[0] = 0x0D
    count = 3_000
    leaf[3:5] = count.to_bytes(2, "big")
    size = 200_000
    cell = bytes([0x80 | size >> 14, 0x80 | size >> 7 & 0x7F, size & 0x7F, 1])
    for index in range(count):
        at = 8 + 2 * count + index * 8
        leaf[8 + 2 * index : 10 + 2 * index] = at.to_bytes(2, "big")
        leaf[at : at + 4] = cell
    broken[(chain - 1) * PAGE : chain * PAGE] = leaf
    path.write_bytes(broken)
    begun = time.process_time()
    pages = Pages(path)
    assert list(pages.rows(columns=frozenset(range(1, 6)))) is not None
    pages.close()
    assert time.process_time() - begun < 2


def test_f_loc_7_an_empty_session_that_is_damaged_is_said_to_hold_nothing(tmp_path):
    path = tmp_path / "work.kontext"
    SessionFile.create(path).close()
    broken = bytearray(path.read_bytes())
    broken[20] ^= 1
    path.write_bytes(broken)
    with pytest.raises(NotASession, match=r"^Nothing of a session is left in work\.kontext\.$"):
        salvage(path)


def test_f_loc_7_a_sound_session_stays_as_it_is(tmp_path):
    path = tmp_path / "work.kontext"
    with SessionFile.create(path) as file:
        add_original(file, Session())
    before = path.read_bytes()
    assert check_file(path).damages == ()
    assert path.read_bytes() == before
