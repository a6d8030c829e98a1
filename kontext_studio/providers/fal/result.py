"""The answer of a finished run read, and its pictures fetched."""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from kontext_studio.core.errors import BadAnswer, NoPicture
from kontext_studio.core.provider import Finished, Trouble
from kontext_studio.core.result import EditResult, ReceivedImage
from kontext_studio.providers.answers import parse_json, shown
from kontext_studio.providers.downloads import Downloads
from kontext_studio.providers.fal.service import Service


@dataclass(frozen=True, slots=True)
class Promised:
    """One picture of an answer: where it is, whether it is flagged, how large it is said to be."""

    url: str
    flagged: bool
    size: int | None


async def collect(
    downloads: Downloads, service: Service, answer: str
) -> AsyncGenerator[Trouble | Finished]:
    """Fetch every picture of the answer; ends with Finished."""
    value = _value(answer, service)
    promised = _promised(value, service)
    images: list[ReceivedImage] = []
    for one in promised:
        if one.url.startswith("data:"):
            data = await asyncio.to_thread(_decoded, one.url, service)
            images.append(ReceivedImage(data, "", one.flagged))
            continue
        async with aclosing(downloads.fetch(one.url, one.size)) as fetched:
            async for event in fetched:
                if isinstance(event, bytes):
                    images.append(ReceivedImage(event, one.url, one.flagged))
                else:
                    yield event
    seed = value.get("seed")
    yield Finished(
        EditResult(
            images=tuple(images),
            seed=seed if isinstance(seed, int) and not isinstance(seed, bool) else None,
            prompt=_text(value.get("prompt")),
            timings=_timings(value.get("timings")),
            notes=_notes(value.get("notes")),
        )
    )


def _value(answer: str, service: Service) -> Mapping[str, object]:
    try:
        value = parse_json(answer.encode("utf-8", "replace"))
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise BadAnswer("The service's result makes no sense.", charged=service.surely())
    return value


def _promised(value: Mapping[str, object], service: Service) -> tuple[Promised, ...]:
    images = value.get("images")
    if not isinstance(images, list):
        images = [value["image"]] if isinstance(value.get("image"), dict) else []
    flags = value.get("has_nsfw_concepts")
    found: list[Promised] = []
    for index, image in enumerate(images[:16]):
        url = image.get("url") if isinstance(image, dict) else image
        if not isinstance(url, str) or not url:
            continue
        flagged = flags is True or (
            isinstance(flags, list) and index < len(flags) and flags[index] is True
        )
        size = image.get("file_size") if isinstance(image, dict) else None
        is_size = isinstance(size, int) and not isinstance(size, bool) and size > 0
        found.append(Promised(url, flagged, size if is_size else None))
    if not found:
        raise NoPicture(
            "The service returned no picture.",
            hint="Run it again with another seed.",
            detail=shown(value, 2048),
            charged=service.surely(),
        )
    return tuple(found)


def _decoded(url: str, service: Service) -> bytes:
    head, comma, data = url.partition(",")
    try:
        if not comma:
            raise ValueError("no data")
        if head.lower().endswith(";base64"):
            return base64.b64decode(unquote_to_bytes(data) if "%" in data else data, validate=True)
        return unquote_to_bytes(data)
    except (ValueError, binascii.Error) as fault:
        raise BadAnswer(
            "The picture inside the service's answer is damaged.", charged=service.surely()
        ) from fault


def _text(value: object) -> str:
    if not isinstance(value, str):
        return ""
    return value.encode("utf-8", "replace").decode().replace("\0", "")


def _timings(value: object) -> tuple[tuple[str, float], ...]:
    if not isinstance(value, dict):
        return ()
    return tuple(
        (shown(name, 60), float(seconds))
        for name, seconds in value.items()
        if isinstance(seconds, int | float) and not isinstance(seconds, bool)
    )


def _notes(value: object) -> tuple[str, ...]:
    """Sentences about what was done, as the embedded engine gives them."""
    if not isinstance(value, list):
        return ()
    return tuple(shown(note) for note in value[:50] if isinstance(note, str))
