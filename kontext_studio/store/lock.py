"""One writer per session file, over all processes. The operating system holds the lock and lets go
of it when its process ends in any way; what stands in the lock file is for people only."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import time
from pathlib import Path

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_TAKEN = frozenset({errno.EAGAIN, errno.EWOULDBLOCK, errno.EACCES, errno.EDEADLK})
_NOT_INHERITED = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOINHERIT", 0)
# Beyond what is ever written, so that Windows lets others read the number.
_LOCKED_AT = 1 << 20


class LockTaken(Exception):
    """Another process, or another object in this one, holds the lock. `pid` and `since` (seconds
    since 1970) where it told."""

    def __init__(self, pid: int | None, since: float | None) -> None:
        super().__init__(f"locked by process {pid}")
        self.pid = pid
        self.since = since


class FileLock:
    """A lock beside a file, not on it: SQLite loses its own locks when anyone closes the file."""

    def __init__(self, beside: Path) -> None:
        self._path = beside.with_name(f".{beside.name}.lock")
        self._handle: int | None = None

    def take(self) -> None:
        """Raise LockTaken, or OSError where the folder cannot be written."""
        while self._handle is None:
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT | _NOT_INHERITED, 0o600)
            try:
                _lock(handle)
            except OSError as exc:
                # Anything else means that this file system has no locks: SQLite's own have to do.
                if exc.errno in _TAKEN:
                    pid, since = _told_in(handle)
                    os.close(handle)
                    raise LockTaken(pid, since) from None
            if _is_same_file(handle, self._path):
                self._handle = handle
            else:  # its owner removed it between our opening and our locking
                os.close(handle)
        with contextlib.suppress(OSError):  # it is locked, also where a full disk leaves it empty
            os.ftruncate(self._handle, 0)
            os.lseek(self._handle, 0, os.SEEK_SET)
            os.write(self._handle, f"{os.getpid()} {time.time():.0f}".encode())

    def release(self) -> None:
        """Let go and leave nothing behind. Safe to call twice."""
        handle, self._handle = self._handle, None
        if handle is None:
            return
        with contextlib.suppress(OSError):
            if _is_same_file(handle, self._path):  # else its folder was exchanged meanwhile
                self._path.unlink()
        os.close(handle)


def _lock(handle: int) -> None:
    if sys.platform == "win32":
        os.lseek(handle, _LOCKED_AT, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        os.lseek(handle, 0, os.SEEK_SET)
    else:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _told_in(handle: int) -> tuple[int | None, float | None]:
    try:
        os.lseek(handle, 0, os.SEEK_SET)
        words = os.read(handle, 60).split()
        return int(words[0]), float(words[1]) if len(words) > 1 else None
    except (OSError, ValueError, IndexError):
        return None, None


def _is_same_file(handle: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except OSError:
        return False
