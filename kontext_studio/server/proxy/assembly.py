"""Puts the upstreams together from the configuration: tables of calls, prices, keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urljoin

from kontext_studio.core.errors import BadRequest
from kontext_studio.core.secret import Secret
from kontext_studio.server.proxy.bfl import ADDRESS as BFL_ADDRESS
from kontext_studio.server.proxy.bfl import BflUpstream
from kontext_studio.server.proxy.config import Kind, ProxyConfig, UpstreamConfig
from kontext_studio.server.proxy.fal import FalUpstream
from kontext_studio.server.proxy.openai import OpenAIUpstream
from kontext_studio.server.proxy.prices import PriceList, catalogue_prices
from kontext_studio.server.proxy.replicate import ADDRESS as REPLICATE_ADDRESS
from kontext_studio.server.proxy.replicate import ReplicateUpstream
from kontext_studio.server.proxy.upstream import Upstream

_BALANCE = "../../v1/balance"
"""Of Lumenfall, beside the address of its images."""


@dataclass(frozen=True, slots=True)
class Held:
    """An upstream with what it costs and the key that is held for it."""

    upstream: Upstream
    prices: PriceList
    key: Secret | None


def assemble(config: ProxyConfig, keys: Mapping[str, Secret]) -> dict[str, Held]:
    """The upstreams by name. Raise BadRequest where a key is missing."""
    return {one.name: _held(one, config, keys.get(one.name)) for one in config.upstreams}


def _held(one: UpstreamConfig, config: ProxyConfig, key: Secret | None) -> Held:
    if key is None and one.key_env:
        raise BadRequest(
            f"There is no key for {one.name}.",
            field=one.key_env,
            hint=f"Set {one.key_env} in the environment, or put it into the keychain: "
            f"kontext-studio proxy set-key {one.name}",
        )
    listed = catalogue_prices(one.name, config.megapixels)
    models = frozenset(one.models or listed)
    usd = {name: price for name, price in listed.items() if price is not None}
    prices = PriceList({**usd, **one.prices}, config.unknown_price_usd)
    return Held(_upstream(one, models), prices, key)


def _upstream(one: UpstreamConfig, models: frozenset[str]) -> Upstream:
    address = one.addresses.get("", "")
    match one.kind:
        case Kind.FAL:
            return FalUpstream(one.name, models, one.addresses)
        case Kind.REPLICATE:
            return ReplicateUpstream(one.name, models, address or REPLICATE_ADDRESS)
        case Kind.BFL:
            return BflUpstream(one.name, models, address or BFL_ADDRESS)
        case Kind.OPENAI:
            is_lumenfall = one.name == "lumenfall"
            asked = is_lumenfall and one.show_balance
            balance = urljoin(f"{address}/", _BALANCE) if asked else ""
            return OpenAIUpstream(
                one.name, models, address, estimates=is_lumenfall, balance=balance
            )
