"""Text on the terminal: whatever it holds, it is shown as text and commands nothing.

Escape sequences in the name of a file or in a service's message would move the cursor, change
colours, or hide what really happened; bidirectional marks would show it in another order.
"""

from __future__ import annotations

import json
import os
import re
import sys

_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def plain(text: str) -> str:
    """The text with every control character, but tabs and line ends, written as `\\x1b`."""
    return _CONTROLS.sub(lambda found: _written(found.group()), text)


def _written(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def say(line: str) -> None:
    """A sentence for the person at the terminal."""
    sys.stderr.write(plain(line) + "\n")
    sys.stderr.flush()


def write_line(line: str) -> None:
    """A line of a command's result."""
    sys.stdout.write(plain(line) + "\n")
    sys.stdout.flush()


def print_json(value: object, *, indent: int | None = 1) -> None:
    """JSON in the encoding of standard output; what that cannot say is escaped, as is every
    control character."""
    encoding = (sys.stdout.encoding or "ascii").lower().replace("-", "")
    text = json.dumps(value, ensure_ascii=encoding != "utf8", indent=indent)
    text = re.sub(
        "[\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]",
        lambda found: f"\\u{ord(found.group()):04x}",
        text,
    )
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def end_output() -> None:
    """Nobody reads standard output any more: nothing is written there again, not even at the end
    of the process."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def make_streams_safe() -> None:
    """Let no character end the program, whatever the locale's encoding is."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
