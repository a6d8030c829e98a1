"""One row of the problem list: icon, message, and the button that mends it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QEnterEvent,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from kontext_studio.gui.instruction.fix_preview import outcome, preview
from kontext_studio.gui.shell.elided_label import ElidedLabel
from kontext_studio.gui.shell.label import Label, plain_tip
from kontext_studio.gui.theme.apply import set_kind
from kontext_studio.gui.theme.icons import icon
from kontext_studio.gui.theme.key_hints import KeyHintButton
from kontext_studio.gui.theme.tokens import Theme

if TYPE_CHECKING:
    from kontext_studio.prompting.findings import Finding

_ONE_LINE, _TWO_LINES = 32, 46
_ABOVE_AND_BELOW = 12
_ICON_PX = 16
_WIDEST_BUTTON = 150
_ICONS = {"error": "circle-alert", "warning": "lightbulb", "hint": "lightbulb", "info": "info"}
_TONES = {"error": "danger", "warning": "warning", "hint": "default", "info": "default"}


class ProblemRow(QFrame):
    """`chosen` on a click beside the button, `fix_wanted` and `menu_wanted` with a point of the
    screen for a menu: of the fixes, or of all that can be done."""

    chosen = Signal()
    fix_wanted = Signal(QPoint)
    menu_wanted = Signal(QPoint)

    def __init__(
        self, theme: Theme, finding: Finding, text: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._finding = finding
        self._text = text
        self._current = False
        self._hovered = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._icon = Label(self)
        self._message = Label(self)
        self._message.setWordWrap(True)
        self._message.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        set_kind(self._message, type="small", tone="secondary")
        # The row of the caret shows what its fix would make of the words.
        self._outcome = ElidedLabel(self)
        set_kind(self._outcome, type="meta", tone="secondary")
        self._outcome.hide()
        self._button = KeyHintButton(theme, "", "outlined", self)
        set_kind(self._button, small="true")
        # The row itself is the stop for the keyboard; its Enter presses the button.
        self._button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._button.clicked.connect(self._want_fix)
        row = QHBoxLayout()
        row.setContentsMargins(6, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self._icon)
        row.addWidget(self._message, 1)
        row.addWidget(self._button)
        self._outcome.setContentsMargins(6 + _ICON_PX + 8, 0, 6, 3)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row, 1)
        column.addWidget(self._outcome)
        self.set_theme(theme)
        self.show_finding(finding, text)

    def show_finding(self, finding: Finding, text: str) -> None:
        """Another finding in the same row: focus and place stay."""
        if finding.severity is not self._finding.severity:
            self._finding = finding
            self._show_icon()
        self._finding, self._text = finding, text
        self._message.setText(finding.message)
        self._button.setVisible(bool(finding.fixes))
        self._label_button(text)
        self._outcome.setVisible(self._current and bool(self._outcome.whole_text()))
        self._fit()

    def _label_button(self, text: str) -> None:
        fixes = self._finding.fixes
        title = fixes[0].title if len(fixes) == 1 else "Choose…" if fixes else ""
        metrics = QFontMetrics(self._button.font())
        shown = metrics.elidedText(title, Qt.TextElideMode.ElideRight, _WIDEST_BUTTON)
        self._button.setText(shown)
        shows = "\n".join(preview(text, fix) for fix in fixes)
        self._button.setToolTip(plain_tip(shows))
        self._button.setAccessibleName(title)
        self.setAccessibleName(f"{self._finding.message} {title}".rstrip())
        self.setAccessibleDescription(shows)
        changes = len(fixes) == 1 and bool(fixes[0].edits)
        self._outcome.set_whole_text(f"→ {outcome(text, fixes[0])}" if changes else "")

    def finding(self) -> Finding:
        return self._finding

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._show_icon()
        self._button.set_theme(theme)
        self._label_button(self._text)  # as much of it as the type leaves room for
        self._fit()
        self.update()

    def _show_icon(self) -> None:
        severity = self._finding.severity.value
        picture = icon(self._theme, _ICONS[severity], _TONES[severity], _ICON_PX)
        size = QSize(_ICON_PX, _ICON_PX)
        self._icon.setPixmap(picture.pixmap(size, self.devicePixelRatioF()))

    def set_current(self, current: bool) -> None:
        """The row of the problem at the caret; its button shows the key."""
        if current == self._current:
            return
        self._current = current
        self._button.set_keys(*(("↵",) if current else ()))
        self._outcome.setVisible(current and bool(self._outcome.whole_text()))
        self._fit()
        self.update()

    def is_current(self) -> bool:
        return self._current

    def press(self) -> None:
        self._want_fix()

    def _want_fix(self) -> None:
        at = self._button if self._finding.fixes else self
        self.fix_wanted.emit(at.mapToGlobal(at.rect().bottomLeft()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._want_fix()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        self.chosen.emit()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        below = self.mapToGlobal(self.rect().bottomLeft())
        self.menu_wanted.emit(below if by_key else event.globalPos())

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self._hovered = True
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hovered = False
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """More lines only where the message does not fit beside its button."""
        layout = self.layout()
        if layout is not None:
            layout.activate()  # the key on the button takes its room from the message
        words = self._message.heightForWidth(max(1, self._message.width()))
        lines = round(words / self._message.line_px())
        least, around = (_ONE_LINE, 4) if lines < 2 else (_TWO_LINES, _ABOVE_AND_BELOW)
        height = max(least, words + around)
        if not self._outcome.isHidden():
            height += self._outcome.sizeHint().height()
        if self.minimumHeight() != height:
            self.setFixedHeight(height)
            if layout is not None:
                # While it is being shown, Qt tells nobody of a height that is set meanwhile.
                layout.setGeometry(self.rect())

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not (self._current or self._hovered or self.hasFocus()):
            return
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            token = "surface.selected" if self._current else "surface.hover"
            painter.setBrush(self._theme.colour(token))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.drawRoundedRect(self.rect(), 4, 4)
            if self.hasFocus():
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(self._theme.colour("focus.ring"), 2))
                painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), 4, 4)
