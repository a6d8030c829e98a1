"""One service as the proxy sees it: a table of the calls it passes on, and nothing else.

A call is found by exact method, path and query. The address it goes to is put together from the
table's own words; no text of the caller reaches it that has not been matched whole.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import ClassVar
from urllib.parse import urlsplit, urlunsplit

from starlette.responses import JSONResponse, Response

from kontext_studio.server.proxy.refusals import NOT_IN_TABLE, Refusal

NUMBER = r"[A-Za-z0-9_-]{1,128}"
"""A run's or a file's number."""

_PATH = re.compile(
    r"/(?:[A-Za-z0-9_~-][A-Za-z0-9._~:-]{0,127}/)*[A-Za-z0-9_~-][A-Za-z0-9._~:-]{0,127}"
)


_MODEL = re.compile(r"[\x21-\x7e]{1,200}")
"""What a name may look like where none is listed: it stands in the log and in the records."""
_ORDER = re.compile(r"(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*){0,4}/orders/([A-Za-z0-9_-]{8,128})")


class Effect(StrEnum):
    """LOOK costs nothing. ORDER buys a run that goes on by itself; its answer is a number. WORK
    buys a run that ends with its connection."""

    LOOK = "look"
    ORDER = "order"
    WORK = "work"


@dataclass(frozen=True, slots=True)
class Call:
    """An allowed call. `model` is what it runs, or `model_field` the part of the body that says so.
    With `number` the address is the one that the service gave for that run, else `url`. The body
    is JSON, or with `form` perhaps a form of parts.

    `run` is the run or file that is asked about, which must be the client's own; `makes_own` says
    that the answer names one that is from then on. With `lists` the answer is a list of runs, and
    with `order` the answer to the order of that key is asked for, which is no call to the service.
    """

    endpoint: str
    url: str
    effect: Effect = Effect.LOOK
    model: str = ""
    model_field: str = ""
    number: str = ""
    large_body: bool = False
    form: bool = False
    free: bool = False
    with_key: bool = True
    run: str = ""
    makes_own: bool = False
    lists: bool = False
    order: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """A run in a service's list: number, model and time (seconds since 1970), as far as told."""

    number: str
    model: str
    made: float


Remember = Callable[[str, str], None]
"""Notes an address that the service gave, by a number."""


class Upstream(ABC):
    """`models` are the only ones that may be run; "*" among them allows all."""

    key_header: ClassVar[tuple[str, str]] = ("authorization", "Bearer ")
    passed: ClassVar[frozenset[str]] = frozenset({"accept", "content-type", "user-agent"})
    count_fields: ClassVar[tuple[str, ...]] = ()
    rewrites: ClassVar[bool] = False
    passes_type: ClassVar[bool] = True
    empty_body: ClassVar[bytes] = b""
    charged_refusals: ClassVar[frozenset[int]] = frozenset()
    """With which the service refuses what its machines may have worked on before."""
    number_field: ClassVar[str] = "id"
    list_field: ClassVar[str] = ""

    def __init__(self, name: str, models: frozenset[str]) -> None:
        self.name = name
        self._models = models

    @abstractmethod
    def find(self, method: str, path: str, query: str | None) -> Call | None:
        """The call that is meant, None where it is not in the table."""

    def allows(self, model: str) -> bool:
        return model in self._models or (self._any_model and _MODEL.fullmatch(model) is not None)

    @property
    def _any_model(self) -> bool:
        return "*" in self._models

    def headers(self, given: Mapping[str, str]) -> dict[str, str]:
        """What goes along of a caller's headers."""
        return {name: value for name, value in given.items() if name in self.passed}

    def refused(self, refusal: Refusal) -> Response:
        """A refusal in the shape that this service's clients read."""
        body = {"detail": refusal.text, "error_type": refusal.kind}
        return JSONResponse(body, refusal.status, refusal.headers())

    def not_found(self) -> Refusal:
        return NOT_IN_TABLE

    def number_in(self, value: object) -> str:
        """The number of the run or file that an answer says was made; empty where it says none."""
        number = value.get(self.number_field) if isinstance(value, dict) else None
        return number if isinstance(number, str) and re.fullmatch(NUMBER, number) else ""

    def listed(self, item: Mapping[str, object]) -> Listed:
        """An entry of the service's list of runs."""
        return Listed("", "", 0.0)

    def outward(self, value: object, own: str) -> object:
        """A body on its way out; addresses of this proxy (`own`) become the service's."""
        return value

    def inward(self, value: object, own: str, remember: Remember) -> object:
        """An answer on its way in; addresses of the service become those of this proxy."""
        return value


def order_call(method: str, path: str, query: str | None) -> Call | None:
    """The call that asks what was answered to an order: the same at every upstream."""
    found = _ORDER.fullmatch(path) if method == "GET" and query is None else None
    return None if found is None else Call("order", "", order=found[1])


def seconds_of(time: object) -> float:
    """A moment as services write it, in seconds since 1970; 0 where it cannot be read."""
    try:
        moment = datetime.fromisoformat(time) if isinstance(time, str) else None
        if moment is None:
            return 0.0
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return 0.0


def is_plain(path: str) -> bool:
    """Whether a path is what it seems: no escapes, no dots that climb, no empty segment."""
    return len(path) <= 1024 and _PATH.fullmatch(path) is not None


def is_service_address(url: str, hosts: re.Pattern[str], usual: str, own: str) -> bool:
    """Whether an address that a service named may be asked: https at a host of its own, without
    sign-in or port. What stands in for the service (`own` is not `usual`) may name itself too."""
    try:
        parts, at = urlsplit(url), urlsplit(own)
        if urlunsplit(parts) != url or not url.isascii() or "\\" in url:
            return False  # it reads otherwise than it is written
        if parts.scheme == "https" and hosts.fullmatch(parts.netloc):
            return True
    except ValueError:
        return False
    return own != usual and (parts.scheme, parts.netloc) == (at.scheme, at.netloc)


def with_prefix(value: object, old: str, new: str) -> object:
    """The JSON value with every text that begins with the address `old` moved to `new`."""
    if isinstance(value, str):
        return new + value[len(old) :] if value.startswith(old) else value
    if isinstance(value, list):
        return [with_prefix(one, old, new) for one in value]
    if isinstance(value, dict):
        return {name: with_prefix(one, old, new) for name, one in value.items()}
    return value
