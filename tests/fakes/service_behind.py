"""A loopback service that stands behind a proxy: it answers in the four protocols, notes what it
was sent, and does something else with the next call where a test says so.

Each call has a thread, so that a script may simply wait.
"""

from __future__ import annotations

import json
import select
import socket
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.fakes.fal_service import png

KEY = "canary-key-id:canary-key-secret"
NUMBER = "run-1"
FLAGGED = [{"loc": ["body", "prompt"], "msg": "flagged", "type": "content_policy_violation"}]


@dataclass(frozen=True)
class Seen:
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class Call(BaseHTTPRequestHandler):
    """One call under way."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    service: ServiceBehind
    body: bytes

    def log_message(self, *_words: object) -> None:  # not to standard error
        pass

    def _answer(self) -> None:
        self.body = self.rfile.read(int(self.headers.get("content-length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.service.seen.append(Seen(self.command, self.path, headers, self.body))
        script = self.service.scripts.popleft() if self.service.scripts else usual
        try:
            script(self)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    do_GET = do_POST = do_PUT = do_DELETE = _answer

    def say(self, status: int, value: object, **headers: str) -> None:
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        told = {"content-type": "application/json", "content-length": str(len(body))}
        self._head(status, told | {name.replace("_", "-"): one for name, one in headers.items()})
        self.wfile.write(body)

    def begin_events(self) -> None:
        self._head(200, {"content-type": "text/event-stream", "connection": "close"})
        self.close_connection = True

    def event(self, value: object, **fields: str) -> None:
        lines = [f"{name}: {one}" for name, one in fields.items()]
        text = value if isinstance(value, str) else json.dumps(value)
        self.wfile.write("\n".join([*lines, f"data: {text}", "", ""]).encode())

    def wait_until_left(self, limit_s: float = 20) -> bool:
        """Whether the other side closed the connection."""
        ready, _, _ = select.select([self.connection], [], [], limit_s)
        self.close_connection = True
        return bool(ready) and self.connection.recv(1, socket.MSG_PEEK) == b""

    def _head(self, status: int, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()


Script = Callable[[Call], None]


@dataclass
class ServiceBehind:
    port: int = 0
    seen: list[Seen] = field(default_factory=list)
    scripts: deque[Script] = field(default_factory=deque)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def paid(self) -> list[Seen]:
        """The calls that bought a run."""
        ends = ("/predictions", "/images/generations", "/images/edits")
        return [
            one
            for one in self.seen
            if one.method == "POST"
            and (one.path.startswith(("/run/", "/queue/", "/v1/flux")) or one.path.endswith(ends))
        ]

    def forget(self) -> None:
        self.seen.clear()
        self.scripts.clear()


@contextmanager
def service_behind() -> Iterator[ServiceBehind]:
    service = ServiceBehind()
    handler = type("BoundCall", (Call,), {"service": service})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    server.block_on_close = False
    service.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


# ---------------------------------------------------------------- scripts


def says(status: int, value: object, **headers: str) -> Script:
    return lambda call: call.say(status, value, **headers)


def cuts(call: Call) -> None:
    """Takes the call and closes without a word."""
    call.close_connection = True
    call.connection.shutdown(socket.SHUT_RDWR)


def holds(reached: threading.Event, go_on: threading.Event, then: Script | None = None) -> Script:
    """Tells that a call came, and answers it when it may."""

    def script(call: Call) -> None:
        reached.set()
        assert go_on.wait(30)
        (then or usual)(call)

    return script


def notes_leaving(reached: threading.Event, left: threading.Event) -> Script:
    """Tells that a call came, and that it was given up."""

    def script(call: Call) -> None:
        reached.set()
        if call.wait_until_left():
            left.set()

    return script


# ---------------------------------------------------------------- the four protocols


def usual(call: Call) -> None:
    path, _, query = call.path.partition("?")
    base = call.service.origin
    match path.strip("/").split("/"):
        case ["run", *model]:
            _fal_run(call, "/".join(model))
        case ["queue", *rest]:
            _fal_queue(call, rest, f"{base}/queue")
        case ["rest", "storage", *_]:
            call.say(200, {"upload_url": f"{base}/put/1", "file_url": f"{base}/files/1"})
        case [*_, "images", _]:
            answer = {
                "created": 1,
                "data": [{"url": f"{base}/files/o"}],
                "metadata": {"cost": 0.025},
            }
            call.say(200, {"estimated": True} if query == "dryRun=true" else answer)
        case [*_, "v1", "models"]:
            call.say(200, {"object": "list", "data": []})
        case ["v1", "get_result"]:
            call.say(
                200, {"id": NUMBER, "status": "Ready", "result": {"sample": f"{base}/files/b"}}
            )
        case ["v1", "files", *_]:
            call.say(201, _replicate_file(base))
        case ["v1", "stream", _]:
            call.begin_events()
            call.event(f"{base}/files/r", event="output", id="1")
            call.event({}, event="done", id="2")
        case ["v1", model] if model.startswith("flux-"):
            polling = f"{base}/v1/get_result?id={NUMBER}&region=eu"
            call.say(200, {"id": NUMBER, "polling_url": polling, "cost": 4})
        case ["v1", *_] if path.endswith("/cancel"):
            call.say(200, _prediction(base, "canceled"))
        case ["v1", *_, "predictions"]:
            _replicate_create(call, base)
        case ["v1", "predictions", _]:
            call.say(200, _prediction(base, "succeeded"))
        case ["files", _]:
            call.say(200, png(), content_type="image/png")
        case _:
            call.say(404, {"detail": "nothing here"})


def _fal_output() -> dict[str, Any]:
    image = {"url": "https://v3.fal.media/files/1.png", "content_type": "image/png"}
    return {"images": [image], "seed": 7, "has_nsfw_concepts": [False], "prompt": "x"}


def _fal_run(call: Call, model: str) -> None:
    if model.endswith("/stream"):
        call.begin_events()
        for _ in range(3):
            call.event(_fal_output())
    elif b"nsfw" in call.body:
        call.say(422, {"detail": FLAGGED}, x_fal_request_id="req-1", x_fal_retryable="false")
    else:
        call.say(200, _fal_output(), x_fal_request_id="req-1")


def _fal_queue(call: Call, parts: list[str], base: str) -> None:
    at = f"{base}/{'/'.join(parts[:2])}/requests/{NUMBER}"
    named = {
        "request_id": NUMBER,
        "response_url": at,
        "status_url": f"{at}/status",
        "cancel_url": f"{at}/cancel",
    }
    done: dict[str, Any] = {"status": "COMPLETED", "logs": None, "metrics": {}, **named}
    match parts[2:]:
        case ["requests", _, "status"]:
            call.say(200, done)
        case ["requests", _, "status", "stream"]:
            call.begin_events()
            call.event({"status": "IN_PROGRESS", "logs": None, **named})
            call.event(done)
        case ["requests", _, "cancel"]:
            call.say(202, {"status": "CANCELLATION_REQUESTED"})
        case ["requests", _]:
            call.say(200, _fal_output(), x_fal_request_id=NUMBER)
        case _:
            call.say(200, {"status": "IN_QUEUE", "queue_position": 0, **named})


def _prediction(base: str, status: str) -> dict[str, Any]:
    at = f"{base}/v1/predictions/{NUMBER}"
    return {
        "id": NUMBER,
        "model": "black-forest-labs/flux-kontext-dev",
        "version": "hidden",
        "input": {},
        "logs": "",
        "output": f"{base}/files/r" if status == "succeeded" else None,
        "error": None,
        "status": status,
        "created_at": "2026-11-21T00:00:00Z",
        "urls": {
            "get": at,
            "cancel": f"{at}/cancel",
            "stream": f"{base}/v1/stream/{NUMBER}",
            "web": "https://replicate.com/p/1",
        },
    }


def _replicate_file(base: str) -> dict[str, Any]:
    return {
        "id": "file-1",
        "name": "in.png",
        "content_type": "image/png",
        "size": 1,
        "etag": "x",
        "checksums": {"sha256": "0"},
        "metadata": {},
        "created_at": "2026-11-21T00:00:00Z",
        "expires_at": "2026-11-22T00:00:00Z",
        "urls": {"get": f"{base}/v1/files/file-1"},
    }


def _replicate_create(call: Call, base: str) -> None:
    given = json.loads(call.body).get("input", {})
    if "prompt" not in given:
        detail = "- input: prompt is required\n"
        call.say(422, {"title": "Input validation failed", "detail": detail, "status": 422})
        return
    waited = call.headers.get("prefer", "").startswith("wait") and given["prompt"] != "late"
    call.say(201, {**_prediction(base, "succeeded" if waited else "starting"), "input": given})
