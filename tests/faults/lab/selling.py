"""What a service sold, written down outside the program that is killed.

A `Sale` is one accepted run; the ledger of sales is what a session is judged by.
"""

from __future__ import annotations

import hashlib
import json
import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from tests.fakes.fal_service import Exchange, FalService, png

Course = Sequence[Mapping[str, object]]

QUEUED: Mapping[str, object] = {"status": "IN_QUEUE", "queue_position": 1}
RUNNING: Mapping[str, object] = {"status": "IN_PROGRESS", "logs": [{"message": "half way"}]}
DONE: Mapping[str, object] = {"status": "COMPLETED", "logs": [], "metrics": {"inference_time": 0.1}}
_CANCELLED = {"detail": "The request was cancelled.", "error_type": "client_cancelled"}

USUAL: Course = (QUEUED, RUNNING, DONE)
NEVER_BEGINS: Course = (QUEUED,)


@dataclass(frozen=True)
class Sale:
    """One accepted run. `pictures` are the SHA-256 sums of what was made for it, in order.

    `paid` is False where the service belongs to the program and ends with it: what is gone then
    can be made again and costs nothing.
    """

    request_id: str
    seed: int
    instruction: str
    pictures: tuple[str, ...]
    cancelled: bool = False
    paid: bool = True


@dataclass
class SellingService(FalService):
    """fal's protocol with a ledger. No two pictures that it sells are alike, and a run that was
    cancelled before its end has none."""

    sales: dict[str, Sale] = field(default_factory=dict)
    course: Course = USUAL

    def begin_again(self) -> None:
        """An empty ledger and no faults; numbers of runs go on."""
        self.sales = {}
        self.ledger = []
        self.faults.clear()
        self.pictures = {}
        self.history = []
        self.begin_course(USUAL)

    def begin_course(self, course: Course, *, streams: bool = True) -> None:
        """From now on every run goes through these statuses, from the first one."""
        self.course = course
        self.streams = streams
        self._told.clear()

    @property
    def posts(self) -> int:
        """Submits that arrived whole."""
        return len(self.seen("submit"))

    def statuses_of(self, request_id: str) -> Course:
        if self.sales[request_id].cancelled:
            return ({**DONE, "error": _CANCELLED["detail"], "error_type": "client_cancelled"},)
        return self.course

    def sell(self, exchange: Exchange) -> str:
        """Take the run, whatever becomes of the answer."""
        request_id = super().sell(exchange)
        body = json.loads(exchange.body)
        names = [f"{request_id}-{index}" for index in range(body.get("num_images", 1))]
        made = [_picture(name) for name in names]
        self.pictures.update(zip(names, made, strict=True))
        sums = tuple(hashlib.sha256(picture).hexdigest() for picture in made)
        self.sales[request_id] = Sale(request_id, body["seed"], body["prompt"], sums)
        return request_id

    async def _result(self, exchange: Exchange) -> None:
        sale = self._sale(exchange)
        if sale.cancelled:
            await exchange.answer(499, _CANCELLED, {"x-fal-error-type": "client_cancelled"})
            return
        names = [f"{sale.request_id}-{index}" for index in range(len(sale.pictures))]
        images = [{"url": f"{self.origin}/files/{name}"} for name in names]
        await exchange.answer(
            200, {"images": images, "seed": sale.seed, "prompt": sale.instruction}
        )

    async def _cancel(self, exchange: Exchange) -> None:
        sale = self._sale(exchange)
        finished = DONE in self.course and not sale.cancelled
        self.cancel_status = "ALREADY_COMPLETED" if finished else "OK"
        if not finished:
            self.sales[sale.request_id] = replace(sale, cancelled=True)
        await super()._cancel(exchange)

    def _sale(self, exchange: Exchange) -> Sale:
        return self.sales[exchange.path.split("/requests/")[1].split("/")[0].split("?")[0]]


def _picture(name: str) -> bytes:
    """A small picture that says in its file what it is called."""
    plain = png(16, 12, zlib.crc32(name.encode()) % 256)
    body = b"tEXtTitle\0" + name.encode()
    comment = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    head = len(b"\x89PNG\r\n\x1a\n") + 25  # the signature and IHDR
    return plain[:head] + comment + plain[head:]
