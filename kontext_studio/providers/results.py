"""The answer of a finished run read, and its pictures fetched.

Every provider brings its answers into the one form that is read here: fal's, with `seeds`, `notes`
and `cost` beside it. An address may be a data URI.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from itertools import islice

from kontext_studio.core import data_uris, kill_points
from kontext_studio.core.errors import BadAnswer, NoPicture, NotFound, StudioError
from kontext_studio.core.provider import Finished, RemoteDone, Trouble
from kontext_studio.core.result import MISSING_PICTURE, Cost, EditResult, ReceivedImage
from kontext_studio.providers.answers import parse_json, shown
from kontext_studio.providers.downloads import Downloads
from kontext_studio.providers.limits import MOST_PICTURES, PROMPT_CHARACTERS
from kontext_studio.providers.service import Service


@dataclass(frozen=True, slots=True)
class Promised:
    """One picture of an answer: where it is, whether it is flagged, how large it is said to be in
    bytes and in pixels, and its own seed. `url` is empty where it cannot be fetched."""

    url: str
    flagged: bool
    size: int | None
    stated: tuple[int, int] | None
    seed: int | None

    def with_bytes(self, data: bytes, url: str) -> ReceivedImage:
        return ReceivedImage(data, url, self.flagged, self.stated, self.seed)


_LONGEST_S = 1e9
_MOST_CREDIBLE_COST = 1e6
_MOST_ENTRIES = 1000
"""So many pictures are counted."""
_LONGEST_ADDRESS = 8192
_FACT_CHARACTERS, _MOST_FACTS = 2000, 50
_FACTS_OF_A_PICTURE = ("width", "height", "content_type", "file_name", "file_size")

Reread = Callable[[], AsyncGenerator[Trouble | RemoteDone]]
"""Asks for the result of a finished run once more: signed addresses come anew each time."""


async def collect(
    downloads: Downloads, service: Service, answer: str, reread: Reread | None = None
) -> AsyncGenerator[Trouble | Finished]:
    """Fetch every picture of the answer; ends with Finished.

    Where a picture is gone, the result is read again once: its address may only have expired.
    Pictures that came are not lost for one that cannot be had; raise where none can.
    """
    value = await asyncio.to_thread(_value, answer, service)
    promised = _promised(value, service)
    images: list[ReceivedImage] = []
    lost: list[StudioError] = []
    index = 0
    while index < len(promised):
        one = promised[index]
        try:
            if not one.url:
                raise BadAnswer(_why_not_fetched(index, len(promised)), charged=service.surely())
            async with aclosing(_fetched(downloads, service, one)) as events:
                async for event in events:
                    if isinstance(event, ReceivedImage):
                        images.append(event)
                    else:
                        yield event
        except NotFound as gone:
            fresh = ""
            if reread is not None:
                async with aclosing(_answer_again(reread)) as results:
                    async for result in results:
                        if isinstance(result, RemoteDone):
                            fresh = result.answer
                        else:
                            yield result
                reread = None
            again = _same_pictures_elsewhere(fresh, promised, service)
            if again[index].url != one.url:
                promised = again
                continue
            lost.append(gone)
        except BadAnswer as fault:  # refused, over the limit, or damaged within the answer
            lost.append(fault)
        index += 1
    if not images:
        raise lost[0]
    kill_points.reach(kill_points.KillPoint.AFTER_DOWNLOAD)
    missing = tuple(f"{MISSING_PICTURE}{one.message}" for one in lost)
    yield Finished(
        EditResult(
            images=tuple(images),
            seed=_seed(value.get("seed")),
            prompt=_text(value.get("prompt")),
            timings=_timings(value.get("timings")),
            cost=_cost(value.get("cost")),
            notes=_notes(value.get("notes")) + missing,
        )
    )


async def _fetched(
    downloads: Downloads, service: Service, one: Promised
) -> AsyncGenerator[Trouble | ReceivedImage]:
    if one.url.startswith("data:"):
        yield one.with_bytes(await asyncio.to_thread(_decoded, one.url, service), "")
        return
    if one.url.startswith("["):
        # A stored answer keeps no pictures, only their size; the service may still have them.
        raise NotFound("The picture is not in the stored answer.", charged=service.surely())
    kill_points.reach(kill_points.KillPoint.BEFORE_DOWNLOAD)
    async with aclosing(downloads.fetch(one.url, one.size)) as events:
        async for event in events:
            yield one.with_bytes(event, one.url) if isinstance(event, bytes) else event


async def _answer_again(reread: Reread) -> AsyncGenerator[Trouble | RemoteDone]:
    """The result of the run once more, if there still is one."""
    with contextlib.suppress(StudioError):
        async with aclosing(reread()) as results:
            async for result in results:
                yield result


def _same_pictures_elsewhere(
    answer: str, promised: tuple[Promised, ...], service: Service
) -> tuple[Promised, ...]:
    """The pictures with the addresses of a later answer; as they were where it tells of others."""
    try:
        again = _promised(_value(answer, service), service)
    except StudioError:
        return promised
    return again if len(again) == len(promised) else promised


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
    seeds = value.get("seeds")  # our own engine tells one for each variant
    found: list[Promised] = []
    for index, image in enumerate(images[:_MOST_ENTRIES]):
        url = _address(image) if index < MOST_PICTURES else ""
        flagged = flags is True or (
            isinstance(flags, list) and index < len(flags) and flags[index] is True
        )
        facts = image if isinstance(image, dict) else {}
        width, height = _count(facts.get("width")), _count(facts.get("height"))
        stated = (width, height) if width and height else None
        seed = seeds[index] if isinstance(seeds, list) and index < len(seeds) else None
        found.append(Promised(url, flagged, _count(facts.get("file_size")), stated, _seed(seed)))
    if not any(one.url for one in found):
        raise NoPicture(
            "The service returned no picture.",
            hint="Run it again with another seed.",
            detail=shown(value, 2048),
            charged=service.surely(),
        )
    return tuple(found)


def _address(image: object) -> str:
    """Where a picture is, or the picture itself as a data URI; empty where neither is told."""
    url = image.get("url") if isinstance(image, dict) else image
    if not isinstance(url, str):
        return ""
    return url if len(url) <= _LONGEST_ADDRESS or url.startswith("data:") else ""


def _why_not_fetched(index: int, count: int) -> str:
    if index >= MOST_PICTURES:
        return f"Picture {index + 1} of {count} is past the {MOST_PICTURES} that are fetched."
    return f"Picture {index + 1} of {count} came without an address."


def reduced(value: Mapping[str, object]) -> str:
    """An answer as it is kept: ASCII JSON of what is read of it, and of other facts that are short.

    It is large only where its pictures are within.
    """
    kept: dict[str, object] = {}
    facts = 0
    for name, one in value.items():
        match name:
            case "images" if isinstance(one, list):
                fetched = [_picture(image) for image in one[:MOST_PICTURES]]
                kept[name] = fetched + [{} for _ in one[MOST_PICTURES:_MOST_ENTRIES]]
            case "image" if isinstance(one, dict):
                kept[name] = _picture(one)
            case "has_nsfw_concepts" | "seeds" if isinstance(one, list):
                kept[name] = [fact if _is_short(fact) else None for fact in one[:MOST_PICTURES]]
            case "prompt":
                kept[name] = _text(one)
            case "timings":
                kept[name] = dict(_timings(one))
            case "notes":
                kept[name] = _notes(one)
            case _ if name == "seed" or facts < _MOST_FACTS:
                facts += 1
                if len(name) <= 200 and _is_short(one):
                    kept[name] = one
    return json.dumps(kept)


def _picture(image: object) -> object:
    facts = image if isinstance(image, dict) else {}
    kept = {name: facts[name] for name in _FACTS_OF_A_PICTURE if name in facts}
    return {"url": _address(image), **{k: v for k, v in kept.items() if _is_short(v)}}


def _is_short(value: object) -> bool:
    if isinstance(value, str) and len(value) > _FACT_CHARACTERS:
        return False
    return len(json.dumps(value)) <= _FACT_CHARACTERS


def _cost(value: object) -> Cost | None:
    try:
        stated = Cost.from_json(value) if isinstance(value, dict) else None
    except (KeyError, TypeError):
        return None
    return stated if stated is not None and 0 <= stated.amount < _MOST_CREDIBLE_COST else None


def _seed(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _count(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if value > 0 else None


def _decoded(url: str, service: Service) -> bytes:
    try:
        return data_uris.bytes_of(url)
    except ValueError as fault:
        raise BadAnswer(
            "The picture inside the service's answer is damaged.", charged=service.surely()
        ) from fault


def _text(value: object) -> str:
    if not isinstance(value, str):
        return ""
    return value[:PROMPT_CHARACTERS].encode("utf-8", "replace").decode().replace("\0", "")


def _timings(value: object) -> tuple[tuple[str, float], ...]:
    if not isinstance(value, dict):
        return ()
    return tuple(
        (shown(name, 60), float(seconds))
        for name, seconds in islice(value.items(), _MOST_FACTS)
        if isinstance(seconds, int | float)
        and not isinstance(seconds, bool)
        and abs(seconds) < _LONGEST_S
    )


def _notes(value: object) -> tuple[str, ...]:
    """Sentences about what was done, as the embedded engine gives them."""
    if not isinstance(value, list):
        return ()
    return tuple(shown(note) for note in value[:50] if isinstance(note, str))
