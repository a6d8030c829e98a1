"""Where bytes travel: which service, by which way, and who holds the key. Pure data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import unquote

from kontext_studio.core.secret import Secret


class RouteMode(StrEnum):
    """DIRECT adds the key here; SERVER_PROXY speaks fal's proxy protocol without a key; GATEWAY
    replaces the service's address by one that holds the key."""

    DIRECT = "direct"
    SERVER_PROXY = "server-proxy"
    GATEWAY = "gateway"


EMBEDDED = "embedded"
"""Provider word of the engine that comes with the program."""


@dataclass(frozen=True, slots=True)
class Route:
    """One named connection. `hosts` overrides a provider's origins by their role (run, queue,
    rest); `address` is the proxy's, the gateway's or one's own server's URL, and `model` what one's
    own server calls what it serves; `key_env` names an environment variable; `headers` are for the
    proxy's own sign-in; `ca_file` adds TLS roots. Calls go over `network_proxy` except to what
    `no_proxy` lists, or over what the system says where `proxy_from_system` is set.
    """

    name: str
    provider: str
    mode: RouteMode = RouteMode.DIRECT
    address: str = ""
    hosts: tuple[tuple[str, str], ...] = ()
    network_proxy: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    key_env: str = ""
    ca_file: str = ""
    model: str = ""
    no_proxy: str = ""
    proxy_from_system: bool = False

    def host(self, role: str, default: str) -> str:
        """The origin for a role, without a trailing slash."""
        return dict(self.hosts).get(role, default).rstrip("/")

    @property
    def proxy_account(self) -> str:
        """What the network proxy's password belongs to: this user at this address and no other.
        Empty where the proxy asks for no sign-in."""
        authority = self.network_proxy.partition("://")[2].partition("/")[0]
        return authority if "@" in authority else ""

    def to_json(self) -> dict[str, object]:
        return {
            "name": self.name,
            "provider": self.provider,
            "mode": self.mode.value,
            "address": self.address,
            "hosts": dict(self.hosts),
            "network_proxy": self.network_proxy,
            "headers": dict(self.headers),
            "key_env": self.key_env,
            "ca_file": self.ca_file,
            "model": self.model,
            "no_proxy": self.no_proxy,
            "proxy_from_system": self.proxy_from_system,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> Route:
        """Raise KeyError, TypeError or ValueError where `data` is not a route."""
        hosts, headers = data.get("hosts", {}), data.get("headers", {})
        if not isinstance(hosts, dict) or not isinstance(headers, dict):
            raise TypeError("not a connection")
        return cls(
            name=str(data["name"]),
            provider=str(data["provider"]),
            mode=RouteMode(str(data.get("mode", "direct"))),
            address=str(data.get("address", "")),
            hosts=tuple((str(role), str(url)) for role, url in hosts.items()),
            network_proxy=str(data.get("network_proxy", "")),
            headers=tuple((str(name), str(value)) for name, value in headers.items()),
            key_env=str(data.get("key_env", "")),
            ca_file=str(data.get("ca_file", "")),
            model=str(data.get("model", "")),
            no_proxy=str(data.get("no_proxy", "")),
            proxy_from_system=data.get("proxy_from_system") is True,
        )


@dataclass(frozen=True, slots=True)
class Access:
    """A route together with the key, and the password of its network proxy, that are used over it
    for this run of the program."""

    route: Route
    key: Secret | None = None
    proxy_password: Secret | None = None


def split_password(address: str) -> tuple[str, str]:
    """An address without its password, and the password, which may be empty."""
    scheme, mark, rest = address.rpartition("://")
    end = min((at for at in map(rest.find, "/?#") if at >= 0), default=len(rest))
    signed, at, host = rest[:end].rpartition("@")
    user, _, password = signed.partition(":")
    return f"{scheme}{mark}{user}{at}{host}{rest[end:]}", unquote(password)
