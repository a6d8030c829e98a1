"""Whether the file that is open is still the one under its name. SQLite writes on into a file that
was moved or deleted, and would tell nobody."""

from __future__ import annotations

from enum import Enum
from pathlib import Path


class Whereabouts(Enum):
    HERE = "here"
    GONE = "gone"
    """Moved or deleted: nothing, or no longer a file, is under its name."""
    REPLACED = "replaced"
    """Another file has its name now, or somebody wrote into it."""


Identity = tuple[int, int]


class Watch:
    """Knows one file by what the system calls it inside, and how large it was left."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._identity = identity_of(path)
        self._size = 0
        self.note()

    def note(self) -> None:
        """The present size is our own doing."""
        try:
            self._size = self._path.stat().st_size
        except OSError:
            pass

    def look(self) -> Whereabouts:
        try:
            status = self._path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return Whereabouts.GONE
        except OSError:
            return Whereabouts.HERE  # it cannot be told; reading or writing will
        if (status.st_dev, status.st_ino) != self._identity or status.st_size != self._size:
            return Whereabouts.REPLACED
        return Whereabouts.HERE


def identity_of(path: Path) -> Identity | None:
    """Which file a name leads to at this moment; None where there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
