"""Text from anywhere is text on the terminal, and JSON stays JSON in every encoding."""

from __future__ import annotations

import io
import json

import pytest

from kontext_studio.cli.terminal import make_streams_safe, plain, print_json, say, write_line

HOSTILE = "a\x1b[31mred\x1b]0;title\x07 \x9b2J \u202egnp.exe \x7f\x00\r"


def test_f_sec_11_control_characters_are_written_out() -> None:
    shown = plain(HOSTILE)
    assert not [one for one in shown if ord(one) < 32 or 0x7F <= ord(one) < 0xA0]
    assert "\u202e" not in shown
    assert shown.startswith(r"a\x1b[31mred\x1b]0;title\x07 \x9b2J \u202egnp.exe")


def test_lines_tabs_and_every_other_character_stay() -> None:
    text = "Ein Wort\tnoch eins\nund ein 👩\u200d🎨, “zitiert” – fertig"
    assert plain(text) == text


@pytest.mark.parametrize("speak", [say, write_line])
def test_f_sec_11_what_is_said_holds_no_escape_sequence(speak, capsys) -> None:
    speak(HOSTILE)
    said = "".join(capsys.readouterr())
    assert "\x1b" not in said
    assert "\x9b" not in said


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "ascii", "cp1252"])
@pytest.mark.parametrize("text", [HOSTILE, "“é” 👩", "half \ud83d of a pair", "ÿ\x80"])
def test_f_loc_41_json_is_whole_in_every_encoding(monkeypatch, encoding: str, text: str) -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding, errors="strict")
    monkeypatch.setattr("sys.stdout", stream)
    make_streams_safe()
    print_json({"text": text, "number": 0.5})
    out = raw.getvalue()
    assert json.loads(out) == {"text": text, "number": 0.5}
    assert b"\x1b" not in out
    assert b"0.5" in out


def test_f_loc_41_a_sentence_that_the_terminal_cannot_say_is_said_all_the_same(monkeypatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr("sys.stderr", io.TextIOWrapper(raw, encoding="ascii", errors="strict"))
    make_streams_safe()
    say("“é”")
    assert raw.getvalue() == b"\\u201c\\xe9\\u201d\n"
