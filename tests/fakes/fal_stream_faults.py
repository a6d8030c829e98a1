"""What can go wrong with a run over an event stream, as faults of the stand-in for fal."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from tests.fakes.fal_runs import STREAM_HEAD, write_frames
from tests.fakes.fal_service import Exchange, Fault, sells_and


def breaks_after(frames: Sequence[object]) -> Fault:
    """Sells the run, tells these frames, and then the connection is gone."""

    async def act(exchange: Exchange) -> None:
        await exchange.write(STREAM_HEAD)
        await write_frames(exchange, frames)
        exchange.open = False
        # An orderly end of the connection in the middle of the answer: all frames do arrive.
        exchange.writer.close()

    return sells_and(act)


def goes_quiet_after(frames: Sequence[object]) -> Fault:
    """Tells these frames and then nothing, until the other side goes."""

    async def act(exchange: Exchange) -> None:
        await exchange.write(STREAM_HEAD)
        await write_frames(exchange, frames)
        exchange.open = False
        await exchange.reader.read(1)

    return sells_and(act)


def only_keeps_warm() -> Fault:
    """Comments for ever: they pass every limit of a gap."""

    async def act(exchange: Exchange) -> None:
        await exchange.write(STREAM_HEAD)
        exchange.open = False
        while not exchange.writer.transport.is_closing():
            await write_frames(exchange, [": ping\n\n"])
            await asyncio.sleep(0.02)

    return sells_and(act)
