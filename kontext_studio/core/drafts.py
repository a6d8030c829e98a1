"""What the person has typed and set for the next run from a step; kept through everything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kontext_studio.core.delivery import Delivery
from kontext_studio.core.history import NodeId
from kontext_studio.core.images import as_int
from kontext_studio.core.request import ParamValue


@dataclass(frozen=True, slots=True)
class Draft:
    """The unsent run of one step. `text` is what was typed, `keep` the chips that are on.

    `route` is the connection that `model` belongs to, empty for the default one. `parameters` holds
    only values that differ from the model's own defaults; `seed` is None for a random one;
    `references` are further input pictures.
    """

    text: str = ""
    model: str = ""
    count: int = 1
    parameters: tuple[tuple[str, ParamValue], ...] = ()
    seed: int | None = None
    keep: tuple[str, ...] = ()
    references: tuple[NodeId, ...] = ()
    route: str = ""
    delivery: Delivery = field(default_factory=Delivery)

    def to_json(self) -> dict[str, object]:
        return {
            "text": self.text,
            "model": self.model,
            "count": self.count,
            "parameters": dict(self.parameters),
            "seed": self.seed,
            "keep": list(self.keep),
            "references": list(self.references),
            "route": self.route,
            "delivery": self.delivery.to_json(),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> Draft:
        """Raise KeyError, TypeError or ValueError where `data` is not a draft."""
        parameters, seed = data["parameters"], data["seed"]
        keep, references = data["keep"], data["references"]
        if not isinstance(parameters, dict) or not isinstance(keep, list):
            raise TypeError("not a draft")
        if not isinstance(references, list):
            raise TypeError("not a draft")
        delivery = data.get("delivery")  # as `route`, none in files of older versions
        return cls(
            text=str(data["text"]),
            model=str(data["model"]),
            count=as_int(data["count"]),
            parameters=tuple((str(name), value) for name, value in parameters.items()),
            seed=as_int(seed) if seed is not None else None,
            keep=tuple(str(flag) for flag in keep),
            references=tuple(NodeId(str(node)) for node in references),
            route=str(data.get("route", "")),
            delivery=_delivery(delivery) if isinstance(delivery, dict) else Delivery(),
        )


def _delivery(data: Mapping[str, object]) -> Delivery:
    """The usual one where a newer version wrote what this one does not know: words are kept."""
    try:
        return Delivery.from_json(data)
    except (KeyError, ValueError):
        return Delivery()
