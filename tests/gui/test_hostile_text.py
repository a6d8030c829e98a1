"""Words from outside stay words: no mark-up, no links, no pictures fetched, no endless lines."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from kontext_studio.core import provider as wire
from kontext_studio.core.errors import Refused
from kontext_studio.core.jobs import JobState
from kontext_studio.gui.main_window import MainWindow
from kontext_studio.gui.studio import Studio
from tests.fakes.scripted_provider import HANDLE, ScriptedProvider
from tests.gui.driving import Window, open_picture, press_run, until, views, write


@pytest.fixture
def listener() -> Iterator[tuple[str, list[str]]]:
    """An address of this machine, and what was asked there."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


def rich_labels(window: MainWindow) -> list[str]:
    ours = window.right.instruction.habits  # a fixed text of the program
    return [
        f"{type(label.parent()).__name__}: {label.text()[:40]}"
        for label in window.findChildren(QLabel)
        if label.text()
        and label.textFormat() is not Qt.TextFormat.PlainText
        and not ours.isAncestorOf(label)
    ]


def marked_up_tips(window: QWidget) -> list[str]:
    tips = [widget.toolTip() for widget in window.findChildren(QWidget)]
    return [tip[:80] for tip in tips if "<img" in tip]


def test_f_sec_11_hostile_text_from_a_service_is_shown_as_plain_text(
    at_the_window: Window, tmp_path: Path, listener: tuple[str, list[str]]
) -> None:
    address, asked = listener
    hostile = (
        f'<img src="{address}/a.png"><a href="{address}">click</a> \x1b[31m'
        '<img src="file:///etc/hostname">' + "long " * 30
    )[:300]  # providers hand on no more
    provider = ScriptedProvider(
        lambda request: [
            wire.Sending(),
            wire.Submitted(HANDLE),
            Refused(hostile, hint=hostile, detail=hostile),
        ]
    )

    async def act(studio: Studio) -> None:
        await open_picture(studio, tmp_path)
        write(studio, "Make it warmer")
        press_run(studio)
        await until(lambda: JobState.FAILED in views(studio))
        studio.faults.show(Refused(hostile, hint=hostile, detail=hostile))
        studio.files.said.emit(hostile)
        await asyncio.sleep(0.2)
        window = studio.window
        assert rich_labels(window) == []
        assert marked_up_tips(window) == []
        labels = [one.text() for one in window.findChildren(QLabel)]
        assert any("<img" in text for text in labels), "the words themselves are shown"
        rows = window.history.view.rows
        for place in range(rows.rowCount()):
            tip = rows.index(place).data(Qt.ItemDataRole.ToolTipRole) or ""
            assert "<img" not in tip
        for widget in window.findChildren(QWidget):
            QApplication.sendEvent(widget, QEvent(QEvent.Type.ToolTipChange))
        assert asked == []

    at_the_window(provider, act)
