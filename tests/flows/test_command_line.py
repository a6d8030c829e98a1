"""The main job by command line, each command a process of its own."""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.fakes.open_runs import session_with_runs
from tests.fakes.photographs import encoded, photograph
from tests.flows.driving import Program


def test_three_turns_are_a_chain_in_which_each_result_is_the_next_input(
    program: Program, photo: Path, tmp_path: Path
) -> None:
    session = tmp_path / "s.kontext"
    ended = program(
        "edit",
        photo,
        "Make the picture warmer",
        "--then",
        "Turn it into a pencil sketch",
        "--then",
        "Flip the picture horizontally",
        "--session",
        session,
        "--json",
    )
    assert ended.code == 0, ended.err
    body = ended.json
    nodes = {node["id"]: node for node in body["nodes"]}
    assert len(body["new"]) == 3
    assert body["head"] == body["new"][-1]
    for node_id in body["new"]:
        node = nodes[node_id]
        parent = nodes[node["parents"][0]]
        assert node["inputs"] == [parent["image"]["sha256"]]
        assert node["image"]["sha256"] != parent["image"]["sha256"]
        assert node["kind"] == "edit"
        assert node["model"] == "kontext-studio/embedded"
        assert node["provider"] == "embedded"
        assert isinstance(node["seed"], int)
        assert node["cost"]["amount"] == 0
        assert node["seconds"] > 0
    assert not list(tmp_path.glob("s.kontext-*")), "one file is left when it is closed"
    assert nodes[body["new"][0]]["parents"] == [body["nodes"][0]["id"]]
    root = body["nodes"][0]
    assert root["kind"] == "import"
    assert root["image"]["sha256"] == hashlib.sha256(photo.read_bytes()).hexdigest()


def test_a_session_is_listed_shown_exported_checked_and_branched(
    program: Program, photo: Path, tmp_path: Path
) -> None:
    session = tmp_path / "s.kontext"
    first = program("edit", photo, "Make it black and white", "--session", session, "--json").json
    root = first["nodes"][0]["id"]
    branch = program(
        "edit", "Make it much brighter", "--session", session, "--from", root, "--json"
    ).json
    assert [node["parents"] for node in branch["nodes"][1:]] == [[root], [root]]

    listed = program("history", session, "--json").json
    assert [node["id"] for node in listed["nodes"]] == [node["id"] for node in branch["nodes"]]
    shown = program("show", session, "1", "--json").json
    assert shown["instruction"] == "Make it black and white"

    out = tmp_path / "out.png"
    assert program("export", session, "1", "-o", out).code == 0
    with Image.open(out) as image:
        assert image.size == (shown["image"]["width"], shown["image"]["height"])
        assert "digitalsourcetype/algorithmicallyEnhanced" in str(image.info["xmp"])
        pixels = np.asarray(image.convert("RGB")).astype(int)
    assert int(np.ptp(pixels, axis=2).max()) <= 2, "black and white is grey everywhere"

    checked = program("check", session, "--json")
    assert (checked.code, checked.json["ok"], checked.json["steps"]) == (0, True, 3)


def test_what_the_engine_does_not_know_is_refused_by_name_and_nothing_is_added(
    program: Program, photo: Path, tmp_path: Path
) -> None:
    session = tmp_path / "s.kontext"
    words = "Put a purple elephant on the saucer"
    ended = program("edit", photo, words, "--session", session, "--json")
    assert ended.code == 4
    error = ended.json["error"]
    assert error["kind"] == "refused"
    assert error["charged"] == "no"
    assert error["message"]
    unknown = [
        one
        for problem in error["problems"]
        for one in (problem["context"] or {}).get("unknown", [])
    ]
    assert unknown
    assert all(words[one["start"] : one["end"]] == one["word"] for one in unknown)
    assert len(program("history", session, "--json").json["nodes"]) == 1


def test_variants_differ_and_a_seed_repeats(program: Program, photo: Path, tmp_path: Path) -> None:
    words = ("edit", photo, "Make it a sunset", "--seed", "7", "--json")
    first = program(*words, "--variants", "3").json
    again = program(*words, "--variants", "3").json
    shas = [node["image"]["sha256"] for node in first["nodes"][1:]]
    assert len(set(shas)) == 3
    assert [node["image"]["sha256"] for node in again["nodes"][1:]] == shas


# Bad input.


def _huge_png() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 1000)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    )


BAD: dict[str, Callable[[], bytes | None]] = {
    "missing.jpg": lambda: None,
    "text.jpg": lambda: b"this is not a picture, whatever its name says",
    "empty.png": lambda: b"",
    "cut.png": lambda: encoded(photograph(200, 100))[:4000],
    "cut.jpg": lambda: encoded(photograph(200, 100), "JPEG")[:1500],
    "huge.png": _huge_png,
    "drawing.svg": lambda: b'<svg xmlns="http://www.w3.org/2000/svg"/>',
}


def test_a_bad_picture_is_one_sentence_and_exit_code_3_and_the_session_is_unharmed(
    program: Program, tmp_path: Path
) -> None:
    session = tmp_path / "s.kontext"
    session_with_runs(session)
    before = session.read_bytes()
    for name, makes in BAD.items():
        if (data := makes()) is not None:
            (tmp_path / name).write_bytes(data)
        ended = program("edit", tmp_path / name, "Make it warmer", "--session", session, "--json")
        assert ended.code == 3, (name, ended.err)
        said = ("There is no file", "900 megapixels is more than", name)
        assert ended.json["error"]["message"].startswith(said), name
        assert "Traceback" not in ended.err, name
        assert session.read_bytes() == before, name
    assert program("check", session).code == 0


def test_an_empty_instruction_is_exit_code_3(program: Program, photo: Path) -> None:
    ended = program("edit", photo, "  ", "--json")
    assert ended.code == 3
    assert ended.json["error"]["message"] == "Write what should change."


def test_words_that_are_no_command_are_exit_code_2(program: Program) -> None:
    assert program("edit").code == 2
    assert program("edit", "Make it warmer").code == 2
    assert program("retouch").code == 2
    assert program("edit", "--colour", "x").code == 2


def test_the_version_is_told(program: Program) -> None:
    ended = program("--version")
    assert ended.code == 0
    assert ended.out.startswith("kontext-studio 0.")


def test_without_a_display_the_window_is_refused_in_words(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    ended = program()
    assert ended.code == 2
    assert "kontext-studio tour" in ended.err


def _turned() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6
    return encoded(photograph(60, 40), "JPEG", exif=exif)


ODD: dict[str, Callable[[], bytes]] = {
    "cmyk.jpg": lambda: encoded(photograph(60, 40).convert("CMYK"), "JPEG"),
    "turned.jpg": _turned,
}
"""Every other kind is opened in tests/unit/imaging/test_decode.py."""


@pytest.mark.parametrize("name", sorted(ODD))
def test_an_odd_picture_is_opened_right_with_a_note(
    program: Program, tmp_path: Path, name: str
) -> None:
    (tmp_path / name).write_bytes(ODD[name]())
    session = tmp_path / "s.kontext"
    ended = program("edit", tmp_path / name, "Flip it horizontally", "--session", session, "--json")
    assert ended.code == 0, ended.err
    root, result = ended.json["nodes"]
    assert root["notes"], "what was done on opening is said"
    size = (40, 60) if name == "turned.jpg" else (60, 40)
    assert (root["image"]["width"], root["image"]["height"]) == size
    assert (result["image"]["width"], result["image"]["height"]) == size


def test_a_read_only_folder_is_told_in_words(program: Program, photo: Path, tmp_path: Path) -> None:
    ended = program(
        "edit", photo, "Make it warmer", "-o", tmp_path / "nowhere" / "out.png", "--json"
    )
    assert ended.code == 3
    locked = Path("/proc/kontext-out.png")  # a folder that not even root may write
    ended = program("edit", photo, "Make it warmer", "-o", locked, "--json")
    assert ended.code in (3, 6)
    assert "Traceback" not in ended.err


def test_the_picture_to_edit_is_never_overwritten(program: Program, photo: Path) -> None:
    before = photo.read_bytes()
    assert program("edit", photo, "Make it warmer", "-o", photo).code == 3
    assert photo.read_bytes() == before


def test_the_command_line_does_not_load_qt(program: Program, tmp_path: Path) -> None:
    code = (
        "import sys; import kontext_studio.cli.app; "
        "sys.exit(any(name.split('.')[0] in ('PySide6', 'qasync') for name in sys.modules))"
    )
    import subprocess
    import sys

    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0
