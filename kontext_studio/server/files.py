"""Files of the server: uploads and results under names nobody can guess, on disk, within bounds.

When the room is used up the oldest go; whoever still holds such an address uploads again.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import secrets
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from kontext_studio.server.errors import Denial, Denied

_MIB = 2**20
_FOLDER = "kontext-studio-serve-"
SUFFIXES = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/webp": ".webp",
    "image/gif": ".gif",
    "image/avif": ".avif",
}


@dataclass(frozen=True, slots=True)
class StoredFile:
    name: str
    media_type: str
    size: int
    etag: str


@dataclass(frozen=True, slots=True)
class _Parts:
    """A multipart upload under way."""

    name: str
    pieces: dict[int, bytes]


def own_folder() -> tempfile.TemporaryDirectory[str]:
    """A folder of this process alone; those of servers that were killed are cleared away first."""
    if os.name == "posix":  # elsewhere signal 0 would end the process that is asked about
        for path in Path(tempfile.gettempdir()).glob(f"{_FOLDER}*"):
            pid = path.name.removeprefix(_FOLDER).partition("-")[0]
            if pid.isdigit() and not _lives(int(pid)):
                shutil.rmtree(path, ignore_errors=True)
    return tempfile.TemporaryDirectory(prefix=f"{_FOLDER}{os.getpid()}-")


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True  # somebody else's
    return True


class Shelf:
    """The folder and what lies in it. One event loop uses it; disk work happens in threads."""

    def __init__(
        self, folder: Path, *, most_bytes: int = 1024 * _MIB, most_per_file: int = 64 * _MIB
    ) -> None:
        self._folder = folder
        self._most_bytes = most_bytes
        self.most_per_file = most_per_file
        self._files: dict[str, StoredFile] = {}
        self._expected: dict[str, str] = {}
        self._parts: dict[str, _Parts] = {}

    def reserve(self, media_type: str) -> str:
        """A name that one upload may be put under, once."""
        name = _new_name(media_type)
        while len(self._expected) >= 1000:
            del self._expected[next(iter(self._expected))]
        self._expected[name] = media_type
        return name

    async def put(self, name: str, data: bytes) -> StoredFile:
        """Fill a reserved name. Raise Denied where it is not, or no longer, reserved."""
        media_type = self._expected.pop(name, None)
        if media_type is None:
            raise Denied(Denial(403, "This upload address is not valid any more.", "forbidden"))
        return await self._keep(name, media_type, data)

    async def add(self, data: bytes, media_type: str) -> StoredFile:
        return await self._keep(_new_name(media_type), media_type, data)

    def get(self, name: str) -> StoredFile | None:
        return self._files.get(name)

    def path(self, stored: StoredFile) -> Path:
        return self._folder / stored.name

    async def read(self, name: str) -> bytes | None:
        """The bytes, None where they are gone."""
        stored = self._files.get(name)
        if stored is None:
            return None
        try:
            return await asyncio.to_thread(self.path(stored).read_bytes)
        except FileNotFoundError:
            return None

    # Uploads in parts.

    def begin_parts(self, media_type: str) -> tuple[str, str]:
        """The name the whole will have, and the number of this upload."""
        name, number = self.reserve(media_type), secrets.token_urlsafe(12)
        while len(self._parts) >= 8:
            del self._parts[next(iter(self._parts))]
        self._parts[number] = _Parts(name, {})
        return name, number

    def add_part(self, name: str, number: str, index: int, data: bytes) -> str:
        """The part's tag."""
        parts = self._parts_of(name, number)
        others = sum(len(piece) for at, piece in parts.pieces.items() if at != index)
        if others + len(data) > self.most_per_file:
            raise Denied(Denial(413, "The file is too large.", "request_too_large"))
        parts.pieces[index] = data
        return hashlib.sha256(data).hexdigest()

    async def finish_parts(self, name: str, number: str, indexes: list[int]) -> StoredFile:
        """Join the named parts in the order of their numbers, whatever order they came in."""
        parts = self._parts_of(name, number)
        if not indexes or sorted(indexes) != sorted(parts.pieces):
            raise Denied(Denial(400, "The list of parts is not what was uploaded.", "bad_request"))
        del self._parts[number]
        return await self.put(name, b"".join(parts.pieces[at] for at in sorted(indexes)))

    def _parts_of(self, name: str, number: str) -> _Parts:
        parts = self._parts.get(number)
        if parts is None or parts.name != name:
            raise Denied(Denial(404, "This server knows no such upload.", "not_found"))
        return parts

    async def _keep(self, name: str, media_type: str, data: bytes) -> StoredFile:
        if len(data) > self.most_per_file:
            raise Denied(Denial(413, "The file is too large.", "request_too_large"))
        digest = await asyncio.to_thread(_write, self._folder / name, data)
        stored = StoredFile(name, media_type, len(data), digest)
        self._files[name] = stored
        while sum(one.size for one in self._files.values()) > self._most_bytes:
            oldest = next(iter(self._files))
            self.path(self._files.pop(oldest)).unlink(missing_ok=True)
        return stored


def _new_name(media_type: str) -> str:
    return secrets.token_urlsafe(24) + SUFFIXES.get(media_type, ".bin")


def _write(path: Path, data: bytes) -> str:
    path.write_bytes(data)
    return hashlib.sha256(data).hexdigest()
