"""The floating bar with the verbs for the shown step, over the bottom of the canvas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QColor, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from kontext_studio.gui.theme.apply import set_kind
from kontext_studio.gui.theme.tokens import Theme
from kontext_studio.gui.theme.tool_button import ToolButton

_ABOVE_EDGE_PX = 16
_SIDE_PX = 16
_SHADOW_PX = 16
_BUTTON_PX = 32


HOLDS = "holds"
"""The property of an action that lasts while its button is down."""


@dataclass(frozen=True, slots=True)
class Held:
    """The button of an action, by its object name, went down or up."""

    name: str
    down: bool


class ContextBar(QWidget):
    """40 high, centred 16 above its parent's bottom edge; it follows the parent's size by itself.

    It is hidden while something is dragged, and where it is not wanted (F7, Grid). `held` tells of
    a button that is pressed and let go, for what lasts as long.
    """

    held = Signal(object)  # Held

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("contextBar")
        self.setAccessibleName("Verbs for this step")
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self._theme = theme
        self._over = parent
        self._wanted = True
        self._aside = False
        self._buttons: list[ToolButton] = []
        self._shadow = _Shadow(theme, parent)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(4, 4, 4, 4)
        self._row.setSpacing(theme.space(1))
        parent.installEventFilter(self)
        self._show_or_hide()

    # -- values in ----------------------------------------------------------------------------

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._shadow.set_theme(theme)
        self.update()

    def set_actions(self, actions: Sequence[QAction | None]) -> None:
        """The verbs in order; None is a divider; an action with a menu shows its icon alone."""
        while (item := self._row.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self._buttons = []
        for action in actions:
            if action is None:
                self._row.addWidget(_divider(self))
                continue
            button = ToolButton(self, height_px=_BUTTON_PX)
            button.setDefaultAction(action)
            if action.property(HOLDS):
                self._let_hold(button, action)
            button.setIconSize(QSize(16, 16))
            if action.menu() is not None:
                button.setPopupMode(ToolButton.ToolButtonPopupMode.InstantPopup)
            self._row.addWidget(button)
            button.show()  # a child made later counts as hidden, and hidden ones take no room
            self._buttons.append(button)
        self.place()
        self._show_or_hide()

    def set_wanted(self, wanted: bool) -> None:
        """Whether the bar belongs here at all: not in Grid, not after F7."""
        self._wanted = wanted
        self._show_or_hide()

    def step_aside(self) -> None:
        """Hide while something is dragged or painted."""
        self._aside = True
        self._show_or_hide()

    def come_back(self) -> None:
        self._aside = False
        self._show_or_hide()

    def _let_hold(self, button: ToolButton, action: QAction) -> None:
        """Let the button mean something while it is down; its action itself is not triggered."""
        button.setDefaultAction(shown := _Looks(action, button))
        name = action.objectName()
        button.pressed.connect(lambda: self.held.emit(Held(name, True)))
        button.released.connect(lambda: self.held.emit(Held(name, False)))
        action.changed.connect(shown.follow)

    # -- place --------------------------------------------------------------------------------

    def place(self) -> None:
        """At the bottom centre; in a narrow canvas the verbs lose their words, not the bar."""
        parent = self._over
        for words in (True, False):
            for button in self._buttons:
                button.show_words(words and button.defaultAction().menu() is None)
            self._row.invalidate()
            width = self._row.sizeHint().width()
            if width <= parent.width() - 2 * _SIDE_PX:
                break
        height = self._theme.length("size.context.bar")
        left = (parent.width() - width) // 2
        top = parent.height() - _ABOVE_EDGE_PX - height
        self.setGeometry(left, top, width, height)
        margin = _SHADOW_PX
        self._shadow.setGeometry(self.geometry().adjusted(-margin, -margin, margin, margin))
        self._shadow.raise_()
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._over and event.type() == QEvent.Type.Resize:
            self.place()
        return super().eventFilter(watched, event)

    def _show_or_hide(self) -> None:
        shown = self._wanted and not self._aside and bool(self._buttons)
        self.setVisible(shown)
        self._shadow.setVisible(shown)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(self._theme.colour("border.subtle"), 1))
            painter.setBrush(self._theme.colour("surface.popover"))
            radius = self._theme.length("radius.bar")
            painter.drawRoundedRect(
                QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius
            )


class _Looks(QAction):
    """Looks like another action, and does nothing; it goes with its button."""

    def __init__(self, action: QAction, parent: QObject) -> None:
        super().__init__(parent)
        self._action = action
        self.follow()

    def follow(self) -> None:
        self.setText(self._action.text())
        self.setIcon(self._action.icon())
        self.setToolTip(self._action.toolTip())
        self.setEnabled(self._action.isEnabled())


class _Shadow(QWidget):
    """A soft edge under the bar, so that it keeps its shape on any picture."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._kept = QPixmap()
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._kept = QPixmap()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Whatever changes under it, as at every step of a pan, has it painted again: so it is
        drawn once and kept."""
        ratio = self.devicePixelRatioF()
        if self._kept.size() != self.size() * ratio:
            self._kept = self._drawn(ratio)
        with QPainter(self) as painter:
            painter.drawPixmap(0, 0, self._kept)

    def _drawn(self, ratio: float) -> QPixmap:
        drawn = QPixmap(self.size() * ratio)
        drawn.setDevicePixelRatio(ratio)
        drawn.fill(Qt.GlobalColor.transparent)
        with QPainter(drawn) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            ink = QColor(self._theme.colour("overlay.outline.dark"))
            ink.setAlpha(7)
            painter.setBrush(ink)
            radius = self._theme.length("radius.bar")
            # Wider and wider, each adding a little, lower than the bar by a few pixels.
            for spread in range(0, _SHADOW_PX, 2):
                inset = _SHADOW_PX - spread
                box = QRectF(self.rect()).adjusted(inset, inset + 4, -inset, -inset + 4)
                painter.drawRoundedRect(box, radius + spread, radius + spread)
        return drawn


def _divider(parent: QWidget) -> QFrame:
    line = QFrame(parent)
    set_kind(line, kind="divider-vertical")
    line.setFixedHeight(20)
    return line
