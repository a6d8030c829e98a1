"""Pictures on their way in and out: imported, checked, prepared for sending, measured, exported.

Everything here that touches pixels runs in a thread and imports the pixel libraries there.
"""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import stat
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar

from kontext_studio.core.errors import BadInput, BadPicture, OutOfMemory, PictureTooLarge
from kontext_studio.core.history import History, Node, NodeKind
from kontext_studio.core.images import ImageRef, Sha256
from kontext_studio.core.route import EMBEDDED
from kontext_studio.store.file_names import shown_name

if TYPE_CHECKING:
    from kontext_studio.imaging.encode import DigitalSource
    from kontext_studio.imaging.picture import Picture

T = TypeVar("T")

MAX_FILE_BYTES = 512 * 1024 * 1024
"""A picture file larger than this is not read at all."""

STAYS_HERE = "on this computer"
"""How a note ends that is about what is never sent with an edit."""

_NOT_A_PICTURE_BYTES = 2048


@dataclass(frozen=True, slots=True)
class Imported:
    """A picture as it will be stored, with what a person should know about it."""

    ref: ImageRef
    data: bytes
    notes: tuple[str, ...]


async def _in_thread(work: Callable[[], T], name: str = "The picture") -> T:
    """Run it in a thread. Raise OutOfMemory wherever in it the memory ended."""
    try:
        return await asyncio.to_thread(work)
    except MemoryError as exc:
        from kontext_studio.imaging.limits import out_of_memory

        raise out_of_memory(name) from exc


# ---------------------------------------------------------------- in


async def read_picture_file(path: Path) -> bytes:
    """The file's bytes. Raise BadPicture with one sentence for everything that can be wrong."""
    return await _in_thread(lambda: _read(path), shown_name(path))


def _read(path: Path) -> bytes:
    name = shown_name(path) or str(path)
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


def stays_here(kinds: Sequence[str]) -> str:
    """That what a file holds besides its picture ("date", "location") is never sent."""
    *others, last = kinds
    listed = f"{', '.join(others)} and {last}" if others else last
    verb = "stay" if others else "stays"
    return f"The {listed} stored in the file {verb} {STAYS_HERE}"


async def examine(data: bytes, name: str = "The picture") -> Imported:
    """Decode a picture of the person's fully once, so that only whole ones are stored.

    Raise PictureTooLarge, OutOfMemory or BadPicture, naming `name`.
    """

    def look() -> Imported:
        from kontext_studio.imaging.decode import decode_picture
        from kontext_studio.imaging.shape import shape_hint

        picture = decode_picture(data, name=name)
        notes = picture.notes
        if picture.alpha is not None:
            notes = (*notes, "Edits are made on white, and their results have no transparency")
        if (hint := shape_hint(picture.width, picture.height)) is not None:
            notes = (*notes, hint.note)
        if picture.facts.metadata:
            notes = (*notes, stays_here(picture.facts.metadata))
        return Imported(_ref_of(data, picture), data, notes)

    return await _in_thread(look, name)


async def examine_received(data: bytes, stated: tuple[int, int] | None = None) -> Imported:
    """Decode a picture that a service sent, fully: what its bytes are counts. `stated` is the size
    in pixels that the service told.

    Raise PictureTooLarge or OutOfMemory where the bytes may be whole and should be kept, as
    `keep_aside` does; BadPicture where it arrived damaged or is none, with the start of the text
    that came in its place.
    """

    def look() -> Imported:
        from kontext_studio.imaging.decode import decode_picture
        from kontext_studio.imaging.formats import media_type_of

        try:
            picture = decode_picture(data)
        except (PictureTooLarge, OutOfMemory):
            raise
        except BadPicture as exc:
            if isinstance(media_type_of(data), str):
                raise BadPicture("The picture arrived damaged.", detail=exc.detail) from exc
            raise BadPicture("What came is not a picture.", detail=_start_of(data)) from exc
        notes = picture.notes
        if stated is not None and stated != (picture.width, picture.height):
            notes = (
                *notes,
                f"The service said {stated[0]:,} × {stated[1]:,} pixels; "
                f"the picture has {picture.width:,} × {picture.height:,}",
            )
        return Imported(_ref_of(data, picture), data, notes)

    return await _in_thread(look)


def stored_png(data: bytes, size: tuple[int, int], notes: tuple[str, ...] = ()) -> Imported:
    """A PNG that was made here, of (width, height)."""
    sha256 = Sha256(hashlib.sha256(data).hexdigest())
    return Imported(ImageRef(sha256, "image/png", *size), data, notes)


def _ref_of(data: bytes, picture: Picture) -> ImageRef:
    sha256 = Sha256(hashlib.sha256(data).hexdigest())
    return ImageRef(sha256, picture.media_type, picture.width, picture.height)


def _start_of(data: bytes) -> str:
    text = data[:_NOT_A_PICTURE_BYTES].decode("utf-8", "replace")
    return "".join(one if one.isprintable() or one in "\n\t" else "�" for one in text)


async def scaled_import(data: bytes, name: str = "The picture") -> tuple[bytes, tuple[str, ...]]:
    """A picture over the limits as a lossless one of at most 8192 pixels a side, with notes: what
    `PictureTooLarge.scaled` offers. Raise PictureTooLarge, OutOfMemory or BadPicture."""

    def shrink() -> tuple[bytes, tuple[str, ...]]:
        from kontext_studio.imaging.encode import encode
        from kontext_studio.imaging.scaled import open_scaled

        picture = open_scaled(data, name=name)
        return encode(picture.pixels, "png", alpha=picture.alpha), picture.notes

    return await _in_thread(shrink, name)


async def keep_aside(data: bytes, folder: Path, stem: str) -> Path:
    """Write what a service sent, and what is not opened here, into a folder as it came; return
    where. No other file is replaced, and the same bytes are written once. Raise BadInput or
    DiskFull."""

    def keep() -> Path:
        from kontext_studio.imaging.formats import SUFFIXES, media_type_of
        from kontext_studio.store.export_file import write_export
        from kontext_studio.store.file_names import safe_name
        from kontext_studio.store.places import make_private_folder

        make_private_folder(folder)
        found = media_type_of(data)
        suffix = SUFFIXES[found][0] if isinstance(found, str) else ".bin"
        name = safe_name(stem)
        for number in itertools.count(1):
            path = folder / f"{name}{f'-{number}' if number > 1 else ''}{suffix}"
            if not path.exists():
                break
            if path.stat().st_size == len(data) and path.read_bytes() == data:
                return path
        write_export(path, data, overwrite=False)
        return path

    return await _in_thread(keep)


# ---------------------------------------------------------------- within


async def working_bytes(data: bytes) -> tuple[bytes, str]:
    """What is sent of a stored picture, and its media type; the same bytes where they fit."""

    def prepare() -> tuple[bytes, str]:
        from kontext_studio.imaging.decode import working_picture

        working = working_picture(data)
        return working.data, working.media_type

    return await _in_thread(prepare)


async def make_thumbnail(data: bytes) -> bytes:
    def shrink() -> bytes:
        from kontext_studio.imaging.thumbnail import thumbnail

        return thumbnail(data)

    return await _in_thread(shrink)


async def compare(result: bytes, parent: bytes, original: bytes) -> tuple[float, float]:
    """Share of pixels changed against the parent (0 to 1), mean ΔE 2000 against the original."""

    def measure() -> tuple[float, float]:
        from kontext_studio.imaging.decode import decode_picture
        from kontext_studio.imaging.measure import difference_map, mean_of, measuring_copy, share_of

        # One whole picture at a time.
        mine, before = (measuring_copy(decode_picture(one).pixels) for one in (result, parent))
        changed = difference_map(before, mine)
        if original == parent:
            return share_of(changed), mean_of(changed)
        first = measuring_copy(decode_picture(original).pixels)
        return share_of(changed), mean_of(difference_map(first, mine))

    return await _in_thread(measure)


# ---------------------------------------------------------------- out


ExportFormat = Literal["png", "jpeg", "webp"]

EXPORT_FORMATS: dict[str, ExportFormat] = {
    ".png": "png",
    ".jpg": "jpeg",
    ".jpeg": "jpeg",
    ".webp": "webp",
}


async def write_picture(
    data: bytes,
    path: Path,
    *,
    overwrite: bool,
    source: DigitalSource | None = None,
    keep_metadata: bool = False,
) -> bool:
    """Write a stored picture to a file whole or not at all; its coded pixels untouched where the
    format is the same, without metadata unless `keep_metadata`, with the mark of its `source`.
    True where the file holds the stored bytes.

    Raise BadPicture for a format that is not offered, BadInput and SessionError kinds for what the
    disk says.
    """

    def write() -> bool:
        from kontext_studio.imaging.export import export_picture
        from kontext_studio.store.export_file import write_export

        wanted = EXPORT_FORMATS.get(path.suffix.lower())
        if wanted is None:
            offered = ", ".join(sorted(EXPORT_FORMATS))
            raise BadPicture(
                f"“{shown_name(path)}” names no format to export.", hint=f"End it in {offered}."
            )
        if "\0" in str(path):
            raise BadInput(f"{shown_name(path)} is no name for a file.", hint="Choose another.")
        if overwrite:
            _demand_replaceable(path)
        out = export_picture(data, wanted, digital_source=source, keep_metadata=keep_metadata)
        write_export(path, out, overwrite=overwrite)
        return out == data

    return await _in_thread(write)


def _demand_replaceable(path: Path) -> None:
    """Renaming over something asks neither for its rights nor for what it is: a device would go."""
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):
        return  # not there, or writing says what is wrong
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        raise BadInput(f"{shown_name(path)} is not a file that can be replaced.")
    if not mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH):
        raise BadInput(
            f"{shown_name(path)} is write-protected.", hint="Choose another name or folder."
        )


def digital_source_of(history: History, node: Node) -> DigitalSource | None:
    """How a step's picture came to be, in IPTC's words; None for an original, of which nothing is
    known. The embedded engine computes and was not trained on pictures."""
    from kontext_studio.imaging.encode import DigitalSource

    line = [node, *(history[one] for one in history.ancestors(node.id))]
    made = [one for one in line if one.result is not None]
    if not made:
        return None
    has_photograph = any(one.kind is NodeKind.IMPORT for one in line)
    if all(one.result is not None and one.result.provider == EMBEDDED for one in made):
        return DigitalSource.PROCESSED if has_photograph else DigitalSource.COMPUTED
    return DigitalSource.EDITED if has_photograph else DigitalSource.GENERATED


def same_file(one: Path, other: Path) -> bool:
    """Whether two paths lead to one file, links followed."""
    try:
        return one.samefile(other)
    except OSError:
        return False
