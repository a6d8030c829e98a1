"""Odd machines: no home, no place for temporary files, another language, another encoding."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.flows.driving import Program

HOMELESS = """
import os
for name in ("HOME", "KONTEXT_STUDIO_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME",
             "XDG_STATE_HOME", "XDG_RUNTIME_DIR"):
    os.environ.pop(name, None)
"""
NOWHERE = "\nimport os.path\nos.path.expanduser = lambda path: path\n"
NO_TEMP = "\nimport tempfile\ntempfile.tempdir = '/nonexistent/temp'\n"
NO_TEMP += "os.environ['TMPDIR'] = '/nonexistent/temp'\n"

ODD_MACHINES = {
    "no home variable": HOMELESS,
    "no home at all": HOMELESS + NOWHERE,
    "no temporary folder": "import os" + NO_TEMP,
}


@pytest.mark.parametrize("name", sorted(ODD_MACHINES))
def test_f_loc_40_on_an_odd_machine_an_edit_ends_in_the_session_it_named(
    program: Program, photo: Path, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if "no home" in name:  # the real home of this machine stays untouched
        monkeypatch.setenv("TMPDIR", str(tmp_path))
    first = ODD_MACHINES[name]
    if name == "no home variable":
        here = f"lambda path: str(path).replace('~', {str(tmp_path)!r})"
        first = f"{HOMELESS}\nos.path.expanduser = {here}"
    session = tmp_path / "s.kontext"
    words = ("edit", photo, "Make it warmer", "--session", session, "-o", tmp_path / "out.png")
    ended = program(*words, "--json", first=first)
    assert ended.code == 0, ended.err
    assert len(ended.json["nodes"]) == 2
    assert (tmp_path / "out.png").exists()
    assert "Traceback" not in ended.err


def test_f_loc_40_a_program_folder_that_cannot_be_made_is_told_and_a_named_session_works(
    program: Program, photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("where the folder would be")
    monkeypatch.setenv("KONTEXT_STUDIO_HOME", str(tmp_path / "file" / "studio"))
    untitled = program("edit", photo, "Make it warmer", "--json")
    assert untitled.code == 6, untitled.err
    assert "KONTEXT_STUDIO_HOME" in untitled.json["error"]["hint"]
    named = program("edit", photo, "Make it warmer", "--session", tmp_path / "s.kontext", "--json")
    assert named.code == 0, named.err


IN_ONE_PROCESS = """
from contextlib import redirect_stdout
from kontext_studio.__main__ import main as run
for words, code in {commands!r}:
    with open(words[0] + ".txt", "w", encoding="utf-8") as out, redirect_stdout(out):
        assert run(words) in code, words
"""


@pytest.mark.parametrize(
    "variables",
    [
        {"LC_ALL": "de_DE.UTF-8", "LANG": "de_DE.UTF-8"},
        {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
        {"LC_ALL": "POSIX", "PYTHONIOENCODING": "latin-1"},
        {"PYTHONIOENCODING": "ascii"},
    ],
)
def test_f_loc_41_numbers_and_words_are_the_same_in_every_locale(
    program: Program, photo: Path, tmp_path: Path, variables: dict[str, str]
) -> None:
    # A desktop program that sets the locale makes printf write decimal commas.
    first = f"import os, locale\nos.environ.update({variables!r})\n"
    first += "try:\n    locale.setlocale(locale.LC_ALL, '')\nexcept locale.Error:\n    pass\n"
    session = f"{tmp_path / 'größe “s”.kontext'}"
    text = "Make it warmer, “wärmer” 👩"
    plain = program("edit", photo, "Make it warmer", "--session", session, "--json", first=first)
    assert plain.code == 0, plain.err
    assert isinstance(plain.json["nodes"][1]["seconds"], float)
    assert plain.json["session"] == session
    commands = [
        (["edit", text, "--session", session, "--from", "“9”", "--json"], [3]),
        *((words, [0, 1]) for words in (["show", session, "1"], ["models"], ["doctor"])),
        (["history", session], [0]),
    ]
    last = first + IN_ONE_PROCESS.format(commands=commands)
    steps = program("history", session, "--json", first=last)
    assert steps.code == 0, steps.err
    assert "Traceback" not in steps.err
    refused = json.loads((tmp_path / "edit.txt").read_text("utf-8"))
    assert "“9”" in refused["error"]["message"]
    assert "Make it warmer" in (tmp_path / "history.txt").read_text("utf-8")
    assert [node["id"] for node in steps.json["nodes"]] == [
        node["id"] for node in plain.json["nodes"]
    ]
