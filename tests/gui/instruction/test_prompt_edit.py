from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QKeyEvent, QTextCursor
from PySide6.QtWidgets import QApplication, QMenu

from kontext_studio.gui.instruction.checker import Question, answer_to
from kontext_studio.gui.instruction.prompt_edit import PromptEdit

FOREST = "Change the background to a pine forest"
GHOST = ", keep the exact camera angle, position, and framing"
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def edit(qtbot, dressed) -> PromptEdit:
    made = PromptEdit(dressed)
    qtbot.add_widget(made)
    made.resize(344, 112)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    made.setFocus()
    return made


def check(edit: PromptEdit) -> None:
    answer = answer_to(Question(edit.toPlainText()))
    edit.set_findings(answer.text, answer.findings, answer.ghost)


def write(edit: PromptEdit, text: str) -> None:
    edit.set_text(text)
    check(edit)


def caret(edit: PromptEdit, position: int) -> None:
    cursor = edit.textCursor()
    cursor.setPosition(position)
    edit.setTextCursor(cursor)


# ------------------------------------------------------------ ghost text
def test_the_ghost_is_no_part_of_the_text(edit):
    write(edit, FOREST)
    assert edit.ghost() == GHOST
    assert edit.toPlainText() == FOREST


@pytest.mark.parametrize("key", [Qt.Key.Key_Tab, Qt.Key.Key_Right])
def test_tab_and_right_accept_all_of_it(qtbot, edit, key):
    write(edit, FOREST)
    qtbot.keyClick(edit, key)
    assert edit.toPlainText() == FOREST + GHOST
    assert edit.ghost() == ""
    edit.undo()
    assert edit.toPlainText() == FOREST


def test_ctrl_right_accepts_a_word(qtbot, edit):
    write(edit, FOREST)
    qtbot.keyClick(edit, Qt.Key.Key_Right, CTRL)
    qtbot.keyClick(edit, Qt.Key.Key_Right, CTRL)
    assert edit.toPlainText() == FOREST + ", keep the"
    assert edit.ghost() == " exact camera angle, position, and framing"


def test_esc_hides_it_and_changes_nothing(qtbot, edit):
    write(edit, FOREST)
    qtbot.keyClick(edit, Qt.Key.Key_Escape)
    assert edit.ghost() == ""
    assert edit.toPlainText() == FOREST


def test_typing_its_letters_eats_them_and_others_remove_it(qtbot, edit):
    write(edit, FOREST)
    qtbot.keyClicks(edit, ", k")
    assert edit.ghost() == "eep the exact camera angle, position, and framing"
    qtbot.keyClicks(edit, "x")
    assert edit.ghost() == ""


def test_it_shows_only_at_the_end_and_with_the_focus(edit):
    write(edit, FOREST)
    caret(edit, 3)
    assert edit.ghost() == ""
    edit.moveCursor(QTextCursor.MoveOperation.End)
    assert edit.ghost() == GHOST
    edit.clearFocus()
    assert edit.ghost() == ""


def test_the_frame_grows_for_its_lines(edit):
    write(edit, "Make the dancer kneel on the wooden floor beside the open window of the room")
    with_ghost = edit.height()
    edit.hide_ghost()
    assert edit.height() < with_ghost


# ------------------------------------------------------------ leaving
@pytest.mark.parametrize(
    ("key", "held"),
    [
        (Qt.Key.Key_Tab, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_Tab, CTRL),
        (Qt.Key.Key_Backtab, SHIFT),
    ],
)
def test_keys_that_leave_the_editor(qtbot, panel, key, held):
    panel.set_text("Paint the door red")
    assert panel.edit.hasFocus()
    qtbot.keyClick(panel.edit, key, held)
    assert not panel.edit.hasFocus()
    assert panel.edit.toPlainText() == "Paint the door red"


def test_shift_tab_leaves_even_where_there_is_a_ghost(qtbot, panel):
    panel.set_text(FOREST)
    assert panel.edit.ghost()
    qtbot.keyClick(panel.edit, Qt.Key.Key_Backtab, SHIFT)
    assert not panel.edit.hasFocus()


# ------------------------------------------------------------ fixes
def test_ctrl_period_applies_the_only_fix_in_one_undo_step(qtbot, edit):
    write(edit, "Turn the mug into a vase")
    qtbot.keyClick(edit, Qt.Key.Key_Period, CTRL)
    assert edit.toPlainText() == "Replace the mug with a vase"
    edit.undo()
    assert edit.toPlainText() == "Turn the mug into a vase"


def test_ctrl_period_offers_a_menu_where_there_are_several(qtbot, edit):
    write(edit, "Make the terrace nicer")
    qtbot.keyClick(edit, Qt.Key.Key_Period, CTRL)
    (menu,) = edit.findChildren(QMenu, "fixMenu")
    assert "Increase the contrast of the terrace" in [a.text() for a in menu.actions()]
    assert menu.actions()[0].toolTip() == "Increase the contrast of the terrace"
    menu.actions()[0].trigger()
    assert edit.toPlainText() == "Increase the contrast of the terrace"
    menu.close()


def test_a_slot_is_selected_to_be_typed_over(qtbot, edit):
    write(edit, "Replace the lamp")
    qtbot.keyClick(edit, Qt.Key.Key_Period, CTRL)
    assert edit.textCursor().selectedText() == "{new object}"
    qtbot.keyClicks(edit, "a candle")
    assert edit.toPlainText() == "Replace the lamp with a candle"


def test_fixes_hit_the_right_place_behind_wide_characters(qtbot, edit):
    write(edit, "👩‍🎨😀 Turn the mug into a vase")
    qtbot.keyClick(edit, Qt.Key.Key_Period, CTRL)
    assert edit.toPlainText() == "👩‍🎨😀 Replace the mug with a vase"


def test_a_fix_of_an_older_text_is_not_applied(qtbot, edit):
    write(edit, "Turn the mug into a vase")
    qtbot.keyClicks(edit, "s")
    with qtbot.wait_signal(edit.check_wanted):
        edit.show_fixes()
    assert edit.toPlainText() == "Turn the mug into a vases"
    (finding,) = answer_to(Question("Turn the mug into a vase")).findings
    with qtbot.wait_signal(edit.check_wanted):
        edit.apply_fix(finding.fixes[0], finding)
    assert edit.toPlainText() == "Turn the mug into a vases"


def test_a_command_is_handed_on(qtbot, edit):
    text = "Crop the sky, tint the sea, blur the pier, fade the rim"
    answer = answer_to(Question(text, commands=frozenset(["split"])))
    edit.set_text(text)
    edit.set_findings(text, answer.findings)
    split = answer.findings[0].fixes[0]
    with qtbot.wait_signal(edit.fix_command) as told:
        edit.apply_fix(split, answer.findings[0])
    (asked,) = told.args
    assert (asked.command, asked.text, asked.finding.rule) == ("split", text, "many-edits")
    assert edit.toPlainText() == text


def test_f8_walks_the_problems_both_ways(qtbot, edit):
    text = "Make it green, turn the mug into a vase and remove the thing"
    write(edit, text)
    edit.moveCursor(QTextCursor.MoveOperation.End)
    starts = [text.index("it"), text.index("turn"), text.index("thing")]
    seen = []
    for _ in range(4):
        qtbot.keyClick(edit, Qt.Key.Key_F8)
        seen.append(edit.textCursor().position())
    assert seen[0] == starts[0]
    assert set(starts) <= {*seen}
    qtbot.keyClick(edit, Qt.Key.Key_F8, SHIFT)
    assert edit.textCursor().position() == seen[-2]


def test_underlines_follow_the_text_until_the_next_check(qtbot, edit):
    write(edit, "Remove the thing")
    (start, end, token) = edit.underlines()[0]
    assert ("Remove the thing"[start:end], token) == ("thing", "warning.line")
    caret(edit, 0)
    qtbot.keyClicks(edit, "Now ")
    (start, end, _) = edit.underlines()[0]
    assert edit.toPlainText()[start:end] == "thing"


def test_at_most_one_underline_under_any_word(edit):
    write(edit, "Make him taller, turn {x} into a vase, remove the thing, blur the sky, add a cat")
    ranges = sorted((start, end) for start, end, _ in edit.underlines())
    assert len(ranges) >= 3
    assert all(a[1] <= b[0] for a, b in pairwise(ranges))


def test_hints_are_counted_but_not_underlined(edit):
    write(edit, FOREST)
    assert edit.underlines() == []
    assert edit.footer_words() == "1 to improve"


# ------------------------------------------------------------ the rest
def test_ctrl_up_and_down_walk_earlier_instructions_and_bring_the_draft_back(qtbot, edit):
    edit.set_history(["Remove the pole", "Crop the sky", "Remove the pole"])
    edit.set_text("Paint the do")
    for expected in ("Remove the pole", "Crop the sky", "Crop the sky"):
        qtbot.keyClick(edit, Qt.Key.Key_Up, CTRL)
        assert edit.toPlainText() == expected
    qtbot.keyClick(edit, Qt.Key.Key_Down, CTRL)
    qtbot.keyClick(edit, Qt.Key.Key_Down, CTRL)
    assert edit.toPlainText() == "Paint the do"


def test_a_walk_goes_on_when_a_run_ends_and_the_unsent_text_is_not_lost(qtbot, edit):
    edit.set_history(["Remove the pole", "Crop the sky"])
    edit.set_text("Paint the do")
    qtbot.keyClick(edit, Qt.Key.Key_Up, CTRL)
    edit.set_history(["Add a cat", "Remove the pole", "Crop the sky"])
    assert edit.unsent_text() == "Paint the do"
    qtbot.keyClick(edit, Qt.Key.Key_Down, CTRL)
    assert edit.toPlainText() == "Add a cat"
    qtbot.keyClick(edit, Qt.Key.Key_Down, CTRL)
    assert edit.toPlainText() == "Paint the do"
    qtbot.keyClick(edit, Qt.Key.Key_Up, CTRL)
    edit.set_text("Add a cat")  # of another step: no part of the walk
    assert edit.unsent_text() == "Add a cat"


def test_looking_at_an_earlier_instruction_leaves_the_draft_alone(qtbot, panel):
    panel.set_history(["Remove the pole"])
    panel.edit.insertPlainText("Paint the do")
    with qtbot.wait_signal(panel.draft_changed) as told:
        qtbot.keyClick(panel.edit, Qt.Key.Key_Up, CTRL)
    assert panel.draft().text == "Remove the pole"  # what Run would send
    assert told.args[0].text == "Paint the do"
    with qtbot.wait_signal(panel.draft_changed) as told:
        panel.edit.insertPlainText("s")
    assert told.args[0].text == "Remove the poles"


def test_it_grows_with_the_text_and_no_further_than_220(edit):
    assert edit.height() == 112
    edit.set_text("word " * 60)
    assert 112 < edit.height() <= 220
    edit.set_text("word " * 600)
    assert edit.height() == 220
    assert edit.verticalScrollBarPolicy() is Qt.ScrollBarPolicy.ScrollBarAlwaysOn


def test_lines_are_22_apart(edit):
    edit.set_text("one\ntwo\nthree")
    tops = []
    for line in range(3):
        caret(edit, edit.document().findBlockByNumber(line).position())
        tops.append(edit.cursorRect().top())
    assert [b - a for a, b in pairwise(tops)] == [22, 22]


def test_wrapped_lines_are_22_apart_too(edit):
    edit.set_text("word " * 40)
    caret(edit, 0)
    first = edit.cursorRect().top()
    line = edit.document().firstBlock().layout().lineAt(3)
    caret(edit, line.textStart())
    assert edit.cursorRect().top() - first == 66


def test_dropped_files_are_handed_up_and_not_typed(qtbot, edit, tmp_path):
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path / "a.png"))])
    event = QDropEvent(
        QPointF(5, 5),
        Qt.DropAction.CopyAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    with qtbot.wait_signal(edit.files_dropped) as dropped:
        edit.dropEvent(event)
    assert dropped.args == [(tmp_path / "a.png",)]
    assert edit.toPlainText() == ""


def test_a_notice_replaces_the_count_until_something_is_typed(qtbot, edit):
    write(edit, FOREST)
    edit.set_notice("ban", "Stopped by fal.ai", "danger")
    assert edit.footer_words() == "Stopped by fal.ai"
    qtbot.keyClicks(edit, "s")
    assert edit.footer_words() != "Stopped by fal.ai"


def test_ctrl_enter_asks_for_a_run_and_types_nothing(qtbot, edit):
    edit.set_text(FOREST)
    with qtbot.wait_signal(edit.run_asked):
        qtbot.keyClick(edit, Qt.Key.Key_Return, CTRL)
    assert edit.toPlainText() == FOREST


@pytest.mark.parametrize("key", [Qt.Key.Key_2, Qt.Key.Key_3, Qt.Key.Key_4, Qt.Key.Key_X])
def test_the_key_of_a_command_types_nothing(qtbot, edit, key):
    write(edit, "Make it warmer")
    qtbot.keyClick(edit, key, Qt.KeyboardModifier.AltModifier)
    assert edit.toPlainText() == "Make it warmer"


def test_what_option_writes_is_typed(qtbot, edit):
    event = QKeyEvent(
        QEvent.Type.KeyPress, Qt.Key.Key_3, Qt.KeyboardModifier.AltModifier, "\N{NUMBER SIGN}"
    )
    QApplication.sendEvent(edit, event)
    assert edit.toPlainText() == "#"


def test_refused_words_are_marked_wherever_they_stand_and_no_part_of_another(edit):
    text = "Turn the oak into OAK and cloak, \U0001f600 oak"
    edit.set_text(text)
    edit.set_refused_words(text, ("oak",))
    assert [(a, b) for a, b, token in edit.underlines() if token == "danger.line"] == [
        (9, 12), (18, 21), (36, 39),
    ]  # fmt: skip
