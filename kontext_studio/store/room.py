"""Room on the disk: how much a run needs before anything is sent, and a little that is put by so
that a run's end can still be written when everything else is used up."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path

from kontext_studio.core.errors import DiskFull

MARGIN_BYTES = 50_000_000
RESERVE_BYTES = 4 * 1024 * 1024
BYTES_PER_PIXEL = 3
"""What a picture without loss takes at most in practice."""


def expected_bytes(pixels: int, count: int = 1) -> int:
    """How large the results of a run may be: `count` pictures of `pixels` each."""
    return BYTES_PER_PIXEL * pixels * count


def room_needed(expected: int) -> int:
    """How much has to be free before a run that brings `expected` bytes is sent: a picture lies in
    the log and in the file for a while, and something is always left for others."""
    return 3 * expected + MARGIN_BYTES


def check_room(free: int | None, expected: int) -> None:
    """Raise DiskFull where what a run brings could not be kept. `free` None: nobody knows."""
    needed = room_needed(expected)
    if free is not None and free < needed:
        raise DiskFull(
            "Not enough room to keep the result; nothing was sent.",
            hint=f"Free {_megabytes(needed - free)} on the disk of the session, then run again.",
            detail=f"{_megabytes(free)} free, {_megabytes(needed)} needed",
        )


def free_bytes(path: Path) -> int | None:
    """What this user may still write where `path` lies; None where the system does not say."""
    try:
        return shutil.disk_usage(path if path.is_dir() else path.parent).free
    except OSError:
        return None


class Reserve:
    """Space that is taken while there is plenty, and given up when there is none. Where it cannot
    be had, the program works as it would without."""

    def __init__(self, beside: Path) -> None:
        self._path = beside.with_name(f".{beside.name}.reserve")
        self._held = False

    def hold(self) -> None:
        """Take the space, unless it is held or the disk is nearly full."""
        free = None if self._held else free_bytes(self._path)
        if free is None or free < MARGIN_BYTES:
            return
        try:
            handle = os.open(self._path, os.O_CREAT | os.O_WRONLY, 0o600)
        except OSError:
            return
        try:
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(handle, 0, RESERVE_BYTES)
            else:
                os.write(handle, os.urandom(RESERVE_BYTES))  # zeros may be packed away
        except OSError:
            pass
        else:
            self._held = True
        finally:
            os.close(handle)
        if not self._held:
            self.free()

    def free(self) -> bool:
        """Give the space up, also that of a process that was killed; tell whether there was any."""
        held, self._held = self._held, False
        with contextlib.suppress(OSError):
            self._path.unlink()
            return True
        return held


def _megabytes(count: int) -> str:
    return f"{-(-count // 1_000_000):,} MB"
