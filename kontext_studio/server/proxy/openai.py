"""The calls of servers with the OpenAI images API: Lumenfall, OpenAI, servers of one's own."""

from __future__ import annotations

from typing import ClassVar
from urllib.parse import urlsplit

from starlette.responses import JSONResponse, Response

from kontext_studio.server.proxy.refusals import Refusal
from kontext_studio.server.proxy.upstream import Call, Effect, Upstream

_TYPES = {
    401: "authentication_error",
    402: "insufficient_quota",
    403: "permission_error",
    429: "rate_limit_error",
}
_CODES = {
    "unauthorized": "AUTHENTICATION_FAILED",
    "spend_limit": "INSUFFICIENT_BALANCE",
    "invalid_body": "INVALID_REQUEST",
    "too_many_calls": "RATE_LIMITED",
}


class OpenAIUpstream(Upstream):
    """`address` is the base that ends in /v1; the same path stands behind the upstream's name.
    `estimates`: the service answers dryRun=true with a price, for nothing. `balance` is the address
    that tells the account's, where people may see it."""

    count_fields: ClassVar[tuple[str, ...]] = ("n",)
    number_field: ClassVar[str] = ""

    def __init__(
        self,
        name: str,
        models: frozenset[str],
        address: str,
        *,
        estimates: bool = False,
        balance: str = "",
    ) -> None:
        super().__init__(name, models)
        self._address = address
        self._path = urlsplit(address).path
        self._estimates = estimates
        self._balance = balance

    def find(self, method: str, path: str, query: str | None) -> Call | None:
        if self._balance and (method, path, query) == ("GET", urlsplit(self._balance).path, None):
            return Call("balance", self._balance)
        if not path.startswith(f"{self._path}/"):
            return None
        rest = path[len(self._path) :]
        match method, rest:
            case "GET", "/models" if query is None:
                return Call("models", self._address + rest)
            case "POST", ("/images/generations" | "/images/edits"):
                is_estimate = self._estimates and query == "dryRun=true"
                if query is not None and not is_estimate:
                    return None
                return Call(
                    rest[1:],
                    self._address + rest + ("?dryRun=true" if is_estimate else ""),
                    Effect.WORK,
                    model_field="model",
                    large_body=True,
                    form=rest == "/images/edits",
                    free=is_estimate,
                )
        return None

    def allows(self, model: str) -> bool:
        # A server that serves one model need not be told it.
        return super().allows(model) or (not model and self._any_model)

    def refused(self, refusal: Refusal) -> Response:
        kind = _TYPES.get(
            refusal.status, "server_error" if refusal.status >= 500 else "invalid_request_error"
        )
        code = _CODES.get(refusal.kind, refusal.kind.upper())
        body = {"error": {"message": refusal.text, "type": kind, "code": code, "param": None}}
        return JSONResponse(body, refusal.status, refusal.headers())
