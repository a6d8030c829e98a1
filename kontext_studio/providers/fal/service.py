"""Which service speaks fal's protocol: its name, its addresses, and whether runs cost money."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import quote

from kontext_studio.core.errors import Charged
from kontext_studio.core.jobs import RemoteHandle


@dataclass(frozen=True, slots=True)
class Service:
    """`name` is the provider word, `title` is for sentences, `origins` are addresses by role."""

    name: str
    title: str
    origins: Mapping[str, str]
    billed: bool = True

    def perhaps(self) -> Charged:
        """What to say of a run that may have used the service's machines."""
        return Charged.MAYBE if self.billed else Charged.NO

    def surely(self) -> Charged:
        """What to say of a run that finished."""
        return Charged.YES if self.billed else Charged.NO


FAL = Service(
    "fal",
    "fal.ai",
    MappingProxyType(
        {
            "run": "https://fal.run",
            "queue": "https://queue.fal.run",
            "rest": "https://rest.fal.ai",
            "platform": "https://api.fal.ai",
        }
    ),
)

EMBEDDED_ENGINE = Service(
    "embedded",
    "the embedded engine",
    # The real addresses come with the route once the local server runs; port 9 discards.
    MappingProxyType(
        {
            "run": "http://127.0.0.1:9/run",
            "queue": "http://127.0.0.1:9/queue",
            "rest": "http://127.0.0.1:9/rest",
        }
    ),
    billed=False,
)


def handle_of(base: str, endpoint: str, request_id: str) -> RemoteHandle:
    """The addresses of a run of which the number alone is known."""
    root = queue_address(base, endpoint, request_id)
    return RemoteHandle(request_id, f"{root}/status", root, f"{root}/cancel")


def queue_address(base: str, endpoint: str, request_id: str) -> str:
    """Where a request lies when the service did not say: only owner and app, no sub-path."""
    parts = endpoint.split("/")
    kept = 3 if parts[0] in ("workflows", "comfy") else 2
    number = quote(request_id, safe="", errors="replace")
    return f"{base}/{'/'.join(parts[:kept])}/requests/{number}"
