"""Pictures on their way in and out: imported, checked, prepared for sending, measured, exported.

Everything here that touches pixels runs in a thread and imports the pixel libraries there.
"""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from kontext_studio.core.errors import BadPicture
from kontext_studio.core.images import ImageRef, Sha256

MAX_FILE_BYTES = 512 * 1024 * 1024
"""A picture file larger than this is not read at all."""


@dataclass(frozen=True, slots=True)
class Imported:
    """A picture as it will be stored, with what a person should know about it."""

    ref: ImageRef
    data: bytes
    notes: tuple[str, ...]


async def read_picture_file(path: Path) -> bytes:
    """The file's bytes. Raise BadPicture with one sentence for everything that can be wrong."""
    return await asyncio.to_thread(_read, path)


def _read(path: Path) -> bytes:
    name = path.name or str(path)
    try:
        if not path.exists():
            raise BadPicture(f"There is no file {name}.", hint=f"Looked for {path}.")
        if path.is_dir():
            raise BadPicture(f"{name} is a folder, not a picture.")
        if not path.is_file():
            raise BadPicture(f"{name} is not a file that holds a picture.")
        size = path.stat().st_size
        if size == 0:
            raise BadPicture(f"{name} is empty.")
        if size > MAX_FILE_BYTES:
            megabytes = size // (1024 * 1024)
            raise BadPicture(f"{name} has {megabytes} MB; the app opens up to 512 MB.")
        return path.read_bytes()
    except PermissionError:
        raise BadPicture(f"{name} cannot be read: this user has no permission.") from None
    except (OSError, ValueError) as exc:
        raise BadPicture(f"{name} cannot be read.", detail=str(exc)) from exc


async def examine(data: bytes, name: str = "The picture") -> Imported:
    """Decode fully once, so that only whole pictures are stored. Raise BadPicture naming `name`."""
    return await asyncio.to_thread(_examine, data, name)


def _examine(data: bytes, name: str) -> Imported:
    from kontext_studio.imaging.decode import decode_picture

    try:
        picture = decode_picture(data)
    except BadPicture as exc:
        message = exc.message.replace("The picture", name, 1)
        raise BadPicture(message, hint=exc.hint, detail=exc.detail) from exc
    ref = ImageRef(
        Sha256(hashlib.sha256(data).hexdigest()), picture.media_type, picture.width, picture.height
    )
    notes = picture.notes
    if picture.alpha is not None:
        notes = (*notes, "Edits are made on white, and their results have no transparency")
    return Imported(ref, data, notes)


async def working_bytes(data: bytes) -> tuple[bytes, str]:
    """What is sent of a stored picture, and its media type; the same bytes where they fit."""

    def prepare() -> tuple[bytes, str]:
        from kontext_studio.imaging.decode import working_picture

        working = working_picture(data)
        return working.data, working.media_type

    return await asyncio.to_thread(prepare)


async def make_thumbnail(data: bytes) -> bytes:
    def shrink() -> bytes:
        from kontext_studio.imaging.thumbnail import thumbnail

        return thumbnail(data)

    return await asyncio.to_thread(shrink)


async def compare(result: bytes, parent: bytes, original: bytes) -> tuple[float, float]:
    """Share of pixels changed against the parent (0 to 1), mean ΔE 2000 against the original."""

    def measure() -> tuple[float, float]:
        from kontext_studio.imaging.decode import decode_picture
        from kontext_studio.imaging.measure import changed_share, mean_delta_e

        mine = decode_picture(result).pixels
        before = decode_picture(parent).pixels
        first = before if original == parent else decode_picture(original).pixels
        return float(changed_share(before, mine)), float(mean_delta_e(first, mine))

    return await asyncio.to_thread(measure)


ExportFormat = Literal["png", "jpeg", "webp"]

EXPORT_FORMATS: dict[str, ExportFormat] = {
    ".png": "png",
    ".jpg": "jpeg",
    ".jpeg": "jpeg",
    ".webp": "webp",
}


async def write_picture(data: bytes, media_type: str, path: Path, *, overwrite: bool) -> bool:
    """Write a stored picture to a file whole or not at all; the stored bytes untouched where the
    format is the same. True where they were written untouched.

    Raise BadPicture for a format that is not offered and SessionError kinds for what the disk says.
    """

    def write() -> bool:
        from kontext_studio.store.export_file import write_export

        wanted = EXPORT_FORMATS.get(path.suffix.lower())
        if wanted is None:
            offered = ", ".join(sorted(EXPORT_FORMATS))
            raise BadPicture(
                f"“{path.name}” names no format to export.", hint=f"End it in {offered}."
            )
        untouched = media_type == f"image/{wanted}"
        out = data if untouched else _encode(data, wanted)
        write_export(path, out, overwrite=overwrite)
        return untouched

    return await asyncio.to_thread(write)


def _encode(data: bytes, wanted: ExportFormat) -> bytes:
    from kontext_studio.imaging.decode import decode_picture
    from kontext_studio.imaging.encode import encode

    return encode(decode_picture(data).pixels, wanted, 92 if wanted == "jpeg" else 90)


def same_file(one: Path, other: Path) -> bool:
    """Whether two paths lead to one file, links followed."""
    try:
        return one.samefile(other)
    except OSError:
        return False
