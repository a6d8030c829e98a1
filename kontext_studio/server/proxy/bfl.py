"""Black Forest Labs' calls. Where a run is polled is kept here; callers poll this proxy."""

from __future__ import annotations

import re
from typing import ClassVar
from urllib.parse import quote

from starlette.responses import JSONResponse, Response

from kontext_studio.server.proxy.refusals import Refusal
from kontext_studio.server.proxy.upstream import (
    NUMBER,
    Call,
    Effect,
    Remember,
    Upstream,
    is_plain,
    is_service_address,
)

ADDRESS = "https://api.bfl.ai"

_MODEL = re.compile(r"/v1/([a-z0-9._-]+)", re.ASCII)
_POLL = re.compile(rf"id=({NUMBER})")
_OWN_HOST = re.compile(r"(?:[a-z0-9-]+\.)+bfl\.ai", re.ASCII)


class BflUpstream(Upstream):
    key_header: ClassVar[tuple[str, str]] = ("x-key", "")
    rewrites: ClassVar[bool] = True

    def __init__(self, name: str, models: frozenset[str], address: str = ADDRESS) -> None:
        super().__init__(name, models)
        self._address = address

    def find(self, method: str, path: str, query: str | None) -> Call | None:
        if method == "GET" and path == "/v1/get_result" and query is not None:
            if found := _POLL.fullmatch(query):
                number = found[1]
                url = f"{self._address}{path}?{query}"
                return Call("get_result", url, number=number, run=number)
            return None
        found = _MODEL.fullmatch(path)
        if method != "POST" or query is not None or found is None or not is_plain(path):
            return None
        if not self.allows(model := found[1]):
            return None
        url = self._address + path
        return Call(f"submit {model}", url, Effect.ORDER, model, large_body=True)

    def inward(self, value: object, own: str, remember: Remember) -> object:
        if not isinstance(value, dict) or "polling_url" not in value:
            return value
        number, url = value.get("id"), value["polling_url"]
        told = {name: one for name, one in value.items() if name != "polling_url"}
        if not isinstance(number, str) or not re.fullmatch(NUMBER, number):
            return told
        if isinstance(url, str) and is_service_address(url, _OWN_HOST, ADDRESS, self._address):
            remember(number, url)
        return {**told, "polling_url": f"{own}/v1/get_result?id={quote(number, safe='')}"}

    def refused(self, refusal: Refusal) -> Response:
        body = {"detail": refusal.text, "error": refusal.kind}
        return JSONResponse(body, refusal.status, refusal.headers())
