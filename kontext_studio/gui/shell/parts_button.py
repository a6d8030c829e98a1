"""A flat button of several words in their own tones, with an icon, key caps or a meter."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from kontext_studio.gui.shell.key_caps import caps_width, paint_caps
from kontext_studio.gui.theme.icons import icon_pixmap
from kontext_studio.gui.theme.tokens import Theme
from kontext_studio.gui.theme.type import type_font

_PADDING = 6
_GAP = 8
_ICON = 14
_METER = QSize(64, 4)


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of text; `strong` stands out."""

    text: str
    strong: bool = False


class PartsButton(QAbstractButton):
    """Its accessible name is set by whoever fills it, in whole words."""

    def __init__(self, theme: Theme, object_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(object_name)
        self._theme = theme
        self._icon = ""
        self._icon_token = "text.secondary"
        self._parts: tuple[Part, ...] = ()
        self._keys: tuple[str, ...] = ()
        self._meter: float | None = None
        self._meter_token = "accent.line"
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._changed()

    def set_parts(self, *parts: Part, icon: str = "", icon_token: str = "text.secondary") -> None:
        self._parts = tuple(part for part in parts if part.text)
        self._icon, self._icon_token = icon, icon_token
        self.setText(" ".join(part.text for part in self._parts))
        self._changed()

    def set_keys(self, *keys: str) -> None:
        self._keys = keys
        self._changed()

    def set_meter(self, value: float | None, token: str = "accent.line") -> None:
        """A bar at the right end (0 to 1), None for none."""
        self._meter, self._meter_token = value, token
        self._changed()

    def sizeHint(self) -> QSize:
        width = 2 * _PADDING + sum(round(self._width(part)) for part in self._parts)
        width += 5 * max(0, len(self._parts) - 1)
        if self._icon:
            width += _ICON + 6
        if self._keys:
            width += caps_width(self._theme, self._keys) + 6
        if self._meter is not None:
            width += _METER.width() + _GAP
        least = self._theme.length("size.target.min")
        height = max(least, round(QFontMetricsF(self._font(Part(""))).height()) + 6)
        return QSize(max(width, least), height)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint_ground(painter)
            x = float(_PADDING)
            middle = self.height() / 2
            if self._icon:
                ratio = self.devicePixelRatioF()
                pixmap = icon_pixmap(self._theme, self._icon, self._icon_token, _ICON, ratio)
                painter.drawPixmap(QPointF(x, middle - _ICON / 2), pixmap)
                x += _ICON + 6
            if self._keys:
                paint_caps(painter, QPointF(x, middle), self._keys, self._theme)
                x += caps_width(self._theme, self._keys) + 6
            bright = self.underMouse() and self.isEnabled()
            for part in self._parts:
                painter.setFont(self._font(part))
                token = "text.primary" if part.strong or bright else "text.secondary"
                painter.setPen(self._theme.colour(token if self.isEnabled() else "text.disabled"))
                width = self._width(part)
                box = QRectF(x, 0, width + 1, self.height())
                painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, part.text)
                x += width + 5
            if self._meter is not None:
                self._paint_meter(painter, self.width() - _PADDING - _METER.width(), middle)

    def _paint_ground(self, painter: QPainter) -> None:
        box = QRectF(self.rect())
        radius = self._theme.length("radius.control")
        if self.isDown() or self.underMouse():
            token = "surface.pressed" if self.isDown() else "surface.hover"
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.colour(token))
            painter.drawRoundedRect(box, radius, radius)
        if self.hasFocus():
            width = self._theme.stroke("stroke.focus")
            painter.setPen(QPen(self._theme.colour("focus.ring"), width))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), radius, radius)

    def _paint_meter(self, painter: QPainter, x: float, middle: float) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.colour("border.subtle"))
        track = QRectF(x, middle - _METER.height() / 2, _METER.width(), _METER.height())
        painter.drawRoundedRect(track, 2, 2)
        value = min(1.0, max(0.0, self._meter or 0.0))
        if value > 0:
            track.setWidth(max(_METER.height(), track.width() * value))
            painter.setBrush(self._theme.colour(self._meter_token))
            painter.drawRoundedRect(track, 2, 2)

    def _font(self, part: Part) -> QFont:
        return type_font(self._theme, "label" if part.strong else "small")

    def _width(self, part: Part) -> float:
        return QFontMetricsF(self._font(part)).horizontalAdvance(part.text)

    def _changed(self) -> None:
        self.updateGeometry()
        self.update()
