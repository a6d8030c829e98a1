"""The rows that can still be read in a damaged session file, taken from its pages one by one
without SQLite, which gives up where a page that leads to others is hurt.

Nothing that it yields is to be believed without a check. The work is bounded by the size of the
file, whatever is written in it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from kontext_studio.store.schema import PAGE_BYTES, wal_beside

Value = None | int | float | str | bytes

_LEAF, _INNER = 0x0D, 0x05
# A leaf of which one bit was flipped in the byte that says so is still worth a try.
_PERHAPS_LEAF = frozenset(_LEAF ^ (1 << bit) for bit in range(8))
_MAX_LOCAL = PAGE_BYTES - 35
_MIN_LOCAL = (PAGE_BYTES - 12) * 32 // 255 - 23
_FRAME_HEAD, _LOG_HEAD = 24, 32
_MAX_COLUMNS = 5
_SIZES = (0, 1, 2, 3, 4, 6, 8, 8, 0, 0)


@dataclass(frozen=True, slots=True)
class Row:
    """`is_sure`: it hangs in its table; else it may be what was deleted or written over."""

    number: int
    is_sure: bool
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class _Cell:
    page: int
    offset: int
    is_sure: bool


class Pages:
    """A file of pages with what was committed to its log. Close it at the end."""

    def __init__(self, path: Path) -> None:
        self._file: BinaryIO = path.open("rb")
        self._log: BinaryIO | None = None
        self._count = -(-path.stat().st_size // PAGE_BYTES)
        self._newer: dict[int, int] = {}  # where in the log a page begins
        try:
            self._read_log(wal_beside(path))
        except OSError:
            self._newer = {}
        self._left = 0

    def close(self) -> None:
        self._file.close()
        if self._log is not None:
            self._log.close()

    def rows(self, *, columns: frozenset[int]) -> Iterator[Row]:
        """Every row that has one of these numbers of columns, those that are sure first."""
        cells = self._cells()
        # Rows may claim each other's pages, in a file made to keep one busy for ever.
        self._left = 8 * (self._count + 8) * PAGE_BYTES
        for cell in cells:
            row = self._row(cell, columns)
            if row is not None:
                yield row

    # Pages.

    def _page(self, number: int) -> bytes:
        """One page; what is not there is zeros."""
        if not 1 <= number <= self._count:
            return b""
        try:
            if number in self._newer and self._log is not None:
                self._log.seek(self._newer[number])
                return self._log.read(PAGE_BYTES).ljust(PAGE_BYTES, b"\0")
            self._file.seek((number - 1) * PAGE_BYTES)
            return self._file.read(PAGE_BYTES).ljust(PAGE_BYTES, b"\0")
        except OSError:  # a disk that gives up in one place
            return b""

    def _read_log(self, log: Path) -> None:
        """The pages of whole transactions in the log, as SQLite would take them."""
        if not log.exists():
            return
        self._log = file = log.open("rb")
        head = file.read(_LOG_HEAD)
        if len(head) < _LOG_HEAD or int.from_bytes(head[:4], "big") not in _LOG_MAGIC:
            return
        order = ">" if head[3] & 1 else "<"
        sums = _checksum(head[:24], (0, 0), order)
        if sums != struct.unpack(">II", head[24:32]):
            return
        pending: dict[int, int] = {}
        at = _LOG_HEAD
        while len(frame := file.read(_FRAME_HEAD + PAGE_BYTES)) == _FRAME_HEAD + PAGE_BYTES:
            number, size = struct.unpack(">II", frame[:8])
            sums = _checksum(frame[:8] + frame[_FRAME_HEAD:], sums, order)
            if frame[8:16] != head[16:24] or sums != struct.unpack(">II", frame[16:24]):
                return
            pending[number] = at + _FRAME_HEAD
            at += len(frame)
            if size:  # it ends a transaction
                self._newer.update(pending)
                self._count = max(self._count, *pending)
                pending = {}

    # Cells.

    def _cells(self) -> list[_Cell]:
        linked = self._linked()
        sure: list[_Cell] = []
        unsure: list[_Cell] = []
        for number in range(1, self._count + 1):
            page = self._page(number)
            start = 100 if number == 1 else 0
            if len(page) < PAGE_BYTES or page[start] not in _PERHAPS_LEAF | {_LEAF}:
                continue
            in_table = page[start] == _LEAF and (number in linked or not linked)
            told = _told(page, start)
            for index, offset in enumerate(_pointers(page, start)):
                is_sure = in_table and index < told
                (sure if is_sure else unsure).append(_Cell(number, offset, is_sure))
        return sure + unsure

    def _linked(self) -> set[int]:
        """The leaves that hang in a table. Empty where that cannot be told."""
        todo = []
        self._left = PAGE_BYTES * 8
        for offset in _pointers(self._page(1) or bytes(PAGE_BYTES), 100):
            row = self._row(_Cell(1, offset, True), frozenset({5}))
            if row is not None and row.values[0] == "table" and isinstance(row.values[3], int):
                todo.append(row.values[3])
        seen: set[int] = set()
        leaves: set[int] = set()
        while todo:
            number = todo.pop()
            page = self._page(number)
            if number in seen or not page:
                continue
            seen.add(number)
            if page[0] == _INNER:
                todo.append(int.from_bytes(page[8:12], "big"))
                places = _pointers(page, 0, head_bytes=12)[: _told(page, 0)]
                todo += [int.from_bytes(page[at : at + 4], "big") for at in places]
            elif page[0] in _PERHAPS_LEAF | {_LEAF}:
                leaves.add(number)
        return leaves

    def _row(self, cell: _Cell, columns: frozenset[int]) -> Row | None:
        """The row of a cell, or None where it is none or has another number of columns."""
        page = self._page(cell.page)
        try:
            size, at = _varint(page, cell.offset)
            number, at = _varint(page, at)
            local = size
            if size > _MAX_LOCAL:
                local = _MIN_LOCAL + (size - _MIN_LOCAL) % (PAGE_BYTES - 4)
                if local > _MAX_LOCAL:
                    local = _MIN_LOCAL
            payload = page[at : at + local]
            kinds, start = _kinds(payload)
        except (IndexError, ValueError):
            return None
        whole = start + sum(_size(kind) for kind in kinds)
        if len(kinds) not in columns or whole != size or size > self._left:
            return None
        self._left -= local
        if size > local:
            rest = self._overflow(page[at + local : at + local + 4], size - local)
            if rest is None:
                return None
            payload += rest
        if len(payload) != size:
            return None
        values: list[Value] = []
        for kind in kinds:
            end = start + _size(kind)
            try:
                values.append(_value(kind, payload[start:end]))
            except ValueError:
                return None
            start = end
        return Row(number, cell.is_sure, tuple(values))

    def _overflow(self, first: bytes, size: int) -> bytes | None:
        parts: list[bytes] = []
        number = int.from_bytes(first, "big")
        while size > 0:
            page = self._page(number)
            if not page:
                return None
            self._left -= PAGE_BYTES
            parts.append(page[4 : 4 + min(size, PAGE_BYTES - 4)])
            size -= len(parts[-1])
            number = int.from_bytes(page[:4], "big")
        return b"".join(parts)


_LOG_MAGIC = (0x377F0682, 0x377F0683)


def _checksum(data: bytes, sums: tuple[int, int], order: str) -> tuple[int, int]:
    one, two = sums
    words = struct.unpack(f"{order}{len(data) // 4}I", data)
    for index in range(0, len(words), 2):
        one = (one + words[index] + two) & 0xFFFFFFFF
        two = (two + words[index + 1] + one) & 0xFFFFFFFF
    return one, two


def _told(page: bytes, start: int) -> int:
    """How many cells a page says that it has."""
    return int.from_bytes(page[start + 3 : start + 5], "big")


def _pointers(page: bytes, start: int, *, head_bytes: int = 8) -> list[int]:
    """Where the cells of a page begin, each once; also those behind the number that it states, as
    far as they make sense."""
    found: dict[int, None] = {}
    told = min(_told(page, start), PAGE_BYTES // 4)
    at = first = start + head_bytes
    lowest = PAGE_BYTES
    while at + 2 <= PAGE_BYTES:
        offset = int.from_bytes(page[at : at + 2], "big")
        makes_sense = at + 2 <= lowest and first < offset < PAGE_BYTES - 3
        if not makes_sense and at >= first + 2 * told:
            break
        if makes_sense:
            found[offset] = None
            if offset > at:
                lowest = min(lowest, offset)
        at += 2
    return list(found)


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for _ in range(8):
        byte = data[at]
        at += 1
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at
    return value << 8 | data[at], at + 1


def _kinds(payload: bytes) -> tuple[list[int], int]:
    """The kinds of a row's values, and where the first begins. Raise where it is no row."""
    end, at = _varint(payload, 0)
    kinds: list[int] = []
    while at < end:
        kind, at = _varint(payload, at)
        kinds.append(kind)
        if len(kinds) > _MAX_COLUMNS:
            raise ValueError("too many columns")
    if at != end or not kinds or any(kind in (10, 11) for kind in kinds):
        raise ValueError("not a row")
    return kinds, end


def _size(kind: int) -> int:
    return (kind - 12) // 2 if kind >= 12 else _SIZES[kind]


def _value(kind: int, data: bytes) -> Value:
    if kind == 0:
        return None
    if kind == 7:
        return float(struct.unpack(">d", data)[0])
    if kind < 10:
        return kind - 8 if kind > 7 else int.from_bytes(data, "big", signed=True)
    return data if kind % 2 == 0 else data.decode("utf-8")
