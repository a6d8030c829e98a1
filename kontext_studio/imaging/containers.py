"""PNG, JPEG and WebP files as rows of parts, so that pixels can be kept to the last bit.

`without_metadata` leaves out whatever is not pixels or colour; `with_xmp` puts one packet in.
Nothing is decoded here, and nothing is encoded again.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kontext_studio.imaging.formats import JPEG, PNG, WEBP

if TYPE_CHECKING:
    from collections.abc import Iterator

_PNG_HEAD = b"\x89PNG\r\n\x1a\n"
_PNG_PIXELS = frozenset(
    {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"sRGB", b"gAMA", b"cHRM", b"sBIT", b"pHYs"}
)
_PNG_NAMES = {
    b"tEXt": "text",
    b"zTXt": "text",
    b"iTXt": "text",
    b"eXIf": "EXIF",
    b"tIME": "date",
    b"caBX": "content credentials",
}
_XMP_PNG = b"XML:com.adobe.xmp\0"
_XMP_JPEG = b"http://ns.adobe.com/xap/1.0/\0"
_MOST_SEGMENT_BYTES = 65_533
_ICC_JPEG = b"ICC_PROFILE\0"
# Markers without a length of their own: restarts, start and end of the picture, TEM.
_BARE_MARKERS = frozenset({*range(0xD0, 0xDA), 0x01})
# All frames but JPG (C8), tables, scans, and the bare markers.
_JPEG_PIXELS = _BARE_MARKERS | (frozenset(range(0xC0, 0xE0)) - {0xC8})
_WEBP_PIXELS = frozenset({b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF", b"ICCP"})
_ALPHA = 0x10  # flags of VP8X
_WEBP_FLAGS = {b"XMP ": 0x04, b"EXIF": 0x08, b"ICCP": 0x20}


@dataclass(frozen=True, slots=True)
class _Part:
    """A stretch of the file. `name` says what metadata it is, empty for pixels and colour; where
    `instead` is given it takes the stretch's place, so that the file stays whole."""

    start: int
    end: int
    name: str = ""
    instead: bytes | None = None


def stated_size(data: bytes, media_type: str) -> tuple[int, int] | None:
    """The stored size that the head of a PNG or WebP tells, before any decoder sees it: theirs make
    room for the whole picture, or unpack texts, while they open it. None where it tells none."""
    if media_type == PNG and data[12:16] == b"IHDR" and len(data) >= 24:
        return struct.unpack_from(">II", data, 16)
    if media_type != WEBP or len(data) < 30:
        return None
    kind, body = data[12:16], data[20:30]
    if kind == b"VP8X":
        return int.from_bytes(body[4:7], "little") + 1, int.from_bytes(body[7:10], "little") + 1
    if kind == b"VP8L":
        sides = int.from_bytes(body[1:5], "little")
        return (sides & 0x3FFF) + 1, (sides >> 14 & 0x3FFF) + 1
    if kind == b"VP8 ":
        width, height = struct.unpack_from("<HH", body, 6)
        return width & 0x3FFF, height & 0x3FFF
    return None


def metadata_names(data: bytes, media_type: str) -> tuple[str, ...]:
    """What the file carries beside its pixels, each kind once, as far as its head tells."""
    names: list[str] = []
    try:
        for part in _parts(data, media_type, keep_icc=True, to_the_end=False):
            names.append(part.name)
    except (ValueError, IndexError, struct.error):
        pass  # what is broken further on does not unsay what was read
    return tuple(dict.fromkeys(name for name in names if name))


def without_metadata(data: bytes, media_type: str, *, keep_icc: bool = True) -> bytes | None:
    """The same coded pixels alone; None where the file is not built as it should be.

    Equal to `data` where there was nothing to leave out.
    """
    try:
        parts = list(_parts(data, media_type, keep_icc=keep_icc, to_the_end=True))
    except (ValueError, IndexError, struct.error):
        return None
    if not any(part.name for part in parts):
        return data
    view = memoryview(data)
    kept = (
        part.instead if part.instead is not None else view[part.start : part.end]
        for part in parts
        if part.instead is not None or not part.name
    )
    bare = b"".join(kept)
    if media_type == WEBP:
        bare = bare[:4] + struct.pack("<I", len(bare) - 8) + bare[8:]
    return bare


def _parts(data: bytes, media_type: str, *, keep_icc: bool, to_the_end: bool) -> Iterator[_Part]:
    """All stretches of the file in order. Raise ValueError, IndexError or struct.error."""
    if media_type == PNG:
        return _png_parts(data, keep_icc)
    if media_type == JPEG:
        return _jpeg_parts(data, keep_icc, to_the_end)
    if media_type == WEBP:
        return _webp_parts(data, keep_icc)
    raise ValueError(f"{media_type} is not taken apart here")


def with_xmp(data: bytes, media_type: str, packet: bytes, *, size: tuple[int, int]) -> bytes:
    """The file with one XMP packet; it must hold none yet. `size` is that of the stored pixels.

    Raise ValueError where the format or the file cannot take one.
    """
    if media_type == PNG:
        body = _XMP_PNG + b"\0\0\0\0" + packet
        return png_with(data, b"iTXt", body)
    if media_type == JPEG:
        return _jpeg_with(data, [_XMP_JPEG + packet], marker=0xE1)
    if media_type == WEBP:
        return _webp_with(data, b"XMP ", packet, size)
    raise ValueError(f"{media_type} takes no XMP packet here")


def with_icc(data: bytes, media_type: str, icc: bytes, *, size: tuple[int, int]) -> bytes:
    """The file with a colour profile; it must hold none yet. `size` is that of the stored pixels.

    Raise ValueError where the format or the file cannot take one.
    """
    if media_type == PNG:
        # A PNG has a profile or the sRGB mark, not both.
        plain = data.replace(png_chunk(b"sRGB", b"\0"), b"", 1)
        return png_with(plain, b"iCCP", b"ICC profile\0\0" + zlib.compress(icc))
    if media_type == JPEG:
        return _jpeg_with(data, [_ICC_JPEG + part for part in _numbered(icc)])
    if media_type == WEBP:
        return _webp_with(data, b"ICCP", icc, size)
    raise ValueError(f"{media_type} takes no colour profile here")


def png_with(data: bytes, kind: bytes, body: bytes) -> bytes:
    """A PNG with one more chunk, right after its head."""
    at = len(_PNG_HEAD) + 25
    return data[:at] + png_chunk(kind, body) + data[at:]


def png_body(data: bytes, kind: bytes) -> bytes | None:
    """The body of the first chunk of that kind, wherever in the file it stands."""
    return next(png_bodies(data, kind), None)


def png_bodies(data: bytes, kind: bytes) -> Iterator[bytes]:
    """The bodies of all chunks of that kind, as far as the file is whole."""
    try:
        for part in _png_parts(data, keep_icc=True):
            if data[part.start + 4 : part.start + 8] == kind:
                yield data[part.start + 8 : part.end - 4]
    except (ValueError, struct.error):
        return


def png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


# ---------------------------------------------------------------- PNG


def _png_parts(data: bytes, keep_icc: bool) -> Iterator[_Part]:
    at, kind = len(_PNG_HEAD), b""
    yield _Part(0, at)
    while kind != b"IEND":
        (length,) = struct.unpack_from(">I", data, at)
        kind, end = data[at + 4 : at + 8], at + 12 + length
        if end > len(data):
            raise ValueError("a chunk runs past the end")
        if kind in _PNG_PIXELS or (kind == b"iCCP" and keep_icc):
            name = ""
        elif kind == b"iCCP":
            name = "ICC"
        elif data[at + 8 : at + 8 + len(_XMP_PNG)] == _XMP_PNG:
            name = "XMP"
        else:
            name = _PNG_NAMES.get(kind, "private data")
        yield _Part(at, end, name)
        at = end
    if at != len(data):
        yield _Part(at, len(data), "private data")


# ---------------------------------------------------------------- JPEG


def _jpeg_parts(data: bytes, keep_icc: bool, to_the_end: bool) -> Iterator[_Part]:
    end = 0
    for marker, start, end in _jpeg_segments(data, to_the_end):
        head = data[start + 4 : min(end, start + 40)]
        instead = None
        if name := _jpeg_metadata(marker, head, keep_icc):
            pass
        elif marker == 0xE0 and end - start > 18:
            name, instead = "thumbnail", b"\xff\xe0\x00\x10" + head[:12] + b"\0\0"
        elif marker == 0xEE and end - start > 16:
            name, instead = "private data", b"\xff\xee\x00\x0e" + head[:12]
        yield _Part(start, end, name, instead)
    if to_the_end and end != len(data):
        yield _Part(end, len(data), "private data")


def _jpeg_metadata(marker: int, body: bytes, keep_icc: bool) -> str:
    """What a segment is that no decoder of pixels needs; empty for those that one does."""
    if marker == 0xFE:
        return "comment"
    if marker in _JPEG_PIXELS:
        return ""
    if marker == 0xE2 and body.startswith(_ICC_JPEG):
        return "" if keep_icc else "ICC"
    if (marker == 0xE0 and body.startswith(b"JFIF\0")) or (
        marker == 0xEE and body.startswith(b"Adobe")
    ):
        return ""
    if marker == 0xE1 and body.startswith(b"Exif\0"):
        return "EXIF"
    if marker == 0xE1 and body.startswith(b"http://ns.adobe.com/x"):
        return "XMP"
    known = {0xE0: "thumbnail", 0xEB: "content credentials", 0xED: "IPTC"}
    return known.get(marker, "private data")


def _jpeg_segments(data: bytes, to_the_end: bool) -> Iterator[tuple[int, int, int]]:
    """(marker, start, end) up to the coded pixels, or `to_the_end` of the picture: then the coded
    pixels of a scan belong to its SOS."""
    yield 0xD8, 0, 2
    at = 2
    while True:
        start = at
        if data[at] != 0xFF:
            raise ValueError("no marker where one is due")
        while data[at] == 0xFF:  # any number of fill bytes may stand before a marker
            at += 1
        marker = data[at]
        at += 1
        if marker == 0xD9:
            yield marker, at - 2, at
            return
        if marker in _BARE_MARKERS:
            yield marker, at - 2, at
            continue
        start = at - 2
        at += int.from_bytes(data[at : at + 2], "big")
        if marker == 0xDA:
            if not to_the_end:
                return
            at = _end_of_scan(data, at)
        if at > len(data):
            raise ValueError("a segment runs past the end")
        yield marker, start, at


def _jpeg_with(data: bytes, bodies: list[bytes], marker: int = 0xE2) -> bytes:
    """The file with some segments after its JFIF head, where it has one."""
    if any(len(body) > _MOST_SEGMENT_BYTES for body in bodies):
        raise ValueError("a segment of a JPEG has at most 64 kB")
    at = 2
    if data[2:4] == b"\xff\xe0":
        at = 4 + int.from_bytes(data[4:6], "big")
    made = b"".join(struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body for body in bodies)
    return data[:at] + made + data[at:]


def _numbered(icc: bytes) -> list[bytes]:
    """A profile in as many pieces as fit into segments, each with its number and the count."""
    step = _MOST_SEGMENT_BYTES - len(_ICC_JPEG) - 2
    pieces = [icc[at : at + step] for at in range(0, len(icc), step)]
    if len(pieces) > 255:
        raise ValueError("the profile is too large")
    return [bytes((number, len(pieces))) + piece for number, piece in enumerate(pieces, start=1)]


def _end_of_scan(data: bytes, at: int) -> int:
    while True:
        at = data.index(b"\xff", at)
        following = data[at + 1]
        if following == 0 or 0xD0 <= following <= 0xD7:
            at += 2
        elif following == 0xFF:
            at += 1
        else:
            return at


# ---------------------------------------------------------------- WebP


def _webp_parts(data: bytes, keep_icc: bool) -> Iterator[_Part]:
    names = {b"EXIF": "EXIF", b"XMP ": "XMP"} | ({} if keep_icc else {b"ICCP": "ICC"})
    chunks, file_end = _webp_chunks(data)
    gone = 0
    for kind, _, _ in chunks:
        gone |= _WEBP_FLAGS[kind] if kind in names else 0
    yield _Part(0, 12)
    for kind, start, end in chunks:
        if kind == b"VP8X" and gone:
            body = bytearray(data[start:end])
            body[8] &= ~gone & 0xFF
            yield _Part(start, end, instead=bytes(body))
        elif kind in _WEBP_PIXELS:
            yield _Part(start, end, names.get(kind, ""))
        else:
            yield _Part(start, end, names.get(kind, "private data"))
    if file_end != len(data):
        yield _Part(file_end, len(data), "private data")


def _webp_with(data: bytes, kind: bytes, body: bytes, size: tuple[int, int]) -> bytes:
    chunks, file_end = _webp_chunks(data)
    first, start, end = chunks[0]
    flag = _WEBP_FLAGS[kind]
    if first == b"VP8X":
        head = bytearray(data[start:end])
        head[8] |= flag
        rest = data[end:file_end]
    else:
        # A VP8L head: one byte 0x2F, 14 bits each of width and height less one, the alpha bit.
        has_alpha = first == b"VP8L" and data[start + 12] & 0x10
        sides = b"".join((side - 1).to_bytes(3, "little") for side in size)
        flags = bytes([flag | (_ALPHA if has_alpha else 0), 0, 0, 0])
        head = bytearray(_webp_chunk(b"VP8X", flags + sides))
        rest = data[start:file_end]
    made = _webp_chunk(kind, body)
    # A profile stands before the pixels, other things behind them.
    whole = b"WEBP" + bytes(head) + (made + rest if kind == b"ICCP" else rest + made)
    return b"RIFF" + struct.pack("<I", len(whole)) + whole


def _webp_chunk(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def _webp_chunks(data: bytes) -> tuple[list[tuple[bytes, int, int]], int]:
    """(kind, start, end) of each chunk with its padding, and the end that the file's head tells."""
    file_end = 8 + int.from_bytes(data[4:8], "little")
    if file_end > len(data):
        raise ValueError("the file is shorter than its head says")
    chunks = []
    at = 12
    while at + 8 <= file_end:
        length = int.from_bytes(data[at + 4 : at + 8], "little")
        end = at + 8 + length + length % 2
        if end > file_end:
            raise ValueError("a chunk runs past the end")
        chunks.append((data[at : at + 4], at, end))
        at = end
    if not chunks:
        raise ValueError("no chunk")
    return chunks, file_end
