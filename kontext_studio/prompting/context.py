"""What is known about the picture and the run while an instruction is written.

Every field may be missing; a rule that needs a missing one stays silent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


class Mode(Enum):
    EDIT = "edit"
    GENERATE = "generate"


class Tier(Enum):
    """Which Kontext the run goes to."""

    DEV = "dev"
    PRO = "pro"
    MAX = "max"


@dataclass(frozen=True, slots=True)
class LintContext:
    mode: Mode = Mode.EDIT
    inputs: int | None = None
    model: Tier | None = None
    depth: int | None = None
    previous_prompt: str | None = None
    subjects: Mapping[str, int] = field(default_factory=dict)
    image_has_text: bool | None = None
    t5_tokens: int | None = None
    personal_words: frozenset[str] = frozenset()

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> LintContext:
        """Read the fields that are there and of the right kind; unknown names are ignored."""
        subjects = data.get("subjects")
        return cls(
            mode=Mode.GENERATE if data.get("mode") == Mode.GENERATE.value else Mode.EDIT,
            inputs=_count(data.get("inputs")),
            model=next((tier for tier in Tier if tier.value == data.get("model")), None),
            depth=_count(data.get("depth")),
            previous_prompt=_string(data.get("previous_prompt")),
            subjects=_counts(subjects) if isinstance(subjects, Mapping) else {},
            image_has_text=_flag(data.get("image_has_text")),
            t5_tokens=_count(data.get("t5_tokens")),
            personal_words=_words(data.get("personal_words")),
        )


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _string(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _words(value: object) -> frozenset[str]:
    listed = value if isinstance(value, (list, tuple, set, frozenset)) else ()
    return frozenset(word for word in listed if isinstance(word, str))


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _counts(value: Mapping[object, object]) -> dict[str, int]:
    return {
        name: count
        for name, number in value.items()
        if isinstance(name, str) and (count := _count(number)) is not None
    }
