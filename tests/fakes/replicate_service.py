"""A loopback stand-in for Replicate that keeps a ledger and misbehaves where a test tells it to."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import formatdate
from typing import Any
from urllib.parse import parse_qs, urlsplit

from kontext_studio.core.jobs import RemoteHandle
from kontext_studio.core.route import Access, Route
from kontext_studio.core.secret import Secret
from tests.fakes.fal_service import Exchange, png
from tests.fakes.loopback_service import LoopbackService

KEY = "r8_canary0token1of2the3tests"
MODEL = "black-forest-labs/flux-kontext-dev"

ENDS = frozenset({"succeeded", "failed", "canceled", "aborted"})


def iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@dataclass
class ReplicateService(LoopbackService):
    """Steps: create, upload, file, poll, cancel, list, model, stream, picture.

    `course` is what every prediction goes through: each poll sees the next, the last one stays.
    `Prefer: wait` shows the last at once, unless the prompt is "late". `foreign` replaces addresses
    in the answer to a creation.
    """

    course: Sequence[Mapping[str, object]] = field(
        default_factory=lambda: [
            {"status": "starting"},
            {"status": "processing", "logs": "Using seed: 7\n 50%|#####     | 14/28 [00:01]"},
            {"status": "succeeded"},
        ]
    )
    foreign: Mapping[str, str] = field(default_factory=dict)
    predictions: dict[str, dict[str, Any]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    file_lifetime_s: float = 86_400.0
    page_size: int = 100

    def access(self, key: str | None = KEY, **changes: Any) -> Access:
        """A direct route to here."""
        hosts = (("api", self.origin),)
        route = Route(**{"name": "test", "provider": "replicate", "hosts": hosts, **changes})
        return Access(route, Secret(key) if key is not None else None)

    def remote(self, number: str) -> RemoteHandle:
        root = f"{self.origin}/v1/predictions/{number}"
        return RemoteHandle(number, root, root, f"{root}/cancel")

    def step_of(self, method: str, path: str) -> str:
        bare = path.split("?")[0]
        if bare.startswith("/delivery/"):
            return "picture"
        if bare.startswith("/stream/"):
            return "stream"
        if bare == "/v1/files" and method == "POST":
            return "upload"
        if bare.startswith("/v1/files/"):
            return "file"
        if bare.endswith("/cancel"):
            return "cancel"
        if bare.endswith("/predictions"):
            return "create" if method == "POST" else "list"
        if bare.startswith("/v1/predictions/"):
            return "poll"
        return "model" if bare.startswith("/v1/models/") and method == "GET" else "other"

    # The service itself.

    def sell(self, exchange: Exchange) -> str:
        """Take a run: its number. It is charged from here on."""
        self.sold += 1
        number = f"pred{self.sold:022d}"
        model = exchange.path.removeprefix("/v1/models/").removesuffix("/predictions")
        given = json.loads(exchange.body)
        self.add(number, model, given["input"], self.clock())
        return number

    def add(
        self, number: str, model: str, given: Mapping[str, Any], created: float, **changes: object
    ) -> None:
        """A prediction of the account."""
        self.predictions[number] = {
            "id": number,
            "model": model,
            "version": "hidden",
            "input": dict(given),
            "logs": "",
            "output": None,
            "error": None,
            "data_removed": False,
            "status": "starting",
            "created_at": iso(created),
            "started_at": None,
            "completed_at": None,
            "source": "api",
            "told": 0,
            **changes,
        }

    def shown(self, number: str) -> dict[str, Any]:
        """A prediction as an answer tells it."""
        prediction = {k: v for k, v in self.predictions[number].items() if k != "told"}
        root = f"{self.origin}/v1/predictions/{number}"
        stream = f"{self.origin}/stream/{number}"
        urls = {"get": root, "cancel": f"{root}/cancel", "stream": stream, "web": root}
        return {**prediction, "urls": urls}

    def go_on(self, number: str, *, to_the_end: bool = False) -> None:
        """The next state of a prediction."""
        prediction = self.predictions[number]
        if prediction["status"] in ENDS:
            return
        last = len(self.course) - 1
        at = last if to_the_end else min(prediction["told"], last)
        prediction["told"] += 1
        prediction |= self.course[at]
        now = iso(self.clock())
        if prediction["status"] != "starting":
            prediction["started_at"] = prediction["started_at"] or now
        if prediction["status"] in ENDS:
            prediction["completed_at"] = now
            prediction["metrics"] = {"predict_time": 3.1, "total_time": 3.4}
        if prediction["status"] == "succeeded" and prediction["output"] is None:
            prediction["output"] = self.output(number)

    def output(self, number: str) -> str:
        self.pictures.setdefault(f"{number}.png", png(grey=20))
        return f"{self.origin}/delivery/{number}.png"

    async def _create(self, exchange: Exchange) -> None:
        if not await self._may(exchange):
            return
        given = json.loads(exchange.body).get("input", {})
        if "prompt" not in given:
            detail = "- input: prompt is required\n"
            body = {"title": "Input validation failed", "detail": detail, "status": 422}
            await exchange.answer(422, body, kind="application/problem+json")
            return
        number = self.sell(exchange)
        if given["prompt"] == "nsfw":
            error = "NSFW content detected. Try running it again, or try a different prompt."
            self.predictions[number] |= {"status": "failed", "error": error}
        elif "prefer" in exchange.headers and given["prompt"] != "late":
            self.go_on(number, to_the_end=True)
        shown = self.shown(number)
        await exchange.answer(201, {**shown, "urls": {**shown["urls"], **self.foreign}})

    async def _poll(self, exchange: Exchange) -> None:
        number = exchange.path.partition("?")[0].rpartition("/")[2]
        if not await self._may(exchange):
            return
        if number not in self.predictions:
            await self._unknown(exchange)
            return
        self.go_on(number)
        await exchange.answer(200, self.shown(number))

    async def _cancel(self, exchange: Exchange) -> None:
        number = exchange.path.split("/")[-2]
        if not await self._may(exchange):
            return
        if number not in self.predictions:
            await self._unknown(exchange)
            return
        prediction = self.predictions[number]
        if prediction["status"] not in ENDS:
            prediction |= {"status": "canceled", "completed_at": iso(self.clock())}
        await exchange.answer(200, self.shown(number))

    async def _list(self, exchange: Exchange) -> None:
        if not await self._may(exchange):
            return
        newest = sorted(
            self.predictions, key=lambda one: str(self.predictions[one]["created_at"]), reverse=True
        )
        asked = parse_qs(urlsplit(exchange.path).query)
        begin = int(asked["cursor"][0]) if "cursor" in asked else 0
        end = begin + self.page_size
        root = f"{self.origin}/v1/predictions"
        page = {
            "previous": f"{root}?cursor={max(0, begin - self.page_size)}" if begin else None,
            "next": f"{root}?cursor={end}" if end < len(newest) else None,
            "results": [self.shown(one) for one in newest[begin:end]],
        }
        await exchange.answer(200, page, {"date": formatdate(self.clock(), usegmt=True)})

    async def _upload(self, exchange: Exchange) -> None:
        if not await self._may(exchange):
            return
        number = f"file{len(self.files):022d}"
        self.files[number] = part_in(exchange.body)
        await exchange.answer(201, self._file_facts(number))

    async def _file(self, exchange: Exchange) -> None:
        number = exchange.path.rpartition("/")[2]
        if not await self._may(exchange):
            return
        if number not in self.files:
            await self._unknown(exchange)
            return
        await exchange.answer(200, self._file_facts(number))

    def _file_facts(self, number: str) -> dict[str, object]:
        now = self.clock()
        return {
            "id": number,
            "name": "picture.png",
            "content_type": "image/png",
            "size": len(self.files[number]),
            "etag": "x",
            "checksums": {"sha256": "0"},
            "metadata": {},
            "created_at": iso(now),
            "expires_at": iso(now + self.file_lifetime_s),
            "urls": {"get": f"{self.origin}/v1/files/{number}"},
        }

    async def _model(self, exchange: Exchange) -> None:
        if not await self._may(exchange):
            return
        owner, _, name = exchange.path.removeprefix("/v1/models/").partition("/")
        await exchange.answer(200, {"owner": owner, "name": name, "visibility": "public"})

    async def _stream(self, exchange: Exchange) -> None:
        number = exchange.path.rpartition("/")[2]
        self.go_on(number, to_the_end=True)
        output = self.predictions[number]["output"]
        frames = f"event: output\nid: 1\ndata: {output}\n\nevent: done\nid: 2\ndata: {{}}\n\n"
        await exchange.answer(200, frames.encode(), kind="text/event-stream")

    async def _may(self, exchange: Exchange) -> bool:
        if exchange.headers.get("authorization") == f"Bearer {KEY}":
            return True
        words = "You did not pass a valid authentication token"
        body = {"title": "Unauthenticated", "detail": words, "status": 401}
        await exchange.answer(401, body, kind="application/problem+json")
        return False

    async def _unknown(self, exchange: Exchange) -> None:
        body = {"detail": "The requested resource could not be found.", "status": 404}
        await exchange.answer(404, body, kind="application/problem+json")


def part_in(body: bytes) -> bytes:
    """The bytes of the part `content` of a form."""
    mark = body.split(b"\r\n", 1)[0]
    for part in body.split(mark):
        head, _, rest = part.partition(b"\r\n\r\n")
        if b'name="content"' in head:
            return rest.removesuffix(b"\r\n")
    raise AssertionError("no file in the form")
