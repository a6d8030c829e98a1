"""The little that the proxy must know of a body: which model it runs, and how many pictures.

A body that two readers could understand differently (a field twice, an odd part) is refused: the
service must not run what was not counted.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from kontext_studio.server.proxy.refusals import Refused, bad_body

T = TypeVar("T")

MOST_PICTURES = 16

_THREAD_ABOVE_BYTES = 2**20

_BOUNDARY = re.compile(
    r'multipart/form-data;\s*boundary=("?)([A-Za-z0-9\'()+_,./:=?-]{1,200})\1\s*'
)
_NAME = re.compile(rb'form-data((?:\s*;\s*(?:name|filename)="(?:[^"\\\r\n]|\\.)*")+)\s*', re.DOTALL)
_PAIR = re.compile(rb'(name|filename)="((?:[^"\\\r\n]|\\.)*)"')
_DIGITS = re.compile(r"[0-9]{1,3}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Wanted:
    model: str
    count: int


def json_or_none(body: bytes) -> object:
    """The value in a service's answer, None where it is no JSON."""
    try:
        value: object = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return value


async def in_thread_if_large(body: bytes, work: Callable[[], T]) -> T:
    if len(body) > _THREAD_ABOVE_BYTES:
        return await asyncio.to_thread(work)
    return work()


def is_form(content_type: str) -> bool:
    return content_type.strip().lower().startswith("multipart/")


def boundary_of(content_type: str) -> bytes:
    """The boundary of a multipart body. Raise Refused where it is not to be had plainly."""
    found = _BOUNDARY.fullmatch(content_type)
    if found is None:
        raise Refused(bad_body("The body is neither JSON nor plain multipart/form-data."))
    return found[2].encode("ascii")


def wanted(
    body: bytes, content_type: str, model_field: str, count_fields: tuple[str, ...]
) -> Wanted:
    """What a body asks for. `model_field` may be empty; a count that is not said is one picture.

    Raise Refused (422) where the body does not tell it plainly.
    """
    if is_form(content_type):
        return _from_form(body, content_type, model_field, count_fields)
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise Refused(bad_body("The body is not said to be JSON."))
    value = json_object(body)
    _refuse_look_alikes(value, (model_field, *count_fields))
    model = value.get(model_field, "") if model_field else ""
    if not isinstance(model, str):
        raise Refused(bad_body(f"{model_field} is not a text."))
    count = 1
    for field in count_fields:
        outer, _, inner = field.rpartition(".")
        within = value.get(outer) if outer else value
        if isinstance(within, dict) and within.get(inner) is not None:
            count *= _count(within[inner], inner)
    return Wanted(model, count)


def json_object(body: bytes) -> dict[str, object]:
    """The object in a body. Raise Refused where it is none, or names a field twice."""
    try:
        value: object = json.loads(body or b"{}", object_pairs_hook=_once)
    except (ValueError, RecursionError) as fault:
        twice = isinstance(fault, _Twice)
        raise Refused(
            bad_body("The body names a field twice." if twice else "The body is not JSON.")
        ) from None
    if not isinstance(value, dict):
        raise Refused(bad_body("The body is not a JSON object."))
    return value


def _refuse_look_alikes(names: Iterable[str], fields: tuple[str, ...]) -> None:
    """Some servers read a field's name whatever its case."""
    for name in names:
        if name not in fields and name.lower() in fields:
            raise Refused(bad_body(f"The body has a field like {name.lower()}."))


class _Twice(ValueError):
    pass


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise _Twice
    return value


def _count(value: object, field: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MOST_PICTURES:
        raise Refused(bad_body(f"{field} is a whole number from 1 to {MOST_PICTURES}."))
    return value


def _from_form(
    body: bytes, content_type: str, model_field: str, count_fields: tuple[str, ...]
) -> Wanted:
    told: dict[str, str] = {}
    for name, is_file, content in _parts(body, boundary_of(content_type)):
        _refuse_look_alikes((name,), (model_field, *count_fields))
        if name != model_field and name not in count_fields:
            continue
        if is_file or name in told or len(content) > 200:
            raise Refused(bad_body(f"{name} is not told once, as text."))
        told[name] = content.decode("utf-8", "replace")
    count = 1
    for field in count_fields:
        if field in told:
            count *= _count(int(told[field]) if _DIGITS.fullmatch(told[field]) else None, field)
    return Wanted(told.get(model_field, ""), count)


def _parts(body: bytes, boundary: bytes) -> Iterator[tuple[str, bool, bytes]]:
    """Name, whether it is a file, and content of each part. Raise Refused where one is odd."""
    odd = Refused(bad_body("The parts of the body cannot be read."))
    pieces = (b"\r\n" + body).split(b"\r\n--" + boundary)
    if len(pieces) < 2 or pieces[0].strip() or not pieces[-1].startswith(b"--"):
        raise odd
    if body.count(b"--" + boundary) != len(pieces) - 1:
        raise odd  # some servers would see another part
    for piece in pieces[1:-1]:
        head, blank, content = piece.partition(b"\r\n\r\n")
        if not blank or not head.startswith(b"\r\n"):
            raise odd
        lines = head[2:].split(b"\r\n")
        if any(b":" not in line or line[:1].isspace() or b"\n" in line for line in lines):
            raise odd
        headers = [line.partition(b":") for line in lines]
        stated = [value for name, _, value in headers if name.lower() == b"content-disposition"]
        found = _NAME.fullmatch(stated[0].strip()) if len(stated) == 1 else None
        pairs = _PAIR.findall(found[1]) if found is not None else []
        names = [value for name, value in pairs if name == b"name"]
        if len(names) != 1:
            raise odd
        yield names[0].decode("utf-8", "replace"), len(pairs) > 1, content
