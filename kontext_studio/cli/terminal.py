"""Text on the terminal: whatever it holds, it is shown as text and commands nothing.

Escape sequences in the name of a file or in a service's message would move the cursor, change
colours, or hide what really happened; bidirectional marks would show it in another order.

A stream that cannot be written to any more stops nothing: what was begun is carried out.
"""

from __future__ import annotations

import io
import json
import os
import re
import sys
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

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


def ask(question: str) -> None:
    """A question, behind which the answer is typed."""
    sys.stderr.write(plain(question))
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


class _Lasting(io.RawIOBase):
    """A stream that takes everything. Once it breaks nothing is written there again, and `fault`
    says why."""

    def __init__(self, inner: io.RawIOBase, was: TextIO | None) -> None:
        super().__init__()
        self._inner = inner
        self._was = was  # dropped, it would close what it wrote to
        self.fault: OSError | None = None

    def write(self, data: ReadableBuffer) -> int | None:
        if self.fault is None:
            try:
                return self._inner.write(data)
            except OSError as fault:
                self.fault = fault
        return memoryview(data).nbytes

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return self._inner.isatty()

    def fileno(self) -> int:
        return self._inner.fileno()


def make_streams_safe() -> None:
    """Let no character end the program, whatever the locale's encoding is, and no stream that was
    closed or breaks."""
    _fill_closed_handles()
    sys.stdout, sys.stderr = _safe(sys.stdout, 1), _safe(sys.stderr, 2)


def why_output_broke() -> OSError | None:
    """Why what was written to standard output did not arrive; None where it did."""
    sys.stdout.flush()
    raw = _raw_of(sys.stdout)
    return raw.fault if isinstance(raw, _Lasting) else None


def _fill_closed_handles() -> None:
    """A file that is opened later must not become standard output. Writing to what takes its place
    is refused, so that it is known that nothing arrived."""
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDONLY)


def _safe(stream: TextIO | None, number: int) -> TextIO:
    # None: it was closed when the program was started.
    raw = io.FileIO(number, "w", closefd=False) if stream is None else _raw_of(stream)
    if isinstance(raw, io.RawIOBase) and not isinstance(raw, _Lasting):
        return io.TextIOWrapper(
            io.BufferedWriter(_Lasting(raw, stream)),
            encoding="utf-8" if stream is None else stream.encoding,
            errors="backslashreplace",
            line_buffering=True,
        )
    assert stream is not None
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")
    return stream


def _raw_of(stream: TextIO) -> object:
    buffer = getattr(stream, "buffer", None)
    return getattr(buffer, "raw", buffer)  # without a buffer it is the raw stream itself
