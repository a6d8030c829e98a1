"""Parameters that are more than one value, read from the text they are kept as: sizes of one's own
and lists of objects."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

_SIZE = re.compile(r"(\d{1,5})\s*[x×]\s*(\d{1,5})", re.IGNORECASE | re.ASCII)
_LONGEST_SIDE = 14_142


def size_in(text: str) -> tuple[int, int] | None:
    """Width and height of "1024x768" or {"width": 1024, "height": 768}; None where it is none."""
    if (found := _SIZE.fullmatch(text.strip())) is not None:
        sides: tuple[object, object] = (int(found[1]), int(found[2]))
    else:
        value = _json(text)
        if not isinstance(value, dict) or set(value) != {"width", "height"}:
            return None
        sides = (value["width"], value["height"])
    width, height = sides
    if isinstance(width, bool) or isinstance(height, bool):
        return None
    if not isinstance(width, int) or not isinstance(height, int):
        return None
    return (width, height) if 0 < width <= _LONGEST_SIDE and 0 < height <= _LONGEST_SIDE else None


def flaw_in_items(text: str, fields: Sequence[str]) -> str:
    """What is wrong with a JSON list of objects, in words; empty where nothing is.

    The first of the fields is a text that every object has, the others are numbers it may have.
    """
    items = _json(text)
    first, *numbers = fields
    example = f'[{{"{first}": "…"{"".join(f", {json.dumps(one)}: 1" for one in numbers)}}}]'
    if not isinstance(items, list):
        return f"is a list as {example}"
    for place, item in enumerate(items, 1):
        if not isinstance(item, dict):
            return f"is a list as {example}; entry {place} is no object"
        unknown = [name for name in item if name not in fields]
        if unknown:
            return f"has no {str(unknown[0])[:40]}; an entry has {', '.join(fields)}"
        if not isinstance(item.get(first), str) or not item[first].strip():
            return f"needs a {first} in entry {place}"
        for name in numbers:
            value = item.get(name, 0)
            is_number = isinstance(value, int | float) and not isinstance(value, bool)
            if not is_number or abs(value) == float("inf") or value != value:
                return f"takes a number as {name} of entry {place}"
    return ""


def _json(text: str) -> object:
    try:
        value: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value
