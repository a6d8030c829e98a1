"""For each screen that is there: which colour space it shows. Qt tells of none."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QComboBox, QFileDialog, QVBoxLayout, QWidget

from kontext_studio.gui.display_profile import (
    DISPLAY_P3_WORD,
    SRGB_WORD,
    display_profile,
    screen_key,
)
from kontext_studio.gui.settings.form_row import FormRow
from kontext_studio.gui.shell.dialogs import open_dialog
from kontext_studio.gui.theme.tokens import Theme

_FILE = "file"
PROFILES = "Colour profiles (*.icc *.icm)"
UNUSABLE = "This file is not the profile of an RGB display. Choose another."

Displays = tuple[tuple[str, str], ...]


class DisplayRows(QWidget):
    """`chosen` carries all pairs of screen and profile, also of screens that are not there now."""

    chosen = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._displays: Displays = ()
        self._rows: dict[str, tuple[FormRow, QComboBox]] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.space(3))
        self._list_screens()
        app = QGuiApplication.instance()
        if isinstance(app, QGuiApplication):
            app.screenAdded.connect(self._list_screens)
            app.screenRemoved.connect(self._list_screens)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        for row, _ in self._rows.values():
            row.set_theme(theme)

    def set_displays(self, displays: object) -> None:
        """Show what is set; nothing is told."""
        self._displays = displays if isinstance(displays, tuple) else ()
        for key, (_, box) in self._rows.items():
            self._show(box, dict(self._displays).get(key, SRGB_WORD))

    @property
    def first_box(self) -> QComboBox:
        return next(iter(self._rows.values()))[1]

    def _list_screens(self) -> None:
        while (item := self._column.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self._rows = {}
        for number, screen in enumerate(QGuiApplication.screens(), start=1):
            key = screen_key(screen)
            if key in self._rows:
                continue
            box = QComboBox()
            box.setObjectName(f"displayProfile-{number}")
            box.setMinimumContentsLength(12)
            box.activated.connect(lambda index, key=key: self._choose(key, index))
            row = FormRow(self._theme, screen.model() or f"Screen {number}", box)
            self._rows[key] = row, box
            self._column.addWidget(row)
        self.set_displays(self._displays)

    def _show(self, box: QComboBox, word: str) -> None:
        with QSignalBlocker(box):
            box.clear()
            box.addItem("sRGB", SRGB_WORD)
            box.addItem("Display P3", DISPLAY_P3_WORD)
            if word not in (SRGB_WORD, DISPLAY_P3_WORD, ""):
                box.addItem(Path(word).name, word)
            box.addItem("ICC file…", _FILE)
            box.setCurrentIndex(max(0, box.findData(word)))

    def _choose(self, key: str, index: int) -> None:
        word = str(self._rows[key][1].itemData(index))
        if word == _FILE:
            self.set_displays(self._displays)  # until a file is chosen, nothing has changed
            self._ask_for_file(key)
        else:
            self._take(key, word)

    def _ask_for_file(self, key: str) -> None:
        dialog = QFileDialog(self.window(), "Display profile")
        dialog.setObjectName("fileDialog")
        dialog.setNameFilters([PROFILES])
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda name: self._take(key, name))
        open_dialog(dialog)

    def _take(self, key: str, word: str) -> None:
        row, _ = self._rows[key]
        if display_profile(word) is None:
            row.set_problem(UNUSABLE)
            return
        row.set_problem("")
        rest = {one: other for one, other in self._displays if one != key}
        self.chosen.emit(tuple(sorted({**rest, key: word}.items())))
