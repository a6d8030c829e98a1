"""The input of a request checked field by field, and its pictures found.

Accepted are pictures that were uploaded to this server and data URIs. No address elsewhere is
ever fetched: a server on a designer's machine must not be a way into the network.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from kontext_studio.core import data_uris
from kontext_studio.engine.base import EngineRequest
from kontext_studio.server.errors import Denied, FieldFault, field_denial
from kontext_studio.server.files import Shelf

MOST_VARIANTS = 4
MOST_PICTURES = 4
MOST_SEED = 2**64 - 1
FORMATS = ("png", "jpeg")


@dataclass(frozen=True, slots=True)
class Input:
    """A checked input. `pictures` are addresses or data URIs, with the field each came from."""

    instruction: str
    pictures: tuple[tuple[str, str], ...]
    seed: int
    count: int
    output_format: str
    as_data: bool

    async def engine_request(self, shelf: Shelf) -> EngineRequest:
        """Raise Denied where a picture is not here."""
        images = [await _picture(shelf, field, url) for field, url in self.pictures]
        return EngineRequest(
            self.instruction, tuple(images), self.seed, self.count, self.output_format
        )


def checked(body: object) -> Input:
    """Raise Denied with every fault at once. Unknown fields are ignored, as fal's models do."""
    if not isinstance(body, dict):
        raise Denied(field_denial([FieldFault("", "dict_type", "The input is a JSON object.")]))
    faults: list[FieldFault] = []
    take = _Take(body, faults)
    instruction = take.text("prompt")
    if instruction is not None and not instruction.strip():
        faults.append(
            FieldFault(
                "prompt", "sequence_too_short", "An instruction is needed.", {"min_length": 1}
            )
        )
    pictures = take.pictures()
    seed = take.whole("seed", 0, MOST_SEED, lambda: secrets.randbelow(2**31))
    count = take.whole("num_images", 1, MOST_VARIANTS, lambda: 1)
    output_format = take.word("output_format", FORMATS)
    as_data = take.flag("sync_mode")
    if faults:
        raise Denied(field_denial(faults))
    return Input(instruction or "", pictures, seed, count, output_format, as_data)


class _Take:
    """Takes fields out of a body and collects what is wrong with them."""

    def __init__(self, body: Mapping[str, object], faults: list[FieldFault]) -> None:
        self._body = body
        self._faults = faults

    def text(self, name: str) -> str | None:
        value = self._body.get(name)
        if value is None:
            self._fault(name, "missing", "Field required")
        elif not isinstance(value, str):
            self._fault(name, "string_type", "Input should be a string")
        else:
            return value.encode("utf-8", "replace").decode()
        return None

    def pictures(self) -> tuple[tuple[str, str], ...]:
        several = self._body.get("image_urls")
        if several is None:
            one = self.text("image_url")
            return () if one is None else (("image_url", one),)
        if not isinstance(several, list) or not all(isinstance(one, str) for one in several):
            self._fault("image_urls", "list_type", "Input should be a list of strings")
            return ()
        if not 1 <= len(several) <= MOST_PICTURES:
            kind = "sequence_too_long" if several else "sequence_too_short"
            limits = {"min_length": 1, "max_length": MOST_PICTURES}
            self._fault("image_urls", kind, f"1 to {MOST_PICTURES} pictures are taken.", limits)
            return ()
        return tuple(("image_urls", one) for one in several)

    def whole(self, name: str, least: int, most: int, default: Callable[[], int]) -> int:
        value = self._body.get(name)
        if value is None:
            return default()
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            self._fault(name, "int_type", "Input should be a whole number")
        elif value < least:
            message = f"Input should be greater than or equal to {least}"
            self._fault(name, "greater_than_equal", message, {"ge": least})
        elif value > most:
            message = f"Input should be less than or equal to {most}"
            self._fault(name, "less_than_equal", message, {"le": most})
        else:
            return value
        return 0

    def word(self, name: str, offered: tuple[str, ...]) -> str:
        value = self._body.get(name)
        if value is None:
            return offered[0]
        if isinstance(value, str) and value in offered:
            return value
        message = f"Input should be one of {', '.join(offered)}"
        self._fault(name, "one_of", message, {"expected": list(offered)})
        return offered[0]

    def flag(self, name: str) -> bool:
        value = self._body.get(name, False)
        if value is None or isinstance(value, bool):
            return bool(value)
        self._fault(name, "bool_type", "Input should be true or false")
        return False

    def _fault(
        self, name: str, kind: str, message: str, context: Mapping[str, object] | None = None
    ) -> None:
        self._faults.append(FieldFault(name, kind, message, context))


async def _picture(shelf: Shelf, field: str, url: str) -> bytes:
    if url.startswith("data:"):
        try:
            return await asyncio.to_thread(data_uris.bytes_of, url)
        except ValueError:
            raise _denied(field, "image_load_error", "The data URI cannot be read.") from None
    path = urlsplit(url).path if url.startswith(("http://", "https://")) else ""
    # The name is a secret of this server, so whoever has it may use it, whatever host it was under.
    data = await shelf.read(path.rpartition("/")[2])
    if data is None:
        raise _denied(
            field,
            "file_download_error",
            "The picture is not on this server. It takes uploads and data URIs.",
        )
    return data


def _denied(field: str, kind: str, message: str) -> Denied:
    return Denied(field_denial([FieldFault(field, kind, message)]))
