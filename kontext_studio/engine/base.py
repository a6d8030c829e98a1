"""The seam between an engine and whoever serves it: requests in, pictures or typed refusals out.

Promises nothing about how pictures are edited; refuses to know HTTP, files and the session.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

Progress = Callable[[float, str], None]
"""Called between stages with the share done (0 to 1) and a message; may raise EngineStop."""


@dataclass(frozen=True, slots=True)
class EngineRequest:
    """One instruction for one picture, with everything that determines the result."""

    instruction: str
    images: tuple[bytes, ...]  # encoded pictures as received, the first is the main one
    seed: int
    count: int = 1  # variants, 1 to 4
    output_format: str = "png"  # "png" or "jpeg"


@dataclass(frozen=True, slots=True)
class EnginePicture:
    """One encoded picture that an engine made.

    `seed` makes the same bytes again as a single picture; None where the engine cannot say.
    """

    data: bytes
    media_type: str
    width: int
    height: int
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class EngineResult:
    """The pictures of one run, with honest one-liners about what was done and measured."""

    pictures: tuple[EnginePicture, ...]
    seed: int
    notes: tuple[str, ...]
    seconds: float


class EngineStop(Exception):
    """Raised by a progress callback to stop an edit between two stages."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason why an edit was not made.

    `type` is one of: unsupported_instruction, target_not_found, mask_too_uncertain, keep_conflict,
    no_change, image_load_error, image_too_large, invalid_request. `field` is the wire name of what
    has to be mended ("prompt", "image_url").
    """

    type: str
    message: str
    field: str = "prompt"
    context: Mapping[str, object] = dataclasses.field(default_factory=dict)


class EngineRefusal(Exception):
    """Nothing was edited; `refusals` say why, one by one."""

    def __init__(self, *refusals: Refusal) -> None:
        super().__init__(" ".join(refusal.message for refusal in refusals))
        self.refusals = refusals


class Engine(Protocol):
    """What a server needs from an editor. Synchronous and bound by the processor."""

    @property
    def model_id(self) -> str:
        """The name under which results are labelled, such as "kontext-studio/embedded"."""
        ...

    def edit(self, request: EngineRequest, progress: Progress) -> EngineResult:
        """Carry out the instruction, or raise EngineRefusal, or EngineStop from `progress`."""
        ...
