"""The proxy as one ASGI application: which upstream a path means, and who may not ask at all.

`/NAME/...` is the service's own path behind the name of its upstream; fal is asked in its
server-proxy protocol at `/NAME/proxy` and at the usual `/api/fal/proxy`.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from kontext_studio.core.secret import Secret
from kontext_studio.server.proxy.assembly import assemble
from kontext_studio.server.proxy.clients import Clients
from kontext_studio.server.proxy.config import ProxyConfig, is_loopback
from kontext_studio.server.proxy.desk import Desk
from kontext_studio.server.proxy.fal import TARGET, FalUpstream
from kontext_studio.server.proxy.forwarding import Way
from kontext_studio.server.proxy.ledger import Ledger
from kontext_studio.server.proxy.refusals import NO_SUCH_ADDRESS, Refused
from kontext_studio.server.proxy.upstream import order_call

_METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH"]
_USUAL_FAL = "/api/fal/proxy"


def make_proxy(
    config: ProxyConfig,
    keys: Mapping[str, Secret],
    clients: Clients,
    ledger: Ledger,
    *,
    on_start: Callable[[Desk], None] = lambda _desk: None,
) -> Starlette:
    """The application. It owns the ledger and closes it. `on_start` is given the desk on the
    application's own loop. Raise BadRequest where a key is missing."""
    upstreams = assemble(config, keys)
    way = Way(config)
    desk = Desk(config, clients, ledger, way)
    fal = [name for name, held in upstreams.items() if isinstance(held.upstream, FalUpstream)]
    proxies = {f"/{name}/proxy": name for name in fal}
    if fal:
        proxies[_USUAL_FAL] = fal[0]

    async def serve(request: Request) -> Response:
        raw = request.scope.get("raw_path") or request.scope["path"].encode()
        path = raw.partition(b"?")[0].decode("ascii", "replace")
        query = request.scope["query_string"].decode("latin-1") or None
        name, method = (*path.split("/", 2), "")[1], request.method
        if path == "/health" and method == "GET":
            return JSONResponse({"ok": True})
        if path == "/account" and method == "GET":
            return _account(request)
        if (fal_name := proxies.get(path)) is not None:
            held = upstreams[fal_name]
            assert isinstance(held.upstream, FalUpstream)
            call = held.upstream.find_target(method, request.headers.get(TARGET, ""))
        elif (found := upstreams.get(name)) is not None:
            held = found
            rest = path[len(name) + 1 :]
            call = order_call(method, rest, query) or held.upstream.find(method, rest, query)
        else:
            said = {"detail": "There is nothing at this address.", "error_type": NO_SUCH_ADDRESS}
            return JSONResponse(said, 404)
        return await desk.serve(
            request, held, call, f"{_own_base(request, config)}/{held.upstream.name}"
        )

    def _account(request: Request) -> Response:
        """What the client has ordered today."""
        try:
            client = desk.sign_in(request)
        except Refused as fault:
            return JSONResponse({"detail": fault.refusal.text}, fault.refusal.status)
        spent, limit = ledger.spent_micros(client), config.limit_micros(client)
        told = {"client": client, "ordered_usd": spent / 1e6, "limit_usd": limit / 1e6}
        return JSONResponse(told)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncGenerator[None]:
        on_start(desk)
        try:
            yield
        finally:
            desk.closing.set()
            await desk.finished(config.stop_s)
            await way.close()
            ledger.close()

    return Starlette(
        routes=[Route("/{path:path}", serve, methods=_METHODS)],
        middleware=[Middleware(OwnOnly, config=config)],
        lifespan=lifespan,
    )


def _own_base(request: Request, config: ProxyConfig) -> str:
    return config.public_url or f"http://{request.headers['host']}"


class OwnOnly:
    """Turns away what a web page makes a browser send: calls under another host name, and calls
    from pages of another origin."""

    def __init__(self, app: ASGIApp, config: ProxyConfig) -> None:
        self._app = app
        self._public = urlsplit(config.public_url)
        # Whoever listens to a network without saying a name is called by whatever name reaches it;
        # there nobody is served without a token.
        self._any_host = not config.is_local and not config.public_url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            denial = self._denial(Request(scope))
            if denial is not None:
                await denial(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _denial(self, request: Request) -> Response | None:
        host = request.headers.get("host", "")
        name = _host_name(f"//{host}")
        known = is_loopback(name) or self._any_host or name == self._public.hostname
        if not name or not known:
            return JSONResponse({"detail": "This proxy answers to its own name only."}, 421)
        origin = request.headers.get("origin")
        own = {f"http://{host}", f"{self._public.scheme}://{self._public.netloc}"}
        if origin is not None and origin not in own:
            return JSONResponse({"detail": "This proxy does not answer web pages."}, 403)
        return None


def _host_name(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
