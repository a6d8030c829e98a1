"""What the operator wrote down: a TOML file whose every word is known, or nothing starts."""

from __future__ import annotations

import ipaddress
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from kontext_studio.core.errors import BadRequest
from kontext_studio.core.services import service_info

DEFAULT_PORT = 8723
LOOPBACK = ("127.0.0.1", "::1", "localhost")

_NAME = re.compile(r"[a-z][a-z0-9-]{0,30}", re.ASCII)
_RESERVED = frozenset({"api", "account", "health"})


class Kind(StrEnum):
    """The protocol of an upstream."""

    FAL = "fal"
    OPENAI = "openai"
    REPLICATE = "replicate"
    BFL = "bfl"


_KINDS = {
    "fal": Kind.FAL,
    "replicate": Kind.REPLICATE,
    "bfl": Kind.BFL,
    "lumenfall": Kind.OPENAI,
    "openai": Kind.OPENAI,
}
_OPENAI_ADDRESSES = {
    "lumenfall": "https://api.lumenfall.ai/openai/v1",
    "openai": "https://api.openai.com/v1",
}
USUAL = ("fal", "lumenfall", "replicate", "bfl")
"""The upstreams of a proxy without a configuration, each where its key is in the environment."""


@dataclass(frozen=True, slots=True)
class UpstreamConfig:
    """`addresses` by role replace the service's own ("" is the role of those that have one).
    `models` is empty where the catalogue's are meant; `key_env` is empty where no key is needed."""

    name: str
    kind: Kind
    addresses: Mapping[str, str] = field(default_factory=dict)
    models: tuple[str, ...] = ()
    prices: Mapping[str, float] = field(default_factory=dict)
    key_env: str = ""
    show_balance: bool = False
    plain_http: bool = False


@dataclass(frozen=True, slots=True)
class ProxyConfig:
    """`public_url` is how clients write the proxy's address; empty where they reach it directly."""

    host: str = LOOPBACK[0]
    port: int = DEFAULT_PORT
    public_url: str = ""
    clients_file: Path = Path("proxy-clients.json")
    records_file: Path = Path("proxy.sqlite3")
    usd_per_day: float = 10.0
    client_usd_per_day: Mapping[str, float] = field(default_factory=dict)
    unknown_price_usd: float = 0.1
    megapixels: float = 2.0
    body_mb: int = 40
    calls_at_once: int = 64
    answer_s: float = 600.0
    stop_s: float = 90.0
    remember_h: float = 24.0
    network_proxy: str = ""
    ca_file: str = ""
    share_runs: bool = False
    upstreams: tuple[UpstreamConfig, ...] = ()

    @property
    def is_local(self) -> bool:
        return self.host in LOOPBACK

    def limit_micros(self, client: str) -> int:
        return round(self.client_usd_per_day.get(client, self.usd_per_day) * 1_000_000)


def upstream_config(name: str, told: Mapping[str, object] | None = None) -> UpstreamConfig:
    """One upstream with what is usual for its name. Raise BadRequest."""
    table = _Table(f"upstreams.{name}", dict(told or {}))
    if _NAME.fullmatch(name) is None or name in _RESERVED:
        raise BadRequest(f"“{name[:60]}” cannot be the name of an upstream.", field=name)
    word = table.text("kind", _KINDS[name].value if name in _KINDS else "")
    try:
        kind = Kind(word)
    except ValueError:
        offered = ", ".join(one.value for one in Kind)
        raise BadRequest(f"The kind of {name} is one of {offered}.", field="kind") from None
    known = service_info(name)
    plain_http = table.flag("plain_http")
    config = UpstreamConfig(
        name=name,
        kind=kind,
        addresses=_addresses(table, name, kind, plain_http=plain_http),
        models=table.texts("models"),
        prices=table.amounts("prices"),
        key_env=table.text("key_env", known.key_variable if known is not None else ""),
        show_balance=table.flag("show_balance"),
        plain_http=plain_http,
    )
    table.end()
    if plain_http and config.key_env:
        raise BadRequest(
            f"A key for {name} would go over plain http, where everybody on the way can read it.",
            field="plain_http",
            hint='Give the server a certificate, or let it take calls without a key: key_env = "".',
        )
    if kind is Kind.OPENAI and name != "lumenfall" and not config.models:
        raise BadRequest(
            f"The upstream {name} names no models.",
            field="models",
            hint='List those that may be run; ["*"] allows every one.',
        )
    return config


def _addresses(table: _Table, name: str, kind: Kind, *, plain_http: bool) -> dict[str, str]:
    if kind is Kind.FAL:
        given = table.mapping("hosts")
        if unknown := set(given) - {"run", "queue", "rest", "platform"}:
            raise BadRequest(f"{name} has no host {min(unknown)}.", field="hosts")
        return {
            role: _checked_address(str(url), "hosts", plain_http=plain_http)
            for role, url in given.items()
        }
    address = table.text("address", _OPENAI_ADDRESSES.get(name, ""))
    if not address and kind is Kind.OPENAI:
        raise BadRequest(f"The upstream {name} has no address.", field="address")
    return {"": _checked_address(address, "address", plain_http=plain_http)} if address else {}


def read_config(text: str, folder: Path, base: ProxyConfig) -> ProxyConfig:
    """The configuration in a TOML text; files are looked for beside it. What it does not say is
    taken from `base`. Raise BadRequest naming what cannot be understood."""
    try:
        table = _Table("", tomllib.loads(text))
    except tomllib.TOMLDecodeError as fault:
        raise BadRequest(f"The configuration is not TOML: {fault}.", field="config") from fault
    limits, network = table.table("limits"), table.table("network")
    upstreams = table.mapping("upstreams")
    clients_file, records_file = table.text("clients_file", ""), table.text("records_file", "")
    config = ProxyConfig(
        host=table.text("host", base.host),
        port=int(table.amount("port", base.port)),
        public_url=table.text("public_url", base.public_url).rstrip("/"),
        clients_file=folder / clients_file if clients_file else base.clients_file,
        records_file=folder / records_file if records_file else base.records_file,
        usd_per_day=limits.amount("usd_per_day", base.usd_per_day),
        client_usd_per_day=limits.amounts("clients"),
        unknown_price_usd=limits.amount("unknown_price_usd", base.unknown_price_usd),
        megapixels=limits.amount("megapixels", base.megapixels),
        body_mb=int(limits.amount("body_mb", base.body_mb)),
        calls_at_once=int(limits.amount("calls_at_once", base.calls_at_once)),
        answer_s=limits.amount("answer_s", base.answer_s),
        stop_s=limits.amount("stop_s", base.stop_s),
        # A key that is forgotten before its answer is read buys the run again.
        remember_h=limits.amount("remember_h", base.remember_h, least=1),
        network_proxy=network.text("proxy", base.network_proxy),
        ca_file=network.text("ca_file", base.ca_file),
        share_runs=table.flag("share_runs"),
        upstreams=tuple(
            upstream_config(name, told if isinstance(told, dict) else {"kind": ""})
            for name, told in upstreams.items()
        ),
    )
    for one in (table, limits, network):
        one.end()
    if config.public_url:
        _checked_address(config.public_url, "public_url")
    return config


def _checked_address(url: str, field_name: str, *, plain_http: bool = False) -> str:
    """An address that may be asked: https, or plain http on this machine and where the operator
    says so."""
    try:
        parts = urlsplit(url)
        port_is_good = parts.port != 0
        host = parts.hostname or ""
    except ValueError:
        host, port_is_good = "", False
    plain = host and port_is_good and not (parts.username or parts.query or parts.fragment)
    if not plain or re.fullmatch(r"[\x21-\x7e]+", url) is None:
        raise BadRequest(f"“{url[:80]}” is not an address.", field=field_name)
    may_be_plain = plain_http or is_loopback(host)
    if parts.scheme != "https" and not (parts.scheme == "http" and may_be_plain):
        raise BadRequest(
            f"{url[:80]} is not https.",
            field=field_name,
            hint="Plain http is taken for addresses of this computer, and for a server of your own "
            "without a key: plain_http = true.",
        )
    return url.rstrip("/")


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class _Table:
    """A table of the file; what nobody asked for is a mistake of the writer's."""

    def __init__(self, name: str, values: Mapping[str, object]) -> None:
        self._name = name
        self._values = dict(values)

    def text(self, name: str, default: str) -> str:
        value = self._values.pop(name, default)
        return value if isinstance(value, str) else self._wrong(name, "a text")

    def flag(self, name: str) -> bool:
        value = self._values.pop(name, False)
        return value if isinstance(value, bool) else bool(self._wrong(name, "true or false"))

    def amount(self, name: str, default: float, *, least: float = 0) -> float:
        return self._amount(name, self._values.pop(name, default), least)

    def amounts(self, name: str) -> dict[str, float]:
        return {str(key): self._amount(key, one) for key, one in self.mapping(name).items()}

    def texts(self, name: str) -> tuple[str, ...]:
        value = self._values.pop(name, [])
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            self._wrong(name, "a list of texts")
        return tuple(value) if isinstance(value, list) else ()

    def mapping(self, name: str) -> dict[str, object]:
        value = self._values.pop(name, {})
        if not isinstance(value, dict):
            self._wrong(name, "a table")
        return value if isinstance(value, dict) else {}

    def table(self, name: str) -> _Table:
        return _Table(name, self.mapping(name))

    def end(self) -> None:
        for name in self._values:
            raise BadRequest(
                f"The configuration has an unknown word: {self._called(name)}.", field=name
            )

    def _amount(self, name: str, value: object, least: float = 0) -> float:
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or not least <= value < 1e9
        ):
            self._wrong(name, f"a number from {least:g}")
        return float(value) if isinstance(value, int | float) else 0.0

    def _wrong(self, name: str, wanted: str) -> str:
        raise BadRequest(f"{self._called(name)} in the configuration is not {wanted}.", field=name)

    def _called(self, name: str) -> str:
        return f"{self._name}.{name}" if self._name else name


EXAMPLE = """\
# kontext-studio proxy --config proxy.toml
# Keys are never in this file: they come from the environment (key_env) or the system's keychain.

host = "127.0.0.1"          # another address needs at least one client with a token
port = 8723
# public_url = "https://proxy.example"       # how clients write it, where nginx stands before it
share_runs = false          # true: every client may see and cancel the runs of all
# clients_file = "clients.json"              # made by: kontext-studio proxy add-client NAME
# records_file = "records.sqlite3"           # what was ordered and answered

[limits]
usd_per_day = 10.0          # list price that one client may order in a day of UTC
unknown_price_usd = 0.10    # what a picture is counted as where no price is known
megapixels = 2.0            # what a picture is counted as where the price is per megapixel
body_mb = 40                # of a request with pictures
calls_at_once = 64          # of one client
answer_s = 600              # how long a service may stay silent
stop_s = 90                 # how long calls under way may take after SIGTERM
remember_h = 24             # how long an Idempotency-Key is known

[limits.clients]
# anna = 25.0

[network]
# proxy = "http://127.0.0.1:3128"            # the way out, where there is no direct one
# ca_file = "/etc/ssl/company.pem"           # further TLS roots

[upstreams.fal]             # key: FAL_KEY; models: those of the catalogue
# models = ["fal-ai/flux-pro/kontext"]
# prices = { "fal-ai/flux-pro/kontext" = 0.04 }

# [upstreams.lumenfall]     # key: LUMENFALL_API_KEY
# show_balance = false
# [upstreams.replicate]     # key: REPLICATE_API_TOKEN
# [upstreams.bfl]           # key: BFL_API_KEY

# [upstreams.studio]        # a server of your own that speaks the OpenAI images API
# kind = "openai"
# address = "https://studio.example/v1"
# models = ["*"]
# prices = { "*" = 0.0 }
# key_env = ""              # none is needed
# plain_http = false        # true: its address may begin with http:// (then without a key)
"""
