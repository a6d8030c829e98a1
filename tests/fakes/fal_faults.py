"""What the stand-in for fal does wrong where a test tells it to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.fakes.loopback_service import Exchange

Fault = Callable[["Exchange"], Awaitable[None]]


def drops_before_reading(body_bytes: int = 0) -> Fault:
    """Closes after so many bytes of the body, or, below zero, so many before its end."""

    async def fault(exchange: Exchange) -> None:
        await exchange.read(body_bytes)
        exchange.note()
        exchange.drop()

    return fault


def _after_reading(act: Callable[[Exchange], Awaitable[None]]) -> Fault:
    async def fault(exchange: Exchange) -> None:
        await exchange.read()
        exchange.note()
        await act(exchange)

    return fault


def drops() -> Fault:
    """Reads the whole request and closes without a word."""

    async def act(exchange: Exchange) -> None:
        exchange.drop()

    return _after_reading(act)


def says(
    status: int,
    body: object,
    headers: Mapping[str, str] | None = None,
    kind: str = "application/json",
) -> Fault:
    return _after_reading(lambda exchange: exchange.answer(status, body, headers, kind))


def says_raw(raw: bytes, *, then_close: bool = True) -> Fault:
    async def act(exchange: Exchange) -> None:
        await exchange.write(raw)
        if then_close:
            exchange.open = False
            exchange.writer.close()

    return _after_reading(act)


def page(status: int = 200) -> Fault:
    return says(status, b"<!doctype html><title>Sign in</title>", kind="text/html")


def cut(declared: int = 4000, sent: bytes = b'{"request_id": "lo') -> Fault:
    """An answer that breaks off before its stated length."""
    head = (
        f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {declared}\r\n\r\n"
    )
    return says_raw(head.encode() + sent)


def hangs() -> Fault:
    """Reads the request and says nothing until the other side goes."""

    async def act(exchange: Exchange) -> None:
        exchange.open = False
        await exchange.reader.read(1)

    return _after_reading(act)


def sells_and(act: Callable[[Exchange], Awaitable[None]]) -> Fault:
    """Takes the run, so that it is bought and in the account's list, and then misbehaves."""

    async def fault(exchange: Exchange) -> None:
        await exchange.read()
        exchange.note()
        exchange.service.sell(exchange)
        await act(exchange)

    return fault


async def loses_the_answer(exchange: Exchange) -> None:
    exchange.drop()
