"""Where the keyboard goes with Tab: from part to part as the window is read, and round again."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from kontext_studio.core import provider as wire
from kontext_studio.core.errors import Refused
from kontext_studio.core.jobs import JobState
from kontext_studio.gui.shell.message_bar import Message
from kontext_studio.gui.studio import Studio
from kontext_studio.gui.tab_order import stops_in
from tests.fakes.scripted_provider import HANDLE, ScriptedProvider
from tests.gui.driving import Window, good, open_picture, press_run, run_once, until, views, write
from tests.gui.shell.accessibility import in_sight

MOST_STOPS = 120
AS_READ = [
    "tool bar",
    "history",
    "message",
    "canvas",
    "context bar",
    "info",
    "tabs",
    "instruction",
    "jobs",
    "status",
]


def walked(first: QWidget, key: Qt.Key = Qt.Key.Key_Tab) -> list[QWidget]:
    """Every stop from this one on until the keyboard is back at it."""
    first.setFocus(Qt.FocusReason.TabFocusReason)
    seen: list[QWidget] = []
    for _ in range(MOST_STOPS):
        here = QApplication.focusWidget()
        assert here is not None
        if seen and here is first:
            return seen
        seen.append(here)
        assert in_sight(here), f"{here!r} was scrolled to"
        QTest.keyClick(here, key)
    raise AssertionError(f"Tab never came back; it stays at {seen[-1]!r}")


def names(stops: list[QWidget]) -> list[str]:
    return [stop.objectName() or type(stop).__name__ for stop in stops]


def test_tab_goes_through_the_window_as_it_is_read_and_shift_tab_back(
    at_the_window: Window, tmp_path: Path
) -> None:
    async def act(studio: Studio) -> None:
        studio.window.resize(1180, 720)
        await open_picture(studio, tmp_path)
        await run_once(studio, "Make it warmer")
        window = studio.window
        window.message_bar.show_message(Message("told", "Something was told."))
        stops = walked(window.right.instruction.edit)
        parts = {
            "tool bar": window.tool_bar,
            "history": window.history,
            "message": window.message_bar,
            "canvas": window.stage.canvas,
            "context bar": window.context_bar,
            "info": window.info,
            "jobs": window.right.jobs,
            "instruction": window.right.instruction,
            "tabs": window.right,
            "status": window.status,
        }

        def part_of(stop: QWidget) -> str:
            inside = (n for n, one in parts.items() if one is stop or one.isAncestorOf(stop))
            return next(inside, "nowhere")

        order = [name for name, _ in groupby(stops, part_of)]
        start = order.index("tool bar")
        assert [*order[start:], *order[:start]] == AS_READ
        shown = names(stops)
        seed = shown.index("param_seed")
        assert shown[seed : seed + 3] == ["param_seed", "seedButton", "param_output_format"]
        back = walked(window.right.instruction.edit, Qt.Key.Key_Backtab)
        assert back == [stops[0], *reversed(stops[1:])]

    at_the_window(good(), act)


def test_tab_goes_on_from_every_stop_of_an_empty_window(at_the_window: Window) -> None:
    async def act(studio: Studio) -> None:
        stops = names(walked(studio.window.right.instruction.edit))
        order = [name for name in stops if name.startswith(("empty", "sample-"))]
        assert order[:3] == ["emptyOpen", "emptyPaste", "emptyEmbedded"]
        assert order[-1] == "emptyConnect"
        assert "connectionButton" in stops

    at_the_window(good(), act)


def test_a_card_that_came_later_is_reached_in_its_place(
    at_the_window: Window, tmp_path: Path
) -> None:
    provider = ScriptedProvider(
        lambda request: [wire.Sending(), wire.Submitted(HANDLE), Refused("Not today.")]
    )

    async def act(studio: Studio) -> None:
        await open_picture(studio, tmp_path)
        write(studio, "Make it warmer")
        press_run(studio)
        await until(lambda: JobState.FAILED in views(studio))
        jobs = studio.window.right.jobs
        await until(lambda: jobs.findChild(QAbstractButton, "jobVerb-retry"))
        stops = walked(studio.window.right.instruction.edit)
        inside = [stop for stop in stops if jobs.isAncestorOf(stop)]
        dismiss, retry, back = "jobDismiss", "jobVerb-retry", "jobVerb-put_back"
        found = [name for name in names(inside) if name.startswith("job")]
        assert found[:3] == [dismiss, retry, back]
        assert names(stops).index(back) < names(stops).index("connectionButton")

    at_the_window(provider, act)


def test_a_part_without_a_height_stands_in_nobodys_way(qtbot: QtBot) -> None:
    outer = QWidget()
    qtbot.addWidget(outer)
    flat, button = QWidget(outer), QPushButton("Next", outer)
    flat.setGeometry(0, -5, 40, 0)  # scrolled out of sight, with nothing in it
    button.setGeometry(0, 10, 40, 20)
    outer.show()
    assert list(stops_in(outer)) == [button]
