from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLineEdit, QListView, QMainWindow

from kontext_studio.core.images import Sha256
from kontext_studio.gui.shell.palette import Palette
from kontext_studio.gui.shell.palette_search import EntryKind, PaletteEntry
from tests.gui.shell.accessibility import names_missing

STEP = PaletteEntry(EntryKind.STEP, "n7", "Comply with oak", hint="step 7", sha=Sha256("sha-7"))
SETTING = PaletteEntry(EntryKind.SETTING, "wheel", "Wheel pans")


class Window(QMainWindow):
    def __init__(self) -> None:
        super().__init__()
        self.other = QLineEdit(self)
        self.editor = QLineEdit(self)


@pytest.fixture
def window(qtbot):
    made = Window()
    qtbot.add_widget(made)
    made.resize(1200, 800)
    made.editor.move(10, 10)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    made.editor.setFocus()
    return made


@pytest.fixture
def actions(window) -> dict[str, QAction]:
    made = {}
    for name, words in (("compare", "Compare with parent"), ("undo", "&Undo"), ("open", "Open…")):
        action = QAction(words, window)
        action.setObjectName(name)
        made[name] = action
    off = QAction("Export comparison…", window)
    off.setObjectName("export")
    off.setEnabled(False)
    off.setToolTip("Export comparison: Pick two steps first")
    made["export"] = off
    made["compare"].setShortcut("Y")
    return made


@pytest.fixture
def palette(window, theme, actions):
    made = Palette(theme, window)
    made.set_actions(list(actions.values()))
    made.set_steps(lambda: [STEP])
    made.set_settings(lambda: [SETTING])
    return made


@pytest.fixture
def field(palette) -> QLineEdit:
    return palette.findChild(QLineEdit, "paletteField")


def titles(palette: Palette) -> list[str]:
    return [entry.title for entry in palette.shown_entries()]


def test_it_opens_with_all_commands_and_the_focus_in_its_field(palette, field):
    palette.open_palette()
    assert field.hasFocus()
    assert titles(palette) == ["Compare with parent", "Undo", "Open", "Export comparison"]
    assert palette.current_entry().title == "Compare with parent"
    assert palette.current_entry().keys == ("Y",)


def test_enter_closes_gives_the_focus_back_and_runs(palette, field, actions, window, qtbot):
    palette.open_palette()
    qtbot.keyClicks(field, "und")
    where = []
    actions["undo"].triggered.connect(lambda: where.append(window.editor.hasFocus()))
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert where == [True], "the command meets the window as it was"
    assert not palette.isVisible()


def test_ctrl_enter_runs_and_stays(palette, field, actions, qtbot):
    palette.open_palette()
    qtbot.keyClicks(field, "und")
    with qtbot.wait_signal(actions["undo"].triggered):
        qtbot.keyClick(field, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert palette.isVisible()
    assert field.text() == "und"


def test_escape_closes_and_gives_the_focus_back(palette, field, window, qtbot):
    palette.open_palette()
    with qtbot.wait_signal(palette.closed):
        qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert window.editor.hasFocus()


def test_a_disabled_command_shows_its_reason_and_does_nothing(palette, field, qtbot):
    palette.open_palette()
    qtbot.keyClicks(field, "export")
    assert palette.current_entry().reason == "pick two steps first"
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert palette.isVisible()


def test_a_step_is_chosen_by_its_id(palette, field, qtbot):
    palette.open_palette("@")
    with qtbot.wait_signal(palette.step_chosen) as chosen:
        qtbot.keyClick(field, Qt.Key.Key_Return)
    assert chosen.args == ["n7"]


def test_a_setting_is_chosen_by_its_id(palette, field, qtbot):
    palette.open_palette("wheel")
    with qtbot.wait_signal(palette.setting_chosen) as chosen:
        qtbot.keyClick(field, Qt.Key.Key_Return)
    assert chosen.args == ["wheel"]


def test_arrows_pass_over_headers_and_go_round(palette, field, qtbot):
    palette.open_palette("comp")
    assert titles(palette) == ["Compare with parent", "Export comparison", "Comply with oak"]
    for expected in ("Export comparison", "Comply with oak", "Compare with parent"):
        qtbot.keyClick(field, Qt.Key.Key_Down)
        assert palette.current_entry().title == expected
    qtbot.keyClick(field, Qt.Key.Key_Up)
    assert palette.current_entry().title == "Comply with oak"


def test_the_last_five_used_come_first(palette, field, qtbot):
    with qtbot.wait_signal(palette.recent_changed) as changed:
        palette.open_palette("undo")
        qtbot.keyClick(field, Qt.Key.Key_Return)
    assert changed.args == [("undo",)]
    palette.open_palette()
    assert titles(palette)[0] == "Undo"
    palette.set_recent(["a", "b", "c", "d", "e", "undo"])
    palette.open_palette()
    assert titles(palette)[0] == "Compare with parent", "more than five are forgotten"


def test_what_is_enabled_is_asked_at_each_opening(palette, actions):
    palette.open_palette()
    palette.close_palette()
    actions["export"].setEnabled(True)
    palette.open_palette("export")
    assert palette.current_entry().enabled


def test_a_press_beside_it_closes_it_and_a_press_on_an_entry_runs_it(palette, actions, qtbot):
    palette.open_palette("und")
    entries = palette.findChild(QListView, "paletteList")
    place = entries.visualRect(entries.currentIndex()).center()
    with qtbot.wait_signal(actions["undo"].triggered):
        qtbot.mouseClick(entries.viewport(), Qt.MouseButton.LeftButton, pos=place)
    palette.open_palette()
    qtbot.mouseClick(palette, Qt.MouseButton.LeftButton, pos=QPoint(3, 700))
    assert not palette.isVisible()


def test_tab_does_not_leave_it(palette, field, qtbot):
    palette.open_palette()
    qtbot.keyClick(field, Qt.Key.Key_Tab)
    assert field.hasFocus()


def test_it_stands_where_the_design_puts_it(dressed, palette, window):
    palette.open_palette()
    panel = palette.findChild(QListView, "paletteList").parentWidget().geometry()
    assert panel.width() == 640
    assert panel.top() == 100, "118 where the window is high enough, an eighth of it where not"
    assert abs(panel.center().x() - window.rect().center().x()) <= 1


def test_thumbnails_of_steps_are_asked_for(palette, qtbot):
    with qtbot.wait_signal(palette.thumbnail_wanted) as wanted:
        palette.open_palette("@")
    assert wanted.args == ["sha-7"]


def test_it_speaks(palette, field):
    palette.open_palette("und")
    assert names_missing(palette) == []
    assert field.accessibleDescription() == "Undo"


def test_a_question_lists_only_its_answers_and_stands_in_the_field(palette, field, qtbot):
    taken: list[str] = []
    other = PaletteEntry(EntryKind.STEP, "n8", "Undo the oak", hint="step 8")
    palette.choose_step(taken.append, "Which instruction?", lambda: [STEP, other])
    assert field.text() == ""
    assert field.placeholderText() == "Which instruction?"
    assert titles(palette) == ["Undo the oak", "Comply with oak"]
    qtbot.keyClicks(field, "und")
    assert titles(palette) == ["Undo the oak"], "no commands"
    ctrl = Qt.KeyboardModifier.ControlModifier
    qtbot.keyClick(field, Qt.Key.Key_Return, ctrl)
    assert taken == ["n8"]
    assert not palette.isVisible()
    palette.open_palette()
    assert "Undo" in titles(palette)
