"""Where the pixels of a mask lie in a view, and what of the view they touch."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRect, QRectF

from kontext_studio.gui.canvas.area_mask import AreaMask, Point
from kontext_studio.gui.canvas.tooled_view import TooledView

_LINE_PX = 4  # half of the widest line that is drawn, and a little


class MaskPlaces:
    """The mask is laid over the picture that the view shows, and may have another size."""

    def __init__(self, view: TooledView) -> None:
        self._view = view
        self.mask: AreaMask | None = None

    def to_mask(self, at: QPointF) -> Point | None:
        viewport = self._view.viewport_value()
        if viewport is None or self.mask is None:
            return None
        x, y = viewport.to_picture(at.x(), at.y())
        scale_x, scale_y = self._scales()
        return x * scale_x, y * scale_y

    def to_view(self, point: Point) -> QPointF:
        viewport = self._view.viewport_value()
        if viewport is None:
            return QPointF()
        scale_x, scale_y = self._scales()
        return QPointF(*viewport.to_view(point[0] / scale_x, point[1] / scale_y))

    def length_in_view(self, length_px: float) -> float:
        """So many pixels of the mask, in device independent ones."""
        viewport = self._view.viewport_value()
        if viewport is None:
            return 0.0
        return length_px / self._scales()[0] * viewport.zoom / viewport.device_pixel_ratio

    def box_of(self, points: Sequence[Point]) -> QRectF:
        """What of the view lines through these points touch."""
        places = [self.to_view(point) for point in points]
        left, right = min(p.x() for p in places), max(p.x() for p in places)
        top, bottom = min(p.y() for p in places), max(p.y() for p in places)
        around = QRectF(left, top, right - left, bottom - top)
        return around.adjusted(-_LINE_PX, -_LINE_PX, _LINE_PX, _LINE_PX)

    def picture_seen(self) -> QRectF:
        """The part of the picture that is in the view."""
        viewport = self._view.viewport_value()
        if viewport is None:
            return QRectF()
        return QRectF(*viewport.picture_rect()).intersected(QRectF(self._view.rect()))

    def renew(self, *boxes: QRectF) -> None:
        """Have these parts of the view painted again."""
        for box in boxes:
            if not box.isEmpty():
                self._view.update(box.toAlignedRect())

    def renew_physical(self, rect: QRect) -> None:
        """The same, in physical pixels."""
        if rect.isEmpty():
            return
        ratio = self._view.devicePixelRatioF()
        left, top = math.floor(rect.left() / ratio), math.floor(rect.top() / ratio)
        right = math.ceil((rect.left() + rect.width()) / ratio)
        bottom = math.ceil((rect.top() + rect.height()) / ratio)
        self._view.update(left, top, right - left, bottom - top)

    def _scales(self) -> tuple[float, float]:
        viewport = self._view.viewport_value()
        if viewport is None or self.mask is None:
            return 1.0, 1.0
        return self.mask.width / viewport.picture_width, self.mask.height / viewport.picture_height
