"""How much of an answer is taken, and how long one is waited for: FAILURES 1.4 in one place.

How often a call is made again is in `retries`; how large a decoded picture may be is a matter of
`imaging`.
"""

from __future__ import annotations

from dataclasses import dataclass

MIB = 2**20

MAX_DEPTH = 32
"""Deepest nesting of a JSON answer."""

MAX_DIGITS = 100
"""A longer number of a JSON answer is none: no seed, size or time is that large."""

MOST_PICTURES = 64
"""So many pictures of one run are fetched."""

PROMPT_CHARACTERS = 20_000
"""What a service says it made of an instruction is cut to this."""

SHOWN_CHARACTERS = 300
"""Text from outside is cut to this before anyone sees it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """One HTTP exchange; tests pass smaller ones."""

    connect_s: float = 10.0
    gap_s: float = 30.0
    exchange_s: float = 60.0
    run_s: float = 900.0
    """A run that is waited for on its connection, from the POST to its pictures."""
    picture_s: float = 300.0
    json_bytes: int = 2 * MIB
    result_bytes: int = 96 * MIB
    """A result may carry its pictures inside, as data URIs."""
    picture_bytes: int = 64 * MIB
    one_put_bytes: int = 90 * MIB
    """A larger picture is uploaded in parts of `part_bytes`."""
    part_bytes: int = 10 * MIB
    events_bytes: int = 16 * MIB
    header_bytes: int = 64 * 1024
    redirects: int = 3
    """Of a download. No call to a service follows any."""
    least_bytes_per_s: int = 4096
    slow_window_s: float = 30.0
    next_address_s: float = 0.25
    """A host has several addresses: the next one is tried beside one that is silent for so long."""
