"""A loopback stand-in for fal's server proxy: it holds the key, the caller names the target.

With `express_quirk` every status becomes 200, as behind the Express adapter of version 1.2.1.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

import httpx
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

PATH = "/api/fal/proxy"


@dataclass
class FalProxy:
    """`allowed` are patterns of host, path and query; `sign_in` a header the caller must send."""

    key: str
    allowed: tuple[str, ...]
    express_quirk: bool = False
    sign_in: tuple[str, str] | None = None
    asked: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)

    def app(self) -> Starlette:
        @asynccontextmanager
        async def lifespan(_app: Starlette) -> AsyncGenerator[None]:
            async with httpx.AsyncClient(trust_env=False, timeout=10) as self._upstream:
                yield

        route = Route(PATH, self._forward, methods=["GET", "POST", "PUT", "DELETE"])
        return Starlette(routes=[route], lifespan=lifespan)

    async def _forward(self, request: Request) -> Response:
        try:
            body = await request.body()
        except ClientDisconnect:
            return Response(status_code=400)  # nobody hears it: the caller has died
        target = request.headers.get("x-fal-target-url", "")
        self.asked.append((request.method, target, dict(request.headers), body))
        bare = target.partition("://")[2]
        if not bare or not any(fnmatchcase(bare, pattern) for pattern in self.allowed):
            return JSONResponse("Invalid request", 400)
        if self.sign_in is not None and request.headers.get(self.sign_in[0]) != self.sign_in[1]:
            return JSONResponse("Unauthorized", 401)
        headers = {name: value for name, value in request.headers.items() if "x-fal-" in name}
        headers |= {
            # The caller's own key would win, and a proxy without any sends rubbish.
            "authorization": request.headers.get("authorization", f"Key {self.key}"),
            "accept": "application/json",
            "content-type": "application/json",
            "accept-encoding": "identity",
            "x-fal-client-proxy": "test-double",
        }
        content = None if request.method == "GET" else body or b"{}"
        asked = self._upstream.build_request(
            request.method, target, headers=headers, content=content
        )
        try:
            answer = await self._upstream.send(asked, stream=True)
        except httpx.HTTPError:
            return JSONResponse("Bad gateway", 502)
        dropped = ("content-length", "content-encoding", "transfer-encoding", "connection")
        told = {name: value for name, value in answer.headers.items() if name not in dropped}

        async def passed_on() -> AsyncGenerator[bytes]:
            try:
                async for chunk in answer.aiter_raw():
                    yield chunk
            finally:
                await answer.aclose()

        status = 200 if self.express_quirk else answer.status_code
        return StreamingResponse(passed_on(), status, told)
