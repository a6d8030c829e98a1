"""What came back from a run, apart from the pixels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Cost:
    """A price; `estimated` is false only where the service stated it. Unknown is no Cost."""

    amount: float
    currency: str = "USD"
    estimated: bool = True

    def to_json(self) -> dict[str, object]:
        return {"amount": self.amount, "currency": self.currency, "estimated": self.estimated}

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> Cost:
        amount = data["amount"]
        if isinstance(amount, bool) or not isinstance(amount, int | float):
            raise TypeError("not a price")
        return cls(float(amount), str(data["currency"]), bool(data["estimated"]))


@dataclass(frozen=True, slots=True)
class ResultFacts:
    """The facts of a finished run that stay with each of its steps.

    `seed` is the one the service says it used (it may exceed 2**53). `seconds` runs from sending to
    the last byte. `timings` is the service's own object, opaque. `notes` are plain sentences.
    """

    provider: str
    route: str
    seed: int | None = None
    prompt: str = ""
    flagged: bool = False
    seconds: float | None = None
    timings: tuple[tuple[str, float], ...] = ()
    remote_id: str = ""
    cost: Cost | None = None
    notes: tuple[str, ...] = field(default=())

    def to_json(self) -> dict[str, object]:
        return {
            "provider": self.provider,
            "route": self.route,
            "seed": self.seed,
            "prompt": self.prompt,
            "flagged": self.flagged,
            "seconds": self.seconds,
            "timings": dict(self.timings),
            "remote_id": self.remote_id,
            "cost": self.cost.to_json() if self.cost else None,
            "notes": list(self.notes),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> ResultFacts:
        seed, seconds, timings = data["seed"], data["seconds"], data["timings"]
        cost, notes = data["cost"], data["notes"]
        if not isinstance(timings, dict) or not isinstance(notes, list):
            raise TypeError("not the facts of a result")
        return cls(
            provider=str(data["provider"]),
            route=str(data["route"]),
            seed=seed if isinstance(seed, int) else None,
            prompt=str(data["prompt"]),
            flagged=bool(data["flagged"]),
            seconds=float(seconds) if isinstance(seconds, int | float) else None,
            timings=tuple((str(name), float(value)) for name, value in timings.items()),
            remote_id=str(data["remote_id"]),
            cost=Cost.from_json(cost) if isinstance(cost, dict) else None,
            notes=tuple(str(note) for note in notes),
        )


MISSING_PICTURE = "One picture is missing: "
"""Begins the note on a picture that was sold with others and could not be had."""


@dataclass(frozen=True, slots=True)
class ReceivedImage:
    """One downloaded picture: bytes as they came, the address they came from, and its flag;
    `stated` is its width and height in pixels as the service told them, `seed` its own seed where
    the service told one for each picture."""

    data: bytes
    url: str
    flagged: bool = False
    stated: tuple[int, int] | None = None
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class EditResult:
    """What a provider hands over at the end of a run: whole pictures and the service's facts."""

    images: tuple[ReceivedImage, ...]
    seed: int | None = None
    prompt: str = ""
    timings: tuple[tuple[str, float], ...] = ()
    cost: Cost | None = None
    notes: tuple[str, ...] = ()
