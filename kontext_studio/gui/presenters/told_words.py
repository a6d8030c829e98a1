"""What a toast says of an act on the history: pure words, from what was done."""

from __future__ import annotations

from kontext_studio.core.changes import Hidden, PicksSet
from kontext_studio.core.history import Node, NodeId
from kontext_studio.core.session import Session


def deleted_words(session: Session, change: Hidden) -> str:
    """What went: a single step by its number, and which of its variants where there are several."""
    count = len(change.nodes)
    node = session.history[change.nodes[0]]
    if node.step and len(session.history.variants(node.id)) > 1:
        more = count - 1
        after = f" and {more} more {'step' if more == 1 else 'steps'}" if more else ""
        return f"Deleted {_named(session, node)}{after}"
    return "Deleted 1 step" if count == 1 else f"Deleted {count} steps"


def made_room_words(session: Session, change: PicksSet) -> str:
    """Which pick went because another came; empty where none did."""
    gone = [one for one in change.before if one not in change.after]
    come = [one for one in change.after if one not in change.before]
    if len(gone) != 1 or len(come) != 1:
        return ""
    first, last = (_named(session, session.history[NodeId(one)]) for one in (*gone, *come))
    return f"{first[:1].upper()}{first[1:]} made room for {last}: four picks are the most"


def _named(session: Session, node: Node) -> str:
    if not node.step:
        return "the original"
    several = len(session.history.variants(node.id)) > 1
    return f"variant {node.variant} of step {node.step}" if several else f"step {node.step}"
