"""Where a picture lies in a view: zoom, position and fit as pure arithmetic.

Lengths of the view are device independent pixels, zoom is physical pixels per picture pixel, so 1.0
is one to one on every screen. It knows no widget.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace

ZOOM_STEPS = (0.05, 0.10, 0.25, 0.33, 0.50, 0.67, 1.0, 1.5, 2.0, 3.0, 4.0, 8.0, 16.0)
MIN_ZOOM = ZOOM_STEPS[0]
MAX_ZOOM = ZOOM_STEPS[-1]
NEAREST_FROM_ZOOM = 2.0
WHEEL_FACTOR = 1.25
# So much of the picture stays inside the view however far it is pushed.
_KEPT_IN_VIEW_PX = 48.0
_SAME = 1e-9


def percent_of(zoom: float) -> int:
    """A zoom in the whole percent that is shown and spoken."""
    return max(1, round(zoom * 100))


@dataclass(frozen=True, slots=True)
class Insets:
    """Room kept free around a fitted picture, in device independent pixels."""

    left: float = 0.0
    top: float = 0.0
    right: float = 0.0
    bottom: float = 0.0


@dataclass(frozen=True, slots=True)
class ViewState:
    """What is looked at, in terms that hold for any picture and any view.

    `span_px` is the side, in physical pixels, of the square with the picture's area on the screen:
    pictures of different pixel counts with the same span have the same physical size. The centre is
    relative to the picture, 0 to 1. A fitted state follows the view's size.
    """

    span_px: float
    centre_x: float = 0.5
    centre_y: float = 0.5
    fitted: bool = True


@dataclass(frozen=True, slots=True)
class Placement:
    """The picture in physical pixels.

    The corner lies on a whole pixel where picture pixels can fall on the grid (100 percent and its
    multiples and halves); elsewhere it may lie between two, so that zooming does not tremble. A pan
    moves it by whole pixels always, so that a drawn frame can be moved along.
    """

    left: float
    top: float
    zoom: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Viewport:
    """One picture in one view. Every method returns a new value."""

    view_width: float
    view_height: float
    device_pixel_ratio: float
    picture_width: int
    picture_height: int
    insets: Insets = Insets()
    zoom: float = 1.0
    centre_x: float = 0.5
    centre_y: float = 0.5
    fitted: bool = False
    phase_x: float = 0.0  # how far between two physical pixels the corner lies; a pan keeps it
    phase_y: float = 0.0

    # -- fit and zoom -------------------------------------------------------------------------

    @property
    def fit_zoom(self) -> float:
        """The zoom at which the whole picture fills the free room."""
        free = self._free_insets()
        room_x = max(1.0, self.view_width - free.left - free.right)
        room_y = max(1.0, self.view_height - free.top - free.bottom)
        ratio = self.device_pixel_ratio
        fitting = min(room_x * ratio / self.picture_width, room_y * ratio / self.picture_height)
        return min(MAX_ZOOM, fitting)

    @property
    def least_zoom(self) -> float:
        """5 percent, or less where the whole picture would not fit otherwise."""
        return min(MIN_ZOOM, self.fit_zoom)

    @property
    def percent(self) -> int:
        return percent_of(self.zoom)

    def fit(self) -> Viewport:
        whole = replace(self, zoom=self.fit_zoom, centre_x=0.5, centre_y=0.5, fitted=True)
        return whole._in_phase()

    def zoomed(self, zoom: float, anchor: tuple[float, float] | None = None) -> Viewport:
        """At another zoom; the picture point under `anchor` (in the view) stays where it is.

        An anchor outside the picture stands for the picture's nearest point, so that zooming in
        over the surround never loses the picture. Without an anchor the middle stays.
        """
        zoom = min(MAX_ZOOM, max(self.least_zoom, zoom))
        if anchor is None and 0.0 <= self.centre_x <= 1.0 and 0.0 <= self.centre_y <= 1.0:
            return replace(self, zoom=zoom, fitted=False)._in_phase()
        # With the surround in the middle, keeping the centre would drive the picture out of sight.
        anchor = anchor or self.middle
        placed, ratio = self.placement, self.device_pixel_ratio
        mid_x, mid_y = self.middle
        return replace(
            self,
            zoom=zoom,
            centre_x=_anchored(
                anchor[0] * ratio, placed.left, placed.width, zoom / self.zoom, mid_x * ratio
            ),
            centre_y=_anchored(
                anchor[1] * ratio, placed.top, placed.height, zoom / self.zoom, mid_y * ratio
            ),
            fitted=False,
        )._in_phase()

    def stepped(self, direction: int, anchor: tuple[float, float] | None = None) -> Viewport:
        """At the next larger (+1) or smaller (-1) zoom step."""
        if direction > 0:
            index = bisect_right(ZOOM_STEPS, self.zoom * (1 + _SAME))
            zoom = ZOOM_STEPS[min(index, len(ZOOM_STEPS) - 1)]
        else:
            index = bisect_left(ZOOM_STEPS, self.zoom * (1 - _SAME)) - 1
            zoom = ZOOM_STEPS[index] if index >= 0 else self.least_zoom
        return self.zoomed(zoom, anchor)

    def toggled_fit(self, anchor: tuple[float, float]) -> Viewport:
        """Fit, or 100 percent at that point where the picture is fitted already."""
        return self.zoomed(1.0, anchor) if self.fitted else self.fit()

    def panned(self, dx: float, dy: float) -> Viewport:
        """The picture moved by that many device independent pixels; a part of it stays in view."""
        ratio = self.device_pixel_ratio
        width = self.picture_width * self.zoom / ratio
        height = self.picture_height * self.zoom / ratio
        mid_x, mid_y = self.middle
        left = self._kept(mid_x - self.centre_x * width, dx, width, self.view_width)
        top = self._kept(mid_y - self.centre_y * height, dy, height, self.view_height)
        return replace(
            self,
            centre_x=(mid_x - left) / width,
            centre_y=(mid_y - top) / height,
            fitted=False,
        )

    # -- other view, other picture ------------------------------------------------------------

    def resized(self, width: float, height: float, device_pixel_ratio: float) -> Viewport:
        """The same middle in a view of another size; a fitted picture stays fitted."""
        moved = replace(
            self, view_width=width, view_height=height, device_pixel_ratio=device_pixel_ratio
        )
        return moved.fit() if self.fitted else moved

    def with_insets(self, insets: Insets) -> Viewport:
        moved = replace(self, insets=insets)
        return moved.fit() if self.fitted else moved

    def with_picture(self, width: int, height: int) -> Viewport:
        """Another picture at the same physical size and place, fitted or not."""
        other = replace(self, picture_width=width, picture_height=height)
        return other.with_state(replace(self.state, fitted=False))

    @property
    def state(self) -> ViewState:
        return ViewState(self.zoom * self._root_area(), self.centre_x, self.centre_y, self.fitted)

    def with_state(self, state: ViewState) -> Viewport:
        if state.fitted:
            return self.fit()
        # The limits bind what a person asks for, not what follows from a picture's pixel count.
        zoom = state.span_px / self._root_area()
        panned = abs(zoom / self.zoom - 1) < _SAME
        there = replace(
            self,
            zoom=self.zoom if panned else zoom,
            centre_x=state.centre_x,
            centre_y=state.centre_y,
            fitted=False,
        )
        return there if panned else there._in_phase()

    # -- points -------------------------------------------------------------------------------

    @property
    def placement(self) -> Placement:
        left, top = self._exact_corner()
        return Placement(
            left=self.phase_x + round(left - self.phase_x),
            top=self.phase_y + round(top - self.phase_y),
            zoom=self.zoom,
            width=self.picture_width * self.zoom,
            height=self.picture_height * self.zoom,
        )

    @property
    def middle(self) -> tuple[float, float]:
        """The middle of the free room, where the centre of the state lies."""
        free = self._free_insets()
        return (
            (free.left + self.view_width - free.right) / 2,
            (free.top + self.view_height - free.bottom) / 2,
        )

    def to_picture(self, x: float, y: float) -> tuple[float, float]:
        """The picture point, in its pixels, that is painted at a point of the view."""
        placed = self.placement
        ratio = self.device_pixel_ratio
        return (x * ratio - placed.left) / self.zoom, (y * ratio - placed.top) / self.zoom

    def to_view(self, picture_x: float, picture_y: float) -> tuple[float, float]:
        """Where a picture point is painted."""
        placed = self.placement
        ratio = self.device_pixel_ratio
        return (
            (placed.left + picture_x * self.zoom) / ratio,
            (placed.top + picture_y * self.zoom) / ratio,
        )

    def picture_rect(self) -> tuple[float, float, float, float]:
        """Left, top, width, height of the picture in the view."""
        left, top = self.to_view(0, 0)
        scale = self.zoom / self.device_pixel_ratio
        return left, top, self.picture_width * scale, self.picture_height * scale

    # -- inside -------------------------------------------------------------------------------

    def _free_insets(self) -> Insets:
        """The insets, of which a small view leaves at most half of itself."""
        asked = self.insets
        x = min(1.0, self.view_width / 2 / max(1.0, asked.left + asked.right))
        y = min(1.0, self.view_height / 2 / max(1.0, asked.top + asked.bottom))
        return Insets(asked.left * x, asked.top * y, asked.right * x, asked.bottom * y)

    def _exact_corner(self) -> tuple[float, float]:
        mid_x, mid_y = self.middle
        return (
            mid_x * self.device_pixel_ratio - self.centre_x * self.picture_width * self.zoom,
            mid_y * self.device_pixel_ratio - self.centre_y * self.picture_height * self.zoom,
        )

    def _in_phase(self) -> Viewport:
        """With the corner painted where it is, or on the grid where pixels can meet it."""
        if _meets_the_grid(self.zoom):
            return replace(self, phase_x=0.0, phase_y=0.0)
        left, top = self._exact_corner()
        return replace(self, phase_x=left % 1.0, phase_y=top % 1.0)

    def _root_area(self) -> float:
        return math.sqrt(self.picture_width * self.picture_height)

    @staticmethod
    def _kept(edge: float, step: float, length: float, room: float) -> float:
        """The new left or top edge, held so that a part stays in view; never jumps back."""
        margin = min(_KEPT_IN_VIEW_PX, length, room)
        lowest = min(edge, margin - length)
        highest = max(edge, room - margin)
        return min(highest, max(lowest, edge + step))


def _anchored(anchor: float, edge: float, length: float, factor: float, middle: float) -> float:
    """The centre after scaling about the anchor, or about the picture point nearest to it."""
    at = min(1.0, max(0.0, (anchor - edge) / length))
    fixed = edge + at * length
    return at + (middle - fixed) / (length * factor)


def _meets_the_grid(zoom: float) -> bool:
    scale = zoom if zoom >= 1 else 1 / zoom
    return abs(scale - round(scale)) < _SAME
