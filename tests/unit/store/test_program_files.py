"""Settings, places, exports and names: small files that are whole, private where they should be,
and never written over by accident."""

from __future__ import annotations

import dataclasses
import errno
import json
import os
import re
import stat
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kontext_studio.core.errors import BadInput, DiskFull
from kontext_studio.core.settings import Settings
from kontext_studio.store.export_file import write_export, write_whole
from kontext_studio.store.file_names import safe_name, shown_name
from kontext_studio.store.places import Places
from kontext_studio.store.settings_file import load_settings, save_settings

# ---------------------------------------------------------------- places


def test_one_variable_moves_every_file(tmp_path):
    places = Places.from_environment({"KONTEXT_STUDIO_HOME": str(tmp_path / "a b")})

    untitled = places.new_untitled()
    for one in (places.settings_file, places.routes_file, places.log_file, places.cache, untitled):
        assert one.is_relative_to(tmp_path / "a b")
    assert untitled.parent == places.untitled_folder
    assert stat.S_IMODE(places.untitled_folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(places.home.stat().st_mode) == 0o700


def test_looking_for_places_makes_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    Places.from_environment({"KONTEXT_STUDIO_HOME": str(tmp_path / "x")})
    Places.from_environment({})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="the folders of another system")
def test_without_it_the_usual_folders_are_used(isolated_machine):
    places = Places.from_environment({})
    assert places.home == isolated_machine / "data" / "kontext-studio"
    assert places.settings_file == isolated_machine / "config" / "kontext-studio" / "settings.json"
    assert places.log_file.is_relative_to(isolated_machine / "state")
    assert places.cache.is_relative_to(isolated_machine / "cache")


def test_f_loc_40_without_a_home_the_program_still_has_places(tmp_path):
    script = (
        "import os, platformdirs.unix; from kontext_studio.store.places import Places;"
        "os.getuid() or os.setuid(54321);"  # one without an entry, so that there is no home at all
        "p = Places.from_environment(os.environ);"
        "print(all(x.is_absolute() and '~' not in str(x) for x in (p.home, p.config, p.state)))"
    )
    bare = {"PATH": os.environ["PATH"], "TMPDIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", script], env=bare, capture_output=True, text=True, check=True
    )
    assert done.stdout == "True\n"


def test_a_relative_home_is_made_absolute(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert Places.from_environment({"KONTEXT_STUDIO_HOME": "x"}).home == tmp_path / "x"


def test_untitled_sessions_never_share_a_name(tmp_path):
    places = Places.from_environment({"KONTEXT_STUDIO_HOME": str(tmp_path)})
    names = {places.new_untitled().name for _ in range(200)}
    assert len(names) == 200
    assert all(re.fullmatch(r"Untitled \d{4}-\d\d-\d\d [0-9a-f]{6}\.kontext", one) for one in names)


# ---------------------------------------------------------------- settings


def test_settings_come_back(tmp_path):
    file = tmp_path / "deep" / "settings.json"
    settings = Settings(theme="light", max_running=3, spend_limit_usd=1.5, recent=("/ä/b",))

    save_settings(file, settings)

    assert load_settings(file) == settings
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [one.name for one in file.parent.iterdir()] == ["settings.json"]


def test_no_settings_are_the_defaults(tmp_path):
    assert load_settings(tmp_path / "settings.json") == Settings()


@pytest.mark.parametrize(
    "rubbish",
    [
        b"",
        b"{",
        b"[]",
        b"7",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"a": 1' + b" " * 2_000_000 + b"}",
    ],
)
def test_f_loc_39_broken_settings_are_put_aside(tmp_path, rubbish, expect_log):
    expect_log("the settings cannot be read and start anew")
    file = tmp_path / "settings.json"
    file.write_bytes(rubbish)

    assert load_settings(file) == Settings()

    assert not file.exists()
    assert (tmp_path / "settings.json.bad").read_bytes() == rubbish
    save_settings(file, Settings(theme="light"))
    assert load_settings(file).theme == "light"


@given(
    st.dictionaries(
        st.sampled_from([one.name for one in dataclasses.fields(Settings)]),
        st.one_of(
            st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.lists(st.text())
        ),
    )
)
def test_f_loc_39_a_wrong_value_falls_back_alone(data):
    settings = Settings.from_json(json.loads(json.dumps(data)))
    assert Settings.from_json(settings.to_json()) == settings
    for name, value in data.items():
        default = getattr(Settings(), name)
        if isinstance(default, str) and isinstance(value, str):
            assert getattr(settings, name) == value
        elif isinstance(default, str):
            assert getattr(settings, name) == default


# ---------------------------------------------------------------- exports


def test_f_loc_36_an_export_is_written_whole_with_usual_rights(tmp_path):
    old = os.umask(0o022)
    try:
        write_export(tmp_path / "a.png", b"pixels", overwrite=False)
    finally:
        os.umask(old)
    assert (tmp_path / "a.png").read_bytes() == b"pixels"
    assert stat.S_IMODE((tmp_path / "a.png").stat().st_mode) == 0o644
    assert [one.name for one in tmp_path.iterdir()] == ["a.png"]


def test_f_loc_36_a_file_is_overwritten_only_when_asked(tmp_path):
    target = tmp_path / "a.png"
    target.write_bytes(b"old")
    with pytest.raises(BadInput, match=r"^a\.png is there already\.$"):
        write_export(target, b"new", overwrite=False)
    assert target.read_bytes() == b"old"

    write_export(target, b"new", overwrite=True)

    assert target.read_bytes() == b"new"
    assert [one.name for one in tmp_path.iterdir()] == ["a.png"]


def test_f_loc_36_what_cannot_be_written_is_said(tmp_path):
    (tmp_path / "folder.png").mkdir()
    (tmp_path / "file").write_bytes(b"x")
    for target, words in (
        (tmp_path / "none" / "a.png", "There is no folder"),
        (tmp_path / "file" / "a.png", "There is no folder"),
        (tmp_path / "folder.png", "is a folder"),
        (tmp_path / ("x" * 300 + ".png"), "is too long"),
        (Path("/proc/a.png"), "cannot be written there|There is no folder"),
    ):
        with pytest.raises(BadInput, match=words):
            write_export(target, b"x", overwrite=True)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["file", "folder.png"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_f_loc_36_a_full_disk_leaves_the_old_file(tmp_path, monkeypatch):
    target = tmp_path / "a.png"
    target.write_bytes(b"old")
    real_open = os.open

    def full(path, flags, *rest, **named):
        if str(path).endswith(".part"):
            return real_open("/dev/full", os.O_WRONLY)
        return real_open(path, flags, *rest, **named)

    monkeypatch.setattr(os, "open", full)
    with pytest.raises(DiskFull, match=r"^The disk is full; a\.png was not written\.$"):
        write_export(target, b"new" * 10_000, overwrite=True)
    assert target.read_bytes() == b"old"


def test_f_loc_36_a_file_is_on_the_disk_before_it_gets_its_name(tmp_path, monkeypatch):
    seen: list[tuple[bytes, bool]] = []
    real = os.fsync

    def fsync(handle: int) -> None:
        if stat.S_ISREG(os.fstat(handle).st_mode):
            part = next(one for one in tmp_path.iterdir() if one.suffix == ".part")
            seen.append((part.read_bytes(), (tmp_path / "a.png").exists()))
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    write_export(tmp_path / "a.png", b"pixels", overwrite=False)
    assert seen == [(b"pixels", False)]


def test_an_export_through_a_link_reaches_the_file_it_leads_to(tmp_path):
    (tmp_path / "real.png").write_bytes(b"old")
    (tmp_path / "link.png").symlink_to(tmp_path / "real.png")
    write_export(tmp_path / "link.png", b"new", overwrite=True)
    assert (tmp_path / "link.png").is_symlink()
    assert (tmp_path / "real.png").read_bytes() == b"new"


def test_a_file_system_without_links_still_never_overwrites(tmp_path, monkeypatch):
    def no_links(*_: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", no_links)
    write_export(tmp_path / "a.png", b"one", overwrite=False)
    with pytest.raises(BadInput, match="is there already"):
        write_export(tmp_path / "a.png", b"two", overwrite=False)
    assert (tmp_path / "a.png").read_bytes() == b"one"


def test_f_sec_22_files_of_the_program_are_private(tmp_path):
    old = os.umask(0)
    try:
        write_whole(tmp_path / "new" / "routes.json", b"{}")
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / "new" / "routes.json").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700


# ---------------------------------------------------------------- names

NASTY = [
    "", ".", "..", "...", " ", "-", "-rf", "--help", "~", "/", "\\", "a/b", "..\\..\\x",
    "../../etc/passwd", "/etc/passwd", "C:\\x", "CON", "con.png", "nul", "COM1", "lpt9.txt",
    "com¹", "aux ", "trailing.", "trailing ", "a:b", "a*b?", "<script>", "a|b", "'\";$(x)`",
    "new\nline", "tab\tx", "nul\0byte", "\x1b[31mred", "\u202egnp.exe", "\ud800 half", "x" * 300,
    "ü" * 300, "🧵" * 100, "e\u0301", "\u0301alone", "名前", "$HOME", "%PATH%", "  many   spaces  ",
    ".hidden", "a..b", "\ufeffbom",
]  # fmt: skip


@pytest.mark.parametrize("text", NASTY)
def test_f_loc_32_any_text_makes_a_safe_file_name(tmp_path, text):
    name = safe_name(text)

    target = tmp_path / f"{name}.png"
    target.write_bytes(b"x")
    assert [one.name for one in tmp_path.iterdir()] == [target.name]
    assert target.parent == tmp_path
    assert_safe(name)


@given(st.text())
def test_f_loc_32_names_are_safe_whatever_was_typed(text):
    name = safe_name(text)
    assert_safe(name)
    assert safe_name(name) == name


def assert_safe(name: str) -> None:
    assert name
    assert len(name.encode()) <= 130
    assert not name.startswith((".", "-", " "))
    assert not name.endswith((".", " "))
    assert ".." not in name
    assert not re.search(r"[\x00-\x1f\x7f/\\:*?\"'<>|$`;&%~!(){}\[\]#^\u200b-\u202e\ufeff]", name)
    assert unicodedata.normalize("NFC", name) == name
    assert name.split(".")[0].lower() not in {"con", "prn", "aux", "nul", "com1", "lpt9", "com¹"}


def test_what_is_safe_already_stays_readable():
    assert safe_name("make the car red, please") == "make the car red please"
    assert safe_name("Größe 2.5x – ваза_花") == "Größe 2.5x ваза_花"
    assert safe_name("नमस्ते") == "नमस्ते"
    assert safe_name("???") == "picture"
    assert safe_name("", fallback="step 3") == "step 3"
    assert safe_name("con") == "_con"


def test_f_loc_31_names_in_messages_are_printable():
    assert shown_name(Path("/x/new\nline\x1b[31m.kontext")) == "new�line�[31m.kontext"
    assert shown_name(Path("/x/" + "y" * 200 + ".kontext")) == "y" * 60 + "…" + "y" * 7 + ".kontext"
    assert shown_name(Path("/x/\udcff.png")) == "�.png"
