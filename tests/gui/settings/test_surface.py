from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QLineEdit, QListWidget, QMainWindow, QWidget

from kontext_studio.gui.settings.pages import SECTIONS, plain_pages
from kontext_studio.gui.settings.plain_page import PlainPage
from kontext_studio.gui.settings.surface import SettingsSurface
from kontext_studio.store.places import Places
from tests.gui.driving import CTRL, focused, part
from tests.gui.shell.accessibility import names_missing, small_targets


@pytest.fixture
def window(qtbot, dressed):
    made = QMainWindow()
    made.resize(1180, 720)
    under = QLineEdit()
    made.setCentralWidget(under)
    qtbot.add_widget(made)
    with qtbot.wait_active(made):
        made.show()
        made.activateWindow()
    under.setFocus()
    return made


@pytest.fixture
def surface(window, dressed, tmp_path):
    made = SettingsSurface(dressed, window)
    pages = plain_pages(dressed, Places.from_environment({"KONTEXT_STUDIO_HOME": str(tmp_path)}))
    for section in SECTIONS:
        if section.id in pages:
            made.add_page(section, pages[section.id])
    made.show_section("general")
    return made


def test_it_covers_the_window_and_gives_the_focus_back(window, surface):
    surface.open_surface()
    assert surface.size() == window.size()
    assert part(surface, QListWidget, "settingsSections").hasFocus()
    surface.close_surface()
    assert window.centralWidget().hasFocus()


def test_it_follows_the_size_of_its_window(qtbot, window, surface):
    surface.open_surface()
    window.resize(1300, 800)
    qtbot.wait_until(lambda: surface.size() == window.size())


def test_esc_and_the_cross_ask_to_close(qtbot, surface):
    surface.open_surface()
    with qtbot.wait_signal(surface.close_asked):
        qtbot.keyClick(focused(), Qt.Key.Key_Escape)
    with qtbot.wait_signal(surface.close_asked):
        qtbot.mouseClick(part(surface, QWidget, "settingsClose"), Qt.MouseButton.LeftButton)
    assert surface.isVisible(), "whoever is asked decides"


def test_the_keys_of_the_window_wait_until_it_is_closed(qtbot, window, surface):
    pressed: list[str] = []
    for keys in ("Ctrl+Return", "Ctrl+Z", "Ctrl+Q"):
        one = QShortcut(QKeySequence(keys), window)
        one.activated.connect(lambda keys=keys: pressed.append(keys))
    surface.open_surface()
    focus = focused()
    qtbot.keyClick(focus, Qt.Key.Key_Return, CTRL)
    qtbot.keyClick(focus, Qt.Key.Key_Z, CTRL)
    assert pressed == []
    qtbot.keyClick(focus, Qt.Key.Key_Q, CTRL)
    assert pressed == ["Ctrl+Q"], "leaving is always possible"
    surface.close_surface()
    qtbot.keyClick(window.centralWidget(), Qt.Key.Key_Return, CTRL)
    assert "Ctrl+Return" in pressed


def test_tab_goes_round_inside(qtbot, window, surface):
    surface.show_section("limits")
    surface.open_surface()
    seen: list[str] = []
    for _ in range(8):
        focus = focused()
        seen.append(focus.objectName())
        qtbot.keyClick(focus, Qt.Key.Key_Tab)
    inside = ["settingsSections", "setting-spend_limit_usd", "setting-max_running"]
    assert seen[:3] == inside
    assert seen[3] == "settingsClose"
    assert seen[4:7] == inside, "it never leaves"
    qtbot.keyClick(part(surface, QWidget, "settingsSections"), Qt.Key.Key_Backtab)
    assert focused().objectName() == "settingsClose"


def test_enter_presses_the_button_that_has_the_keyboard(qtbot, surface):
    surface.open_surface()
    cross = part(surface, QWidget, "settingsClose")
    cross.setFocus()
    with qtbot.wait_signal(surface.close_asked):
        qtbot.keyClick(cross, Qt.Key.Key_Return)


def test_arrows_in_the_list_ask_for_another_section(qtbot, surface):
    surface.open_surface()
    with qtbot.wait_signal(surface.section_asked) as asked:
        qtbot.keyClick(focused(), Qt.Key.Key_Down)
    assert asked.args == ["appearance"]
    assert surface.section == "general", "until whoever is asked shows it"


@pytest.mark.parametrize("section", [one.id for one in SECTIONS if one.id != "connection"])
def test_every_stop_has_a_name_and_every_target_is_large_enough(surface, section):
    surface.show_section(section)
    surface.open_surface()
    assert names_missing(surface) == []
    assert small_targets(surface) == []


def test_a_field_shows_its_value_without_telling_and_tells_what_a_person_does(qtbot, dressed):
    page = PlainPage(dressed, "Limits")
    page.add_switch("wheel_pans", "The wheel moves the picture")
    page.add_amount("spend_limit_usd", "Spend limit", most=100)
    qtbot.add_widget(page)
    page.resize(600, 300)
    page.show()
    told: list[tuple[str, object]] = []
    page.changed.connect(lambda name, value: told.append((name, value)))
    page.set_value("wheel_pans", True)
    page.set_value("spend_limit_usd", 3.0)
    assert told == []
    qtbot.mouseClick(part(page, QWidget, "setting-wheel_pans"), Qt.MouseButton.LeftButton)
    amount = part(page, QWidget, "setting-spend_limit_usd")
    qtbot.keyClick(amount, Qt.Key.Key_Up)
    assert told == [("wheel_pans", False), ("spend_limit_usd", 4.0)]
