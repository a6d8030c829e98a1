"""Everything that determines an edit, and nothing else: no URL, no secret, no clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kontext_studio.core.area import Area, area_in
from kontext_studio.core.images import ImageRef, as_int

ParamValue = str | int | float | bool | None
"""What a parameter may hold; lists (LoRAs) arrive as JSON text."""

MAX_INSTRUCTION = 10_000
"""Longest instruction in Unicode code points (FAILURES 1.4)."""

MAX_SEED = 2**63 - 1
"""A person may choose a seed up to this: services tell seeds of so many bits."""

MAX_DRAWN_SEED = 2**31 - 1
"""Seeds are drawn from 0 to this: every service of the catalogue takes 31 bits."""


@dataclass(frozen=True, slots=True)
class EditRequest:
    """One run as it will be sent.

    `inputs` holds 0 to 4 pictures (0 makes a picture from text), the first is the main line and
    is the stored picture of the parent step. `parameters` are (wire name, value) pairs sorted by
    name. The seed is always ours and always sent. `area` is never sent: the model sees the whole
    picture, and of its result only that part is taken. Equal requests compare equal.
    """

    instruction: str
    inputs: tuple[ImageRef, ...]
    model: str
    seed: int
    count: int = 1
    parameters: tuple[tuple[str, ParamValue], ...] = ()
    area: Area | None = None

    def __post_init__(self) -> None:
        if len(self.inputs) > 4:
            raise ValueError("an edit takes at most four pictures")
        if not 1 <= self.count <= 10:
            raise ValueError("a run makes one to ten pictures")
        object.__setattr__(self, "parameters", tuple(sorted(self.parameters)))

    def parameter_map(self) -> dict[str, ParamValue]:
        return dict(self.parameters)

    def with_seed(self, seed: int) -> EditRequest:
        return EditRequest(
            self.instruction, self.inputs, self.model, seed, self.count, self.parameters, self.area
        )

    def to_json(self) -> dict[str, object]:
        return {
            "instruction": self.instruction,
            "inputs": [ref.to_json() for ref in self.inputs],
            "model": self.model,
            "seed": self.seed,
            "count": self.count,
            "parameters": dict(self.parameters),
            "area": self.area.to_json() if self.area else None,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> EditRequest:
        """Raise KeyError, TypeError or ValueError where `data` is not a request."""
        inputs, parameters, area = data["inputs"], data["parameters"], data["area"]
        if not isinstance(inputs, list) or not isinstance(parameters, dict):
            raise TypeError("not an edit request")
        return cls(
            instruction=str(data["instruction"]),
            inputs=tuple(ImageRef.from_json(ref) for ref in inputs),
            model=str(data["model"]),
            seed=as_int(data["seed"]),
            count=as_int(data["count"]),
            parameters=tuple((str(name), value) for name, value in parameters.items()),
            area=area_in(area),
        )
