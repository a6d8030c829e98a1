"""What a service sold, written down outside the program that is killed.

A `Sale` is one accepted run; the ledger of sales is what a session is judged by. What each service
sells is in the modules beside this one.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

from tests.fakes.fal_service import Fault, cut, drops, png, says


@dataclass(frozen=True)
class Sale:
    """One accepted run. `pictures` are the SHA-256 sums of what was made for it, in order; `seed`
    is None where the service takes none.

    `paid` is False where runs cost nothing: at a server of one's own, or where the service belongs
    to the program and ends with it. What is gone then can be made again.
    """

    request_id: str
    seed: int | None
    instruction: str
    pictures: tuple[str, ...]
    cancelled: bool = False
    paid: bool = True


class Seller(Protocol):
    """A service that keeps a ledger, and misbehaves where it is told to. No two pictures that it
    sells are alike, and a run that was cancelled before its end has none."""

    sales: dict[str, Sale]

    @property
    def origin(self) -> str: ...

    @property
    def posts(self) -> int:
        """Orders that arrived whole."""
        ...

    @property
    def hiccups(self) -> Mapping[str, Sequence[Fault]]:
        """Steps that may be asked for again, and what goes wrong there now and then."""
        ...

    def begin_again(self) -> None:
        """An empty ledger and no faults; numbers of runs go on."""
        ...

    def begin_course(self, *, begins: bool = True, streams: bool = True) -> None:
        """From now on every run goes the usual way from its first state; where it does not begin,
        it waits for ever. `streams`: states are told as they come, where the service can."""
        ...

    def fault(self, step: str, *faults: Fault) -> None: ...


ASKED_AGAIN: Sequence[Fault] = (drops(), says(502, {"detail": "bad gateway"}))
FETCHED_AGAIN: Sequence[Fault] = (drops(), cut(), says(503, {"detail": "busy"}))


def picture_of(name: str) -> bytes:
    """A small picture that says in its file what it is called."""
    plain = png(16, 12, zlib.crc32(name.encode()) % 256)
    body = b"tEXtTitle\0" + name.encode()
    comment = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    head = len(b"\x89PNG\r\n\x1a\n") + 25  # the signature and IHDR
    return plain[:head] + comment + plain[head:]


def sums_of(*names: str) -> tuple[str, ...]:
    """What a session calls the pictures of these names."""
    return tuple(sha256(picture_of(name)).hexdigest() for name in names)
