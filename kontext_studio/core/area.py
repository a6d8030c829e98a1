"""The part of a picture that an edit may change: outside it every pixel stays as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from kontext_studio.core.images import ImageRef

AREA_TYPE = "image/png; use=area"
"""The media type under which masks are stored: PNG, and no picture of its own."""

USUAL_FEATHER_PX = 12.0
MOST_FEATHER_PX = 512.0


@dataclass(frozen=True, slots=True)
class Area:
    """`mask` is grey, white inside, and as large as the picture it belongs to; `share` of that
    picture lies inside, 0 to 1. Over `feather_px` from the edge inwards the picture before becomes
    the result."""

    mask: ImageRef
    share: float
    feather_px: float = USUAL_FEATHER_PX

    @property
    def is_empty(self) -> bool:
        return self.share <= 0.0

    @property
    def is_whole(self) -> bool:
        """Nothing is outside, so that nothing is protected."""
        return self.share >= 1.0

    @property
    def size(self) -> tuple[int, int]:
        return self.mask.width, self.mask.height

    def fits(self, picture: ImageRef) -> bool:
        return self.size == (picture.width, picture.height)

    def with_feather(self, px: float) -> Area:
        return replace(self, feather_px=min(max(0.0, px), MOST_FEATHER_PX))

    def to_json(self) -> dict[str, object]:
        return {
            "mask": self.mask.to_json(),
            "share": self.share,
            "feather_px": self.feather_px,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> Area:
        """Raise KeyError, TypeError or ValueError where `data` is not an area."""
        mask = data["mask"]
        if not isinstance(mask, dict):
            raise TypeError("not an area")
        return cls(ImageRef.from_json(mask), _number(data["share"]), _number(data["feather_px"]))


def area_in(data: object) -> Area | None:
    """An area where one is noted, none where that is null. Raise as `Area.from_json`."""
    if data is None:
        return None
    if not isinstance(data, dict):
        raise TypeError("not an area")
    return Area.from_json(data)


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"not a number: {value!r}")
    return float(value)
