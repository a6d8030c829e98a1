"""The way out: one long-lived client for all services, no redirects, no environment, no cookies.

It tells apart "no connection was made" from "something may have been received", and gives an
answer as it comes.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import AsyncGenerator, Mapping
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path

import certifi
import httpx
from socksio.exceptions import SOCKSError

from kontext_studio.core.errors import BadRequest
from kontext_studio.server.proxy.callers import Broken
from kontext_studio.server.proxy.config import ProxyConfig

CONNECT_S = 10.0
# Below the 5 s after which Node, uvicorn and Apache close an idle connection where nobody says
# otherwise: an order on one that is just being closed would end as lost.
_KEEP_ALIVE_S = 4.0


class NotSent(Exception):
    """No connection was made: the service has seen nothing."""


class Lost(Broken):
    """The exchange broke after it may have begun."""


class Way:
    """Where calls leave this machine."""

    def __init__(self, config: ProxyConfig) -> None:
        # httpx 0.28 logs whole addresses at INFO, and httpcore logs headers at DEBUG.
        for name in ("httpx", "httpcore"):
            logging.getLogger(name).setLevel(logging.WARNING)
        try:
            self._client = httpx.AsyncClient(
                verify=_roots(config.ca_file),
                trust_env=False,
                follow_redirects=False,
                proxy=config.network_proxy or None,
                timeout=httpx.Timeout(config.answer_s, connect=CONNECT_S, pool=CONNECT_S),
                limits=httpx.Limits(
                    max_connections=None,
                    max_keepalive_connections=16,
                    keepalive_expiry=_KEEP_ALIVE_S,
                ),
            )
        except (ValueError, httpx.InvalidURL) as fault:
            raise BadRequest(
                "The network proxy's address cannot be used.", field="proxy"
            ) from fault
        self._client.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=()))

    async def send(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None
    ) -> Arriving:
        """The answer as soon as its headers are there. Raise NotSent or Lost."""
        told = {**headers, "accept-encoding": "identity"}
        try:
            request = self._client.build_request(method, url, headers=told, content=body)
            return Arriving(await self._client.send(request, stream=True))
        except (
            httpx.ConnectError,
            httpx.ConnectTimeout,
            httpx.PoolTimeout,
            httpx.ProxyError,
            httpx.UnsupportedProtocol,
            httpx.InvalidURL,
            SOCKSError,  # while the way is made; httpcore 1.0.9 passes it on as it is
        ) as fault:
            raise NotSent from fault
        except httpx.HTTPError as fault:
            raise Lost from fault

    async def close(self) -> None:
        await self._client.aclose()


class Arriving:
    """An answer whose body is still on its way. It must be closed."""

    def __init__(self, response: httpx.Response) -> None:
        self._response = response
        self.status = response.status_code
        self.headers: Mapping[str, str] = {
            name.lower(): value for name, value in response.headers.items()
        }

    @property
    def is_events(self) -> bool:
        kind = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        return kind == "text/event-stream"

    async def chunks(self) -> AsyncGenerator[bytes]:
        """The body as it comes, unpacked. Raise Lost where it breaks off."""
        try:
            async for chunk in self._response.aiter_bytes():
                yield chunk
        except (httpx.HTTPError, httpx.StreamError) as fault:
            raise Lost from fault

    async def close(self) -> None:
        await asyncio.shield(self._response.aclose())


def _roots(ca_file: str) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    if ca_file:
        try:
            context.load_verify_locations(Path(ca_file).expanduser())
        except (OSError, ssl.SSLError) as fault:
            raise BadRequest(
                f"The file of certificates {ca_file} cannot be read.", field="ca_file"
            ) from fault
    return context
