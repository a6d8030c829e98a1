"""`kontext-studio check` as a process of its own: what it prints, what it saves, how it ends."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from kontext_studio.core.session import Session
from kontext_studio.store.session_file import SessionFile
from tests.unit.store.samples import add_edit, add_original, picture


def check(path: Path, *options: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "kontext_studio", "check", str(path), *options],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def damaged(tmp_path: Path) -> Path:
    """A session of three edits; the picture of the last has a flipped bit, and so has a page that
    only leads to others, so that the file cannot be opened."""
    path = tmp_path / "work.kontext"
    with SessionFile.create(path) as file:
        session = Session()
        root = add_original(file, session)
        first = add_edit(file, session, 1, root)
        add_edit(file, session, 2, first)
        add_edit(file, session, 3, root)
    broken = bytearray(path.read_bytes())
    broken[broken.find(picture(3)[1][:32])] ^= 4
    broken[100] ^= 1
    path.write_bytes(broken)
    return path


def test_f_loc_8_check_names_the_steps_and_repair_saves_the_rest(damaged):
    before = damaged.read_bytes()

    code, out, said = check(damaged, "--json")
    found = json.loads(out)
    assert (code, found["ok"], found["steps"]) == (6, False, 4)
    assert found["can_be_saved"] == ["The original “cat.jpg”", "Step 1", "Step 2"]
    assert {"step": "The file", "message": "Step 3: its picture is lost."} in found["damage"]
    assert said == ""
    assert damaged.read_bytes() == before

    code, out, said = check(damaged)
    assert (code, said) == (6, "")
    assert "3 of 4 steps have their picture and can be saved." in out

    code, out, _ = check(damaged, "--repair", "--json")
    repaired = json.loads(out)["repaired"]
    assert code == 0
    assert repaired["kept"] == ["The original “cat.jpg”", "Step 1", "Step 2"]
    assert Path(repaired["damaged_file"]).read_bytes() == before
    with SessionFile.open(damaged) as file:
        assert len(file.load().session.history) == 4


def test_a_sound_session_is_not_repaired(damaged):
    check(damaged, "--repair")
    SessionFile.open(damaged).close()
    path = damaged.with_name("sound.kontext")
    with SessionFile.create(path) as file:
        add_original(file, Session())
    before = path.read_bytes()
    names = sorted(one.name for one in path.parent.iterdir())

    assert check(path, "--repair") == (0, "1 step, whole.\n", "")

    assert path.read_bytes() == before
    assert sorted(one.name for one in path.parent.iterdir()) == names


@pytest.mark.parametrize("option", ["--json", "--repair"])
def test_f_loc_11_what_is_no_session_ends_with_6_and_a_sentence(tmp_path, option):
    path = tmp_path / "cat.kontext"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(50_000))
    code, _, said = check(path, option)
    assert code == 6
    assert said.splitlines()[0] == "cat.kontext is not a Kontext Studio session."
    assert [one.name for one in tmp_path.iterdir()] == ["cat.kontext"]


def test_f_loc_8_a_repaired_session_checks_clean_and_is_not_repaired_again(damaged):
    assert check(damaged, "--repair")[0] == 0
    names = sorted(one.name for one in damaged.parent.iterdir())

    code, out, said = check(damaged, "--repair")

    assert (code, said) == (0, "")
    assert out.splitlines() == [
        "Step 3: Its picture was lost before the file was repaired.",
        "4 steps, nothing is damaged.",
    ]
    assert sorted(one.name for one in damaged.parent.iterdir()) == names
    code, out, _ = check(damaged, "--json")
    found = json.loads(out)
    assert (code, found["ok"], found["damage"]) == (0, True, [])
    assert [one["step"] for one in found["known_losses"]] == ["Step 3"]


@pytest.mark.parametrize("option", ["--json", "--repair"])
def test_f_loc_7_a_session_of_which_nothing_is_left_is_told_so_with_and_without_repair(
    damaged, option
):
    damaged.write_bytes(damaged.read_bytes()[:20_000])
    code, _, said = check(damaged, option)
    assert code == 6
    first, hint = said.splitlines()
    assert first.startswith("work.kontext is cut short: 20,000 of ")
    assert first.endswith(" bytes are there. Nothing of a session is left in it.")
    assert hint == "Look for a whole copy. The file was not changed."
    assert [one.name for one in damaged.parent.iterdir()] == ["work.kontext"]
