"""Reads pictures that stand in an address itself (RFC 2397). It fetches nothing."""

from __future__ import annotations

import base64
from urllib.parse import unquote_to_bytes


def bytes_of(url: str) -> bytes:
    """The bytes inside a data URI. Raise ValueError where they are damaged."""
    head, comma, data = url.partition(",")
    if not comma or not head.lower().startswith("data:"):
        raise ValueError("no data URI")
    if head.lower().endswith(";base64"):
        return base64.b64decode(unquote_to_bytes(data) if "%" in data else data, validate=True)
    return unquote_to_bytes(data)
