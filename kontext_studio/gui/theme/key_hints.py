"""A push button that shows its shortcut as key caps and, where wanted, a word at its right end."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QStyle, QStyleOptionButton, QWidget

from kontext_studio.gui.shell.elision import elided
from kontext_studio.gui.theme.apply import set_kind
from kontext_studio.gui.theme.icons import icon, icon_scale
from kontext_studio.gui.theme.tokens import Theme
from kontext_studio.gui.theme.type import type_font

_CAP_HEIGHT = 18
_CAP_PADDING = 5
_GAP = 8
_ICON_PX = 16
_STYLE_GAP = 4  # what the style counts between icon and text
_CAP_GAP = 4


class KeyHintButton(QPushButton):
    """Kinds as in the style sheet: primary, outlined, flat.

    The accessible name stays the text; the trailing word is its description, the caps are
    decoration.
    """

    def __init__(self, theme: Theme, text: str, kind: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._theme = theme
        self._kind = kind
        self._keys: tuple[str, ...] = ()
        self._trailing = ""
        self._icon_name = ""
        set_kind(self, kind=kind)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        if self._icon_name:
            self.set_icon(self._icon_name)
        self.updateGeometry()
        self.update()

    def set_icon(self, name: str) -> None:
        """The Lucide icon before the text, in the colour that fits the kind."""
        self._icon_name = name
        role = "on_accent" if self._kind == "primary" else "primary"
        self.setIcon(icon(self._theme, name, role))
        self.setIconSize(QSize(_ICON_PX, _ICON_PX) * icon_scale(self._theme.text_scale))
        self.updateGeometry()

    def set_keys(self, *keys: str) -> None:
        """The key caps, one per key: ``set_keys("Ctrl", "↵")``."""
        self._keys = keys
        self.updateGeometry()
        self.update()

    def set_trailing(self, text: str) -> None:
        """A word at the right end, such as a price."""
        self._trailing = text
        self.setAccessibleDescription(text)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        extra = self._caps_width() + (_GAP if self._keys else 0)
        if not self.icon().isNull():
            extra += _GAP - _STYLE_GAP
        if self._trailing:
            extra += QFontMetrics(self.font()).horizontalAdvance(self._trailing) + 2 * _GAP
        return QSize(hint.width() + extra, hint.height())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            option = QStyleOptionButton()
            self.initStyleOption(option)
            self.style().drawControl(
                QStyle.ControlElement.CE_PushButtonBevel, option, painter, self
            )
            inner = self.style().subElementRect(
                QStyle.SubElement.SE_PushButtonContents, option, self
            )
            self._paint_contents(painter, inner)

    def _paint_contents(self, painter: QPainter, inner: QRect) -> None:
        metrics = QFontMetrics(self.font())
        text_width = metrics.horizontalAdvance(self.text())
        icon_width = 0 if self.icon().isNull() else self.iconSize().width()
        icon_width += _GAP if icon_width and self.text() else 0
        caps_width = self._caps_width() + (_GAP if self._keys else 0)
        shows_caps = bool(self._trailing) or icon_width + text_width + caps_width <= inner.width()
        words = self.text()
        if not shows_caps:  # the keys are decoration: they go before the words are cut
            caps_width = 0
            words = elided(words, self.font(), inner.width() - icon_width + 1)
            text_width = metrics.horizontalAdvance(words)
        x = inner.left()
        if not self._trailing:
            x += max(0, (inner.width() - icon_width - text_width - caps_width) // 2)
        colour = self._text_colour()
        if icon_width:
            size = self.iconSize()
            place = QRect(x, inner.center().y() - size.height() // 2 + 1, *size.toTuple())
            mode = self.icon().Mode.Normal if self.isEnabled() else self.icon().Mode.Disabled
            self.icon().paint(painter, place, Qt.AlignmentFlag.AlignCenter, mode)
            x += icon_width
        painter.setPen(colour)
        painter.setFont(self.font())
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRect(x, inner.top(), text_width + 1, inner.height()), middle, words)
        x += text_width + _GAP
        if self._trailing:
            painter.drawText(inner, middle | Qt.AlignmentFlag.AlignRight, self._trailing)
        if shows_caps:
            self._paint_caps(painter, x, inner, colour)

    def _paint_caps(self, painter: QPainter, x: int, inner: QRect, colour: QColor) -> None:
        font = self._cap_font()
        metrics = QFontMetrics(font)
        fill = QColor(colour)
        fill.setAlphaF(0.18 if self._kind == "primary" else 0.06)
        edge = QColor(colour)
        edge.setAlphaF(0.0 if self._kind == "primary" else 0.16)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(font)
        y = inner.center().y() - _CAP_HEIGHT / 2 + 0.5
        for key in self._keys:
            width = self._cap_width(metrics, key)
            cap = QRectF(x + 0.5, y + 0.5, width - 1, _CAP_HEIGHT - 1)
            painter.setPen(edge)
            painter.setBrush(fill)
            painter.drawRoundedRect(cap, 3, 3)
            painter.setPen(colour)
            painter.drawText(cap, Qt.AlignmentFlag.AlignCenter, key)
            x += width + _CAP_GAP

    def _text_colour(self) -> QColor:
        if self._kind == "primary":
            return self._theme.colour("accent.on" if self.isEnabled() else "text.tertiary")
        return self._theme.colour("text.primary" if self.isEnabled() else "text.disabled")

    def _caps_width(self) -> int:
        metrics = QFontMetrics(self._cap_font())
        widths = [self._cap_width(metrics, key) for key in self._keys]
        return sum(widths) + _CAP_GAP * max(0, len(widths) - 1)

    def _cap_font(self) -> QFont:
        return type_font(self._theme, "meta")

    @staticmethod
    def _cap_width(metrics: QFontMetrics, key: str) -> int:
        return max(_CAP_HEIGHT, metrics.horizontalAdvance(key) + 2 * _CAP_PADDING)
