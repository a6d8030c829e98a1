"""A question on the terminal that is answered with yes or no."""

from __future__ import annotations

import signal
import sys

from kontext_studio.cli.reporting import EXIT_STOPPED, Reported
from kontext_studio.cli.terminal import ask, say


def confirmed(question: str) -> bool:
    """Ask on the terminal. Ctrl+C, which waits for nothing here, and the end of the input are no
    answer: raise Reported."""
    heard = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        while True:
            ask(f"{question} [y/N]: ")
            # Not input(): it drops what is raised in the streams it looks at first, also Ctrl+C.
            line = sys.stdin.buffer.readline()
            answer = line.strip().lower()
            if answer in (b"y", b"yes"):
                return True
            if line and answer in (b"", b"n", b"no"):
                return False
            if not line:
                raise KeyboardInterrupt
            say("Answer y or n.")
    except KeyboardInterrupt:
        say("\nNothing was sent.")
        raise Reported(EXIT_STOPPED) from None
    finally:
        signal.signal(signal.SIGINT, heard)
