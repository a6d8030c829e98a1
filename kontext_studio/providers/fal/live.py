"""A run over an event stream: unfinished pictures on the way, the last frame is the result.

Only pictures that stand in a frame itself are shown on the way; none is fetched for a glance.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import AsyncExitStack, aclosing

from kontext_studio.core import data_uris
from kontext_studio.core.delivery import Delivery
from kontext_studio.core.errors import RouteError
from kontext_studio.core.provider import NotAccepted, Preview, RemoteDone, Running, Sending
from kontext_studio.providers.addresses import host_of
from kontext_studio.providers.answers import Answer, parse_json
from kontext_studio.providers.client import Arrived, HttpClient, NotAStream
from kontext_studio.providers.fal.asking import run_headers
from kontext_studio.providers.fal.errors import complaint_in, complaint_in_status, fault_of
from kontext_studio.providers.fal.follow import fraction_in, last_message_in
from kontext_studio.providers.fal.waited import result_in
from kontext_studio.providers.limits import MIB
from kontext_studio.providers.posting import Posted, post_once
from kontext_studio.providers.results import reduced
from kontext_studio.providers.retries import Patience
from kontext_studio.providers.service import Service

LiveEvent = Sending | NotAccepted | Running | Preview | RemoteDone

_LARGEST_PREVIEW = 8 * MIB
"""Characters of an address that holds a picture; a larger one is no preview."""
_QUICKLY_READ = 64 * 1024
_PERHAPS_UNFINISHED = "The connection broke after this picture came. It may be unfinished."


async def run_live(
    client: HttpClient,
    service: Service,
    patience: Patience,
    endpoint: str,
    body: bytes,
    delivery: Delivery,
) -> AsyncGenerator[LiveEvent]:
    """Send the run and end with RemoteDone, or raise why there is no result."""
    url = f"{client.route.base('run')}/{endpoint}/stream"
    host = host_of(client.route.asked_at(url))
    opened: list[AsyncIterator[str]] = []
    async with AsyncExitStack() as connection:

        async def post(arrived: Arrived, headers: Mapping[str, str]) -> Answer:
            stream = client.events(
                url,
                method="POST",
                body=body,
                headers={**run_headers(delivery), **headers},
                gap_s=client.limits.run_s,
                most_bytes=client.limits.result_bytes,
            )
            try:
                opened.append(await connection.enter_async_context(stream))
            except NotAStream as other:
                return other.answer
            return Answer(200, {}, b"", host)

        posting = post_once(
            post,
            # A whole answer may be the result, from where nothing is streamed.
            lambda answer: opened[0] if opened else result_in(answer, service, endpoint),
            lambda _came: None,
            service,
            patience,
            client.route,
        )
        async with aclosing(posting) as events:
            async for event in events:
                if not isinstance(event, Posted):
                    yield event
                elif isinstance(event.value, str):
                    yield RemoteDone(event.value)
        if opened:
            frames = _followed(client, service, endpoint, opened[0], host)
            async with aclosing(frames) as shown:
                async for one in shown:
                    yield one


async def _followed(
    client: HttpClient, service: Service, endpoint: str, texts: AsyncIterator[str], host: str
) -> AsyncGenerator[Running | Preview | RemoteDone]:
    result: Mapping[str, object] | None = None
    try:
        # Frames that keep the connection warm pass every limit of a gap.
        deadline = asyncio.get_running_loop().time() + client.limits.run_s
        async with aclosing(_until(deadline, texts)) as timely:
            async for text in timely:
                value = await _read(text)
                if value is None:
                    continue
                answer = Answer(200, {}, text[:2048].encode("utf-8", "replace"), host)
                url = _first_address(value)
                said = complaint_in(answer, value)
                if said is None and not url:
                    said = complaint_in_status(answer, value)
                if said is not None:
                    raise fault_of(said, service, model=endpoint, ran=True)
                fraction, message = fraction_in(value.get("progress")), last_message_in(value)
                if url:
                    result = value
                    if (data := await _preview(url, value)) is not None:
                        yield Preview(data, fraction)
                elif fraction is not None or message:
                    yield Running(fraction, message)
    except (RouteError, TimeoutError) as fault:
        if result is None or _first_address(result).startswith("data:"):
            words = "The live run broke off." if result is None else "The live run broke off early."
            detail = fault.detail if isinstance(fault, RouteError) else ""
            raise service.unknown(words, detail) from fault
        # Previews come within their frames: this address is where the service keeps a picture.
        notes = result.get("notes")
        known = notes if isinstance(notes, list) else []
        result = {**result, "notes": [*known, _PERHAPS_UNFINISHED]}
    if result is None:
        raise service.unknown("The live run ended without a picture.", "")
    yield RemoteDone(await asyncio.to_thread(reduced, result))


async def _until(deadline: float, texts: AsyncIterator[str]) -> AsyncGenerator[str]:
    while True:
        async with asyncio.timeout_at(deadline):
            text = await anext(texts, None)
        if text is None:
            return
        yield text


async def _read(text: str) -> Mapping[str, object] | None:
    """The frame; None where it is no JSON object."""

    def value() -> object:
        try:
            return parse_json(text.encode("utf-8", "replace"))
        except ValueError:
            return None

    found = value() if len(text) <= _QUICKLY_READ else await asyncio.to_thread(value)
    return found if isinstance(found, dict) else None


def _first_address(value: Mapping[str, object]) -> str:
    images = value.get("images")
    first = images[0] if isinstance(images, list) and images else value.get("image")
    url = first.get("url") if isinstance(first, dict) else first
    return url if isinstance(url, str) else ""


async def _preview(url: str, value: Mapping[str, object]) -> bytes | None:
    """The picture within the frame; None where there is none that may be shown."""
    flags = value.get("has_nsfw_concepts")
    flagged = flags is True or (isinstance(flags, list) and True in flags)
    if flagged or not url.startswith("data:") or len(url) > _LARGEST_PREVIEW:
        return None
    try:
        return await asyncio.to_thread(data_uris.bytes_of, url) or None
    except ValueError:
        return None
