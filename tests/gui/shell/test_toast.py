from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from kontext_studio.gui.shell.toast import STAYS_MS, Toast


@pytest.fixture
def window(qtbot):
    made = QWidget()
    qtbot.add_widget(made)
    made.resize(800, 600)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    return made


@pytest.fixture
def toast(window, theme):
    return Toast(theme, window)


def test_it_stays_for_eight_seconds():
    assert STAYS_MS == 8000


def test_it_leaves_by_itself(theme, window, qtbot):
    toast = Toast(theme, window, stays_ms=1)
    with qtbot.wait_signal(toast.left):
        toast.show_done("Deleted 3 steps.", verb="Undo")
    assert not toast.isVisible()


def test_its_verb_answers_and_takes_it_away(toast, qtbot):
    toast.show_done("Deleted 3 steps.", verb="Undo", answer_id="delete-7")
    with qtbot.wait_signal(toast.answered) as answered:
        qtbot.mouseClick(toast.findChild(QPushButton), Qt.MouseButton.LeftButton)
    assert answered.args == ["delete-7"]
    assert not toast.isVisible()


def test_its_time_stands_still_under_the_pointer(toast):
    toast.show_done("Deleted 3 steps.", verb="Undo")
    assert toast.is_counting
    here = QPointF(5, 5)
    QApplication.sendEvent(toast, QEnterEvent(here, here, here))
    assert not toast.is_counting
    QApplication.sendEvent(toast, QEvent(QEvent.Type.Leave))
    assert toast.is_counting


def test_its_time_stands_still_while_its_button_has_the_focus(toast, qtbot):
    toast.show_done("Deleted 3 steps.", verb="Undo")
    button = toast.findChild(QPushButton)
    button.setFocus()
    qtbot.wait_until(lambda: not toast.is_counting)
    button.clearFocus()
    qtbot.wait_until(lambda: toast.is_counting)


def test_it_stays_in_the_middle_when_the_window_changes(toast, window, qtbot):
    toast.show_done("Named.")
    window.resize(500, 400)
    qtbot.wait_until(lambda: abs(toast.geometry().center().x() - 250) <= 1)
    assert toast.geometry().bottom() < 400 - 80


def test_escape_sends_it_away(toast, qtbot):
    toast.show_done("Named.")
    qtbot.keyClick(toast, Qt.Key.Key_Escape)
    assert not toast.isVisible()


def test_its_sides_are_equal_without_a_button(toast):
    toast.show_done("Named.")
    margins = toast.layout().contentsMargins()
    assert margins.left() == margins.right() == 16
    toast.show_done("Deleted 3 steps.", verb="Undo")
    assert toast.layout().contentsMargins().right() == 8
