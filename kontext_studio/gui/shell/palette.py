"""The command palette: everything the window can do, found by typing (UX C1).

It triggers the actions it is given and tells which step or setting was chosen; what is in it is
read anew each time it opens.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QAction,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QListView,
    QVBoxLayout,
    QWidget,
)

from kontext_studio.core.images import Sha256
from kontext_studio.gui.history.thumbnails import ThumbnailShelf
from kontext_studio.gui.shell.key_caps import KeyCaps
from kontext_studio.gui.shell.label import Label
from kontext_studio.gui.shell.palette_entries import HELP_ENTRIES, entry_of
from kontext_studio.gui.shell.palette_list import THUMB, PaletteDelegate, PaletteModel, spoken
from kontext_studio.gui.shell.palette_search import STEPS_ONLY, EntryKind, PaletteEntry, search
from kontext_studio.gui.theme.apply import set_kind
from kontext_studio.gui.theme.icons import icon
from kontext_studio.gui.theme.tokens import Theme

SEARCH = "Search commands and steps"
TOP_PX = 118
FIELD_PX = 52
FOOTER_PX = 36
MOST_RECENT = 5
_MOST_LIST_PX = 420
_SHADOW = 14
_LARGE_TEXT = 1.3

Entries = Callable[[], Sequence[PaletteEntry]]


def no_entries() -> Sequence[PaletteEntry]:
    return ()


class Palette(QWidget):
    """Covers its window while it is open. `step_chosen` and `setting_chosen` carry an id;
    `recent_changed` carries the ids of the commands used last, newest first."""

    step_chosen = Signal(str)
    setting_chosen = Signal(str)
    thumbnail_wanted = Signal(str)
    recent_changed = Signal(object)
    closed = Signal()

    def __init__(self, theme: Theme, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("palette")
        self.setAccessibleName("Command palette")
        self._theme = theme
        self._window = window
        self._actions: dict[str, QAction] = {}
        self._steps: Entries = no_entries
        self._settings: Entries = no_entries
        self._entries: tuple[PaletteEntry, ...] = ()
        self._recent: tuple[str, ...] = ()
        self._returns_to: QWidget | None = None
        self._take_step: Callable[[str], object] | None = None
        self._panel = QFrame(self)
        self._field = QLineEdit(self._panel)
        self._glass = Label(self._panel)
        self._shelf = ThumbnailShelf(THUMB, self)
        self._model = PaletteModel(self)
        self._delegate = PaletteDelegate(theme, self._shelf, self)
        self._list = QListView(self._panel)
        self._nothing = Label("Nothing found. Type @ for steps, ? for help.", self._panel)
        self._caps: list[KeyCaps] = []
        self._top = QWidget(self._panel)
        self._foot = QWidget(self._panel)
        self._spare: list[QWidget] = []
        self._build(theme)
        self._field.textChanged.connect(self._search)
        self._field.installEventFilter(self)
        self._list.clicked.connect(self._run_clicked)
        self._list.selectionModel().currentChanged.connect(self._tell_current)
        self._shelf.wanted.connect(self.thumbnail_wanted)
        self._shelf.arrived.connect(self._list.viewport().update)
        window.installEventFilter(self)
        self.set_theme(theme)
        self.hide()

    # What it is given.

    def set_actions(self, actions: Sequence[QAction]) -> None:
        """All commands, in the order in which they are listed; each needs an object name."""
        self._actions = {action.objectName(): action for action in actions}

    def set_steps(self, steps: Entries) -> None:
        """Called at each opening for the steps of the session."""
        self._steps = steps

    def set_settings(self, settings: Entries) -> None:
        self._settings = settings

    def set_recent(self, recent: Sequence[str]) -> None:
        self._recent = tuple(recent)[:MOST_RECENT]

    def set_thumbnail(self, sha: Sha256, image: QImage) -> None:
        self._shelf.put(sha, image)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._delegate.set_theme(theme)
        self._glass.setPixmap(icon(theme, "search", size_px=18).pixmap(QSize(18, 18)))
        for caps in self._caps:
            caps.set_theme(theme)
        grow = max(1.0, theme.text_scale)
        self._top.setFixedHeight(round(FIELD_PX * grow))
        self._foot.setFixedHeight(round(FOOTER_PX * grow))
        for part in self._spare:  # what the keys do is left out where large text needs the room
            part.setVisible(theme.text_scale < _LARGE_TEXT)
        self.update()

    def open_palette(self, text: str = "") -> None:
        """Open over the window, with a start of the search ("@" for steps)."""
        if not self.isVisible():
            self._returns_to = QApplication.focusWidget()
        self._entries = (*self._command_entries(), *self._steps(), *self._settings(), *HELP_ENTRIES)
        self._open(text)

    def choose_step(
        self, take: Callable[[str], object], words: str, steps: Entries | None = None
    ) -> None:
        """Open on the steps, or on these, and nothing else; the one that is chosen goes to `take`,
        and nobody goes to it. `words` ask which one."""
        if not self.isVisible():
            self._returns_to = QApplication.focusWidget()
        self._entries = tuple((steps or self._steps)())
        self._take_step = take
        self._field.setPlaceholderText(words)
        self._open("")

    def _open(self, text: str) -> None:
        self.setGeometry(self._window.rect())
        self._field.setText(text)
        self._search(text)
        self.show()
        self.raise_()
        self._field.setFocus(Qt.FocusReason.PopupFocusReason)

    def close_palette(self) -> None:
        """Close and give the focus back."""
        if not self.isVisible():
            return
        self.hide()
        if self._returns_to is not None and self._returns_to.isVisible():
            self._returns_to.setFocus(Qt.FocusReason.PopupFocusReason)
        self._returns_to = None
        self._take_step = None
        self._field.setPlaceholderText(SEARCH)
        self.closed.emit()

    def shown_entries(self) -> tuple[PaletteEntry, ...]:
        """What is listed, headers aside."""
        rows = range(self._model.rowCount())
        return tuple(entry for row in rows if (entry := self._model.entry_at(row)) is not None)

    def current_entry(self) -> PaletteEntry | None:
        return self._model.entry_at(self._list.currentIndex().row())

    # Inside.

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._window and event.type() is QEvent.Type.Resize and self.isVisible():
            self.setGeometry(self._window.rect())
            self._place_panel()
        if watched is self._field and isinstance(event, QKeyEvent):
            if event.type() is QEvent.Type.KeyPress:
                return self._take_key(event)
            if event.type() is QEvent.Type.ShortcutOverride and _is_ours(event):
                event.accept()
                return True
        return super().eventFilter(watched, event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not self._panel.geometry().contains(event.position().toPoint()):
            self.close_palette()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), self._theme.colour("scrim.palette"))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            box = QRectF(self._panel.geometry())
            radius = self._theme.length("radius.dialog")
            shade = self._theme.colour("scrim.palette")
            shade.setAlphaF(0.05)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(shade)
            for grow in range(_SHADOW, 0, -2):
                painter.drawRoundedRect(
                    box.adjusted(-grow, -grow / 2, grow, grow * 1.5), radius + grow, radius + grow
                )
            painter.setPen(QPen(self._theme.colour("border.subtle"), 1))
            painter.setBrush(self._theme.colour("surface.popover"))
            painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)

    def _build(self, theme: Theme) -> None:
        self._field.setObjectName("paletteField")
        self._field.setAccessibleName("Search commands and steps")
        self._field.setPlaceholderText(SEARCH)
        set_kind(self._field, kind="bare")
        self._list.setObjectName("paletteList")
        self._list.setAccessibleName("Found")
        self._list.setModel(self._model)
        self._list.setItemDelegate(self._delegate)
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setFrameShape(QListView.Shape.NoFrame)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        set_kind(self._list, kind="popover")
        set_kind(self._nothing, type="body", tone="secondary")
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._nothing.setMinimumHeight(72)
        head = QHBoxLayout()
        head.setContentsMargins(theme.space(5) + 2, 0, theme.space(5), 0)
        head.setSpacing(theme.space(4))
        head.addWidget(self._glass)
        head.addWidget(self._field, 1)
        head.addWidget(self._cap("Esc"))
        self._top.setLayout(head)
        column = QVBoxLayout(self._panel)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        column.addWidget(self._top)
        column.addWidget(self._divider())
        column.addSpacing(theme.space(2))
        column.addWidget(self._list, 1)
        column.addWidget(self._nothing)
        column.addSpacing(theme.space(3))
        column.addWidget(self._divider())
        column.addWidget(self._footer(theme))

    def _footer(self, theme: Theme) -> QWidget:
        footer = self._foot
        row = QHBoxLayout(footer)
        row.setContentsMargins(theme.space(5), 0, theme.space(5), 0)
        row.setSpacing(theme.space(2))
        for keys, words in (
            (("↑", "↓"), "choose"),
            (("↵",), "run"),
            (("Ctrl", "↵"), "run and stay"),
        ):
            hint = (self._cap(*keys), self._word(words))
            self._spare += hint
            for part in hint:
                row.addWidget(part)
            row.addSpacing(theme.space(4))
        row.addStretch(1)
        row.addWidget(self._word("Type"))
        row.addWidget(self._cap("@"))
        row.addWidget(self._word("for steps,"))
        row.addWidget(self._cap("?"))
        row.addWidget(self._word("for help"))
        return footer

    def _cap(self, *keys: str) -> KeyCaps:
        caps = KeyCaps(self._theme, *keys, parent=self._panel)
        self._caps.append(caps)
        return caps

    def _word(self, text: str) -> Label:
        label = Label(text, self._panel)
        set_kind(label, type="small", tone="tertiary")
        return label

    def _divider(self) -> QFrame:
        line = QFrame(self._panel)
        set_kind(line, kind="divider")
        return line

    def _command_entries(self) -> list[PaletteEntry]:
        return [
            entry_of(action)
            for name, action in self._actions.items()
            if name != self.objectName() and action.isVisible()
        ]

    def _search(self, text: str) -> None:
        if self._take_step is not None:
            text = f"{STEPS_ONLY}{text.removeprefix(STEPS_ONLY)}"
        self._model.set_sections(search(text, self._entries, self._recent))
        first = self._model.next_entry(-1, 1) if self._model.rowCount() else -1
        self._list.setVisible(first >= 0)
        self._nothing.setVisible(first < 0)
        if first >= 0:
            self._list.setCurrentIndex(self._model.index(first))
            self._list.scrollToTop()
        self._place_panel()

    def _place_panel(self) -> None:
        wanted = sum(
            self._list.sizeHintForIndex(self._model.index(row)).height()
            for row in range(min(self._model.rowCount(), 40))
        )
        body = min(wanted, _MOST_LIST_PX) if self._model.next_entry(-1, 1) >= 0 else 72
        width, _ = self._theme.size("palette").toTuple()
        top = min(TOP_PX, max(8, self.height() // 8))
        height = self._top.height() + self._foot.height() + 2 + 14 + body
        width = min(width, self.width() - 16)
        height = min(height, self.height() - top - 8)
        self._panel.setGeometry(
            QRect(QPoint((self.width() - width) // 2, top), QSize(width, height))
        )
        self.update()

    def _take_key(self, event: QKeyEvent) -> bool:
        key = event.key()
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
        if key in steps:
            self._move(steps[Qt.Key(key)])
        elif key in (Qt.Key.Key_PageDown, Qt.Key.Key_PageUp):
            for _ in range(8):
                self._move(1 if key == Qt.Key.Key_PageDown else -1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._run(stay=bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier))
        elif key == Qt.Key.Key_Escape:
            self.close_palette()
        elif key not in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            return False
        return True

    def _move(self, step: int) -> None:
        if not self._model.rowCount():
            return
        place = self._model.next_entry(self._list.currentIndex().row(), step)
        if place >= 0:
            self._list.setCurrentIndex(self._model.index(place))

    def _tell_current(self) -> None:
        found = self._model.found_at(self._list.currentIndex().row())
        if found is None:
            return
        words = spoken(found)
        self._field.setAccessibleDescription(words)
        if QAccessible.isActive() and self.isVisible():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self._field, words))

    def _run_clicked(self) -> None:
        self._run(stay=False)

    def _run(self, *, stay: bool) -> None:
        entry = self.current_entry()
        if entry is None or not entry.enabled:
            return
        if entry.kind is EntryKind.HELP:
            self._field.setText(entry.id)
            return
        take = self._take_step or self.step_chosen.emit
        stay = stay and self._take_step is None  # a question has one answer
        if not stay:
            self.close_palette()
        match entry.kind:
            case EntryKind.STEP:
                take(entry.id)
            case EntryKind.SETTING:
                self.setting_chosen.emit(entry.id)
            case _:
                self._use(entry.id)
        if stay and self._take_step is None:
            self.open_palette(self._field.text())

    def _use(self, name: str) -> None:
        others = tuple(one for one in self._recent if one != name)
        self._recent = (name, *others)[:MOST_RECENT]
        self.recent_changed.emit(self._recent)
        self._actions[name].trigger()


def _is_ours(event: QKeyEvent) -> bool:
    ours = (
        Qt.Key.Key_Escape,
        Qt.Key.Key_Return,
        Qt.Key.Key_Enter,
        Qt.Key.Key_Up,
        Qt.Key.Key_Down,
    )
    return event.key() in ours
