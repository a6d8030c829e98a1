"""Files written whole or not at all: a temporary name, synced, then renamed."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
from pathlib import Path

from kontext_studio.core import kill_points
from kontext_studio.core.errors import BadInput, DiskFull, StudioError
from kontext_studio.store.file_names import shown_name
from kontext_studio.store.places import make_private_folder

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_NO_LINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})


def write_export(path: Path, data: bytes, *, overwrite: bool) -> None:
    """Write a file that the person asked for; its folder has to be there.

    Raise BadInput where it may not be written or is there already, DiskFull where there is no room.
    """
    try:
        _write(path, data, mode=0o666, overwrite=overwrite)
    except OSError as exc:
        raise _fault_of(exc, path) from exc


def write_whole(path: Path, data: bytes) -> None:
    """Write a file of the program's own, for this user's eyes only; its folder is made.

    Raise BadInput or DiskFull.
    """
    try:
        make_private_folder(path.parent)
        _write(path, data, mode=0o600, overwrite=True)
    except OSError as exc:
        raise _fault_of(exc, path) from exc


def put_in_place(part: Path, path: Path, *, overwrite: bool) -> None:
    """Give a finished file its name. Raise FileExistsError where that is taken, or OSError."""
    if overwrite:
        part.replace(path)
    else:
        try:
            os.link(part, path)  # unlike a rename it never takes the place of another file
        except FileExistsError:
            raise
        except OSError as exc:
            if exc.errno not in _NO_LINKS:
                raise
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            part.replace(path)
        else:
            part.unlink()
    sync_folder(path.parent)


def also_as(path: Path, other: Path) -> None:
    """Give a file a second name, or make a copy where the file system has no such thing.

    Raise FileExistsError where the name is taken, or OSError.
    """
    try:
        os.link(path, other)
    except FileExistsError:
        raise
    except OSError as exc:
        if exc.errno not in _NO_LINKS:
            raise
        part = part_beside(other)
        try:
            shutil.copyfile(path, part)
            with part.open("rb+") as file:
                os.fsync(file.fileno())
            part.replace(other)
        finally:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)


def part_beside(path: Path) -> Path:
    """A fresh hidden name in the same folder, short whatever the name is."""
    return path.with_name(f".{secrets.token_hex(8)}.part")


def sync_folder(folder: Path) -> None:
    """Make a rename survive a power cut. Where folders cannot be synced it is up to the system."""
    with contextlib.suppress(OSError):
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def _write(path: Path, data: bytes, *, mode: int, overwrite: bool) -> None:
    if path.is_symlink():
        path = path.resolve()  # the file it leads to is meant, not the link
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not overwrite and path.exists():
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
    part = part_beside(path)
    try:
        with os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode), "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        kill_points.reach(kill_points.KillPoint.EXPORT)
        put_in_place(part, path, overwrite=overwrite)
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def _fault_of(exc: OSError, path: Path) -> StudioError:
    name = shown_name(path)
    if exc.errno in _FULL:
        return DiskFull(f"The disk is full; {name} was not written.", hint="Make room first.")
    if isinstance(exc, FileExistsError):
        return BadInput(f"{name} is there already.", hint="Choose another name, or overwrite it.")
    if isinstance(exc, FileNotFoundError | NotADirectoryError):
        return BadInput(f"There is no folder {path.parent}.", hint="Choose another folder.")
    if isinstance(exc, IsADirectoryError):
        return BadInput(f"{name} is a folder.", hint="Choose another name.")
    if exc.errno == errno.ENAMETOOLONG:
        return BadInput(f"The name of {name[:40]}… is too long.", hint="Choose a shorter one.")
    return BadInput(
        f"{name} cannot be written there.", hint="Choose another folder.", detail=str(exc.strerror)
    )
