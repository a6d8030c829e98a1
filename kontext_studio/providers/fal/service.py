"""Which services speak fal's protocol, and where a run lies there."""

from __future__ import annotations

from types import MappingProxyType
from urllib.parse import quote

from kontext_studio.core.jobs import RemoteHandle
from kontext_studio.providers.service import KeyHeader, Service

_KEY = KeyHeader(prefix="Key ")

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
    key=_KEY,
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
    key=_KEY,
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
