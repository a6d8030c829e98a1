"""A paragraph that shows a few lines and, when it is pressed, more of them."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import (
    QFont,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QTextLayout,
)
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from kontext_studio.gui.shell.elision import elided
from kontext_studio.gui.theme.tokens import Theme
from kontext_studio.gui.theme.type import type_font

_SHORT = 2
_LONG = 8


class ClampedText(QAbstractButton):
    """Two lines, or eight while it is checked. The whole text is its accessible name."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._whole = ""
        self._lines: list[str] = []
        self._is_cut = False
        self.setCheckable(True)
        policy = self.sizePolicy()
        policy.setHorizontalPolicy(QSizePolicy.Policy.Ignored)
        policy.setVerticalPolicy(QSizePolicy.Policy.Fixed)
        self.setSizePolicy(policy)
        self.toggled.connect(self._lay_out)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.setFont(type_font(theme, "small"))
        self._lay_out()

    def set_whole_text(self, text: str) -> None:
        self._whole = " ".join(text.split())
        self.setAccessibleName(self._whole)
        self.setChecked(False)
        self._lay_out()

    def whole_text(self) -> str:
        return self._whole

    def shown_lines(self) -> tuple[str, ...]:
        return tuple(self._lines)

    def sizeHint(self) -> QSize:
        text = len(self._lines) * self._line_height() + 4
        return QSize(120, max(self._theme.length("size.target.min"), text))

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._lay_out()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setFont(self.font())
            painter.setPen(self._theme.colour("text.secondary"))
            step = self._line_height()
            for number, line in enumerate(self._lines):
                place = QRect(0, 2 + number * step, self.width(), step)
                painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, line)
            if self.hasFocus():
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                painter.setPen(
                    QPen(self._theme.colour("focus.ring"), self._theme.stroke("stroke.focus"))
                )
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), 4, 4)

    def _line_height(self) -> int:
        return round(self._theme.type_styles["small"].line_px * self._theme.text_scale)

    def _lay_out(self) -> None:
        most = _LONG if self.isChecked() else _SHORT
        self._lines, self._is_cut = _broken(self._whole, self.font(), self.width(), most)
        can_grow = self._is_cut or self.isChecked()
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus if can_grow else Qt.FocusPolicy.NoFocus)
        shape = Qt.CursorShape.PointingHandCursor if can_grow else Qt.CursorShape.ArrowCursor
        self.setCursor(shape)
        self.setToolTip(("Show less" if self.isChecked() else "Show more") if can_grow else "")
        self.setVisible(bool(self._whole))
        self.updateGeometry()
        self.update()


def _broken(text: str, font: QFont, width: int, most: int) -> tuple[list[str], bool]:
    """The text in at most that many lines, the last one cut at its end; and whether it was cut."""
    if not text or width <= 0:
        return [], False
    layout = QTextLayout(text, font)
    layout.beginLayout()
    starts: list[int] = []
    while (line := layout.createLine()).isValid() and len(starts) <= most:
        line.setLineWidth(width)
        starts.append(line.textStart())
    layout.endLayout()
    is_cut = len(starts) > most
    starts = starts[:most]
    ends = [*starts[1:], len(text)]
    lines = [text[start:end].strip() for start, end in zip(starts, ends, strict=True)]
    lines[-1] = elided(lines[-1], font, width)
    return lines, is_cut
