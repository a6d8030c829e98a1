"""Colour profiles without the words in them: a profile made for one screen names it and its owner.

Takes the ICC format apart as far as its table of tags; what a tag means for colours is not known.
"""

from __future__ import annotations

import struct

_HEAD_BYTES, _ENTRY_BYTES, _MOST_TAGS = 128, 12, 100
_COLOUR_TAGS = frozenset(
    b"wtpt bkpt chad cicp rXYZ gXYZ bXYZ rTRC gTRC bTRC kTRC A2B0 A2B1 A2B2 B2A0 B2A1 B2A2 "
    b"D2B0 D2B1 D2B2 B2D0 B2D1 B2D2 gamt".split()
)
# Names of spaces, not of devices or people; programs show them and some tell a space by them.
_COMMON_NAMES = (
    "Display P3",
    "Adobe RGB (1998)",
    "ProPhoto RGB",
    "Rec2020",
    "Rec. 2020",
    "sRGB IEC61966-2.1",
)
_NAMELESS = "Colour profile"


def wordless(icc: bytes) -> bytes:
    """The same conversion of colours, with a common name or none, and no maker, date or text.

    Raise ValueError for what is not a profile.
    """
    try:
        tags = _tags(icc)
    except struct.error as exc:
        raise ValueError("not a colour profile") from exc
    name = _common_name(tags.get(b"desc", b""))
    version4 = icc[8] >= 4
    kept = {b"desc": _text(name, version4), b"cprt": _text("", version4, copyright_tag=True)}
    kept |= {tag: body for tag, body in tags.items() if tag in _COLOUR_TAGS}
    return _joined(_clean_head(icc), kept)


def _clean_head(icc: bytes) -> bytearray:
    head = bytearray(icc[:_HEAD_BYTES])
    # The module used, the date, the platform, maker and model, the creator and the identifier.
    for start, end in ((4, 8), (24, 36), (40, 44), (48, 56), (80, 128)):
        head[start:end] = bytes(end - start)
    return head


def _tags(icc: bytes) -> dict[bytes, bytes]:
    if len(icc) < _HEAD_BYTES + 4 or icc[36:40] != b"acsp":
        raise ValueError("not a colour profile")
    (count,) = struct.unpack_from(">I", icc, _HEAD_BYTES)
    if count > _MOST_TAGS:
        raise ValueError("a colour profile with too many tags")
    tags = {}
    for index in range(count):
        at = _HEAD_BYTES + 4 + index * _ENTRY_BYTES
        name, start, length = struct.unpack_from(">4sII", icc, at)
        if start + length > len(icc):
            raise ValueError("a tag runs past the end")
        tags[name] = icc[start : start + length]
    return tags


def _common_name(described: bytes) -> str:
    # One encoding writes Latin letters, the other two bytes for each.
    plain = described.replace(b"\0", b"")[4:]
    return next((name for name in _COMMON_NAMES if name.encode() in plain), _NAMELESS)


def _text(words: str, version4: bool, *, copyright_tag: bool = False) -> bytes:
    if version4:
        body = words.encode("utf-16-be")
        return b"mluc" + struct.pack(">IIIHHII", 0, 1, 12, 0x656E, 0x5553, len(body), 28) + body
    data = words.encode("ascii") + b"\0"
    if copyright_tag:
        return b"text\0\0\0\0" + data
    return b"desc\0\0\0\0" + struct.pack(">I", len(data)) + data + bytes(78)


def _joined(head: bytearray, tags: dict[bytes, bytes]) -> bytes:
    at = _HEAD_BYTES + 4 + _ENTRY_BYTES * len(tags)
    table, parts, places = struct.pack(">I", len(tags)), b"", dict[bytes, int]()
    for name, body in tags.items():
        if body not in places:  # curves are often shared
            places[body] = at + len(parts)
            parts += body + bytes(-len(body) % 4)
        table += struct.pack(">4sII", name, places[body], len(body))
    head[:4] = struct.pack(">I", at + len(parts))
    return bytes(head) + table + parts
