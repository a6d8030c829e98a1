"""Replicate's calls. The addresses in its answers are moved to this proxy and back, so that polls
come here and a file that was uploaded here is found there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar

from starlette.responses import JSONResponse, Response

from kontext_studio.server.proxy.refusals import Refusal
from kontext_studio.server.proxy.upstream import (
    NUMBER,
    Call,
    Effect,
    Listed,
    Remember,
    Upstream,
    is_plain,
    is_service_address,
    seconds_of,
    with_prefix,
)

ADDRESS = "https://api.replicate.com"

_PREDICTION = re.compile(rf"/v1/predictions/({NUMBER})(/cancel)?")
_MODEL = re.compile(r"/v1/models/([\w.-]+/[\w.-]+)(/predictions)?", re.ASCII)
_FILE = re.compile(rf"/v1/files/({NUMBER})")
_CURSOR = re.compile(r"cursor=[A-Za-z0-9%._~=+-]{1,1024}")
_STREAM = re.compile(rf"/v1/streams/({NUMBER})")
_STREAM_HOST = re.compile(r"stream[a-z0-9-]*\.replicate\.com", re.ASCII)


class ReplicateUpstream(Upstream):
    passed: ClassVar[frozenset[str]] = Upstream.passed | {"prefer", "cancel-after"}
    count_fields: ClassVar[tuple[str, ...]] = ("input.num_outputs", "input.num_images")
    rewrites: ClassVar[bool] = True
    list_field: ClassVar[str] = "results"

    def __init__(self, name: str, models: frozenset[str], address: str = ADDRESS) -> None:
        super().__init__(name, models)
        self._address = address

    def find(self, method: str, path: str, query: str | None) -> Call | None:
        url = self._address + path
        if (method, path) == ("GET", "/v1/predictions"):
            if query is not None and not _CURSOR.fullmatch(query):
                return None
            return Call("list", url + (f"?{query}" if query else ""), lists=True)
        if query is not None or not is_plain(path):
            return None
        if method == "POST" and path == "/v1/predictions":
            return Call("create", url, Effect.ORDER, model_field="version", large_body=True)
        if method == "POST" and path == "/v1/files":
            return Call("upload", url, large_body=True, makes_own=True)
        if method == "GET" and (found := _FILE.fullmatch(path)):
            return Call("file", url, run=found[1])
        if method == "GET" and (found := _STREAM.fullmatch(path)):
            # The address of a stream is itself what gives the right to read it.
            return Call("stream", "", number=found[1], with_key=False, run=found[1])
        if found := _PREDICTION.fullmatch(path):
            if method == ("POST" if found[2] else "GET"):
                return Call("cancel" if found[2] else "prediction", url, run=found[1])
        elif (found := _MODEL.fullmatch(path)) and self.allows(model := found[1]):
            if method == "POST" and found[2]:
                return Call(f"create {model}", url, Effect.ORDER, model, large_body=True)
            if method == "GET" and not found[2]:
                return Call(f"model {model}", url)
        return None

    def listed(self, item: Mapping[str, object]) -> Listed:
        made = seconds_of(item.get("created_at"))
        return Listed(str(item.get("id")), str(item.get("model")), made)

    def outward(self, value: object, own: str) -> object:
        return with_prefix(value, f"{own}/v1/", f"{self._address}/v1/")

    def inward(self, value: object, own: str, remember: Remember) -> object:
        moved = with_prefix(value, f"{self._address}/v1/", f"{own}/v1/")
        if not isinstance(value, dict) or not isinstance(moved, dict):
            return moved
        given, urls = value.get("urls"), moved.get("urls")
        if not isinstance(given, dict) or not isinstance(urls, dict):
            return moved
        passed = {name: url for name, url in urls.items() if name != "stream"}
        kept = {name: url for name, url in passed.items() if name == "web" or _is_at(url, own)}
        number, stream = str(value.get("id")), str(given.get("stream"))
        may_stream = is_service_address(stream, _STREAM_HOST, ADDRESS, self._address)
        if may_stream and re.fullmatch(NUMBER, number):
            remember(number, stream)
            kept["stream"] = f"{own}/v1/streams/{number}"
        return {**moved, "urls": kept}

    def refused(self, refusal: Refusal) -> Response:
        body: Mapping[str, object] = {
            "title": refusal.kind.replace("_", " ").capitalize(),
            "detail": refusal.text,
            "status": refusal.status,
            "type": refusal.kind,
        }
        return JSONResponse(body, refusal.status, refusal.headers())


def _is_at(url: object, own: str) -> bool:
    return isinstance(url, str) and url.startswith(f"{own}/")
