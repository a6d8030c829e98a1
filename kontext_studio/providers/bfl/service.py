"""Black Forest Labs as a service, and where a run lies there."""

from __future__ import annotations

from types import MappingProxyType
from urllib.parse import quote

from kontext_studio.core.jobs import RemoteHandle
from kontext_studio.core.result import Cost
from kontext_studio.providers.service import KeyHeader, Service

API = "api"

BFL = Service(
    "bfl",
    "Black Forest Labs",
    MappingProxyType({API: "https://api.bfl.ai"}),
    key=KeyHeader("x-key"),
    # A run is polled where its answer says, which is often a server of one region.
    own_domains=frozenset({"bfl.ai"}),
)


def handle_of(
    base: str, number: str, polling_url: str = "", cost: Cost | None = None
) -> RemoteHandle:
    """The addresses of a run. There is none to cancel it at."""
    usual = f"{base}/v1/get_result?id={quote(number, safe='', errors='replace')}"
    url = polling_url or usual
    return RemoteHandle(number, url, url, "", cost)
