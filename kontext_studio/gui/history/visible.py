"""Which rows of the laid out history are shown: folding, starred only and search.

Promises that the current path, open runs and unseen results are never folded away.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from kontext_studio.core.history import NodeId
from kontext_studio.core.lanes import Entry, Placed, lay_out
from kontext_studio.core.session import Session
from kontext_studio.gui.history.families import Family


@dataclass(frozen=True, slots=True)
class ViewState:
    """How the person looks at the list. `folded` are steps whose rows are folded."""

    folded: frozenset[NodeId] = frozenset()
    starred_only: bool = False
    text: str = ""

    @property
    def filters(self) -> bool:
        return self.starred_only or bool(self.text.split())


@dataclass(frozen=True, slots=True)
class Shown:
    """The shown rows with lanes of their own, how many rows each one hides, and which could."""

    placed: tuple[Placed[str], ...]
    folded: Mapping[str, int] = field(default_factory=dict)
    can_fold: frozenset[str] = frozenset()


def visible_rows(
    whole: Sequence[Placed[str]],
    session: Session,
    families: Mapping[str, Family],
    wanted: Collection[str],
    on_path: Collection[str],
    view: ViewState | None,
) -> Shown:
    """The rows to show of `whole`, which is all of them in display order. `wanted` rows (open runs
    and steps nobody has seen yet) are never folded away, and no row of the current path is."""
    view = view or ViewState()
    if view.filters:
        kept = [one for one in whole if _matches(one.key, session, families, view)]
        return Shown(_lay_out_again(whole, {one.key for one in kept}))
    stays = _never_folded(whole, wanted, on_path)
    # Rows below each row that folding it would hide, counted from the bottom up.
    hides: dict[str, int] = {}
    for one in reversed(whole):
        if one.parent is not None:
            below = hides.get(one.key, 0) + (one.key not in stays)
            hides[one.parent] = hides.get(one.parent, 0) + below
    can_fold = frozenset(key for key, count in hides.items() if count)
    closed = {key for key, one in families.items() if any(n.id in view.folded for n in one.members)}
    if not closed & can_fold:
        return Shown(tuple(whole), can_fold=can_fold)
    # From the top down: which folded row a row lies under, if any.
    under: dict[str, str | None] = {}
    shown: set[str] = set()
    folded: dict[str, int] = {}
    for one in whole:
        over = under.get(one.parent) if one.parent is not None else None
        if over is None or one.key in stays:
            shown.add(one.key)
        else:
            folded[over] = folded.get(over, 0) + 1
        under[one.key] = one.key if one.key in closed and one.key in shown else over
    return Shown(_lay_out_again(whole, shown), folded, can_fold)


def _never_folded(
    whole: Sequence[Placed[str]], wanted: Collection[str], on_path: Collection[str]
) -> frozenset[str]:
    parents = {one.key: one.parent for one in whole}
    stays = set(on_path)
    for row in wanted:
        key: str | None = row
        while key is not None and key not in stays:
            stays.add(key)
            key = parents.get(key)
    return frozenset(stays)


def _lay_out_again(whole: Sequence[Placed[str]], shown: Collection[str]) -> tuple[Placed[str], ...]:
    """The shown rows alone, in the same order; each hangs on its nearest ancestor that is shown.

    The place in the whole list serves as time: the last child in it is the trunk, as before.
    """
    nearest: dict[str, str | None] = {}
    entries: list[Entry[str]] = []
    for place, one in enumerate(whole):
        up = nearest.get(one.parent) if one.parent is not None else None
        if one.key in shown:
            entries.append(Entry(one.key, up, place))
            nearest[one.key] = one.key
        else:
            nearest[one.key] = up
    return lay_out(entries)


def _matches(key: str, session: Session, families: Mapping[str, Family], view: ViewState) -> bool:
    family = families.get(key)
    if family is None:
        return False
    members = [node.id for node in family.members]
    # The current step stays among the starred ones, so that one always sees where one is.
    starred = any(one in session.stars for one in members) or session.head in members
    if view.starred_only and not starred:
        return False
    names = (f"{session.title(node.id)} {node.title}" for node in family.members)
    instruction = family.chosen.request.instruction if family.chosen.request else ""
    hay = " ".join((*names, instruction)).casefold()
    return all(word in hay for word in view.text.casefold().split())
