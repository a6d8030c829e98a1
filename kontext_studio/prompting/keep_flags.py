"""Names of the keep-unchanged chips; light, so that a window can name them before it checks."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum


class KeepFlag(StrEnum):
    """What a chip keeps; the value is what a draft stores."""

    CAMERA_ANGLE = "camera-angle"
    FRAMING = "framing"
    SUBJECT = "subject"
    LIGHTING = "lighting"
    STYLE = "style"
    TEXT = "text"


def flags_from(names: Collection[str]) -> frozenset[KeepFlag]:
    """The flags among stored names; names of a newer version are left out."""
    known = {flag.value: flag for flag in KeepFlag}
    return frozenset(known[name] for name in names if name in known)
