"""A question that is answered with yes or no."""

from __future__ import annotations

import io
import signal
import sys

import pytest

from kontext_studio.cli.question import confirmed
from kontext_studio.cli.reporting import EXIT_STOPPED, Reported


def typed(data: bytes) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(data))


def test_the_end_of_the_input_is_no_yes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = signal.getsignal(signal.SIGINT)
    monkeypatch.setattr(sys, "stdin", typed(b"y\n"))
    assert confirmed("Run them?")
    monkeypatch.setattr(sys, "stdin", typed(b""))
    with pytest.raises(Reported) as end:
        confirmed("Run them?")
    assert end.value.code == EXIT_STOPPED
    assert "Nothing was sent." in capsys.readouterr().err
    assert signal.getsignal(signal.SIGINT) is before
