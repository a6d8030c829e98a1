"""Routes as transports: which way a call takes, and who attaches the key.

A provider makes calls to the service's own addresses. What happens to them on the way (the key of
a direct route, the target header of a server proxy, the base address of a gateway) happens here
and nowhere else.
"""

from __future__ import annotations

import asyncio
import ssl
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import certifi
import httpx

from kontext_studio.core.errors import BadAnswer, BadRequest, Unreachable
from kontext_studio.core.route import Access, Route, RouteMode
from kontext_studio.core.secret import Secret
from kontext_studio.providers.addresses import host_of, keeps_secrets, origin
from kontext_studio.providers.kill_moments import watched
from kontext_studio.providers.limits import Limits
from kontext_studio.providers.network_proxy import NetworkProxies
from kontext_studio.providers.service import KeyHeader, Service

API_CALL = "studio_api_address"
"""Request extension of a call to the service itself; it holds the address as it was given.

Calls without it (uploads to signed addresses, downloads) go straight and never carry a key.
"""

# Below the 5 s after which Node, uvicorn and Apache close an idle connection where nobody says
# otherwise: a run sent on one that is just being closed ends as "perhaps charged".
_KEEP_ALIVE_S = 4.0


class RouteUnfit(Unreachable):
    """No connection was made, and another attempt would end the same way."""


class NotPrivate(RouteUnfit):
    """A key or a sign-in would have gone out over plain http."""


class RootsUnreadable(RouteUnfit):
    """The file with further TLS roots is of no use."""


class BadCertificate(RouteUnfit):
    """Somebody else may be answering for the server, a sign-in page's gateway for example: what
    may be repeated is repeated, nothing else is."""


OPTIONAL_ROLE = "platform"
"""The part of a service that tells an account what it ran; no run needs it."""


@dataclass(frozen=True, slots=True)
class ResolvedRoute:
    """A route made ready: base addresses by role, and the only origins that are asked.

    `given` is the route as the person wrote it down.
    """

    given: Route
    bases: Mapping[str, str]
    origins: frozenset[str]
    own_domains: frozenset[str] = frozenset()

    @property
    def is_direct(self) -> bool:
        """Whether nothing stands between here and the service that acts in its place."""
        return self.given.mode is RouteMode.DIRECT

    def base(self, role: str) -> str:
        return self.bases[role]

    def is_own(self, url: str) -> bool:
        """Whether an address that the service named is one this route may talk to."""
        return origin(url) in self.origins or self._is_under_own_domain(url)

    def _is_under_own_domain(self, url: str) -> bool:
        """Only where the route itself stays there: with the service's own servers of a region, but
        with nothing that stands in for them."""
        if self.given.address:
            return False
        return all(_is_under(self.own_domains, one) for one in (url, *self.bases.values()))

    def asked_at(self, url: str) -> str:
        """The address that is really asked in place of this one of the service."""
        match self.given.mode:
            case RouteMode.SERVER_PROXY:
                return self.given.address
            case RouteMode.GATEWAY if origin(url) not in map(origin, self.bases.values()):
                return self.given.address
        return url

    def own_hosts(self) -> frozenset[tuple[str, int]]:
        """Host and port of everything the person wrote down: these may lie inside the network."""
        urls = [*self.origins, *([self.given.address] if self.given.address else [])]
        parts = [urlsplit(whole) for url in urls if (whole := origin(url)) is not None]
        return frozenset((one.hostname or "", one.port or 0) for one in parts)


def _is_under(domains: frozenset[str], url: str) -> bool:
    if not url.startswith("https://") or origin(url) is None:
        return False
    parts = urlsplit(url)
    host = parts.hostname or ""
    usual = parts.port in (None, 443) and not parts.username and not parts.password
    return usual and any(host.endswith(f".{domain}") for domain in domains)


def resolve(route: Route, service: Service) -> ResolvedRoute:
    """Raise BadRequest where the route's addresses cannot be used."""
    defaults = service.origins
    elsewhere = route.hosts and route.mode is not RouteMode.GATEWAY
    if elsewhere and OPTIONAL_ROLE not in dict(route.hosts):
        # A key belongs to the addresses it was saved with: what they leave out is not asked, rather
        # than asked at its usual place.
        defaults = {role: url for role, url in defaults.items() if role != OPTIONAL_ROLE}
    bases = {role: route.host(role, default) for role, default in defaults.items()}
    if route.mode is RouteMode.DIRECT and route.address:  # a server of one's own
        defaults = dict.fromkeys(defaults, route.address)
        bases = {role: route.host(role, route.address) for role in defaults}
    if route.mode is RouteMode.GATEWAY:
        _whole(route.address, "address")
        bases = {role: route.host(role, route.address) for role in defaults}
    if route.mode is RouteMode.SERVER_PROXY:
        _whole(route.address, "address")
    origins = {_whole(base, "hosts") for base in bases.values()}
    if route.mode is RouteMode.GATEWAY:
        # A gateway may pass the service's own addresses on; they are then asked through it.
        origins |= {_whole(default, "hosts") for default in defaults.values() if default}
    return ResolvedRoute(route, bases, frozenset(origins), service.own_domains)


def _whole(url: str, field: str) -> str:
    found = origin(url)
    if found is None:
        raise BadRequest(
            f"“{url}” is not an address." if url else "The connection has no address.",
            field=field,
            hint="It begins with https:// and names a host.",
        )
    return found


def transport(
    access: Access,
    resolved: ResolvedRoute,
    service: Service,
    limits: Limits,
    proxies: NetworkProxies,
) -> httpx.AsyncBaseTransport:
    """The transport of a route, over its network proxy where it has one."""
    pools = _Pools(resolved, limits, proxies)
    match access.route.mode:
        case RouteMode.SERVER_PROXY:
            return _ServerProxy(pools, resolved)
        case RouteMode.GATEWAY:
            return _Gateway(pools, access, resolved, service)
        case RouteMode.DIRECT:
            return _Direct(pools, access, resolved, service.key)


class _Pools(httpx.AsyncBaseTransport):
    """The real connections: one pool for https and one for plain http, for each network proxy and
    for none, each made on first use.

    Reading the root certificates takes longer than a frame, so it happens in a thread.
    """

    def __init__(self, resolved: ResolvedRoute, limits: Limits, proxies: NetworkProxies) -> None:
        self._resolved = resolved
        self._route = resolved.given
        self._limits = limits
        self._proxies = proxies
        self._made: dict[tuple[bool, httpx.URL | None], httpx.AsyncHTTPTransport] = {}
        self._making = asyncio.Lock()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        try:
            proxy = await self._proxies.over(str(request.url))
            secure = "https" in (request.url.scheme, proxy.scheme if proxy is not None else "")
            async with self._making:
                if (secure, proxy) not in self._made:
                    self._made[secure, proxy] = await self._make(secure, proxy)
        except (ValueError, httpx.InvalidURL) as fault:
            raise RouteUnfit(
                "The network proxy's address cannot be used. Nothing was sent.",
                hint="It looks like http://proxy.example:3128 or socks5://127.0.0.1:1080.",
            ) from fault
        return await self._made[secure, proxy].handle_async_request(request)

    async def _make(self, secure: bool, proxy: httpx.URL | None) -> httpx.AsyncHTTPTransport:
        if secure:
            context = await asyncio.to_thread(_roots, self._route.ca_file)
        else:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # trusts nobody; never used
        told = None
        if proxy is not None:
            told = httpx.Proxy(proxy, ssl_context=context if proxy.scheme == "https" else None)
        made = httpx.AsyncHTTPTransport(
            verify=context,
            trust_env=False,
            proxy=told,
            limits=httpx.Limits(max_keepalive_connections=8, keepalive_expiry=_KEEP_ALIVE_S),
        )
        if told is None:
            from kontext_studio.providers.dialing import Dialer  # httpcore: at the first exchange

            dialer = Dialer(self._resolved.own_hosts(), self._limits.next_address_s)
            # httpx 0.28 has no parameter for what its pool has one for.
            made._pool._network_backend = dialer
        return watched(made)

    async def aclose(self) -> None:
        for made in self._made.values():
            await made.aclose()


def _roots(ca_file: str) -> ssl.SSLContext:
    context = ssl.create_default_context()
    # The system's own store is empty in some frozen builds and containers.
    context.load_verify_locations(certifi.where())
    if ca_file:
        try:
            context.load_verify_locations(Path(ca_file).expanduser())
        except (OSError, ssl.SSLError) as fault:
            raise RootsUnreadable(
                f"The file of certificates {Path(ca_file).name} cannot be read. Nothing was sent.",
                hint="It holds certificates in PEM form; choose it again in the connection.",
            ) from fault
    return context


class _RouteTransport(httpx.AsyncBaseTransport, ABC):
    """What the three modes share: plain calls pass, calls to the service are prepared first."""

    def __init__(self, inner: httpx.AsyncBaseTransport, resolved: ResolvedRoute) -> None:
        self._inner = inner
        self._resolved = resolved

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        address = request.extensions.get(API_CALL)
        if isinstance(address, str):
            if not self._resolved.is_own(address):
                raise BadAnswer(
                    f"The service named an address that is not its own: {host_of(address)}.",
                    hint="Nothing was sent there. Check the addresses of the connection.",
                )
            request = self._prepared(request, address)
        return await self._inner.handle_async_request(request)

    @abstractmethod
    def _prepared(self, request: httpx.Request, address: str) -> httpx.Request:
        """The call as this mode sends it; `address` is the one the service gave."""

    async def aclose(self) -> None:
        await self._inner.aclose()


class _Direct(_RouteTransport):
    def __init__(
        self,
        inner: httpx.AsyncBaseTransport,
        access: Access,
        resolved: ResolvedRoute,
        header: KeyHeader,
    ) -> None:
        super().__init__(inner, resolved)
        self._key = access.key
        self._header = header

    def _prepared(self, request: httpx.Request, address: str) -> httpx.Request:
        return _signed(request, self._key, self._header, self._resolved.given.headers)


class _Gateway(_RouteTransport):
    def __init__(
        self,
        inner: httpx.AsyncBaseTransport,
        access: Access,
        resolved: ResolvedRoute,
        service: Service,
    ) -> None:
        super().__init__(inner, resolved)
        self._key = access.key
        self._header = service.key
        self._base_of = {
            origin(url): (urlsplit(url).path.rstrip("/"), resolved.base(role))
            for role, url in service.origins.items()
            if role in resolved.bases
        }
        self._first = next(iter(self._base_of.values()))
        self._own = {origin(base) for base in resolved.bases.values()}

    def _prepared(self, request: httpx.Request, address: str) -> httpx.Request:
        parts = urlsplit(address)
        if origin(address) not in self._own:
            # An address of the service itself, that the gateway passed on.
            usual_path, base = self._base_of.get(origin(address)) or self._first
            path = parts.path.removeprefix(usual_path)
            request = _again(request, base + path + (f"?{parts.query}" if parts.query else ""))
        return _signed(request, self._key, self._header, self._resolved.given.headers)


class _ServerProxy(_RouteTransport):
    """fal's proxy protocol: same method and body, the real address in a header, and no key."""

    def _prepared(self, request: httpx.Request, address: str) -> httpx.Request:
        route = self._resolved.given
        if route.headers:
            _demand_privacy(route.address)
        told = _again(request, route.address)
        told.headers["x-fal-target-url"] = address
        for name, value in route.headers:
            told.headers[name] = value
        return told


def _signed(
    request: httpx.Request,
    key: Secret | None,
    header: KeyHeader,
    own_headers: tuple[tuple[str, str], ...],
) -> httpx.Request:
    """With the key, and with the connection's own headers, which win over it."""
    if key or own_headers:
        _demand_privacy(str(request.url))
    if key:
        request.headers[header.name] = f"{header.prefix}{key.reveal()}"
    for name, value in own_headers:
        request.headers[name] = value
    return request


def _demand_privacy(url: str) -> None:
    if not keeps_secrets(url):
        raise NotPrivate(
            f"The key is not sent to {host_of(url)} over plain http. Nothing was sent.",
            hint="Use an https address in the connection.",
        )


def _again(request: httpx.Request, url: str) -> httpx.Request:
    """The same request to another address, without the headers that belong to the first."""
    kept = [
        (name, value)
        for name, value in request.headers.items()
        if name not in ("host", "authorization", "x-key", "cookie")
    ]
    again = httpx.Request(
        request.method, url, headers=kept, stream=request.stream, extensions=request.extensions
    )
    again.headers["host"] = again.url.netloc.decode("ascii")
    return again
