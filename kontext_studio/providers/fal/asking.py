"""How a run is asked for, as headers and query: nothing is sent that nobody asked for."""

from __future__ import annotations

import json
from urllib.parse import urlencode

from kontext_studio.core.delivery import Delivery, Priority

LIFETIME_HEADERS = ("x-fal-object-lifecycle-preference", "x-fal-object-lifecycle")
"""Runs read the first. Of uploads one published client sends the one, another the other."""


def run_headers(delivery: Delivery) -> dict[str, str]:
    """The headers of the one POST; none for a usual run."""
    told: dict[str, str] = {}
    if delivery.priority is not Priority.NORMAL:
        told["x-fal-queue-priority"] = delivery.priority.value
    if delivery.start_timeout_s is not None:
        told["x-fal-request-timeout"] = f"{delivery.start_timeout_s:g}"
    if delivery.no_store:
        told["x-fal-store-io"] = "0"
    if delivery.keep_s is not None:
        told[LIFETIME_HEADERS[0]] = lifetime(delivery.keep_s)
    return told


def run_query(delivery: Delivery) -> str:
    """What follows the endpoint in the address, with its question mark."""
    return f"?{urlencode({'fal_webhook': delivery.webhook})}" if delivery.webhook else ""


def lifetime(seconds: int) -> str:
    """How long a file is to be kept, as the header says it."""
    return json.dumps({"expiration_duration_seconds": seconds})
