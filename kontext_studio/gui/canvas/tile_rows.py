"""In how many columns pictures are compared: those in which most of them is seen. Pure."""

from __future__ import annotations

from collections.abc import Sequence

AROUND_PX = 8
"""Around a picture that is fitted into its tile."""


def columns_for(pictures: Sequence[tuple[int, int]], width: int, height: int, gap_px: int) -> int:
    """`pictures` as width and height; they stand in equal tiles, row by row, `gap_px` apart. Of
    arrangements in which as much is seen the one with more columns is taken."""
    return max(
        range(1, len(pictures) + 1),
        key=lambda columns: (round(_seen(pictures, width, height, gap_px, columns)), columns),
        default=1,
    )


def _seen(
    pictures: Sequence[tuple[int, int]], width: int, height: int, gap_px: int, columns: int
) -> float:
    """The area of all pictures together, each fitted into its tile."""
    rows = -(-len(pictures) // columns)
    tile_width = (width - gap_px * (columns + 1)) / columns - 2 * AROUND_PX
    tile_height = (height - gap_px * (rows + 1)) / rows - 2 * AROUND_PX
    if tile_width <= 0 or tile_height <= 0:
        return 0.0
    scales = (min(tile_width / wide, tile_height / high) for wide, high in pictures)
    return sum(
        scale * scale * wide * high for scale, (wide, high) in zip(scales, pictures, strict=True)
    )
