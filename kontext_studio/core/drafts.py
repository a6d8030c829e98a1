"""What the person has typed and set for the next run from a step; kept through everything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kontext_studio.core.area import Area, area_in
from kontext_studio.core.delivery import Delivery
from kontext_studio.core.history import NodeId
from kontext_studio.core.images import ImageRef, as_int
from kontext_studio.core.request import ParamValue


@dataclass(frozen=True, slots=True)
class Draft:
    """The unsent run of one step. `text` is what was typed, `keep` the chips that are on.

    `route` is the connection that `model` belongs to, empty for the default one. `parameters` holds
    only values that differ from the model's own defaults; `seed` is None for a random one;
    `references` are further input pictures. `area` is what may change, kept also while it is
    switched off; with `keep_area` the draft of the next step begins with it.
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
    area: Area | None = None
    area_on: bool = True
    keep_area: bool = False

    @property
    def area_to_send(self) -> Area | None:
        return self.area if self.area_on else None

    def area_for(self, picture: ImageRef) -> Area | None:
        """What the draft of the step that comes of this one begins with."""
        kept = self.area_to_send if self.keep_area else None
        return kept if kept is not None and kept.fits(picture) else None

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
            "area": self.area.to_json() if self.area else None,
            "area_on": self.area_on,
            "keep_area": self.keep_area,
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
        delivery = data.get("delivery")  # as `route` and the area, none in files of older versions
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
            area=area_in(data.get("area")),
            area_on=bool(data.get("area_on", True)),
            keep_area=bool(data.get("keep_area", False)),
        )


def _delivery(data: Mapping[str, object]) -> Delivery:
    """The usual one where a newer version wrote what this one does not know: words are kept."""
    try:
        return Delivery.from_json(data)
    except (KeyError, ValueError):
        return Delivery()
