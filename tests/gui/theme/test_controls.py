"""The controls that a style sheet alone cannot make: key hints, switch, segmented bar."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAccessible, QAction, QActionGroup, QColor
from PySide6.QtWidgets import QLineEdit, QWidget

from kontext_studio.gui.theme.icons import icon
from kontext_studio.gui.theme.key_hints import KeyHintButton
from kontext_studio.gui.theme.switch import Switch
from kontext_studio.gui.theme.tool_button import SegmentedBar, ToolButton


def spoken(widget) -> str:
    return QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)


def test_a_key_hint_makes_the_button_wider_but_not_its_name_longer(show, dressed):
    plain, hinted = (KeyHintButton(dressed, "Compare all", "outlined") for _ in range(2))
    hinted.set_keys("Alt", "4")
    show(plain, hinted)
    assert hinted.sizeHint().width() > plain.sizeHint().width() + 30
    assert hinted.sizeHint().height() == plain.sizeHint().height()
    assert spoken(hinted) == "Compare all"


def test_where_there_is_no_room_for_the_keys_the_words_are_whole_without_them(show, dressed):
    button = KeyHintButton(dressed, "Edit from step 3", "primary")
    show(button)
    button.resize(button.sizeHint())
    plain = button.grab().toImage()
    button.set_keys("↵")
    button.resize(plain.size())
    assert button.grab().toImage() == plain
    button.resize(button.sizeHint())
    with_key = button.grab().toImage()
    button.set_keys()
    assert button.grab().toImage() != with_key


def test_the_word_at_the_right_end_is_spoken_as_a_description(show, dressed):
    run = KeyHintButton(dressed, "Run", "primary")
    run.set_trailing("$0.16")
    show(run)
    assert run.accessibleDescription() == "$0.16"


def test_a_key_hint_button_is_pressed_with_the_keyboard(qtbot, show, dressed):
    run = KeyHintButton(dressed, "Run", "primary")
    show(run)
    with qtbot.waitSignal(run.clicked):
        qtbot.keyClick(run, Qt.Key.Key_Space)


def test_a_switch_is_a_check_box_to_keyboard_and_screen_reader(qtbot, show, dressed):
    switch = Switch(dressed, "Link zoom and position")
    show(switch)
    interface = QAccessible.queryAccessibleInterface(switch)
    assert interface.role() == QAccessible.Role.CheckBox
    assert spoken(switch) == "Link zoom and position"
    qtbot.keyClick(switch, Qt.Key.Key_Space)
    assert switch.isChecked()
    qtbot.mouseClick(switch, Qt.MouseButton.LeftButton, pos=switch.rect().center())
    assert not switch.isChecked()
    assert min(switch.sizeHint().toTuple()) >= dressed.length("size.target.min")


def test_a_switch_that_is_on_is_filled_with_accent(show, dressed):
    switch = Switch(dressed, "Mirror the pointer")
    show(switch)
    middle = switch.rect().center()
    left_of_middle = (middle.x() - 4, middle.y())
    assert switch.grab().toImage().pixelColor(*left_of_middle) != dressed.colour("accent.fill")
    switch.setChecked(True)
    assert switch.grab().toImage().pixelColor(*left_of_middle) == dressed.colour("accent.fill")


def views(bar: QWidget, names: tuple[str, ...]) -> list[QAction]:
    group = QActionGroup(bar)
    actions = []
    for name in names:
        action = QAction(name, group)
        action.setCheckable(True)
        actions.append(action)
    actions[0].setChecked(True)
    return actions


def test_a_segmented_bar_shows_and_sets_the_checked_action(qtbot, show, dressed):
    bar = SegmentedBar("Views")
    single, wipe = views(bar, ("Single", "Wipe"))
    bar.set_actions([single, wipe], words=True)
    show(bar)
    buttons = bar.findChildren(ToolButton)
    qtbot.mouseClick(buttons[1], Qt.MouseButton.LeftButton)
    assert wipe.isChecked()
    assert not single.isChecked()


def test_the_checked_segment_is_underlined_in_accent(show, dressed):
    bar = SegmentedBar("Views")
    bar.set_actions(views(bar, ("Single", "Wipe")), words=True)
    show(QLineEdit(), bar)
    line = dressed.colour("accent.line")
    bottoms = []
    for button in bar.findChildren(ToolButton):
        image = button.grab().toImage()
        bottoms.append(image.pixelColor(image.width() // 2, image.height() - 1))
    assert bottoms[0] == line
    assert bottoms[1] != line


def test_left_and_right_move_inside_a_segmented_bar(qtbot, show, dressed):
    bar = SegmentedBar("Views")
    bar.set_actions(views(bar, ("Single", "Wipe", "Grid")), words=True)
    show(bar)
    buttons = bar.findChildren(ToolButton)
    buttons[0].setFocus()
    qtbot.keyClick(buttons[0], Qt.Key.Key_Right)
    assert buttons[1].hasFocus()
    qtbot.keyClick(buttons[1], Qt.Key.Key_Left)
    qtbot.keyClick(buttons[0], Qt.Key.Key_Left)
    assert buttons[2].hasFocus()


def test_a_segment_without_words_still_says_its_name(show, dressed):
    bar = SegmentedBar("Tools")
    (hand,) = views(bar, ("Hand",))
    hand.setIcon(icon(dressed, "hand"))
    bar.set_actions([hand], words=False)
    show(bar)
    (button,) = bar.findChildren(ToolButton)
    assert spoken(button) == "Hand"
    assert button.width() == 32


def test_the_word_of_a_checked_segment_is_brighter_than_the_others(show, dressed):
    bar = SegmentedBar("Views")
    bar.set_actions(views(bar, ("IIIII", "IIIII")), words=True)
    show(QLineEdit(), bar)

    def contrast(button: ToolButton) -> int:
        image = bar.grab(button.geometry()).toImage()
        field = dressed.colour("surface.field").lightness()
        return max(
            abs(QColor(image.pixel(x, y)).lightness() - field)
            for x in range(6, image.width() - 6)
            for y in range(6, image.height() - 6)
        )

    first, second = bar.findChildren(ToolButton)
    assert contrast(first) > contrast(second)


def test_a_tool_button_has_room_between_icon_and_word(show, dressed):
    button = ToolButton()
    button.setText("Export")
    button.setIcon(icon(dressed, "download"))
    button.setIconSize(QSize(16, 16))
    button.show_words(True)
    show(button)
    words = button.fontMetrics().horizontalAdvance("Export")
    assert button.sizeHint() == QSize(10 + 16 + 8 + words + 10, 32)
