"""Drives the real window with keys, mouse and actions, in the window's own process.

`python -m tests.faults.lab.hands STORY PHOTO` runs the program's own `main` and acts on what is on
the screen. It sets no state; what becomes of the session is for others to read.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from functools import partial
from pathlib import Path

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QDialogButtonBox,
    QFileDialog,
    QLineEdit,
    QListView,
    QPlainTextEdit,
    QWidget,
)

from kontext_studio.core.services import SERVICES
from kontext_studio.gui.app import main, make_application
from kontext_studio.gui.tour import until as shown
from tests.faults.lab.stories import INSTRUCTIONS

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
NONE = Qt.KeyboardModifier.NoModifier
LIMIT_S = 20.0

until = partial(shown, limit_s=LIMIT_S)


class Hands:
    """What a person does at the window until the process ends."""

    async def edit(self) -> None:
        await self._run(INSTRUCTIONS[0])
        await self._idle()

    async def two(self) -> None:
        await self._run(INSTRUCTIONS[0])
        await self._at_the_service()
        await self._run(INSTRUCTIONS[1])
        await self._idle()

    async def cancel(self) -> None:
        await self._run(INSTRUCTIONS[0])
        await self._at_the_service()
        self._press(Qt.Key.Key_X, CTRL | SHIFT)
        await self._idle()

    async def copy(self) -> None:
        await self.edit()
        self._press(Qt.Key.Key_S, CTRL | SHIFT)
        await self._answer(Path("copy.kontext").absolute())

    async def export(self) -> None:
        await self.edit()
        self._press(Qt.Key.Key_E, CTRL)
        await self._answer(Path("out.png").absolute())

    async def opened(self) -> None:
        """Wait for the window and the picture in it."""
        await until("the window's parts", lambda: self._find("promptEdit"))
        await until("the original", lambda: self._rows() >= 1)
        self._window().activateWindow()

    async def close(self) -> None:
        """As when the desktop's session ends: the window asks nothing then."""
        signal.raise_signal(signal.SIGTERM)

    # Hands and eyes.

    async def _run(self, text: str) -> None:
        rows = self._rows()
        editor = self._part("promptEdit")
        assert isinstance(editor, QPlainTextEdit)
        QTest.mouseClick(editor.viewport(), Qt.MouseButton.LeftButton, NONE, QPoint(40, 16))
        QTest.keyClick(editor, Qt.Key.Key_A, CTRL)
        QTest.keyClicks(editor, text)
        QTest.keyClick(editor, Qt.Key.Key_Return, CTRL)
        await until("the run's row", lambda: self._rows() > rows)

    async def _at_the_service(self) -> None:
        """The service has it in its queue, and the program has heard so."""
        told = [f"{word} at {one.title}" for one in SERVICES for word in ("in line", "waiting,")]
        await until("a run at the service", lambda: any(map(self._says, told)) or None)

    async def _idle(self) -> None:
        """Nothing runs and nothing waits, and that for a while: a run goes through both."""
        quiet = 0

        def is_over() -> bool:
            nonlocal quiet
            busy = any(word in self._jobs() for word in ("running", "waiting", "retrying"))
            quiet = 0 if busy else quiet + 1
            return quiet > 25

        await until("the runs to end", lambda: is_over() or None)

    def _jobs(self) -> str:
        return self._part("jobsButton").accessibleName()

    def _says(self, words: str) -> bool:
        """Whether a row of the history tells this to those who listen."""
        view = self._part("historyView")
        assert isinstance(view, QListView)
        model, role = view.model(), Qt.ItemDataRole.AccessibleTextRole
        rows = [str(model.index(row, 0).data(role)) for row in range(model.rowCount())]
        return any(words in row for row in rows)

    def _rows(self) -> int:
        view = self._find("historyView")
        return view.model().rowCount() if isinstance(view, QListView) else 0

    def _press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier) -> None:
        QTest.keyClick(QApplication.focusWidget() or self._window(), key, modifiers)

    async def _answer(self, path: Path) -> None:
        """Type a name into the file dialog and accept it."""
        dialog = await until("the file dialog", self._dialog)
        field = await until("its field", lambda: dialog.findChild(QLineEdit, "fileNameEdit"))
        box = dialog.findChild(QDialogButtonBox)
        save = box.button(QDialogButtonBox.StandardButton.Save) if box is not None else None
        assert isinstance(save, QAbstractButton), "the dialog has no button to save"
        # It reads its folder first, puts a name of its own in, and then forgets what was typed.
        while not (field.text() == str(path) and save.isEnabled()):
            await asyncio.sleep(0.3)
            field.selectAll()
            QTest.keyClicks(field, str(path))
            await asyncio.sleep(0.3)
        QTest.mouseClick(save, Qt.MouseButton.LeftButton)
        await until("the file", lambda: path.exists() or None)

    def _dialog(self) -> QFileDialog | None:
        dialog = self._window().findChild(QFileDialog, "fileDialog")
        return dialog if dialog is not None and dialog.isVisible() else None

    def _window(self) -> QWidget:
        return max(QApplication.topLevelWidgets(), key=lambda one: one.objectName() == "mainWindow")

    def _find(self, name: str) -> QWidget | None:
        for window in QApplication.topLevelWidgets():
            found = window.findChild(QWidget, name)
            if found is not None:
                return found
        return None

    def _part(self, name: str) -> QWidget:
        found = self._find(name)
        assert found is not None, f"the window has no {name}"
        return found


def drive(story: str, photo: str) -> int:
    """Run the program with a picture and do what the story says; its exit code."""
    app = make_application()
    # The dialogs of a desktop cannot be driven by keys alone; Qt's own can.
    app.setAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs)
    hands = Hands()
    acting: list[asyncio.Task[None]] = []

    async def act() -> None:
        try:
            await hands.opened()
            await getattr(hands, story)()
            await hands.close()
        except BaseException as fault:
            sys.stderr.write(f"the story stopped: {fault!r}\n")
            sys.stderr.flush()
            raise SystemExit(1) from fault

    QTimer.singleShot(0, lambda: acting.append(asyncio.get_running_loop().create_task(act())))
    return main([photo])


if __name__ == "__main__":
    sys.exit(drive(*sys.argv[1:]))
