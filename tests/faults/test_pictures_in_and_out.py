"""Pictures from files and to files: odd names, files that change, disks that refuse."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from kontext_studio.core.errors import BadInput, BadPicture, DiskFull, PictureTooLarge
from kontext_studio.core.history import Node
from kontext_studio.store.file_names import safe_name
from kontext_studio.store.places import Places
from kontext_studio.workbench import pictures
from kontext_studio.workbench.bench import Workbench
from tests.fakes.photographs import encoded, photograph, png

ROOT = Path(__file__).parents[2]

NAMES: list[str | bytes] = [
    "plain.png", "two words.png", "it's.png", 'say "hello".png', "semi;colon.png", "$(reboot).png",
    "`reboot`.png", "$HOME.png", "a&b.png", "a|b.png", "<tag>.png", "star*.png", "what?.png",
    "back\\slash.png", "percent%20s%n.png", "hash#1.png", "-rf.png", "--out.png", "~.png",
    ".hidden.png", "..png", "...png", "dots..png", "trailing.png.", "trailing.png ", " leading.png",
    "CON", "con.png", "NUL.png", "COM1.png", "new\nline.png", "tab\tstop.png", "bell\a.png",
    "escape\x1b[31m.png", "ümläut.png", "u\u0308.png", "日本語.png", "🦊👩‍👩‍👧.png",
    "\u202egnp.exe.png", "x" * 251 + ".png", "ö" * 125 + ".png", b"\xff\xfe\x80.png", "no-ending",
    "'; DROP TABLE nodes; --.png",
]  # fmt: skip


def use_bench(work: Callable[[Workbench], Awaitable[None]], session: Path) -> None:
    async def whole() -> None:
        bench = Workbench(Places.from_environment(os.environ), os.environ)
        await bench.start()
        try:
            async with asyncio.timeout(60):
                await bench.open_session(session, create=not session.exists())
                await work(bench)
        finally:
            await bench.shutdown()

    asyncio.run(whole())


def only_node(bench: Workbench) -> Node:
    (node,) = bench.session.history
    return node


def test_f_loc_32_files_of_any_name_open_and_are_exported(tmp_path):
    assert len(NAMES) >= 40
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    out.mkdir()
    session = tmp_path / "s.kontext"
    paths = [folder / (name if isinstance(name, str) else os.fsdecode(name)) for name in NAMES]
    for number, path in enumerate(paths):
        path.write_bytes(png(number))

    async def bring_in(bench: Workbench) -> None:
        for path in paths:
            await bench.import_file(path)

    async def take_out(bench: Workbench) -> None:
        nodes = list(bench.session.history)
        assert len(nodes) == len(NAMES)
        for number, (node, path) in enumerate(zip(nodes, paths, strict=True)):
            assert node.title.isprintable()
            assert node.image.sha256 == hashlib.sha256(png(number)).hexdigest()
            # 1. Where a person typed the very same name.
            typed = out / path.name
            if path.suffix.lower() == ".png":
                await bench.export(node, typed)
                assert typed.read_bytes() == path.read_bytes()
            # 2. Where the program makes a name of it.
            made = out / f"{number} {safe_name(Path(node.title).stem)}.png"
            await bench.export(node, made)
            assert made.read_bytes() == path.read_bytes()

    use_bench(bring_in, session)
    use_bench(take_out, session)

    assert sorted(one.name for one in folder.iterdir()) == sorted(path.name for path in paths)
    assert not list(tmp_path.rglob("*.part"))


@pytest.mark.parametrize("name", ["a\0b.png", "nul\0"])
def test_f_loc_32_a_name_that_no_file_can_have_is_said(tmp_path, name):
    with pytest.raises(BadPicture):
        asyncio.run(pictures.read_picture_file(tmp_path / name))
    with pytest.raises(BadInput):
        asyncio.run(pictures.write_picture(png(), tmp_path / f"{name}.png", overwrite=True))


@pytest.mark.parametrize("change", ["deleted", "changed", "replaced by a folder"])
def test_f_loc_35_what_happens_to_the_file_later_is_no_matter(tmp_path, change):
    photo = tmp_path / "photo.png"
    photo.write_bytes(png(1))

    async def work(bench: Workbench) -> None:
        node = await bench.import_file(photo)
        if change == "changed":
            photo.write_bytes(png(2))
        else:
            photo.unlink()
        if change == "replaced by a folder":
            photo.mkdir()
        assert await bench.picture(node.image) == png(1)
        assert await bench.thumbnail(node.image)
        await bench.export(node, tmp_path / "out.png")

    use_bench(work, tmp_path / "s.kontext")
    assert (tmp_path / "out.png").read_bytes() == png(1)


def test_the_file_that_was_opened_is_never_written(tmp_path):
    photo = tmp_path / "photo.jpg"
    exif = Image.Exif()
    exif[274] = 6
    photo.write_bytes(encoded(photograph(), "JPEG", exif=exif))
    photo.chmod(0o400)
    before = (photo.read_bytes(), photo.stat().st_mtime_ns)

    async def work(bench: Workbench) -> None:
        node = await bench.import_file(photo)
        await pictures.working_bytes(await bench.picture(node.image))
        await bench.thumbnail(node.image)

    use_bench(work, tmp_path / "s.kontext")
    assert (photo.read_bytes(), photo.stat().st_mtime_ns) == before


def test_f_sec_18_the_person_is_told_what_stays_at_home(tmp_path):
    exif = Image.Exif()
    exif[271] = "Maker"
    exif.get_ifd(0x8825)[29] = "2026:11:21"
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(encoded(photograph(), "JPEG", exif=exif, comment=b"of Ada"))

    async def work(bench: Workbench) -> None:
        node = await bench.import_file(photo)
        said = "The EXIF, location and comment stored in the file stay on this computer"
        assert said in node.notes

    use_bench(work, tmp_path / "s.kontext")


# ---------------------------------------------------------------- a disk that refuses


def export(path: Path, *, overwrite: bool = False) -> None:
    asyncio.run(pictures.write_picture(png(7, 200, 200), path, overwrite=overwrite))


@pytest.fixture
def target(tmp_path: Path) -> Path:
    path = tmp_path / "out.png"
    path.write_bytes(b"what was there")
    return path


def untouched(target: Path) -> bool:
    return target.read_bytes() == b"what was there" and not list(target.parent.glob(".*"))


def test_f_loc_36_a_file_that_is_there_stays_unless_asked(target):
    with pytest.raises(BadInput, match="is there already"):
        export(target)
    assert untouched(target)
    export(target, overwrite=True)
    assert target.read_bytes() == png(7, 200, 200)


def test_f_loc_36_a_write_protected_file_stays_even_when_asked(target):
    target.chmod(0o444)
    with pytest.raises(BadInput, match="write-protected"):
        export(target, overwrite=True)
    assert untouched(target)


def test_f_loc_36_a_device_is_no_place_for_a_picture(tmp_path):
    link = tmp_path / "out.png"
    link.symlink_to("/dev/full")
    for overwrite in (False, True):
        with pytest.raises(BadInput):
            export(link, overwrite=overwrite)
    assert Path("/dev/full").is_char_device()


FULL = """
import asyncio, resource, signal, sys
from pathlib import Path
from kontext_studio.core.errors import StudioError
from kontext_studio.workbench import pictures
from tests.fakes.photographs import png
data = png(7, 200, 200)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
try:
    asyncio.run(pictures.write_picture(data, Path(sys.argv[1]), overwrite=True))
except StudioError as exc:
    sys.stdout.write(type(exc).__name__)
"""


def test_f_loc_36_a_disk_that_ends_in_the_middle_leaves_the_old_file(target):
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(target)], capture_output=True, text=True, cwd=ROOT
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "BadInput", "")
    assert untouched(target)


@pytest.mark.parametrize("failing", ["fsync", "replace"])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.ESTALE, errno.EROFS])
def test_f_loc_36_a_network_that_goes_or_a_disk_that_fills_leaves_the_old_file(
    target, monkeypatch, failing, code
):
    def fail(*_args: object, **_named: object) -> None:
        raise OSError(code, os.strerror(code))

    owner = os if failing == "fsync" else Path
    monkeypatch.setattr(owner, failing, fail)
    with pytest.raises((BadInput, DiskFull)) as refusal:
        export(target, overwrite=True)
    assert ("full" in refusal.value.message) == (code in (errno.ENOSPC, errno.EDQUOT))
    assert "out.png" in refusal.value.message
    assert untouched(target)


def test_f_loc_36_the_source_is_not_overwritten_unasked(tmp_path):
    photo = tmp_path / "photo.png"
    photo.write_bytes(png(1))

    async def work(bench: Workbench) -> None:
        node = await bench.import_file(photo)
        with pytest.raises(BadInput, match="is there already"):
            await bench.export(node, photo)

    use_bench(work, tmp_path / "s.kontext")
    assert photo.read_bytes() == png(1)


# ---------------------------------------------------------------- larger than allowed


def test_f_loc_17_a_large_picture_is_imported_scaled_when_asked(tmp_path):
    data = encoded(Image.fromarray(np.zeros((20_000, 4000), np.uint8)))

    async def work(bench: Workbench) -> None:
        with pytest.raises(PictureTooLarge) as refusal:
            await bench.import_picture(data, "tall.png")
        assert refusal.value.scaled == (1638, 8192)
        smaller, notes = await pictures.scaled_import(data, "tall.png")
        assert notes == ("Opened at 1,638 × 8,192 pixels of 4,000 × 20,000",)
        node = await bench.import_picture(smaller, "tall.png")
        assert (node.image.width, node.image.height) == (1638, 8192)

    use_bench(work, tmp_path / "s.kontext")
