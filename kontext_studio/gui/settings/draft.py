"""A connection as it is being written: from a route, to a route, and what is still missing.

Pure values; refuses to know widgets, keys and files.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote, unquote

from kontext_studio.core.route import EMBEDDED, Route, RouteMode
from kontext_studio.core.services import SERVICES, ServiceInfo, service_info
from kontext_studio.workbench.route_checks import FROM_KEYRING

NAME, PROVIDER, ADDRESS, HEADERS, PROXY, NO_PROXY, ROOTS, MODEL, KEY, KEY_VARIABLE = (
    "name",
    "provider",
    "address",
    "headers",
    "network_proxy",
    "no_proxy",
    "ca_file",
    "model",
    "key",
    "key_env",
)
"""Fields as the faults of the workbench name them."""

OWN_SERVER = "own-server"
"""The choice that stands for every server of one's own; which one is asked in a second step."""
SIGN_IN = ("Authorization", f"Bearer {FROM_KEYRING}")
"""The header of a server proxy's own sign-in, which has a field of its own."""
OWN_SERVERS = tuple(one for one in SERVICES if one.own_server)


class Via(StrEnum):
    """Which network proxy the calls go over."""

    NONE = "none"
    SYSTEM = "system"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class ConnectionDraft:
    """What the fields show. `proxy_address` holds no user; `signs_in`: the server proxy asks who is
    there, and its token is kept as a key is; `hosts` is edited nowhere here and goes through
    unchanged."""

    name: str = ""
    provider: str = "fal"
    mode: RouteMode = RouteMode.DIRECT
    address: str = ""
    key_env: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    via: Via = Via.NONE
    proxy_address: str = ""
    proxy_user: str = ""
    no_proxy: str = ""
    ca_file: str = ""
    model: str = ""
    signs_in: bool = False
    hosts: tuple[tuple[str, str], ...] = ()

    @property
    def service(self) -> ServiceInfo | None:
        return service_info(self.provider)

    @property
    def on_own_server(self) -> bool:
        return self.service is not None and self.service.own_server

    @property
    def embedded(self) -> bool:
        return self.provider == EMBEDDED

    @property
    def wants_address(self) -> bool:
        """Whether there is nowhere to go without one."""
        return self.on_own_server or self.mode is not RouteMode.DIRECT

    @property
    def takes_key(self) -> bool:
        """Whether a key can go with the calls from here."""
        return not self.embedded and self.mode is not RouteMode.SERVER_PROXY

    @property
    def modes(self) -> tuple[RouteMode, ...]:
        """The routes that this service has. One's own server has the one way to it."""
        if self.service is None or self.service.own_server:
            return (RouteMode.DIRECT,)
        return self.service.modes


def draft_of(route: Route) -> ConnectionDraft:
    """What the fields show of a saved connection."""
    scheme, mark, rest = route.network_proxy.rpartition("://")
    user, at, host = rest.rpartition("@")
    signs_in = route.mode is RouteMode.SERVER_PROXY and SIGN_IN in route.headers
    via = Via.SYSTEM if route.proxy_from_system else Via.OWN if route.network_proxy else Via.NONE
    return ConnectionDraft(
        name=route.name,
        provider=route.provider,
        mode=route.mode,
        address=route.address,
        key_env=route.key_env,
        headers=tuple(one for one in route.headers if not (signs_in and one == SIGN_IN)),
        via=via,
        proxy_address=f"{scheme}{mark}{host}",
        proxy_user=unquote(user) if at else "",
        no_proxy=route.no_proxy,
        ca_file=route.ca_file,
        model=route.model,
        signs_in=signs_in,
        hosts=route.hosts,
    )


def route_of(draft: ConnectionDraft) -> Route:
    """The connection that is written down. What its service and mode have no use for stays out."""
    own_proxy = draft.via is Via.OWN
    signs_in = draft.signs_in and draft.mode is RouteMode.SERVER_PROXY
    written = ((name.strip(), value.strip()) for name, value in draft.headers)
    return Route(
        name=draft.name.strip(),
        provider=draft.provider,
        mode=draft.mode,
        address=draft.address.strip() if draft.wants_address else "",
        hosts=draft.hosts,
        network_proxy=_proxy_of(draft) if own_proxy else "",
        headers=(*((SIGN_IN,) if signs_in else ()), *(one for one in written if any(one))),
        key_env=draft.key_env.strip() if draft.takes_key else "",
        ca_file=draft.ca_file.strip(),
        model=draft.model.strip() if draft.on_own_server else "",
        no_proxy=draft.no_proxy.strip() if own_proxy else "",
        proxy_from_system=draft.via is Via.SYSTEM,
    )


def missing_in(draft: ConnectionDraft, taken: Collection[str]) -> dict[str, str]:
    """What has to be written before it can be saved or tested, by field; `taken` are the names of
    the other connections."""
    found: dict[str, str] = {}
    name = draft.name.strip()
    if not name:
        found[NAME] = "Give it a name"
    elif name.casefold() in {one.casefold() for one in taken}:
        found[NAME] = "Another connection has this name"
    if draft.wants_address and not draft.address.strip():
        found[ADDRESS] = f"Write the address of the {_what_is_there(draft)}"
    if draft.via is Via.OWN and not draft.proxy_address.strip():
        found[PROXY] = "Write the address of the network proxy"
    for header, value in draft.headers:
        if value.strip() and not header.strip():
            found[HEADERS] = f"Name the header with the value “{_short(value)}”"
        elif header.strip() and not value.strip():
            found[HEADERS] = f"Give {header.strip()} a value, or take it away"
    return found


def _what_is_there(draft: ConnectionDraft) -> str:
    if draft.on_own_server:
        return "server"
    return "proxy" if draft.mode is RouteMode.SERVER_PROXY else "gateway"


def _short(text: str) -> str:
    return text if len(text) <= 12 else f"{text[:4]}…"


def _proxy_of(draft: ConnectionDraft) -> str:
    address, user = draft.proxy_address.strip().rstrip("/"), draft.proxy_user.strip()
    if not user or not address:
        return address
    scheme, mark, host = address.rpartition("://")
    return f"{scheme}{mark}{quote(user, safe='')}@{host}"
