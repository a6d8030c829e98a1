"""The check finds what is wrong and says which step is hit."""

from __future__ import annotations

import dataclasses
import json
import sqlite3

import pytest

from kontext_studio.core.drafts import Draft
from kontext_studio.core.errors import SessionDamaged
from kontext_studio.core.history import NodeId, NodeKind
from kontext_studio.store.checking import Damage, name_of
from kontext_studio.store.salvage import check_file, salvage
from kontext_studio.store.session_file import SessionFile
from tests.unit.store.samples import edit, original, picture


def flip_in_picture(path, number: int) -> None:
    """One bit in the middle of a stored picture."""
    whole = bytearray(path.read_bytes())
    at = whole.find(picture(number)[1][:64])
    assert at > 0
    whole[at + 40] ^= 0x10
    path.write_bytes(whole)


def test_a_sound_session_has_no_damage(finished, opened):
    assert opened().check() == ()


def test_f_loc_8_a_flipped_bit_in_a_picture_is_found_and_its_steps_are_named(finished, opened):
    flip_in_picture(finished, 1)
    file = opened()
    loaded = file.load()

    assert file.check() == (
        Damage("Step 1", "Its picture is damaged.", NodeId("step1")),
        Damage("Step 2", "A picture it was made from is damaged.", NodeId("step2")),
    )
    assert file.known_losses() == ()
    with pytest.raises(SessionDamaged, match=r"^The picture of step 1 is damaged in work\.kontext"):
        file.read_image(loaded.session.history[NodeId("step1")].image.sha256)
    assert file.read_image(picture(2)[0].sha256) == picture(2)[1]


def test_a_damaged_original_is_named_by_its_file(finished, opened):
    flip_in_picture(finished, 0)
    assert opened().check()[0] == Damage(
        "The original “cat.jpg”", "Its picture is damaged.", NodeId("root0")
    )


@pytest.mark.parametrize(
    ("number", "hint"),
    [
        (0, "Open the photograph again."),
        (1, "Its instruction and settings are kept: run it again."),
    ],
)
def test_a_lost_original_is_opened_again_and_a_lost_step_is_run_again(
    finished, opened, number, hint
):
    flip_in_picture(finished, number)
    with pytest.raises(SessionDamaged) as caught:
        opened().read_image(picture(number)[0].sha256)
    assert caught.value.hint == hint


def test_a_missing_picture_is_found(finished, opened):
    with sqlite3.connect(finished) as connection:
        connection.execute("DELETE FROM images WHERE sha256 = ?", (picture(3)[0].sha256,))
    connection.close()
    file = opened()
    assert file.check() == (Damage("Step 3", "Its picture is missing.", NodeId("step3")),)
    file.load()
    with pytest.raises(SessionDamaged, match=r"^The picture of step 3 is missing in"):
        file.read_image(picture(3)[0].sha256)


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE nodes SET body = '{}' WHERE seq = 3", "The history cannot be read"),
        ("DELETE FROM journal WHERE seq = 3", "The history cannot be read"),
        ("UPDATE jobs SET body = '{}'", "A run cannot be read"),
        ("INSERT INTO drafts VALUES ('', '{}')", "A draft cannot be read"),
        ("INSERT INTO images VALUES ('ab', 'image/png', 1, 1, x'00')", "no step shows is damaged"),
        ("UPDATE images SET data = 'text' WHERE width = 640", "picture is damaged"),
    ],
)
def test_rows_that_make_no_sense_are_found(finished, opened, statement, words):
    with sqlite3.connect(finished) as connection:
        connection.execute(statement)
    connection.close()

    damages = opened().check()

    assert any(words in one.message for one in damages)


def change_a_letter(path, table: str, was: str, becomes: str) -> None:
    """As a faulty disk does: the text still reads well."""
    with sqlite3.connect(path) as connection:
        statement = f"UPDATE {table} SET body = replace(body, ?, ?) WHERE instr(body, ?)"
        assert connection.execute(statement, (was, becomes, was)).rowcount >= 1
    connection.close()


def test_f_loc_8_a_changed_letter_in_an_instruction_is_found_and_the_session_still_opens(
    finished, opened
):
    with opened() as file:
        file.save_draft(None, Draft(text="make it red"))
    change_a_letter(finished, "nodes", '"step": 2', '"step": 7')

    assert check_file(finished).damages == (
        Damage(
            "Step 7",
            "A letter of its instruction or settings is not what was written.",
            NodeId("step2"),
        ),
    )
    assert opened().load().session.history[NodeId("step2")].step == 7


@pytest.mark.parametrize(
    ("table", "was", "becomes", "words"),
    [
        ("jobs", '"seed": 9', '"seed": 8', "What is noted of a run is not what was written."),
        ("drafts", "red", "bed", "What is noted of a draft is not what was written."),
        ("journal", "the red one", "the bed one", "What is noted of an act is not what was"),
    ],
)
def test_f_loc_8_a_changed_letter_in_what_else_is_noted_is_found(
    finished, opened, table, was, becomes, words
):
    with opened() as file:
        file.save_draft(None, Draft(text="make it red"))
        assert file.check() == ()
    change_a_letter(finished, table, was, becomes)
    (damage,) = check_file(finished).damages
    assert damage.message.startswith(words)


def test_f_loc_8_a_repaired_session_tells_the_step_whose_words_may_be_wrong_once(finished):
    change_a_letter(finished, "nodes", '"seed": 9', '"seed": 8')
    saved = salvage(finished)
    assert saved.steps_lost == ("Step 2: a letter of its instruction or settings may be wrong",)
    assert "Step 2" in saved.steps_kept
    assert check_file(finished).damages == ()


@pytest.mark.parametrize(
    ("table", "words"),
    [("jobs", "The note of 1 run is missing."), ("journal", "The note of 1 act is missing.")],
)
def test_f_loc_8_a_row_that_is_gone_is_found(finished, table, words):
    with sqlite3.connect(finished) as connection:
        kept = "SELECT seq FROM journal WHERE body LIKE '%labelled%'"
        (label,) = connection.execute(kept).fetchone()
        connection.execute("UPDATE journal SET seq = seq + 1 WHERE seq = ?", (label,))
        gone = "seq = 2" if table == "jobs" else "FALSE"
        connection.execute(f"DELETE FROM {table} WHERE {gone}")
        if table == "jobs":
            connection.execute("UPDATE journal SET seq = seq - 1 WHERE seq = ?", (label + 1,))
    connection.close()
    assert [one.message for one in check_file(finished).damages] == [words]
    salvage(finished)
    assert check_file(finished).damages == ()


def test_a_session_of_an_earlier_program_has_no_checksums_and_is_sound(finished, opened):
    with sqlite3.connect(finished) as connection:
        for table in ("nodes", "jobs", "journal"):
            for key, body in connection.execute(f"SELECT seq, body FROM {table}").fetchall():
                if body is not None:
                    plain = {k: v for k, v in json.loads(body).items() if k != "crc32"}
                    text = json.dumps(plain)
                    connection.execute(f"UPDATE {table} SET body = ? WHERE seq = ?", (text, key))
    connection.close()
    assert len(check_file(finished).damages) > 0, "the file says that all bodies are sealed"
    with sqlite3.connect(finished) as connection:
        connection.execute("DELETE FROM meta WHERE key = 'sealed'")
    connection.close()
    assert check_file(finished).damages == ()


def test_a_step_without_its_parent_is_named(finished, opened):
    with sqlite3.connect(finished) as connection:
        connection.execute(
            "UPDATE nodes SET body = replace(body, '[\"step1\"]', '[\"gone\"]') WHERE seq = 3"
        )
    connection.close()
    lost = Damage("Step 2", "A step it was made from is missing.", NodeId("step2"))
    assert lost in opened().check()


def test_a_damaged_structure_is_found_and_the_rest_still_looked_at(finished, opened):
    whole = bytearray(finished.read_bytes())
    with sqlite3.connect(finished) as connection:
        (root,) = connection.execute(
            "SELECT rootpage FROM sqlite_schema WHERE name = 'measures'"
        ).fetchone()
    connection.close()
    whole[(root - 1) * 32_768] = 0x55  # no kind of page
    finished.write_bytes(whole)
    with SessionFile.open(finished, read_only=True) as file:
        damages = file.check()
    assert [one.step for one in damages] == ["The file"]
    assert damages[0].message.startswith("Its structure is damaged")


def test_steps_are_named_as_a_person_would():
    root = original()
    assert name_of(root) == "The original “cat.jpg”"
    assert name_of(dataclasses.replace(root, title="")) == "The original"
    assert name_of(edit(4, root)) == "Step 4"
    assert name_of(edit(4, root, variant=2)) == "Step 4, variant 2"
    made = dataclasses.replace(edit(2, root), parents=(), kind=NodeKind.GENERATE)
    assert name_of(made) == "Step 2"
