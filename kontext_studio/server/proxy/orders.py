"""Orders: what a paid call asks for, whether it may be bought, and whether it was bought before."""

from __future__ import annotations

import asyncio
import hashlib
import re
import sqlite3

from starlette.requests import Request
from starlette.types import Receive

from kontext_studio.server.proxy.assembly import Held
from kontext_studio.server.proxy.bodies import boundary_of, is_form, wanted
from kontext_studio.server.proxy.callers import headers_of, while_there
from kontext_studio.server.proxy.config import ProxyConfig
from kontext_studio.server.proxy.ledger import (
    Begun,
    Kept,
    Ledger,
    Order,
    OtherOrder,
    OverLimit,
    Unanswered,
)
from kontext_studio.server.proxy.refusals import (
    ANSWER_NOT_KEPT,
    BAD_KEY,
    NO_FORM,
    NO_ROOM,
    NO_SUCH_ORDER,
    OTHER_BODY,
    STILL_UNDER_WAY,
    UNKNOWN_BEFORE,
    Refused,
    not_allowed_model,
    over_limit,
)
from kontext_studio.server.proxy.upstream import Call
from kontext_studio.server.proxy.visits import Visit

_JSON = "application/json"
_KEY = re.compile(r"[\x20-\x7e]{1,255}")
# Shorter than most clients and nginx wait for an answer.
_WAIT_FOR_TWIN_S = 50.0


class Orders:
    """Knows which orders are under way in this process. One in the ledger that is neither answered
    nor among these was cut off: nobody can tell its outcome, and it is not sent again."""

    def __init__(self, config: ProxyConfig, ledger: Ledger) -> None:
        self._config = config
        self._ledger = ledger
        self._under_way: dict[int, asyncio.Event] = {}
        self._beginning = asyncio.Lock()

    async def read(
        self, request: Request, held: Held, call: Call, body: bytes, visit: Visit
    ) -> Order:
        """What a call orders. Raise Refused where it may not, or cannot be told."""
        headers = headers_of(request)
        kind = headers.get("content-type", "") if held.upstream.passes_type else _JSON
        if is_form(kind) and not call.form:
            raise Refused(NO_FORM)
        asked = await asyncio.to_thread(
            wanted, body, kind, call.model_field, held.upstream.count_fields
        )
        model = call.model or asked.model
        if not held.upstream.allows(model):
            raise Refused(not_allowed_model(model))
        if call.model_field:
            visit.endpoint = f"{call.endpoint} {model}"
        key = headers.get("idempotency-key")
        if "idempotency-key" in request.headers and not key:
            raise Refused(BAD_KEY)
        if key is not None and not _KEY.fullmatch(key):
            raise Refused(BAD_KEY)
        return Order(
            client=visit.client,
            key=key,
            digest=await asyncio.to_thread(_digest, call.url, kind, body),
            micros=0 if call.free else held.prices.micros(model, asked.count),
            endpoint=f"{held.upstream.name} {visit.endpoint}",
        )

    async def begin(self, order: Order, receive: Receive) -> tuple[int, Kept | None]:
        """The number of an order that may be sent, or the answer that it got before.

        Raise Refused where it may not be sent; wait where its twin is under way.
        """
        limit = self._config.limit_micros(order.client)
        while True:
            async with self._beginning:
                try:
                    outcome = await asyncio.to_thread(self._ledger.begin, order, limit)
                except sqlite3.Error:
                    raise Refused(NO_ROOM) from None
                if isinstance(outcome, Begun):
                    self._under_way[outcome.number] = asyncio.Event()
            match outcome:
                case Begun(number):
                    return number, None
                case Kept(body=None):
                    raise Refused(ANSWER_NOT_KEPT)
                case Kept():
                    return 0, outcome
                case OtherOrder():
                    raise Refused(OTHER_BODY)
                case OverLimit(spent):
                    raise Refused(over_limit(order.client, spent, order.micros, limit))
                case Unanswered(number):
                    await self._twin(number, receive)

    async def kept(self, client: str, key: str, receive: Receive) -> Kept:
        """The answer to the order of that key, waited for where it is under way. Raise Refused
        where there is none; nothing is sent."""
        while True:
            match await asyncio.to_thread(self._ledger.kept, client, key):
                case None:
                    raise Refused(NO_SUCH_ORDER)
                case Kept(body=None):
                    raise Refused(ANSWER_NOT_KEPT)
                case Kept() as kept:
                    return kept
                case Unanswered(number):
                    await self._twin(number, receive)

    def over(self, number: int) -> None:
        """An order is no longer under way; whoever waits for it looks into the ledger again."""
        event = self._under_way.pop(number, None)
        if event is not None:
            event.set()

    async def _twin(self, number: int, receive: Receive) -> None:
        event = self._under_way.get(number)
        if event is None:
            raise Refused(UNKNOWN_BEFORE)
        try:
            async with asyncio.timeout(_WAIT_FOR_TWIN_S):
                await while_there(receive, asyncio.ensure_future(event.wait()), end_work=True)
        except TimeoutError:
            raise Refused(STILL_UNDER_WAY) from None


def _digest(url: str, content_type: str, body: bytes) -> bytes:
    """The same for the same order, also where a form comes again with another boundary."""
    if is_form(content_type):
        body = body.replace(boundary_of(content_type), b"boundary")
        content_type = "multipart/form-data"
    told = hashlib.sha256(f"{url}\n{content_type.partition(';')[0]}\n".encode())
    told.update(body)
    return told.digest()
