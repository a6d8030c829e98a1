"""A whole answer in hand, and its JSON read so that no body can crash or hang the reader."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from kontext_studio.core.errors import BadAnswer
from kontext_studio.core.redaction import redact
from kontext_studio.providers.limits import MAX_DEPTH, MAX_DIGITS, SHOWN_CHARACTERS

_TEXTS = re.compile(rb'"(?:[^"\\]|\\.)*+"?', re.DOTALL)
_SQUARE = bytes.maketrans(b"{}", b"[]")
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]+")


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers by lower-case name, and the whole body, already within its limits."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    host: str

    @property
    def is_html(self) -> bool:
        """Whether it is a page for people; storages tell their refusals in XML, which is none."""
        start = self.body[:200].lstrip().lower()
        stated = "html" in self.headers.get("content-type", "").lower()
        return stated or start.startswith((b"<!doctype html", b"<html"))

    @property
    def is_page(self) -> bool:
        """Whether this is something for a browser: a sign-in page, a gateway's apology."""
        if "html" in self.headers.get("content-type", "").lower():
            return True
        return self.body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<"

    @property
    def is_json(self) -> bool:
        """Whether it is in the language of services; what stands before them often speaks none."""
        try:
            self.json()
        except BadAnswer:
            return False
        return True

    def json(self) -> object:
        """The value in the body. Raise BadAnswer where there is none."""
        if self.is_page and self.status >= 400:
            raise BadAnswer(
                f"A page came instead of the service's answer (HTTP {self.status}).",
                hint="Something between this machine and the service answered for it.",
                detail=self.facts(),
            )
        if self.is_page:
            raise BadAnswer(
                "A sign-in page answered instead of the service.",
                hint="Open your browser and sign in to the network, then try again.",
                detail=self.facts(),
            )
        try:
            return parse_json(self.body)
        except ValueError as fault:
            raise BadAnswer(
                f"The answer of {self.host} makes no sense.",
                hint="Check the address of the connection.",
                detail=self.facts(),
            ) from fault

    def facts(self) -> str:
        """What the Details view shows: status, id, host, and the beginning of the body."""
        lines = [f"HTTP {self.status} from {self.host}"]
        for name in ("x-fal-request-id", "x-fal-error-type", "x-fal-retryable"):
            if name in self.headers:
                lines.append(f"{name}: {shown(self.headers[name])}")
        text = redact(self.body[:2048].decode("utf-8", "replace"))
        if text.strip():
            lines.append(_CONTROLS.sub(" ", text).strip())
        return "\n".join(lines)


def parse_json(body: bytes) -> object:
    """The JSON value of a body; a byte order mark is skipped, NaN, Infinity and whole numbers of
    more than MAX_DIGITS become null.

    Raise ValueError for anything else that is not JSON or nests deeper than MAX_DEPTH.
    """
    if body.count(b"[") + body.count(b"{") > MAX_DEPTH and _is_deep(body):
        raise ValueError("nested too deeply")
    text = body.decode("utf-8-sig", "replace")
    # A paid result is not thrown away because its timings hold a NaN.
    value: object = json.loads(text, parse_constant=lambda _name: None, parse_int=_whole_number)
    return value


def _whole_number(text: str) -> int | None:
    return int(text) if len(text) <= MAX_DIGITS else None


def _is_deep(body: bytes) -> bool:
    """Whether the brackets outside texts nest beyond MAX_DEPTH, or do not match at all.

    Each round takes the innermost pairs away, so the number of rounds is the depth.
    """
    brackets = _TEXTS.sub(b"", body).translate(_SQUARE, _NO_BRACKETS)
    if b"[" * (MAX_DEPTH + 1) in brackets:
        return True
    for _ in range(MAX_DEPTH):
        brackets = brackets.replace(b"[]", b"")
    return bool(brackets)


def shown(text: object, most: int = SHOWN_CHARACTERS) -> str:
    """Text from outside as one plain line: no control characters, no lone surrogates, cut."""
    plain = str(text).encode("utf-8", "replace").decode()
    line = " ".join(_CONTROLS.sub(" ", redact(plain)).split())
    return line if len(line) <= most else line[: most - 1] + "…"


def seconds_of(time: object) -> float | None:
    """A time in the form of ISO 8601 in seconds since 1970; None where it is none."""
    if not isinstance(time, str):
        return None
    try:
        moment = datetime.fromisoformat(time)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
