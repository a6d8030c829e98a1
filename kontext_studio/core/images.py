"""What the domain knows of a picture: its content address and its size, never its bytes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NewType

Sha256 = NewType("Sha256", str)


@dataclass(frozen=True, slots=True)
class ImageRef:
    """A picture by content: lower-case hex sha256 of its stored bytes; sizes in pixels, upright."""

    sha256: Sha256
    media_type: str
    width: int
    height: int

    def to_json(self) -> dict[str, object]:
        return {
            "sha256": self.sha256,
            "media_type": self.media_type,
            "width": self.width,
            "height": self.height,
        }

    @classmethod
    def from_json(cls, data: dict[str, object]) -> ImageRef:
        """Raise KeyError, TypeError or ValueError where `data` is not an image reference."""
        return cls(
            Sha256(str(data["sha256"])),
            str(data["media_type"]),
            as_int(data["width"]),
            as_int(data["height"]),
        )


def as_int(value: object) -> int:
    """An int that is really an int (bool and text are refused with TypeError)."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"not a whole number: {value!r}")
    return value
