"""The window is told to end by the system: no question, everything on disk, at once."""

from __future__ import annotations

import signal
import subprocess
import threading
import time
from pathlib import Path

import pytest

from tests.fakes.fal_service import ENDPOINT, FalService
from tests.fakes.threaded_service import holds
from tests.flows.conftest import Program
from tests.flows.test_process import LIMIT_S, Started, killed, own_route, service, started

__all__ = ["own_route", "service", "started"]  # fixtures

SIGNALS = [
    getattr(signal, name) for name in ("SIGTERM", "SIGHUP", "SIGINT") if hasattr(signal, name)
]


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="no such signals on this system")
@pytest.mark.parametrize("number", SIGNALS, ids=lambda one: one.name)
@pytest.mark.usefixtures("own_route")
def test_f_ui_3_a_signal_ends_the_window_within_a_second_and_the_run_is_on_disk(
    program: Program,
    started: Started,
    photo: Path,
    tmp_path: Path,
    service: FalService,
    number: signal.Signals,
) -> None:
    session = tmp_path / "s.kontext"
    asked, asked_again = threading.Event(), threading.Event()
    service.fault("stream", holds(asked))
    service.fault("stream", holds(asked_again))
    edit = ("edit", photo, "Warmer", "--route", "own", "--model", ENDPOINT, "--session", session)
    killed_process = started(*edit)
    assert asked.wait(LIMIT_S)
    killed(killed_process)

    window = started(session)
    assert asked_again.wait(LIMIT_S), "the window never took up the run"
    began = time.monotonic()
    window.send_signal(number)
    assert ended(window) == 0
    assert time.monotonic() - began < 1.0

    resumed = program("resume", session, "--json")
    assert [job["state"] for job in resumed.json["jobs"]] == ["stored"]
    assert len(service.seen("submit")) == 1


def ended(process: subprocess.Popen[str]) -> int:
    return process.wait(LIMIT_S)
