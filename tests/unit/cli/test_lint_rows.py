"""`lint --jsonl`: a row out for every row in, whatever the rows are."""

from __future__ import annotations

import contextlib
import io
import json
import os
from pathlib import Path

import pytest
import typer

from kontext_studio.cli import wording
from kontext_studio.core.errors import BadInput
from kontext_studio.core.settings import Settings
from kontext_studio.store.places import Places
from kontext_studio.store.settings_file import save_settings


@pytest.fixture(autouse=True)
def settings_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("KONTEXT_STUDIO_HOME", str(home))
    return Places.from_environment(os.environ).settings_file


def rows_of(
    path: Path, capsys: pytest.CaptureFixture[str], *, as_shipped: bool = False
) -> list[dict[str, object]]:
    app = typer.Typer()
    wording.register(app)
    (command,) = app.registered_commands
    assert command.callback is not None
    with contextlib.suppress(typer.Exit):
        command.callback(text=None, jsonl=path, as_shipped=as_shipped, as_json=False)
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_every_row_is_answered_in_order_with_offsets_in_code_points(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    rows = [
        {"id": "a", "text": "😀 Remove it", "context": {"depth": 2}},
        {"id": 2, "text": "Paint the door red", "context": None},
        {"text": "Remove\u2028it\u0085now"},
    ]
    path = tmp_path / "rows.jsonl"
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    path.write_text("\ufeff" + "\n".join(lines) + "\n\n", encoding="utf-8")
    first, second, third = rows_of(path, capsys)
    findings = first["findings"]
    assert isinstance(findings, list)
    marks = [(finding["rule"], finding["start"]) for finding in findings]
    assert (first["id"], marks) == ("a", [("pronoun-subject", 9)])
    assert second == {"id": 2, "findings": []}
    assert third["id"] is None
    assert "findings" in third


def test_a_row_that_cannot_be_read_is_said_so_and_the_others_are_checked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    path = tmp_path / "rows.jsonl"
    lines = (
        '{"id": 1, "text": "Remove it"}',
        "no JSON",
        "[1, 2]",
        '{"id": 4}',
        '{"id": 5, "text": 7}',
        '{"id": 6, "text": "Remove it", "context": [1]}',
        "[" * 100_000,
        '{"id": 8, "text": "\\ud800 it", "context": {"subjects": {"person": "x"}, "inputs": -1}}',
    )
    path.write_text("\n".join(lines), encoding="utf-8")
    found = rows_of(path, capsys)
    with pytest.raises(BadInput, match="lines that are no rows"):
        wording._check_file(path, Settings())
    assert [row["id"] for row in found] == [1, None, None, 4, 5, 6, None, 8]
    assert ["findings" in row for row in found] == [True, *[False] * 6, True]
    assert "Line 2 of rows.jsonl" in str(found[1]["error"])


def test_rows_come_from_standard_input_as_well(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    given = (
        b'\xef\xbb\xbf{"id": 1, "text": "Paint it red"}\n\xff\n{"id": 3, "text": "Remove a bin"}'
    )
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(given)))
    found = rows_of(Path("-"), capsys)
    assert [(row["id"], "findings" in row) for row in found] == [
        (1, True),
        (None, False),
        (3, True),
    ]
    assert "Line 2 of standard input" in str(found[1]["error"])


def test_own_words_and_rules_that_are_off_count_unless_left_out(
    tmp_path: Path, settings_file: Path, capsys: pytest.CaptureFixture[str]
):
    save_settings(
        settings_file, Settings().with_word("gatte").with_rule("pronoun-subject", on=False)
    )
    path = tmp_path / "rows.jsonl"
    path.write_text('{"text": "Paint the gatte red"}\n{"text": "Paint it red"}')
    assert [row["findings"] for row in rows_of(path, capsys)] == [[], []]
    assert all(row["findings"] for row in rows_of(path, capsys, as_shipped=True))
