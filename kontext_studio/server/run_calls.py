"""Synchronous and streamed runs: nothing to come back to, and a caller who leaves cancels."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from kontext_studio.server.calls import json_body, own_origin
from kontext_studio.server.errors import CANCELLED, Denial
from kontext_studio.server.inputs import Input, checked
from kontext_studio.server.jobs import JobQueue, Output, State
from kontext_studio.server.model import Begun, ServedModel, preview_frame
from kontext_studio.server.queue_calls import outcome_response

_STREAM_SUFFIX = "/stream"


class RunCalls:
    """Handlers that answer with the result itself."""

    def __init__(self, queue: JobQueue, model: ServedModel) -> None:
        self._queue = queue
        self._model = model

    async def run(self, request: Request) -> Response:
        endpoint = request.path_params["endpoint"]
        streamed = endpoint.endswith(_STREAM_SUFFIX)
        endpoint = endpoint.removesuffix(_STREAM_SUFFIX)
        self._model.demand(endpoint)
        given = checked(await json_body(request))
        begun = self._model.begin(endpoint, given, own_origin(request))
        if streamed:
            return await self._stream(request, given, begun)
        return outcome_response(await self._outcome(request, begun), begun.job.id)

    async def _outcome(self, request: Request, begun: Begun) -> Output | Denial:
        ended = asyncio.ensure_future(begun.job.ended())
        gone = asyncio.ensure_future(_gone(request))
        try:
            await asyncio.wait({ended, gone}, return_when=asyncio.FIRST_COMPLETED)
            return ended.result() if ended.done() else CANCELLED
        finally:
            if not ended.done():
                self._queue.cancel(begun.job)
            ended.cancel()
            gone.cancel()
            await asyncio.gather(ended, gone, return_exceptions=True)

    async def _stream(self, request: Request, given: Input, begun: Begun) -> Response:
        # An instruction that is refused is answered as an error, not as a stream that breaks off:
        # the frames begin with the engine's first sign of work.
        job = begun.job
        async with aclosing(job.watch()) as changes:
            async for _ in changes:
                if job.logs or job.outcome is not None:
                    break
        if isinstance(job.outcome, Denial):
            return job.outcome.response(job.id)
        return StreamingResponse(
            self._frames(given, begun),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "x-fal-request-id": job.id},
        )

    async def _frames(self, given: Input, begun: Begun) -> AsyncGenerator[str]:
        """The picture before, the picture after, both small; then the output itself."""
        try:
            if begun.before.done() and (frame := await preview_frame(begun.before.result(), given)):
                yield _event(frame)
            outcome = await begun.job.ended()
            if isinstance(outcome, Denial):
                yield _event(outcome.body())
                return
            if begun.after.done() and (frame := await preview_frame(begun.after.result(), given)):
                yield _event(frame)
            yield _event(outcome.value)
        finally:
            if begun.job.state is not State.COMPLETED:
                self._queue.cancel(begun.job)


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _event(value: object) -> str:
    return f"data: {json.dumps(value)}\n\n"
