"""The program's log file, with everything taken out that nobody else may read."""

from __future__ import annotations

import logging
import re
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path

FILE_BYTES = 5 * 1024 * 1024
FILES = 3

_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    # A picture in a URL: its length says enough.
    (re.compile(r"data:[\w.+-]+/[\w.+-]+(?:;[\w=.-]+)*,[A-Za-z0-9+/=%_-]*"), "data:[picture]"),
    # Credentials by header name, in any of the ways that headers get printed.
    (
        re.compile(
            r"(?i)(['\"]?(?:proxy-)?(?:authorization|cookie|set-cookie|x-api-key|x-fal-key)['\"]?"
            r"\s*[:=,]\s*)(b?['\"]?)[^'\"\n]+"
        ),
        r"\1\2[hidden]",
    ),
    (re.compile(r"\b(Key|Bearer|Basic)\s+[A-Za-z0-9._~+/=:-]{6,}"), r"\1 [hidden]"),
    # Sign-in and query of an address: both may be a signature.
    (re.compile(r"(\w+://)[^/@\s'\"]+@"), r"\1[hidden]@"),
    (re.compile(r"(\w+://[^\s'\"?]+)\?[^\s'\"]+"), r"\1?[hidden]"),
)


def redact(text: str) -> str:
    """The text without keys, signed queries and picture data."""
    for pattern, instead in _PATTERNS:
        text = pattern.sub(instead, text)
    return text


class RedactingFormatter(logging.Formatter):
    """Formats a whole record, traceback included, and then redacts it."""

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


def start_logging(file: Path | None, *, verbose: bool = False) -> None:
    """Write the log to `file` (5 MiB, three generations), and warnings to standard error.

    A folder that cannot be written is no reason not to start: then there is only standard error.
    """
    formatter = RedactingFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s")
    root = logging.getLogger()
    root.setLevel(logging.DEBUG if verbose else logging.INFO)
    console = logging.StreamHandler(sys.stderr)
    console.setLevel(logging.DEBUG if verbose else logging.WARNING)
    handlers: list[logging.Handler] = [console]
    if file is not None:
        try:
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            kept = RotatingFileHandler(file, maxBytes=FILE_BYTES, backupCount=FILES - 1)
            file.chmod(0o600)
            handlers.append(kept)
        except OSError:
            pass
    for handler in handlers:
        handler.setFormatter(formatter)
        root.addHandler(handler)
    # httpx tells every URL at INFO, with its query.
    for chatty in ("httpx", "httpcore", "PIL", "asyncio"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
