"""A run's line on a terminal: what the person and the service wrote is text."""

from __future__ import annotations

import io

import pytest

from kontext_studio.cli import progress_bar
from kontext_studio.core.history import JobId
from kontext_studio.core.jobs import JobRecord, JobState
from kontext_studio.core.request import EditRequest
from kontext_studio.workbench.announcements import Announcer, JobChanged
from kontext_studio.workbench.progress import JobView, Phase


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("instruction", "message", "shown"),
    [
        ("Make it [red]warmer[/nothing]", "", "Make it [red]warmer[/nothing]"),
        ("Warmer", "[bold]half[/] way", "([bold]half[/] way)"),
        ("Warmer", "a\x1b]0;owned\x07b\nc", r"(a\x1b]0;owned\x07b c)"),
        ("Warmer\x9b2J", "", r"Warmer\x9b2J"),
    ],
)
def test_f_sec_11_text_from_outside_is_no_markup_and_no_escape_sequence(
    monkeypatch: pytest.MonkeyPatch, instruction: str, message: str, shown: str
) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("TERM", "xterm")
    request = EditRequest(instruction=instruction, inputs=(), model="m", seed=1)
    record = JobRecord(JobId("j"), JobState.SUBMITTED, request, (), 1, "fal", "own", 0.0)
    announcer = Announcer()
    with progress_bar.shown_progress(announcer):
        view = JobView(record, phase=Phase.RUNNING, message=message)
        announcer.announce(JobChanged(view))
    assert shown in terminal.getvalue()
    assert "\x1b]" not in terminal.getvalue()
