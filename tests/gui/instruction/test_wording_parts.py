from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QFontMetricsF
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QPushButton, QToolButton

from kontext_studio.core.area import Area
from kontext_studio.core.drafts import Draft
from kontext_studio.core.history import NodeId
from kontext_studio.core.images import ImageRef, Sha256
from kontext_studio.core.result import Cost
from kontext_studio.core.turns import TurnQueue
from kontext_studio.gui.instruction.checker import Answer, Question, answer_to
from kontext_studio.gui.instruction.fixing_all import all_fixed, difference
from kontext_studio.gui.instruction.ready_fixes import ready_fixes
from kontext_studio.gui.instruction.turns_card import TurnEdit
from kontext_studio.gui.instruction.wording_asked import HowLong, IgnoreAsked
from kontext_studio.gui.theme.apply import apply_theme
from kontext_studio.gui.theme.tokens import ThemeName, load_theme
from kontext_studio.prompting.findings import Finding, Fix, Severity, TextEdit
from kontext_studio.workbench.turns_view import TurnsView
from tests.gui.driving import part
from tests.gui.shell.accessibility import names_missing, small_targets

LEFT = Qt.MouseButton.LeftButton
SLIPS = "Turn the mug into a vase in turqoise, and paint the hull {colour}"


def menu_of(panel) -> QMenu:
    (menu,) = panel.edit.findChildren(QMenu, "fixMenu")
    return menu


def at_caret(panel, position: int) -> None:
    """Ask for the menu of the editor with the keyboard."""
    cursor = panel.edit.textCursor()
    cursor.setPosition(position)
    panel.edit.setTextCursor(cursor)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(), QPoint())
    QApplication.sendEvent(panel.edit, event)


# ------------------------------------------------------------ all at once
def test_fix_all_shows_the_difference_and_is_one_undo_step(qtbot, panel):
    panel.set_text(SLIPS)
    qtbot.mouseClick(panel.problems.findChild(QPushButton, "fixAll"), LEFT)
    card = panel.wording.fix_all_card
    qtbot.wait_until(card.isVisible)
    assert panel.edit.toPlainText() == SLIPS
    shown = card.findChild(QLabel, "fixAllDifference").text()
    assert "<s" in shown
    assert "turquoise" in shown
    qtbot.mouseClick(card.findChild(QPushButton, "fixAllApply"), LEFT)
    fixed = panel.edit.toPlainText()
    assert "turquoise" in fixed
    assert "{colour}" in fixed
    assert card.isHidden()
    panel.edit.undo()
    assert panel.edit.toPlainText() == SLIPS


def test_fix_all_makes_no_choice_for_the_person_and_goes_when_they_write_on(qtbot, panel):
    one = Fix("One", (TextEdit(0, 4, "Use"),))
    slot = Fix("Slot", (TextEdit(0, 4, "Use {x}"),), (4, 7))
    act = Fix("Split", command="split")
    for fixes in ((one, one), (slot,), (act, one), ()):
        finding = Finding("vague-goal", Severity.WARNING, 0, 4, "", fixes)
        assert ready_fixes((finding,)) == ()
    assert ready_fixes((Finding("filler", Severity.INFO, 0, 4, "", (one,)),)) == (one,)
    assert all_fixed(Question("Paint the door red")).count == 0
    panel.set_text(SLIPS)
    panel.wording.show_all_fixes()
    qtbot.wait_until(panel.wording.fix_all_card.isVisible)
    qtbot.keyClicks(panel.edit, "!")
    assert panel.wording.fix_all_card.isHidden()


def test_a_difference_is_our_own_rich_text_and_nobody_elses():
    shown = difference("Paint <b>it</b> red", "Paint <b>the hull</b> red", "#111111", "#222222")
    assert "&lt;b&gt;" in shown
    assert "<b>" not in shown


# ------------------------------------------------------------ menus, ignoring
def test_the_menu_of_a_misspelt_word_suggests_and_can_learn(qtbot, panel):
    panel.set_commands(["learn-word"])
    text = "Paint the gate in turqoise"
    panel.set_text(text)
    at_caret(panel, text.index("turqoise") + 3)
    titles = [one.text() for one in menu_of(panel).actions()]
    with qtbot.wait_signal(panel.fix_command) as told:
        menu_of(panel).actions()[titles.index("Add to the dictionary")].trigger()
    assert (told.args[0].command, told.args[0].words) == ("learn-word", "turqoise")
    assert {"Why?", "Ignore here", "Ignore this rule in this session"} <= {*titles}
    menu_of(panel).actions()[0].trigger()
    assert panel.edit.toPlainText() == "Paint the gate in turquoise"
    menu_of(panel).close()


def test_a_rule_can_be_asked_about_and_ignored_from_the_keyboard(qtbot, panel):
    panel.set_text("Make it green")
    panel.wording.open_menu_at_caret()
    by_name = {one.objectName(): one for one in menu_of(panel).actions()}
    with qtbot.wait_signal(panel.why_asked) as why:
        by_name["whyProblem"].trigger()
    assert why.args == ["pronoun-subject"]
    with qtbot.wait_signal(panel.ignore_asked) as ignored:
        by_name["ignore_once"].trigger()
    assert ignored.args == [IgnoreAsked("pronoun-subject", "it", HowLong.ONCE)]
    menu_of(panel).close()
    panel.set_ignored_rules((), [("pronoun-subject", "it")])
    assert panel.problems.rows() == []
    assert panel.problems.isVisible()
    with qtbot.wait_signal(panel.ignored_wanted):
        qtbot.mouseClick(panel.problems.findChild(QPushButton, "ignoredFindings"), LEFT)


def test_the_row_of_the_caret_shows_what_its_fix_would_make(panel):
    panel.set_text("Turn the mug into a vase")
    (row,) = panel.problems.rows()
    assert row.is_current()
    words = [label.text() for label in row.findChildren(QLabel)]
    assert any(one.startswith("→ Replace the mug with") for one in words)


# ------------------------------------------------------------ clauses
def test_a_chip_adds_the_clause_that_is_missing_and_goes(qtbot, panel):
    panel.set_text("Change the background to a pine forest")
    (chip,) = [one for one in panel.wording.snippets.findChildren(QPushButton) if one.isVisible()]
    assert chip.accessibleName().startswith("Add: keep the exact camera angle")
    qtbot.mouseClick(chip, LEFT)
    assert panel.edit.toPlainText() == (
        "Change the background to a pine forest, keep the exact camera angle, position, and framing"
    )
    assert panel.wording.snippets.isHidden()


def test_a_slot_takes_the_thing_of_the_last_instruction(qtbot, panel):
    panel.set_subject("the cup and saucer")
    panel.set_text("Change the colour of the {object} to navy")
    panel.edit.show_fixes()
    titles = [one.text() for one in menu_of(panel).actions()]
    menu_of(panel).actions()[titles.index("Use “cup and saucer”")].trigger()
    assert panel.edit.toPlainText() == "Change the colour of the cup and saucer to navy"
    menu_of(panel).close()


# ------------------------------------------------------------ in line
def test_the_steps_in_line_are_shown_with_a_price_for_all_and_can_be_changed(qtbot, panel):
    queue = TurnQueue(("Remove the bin", "Paint the door red"), NodeId("n"), 3, 0, Draft())
    card = panel.turns
    card.show_view(TurnsView(queue))
    texts = {one.text() for one in card.findChildren(QPushButton) if not one.isHidden()}
    assert texts == {"Run the next", "Run all 2", "Discard"}
    with qtbot.wait_signal(card.edited) as told:
        card.findChild(TurnEdit, "turn_1").setPlainText("Paint the door blue")
    assert told.args == [1, "Paint the door blue"]
    painted = Draft(area=Area(ImageRef(Sha256("a" * 64), "image/png", 8, 8), 0.5))
    card.show_view(TurnsView(replace(queue, each=(painted, Draft()))))
    assert any("Area on step 2 only." in one.text() for one in card.findChildren(QLabel))
    card.show_view(TurnsView(queue, price=Cost(0.04), whole_price=Cost(0.08)))
    assert part(card, QPushButton, "turnsAll").text() == "Run all 2 · $0.08"
    card.show_view(TurnsView(queue, under_way=True, goes_on=True))
    assert card.findChild(TurnEdit, "turn_0").isReadOnly()
    texts = {one.text() for one in card.findChildren(QPushButton) if not one.isHidden()}
    assert texts == {"Stop after this step", "Discard the rest"}
    card.show_view(None)
    assert card.isHidden()


def test_what_is_being_written_into_a_step_in_line_stays_with_it_when_another_was_run(qtbot, panel):
    card = panel.turns
    queue = TurnQueue(("Remove the bin", "Paint it red", "Add a cat"), NodeId("n"), 3, 0, Draft())
    card.show_view(TurnsView(queue, under_way=True))
    second = part(card, TurnEdit, "turn_1")
    second.setFocus()
    second.setPlainText("Paint the door red")
    after = queue.after(NodeId("m"), 1)
    assert after is not None
    with qtbot.wait_signal(card.edited) as told:
        card.show_view(TurnsView(after))
        assert second.hasFocus()
    assert told.args == [0, "Paint the door red"]
    assert part(card, TurnEdit, "turn_0") is second
    assert part(card, TurnEdit, "turn_1").toPlainText() == "Add a cat"
    assert card.findChild(TurnEdit, "turn_2") is None
    card.show_view(TurnsView(after.with_text(0, "Paint the door red")))
    with qtbot.wait_signal(card.removed) as taken:
        part(card, QToolButton, "turnRemove_1").click()
    assert taken.args == [1]


@pytest.mark.parametrize("text_scale", [1.0, 2.0])
def test_everything_that_can_show_has_a_name_and_room(qtbot, qapp, panel, text_scale):
    theme = load_theme(ThemeName.LIGHT, text_scale=text_scale)
    apply_theme(qapp, theme)
    panel.set_theme(theme)
    panel.set_text(SLIPS)
    panel.wording.show_all_fixes()
    qtbot.wait_until(panel.wording.fix_all_card.isVisible)
    queue = TurnQueue(("Remove the bin", "Paint the door red"), NodeId("n"), 3, 0, Draft())
    panel.turns.show_view(TurnsView(queue))
    QApplication.processEvents()
    assert names_missing(panel) == []
    assert small_targets(panel) == []
    assert panel.horizontalScrollBar().maximum() == 0


# ------------------------------------------------------------ any text
@pytest.mark.parametrize(
    "text",
    [
        "👩‍🎨 turn the mug 👍🏽 into a vase",
        "שנה את הרקע, turn the mug into a vase",
        "Cafe\u0301 Zalgo\u0334\u0335 turn the mug into a vase",
        "\u202eturn the mug into a vase",
    ],
)
def test_ranges_are_right_in_every_script(qtbot, panel, text):
    panel.set_text(text)
    marks = [text_of(panel, start, end) for start, end, _ in panel.edit.underlines()]
    assert all(mark.strip() for mark in marks)
    answer = answer_to(Question(text))
    for finding in answer.findings:
        assert 0 <= finding.start <= finding.end <= len(text)


def text_of(panel, start: int, end: int) -> str:
    units = panel.edit.toPlainText().encode("utf-16-le")
    return units[2 * start : 2 * end].decode("utf-16-le")


def test_ten_thousand_characters_are_checked_beside_the_window(qtbot, panel):
    answers: list[Answer] = []
    panel.checked.connect(answers.append)
    text = ("Turn the mug into a vase 😀. " * 400)[:10_000]
    panel.edit.insertPlainText(text)
    qtbot.keyClicks(panel.edit, "x")
    qtbot.wait_until(lambda: panel.checked_text == text + "x", timeout=20_000)
    assert panel.edit.underlines()
    assert text_of(panel, *panel.edit.underlines()[0][:2]).strip()


def test_run_waits_for_the_check_of_words_that_were_just_pasted(qtbot, panel):
    panel.edit.insertPlainText("Paint the door {colour}. " * 60)
    panel.run()
    assert panel.run_button.isEnabled()
    qtbot.wait_until(lambda: "Run anyway" in panel.run_button.text(), timeout=20_000)


def test_lines_of_the_steps_in_line_are_whole_when_the_type_grows(qapp, panel, dressed):
    queue = TurnQueue(("Remove the bin", "Paint the door red"), NodeId("n"), 2, 0, Draft())
    panel.turns.show_view(TurnsView(queue))
    large = replace(dressed, text_scale=1.5)
    apply_theme(qapp, large)
    panel.set_theme(large)
    try:
        edit = part(panel.turns, TurnEdit, "turn_0")
        assert edit.viewport().height() >= QFontMetricsF(edit.font()).lineSpacing()
    finally:
        apply_theme(qapp, dressed)
