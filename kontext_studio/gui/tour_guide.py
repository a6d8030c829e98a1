"""The story of the tour: connect, open, edit three turns deep, branch, compare, export, quit,
reopen."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
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

from kontext_studio.gui.app import make_application, run
from kontext_studio.gui.qt_messages import log_qt_messages
from kontext_studio.gui.studio import Studio
from kontext_studio.gui.theme.apply import apply_theme
from kontext_studio.gui.theme.tokens import ThemeName, load_theme
from kontext_studio.gui.tour import until
from kontext_studio.resources import resource_path
from kontext_studio.store.places import Places
from kontext_studio.workbench.bench import Workbench

PHOTO = "samples/coffee.png"
FIRST = "Change the red cup and saucer to deep forest green while keeping everything else the same"
BRANCH = "Change the red cup and saucer to cobalt blue while keeping everything else the same"
SECOND = "Make the picture a little warmer"
THIRD = "Make it golden hour"
WEAK = "Transform the cup and make it look better"
REFUSED = "Replace the tabletop with white marble"
SERVER = "GPU room"
SERVER_ADDRESS = "http://127.0.0.1:8000/v1"
MADE = "A plain grey product backdrop with soft daylight from the left"
KEY = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier
ALT = Qt.KeyboardModifier.AltModifier
NONE = Qt.KeyboardModifier.NoModifier


class TourStopped(Exception):
    """The window did not do what the story needs; the message says what was waited for."""


def take_tour(out: Path, home: Path, photo: Path | None = None) -> list[Path]:
    """Drive the window and save PNG files into `out`; return them in order."""
    app = make_application()
    apply_theme(app, load_theme(ThemeName.DARK))
    log_qt_messages()
    # The dialogs of a desktop cannot be driven by keys alone; Qt's own can.
    app.setAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs)
    guide = _Guide(out, home, photo or resource_path(PHOTO))
    try:
        run(app, guide.story())
    except TimeoutError as late:
        raise TourStopped(str(late)) from late
    return guide.pictures


class _Guide:
    """One pair of hands: what it knows of the program is what is on the window."""

    def __init__(self, out: Path, home: Path, photo: Path) -> None:
        self.pictures: list[Path] = []
        self._out = out
        self._home = home
        self._photo = photo
        self._studio: Studio | None = None

    # The story.

    async def story(self) -> None:
        await self._start()
        await self._grab("first-run")
        await self._connect()
        await self._open_photo()
        await self._grab("opened")
        await self._write(WEAK)
        await until("the problems to be marked", lambda: self._part("problemList").isVisible())
        await self._grab("wording")
        await self._edit(FIRST, shows="running")
        await self._grab("first-edit")
        await self._compare_views()
        await self._edit(SECOND)
        await self._edit(THIRD)
        await self._grab("three-turns")
        await self._branch()
        await self._refuse()
        self._press(KEY.Key_K, CTRL)
        await self._grab("palette")
        self._press(KEY.Key_Escape)
        await self._export()
        self._trigger("theme_light")
        await self._grab("light")
        self._trigger("theme_dark")
        rows = self._rows()
        await self._end()
        await self._start()
        await until("the session to be there again", lambda: self._rows() == rows)
        await until("the picture to be there again", lambda: self._zoom_is_known())
        await self._grab("reopened")
        await self._end()

    async def _start(self) -> None:
        bench = Workbench(Places.from_environment(os.environ), os.environ)
        studio = Studio(bench, load_theme(ThemeName.DARK))
        self._studio = studio
        studio.show()
        await studio.begin()
        window = studio.window
        window.activateWindow()
        await until("the window", lambda: window.isVisible())

    async def _end(self) -> None:
        assert self._studio is not None
        studio, self._studio = self._studio, None
        studio.window.close()
        await asyncio.wait_for(studio.closed.wait(), 10)
        await studio.end()

    async def _connect(self) -> None:
        """A server of one's own, with which a picture can be made of words; it is not asked."""
        self._click("emptyConnect")
        await until("the settings", lambda: self._part("settingsDialog").isVisible())
        self._click("choice-own-server")
        self._type("connectionName", SERVER)
        self._type("connectionAddress", SERVER_ADDRESS)
        self._click("saveConnection")
        await until("the connection", lambda: self._part("useInSession").isVisible())
        await self._grab("connection")
        self._click("useInSession")
        await until("its use", lambda: not self._part("useInSession").isVisible())
        self._press(KEY.Key_Escape)
        await self._write(MADE)
        await until("Generate", lambda: self._button("runButton").text() == "Generate")
        await self._grab("generate")
        await self._write("")
        self._press(KEY.Key_K, CTRL)
        QTest.keyClicks(QApplication.focusWidget() or self._window, "Use Embedded engine")
        self._press(KEY.Key_Return)
        await until("the embedded engine", lambda: not self._part("runButton").isEnabled())

    async def _open_photo(self) -> None:
        self._press(KEY.Key_O, CTRL)
        await self._answer_file_dialog(self._photo)
        await until("the original", lambda: self._rows() == 1)
        await until("the picture", self._zoom_is_known)

    async def _edit(self, instruction: str, *, shows: str = "") -> None:
        """Write, run, wait for the result, and go to it."""
        before = self._rows()
        await self._write(instruction)
        self._press(KEY.Key_Return, CTRL, self._editor())
        await until("the run's row", lambda: self._rows() > before)
        if shows:
            await self._grab(shows)
        await self._wait_for_jobs()
        await self._go("newest_child", KEY.Key_Down)

    async def _go(self, command: str, key: Qt.Key) -> None:
        """To another step; the row of it is the current one then."""
        here = self._current_row()
        await self._command(command, key)
        await until("the other step", lambda: self._current_row() != here)
        await self._settle()

    async def _compare_views(self) -> None:
        await self._view("wipeView", "view_wipe", KEY.Key_2)
        await self._grab("wipe")
        self._trigger("heat_map")
        await until("the difference", lambda: self._part("differenceFound").isVisible())
        await self._grab("difference")
        await self._view("compareGrid", "view_side", KEY.Key_3)
        await self._grab("side-by-side")
        await self._view("canvasView", "view_single", KEY.Key_1)

    async def _branch(self) -> None:
        """A second edit of the original, in three variants."""
        await self._go("root", KEY.Key_Home)
        button = next(
            one
            for one in self._part("variantCount").findChildren(QAbstractButton)
            if one.text() == "3"
        )
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        await self._edit(BRANCH)
        await self._grab("branch-with-variants")
        await self._view("compareGrid", "view_grid", KEY.Key_4)
        await self._grab("grid")
        await self._view("canvasView", "view_single", KEY.Key_1)

    async def _refuse(self) -> None:
        rows = self._rows()
        await self._write(REFUSED)
        self._press(KEY.Key_Return, CTRL, self._editor())
        await until("the run's row", lambda: self._rows() > rows)
        await self._wait_for_jobs()
        await self._grab("refused")

    async def _export(self) -> None:
        target = self._home / "export.png"
        self._press(KEY.Key_E, CTRL)
        await self._answer_file_dialog(target)
        await until("the exported file", target.exists)
        await self._grab("exported")

    # Hands and eyes.

    @property
    def _window(self) -> QWidget:
        assert self._studio is not None
        return self._studio.window

    def _part(self, name: str) -> QWidget:
        found = self._window.findChild(QWidget, name)
        if found is None:
            raise TourStopped(f"the window has no {name}")
        return found

    def _button(self, name: str) -> QAbstractButton:
        found = self._part(name)
        assert isinstance(found, QAbstractButton)
        return found

    def _click(self, name: str) -> None:
        QTest.mouseClick(self._part(name), Qt.MouseButton.LeftButton)

    def _type(self, name: str, text: str) -> None:
        field = self._part(name)
        assert isinstance(field, QLineEdit)
        field.setFocus()
        field.selectAll()
        QTest.keyClicks(field, text)

    def _editor(self) -> QPlainTextEdit:
        editor = self._part("promptEdit")
        assert isinstance(editor, QPlainTextEdit)
        return editor

    def _history(self) -> QListView:
        view = self._part("historyView")
        assert isinstance(view, QListView)
        return view

    def _rows(self) -> int:
        return self._history().model().rowCount()

    def _current_row(self) -> int:
        return self._history().currentIndex().row()

    def _zoom_is_known(self) -> bool:
        return self._part("sizeInfo").isVisible()

    def _press(
        self,
        key: Qt.Key,
        modifiers: Qt.KeyboardModifier = NONE,
        widget: QWidget | None = None,
    ) -> None:
        focus = QApplication.focusWidget()
        if focus is None or not self._window.isAncestorOf(focus):
            focus = self._window
        QTest.keyClick(widget or focus, key, modifiers)

    async def _command(self, command: str, key: Qt.Key) -> None:
        """A key with Alt, as soon as the window offers what it does."""
        await until(f"the command {command}", self._action(command).isEnabled)
        self._press(key, ALT)

    def _trigger(self, command: str) -> None:
        self._action(command).trigger()

    def _action(self, command: str) -> QAction:
        action = self._window.findChild(QAction, command)
        if action is None:
            raise TourStopped(f"the window has no command {command}")
        return action

    async def _write(self, text: str) -> None:
        editor = self._editor()
        middle = QPoint(editor.width() // 2, 16)
        QTest.mouseClick(editor.viewport(), Qt.MouseButton.LeftButton, NONE, middle)
        self._press(KEY.Key_A, CTRL, editor)
        self._press(KEY.Key_Delete, NONE, editor)
        QTest.keyClicks(editor, text)
        await asyncio.sleep(0.5)  # the wording is checked a little after the last key

    async def _view(self, name: str, command: str, key: Qt.Key) -> None:
        await self._command(command, key)
        await until(f"the view {name}", lambda: self._part(name).isVisible())
        await self._settle()

    async def _wait_for_jobs(self) -> None:
        bar = self._part("jobsButton")

        def idle() -> bool:
            said = bar.accessibleName()
            return "running" not in said and "waiting" not in said

        await until("the runs to end", idle)

    async def _answer_file_dialog(self, path: Path) -> None:
        def shown() -> QFileDialog | None:
            dialog = self._window.findChild(QFileDialog, "fileDialog")
            return dialog if dialog is not None and dialog.isVisible() else None

        dialog = await until("the file dialog", shown)
        field = dialog.findChild(QLineEdit, "fileNameEdit")
        if field is None:
            raise TourStopped("the file dialog has no field for a name")
        await self._settle()  # the dialog reads its folder first
        field.selectAll()
        QTest.keyClicks(field, str(path))
        # A click, because Enter first goes to the list of completions that typing opened.
        accept = (QDialogButtonBox.StandardButton.Open, QDialogButtonBox.StandardButton.Save)
        box = dialog.findChild(QDialogButtonBox)
        buttons = [box.button(one) for one in accept] if box is not None else []
        button = next((one for one in buttons if one is not None), None)
        if button is None:
            raise TourStopped("the file dialog has no button to accept")
        await asyncio.sleep(0.4)
        await until("the button of the file dialog", button.isEnabled)
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        await until("the file dialog to close", lambda: not dialog.isVisible())
        self._window.activateWindow()

    async def _settle(self) -> None:
        """Let decoding, thumbnails and measuring arrive."""
        await asyncio.sleep(0.6)

    async def _grab(self, name: str) -> None:
        await self._settle()
        path = self._out / f"{len(self.pictures) + 1:02d}-{name}.png"
        if not self._window.grab().save(str(path)):
            raise TourStopped(f"{path.name} could not be written")
        self.pictures.append(path)
