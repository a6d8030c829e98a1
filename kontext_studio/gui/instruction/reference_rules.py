"""What can be said of further pictures with the model that is chosen: pure facts in, words out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kontext_studio.gui.instruction.model_offer import ModelOffer, sibling_for

MOST_PICTURES = 4
"""So many go into one run, whatever a model takes."""


@dataclass(frozen=True, slots=True)
class ReferenceRoom:
    """`slot` is what the slot says and `tip` why; `problem` why the pictures cannot be sent with
    this model, `fix` the words of the one press that changes it: to the model `able`, or, where
    there is none, to go on without them."""

    slot: str
    tip: str = ""
    available: bool = False
    problem: str = ""
    fix: str = ""
    able: ModelOffer | None = None


def reference_room(
    offers: Sequence[ModelOffer], now: ModelOffer | None, pictures: int
) -> ReferenceRoom:
    """For a run of `pictures`, the one that is edited counted."""
    takes = min(now.model.max_inputs, MOST_PICTURES) if now is not None else 1
    problem, fix, able = "", "", None
    if now is not None and pictures > max(takes, 1):
        taken = "one picture" if takes <= 1 else f"{takes} pictures"
        problem = f"This model takes {taken}"
        able = sibling_for(offers, now, pictures)
        fix = f"Use {able.title}" if able is not None else "Take the references away"
    if takes < 2:
        others = dict.fromkeys(one.title for one in offers if one.model.max_inputs > 1)
        tip = f"More pictures: {', '.join(others)}" if others else ""
        return ReferenceRoom("Reference: not on this model", tip, False, problem, fix, able)
    if pictures >= takes:
        return ReferenceRoom(f"{takes} pictures at most", "", False, problem, fix, able)
    return ReferenceRoom("Add a reference image", "", True)
