"""What a text would read after a fix, cut to the part that changes; shown before it is applied."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kontext_studio.prompting.findings import Fix

_AROUND = 24
_LONGEST = 160


def preview(text: str, fix: Fix) -> str:
    """Plain text: never shown as rich text."""
    if not fix.edits:
        return fix.title
    after = fix.applied_to(text)
    start = max(0, fix.edits[0].start - _AROUND)
    tail = len(text) - fix.edits[-1].end
    end = min(len(after), len(after) - tail + _AROUND)
    shown = after[start:end].strip()
    if len(shown) > _LONGEST:
        shown = shown[:_LONGEST].rstrip() + "…"
    before = "…" if start else ""
    behind = "…" if end < len(after) and not shown.endswith("…") else ""
    return f"{before}{shown}{behind}"


def outcome(text: str, fix: Fix) -> str:
    """As `preview`, from the word before the change on: for one short line."""
    first = fix.edits[0]
    lead = text[: first.start].split(" ")[-2:] if text[: first.start].endswith(" ") else []
    start = first.start - len(" ".join(lead))
    after = fix.applied_to(text)[max(0, start) :].strip(" ,")
    shown = " ".join(after.split())[:_LONGEST]
    return f"…{shown}" if start > 0 else shown
