"""A checksum at the end of every body, so that `check` can tell words that a faulty disk changed.

A body that does not fit its checksum is still read, where it reads at all: a wrong letter in an
instruction is a smaller loss than the whole step.
"""

from __future__ import annotations

import json
import re
import sqlite3
import zlib
from collections.abc import Iterator, Mapping

KEY = "crc32"
SEALED = "sealed"
"""The entry in `meta` of a file in which every body has a checksum: in one that was begun by an
earlier program some have none, and that is no damage."""

_SEAL = re.compile(r', "crc32": "([0-9a-f]{8})"\}$')
_QUESTIONS = {
    "nodes": "SELECT id, body FROM nodes ORDER BY seq",
    "jobs": "SELECT id, body FROM jobs ORDER BY seq",
    "drafts": "SELECT node, body FROM drafts",
    "journal": "SELECT verb, body FROM journal WHERE body IS NOT NULL ORDER BY seq",
}


def sealed(name: str, body: Mapping[str, object]) -> str:
    """The text of a row that is called `name`, with its checksum as the last member."""
    text = json.dumps(body)
    return f'{text[:-1]}, "{KEY}": "{_sum(name, text[:-1]):08x}"}}'


def fits(name: str, text: object) -> bool | None:
    """Whether a body is what was written; None where it has no checksum."""
    if not isinstance(text, str):
        return False
    seal = _SEAL.search(text)
    return None if seal is None else int(seal[1], 16) == _sum(name, text[: seal.start()])


def broken(connection: sqlite3.Connection, table: str) -> Iterator[str]:
    """The names of the rows of a table whose body is not what was written. Raise
    sqlite3.DatabaseError, or UnicodeDecodeError."""
    marks = connection.execute("SELECT 1 FROM meta WHERE key = ?", (SEALED,)).fetchall()
    for name, body in connection.execute(_QUESTIONS[table]):
        fit = fits(str(name), body)
        if fit is False or (fit is None and marks):
            yield str(name)


def _sum(name: str, text: str) -> int:
    return zlib.crc32(f"{name}\0{text}".encode("utf-8", "surrogatepass"))
