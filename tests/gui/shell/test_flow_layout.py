from __future__ import annotations

import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

from kontext_studio.gui.shell.flow_layout import FlowLayout


@pytest.fixture
def row(qtbot):
    """Four squares of 100, one of them 40 high, 8 apart."""
    made = QWidget()
    qtbot.add_widget(made)
    flow = FlowLayout(made, gap_px=8)
    for number in range(4):
        box = QWidget()
        box.setFixedSize(QSize(100, 40 if number == 1 else 20))
        flow.addWidget(box)
    return made


def places(row: QWidget) -> list[tuple[int, ...]]:
    layout = row.layout()
    assert layout is not None
    layout.activate()
    items = [layout.itemAt(number) for number in range(layout.count())]
    return [item.geometry().topLeft().toTuple() for item in items if item is not None]


def test_items_stand_in_a_line_while_there_is_room(row):
    row.resize(500, 40)
    assert places(row) == [(0, 10), (108, 0), (216, 10), (324, 10)], "centred in the line"


def test_what_does_not_fit_goes_on_in_the_next_line(row):
    row.resize(210, 200)
    assert places(row) == [(0, 10), (108, 0), (0, 48), (108, 48)]
    assert row.layout().heightForWidth(210) == 68
    assert row.layout().heightForWidth(500) == 40


def test_hidden_items_take_no_room(row):
    row.layout().itemAt(1).widget().hide()
    assert row.layout().heightForWidth(500) == 20
