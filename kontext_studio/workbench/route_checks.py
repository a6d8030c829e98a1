"""Whether the parts of a connection fit together, told before it is kept and at its field."""

from __future__ import annotations

import re
from ipaddress import ip_network
from urllib.parse import urlsplit

from kontext_studio.core.errors import BadRequest
from kontext_studio.core.redaction import is_credential_header, redact
from kontext_studio.core.route import Route, RouteMode, split_password
from kontext_studio.core.services import service_info
from kontext_studio.providers.addresses import is_inside, is_loopback, origin
from kontext_studio.providers.registry import built_words

PROXY_SCHEMES = ("http", "https", "socks5", "socks5h")

FROM_ENVIRONMENT = "env:"
"""Stands in a header's value before the name of a variable of the environment."""

FROM_KEYRING = "keyring:"
"""Stands for a header's value that is kept as a key is, in the system's keychain."""

_ELSEWHERE = re.compile(
    rf"(?P<scheme>[A-Za-z-]{{1,20}} )?(?:{FROM_ENVIRONMENT}(?P<variable>\w+)|{FROM_KEYRING})"
)
_SECRET_NAME = re.compile(r"token|key|secret|passw|credential|auth|session", re.IGNORECASE)
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_OWN_HEADERS = frozenset(
    "host content-length content-type content-encoding transfer-encoding connection expect upgrade"
    " te trailer accept accept-encoding range if-range idempotency-key x-fal-target-url"
    " proxy-authorization".split()
)
"""What says what a call is, or belongs to the network proxy: another value would make another
call of it, or take its key to an order away."""
_INSIDE = (".local", ".lan", ".internal", ".home.arpa", ".intranet", ".corp", ".home")


def elsewhere(value: str) -> re.Match[str] | None:
    """A header's value that is kept elsewhere: `variable` names one of the environment, else it is
    in the keychain; `scheme` ("Bearer ") goes before it."""
    return _ELSEWHERE.fullmatch(value)


def carries_secret(name: str) -> bool:
    """Whether a header of this name is there to prove who is asking."""
    return is_credential_header(name) or _SECRET_NAME.search(name) is not None


def kept_headers(route: Route) -> tuple[str, ...]:
    """The headers whose values are in the keychain."""
    found = ((name, elsewhere(value)) for name, value in route.headers)
    return tuple(name for name, match in found if match and not match["variable"])


def check_route(route: Route) -> None:
    """Raise BadRequest naming the field that does not fit."""
    if not route.name.strip():
        raise BadRequest("A connection needs a name.", field="name")
    words = built_words()
    info = service_info(route.provider)
    if route.provider not in words or info is None:
        raise BadRequest(
            f"This version does not speak to {route.provider} yet.",
            field="provider",
            hint=f"It speaks to {', '.join(words)}.",
        )
    if route.mode not in info.modes:
        offered = ", ".join(mode.value for mode in info.modes)
        raise BadRequest(
            f"{info.title} cannot be reached by {route.mode.value}.",
            field="mode",
            hint=f"It can be by {offered}.",
        )
    if route.mode is not RouteMode.DIRECT and not route.address:
        raise BadRequest(f"A {route.mode.value} connection needs its address.", field="address")
    if info.own_server and not (route.address or route.hosts):
        raise BadRequest(
            f"A connection to {info.title} needs the address of your server.",
            field="address",
            hint="It looks like http://gpu.lan:8000/v1.",
        )
    if unknown := [role for role, _ in route.hosts if role not in info.roles]:
        raise BadRequest(
            f"{info.title} has no part “{unknown[0]}” that could lie elsewhere.",
            field="hosts",
            hint=f"It has {', '.join(info.roles)}.",
        )
    _check_network(route)
    _check_headers(route.headers)
    own = info.own_server and route.mode is RouteMode.DIRECT
    inside_ok = own and not route.key_env and not route.headers
    for url in (route.address, *(host for _, host in route.hosts)):
        if url:
            _check_url(url, inside_ok=inside_ok, query_ok=route.mode is RouteMode.SERVER_PROXY)


def _check_url(url: str, *, inside_ok: bool, query_ok: bool) -> None:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise BadRequest(f"“{redact(url)}” is not an address.", field="address") from None
    if parts.scheme not in ("http", "https") or not host:
        raise BadRequest(f"“{redact(url)}” is not an http or https address.", field="address")
    if parts.username or parts.password:
        raise BadRequest("An address holds no user name or password here.", field="address")
    if origin(url) is None or port == 0 or ".." in host:
        raise BadRequest(
            f"“{redact(url)}” is not an address.",
            field="address",
            hint="Write it without spaces, and a name with other letters in the form that begins "
            "with xn--.",
        )
    if parts.fragment or (parts.query and not query_ok):
        raise BadRequest(
            "What follows “?” or “#” in an address would be lost.",
            field="address",
            hint="Paths are put behind the address: end it with its own path.",
        )
    if parts.scheme == "http" and not is_loopback(host) and not (inside_ok and _is_private(host)):
        raise BadRequest(
            f"“{redact(url)}” is not encrypted.",
            field="address",
            hint="Use https. Plain http goes to this computer only, and without key and headers to "
            "a server of your own in a private network.",
        )


def _is_private(host: str) -> bool:
    """By its name or number; what a name leads to is not looked up here."""
    name = host.lower().rstrip(".")
    return is_inside(name) or "." not in name or name.endswith(_INSIDE)


def _check_network(route: Route) -> None:
    if route.network_proxy and route.proxy_from_system:
        raise BadRequest(
            "A connection goes over the system's network proxy or over one of its own, not both.",
            field="network_proxy",
        )
    if route.network_proxy:
        _check_proxy(route.network_proxy)
    for item in re.split(r"[\s,;|]+", route.no_proxy):
        if "://" in item or "@" in item or ("/" in item and not _is_network(item)):
            raise BadRequest(
                f"“{redact(item)}” is no host, domain or network.",
                field="no_proxy",
                hint="They look like localhost, example.com or 10.0.0.0/8, divided by commas.",
            )


def _is_network(item: str) -> bool:
    try:
        ip_network(item, strict=False)
    except ValueError:
        return False
    return True


def _check_proxy(address: str) -> None:
    if split_password(address)[1]:
        raise BadRequest(
            "A network proxy's password is not kept with the connection.", field="network_proxy"
        )
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or parts.scheme not in PROXY_SCHEMES or parts.path.strip("/") or parts.query:
        raise BadRequest(
            "That is not the address of a network proxy.",  # not repeated: a password may be in it
            field="network_proxy",
            hint="It looks like http://proxy.example:3128 or socks5://127.0.0.1:1080.",
        )


def _check_headers(headers: tuple[tuple[str, str], ...]) -> None:
    for name, value in headers:
        if not _HEADER_NAME.fullmatch(name) or name.lower() in _OWN_HEADERS:
            raise BadRequest("A header of that name cannot be sent.", field="headers")
        if not all(" " <= character <= "~" for character in value):
            raise BadRequest(
                f"The value of {name} cannot be sent.",
                field="headers",
                hint="A header's value is one line of plain ASCII.",
            )
        if carries_secret(name) and elsewhere(value) is None:
            raise BadRequest(
                f"The value of {name} is not kept in a file.",
                field="headers",
                hint=f"Write {name}={FROM_KEYRING} and give the value when it is asked for, or "
                f"{name}={FROM_ENVIRONMENT}NAME and set the variable NAME.",
            )
