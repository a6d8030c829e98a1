"""The window is told to end by the system: no question, everything on disk, at once."""

from __future__ import annotations

import signal
import threading
import time
from pathlib import Path

import pytest

from tests.fakes.fal_service import FalService
from tests.fakes.threaded_service import holds
from tests.flows.driving import LIMIT_S, Program, Started, begin_edit, killed

ENDS_WITHIN_S = 1.0

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
    took = []
    for attempt in range(3):  # a busy machine is given another chance
        session = tmp_path / f"{attempt}.kontext"
        killed(begin_edit(started, service, photo, "Warmer", "--session", session))

        asked_again = threading.Event()
        service.fault("stream", holds(asked_again))
        window = started(session)
        assert asked_again.wait(LIMIT_S), "the window never took up the run"
        began = time.monotonic()
        window.send_signal(number)
        assert window.wait(LIMIT_S) == 0
        took.append(time.monotonic() - began)

        resumed = program("resume", session, "--json")
        assert [job["state"] for job in resumed.json["jobs"]] == ["stored"]
        assert len(service.seen("submit")) == attempt + 1
        if took[-1] < ENDS_WITHIN_S:
            break
    assert min(took) < ENDS_WITHIN_S
