"""Replicate as a service, and where a prediction lies there."""

from __future__ import annotations

import re
from types import MappingProxyType
from urllib.parse import quote

from kontext_studio.core.jobs import RemoteHandle
from kontext_studio.providers.service import Service

API = "api"

REPLICATE = Service("replicate", "Replicate", MappingProxyType({API: "https://api.replicate.com"}))


_NUMBER = re.compile(r"[\w-]{1,128}", re.ASCII)


def is_number(told: object) -> bool:
    """Whether this can be the number of a prediction."""
    return isinstance(told, str) and _NUMBER.fullmatch(told) is not None


def create_address(base: str, model: str) -> str:
    return f"{base}/v1/models/{quote(model, safe='/')}/predictions"


def handle_of(base: str, number: str) -> RemoteHandle:
    """The addresses of a prediction of which the number alone is known."""
    root = f"{base}/v1/predictions/{quote(number, safe='', errors='replace')}"
    return RemoteHandle(number, root, root, f"{root}/cancel")
