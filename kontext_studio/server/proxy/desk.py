"""One call through the proxy: found in the table, signed in, counted, sent, passed on.

A paid call is in the ledger before its first byte leaves. It promises to send one order once, and
to keep no body but the answers that belong to an Idempotency-Key.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sqlite3
from collections import Counter
from collections.abc import AsyncGenerator, Callable
from typing import TypeVar

from starlette.requests import Request
from starlette.responses import Response

from kontext_studio.server.proxy.assembly import Held
from kontext_studio.server.proxy.bodies import in_thread_if_large, json_or_none
from kontext_studio.server.proxy.callers import (
    CallerGone,
    Passing,
    body_of,
    headers_of,
    while_there,
)
from kontext_studio.server.proxy.clients import Clients
from kontext_studio.server.proxy.config import ProxyConfig
from kontext_studio.server.proxy.forwarding import Arriving, Lost, NotSent, Way
from kontext_studio.server.proxy.hiding import Hiding, passed_headers, words_of
from kontext_studio.server.proxy.ledger import Kept, Ledger
from kontext_studio.server.proxy.orders import Orders
from kontext_studio.server.proxy.owners import Owners
from kontext_studio.server.proxy.refusals import (
    LOST,
    LOST_LOOK,
    NO_SUCH_RUN,
    NO_TOKEN,
    REDIRECTED,
    UNREACHABLE,
    Refused,
    says_not_taken,
)
from kontext_studio.server.proxy.upstream import Call, Effect
from kontext_studio.server.proxy.visits import GONE, ID_HEADER, Visit

T = TypeVar("T")

log = logging.getLogger(__name__)

_SMALL_BYTES = 256 * 2**10
_MOST_ANSWER_BYTES = 256 * 2**20
# As much as the program takes of an answer with pictures inside.
_MOST_KEPT_BYTES = 96 * 2**20
# Answers after which a service may still have taken the run, although they blame the caller.
_PERHAPS_TAKEN = frozenset({408, 409, 425, 499})


class Desk:
    """Serves calls to the upstreams. `closing` is set when the process is to end: what costs
    nothing then ends at once, and what was bought is finished."""

    def __init__(self, config: ProxyConfig, clients: Clients, ledger: Ledger, way: Way) -> None:
        self._config = config
        self._clients = clients
        self._ledger = ledger
        self._way = way
        self._orders = Orders(config, ledger)
        self._owners = Owners(config, ledger)
        self._counts: Counter[str] = Counter()
        self._finishing: set[asyncio.Task[Response]] = set()
        self.closing = asyncio.Event()

    def sign_in(self, request: Request) -> str:
        """The name of the client. Raise Refused."""
        client = self._clients.who(headers_of(request))
        if client is None:
            raise Refused(NO_TOKEN)
        return client

    async def serve(self, request: Request, held: Held, call: Call | None, own: str) -> Response:
        """The answer to a call, of which `call` is what the table says. `own` is the address that
        stands for the service's here."""
        visit = Visit(request.method, held.upstream.name)
        try:
            answer = await self._served(request, held, call, own, visit)
        except Refused as fault:
            visit.note = fault.refusal.kind
            answer = held.upstream.refused(fault.refusal)
        except CallerGone:
            answer = Response(status_code=GONE)  # nobody hears it
        except BaseException:
            visit.end(500)
            raise
        answer.headers[ID_HEADER] = visit.number
        if not isinstance(answer, Passing):
            visit.end(answer.status_code)
        return answer

    async def finished(self, limit_s: float) -> None:
        """Wait for the orders whose callers have gone."""
        if self._finishing:
            await asyncio.wait(self._finishing, timeout=limit_s)

    async def _served(
        self, request: Request, held: Held, call: Call | None, own: str, visit: Visit
    ) -> Response:
        if call is None:
            raise Refused(held.upstream.not_found())
        visit.endpoint = call.endpoint
        visit.enter(self.sign_in(request), self._counts, self._config.calls_at_once)
        if call.order:
            visit.note = "replayed"
            return _replayed(await self._orders.kept(visit.client, call.order, request.receive))
        if call.run:
            await self._owners.demand_own(held.upstream, call.run, visit.client)
        body = None
        if request.method != "GET":
            most = self._config.body_mb * 2**20 if call.large_body else _SMALL_BYTES
            body = await body_of(request, most)
        if call.effect is Effect.LOOK:
            sent = self._looked(request, held, call, own, body, visit)
            return await while_there(request.receive, asyncio.ensure_future(sent), end_work=True)
        return await self._bought(request, held, call, own, body or b"", visit)

    # -- calls that cost nothing

    async def _looked(
        self,
        request: Request,
        held: Held,
        call: Call,
        own: str,
        body: bytes | None,
        visit: Visit,
    ) -> Response:
        url = call.url
        if call.number:
            asked = await asyncio.to_thread(self._ledger.address, held.upstream.name, call.number)
            url = asked or url
        if not url:
            raise Refused(NO_SUCH_RUN)
        try:
            arriving = await self._send(request, held, call, url, body)
        except NotSent:
            raise Refused(UNREACHABLE) from None
        except Lost:
            raise Refused(LOST_LOOK) from None
        visit.note_service(arriving.headers)
        try:
            self._refuse_redirect(arriving)
            headers, hiding = self._filters(held, arriving)
            read = held.upstream.rewrites or call.lists or call.makes_own
            if read and not arriving.is_events:
                whole = await self._whole(arriving, held, own)
                await arriving.close()
                if arriving.status < 300:
                    if call.makes_own:
                        await self._note_own(held, whole, visit.client)
                    if call.lists:
                        whole = await self._owners.only_own(held.upstream, whole, visit.client)
                return Response(hiding.whole(whole), arriving.status, headers)
        except Lost:
            await arriving.close()
            raise Refused(LOST_LOOK) from None
        except BaseException:
            await arriving.close()
            raise

        async def chunks() -> AsyncGenerator[bytes]:
            async for chunk in arriving.chunks():
                yield hiding.pass_on(chunk)
            yield hiding.rest()

        async def close() -> None:
            await arriving.close()
            visit.end(arriving.status)

        closing = self.closing if arriving.is_events else None
        return Passing(arriving.status, headers, chunks(), close, closing)

    # -- calls that buy a run

    async def _bought(
        self, request: Request, held: Held, call: Call, own: str, body: bytes, visit: Visit
    ) -> Response:
        order = await self._orders.read(request, held, call, body, visit)
        if call.free:
            sent = self._looked(request, held, call, own, body, visit)
            return await while_there(request.receive, asyncio.ensure_future(sent), end_work=True)
        number, kept = await self._orders.begin(order, request.receive)
        if kept is not None:
            visit.note = "replayed"
            return _replayed(kept)
        has_key = order.key is not None
        task = asyncio.create_task(
            self._exchanged(request, held, call, own, body, visit, number, has_key)
        )
        # A queued run goes on without its caller, who can ask for the answer by its key. Work that
        # lives on the connection ends with it.
        goes_on = call.effect is Effect.ORDER and has_key
        if goes_on:
            self._finishing.add(task)
            task.add_done_callback(self._note_finished)
        return await while_there(request.receive, task, end_work=not goes_on)

    def _note_finished(self, task: asyncio.Task[Response]) -> None:
        self._finishing.discard(task)
        if not task.cancelled():
            task.exception()  # a refusal that nobody waits for any more is no accident

    async def _exchanged(
        self,
        request: Request,
        held: Held,
        call: Call,
        own: str,
        body: bytes,
        visit: Visit,
        number: int,
        has_key: bool,
    ) -> Response:
        """Send an order and keep what comes. An order that leaves here unanswered and not forgotten
        has an unknown outcome from then on."""
        passing = False
        arriving: Arriving | None = None
        try:
            if held.upstream.rewrites:
                body = await self._rewritten_order(request, held, own, body)
            arriving = await self._send(request, held, call, call.url, body)
            visit.note_service(arriving.headers)
            status = arriving.status
            is_refused = 300 <= status < 500 and status not in _PERHAPS_TAKEN
            if call.effect is Effect.WORK and status in held.upstream.charged_refusals:
                is_refused = False
            if is_refused:
                await self._write(self._ledger.forget, number)
            self._refuse_redirect(arriving)
            headers, hiding = self._filters(held, arriving)
            if call.effect is Effect.WORK and arriving.is_events:
                passing = True
                return self._streamed(arriving, headers, hiding, number, has_key, visit)
            whole = hiding.whole(await self._whole(arriving, held, own))
            if says_not_taken(status, whole):
                await self._write(self._ledger.forget, number)
            elif not is_refused:
                await self._note_own(held, whole, visit.client)
                fits = len(whole) <= _MOST_KEPT_BYTES
                kept = Kept(status, headers, whole if fits else None)
                await self._write(self._ledger.answered, number, kept)
            return Response(whole, status, headers)
        except NotSent:
            await self._write(self._ledger.forget, number)
            raise Refused(UNREACHABLE) from None
        except Lost:
            raise Refused(LOST) from None
        finally:
            if not passing:
                self._orders.over(number)
                if arriving is not None:
                    await arriving.close()

    def _streamed(
        self,
        arriving: Arriving,
        headers: dict[str, str],
        hiding: Hiding,
        number: int,
        has_key: bool,
        visit: Visit,
    ) -> Passing:
        async def chunks() -> AsyncGenerator[bytes]:
            told = bytearray()
            async for chunk in arriving.chunks():
                passed = hiding.pass_on(chunk)
                if has_key and len(told) <= _MOST_KEPT_BYTES:
                    told.extend(passed)
                yield passed
            last = hiding.rest()
            told.extend(last)
            fits = len(told) <= _MOST_KEPT_BYTES
            kept = Kept(arriving.status, headers, bytes(told) if fits else None)
            await self._write(self._ledger.answered, number, kept)
            yield last

        async def close() -> None:
            self._orders.over(number)
            await arriving.close()
            visit.end(arriving.status)

        return Passing(arriving.status, headers, chunks(), close)

    # -- what both share

    async def _send(
        self, request: Request, held: Held, call: Call, url: str, body: bytes | None
    ) -> Arriving:
        headers = held.upstream.headers(headers_of(request))
        if held.key is not None and call.with_key:
            name, prefix = held.upstream.key_header
            headers[name] = f"{prefix}{held.key.reveal()}"
        if body is not None:
            body = body or held.upstream.empty_body
        return await self._way.send(request.method, url, headers, body)

    def _refuse_redirect(self, arriving: Arriving) -> None:
        if 300 <= arriving.status < 400:
            raise Refused(REDIRECTED)

    def _filters(self, held: Held, arriving: Arriving) -> tuple[dict[str, str], Hiding]:
        words = words_of(held.key.reveal()) if held.key is not None else ()
        headers = passed_headers(arriving.headers, words)
        if arriving.is_events:
            headers["x-accel-buffering"] = "no"  # nginx then passes each event on at once
        return headers, Hiding(words)

    async def _whole(self, arriving: Arriving, held: Held, own: str) -> bytes:
        """The whole body, with the addresses in it moved where the upstream needs that."""
        parts = bytearray()
        async for chunk in arriving.chunks():
            parts += chunk
            if len(parts) > _MOST_ANSWER_BYTES:
                raise Lost
        body = bytes(parts)
        if not held.upstream.rewrites:
            return body
        addresses: list[tuple[str, str]] = []

        def moved() -> bytes:
            value = json_or_none(body)
            if value is None:
                return body
            inward = held.upstream.inward(value, own, lambda *one: addresses.append(one))
            return body if inward == value else json.dumps(inward).encode()

        result = await in_thread_if_large(body, moved)
        for number, url in addresses:
            await self._write(self._ledger.remember_address, held.upstream.name, number, url)
        return result

    async def _rewritten_order(self, request: Request, held: Held, own: str, body: bytes) -> bytes:
        if own.encode() not in body:
            return body

        def moved() -> bytes:
            return json.dumps(held.upstream.outward(json.loads(body), own)).encode()

        return await in_thread_if_large(body, moved)

    async def _note_own(self, held: Held, whole: bytes, client: str) -> None:
        """What an answer says was made belongs to the client."""
        number = await in_thread_if_large(
            whole, lambda: held.upstream.number_in(json_or_none(whole))
        )
        if number:
            await self._write(self._ledger.remember_run, held.upstream.name, number, client)

    async def _write(self, write: Callable[..., None], *values: object) -> None:
        """Write into the ledger after the service has answered. What it cannot keep is still passed
        on: it was paid for."""
        try:
            await asyncio.shield(asyncio.to_thread(write, *values))
        except sqlite3.Error as fault:
            log.error("the records cannot be written: %s", type(fault).__name__)


def _replayed(kept: Kept) -> Response:
    told = {**kept.headers, "idempotency-replayed": "true"}
    return Response(kept.body or b"", kept.status, told)
