"""The program's log file, with everything taken out that nobody else may read."""

from __future__ import annotations

import logging
import os
import sys
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path

from kontext_studio.core.redaction import redact
from kontext_studio.store.places import make_private_folder

FILE_BYTES = 5 * 1024 * 1024
FILES = 3


class RedactingFormatter(logging.Formatter):
    """Formats a whole record, traceback included, and then redacts it."""

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


class _LogFile(RotatingFileHandler):
    """A log of this user's alone. What goes wrong with it never disturbs the program."""

    def __init__(self, path: Path) -> None:
        make_private_folder(path.parent)
        path.parent.chmod(0o700)
        super().__init__(path, maxBytes=FILE_BYTES, backupCount=FILES - 1, encoding="utf-8")

    def _open(self) -> TextIOWrapper:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        number = os.open(self.baseFilename, flags, 0o600)
        Path(self.baseFilename).chmod(0o600)  # also where an older version had made it
        return TextIOWrapper(os.fdopen(number, "ab"), encoding=self.encoding)

    def handleError(self, record: logging.LogRecord) -> None:
        """A full disk, or another process that holds the file at the moment it is turned over."""


def start_logging(file: Path | None, *, console: bool = True, verbose: bool = False) -> bool:
    """Write the log to `file` (5 MiB, three generations), and warnings to standard error where
    `console` is set. False where the file cannot be written, which is no reason not to start."""
    formatter = RedactingFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s")
    root = logging.getLogger()
    root.setLevel(logging.DEBUG if verbose else logging.INFO)
    handlers: list[logging.Handler] = []
    if console:
        shown = logging.StreamHandler(sys.stderr)
        shown.setLevel(logging.DEBUG if verbose else logging.WARNING)
        handlers.append(shown)
    written = False
    if file is not None:
        try:
            handlers.append(_LogFile(file))
            written = True
        except OSError:
            pass
    if not handlers:
        handlers.append(logging.NullHandler())  # else Python prints warnings on its own
    for handler in handlers:
        handler.setFormatter(formatter)
        root.addHandler(handler)
    # httpx tells every URL at INFO, with its query.
    for chatty in ("httpx", "httpcore", "PIL", "asyncio"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    return written
