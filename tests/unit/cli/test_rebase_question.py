"""The question for the price of running a chain again."""

from __future__ import annotations

import io
import signal
import sys

import pytest

from kontext_studio.cli.rebase import confirmed
from kontext_studio.cli.reporting import EXIT_STOPPED, Reported


def test_the_end_of_the_input_is_no_yes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = signal.getsignal(signal.SIGINT)
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    assert confirmed("Run them?")
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    with pytest.raises(Reported) as end:
        confirmed("Run them?")
    assert end.value.code == EXIT_STOPPED
    assert "Nothing was sent." in capsys.readouterr().err
    assert signal.getsignal(signal.SIGINT) is before
