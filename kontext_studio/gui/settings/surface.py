"""Settings over the window: a list of sections at the left and the page of the chosen one.

While it is open the keyboard stays inside it. What the pages are about it does not know.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QFrame,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from kontext_studio.gui.settings.words import words
from kontext_studio.gui.tab_order import go_to, next_stop, stops_in
from kontext_studio.gui.theme.apply import set_kind
from kontext_studio.gui.theme.icons import icon, icon_scale
from kontext_studio.gui.theme.tokens import Theme
from kontext_studio.gui.theme.tool_button import ToolButton

LIST_PX = 196
_WIDEST_LIST = 1.75
TITLE_PX = 44
_SHADOW = 14
_LEAVE_PX = 24
_QUIT = Qt.Key.Key_Q


@dataclass(frozen=True, slots=True)
class Section:
    """A line of the list; `icon` is a Lucide name."""

    id: str
    title: str
    icon: str


class SettingsSurface(QWidget):
    """`close_asked` is emitted instead of closing: a page may have something that is not saved.
    `section_asked` carries the id of the section that a person wants to see."""

    close_asked = Signal()
    save_asked = Signal()
    section_asked = Signal(str)
    closed = Signal()

    def __init__(self, theme: Theme, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("settingsDialog")
        self.setAccessibleName("Settings")
        self._theme = theme
        self._window = window
        self._returns_to: QWidget | None = None
        self._sections: list[Section] = []
        self._panel = QFrame(self)
        self._list = QListWidget(self._panel)
        self._pages = QStackedWidget(self._panel)
        self._close = ToolButton(self._panel)
        self._build(theme)
        self._close.clicked.connect(self.close_asked)
        self._list.currentRowChanged.connect(self._ask_for_row)
        window.installEventFilter(self)
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._dress()
        if self.isVisible():
            self._fit()
        self.update()

    def add_page(self, section: Section, page: QWidget) -> None:
        """Sections stand in the order in which they are added."""
        self._sections.append(section)
        self._pages.addWidget(page)
        was = self._list.blockSignals(True)
        self._list.addItem(QListWidgetItem(section.title))
        self._list.blockSignals(was)
        self._dress()

    @property
    def section(self) -> str:
        """The section that is shown."""
        place = self._pages.currentIndex()
        return self._sections[place].id if place >= 0 else ""

    def show_section(self, section_id: str) -> None:
        """Show a page; nothing is told."""
        place = [one.id for one in self._sections].index(section_id)
        was = self._list.blockSignals(True)
        self._list.setCurrentRow(place)
        self._list.blockSignals(was)
        self._pages.setCurrentIndex(place)

    def open_surface(self) -> None:
        """Open over the window; the list of sections has the keyboard."""
        if self.isVisible():
            return
        self._returns_to = QApplication.focusWidget()
        self._fit()
        self.show()
        self.raise_()
        self._list.setFocus(Qt.FocusReason.PopupFocusReason)

    def close_surface(self) -> None:
        """Close and give the focus back."""
        if not self.isVisible():
            return
        self.hide()
        back, self._returns_to = self._returns_to, None
        if back is not None and back.isVisible():
            back.setFocus(Qt.FocusReason.PopupFocusReason)
        self.closed.emit()

    # Keyboard and pointer stay inside.

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            control = event.modifiers() == Qt.KeyboardModifier.ControlModifier
            if not (control and event.key() == _QUIT):
                event.accept()  # the window's own keys wait until this is closed
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        control = event.modifiers() == Qt.KeyboardModifier.ControlModifier
        if event.key() == Qt.Key.Key_Escape:
            self.close_asked.emit()
        elif control and event.key() == Qt.Key.Key_S:
            self.save_asked.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            here = QApplication.focusWidget()
            if isinstance(here, QAbstractButton):
                here.click()  # Qt sees to it in dialogs alone
        event.accept()

    def focusNextPrevChild(self, next_one: bool) -> bool:
        found = next_stop(
            tuple(stops_in(self._panel)), QApplication.focusWidget(), forward=next_one
        )
        if found is None:
            return False
        go_to(found, forward=next_one)
        return True

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.accept()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._window and event.type() is QEvent.Type.Resize and self.isVisible():
            self._fit()
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), theme.colour("scrim.dialog"))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            box = QRectF(self._panel.geometry())
            radius = theme.length("radius.dialog")
            shade = theme.colour("scrim.dialog")
            shade.setAlphaF(0.05)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(shade)
            for grow in range(_SHADOW, 0, -2):
                painter.drawRoundedRect(
                    box.adjusted(-grow, -grow / 2, grow, grow * 1.5), radius + grow, radius + grow
                )
            painter.setPen(QPen(theme.colour("border.control"), 1))
            painter.setBrush(theme.colour("surface.panel"))
            painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)

    # Inside.

    def _ask_for_row(self, row: int) -> None:
        if row < 0 or row == self._pages.currentIndex():
            return
        wanted = self._sections[row].id
        self.show_section(self.section)  # until whoever is asked lets go of the page that is shown
        self.section_asked.emit(wanted)

    def _fit(self) -> None:
        self.setGeometry(self._window.rect())
        room = self.size() - QSize(2 * _LEAVE_PX, 2 * _LEAVE_PX)
        size = (self._theme.size("dialog.settings") * self._theme.text_scale).boundedTo(room)
        place = QRect(0, 0, size.width(), size.height())
        place.moveCenter(self.rect().center())
        self._panel.setGeometry(place)
        self.update()

    def _dress(self) -> None:
        self._list.setIconSize(QSize(16, 16) * icon_scale(self._theme.text_scale))
        theme = self._theme
        self._close.setIcon(icon(theme, "x"))
        width = round(LIST_PX * min(theme.text_scale, _WIDEST_LIST))
        self._list.setFixedWidth(width - 2 * theme.space(3))
        for row, section in enumerate(self._sections):
            item = self._list.item(row)
            item.setIcon(icon(self._theme, section.icon))
            item.setSizeHint(QSize(0, self._theme.length("size.control")))

    def _build(self, theme: Theme) -> None:
        set_kind(self._panel, kind="settings")
        title = words("Settings", "strong", wraps=False)
        self._close.setObjectName("settingsClose")
        self._close.setAccessibleName("Close settings")
        self._close.setToolTip("Close  Esc")
        self._close.setIconSize(QSize(16, 16))
        head = QWidget(self._panel)
        head.setFixedHeight(TITLE_PX)
        row = QHBoxLayout(head)
        row.setContentsMargins(theme.space(5) + 4, 0, theme.space(3), 0)
        row.addWidget(title, 1)
        row.addWidget(self._close)
        self._list.setObjectName("settingsSections")
        self._list.setAccessibleName("Sections")
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        set_kind(self._list, kind="sections")
        line, between = QFrame(self._panel), QFrame(self._panel)
        set_kind(line, kind="divider")
        set_kind(between, kind="divider-vertical")
        body = QHBoxLayout()
        body.setSpacing(0)
        body.setContentsMargins(0, 0, 0, 0)
        left = QVBoxLayout()
        left.setContentsMargins(theme.space(3), theme.space(4), theme.space(3), theme.space(3))
        left.addWidget(self._list)
        body.addLayout(left)
        body.addWidget(between)
        body.addWidget(self._pages, 1)
        column = QVBoxLayout(self._panel)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        column.addWidget(head)
        column.addWidget(line)
        column.addLayout(body, 1)
