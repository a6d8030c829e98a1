"""A loopback stand-in for fal that keeps a ledger and misbehaves where a test tells it to."""

from __future__ import annotations

import base64
import json
import struct
import zlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import formatdate
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from kontext_studio.core.jobs import RemoteHandle
from kontext_studio.core.route import Access, Route
from kontext_studio.core.secret import Secret
from tests.fakes import fal_runs
from tests.fakes.fal_faults import (
    Fault as Fault,
)
from tests.fakes.fal_faults import (
    cut as cut,
)
from tests.fakes.fal_faults import (
    drops as drops,
)
from tests.fakes.fal_faults import (
    drops_before_reading as drops_before_reading,
)
from tests.fakes.fal_faults import (
    hangs as hangs,
)
from tests.fakes.fal_faults import (
    loses_the_answer as loses_the_answer,
)
from tests.fakes.fal_faults import (
    page as page,
)
from tests.fakes.fal_faults import (
    says as says,
)
from tests.fakes.fal_faults import (
    says_raw as says_raw,
)
from tests.fakes.fal_faults import (
    sells_and as sells_and,
)
from tests.fakes.loopback_service import Exchange as Exchange
from tests.fakes.loopback_service import LoopbackService
from tests.fakes.loopback_service import Seen as Seen

KEY = "canary-key-id:canary-key-secret"
ENDPOINT = "fal-ai/flux-kontext/dev"
APP = "fal-ai/flux-kontext"


def png(width: int = 4, height: int = 4, grey: int = 90) -> bytes:
    """A real picture, made without a library."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    rows = b"".join(b"\0" + bytes([grey]) * width for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


@dataclass
class FalService(LoopbackService):
    """`faults[step]` are used up one per request before the step works again.

    Steps: initiate, put, submit, stream, status, result, picture, cancel, history; run and live on
    the run host; parts_begin, part, parts_end. `statuses` is the course of every run: each poll
    sees the next, a stream tells the rest. `frames` is what a live run tells. `history` is the
    account's list of runs; each that is sold is added to it.
    """

    statuses: list[Mapping[str, object]] = field(
        default_factory=lambda: [
            {"status": "IN_QUEUE", "queue_position": 1},
            {"status": "IN_PROGRESS", "logs": [{"message": "half way"}]},
            {"status": "COMPLETED", "logs": [], "metrics": {"inference_time": 0.1}},
        ]
    )
    result: Mapping[str, object] | None = None
    result_status: int = 200
    streams: bool = True
    frames: list[object] | None = None
    cancel_status: str = "CANCELLATION_REQUESTED"
    foreign: Mapping[str, str] = field(default_factory=dict)
    parts: dict[tuple[str, int], bytes] = field(default_factory=dict)
    history: list[dict[str, Any]] = field(default_factory=list)

    async def __aenter__(self) -> Self:
        self._told: dict[str, int] = defaultdict(int)
        return await super().__aenter__()

    def access(self, key: str | None = KEY, *, lists: bool = False, **changes: Any) -> Access:
        """A direct route to here; `lists`: with the account's list of runs."""
        roles = ("queue", "rest", *(["platform"] if lists else []))
        hosts = (("run", f"{self.origin}/run"), *((role, self.origin) for role in roles))
        route = Route(**{"name": "test", "provider": "fal", "hosts": hosts, **changes})
        return Access(route, Secret(key) if key is not None else None)

    def remote(self, request_id: str) -> RemoteHandle:
        root = f"{self.origin}/{APP}/requests/{request_id}"
        return RemoteHandle(request_id, f"{root}/status", root, f"{root}/cancel")

    def statuses_of(self, request_id: str) -> Sequence[Mapping[str, object]]:
        """The course of one run."""
        return self.statuses

    def step_of(self, method: str, path: str) -> str:
        return _step(method, path)

    # The service itself.

    async def _initiate(self, exchange: Exchange) -> None:
        name = f"input-{len(self.pictures)}"
        await exchange.answer(
            200,
            {
                "upload_url": f"{self.origin}/put/{name}?signature=canary-signature",
                "file_url": f"{self.origin}/files/{name}",
            },
        )

    async def _put(self, exchange: Exchange) -> None:
        name = exchange.path.split("?")[0].removeprefix("/put/")
        self.pictures[name] = exchange.body
        await exchange.answer(200, {})

    def sell(self, exchange: Exchange) -> str:
        """Take a run: its number. It is charged from here on."""
        self.sold += 1
        request_id = f"run-{self.sold}"
        self.history.append(
            listed(request_id, _endpoint(exchange.path), self.clock(), json.loads(exchange.body))
        )
        return request_id

    async def _submit(self, exchange: Exchange) -> None:
        remote = self.remote(self.sell(exchange))
        await exchange.answer(
            200, {"status": "IN_QUEUE", "queue_position": 0, **remote.to_json(), **self.foreign}
        )

    async def _status(self, exchange: Exchange) -> None:
        request_id = exchange.path.split("/requests/")[1].split("/")[0]
        statuses = self.statuses_of(request_id)
        at = min(self._told[request_id], len(statuses) - 1)
        self._told[request_id] += 1
        await exchange.answer(202 if at < len(statuses) - 1 else 200, statuses[at])

    async def _stream(self, exchange: Exchange) -> None:
        if not self.streams:
            await exchange.answer(404, {"detail": "Path /status/stream not found"})
            return
        request_id = exchange.path.split("/requests/")[1].split("/")[0]
        head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked"
        await exchange.write(f"{head}\r\n\r\n".encode())
        for status in self.statuses_of(request_id)[self._told[request_id] :]:
            event = f": ping\n\ndata: {json.dumps(status)}\n\n".encode()
            await exchange.write(f"{len(event):x}\r\n".encode() + event + b"\r\n")
        await exchange.write(b"0\r\n\r\n")

    async def _result(self, exchange: Exchange) -> None:
        value = self.result if self.result is not None else self.output()
        await exchange.answer(self.result_status, value, {"x-fal-request-id": "run-1"})

    async def _picture(self, exchange: Exchange) -> None:
        name = exchange.path.removeprefix("/files/")  # an address with a signature is another one
        if name not in self.pictures:
            await exchange.answer(404, {"detail": "no such file"})
            return
        await exchange.answer(200, self.pictures[name], kind="image/png")

    async def _cancel(self, exchange: Exchange) -> None:
        status = {"OK": 200, "CANCELLATION_REQUESTED": 202, "ALREADY_COMPLETED": 400}
        await exchange.answer(status.get(self.cancel_status, 404), {"status": self.cancel_status})

    async def _history(self, exchange: Exchange) -> None:
        asked = {name: one[0] for name, one in parse_qs(urlsplit(exchange.path).query).items()}
        listed = [
            run if asked.get("expand") == "payloads" else {**run, "json_input": None}
            for run in self.history
            if run["endpoint_id"] == asked["endpoint_id"]
            and asked["start"] <= str(run["sent_at"]) < asked["end"]
        ]
        begin = int(base64.b64decode(asked["cursor"])) if "cursor" in asked else 0
        end = begin + int(asked.get("limit", "50"))
        more = end < len(listed)
        following = base64.b64encode(str(end).encode()).decode() if more else None
        page = {"items": listed[begin:end], "has_more": more, "next_cursor": following}
        date = formatdate(self.clock(), usegmt=True)
        await exchange.answer(200, page, {"date": date})

    async def _run(self, exchange: Exchange) -> None:
        await fal_runs.answer_run(exchange)

    async def _live(self, exchange: Exchange) -> None:
        await fal_runs.answer_live(exchange)

    async def _parts_begin(self, exchange: Exchange) -> None:
        await fal_runs.answer_parts_begin(exchange)

    async def _part(self, exchange: Exchange) -> None:
        await fal_runs.answer_part(exchange)

    async def _parts_end(self, exchange: Exchange) -> None:
        await fal_runs.answer_parts_end(exchange)

    def output(self, count: int = 1, **changes: object) -> dict[str, object]:
        """A result whose pictures this service hands out."""
        images = []
        for index in range(count):
            self.pictures[f"result-{index}"] = png(grey=20 + index)
            url = f"{self.origin}/files/result-{index}"
            images.append({"url": url, "width": 4, "height": 4, "content_type": "image/png"})
        return {
            "images": images,
            "timings": {"inference": 0.5},
            "seed": 196619188014358660,
            "has_nsfw_concepts": [False] * count,
            "prompt": "as sent",
            **changes,
        }


def listed(request_id: str, endpoint: str, sent: float, given: object) -> dict[str, Any]:
    """A run as the account's list shows it."""
    return {
        "request_id": request_id,
        "endpoint_id": endpoint,
        "sent_at": datetime.fromtimestamp(sent, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "started_at": datetime.fromtimestamp(sent + 1, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "ended_at": datetime.fromtimestamp(sent + 4, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "status_code": 200,
        "duration": 3.0,
        "json_input": given,
        "json_output": None,
    }


def _endpoint(path: str) -> str:
    return path.split("?")[0].strip("/").removeprefix("run/").removesuffix("/stream")


def _step(method: str, path: str) -> str:
    bare = path.split("?")[0]
    if bare.startswith("/run/"):
        return "live" if bare.endswith("/stream") else "run"
    if bare == "/storage/upload/initiate-multipart":
        return "parts_begin"
    if bare.startswith("/parts/"):
        return "parts_end" if bare.endswith("/complete") else "part"
    if bare == "/v1/models/requests/by-endpoint":
        return "history"
    if bare == "/storage/upload/initiate":
        return "initiate"
    if bare.startswith("/put/"):
        return "put"
    if bare.startswith("/files/"):
        return "picture"
    if bare.endswith("/status/stream"):
        return "stream"
    if bare.endswith("/status"):
        return "status"
    if bare.endswith("/cancel"):
        return "cancel"
    if "/requests/" in bare:
        return "result"
    return "submit" if method == "POST" else "other"
