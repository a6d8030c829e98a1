"""Names for files made from any text, safe on every system."""

from __future__ import annotations

import unicodedata
from pathlib import Path

_RESERVED = frozenset(
    {"con", "prn", "aux", "nul", "conin$", "conout$"}
    | {f"{port}{number}" for port in ("com", "lpt") for number in "0123456789¹²³"}
)
_PLAIN = frozenset(" -_.")


def safe_name(text: str, *, fallback: str = "picture", limit_bytes: int = 120) -> str:
    """A file name without its ending, from an instruction, a title or anything else.

    Only letters, digits and their marks, spaces, "-", "_" and inner dots remain, in NFC; it never
    begins with a dot or a dash, and is no name that Windows keeps for itself.
    """
    composed = unicodedata.normalize("NFC", text)
    kept = "".join(one if _is_safe(one) else " " for one in composed)
    words = " ".join(kept.split())
    while ".." in words:
        words = words.replace("..", ".")
    cut = words.lstrip(" .-").encode()[:limit_bytes].decode(errors="ignore").rstrip(" .")
    name = _without_loose_marks(cut)
    if not any(one.isalnum() for one in name):
        return fallback
    return f"_{name}" if name.split(".")[0].strip().lower() in _RESERVED else name


def shown_name(path: Path) -> str:
    """How messages call a file: what cannot be printed becomes "�", and it is never very long."""
    clean = "".join(one if one.isprintable() else "�" for one in path.name)
    return clean if len(clean) <= 80 else f"{clean[:60]}…{clean[-15:]}"


def _is_safe(character: str) -> bool:
    # Marks carry vowels in many scripts. Format characters, which can turn a name around, are none.
    return (
        character in _PLAIN
        or character.isalnum()
        or unicodedata.category(character) in ("Mn", "Mc")
    )


def _without_loose_marks(text: str) -> str:
    """A mark at the start would hang on whatever stands before the name."""
    start = 0
    while start < len(text) and unicodedata.category(text[start]).startswith("M"):
        start += 1
    return text[start:].lstrip(" .-")
