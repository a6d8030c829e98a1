"""Keys on the picture that are held or that no menu binds: O, Shift+O, Enter, Esc (UX C9)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from kontext_studio.core.history import Node
from kontext_studio.gui.keymap import is_key_of
from kontext_studio.gui.presenters.looking import TILED, Looking
from kontext_studio.workbench.bench import Workbench

_LOST = frozenset({QEvent.Type.FocusOut, QEvent.Type.WindowDeactivate, QEvent.Type.Hide})
"""After these the release of a held key goes to somebody else."""


class ViewKeys(QObject):
    """Watches `views`, and of `window` the Esc that nobody in it has taken. Enter means `edit_from`
    the step that is looked at, and a press where one of the view's own buttons has the focus; Esc
    means `leave`; held keys are about the current step. `first` is asked whether a key is somebody
    else's, `keys` which ones a command has."""

    def __init__(
        self,
        bench: Workbench,
        looking: Looking,
        window: QWidget,
        views: Iterable[QWidget],
        current: Callable[[], Node | None],
        edit_from: Callable[[str], None],
        leave: Callable[[], None],
        first: Callable[[QKeyEvent], bool],
        keys: Callable[[str], Sequence[str]],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._bench = bench
        self._looking = looking
        self._window = window
        window.installEventFilter(self)
        self._current = current
        self._edit_from = edit_from
        self._leave = leave
        self._first = first
        self._keys = keys
        self._held: int | None = None  # the key that shows another step until it is let go
        for view in views:
            view.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _LOST:
            self._looking.peek(None)
        elif (
            isinstance(event, QKeyEvent)
            and not event.isAutoRepeat()
            and (node := self._current()) is not None
            and (watched is not self._window or event.key() == Qt.Key.Key_Escape)
            and self._took(event, node)
        ):
            return True
        return super().eventFilter(watched, event)

    def _took(self, event: QKeyEvent, node: Node) -> bool:
        pressed = event.type() is QEvent.Type.KeyPress
        if pressed and self._first(event):
            return True
        key = event.key()
        if not pressed and self._held is not None and key == self._held:
            self._held = None
            self._looking.peek(None)
        elif pressed and is_key_of(event, self._keys("show_original")):
            self._hold(key, node, original=True)
        elif pressed and is_key_of(event, self._keys("show_parent")):
            self._hold(key, node, original=False)
        elif pressed and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._enter(node)
        elif pressed and key == Qt.Key.Key_Escape:
            self._leave()
        else:
            return False
        return True

    def _hold(self, key: int, node: Node, *, original: bool) -> None:
        self._held = key
        self._peek(node, original=original)

    def _enter(self, node: Node) -> None:
        focus = QApplication.focusWidget()
        if isinstance(focus, QAbstractButton):
            focus.click()
        else:
            tile = self._looking.subject if self._looking.mode in TILED else None
            self._edit_from(tile or node.id)

    def _peek(self, node: Node, *, original: bool) -> None:
        history = self._bench.session.history
        other = history.root_of(node.id) if original else history.get(node.parent)
        if other is not None and other.id != node.id:
            self._looking.peek(other)
