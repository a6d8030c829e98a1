"""The whole server as one ASGI application on one port.

Each of fal's hosts is a prefix: `/run`, `/queue`, `/rest`, and `/files` for the storage host. The
same calls without a prefix are answered too, for clients that can only be given a host and a port:
a bare POST of a model then runs it, or is queued where it came in on `queue_port` or under a host
name that begins with "queue.".
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from kontext_studio.core.secret import Secret
from kontext_studio.engine.base import Engine
from kontext_studio.server.calls import KeyRing, LocalOnly
from kontext_studio.server.errors import Denial, Denied
from kontext_studio.server.files import Shelf, own_folder
from kontext_studio.server.jobs import JobQueue
from kontext_studio.server.model import ServedModel
from kontext_studio.server.queue_calls import QueueCalls
from kontext_studio.server.run_calls import RunCalls
from kontext_studio.server.storage_calls import StorageCalls


def make_app(
    engine: Engine,
    token: Secret | None,
    *,
    endpoints: tuple[str, ...] | None = None,
    queue_port: int | None = None,
    any_host: bool = False,
) -> Starlette:
    """The application over an engine.

    `token` is the key that callers must carry, None leaves the server open to this machine.
    `endpoints` are the model ids it answers to, the engine's own where none are given. `any_host`
    gives up the check of the Host header, for servers that are reached over a network.
    """
    folder = own_folder()
    shelf = Shelf(Path(folder.name))
    queue = JobQueue(engine)
    keys = KeyRing(token)
    model = ServedModel(queue, shelf, endpoints or (engine.model_id,))
    queued, runs, storage = (
        QueueCalls(queue, model),
        RunCalls(queue, model),
        StorageCalls(shelf, keys),
    )

    async def bare(request: Request) -> Response:
        address = request.scope.get("server") or ("", None)
        is_queue = address[1] == queue_port or request.headers["host"].startswith("queue.")
        return await (queued.submit if is_queue else runs.run)(request)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncGenerator[None]:
        queue.start()
        try:
            yield
        finally:
            await queue.close()
            folder.cleanup()

    model_path = "/{endpoint:path}"
    return Starlette(
        routes=[
            Mount(
                "/queue",
                routes=[
                    *queued.request_routes(keys),
                    Route(model_path, keys.keyed(queued.submit), methods=["POST"]),
                ],
            ),
            Mount("/run", routes=[Route(model_path, keys.keyed(runs.run), methods=["POST"])]),
            Mount("/rest", routes=storage.rest_routes()),
            *storage.file_routes(),
            *storage.rest_routes(),
            *queued.request_routes(keys),
            Route(model_path, keys.keyed(bare), methods=["POST"]),
        ],
        middleware=[Middleware(LocalOnly, any_host=any_host)],
        exception_handlers={Denied: _denied, HTTPException: _plain},
        lifespan=lifespan,
    )


async def _denied(_request: Request, fault: Exception) -> Response:
    assert isinstance(fault, Denied)
    return fault.denial.response(headers=fault.headers)


async def _plain(_request: Request, fault: Exception) -> Response:
    """What the router says by itself (404, 405), in fal's shape."""
    assert isinstance(fault, HTTPException)
    kind = HTTPStatus(fault.status_code).name.lower()
    return Denial(fault.status_code, fault.detail, kind).response(headers=fault.headers)
