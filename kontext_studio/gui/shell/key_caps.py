"""Shortcuts as small key caps: their names, their size and how they are painted."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QKeySequence, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from kontext_studio.gui.theme.tokens import Theme
from kontext_studio.gui.theme.type import type_font

CAP_PX = 18
_PADDING = 5
_GAP = 4
_SIGNS = {
    "Return": "↵",
    "Enter": "↵",
    "Up": "↑",
    "Down": "↓",
    "Left": "←",
    "Right": "→",
    "Del": "Delete",
    "PgUp": "Page up",
    "PgDown": "Page down",
}


def keys_of(sequence: QKeySequence) -> tuple[str, ...]:
    """The keys of a shortcut, one by one: ("Ctrl", "Shift", "E")."""
    text = sequence.toString(QKeySequence.SequenceFormat.PortableText).split(", ")[0]
    if not text:
        return ()
    # "Ctrl++" is Ctrl and the plus key.
    parts = [*text[:-1].split("+")[:-1], "+"] if text.endswith("+") else text.split("+")
    return tuple(_SIGNS.get(part, part) for part in parts if part)


def caps_width(theme: Theme, keys: tuple[str, ...]) -> int:
    """How wide the caps are together."""
    metrics = QFontMetricsF(type_font(theme, "meta"))
    widths = [_cap_width(metrics, key) for key in keys]
    return sum(widths) + _GAP * max(0, len(widths) - 1)


def caps_height(theme: Theme) -> int:
    return max(CAP_PX, round(QFontMetricsF(type_font(theme, "meta")).height()) + 3)


def paint_caps(
    painter: QPainter,
    at: QPointF,
    keys: tuple[str, ...],
    theme: Theme,
    *,
    fill: str = "surface.raised",
    token: str = "text.secondary",
) -> None:
    """Paint the caps from the left; `at` is the middle of their left edge."""
    font = type_font(theme, "meta")
    metrics = QFontMetricsF(font)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(font)
    x, height = at.x(), caps_height(theme)
    for key in keys:
        width = _cap_width(metrics, key)
        cap = QRectF(x + 0.5, at.y() - height / 2 + 0.5, width - 1, height - 1)
        painter.setPen(QPen(theme.colour("border.subtle"), 1))
        painter.setBrush(theme.colour(fill))
        painter.drawRoundedRect(cap, 3, 3)
        painter.setPen(theme.colour(token))
        painter.drawText(cap, Qt.AlignmentFlag.AlignCenter, key)
        x += width + _GAP
    painter.restore()


class KeyCaps(QWidget):
    """Key caps as decoration beside the words that say the same."""

    def __init__(self, theme: Theme, *keys: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._keys = keys
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(caps_width(self._theme, self._keys), caps_height(self._theme))

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            paint_caps(painter, QPointF(0, self.height() / 2), self._keys, self._theme)


def _cap_width(metrics: QFontMetricsF, key: str) -> int:
    return max(CAP_PX, round(metrics.horizontalAdvance(key)) + 2 * _PADDING)
