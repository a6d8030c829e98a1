from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QMainWindow

from kontext_studio.gui.shell.status_bar import (
    EMBEDDED_CONNECTION,
    ConnectionFacts,
    SessionCost,
    StatusBar,
)
from tests.gui.shell.accessibility import names_missing, small_targets


@pytest.fixture
def bar(qtbot, theme):
    window = QMainWindow()
    qtbot.add_widget(window)
    made = StatusBar(theme)
    window.setStatusBar(made)
    window.resize(1180, 300)
    window.show()
    yield made
    window.close()


def button(bar: StatusBar, name: str) -> QAbstractButton:
    found = bar.findChild(QAbstractButton, name)
    assert found is not None
    return found


def test_without_a_provider_it_says_so(bar):
    assert button(bar, "connectionButton").text() == "No provider connected"
    assert button(bar, "jobsButton").text() == "No jobs"
    assert not button(bar, "sessionCost").isVisible()


def test_the_connection_is_named_with_its_route(bar):
    bar.set_connection(ConnectionFacts("fal.ai", "via studio-proxy.lan"))
    shown = button(bar, "connectionButton")
    assert shown.text() == "fal.ai via studio-proxy.lan"
    assert shown.accessibleName() == "Connection: fal.ai via studio-proxy.lan"
    bar.set_connection(EMBEDDED_CONNECTION)
    assert shown.text() == "Embedded engine on this computer"


@pytest.mark.parametrize(
    ("cost", "words"),
    [
        (SessionCost(0.52, 5.0), "This session $0.52 of $5.00"),
        (SessionCost(0.52), "This session $0.52"),
        (SessionCost(0.52, 5.0, is_estimate=True), "This session about $0.52 of $5.00"),
        (SessionCost(0.04, unknown=2), "This session $0.04 + 2 of unknown price"),
    ],
)
def test_the_cost_says_what_is_known(bar, cost, words):
    bar.set_cost(cost)
    assert button(bar, "sessionCost").text() == words
    assert button(bar, "sessionCost").accessibleName() == words


def test_a_notice_can_be_gone_to(bar, qtbot):
    assert not button(bar, "noticeButton").isVisible()
    bar.set_notice("Step 8 is ready", "node-8")
    with qtbot.wait_signal(bar.notice_pressed) as pressed:
        qtbot.mouseClick(button(bar, "noticeButton"), Qt.MouseButton.LeftButton)
    assert pressed.args == ["node-8"]
    bar.set_notice("")
    assert not button(bar, "noticeButton").isVisible()


@pytest.mark.parametrize(
    ("name", "signal"),
    [
        ("connectionButton", "connection_pressed"),
        ("jobsButton", "jobs_pressed"),
        ("sessionCost", "cost_pressed"),
        ("commandsButton", "palette_pressed"),
    ],
)
def test_each_part_is_a_button(bar, qtbot, name, signal):
    bar.set_cost(SessionCost(0.1))
    with qtbot.wait_signal(getattr(bar, signal)):
        qtbot.mouseClick(button(bar, name), Qt.MouseButton.LeftButton)


def test_it_is_26_high_and_every_part_is_named_and_large_enough(dressed, bar, qtbot):
    bar.set_cost(SessionCost(0.52, 5.0))
    bar.set_notice("Step 8 is ready", "n")
    qtbot.wait_until(lambda: bar.height() == 26)
    assert names_missing(bar) == []
    assert small_targets(bar) == []
