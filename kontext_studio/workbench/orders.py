"""What a person asks for when they press Run, before it is checked and becomes a request."""

from __future__ import annotations

from dataclasses import dataclass, field

from kontext_studio.core.area import Area
from kontext_studio.core.delivery import Delivery
from kontext_studio.core.history import NodeId
from kontext_studio.core.request import ParamValue


@dataclass(frozen=True, slots=True)
class RunOrder:
    """`instruction` is the full text to send; `parents` the steps whose pictures go in (empty makes
    a picture from text). An empty `model` or `route` means the default one; `seed` None is random.
    `parameters` are the values that differ from the model's defaults, by wire name. Outside `area`
    the result is to be the picture of the first parent.
    """

    instruction: str
    parents: tuple[NodeId, ...]
    model: str = ""
    route: str = ""
    count: int = 1
    seed: int | None = None
    parameters: tuple[tuple[str, ParamValue], ...] = ()
    delivery: Delivery = field(default_factory=Delivery)
    area: Area | None = None
