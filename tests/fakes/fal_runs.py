"""What the stand-in for fal answers on its run host, and to uploads in parts."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.fakes.loopback_service import Exchange

STREAM_HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nx-fal-request-id: run-1\r\n"
    b"transfer-encoding: chunked\r\n\r\n"
)


def data_uri(data: bytes, media_type: str = "image/jpeg") -> str:
    return f"data:{media_type};base64,{base64.b64encode(data).decode()}"


def frame(image: bytes | str, **more: object) -> dict[str, object]:
    """A frame as the image models send it, with a picture inside or an address."""
    url = image if isinstance(image, str) else data_uri(image)
    return {"images": [{"url": url}], "seed": 7, **more}


def chunk(text: str) -> bytes:
    raw = text.encode()
    return f"{len(raw):x}\r\n".encode() + raw + b"\r\n"


async def write_frames(exchange: Exchange, frames: Sequence[object]) -> None:
    """Each as one event; a text goes as it is, bytes of a comment among them."""
    for one in frames:
        text = one if isinstance(one, str) else f"data: {json.dumps(one)}\n\n"
        await exchange.write(chunk(text))


async def answer_run(exchange: Exchange) -> None:
    service = exchange.service
    service.sell(exchange)
    value = service.result if service.result is not None else service.output()
    await exchange.answer(service.result_status, value, {"x-fal-request-id": f"run-{service.sold}"})


async def answer_live(exchange: Exchange) -> None:
    service = exchange.service
    service.sell(exchange)
    frames = service.frames if service.frames is not None else usual_frames(service.output())
    await exchange.write(STREAM_HEAD)
    await write_frames(exchange, frames)
    await exchange.write(b"0\r\n\r\n")


def usual_frames(output: Mapping[str, object]) -> list[object]:
    """Two previews with sign of life between them, then the output."""
    from tests.fakes.fal_service import png

    return [frame(png(grey=1)), ": ping\n\n", frame(png(grey=2)), dict(output)]


async def answer_parts_begin(exchange: Exchange) -> None:
    service = exchange.service
    name = f"input-{len(service.pictures)}"
    service.pictures[name] = b""
    signed = f"{service.origin}/parts/{name}?signature=canary-signature"
    await exchange.answer(200, {"upload_url": signed, "file_url": f"{service.origin}/files/{name}"})


async def answer_part(exchange: Exchange) -> None:
    name, number = _place(exchange)
    exchange.service.parts[(name, int(number))] = exchange.body
    await exchange.answer(200, {"partNumber": int(number), "etag": f"tag-{number}"})


async def answer_parts_end(exchange: Exchange) -> None:
    name, _ = _place(exchange)
    told: Any = json.loads(exchange.body)
    parts = exchange.service.parts
    for part in told["parts"]:
        assert part["etag"] == f"tag-{part['partNumber']}"
    numbers = [part["partNumber"] for part in told["parts"]]
    exchange.service.pictures[name] = b"".join(parts.get((name, number), b"") for number in numbers)
    await exchange.answer(200, {})


def _place(exchange: Exchange) -> tuple[str, str]:
    name, number = exchange.path.split("?")[0].removeprefix("/parts/").split("/")
    return name, number
