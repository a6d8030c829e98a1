"""The line of instructions as listeners see it."""

from __future__ import annotations

from dataclasses import dataclass

from kontext_studio.core.result import Cost
from kontext_studio.core.turns import TurnQueue


@dataclass(frozen=True, slots=True)
class TurnsView:
    """`under_way`: the next one is being run. `goes_on`: those behind it follow by themselves.
    `stopped` says why it stands, where that is not what was wished; `price` is that of the next
    one, `whole_price` that of all that are left, None where it is not known. `to_order` are those
    that no run stands for yet, `to_pay` their price. `step` is the number of the step that the next
    one edits, 0 for an original."""

    queue: TurnQueue
    under_way: bool = False
    goes_on: bool = False
    stopped: str = ""
    price: Cost | None = None
    step: int = 0
    whole_price: Cost | None = None
    to_order: tuple[str, ...] = ()
    to_pay: Cost | None = None
