"""Tool buttons with an icon of the theme and perhaps a word, and groups of them in one frame."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSize, Qt
from PySide6.QtGui import (
    QAction,
    QFontMetrics,
    QIcon,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
)
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QSizePolicy,
    QStyle,
    QStyleOptionToolButton,
    QToolButton,
    QWidget,
)

from kontext_studio.gui.theme.apply import set_kind
from kontext_studio.gui.theme.icons import icon_scale

_PADDING = 10
_GAP = 8
# What Fusion leaves itself: left of an icon (border included), and between icon and word.
_STYLE_LEFT = 4
_STYLE_RIGHT = 2
_HEIGHT = 32
_USUAL_PT = 9.75  # of 13 px, the size of most words
_SEGMENT_HEIGHT = 30
_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1}


class ToolButton(QToolButton):
    """A tool button whose word stands 8 px from its icon; Qt's own leaves 2.

    Its accessible name is the word, or the action's text where only the icon shows.
    """

    def __init__(self, parent: QWidget | None = None, *, height_px: int = _HEIGHT) -> None:
        super().__init__(parent)
        self._height_px = height_px
        self._icon_size = self.iconSize()
        # A segment is lower than its frame, and still as wide as every other tool button.
        self._least_width_px = _HEIGHT if height_px == _SEGMENT_HEIGHT else height_px
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def setIconSize(self, size: QSize) -> None:
        """The size beside text of 100 %; it grows with the text."""
        self._icon_size = QSize(size)
        points = self.font().pointSizeF()
        super().setIconSize(size * icon_scale(points / _USUAL_PT if points > 0 else 1.0))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange:
            self.setIconSize(self._icon_size)

    def show_words(self, shown: bool) -> None:
        """Whether the word stands beside the icon."""
        style = Qt.ToolButtonStyle
        self.setToolButtonStyle(
            style.ToolButtonTextBesideIcon if shown else style.ToolButtonIconOnly
        )

    def sizeHint(self) -> QSize:
        return QSize(self.words_px if self._has_words() else self.icon_px, self._height_px)

    @property
    def words_px(self) -> int:
        """How wide it is with its word."""
        self.ensurePolished()
        return self._words_width() + 2 * _PADDING

    @property
    def icon_px(self) -> int:
        """How wide it is with its icon alone."""
        return max(self._height_px, self._least_width_px)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._has_words():
            super().paintEvent(event)
            return
        with QPainter(self) as painter:
            option = QStyleOptionToolButton()
            self.initStyleOption(option)
            if not self.icon().isNull():
                # Only the style knows the style sheet's colour of the word in this state, so it
                # draws both; the room it does not leave is part of the icon it is given.
                padded = self._padded_icon()
                option.icon = QIcon()
                for mode in (QIcon.Mode.Normal, QIcon.Mode.Active, QIcon.Mode.Disabled):
                    option.icon.addPixmap(padded, mode, QIcon.State.Off)
                    option.icon.addPixmap(padded, mode, QIcon.State.On)
                option.iconSize = padded.deviceIndependentSize().toSize()
            self.style().drawComplexControl(
                QStyle.ComplexControl.CC_ToolButton, option, painter, self
            )

    def _padded_icon(self) -> QPixmap:
        size = self.iconSize()
        ratio = self.devicePixelRatioF()
        room = QSize(_PADDING - _STYLE_LEFT + size.width() + _GAP - _STYLE_RIGHT, size.height())
        padded = QPixmap(room * ratio)
        padded.setDevicePixelRatio(ratio)
        padded.fill(Qt.GlobalColor.transparent)
        with QPainter(padded) as painter:
            state = QIcon.State.On if self.isChecked() else QIcon.State.Off
            place = QRect(QPoint(_PADDING - _STYLE_LEFT, 0), size)
            self.icon().paint(
                painter, place, Qt.AlignmentFlag.AlignCenter, self._icon_mode(), state
            )
        return padded

    def _has_words(self) -> bool:
        beside = Qt.ToolButtonStyle.ToolButtonTextBesideIcon
        return self.toolButtonStyle() is beside and bool(self.text())

    def _words_width(self) -> int:
        icon_width = 0 if self.icon().isNull() else self.iconSize().width() + _GAP
        return QFontMetrics(self.font()).horizontalAdvance(self.text()) + icon_width

    def _icon_mode(self) -> QIcon.Mode:
        if not self.isEnabled():
            return QIcon.Mode.Disabled
        return QIcon.Mode.Active if self.underMouse() else QIcon.Mode.Normal


class SegmentedBar(QFrame):
    """A framed row of tool buttons for checkable actions; the checked one is underlined.

    Exclusiveness is the actions' own (QActionGroup); Left and Right move the focus, as Qt does for
    buttons that stand together. With `one_stop` it is for the keyboard what radio buttons are: Tab
    stops at the checked one alone, and the arrow keys choose.
    """

    def __init__(
        self, accessible_name: str, parent: QWidget | None = None, *, one_stop: bool = False
    ) -> None:
        super().__init__(parent)
        self._one_stop = one_stop
        set_kind(self, kind="segmented")
        self.setAccessibleName(accessible_name)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._buttons: list[ToolButton] = []
        self._passing: list[ToolButton] = []
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 2, 2, 2)
        row.setSpacing(2)
        self._row = row

    def set_actions(self, actions: Sequence[QAction], *, words: bool, icon_px: int = 16) -> None:
        """One button per action, in order; `words` shows the text beside the icon."""
        for button in self._buttons:
            self._row.removeWidget(button)
            button.deleteLater()
        self._buttons, self._passing = [], []
        for action in actions:
            button = ToolButton(self, height_px=_SEGMENT_HEIGHT)
            button.setDefaultAction(action)
            button.setIconSize(QSize(icon_px, icon_px))
            button.show_words(words)
            self._row.addWidget(button)
            self._buttons.append(button)
            if self._one_stop:
                button.installEventFilter(self)
                button.toggled.connect(self._stop_at_checked)
        self._stop_at_checked()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The arrow keys choose the next one that can be chosen, around the end."""
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            step = _STEPS.get(Qt.Key(event.key()))
            able = [button for button in self._buttons if button.isEnabled()]
            if step is not None and watched in able:
                to = able[(able.index(watched) + step) % len(able)]
                to.click()
                to.setFocus(Qt.FocusReason.TabFocusReason)
                return True
        return super().eventFilter(watched, event)

    def _stop_at_checked(self) -> None:
        if not self._one_stop:
            return
        checked = next((button for button in self._buttons if button.isChecked()), None)
        policy = Qt.FocusPolicy
        for button in self._buttons:
            stops = button is (checked or self._buttons[0])
            button.setFocusPolicy(policy.TabFocus if stops else policy.NoFocus)

    def show_words(self, shown: bool) -> None:
        for button in self._buttons:
            button.show_words(shown or button in self._passing)

    def show_while_checked(self, actions: Sequence[QAction]) -> None:
        """The buttons of these stand there only while they are checked, always with their word."""
        self._passing = [one for one in self._buttons if one.defaultAction() in actions]
        for button in self._passing:
            button.setVisible(button.isChecked())
            button.toggled.connect(button.setVisible)

    @property
    def words_px(self) -> int:
        """How wide it is with words, whether they are shown or not."""
        return self._px(button.words_px for button in self._buttons)

    @property
    def icons_px(self) -> int:
        """How wide it is without words."""
        return self._px(button.icon_px for button in self._buttons)

    def _px(self, widths: Iterable[int]) -> int:
        edges = self.contentsMargins() + self._row.contentsMargins()
        gaps = self._row.spacing() * max(0, len(self._buttons) - 1)
        return sum(widths) + gaps + edges.left() + edges.right()
