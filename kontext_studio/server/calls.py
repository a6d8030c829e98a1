"""What every call shares: its body within bounds, the key it must carry, and its own address."""

from __future__ import annotations

import asyncio
import hmac
import json
import secrets
from collections.abc import Awaitable, Callable, Iterable
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from kontext_studio.core.secret import Secret
from kontext_studio.server.errors import NO_KEY, TOO_SLOW, Denial, Denied, too_large

MOST_JSON_BYTES = 96 * 2**20
MOST_JSON_DEPTH = 64
BODY_LIMIT_S = 120.0
_THREAD_ABOVE_BYTES = 2**20

Handler = Callable[[Request], Awaitable[Response]]


async def body_bytes(request: Request, most_bytes: int) -> bytes:
    """Raise Denied as soon as it is clear that the body is over its limit (413), or where it does
    not come to its end in time (408)."""
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared[:20]) > most_bytes:
        raise Denied(too_large(most_bytes), {"Connection": "close"})
    parts = bytearray()
    try:
        async with asyncio.timeout(BODY_LIMIT_S):
            async for chunk in request.stream():
                parts += chunk
                if len(parts) > most_bytes:
                    raise Denied(too_large(most_bytes), {"Connection": "close"})
    except TimeoutError:
        raise Denied(TOO_SLOW, {"Connection": "close"}) from None
    return bytes(parts)


async def json_body(request: Request) -> object:
    """Raise Denied where the body is no JSON. An empty one is an empty object."""
    return await json_of(await json_bytes(request))


async def json_bytes(request: Request) -> bytes:
    """A body that should be JSON, as it came."""
    return await body_bytes(request, MOST_JSON_BYTES)


async def json_of(raw: bytes) -> object:
    """The value of a body in hand. Raise Denied where it is no JSON or nests too deeply."""
    if not raw.strip():
        return {}
    try:
        if len(raw) > _THREAD_ABOVE_BYTES:
            return await asyncio.to_thread(_parsed, raw)
        return _parsed(raw)
    except (ValueError, RecursionError):
        entry: dict[str, object] = {
            "loc": ["body"],
            "msg": "The body is not JSON.",
            "type": "json_invalid",
        }
        raise Denied(Denial(422, [entry], "json_invalid")) from None


def _parsed(raw: bytes) -> object:
    value: object = json.loads(raw)
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > MOST_JSON_DEPTH:
            raise ValueError("nested too deeply")
        level = [inner for outer in level for inner in _inside(outer)]
    return value


def _inside(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def own_base(request: Request) -> str:
    """The address of the part of the server that a call came to, as the caller wrote it."""
    return f"{own_origin(request)}{request.scope.get('root_path', '').rstrip('/')}"


def own_origin(request: Request) -> str:
    return f"{request.url.scheme}://{request.headers['host']}"


class KeyRing:
    """The server's own key, and the short-lived tokens it hands out for uploads."""

    def __init__(self, token: Secret | None) -> None:
        self._token = token
        self._uploads: dict[str, None] = {}

    def demand_key(self, request: Request) -> None:
        if not self._has_key(request):
            raise Denied(NO_KEY)

    def demand_upload_right(self, request: Request) -> None:
        """The key itself, or a token from `upload_token`."""
        scheme, _, word = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and word in self._uploads:
            return
        self.demand_key(request)

    def upload_token(self) -> str:
        while len(self._uploads) >= 64:
            del self._uploads[next(iter(self._uploads))]
        token = secrets.token_urlsafe(24)
        self._uploads[token] = None
        return token

    def keyed(self, handler: Handler) -> Handler:
        """The handler behind the key."""

        async def guarded(request: Request) -> Response:
            self.demand_key(request)
            return await handler(request)

        return guarded

    def _has_key(self, request: Request) -> bool:
        if self._token is None:
            return True
        scheme, _, word = request.headers.get("authorization", "").partition(" ")
        given = word.strip().encode("latin-1", "replace")
        return scheme.lower() == "key" and hmac.compare_digest(given, self._token.reveal().encode())


class LocalOnly:
    """Turns web pages away: a page may make a browser call this machine, under any host name."""

    def __init__(self, app: ASGIApp, any_host: bool = False) -> None:
        self._app = app
        self._any_host = any_host

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            denial = self._denial(Request(scope))
            if denial is not None:
                await denial.response()(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _denial(self, request: Request) -> Denial | None:
        host = _host_name(f"//{request.headers.get('host', '')}")
        if not host or not (self._any_host or _is_this_machine(host)):
            return Denial(421, "This server answers to its own name only.", "misdirected_request")
        origin = request.headers.get("origin")
        if origin is not None and not _is_this_machine(_host_name(origin)):
            return Denial(403, "This server does not answer web pages.", "forbidden")
        return None


def _host_name(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _is_this_machine(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
