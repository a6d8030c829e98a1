from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QScrollBar, QVBoxLayout, QWidget

from kontext_studio.gui.shell.steady_scroll import SteadyScrollArea
from tests.gui.driving import part


@pytest.fixture
def area(qtbot, dressed) -> SteadyScrollArea:
    made = SteadyScrollArea()
    qtbot.add_widget(made)
    inner = QWidget()
    column = QVBoxLayout(inner)
    column.addWidget(QWidget())
    made.setWidget(inner)
    made.resize(300, 200)
    made.show()
    return made


def bar(area: SteadyScrollArea) -> QScrollBar:
    return part(area, QScrollBar, "steadyBar")


def fill(qtbot, area: SteadyScrollArea, height: int) -> None:
    inner = area.widget()
    assert inner is not None
    inner.setMinimumHeight(height)
    qtbot.wait_until(lambda: area.verticalScrollBar().maximum() == max(0, height - 200))
    QApplication.sendPostedEvents()  # what follows from a bar that comes or goes


def test_the_content_keeps_its_width_when_the_bar_comes_and_goes(qtbot, area):
    for height, shown in ((100, False), (900, True), (150, False)):
        fill(qtbot, area, height)
        assert bar(area).isVisible() is shown
        assert area.widget().width() == 300


def test_the_bar_and_the_content_move_together(qtbot, area):
    fill(qtbot, area, 900)
    area.verticalScrollBar().setValue(120)
    assert bar(area).value() == 120
    bar(area).setValue(300)
    assert area.widget().y() == -300
    below = QPoint(bar(area).width() // 2, bar(area).height() - 4)
    QTest.mouseClick(bar(area), Qt.MouseButton.LeftButton, pos=below)
    assert area.widget().y() < -300


def test_the_bar_stands_at_the_right_edge_on_top(qtbot, area):
    fill(qtbot, area, 900)
    area.resize(400, 300)
    assert area.childAt(QPoint(396, 150)) is bar(area)
    assert bar(area).height() == 300
