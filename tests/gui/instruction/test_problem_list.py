from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QVBoxLayout, QWidget

from kontext_studio.gui.instruction.checker import Question, answer_to
from kontext_studio.gui.instruction.problem_list import ProblemList
from kontext_studio.gui.theme.apply import apply_theme
from kontext_studio.prompting.findings import Finding, Fix, Severity, TextEdit

MANY = "Make him taller, turn the mug into a vase, remove the thing and paint the hull {colour}"


@pytest.fixture
def problems(qtbot, dressed) -> ProblemList:
    made = ProblemList(dressed)
    qtbot.add_widget(made)
    made.resize(344, 200)
    made.show()
    return made


def show(problems: ProblemList, text: str) -> tuple:
    findings = answer_to(Question(text)).findings
    problems.set_findings(text, findings)
    return findings


def messages(problems: ProblemList) -> list[str]:
    return [row.findChildren(QLabel)[1].text() for row in problems.rows()]


def more(problems: ProblemList) -> QPushButton:
    (button,) = problems.findChildren(QPushButton, "problemsMore")
    return button


def test_good_wording_shows_nothing(problems):
    show(problems, "Paint the door red")
    assert problems.isHidden()


def test_three_rows_and_how_many_more(qtbot, problems):
    findings = show(problems, MANY)
    assert len(problems.rows()) == 3
    assert more(problems).text() == f"{len(findings) - 3} more"
    qtbot.mouseClick(more(problems), Qt.MouseButton.LeftButton)
    assert len(problems.rows()) == len(findings)
    assert more(problems).isHidden()


def test_what_holds_a_run_back_comes_first(problems):
    show(problems, MANY)
    assert messages(problems)[0] == "Fill in “colour” before sending."


def test_the_problem_at_the_caret_is_always_among_the_rows(problems):
    findings = show(problems, MANY)
    last = next(i for i, one in enumerate(findings) if one.rule == "generic-subject")
    problems.set_current(last)
    assert [row.finding().rule for row in problems.rows() if row.is_current()] == [
        "generic-subject"
    ]
    assert len(problems.rows()) == 3


def test_a_row_says_message_and_fix_and_shows_what_comes_of_it(problems):
    show(problems, "Turn the mug into a vase")
    (row,) = problems.rows()
    button = row.findChild(QPushButton)
    assert row.accessibleName() == "“Turn” may redraw all of the mug. Use “Replace”"
    assert button.text() == "Use “Replace”"
    assert button.toolTip() == "Replace the mug with a vase"


def test_several_fixes_are_a_choice(problems):
    show(problems, "Make the terrace nicer")
    assert problems.rows()[0].findChild(QPushButton).text() == "Choose…"


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_enter_on_a_row_wants_its_fix(qtbot, problems, key):
    show(problems, "Turn the mug into a vase")
    asked: list[tuple[int, QPoint]] = []
    problems.fix_wanted.connect(lambda index, at: asked.append((index, at)))
    qtbot.keyClick(problems.rows()[0], key)
    assert [index for index, _ in asked] == [0]


def test_a_click_beside_the_button_goes_to_the_problem(qtbot, problems):
    show(problems, "Turn the mug into a vase")
    with qtbot.wait_signal(problems.problem_chosen) as chosen:
        qtbot.mouseClick(problems.rows()[0], Qt.MouseButton.LeftButton, pos=QPoint(8, 8))
    assert chosen.args == [0]


def test_rows_are_32_or_with_a_second_line_46_high(qtbot, problems):
    show(problems, "Turn the mug into a vase and make it rain on the thing")
    heights = {row.height() for row in problems.rows()}
    assert heights <= {32, 46}


@pytest.mark.parametrize("words", range(4, 16))
def test_a_message_is_never_cut_by_its_row_also_when_the_key_comes_to_the_button(problems, words):
    fix = Fix("Keep the first two here", (TextEdit(0, 4, "Turn"),))
    message = " ".join(["edits"] * words)
    problems.set_findings("Make it red", (Finding("many", Severity.HINT, 0, 4, message, (fix,)),))
    (row,) = problems.rows()
    label = row.findChildren(QLabel)[1]
    for current in (None, 0):
        problems.set_current(current)
        QApplication.sendPostedEvents()
        assert label.heightForWidth(label.width()) <= label.height()


def cut(problems: ProblemList) -> list[str]:
    """The messages of which less can be seen than there is."""
    QApplication.sendPostedEvents()
    rows = [(row, row.findChildren(QLabel)[1]) for row in problems.rows()]
    return [
        label.text()
        for row, label in rows
        if label.geometry().bottom() > row.height()
        or label.heightForWidth(label.width()) > label.height()
    ]


def test_a_row_without_a_button_is_whole_at_its_first_sight(qtbot, dressed):
    problems = ProblemList(dressed)
    qtbot.add_widget(problems)
    holder = QVBoxLayout()
    panel = QWidget()
    qtbot.add_widget(panel)
    panel.setLayout(holder)
    holder.addWidget(problems)
    panel.resize(344, 200)
    panel.show()
    text = "Transform the flower and make it look better"
    show(problems, text)
    problems.set_current(1)
    assert problems.rows()[0].finding().fixes == ()
    assert cut(problems) == []


def test_rows_grow_with_the_type_while_they_are_shown(qapp, problems, dressed):
    show(problems, MANY)
    large = replace(dressed, text_scale=1.5)
    apply_theme(qapp, large)
    problems.set_theme(large)
    try:
        assert cut(problems) == []
    finally:
        apply_theme(qapp, dressed)
