"""The queue: submit, status, status stream, result, cancel."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from kontext_studio.server.calls import (
    KeyRing,
    json_bytes,
    json_of,
    own_base,
    own_origin,
)
from kontext_studio.server.errors import NO_REQUEST, STILL_RUNNING, Denial, Denied
from kontext_studio.server.inputs import checked
from kontext_studio.server.jobs import CancelWord, JobQueue, Output, ServedJob, State
from kontext_studio.server.model import ServedModel, app_of
from kontext_studio.server.repeats import Repeats

_HEARTBEAT_S = 10.0


class QueueCalls:
    """Handlers over one job queue."""

    def __init__(self, queue: JobQueue, model: ServedModel) -> None:
        self._queue = queue
        self._model = model
        self._repeats = Repeats()

    def request_routes(self, keys: KeyRing) -> list[Route]:
        """Routes of requests that exist; they mean the same under every prefix and port."""
        root = "/{app:path}/requests/{request_id}"
        return [
            Route(f"{root}/status/stream", keys.keyed(self.stream), methods=["GET"]),
            Route(f"{root}/status", keys.keyed(self.status), methods=["GET"]),
            Route(f"{root}/cancel", keys.keyed(self.cancel), methods=["PUT"]),
            Route(root, keys.keyed(self.result), methods=["GET"]),
        ]

    async def submit(self, request: Request) -> Response:
        endpoint = request.path_params["endpoint"]
        self._model.demand(endpoint)
        raw = await json_bytes(request)
        body = await json_of(raw)
        key = request.headers.get("idempotency-key")
        # Nothing is awaited from here on: of two equal orders the second finds the first.
        job = self._known(app_of(endpoint), key, raw)
        if job is None:
            job = self._begun(endpoint, body, request)
            if key is not None:
                self._repeats.remember(job.app, key, raw, job.id)
        return JSONResponse(
            {
                "status": State.IN_QUEUE.value,
                "queue_position": self._queue.position(job),
                **self._addresses(request, job),
            },
            headers={"x-fal-request-id": job.id},
        )

    def _known(self, app: str, key: str | None, raw: bytes) -> ServedJob | None:
        request_id = None if key is None else self._repeats.find(app, key, raw)
        return self._queue.find(app, request_id) if request_id else None

    def _begun(self, endpoint: str, body: object, request: Request) -> ServedJob:
        try:
            given = checked(body)
        except Denied as denied:
            # As at fal, the queue takes every input and the request ends with what is wrong.
            return self._queue.deny(app_of(endpoint), denied.denial)
        return self._model.begin(endpoint, given, own_origin(request)).job

    async def status(self, request: Request) -> Response:
        job = self._job(request)
        logs = job.logs if _wants_logs(request) else None
        done = job.state is State.COMPLETED
        return JSONResponse(self._status(request, job, logs), 200 if done else 202)

    async def stream(self, request: Request) -> Response:
        return StreamingResponse(
            self._statuses(request, self._job(request)),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store"},
        )

    async def result(self, request: Request) -> Response:
        job = self._job(request)
        if job.outcome is None:
            return STILL_RUNNING.response(job.id)
        return outcome_response(job.outcome, job.id)

    async def cancel(self, request: Request) -> Response:
        word = self._queue.cancel(self._job(request))
        status = {CancelWord.OK: 200, CancelWord.REQUESTED: 202}.get(word, 400)
        return JSONResponse({"status": word.value}, status)

    async def _statuses(self, request: Request, job: ServedJob) -> AsyncGenerator[str]:
        """One event per change, each with the log lines since the last; a comment when quiet."""
        wants_logs = _wants_logs(request)
        told, last = 0, ""
        async with aclosing(job.watch()) as changes:
            turn = asyncio.ensure_future(anext(changes, False))
            try:
                while await _within(turn, _HEARTBEAT_S) is not False:
                    if not turn.done():
                        yield ": waiting\n\n"
                        continue
                    fresh = list(job.logs[told:]) if wants_logs else None
                    told = len(job.logs)
                    is_last = job.state is State.COMPLETED
                    event = json.dumps(self._status(request, job, fresh))
                    if event != last:
                        last = event
                        yield f"data: {event}\n\n"
                    if is_last:
                        return
                    turn = asyncio.ensure_future(anext(changes, False))
            finally:
                turn.cancel()
                await asyncio.gather(turn, return_exceptions=True)

    def _status(
        self, request: Request, job: ServedJob, logs: list[dict[str, object]] | None
    ) -> dict[str, object]:
        status: dict[str, object] = {"status": job.state.value, **self._addresses(request, job)}
        match job.state:
            case State.IN_QUEUE:
                status["queue_position"] = self._queue.position(job)
            case State.IN_PROGRESS:
                status["logs"] = logs
                status["progress"] = job.share
            case State.COMPLETED:
                status["logs"] = logs
                status["metrics"] = {"inference_time": job.seconds}
                if isinstance(job.outcome, Denial):
                    status["error"] = job.outcome.text
                    status["error_type"] = job.outcome.error_type
        return status

    def _addresses(self, request: Request, job: ServedJob) -> dict[str, object]:
        root = f"{own_base(request)}/{job.app}/requests/{job.id}"
        return {
            "request_id": job.id,
            "response_url": root,
            "status_url": f"{root}/status",
            "cancel_url": f"{root}/cancel",
        }

    def _job(self, request: Request) -> ServedJob:
        job = self._queue.find(request.path_params["app"], request.path_params["request_id"])
        if job is None:
            raise Denied(NO_REQUEST)
        return job


def outcome_response(outcome: Output | Denial, request_id: str) -> Response:
    if isinstance(outcome, Denial):
        return outcome.response(request_id)
    return JSONResponse(outcome.value, headers={"x-fal-request-id": request_id})


def _wants_logs(request: Request) -> bool:
    return request.query_params.get("logs", "").lower() in ("1", "true")


async def _within(turn: asyncio.Future[bool | None], seconds: float) -> bool | None:
    """The item, or None while there is none yet; the turn goes on either way."""
    done, _ = await asyncio.wait({turn}, timeout=seconds)
    return turn.result() if done else None
