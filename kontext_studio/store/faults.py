"""What SQLite and the operating system say, in this program's own errors."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from kontext_studio.core.errors import (
    DiskFull,
    ReadOnlySession,
    SessionDamaged,
    SessionError,
    SessionGone,
    SessionLocked,
)


@contextmanager
def session_faults(name: str) -> Iterator[None]:
    """Turn foreign errors into SessionError; those that only a fault of ours can cause stay."""
    try:
        yield
    except (sqlite3.ProgrammingError, sqlite3.IntegrityError, sqlite3.InterfaceError):
        raise
    except sqlite3.Error as exc:
        raise _of_sqlite(exc, name) from exc
    except UnicodeDecodeError as exc:  # what SQLite says of a damaged name, with that name in it
        raise damaged(name, str(exc)[:200]) from exc
    except OSError as exc:
        raise _of_system(exc, name) from exc


def read_only(name: str) -> ReadOnlySession:
    return ReadOnlySession(
        f"{name} cannot be written where it lies.", hint="Save a copy to another folder."
    )


def _of_sqlite(exc: sqlite3.Error, name: str) -> SessionError:
    code = getattr(exc, "sqlite_errorcode", None)
    detail = f"{getattr(exc, 'sqlite_errorname', type(exc).__name__)}: {str(exc)[:200]}"
    match code & 0xFF if isinstance(code, int) else None:
        case sqlite3.SQLITE_FULL:
            return full(detail)
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM:
            return read_only(name)
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return SessionLocked(f"{name} is in use by another program.", detail=detail)
        case sqlite3.SQLITE_IOERR | sqlite3.SQLITE_CANTOPEN:
            return SessionError(
                f"{name} could not be read or written just now.",
                hint="Look whether its disk is still there. What was stored before is safe.",
                detail=detail,
            )
        case sqlite3.SQLITE_TOOBIG:
            return SessionError(
                f"One picture is larger than {name} can take (512 MB).", detail=detail
            )
    return damaged(name, detail)


def damaged(name: str, detail: str) -> SessionDamaged:
    return SessionDamaged(
        f"{name} is damaged.",
        hint="Look for a copy. “kontext-studio check” tells what is lost.",
        detail=detail,
    )


def _of_system(exc: OSError, name: str) -> SessionError:
    detail = f"{type(exc).__name__}: {exc.strerror}"
    if is_full(exc):
        return full(detail)
    if exc.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return read_only(name)
    return SessionError(f"{name} could not be read or written just now.", detail=detail)


def is_full(exc: OSError) -> bool:
    return exc.errno in (errno.ENOSPC, errno.EDQUOT)


def gone(name: str) -> SessionGone:
    return SessionGone(
        f"{name} is gone: it was moved or deleted while it was open.",
        hint="Save the session under another name. All of it is still here.",
    )


def replaced(name: str) -> SessionGone:
    return SessionGone(
        f"{name} was changed by another program while it was open here.",
        hint="Save this one under another name. The other is left as it is.",
    )


def full(detail: str) -> DiskFull:
    return DiskFull(
        "The disk is full.",
        hint="Make room, then try again. What was stored before is safe.",
        detail=detail,
    )
