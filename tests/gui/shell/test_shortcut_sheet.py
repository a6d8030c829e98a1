from __future__ import annotations

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLineEdit

from kontext_studio.gui.shell.shortcut_list import ShortcutRow
from kontext_studio.gui.shell.shortcut_sheet import ShortcutSheet, shortcut_rows
from tests.gui.shell.accessibility import names_missing

ROWS = (
    ShortcutRow("File", "Open image", ("Ctrl", "O")),
    ShortcutRow("File", "Export step", ("Ctrl", "E")),
    ShortcutRow("View", "Fit", ("Ctrl", "0")),
)


@pytest.fixture
def sheet(qtbot, theme):
    made = ShortcutSheet(theme)
    qtbot.add_widget(made)
    made.set_rows(ROWS)
    return made


def test_it_is_made_from_actions_that_have_keys(qapp):
    with_keys = QAction("&Open image…")
    with_keys.setShortcut("Ctrl+O")
    rows = shortcut_rows([("&File", [with_keys, QAction("About")])])
    assert rows == (ROWS[0],)


def test_it_is_searched_by_command_and_by_key(sheet, qtbot):
    field = sheet.findChild(QLineEdit, "shortcutSearch")
    assert sheet.shown_rows() == ("Open image", "Export step", "Fit")
    qtbot.keyClicks(field, "exp")
    assert sheet.shown_rows() == ("Export step",)
    field.clear()
    qtbot.keyClicks(field, "ctrl 0")
    assert sheet.shown_rows() == ("Fit",)


def test_it_does_not_block_the_window(sheet):
    assert not sheet.isModal()


def test_every_stop_has_a_name(sheet, qtbot):
    sheet.show()
    assert names_missing(sheet) == []


def test_new_rows_replace_the_old_ones(sheet):
    sheet.set_rows(ROWS[:1])
    assert sheet.shown_rows() == ("Open image",)
