"""fal's calls, named by the target header of its server-proxy protocol."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar
from urllib.parse import parse_qsl, urlencode

from starlette.responses import JSONResponse, Response

from kontext_studio import __version__
from kontext_studio.core.redaction import is_credential_header
from kontext_studio.server.model import app_of
from kontext_studio.server.proxy.refusals import Refusal
from kontext_studio.server.proxy.upstream import (
    NUMBER,
    Call,
    Effect,
    Listed,
    Upstream,
    is_plain,
    order_call,
    seconds_of,
)

HOSTS: Mapping[str, str] = {
    "run": "https://fal.run",
    "queue": "https://queue.fal.run",
    "rest": "https://rest.fal.ai",
    "platform": "https://api.fal.ai",
}
TARGET = "x-fal-target-url"

_REQUEST = re.compile(
    rf"/(?P<app>.+)/requests/(?P<number>{NUMBER})(?P<what>/status/stream|/status|/cancel)?"
)
_LOGS = re.compile(r"logs=(?:0|1|true|false)")
_WEBHOOK = re.compile(r"fal_webhook=[A-Za-z0-9%._~:/?+=@-]{1,4096}")
_UPLOADS = (
    "/storage/upload/initiate",
    "/storage/upload/initiate-multipart",
    "/storage/upload/complete-multipart",
)
_LIST = "/v1/models/requests/by-endpoint"
_LIST_FIELDS: Mapping[str, str] = {
    "endpoint_id": r"[A-Za-z0-9._/-]{1,200}",
    "start": r"[0-9TZ:+.-]{1,40}",
    "end": r"[0-9TZ:+.-]{1,40}",
    "expand": "payloads",
    "limit": "[0-9]{1,3}",
    "cursor": r"[\x21-\x7e]{1,1024}",
}
_UPLOAD_QUERY = "storage_type=fal-cdn-v3"
# What the published proxy answers, word for word: its clients know these two.
_STRINGS = {400: "Invalid request", 401: "Unauthorized"}
_INVALID = Refusal(400, "invalid_request", "Invalid request")


class FalUpstream(Upstream):
    """`addresses` replace the public ones by role; a target may name either."""

    key_header: ClassVar[tuple[str, str]] = ("authorization", "Key ")
    count_fields: ClassVar[tuple[str, ...]] = ("num_images",)
    passes_type: ClassVar[bool] = False
    empty_body: ClassVar[bytes] = b"{}"
    charged_refusals: ClassVar[frozenset[int]] = frozenset({422})
    number_field: ClassVar[str] = "request_id"
    list_field: ClassVar[str] = "items"

    def __init__(
        self, name: str, models: frozenset[str], addresses: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(name, models)
        self._bases = {**HOSTS, **(addresses or {})}
        if addresses and "platform" not in addresses:
            # What stands in for fal has no list of fal's, and its key is not for fal.
            del self._bases["platform"]
        self._apps = frozenset(app_of(model) for model in models if model != "*")
        self._any = "*" in models

    def find_target(self, method: str, target: str) -> Call | None:
        """The call that a target header names. Nothing but the table's own addresses matches."""
        for role, base in self._bases.items():
            for known in {base, HOSTS[role]}:
                if target.startswith(f"{known}/"):
                    path, mark, query = target[len(known) :].partition("?")
                    if role == "queue" and (call := order_call(method, path, query or None)):
                        return call
                    if call := self._find(role, method, path, query if mark else None):
                        return call
        return None

    def find(self, method: str, path: str, query: str | None) -> Call | None:
        """As a gateway: the role stands before the path."""
        _, role, rest = (*path.split("/", 2), "", "")[:3]
        return self._find(role, method, f"/{rest}", query) if role in self._bases else None

    def _find(self, role: str, method: str, path: str, query: str | None) -> Call | None:
        if not is_plain(path):
            return None
        url = f"{self._bases[role]}{path}" + (f"?{query}" if query else "")
        match role, method:
            case "run", "POST" if query is None:
                model = path[1:]
                if not self.allows(model) or self._any:
                    model = model.removesuffix("/stream")
                return self._run(f"{role} {path[1:]}", url, Effect.WORK, model)
            case "queue", "POST" if query is None or _WEBHOOK.fullmatch(query):
                return self._run(f"submit {path[1:]}", url, Effect.ORDER, path[1:])
            case "queue", ("GET" | "PUT"):
                return self._of_request(method, path, query, url)
            case "platform", "GET" if path == _LIST:
                return self._list(url, query or "")
            case "rest", "POST" if path in _UPLOADS and query == _UPLOAD_QUERY:
                return Call(path.rpartition("/")[2], url)
        return None

    def _run(self, endpoint: str, url: str, effect: Effect, model: str) -> Call | None:
        if not self.allows(model):
            return None
        return Call(endpoint, url, effect, model, large_body=True)

    def _list(self, url: str, query: str) -> Call | None:
        """The account's list of runs of one model that may be run."""
        try:
            told = parse_qsl(query, keep_blank_values=True, strict_parsing=True, max_num_fields=8)
        except ValueError:
            return None
        fields = dict(told)
        known = len(fields) == len(told) and all(
            re.fullmatch(_LIST_FIELDS.get(name, "(?!)"), value) for name, value in told
        )
        model = fields.get("endpoint_id", "")
        if not known or not self.allows(model):
            return None
        url = f"{url.partition('?')[0]}?{urlencode(told)}"
        return Call(f"list {model}", url, lists=True)

    def listed(self, item: Mapping[str, object]) -> Listed:
        number, model = item.get("request_id"), item.get("endpoint_id")
        return Listed(str(number), str(model), seconds_of(item.get("sent_at")))

    def _of_request(self, method: str, path: str, query: str | None, url: str) -> Call | None:
        found = _REQUEST.fullmatch(path)
        if found is None or not (self._any or found["app"] in self._apps):
            return None
        what = found["what"] or ""
        if (method == "PUT") != (what == "/cancel"):
            return None
        if query is not None and not (what.startswith("/status") and _LOGS.fullmatch(query)):
            return None
        return Call(f"{what[1:] or 'result'} {found['app']}", url, run=found["number"])

    def headers(self, given: Mapping[str, str]) -> dict[str, str]:
        told = {
            name: value
            for name, value in given.items()
            if name.startswith("x-fal-")
            and name not in (TARGET, "x-fal-client-proxy", "x-fal-key", "x-fal-token")
            and not is_credential_header(name)
        }
        wants_events = "text/event-stream" in given.get("accept", "")
        told["accept"] = "text/event-stream" if wants_events else "application/json"
        told["content-type"] = "application/json"
        told["user-agent"] = given.get("user-agent", "")
        told["x-fal-client-proxy"] = f"kontext-studio/{__version__}"
        return told

    def refused(self, refusal: Refusal) -> Response:
        told = refusal.headers()
        if (text := _STRINGS.get(refusal.status)) is not None:
            return JSONResponse(text, refusal.status, told)
        told |= {"x-fal-error-type": refusal.kind, "x-fal-retryable": "false"}
        body = {"detail": refusal.text, "error_type": refusal.kind}
        return JSONResponse(body, refusal.status, told)

    def not_found(self) -> Refusal:
        return _INVALID
