"""The keep clauses that fixes add, without what the instruction itself changes."""

from __future__ import annotations

from collections.abc import Sequence

from kontext_studio.prompting.changed_sides import edited
from kontext_studio.prompting.facets import Side
from kontext_studio.prompting.reading import Reading
from kontext_studio.prompting.words import singular

Item = tuple[str, Side | None]

FRAMING: tuple[Item, ...] = (
    ("camera angle", Side.ANGLE),
    ("position", Side.PLACE),
    ("framing", Side.FRAMING),
)
IN_PLACE: tuple[Item, ...] = (
    ("position", Side.PLACE),
    ("scale", Side.SIZE),
    ("pose", Side.POSE),
)
LOOK: tuple[Item, ...] = (
    ("objects", None),
    ("style", Side.STYLE),
    ("composition", Side.FRAMING),
)


_PICTURE = frozenset(["", "image", "picture", "photo", "photograph", "scene"])


def keep_clause(reading: Reading, opening: str, items: Sequence[Item]) -> str:
    """``opening`` and the items the edits leave alone, or "everything else" where none is left."""
    facets = edited(reading)
    changed = {facet.side for facet in facets if facet.thing in _PICTURE}
    gone = {facet.thing for facet in facets if facet.side in (Side.WHOLE, Side.PRESENCE)}
    left = [name for name, side in items if side not in changed and singular(name) not in gone]
    if not left:
        return ", keep everything else the same"
    if len(left) < 3:
        return opening + " and ".join(left)
    return opening + ", ".join(left[:-1]) + f", and {left[-1]}"
