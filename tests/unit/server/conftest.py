"""A served engine for the tests of the server, and a client that carries its key."""

from __future__ import annotations

import base64
import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from kontext_studio.core.secret import Secret
from kontext_studio.server.app import make_app
from tests.fakes.engines import ScriptedEngine
from tests.fakes.fal_service import png
from tests.fakes.serving import Served, free_socket, serving

MODEL = "kontext-studio/embedded"
TOKEN = "canary-token"
DATA_URI = "data:image/png;base64," + base64.b64encode(png()).decode()


@dataclass
class Desk:
    """The server under test: its addresses, its engine, and a client."""

    served: Served
    engine: ScriptedEngine
    http: httpx.Client

    def submit(self, instruction: str = "Make it blue", **body: Any) -> dict[str, Any]:
        answer = self.post(f"/queue/{MODEL}", instruction, **body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, instruction: str = "Make it blue", **body: Any) -> httpx.Response:
        return self.http.post(path, json={"prompt": instruction, "image_url": DATA_URI, **body})

    def calls(self, path: str, instruction: str) -> socket.socket:
        """A caller who has sent a request and waits; closing the socket is leaving."""
        body = json.dumps({"prompt": instruction, "image_url": DATA_URI})
        caller = socket.create_connection(("127.0.0.1", self.served.port), 10)
        head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Key {TOKEN}\r\n"
        caller.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode())
        return caller

    def events(self, url: str) -> Iterator[dict[str, Any]]:
        with self.http.stream("GET", url) as response:
            assert response.headers["content-type"].startswith("text/event-stream")
            for line in response.iter_lines():
                if line.startswith("data: "):
                    yield json.loads(line[6:])

    def ended(self, submitted: dict[str, Any]) -> dict[str, Any]:
        """The last status of a request."""
        return list(self.events(submitted["status_url"] + "/stream?logs=1"))[-1]


@pytest.fixture(scope="module")
def shared_desk() -> Iterator[Desk]:
    """One server for all tests of a file: starting and ending one takes longer than most tests."""
    engine = ScriptedEngine()
    main, queue = free_socket(), free_socket()
    app = make_app(engine, Secret(TOKEN), queue_port=queue.getsockname()[1])
    headers = {"authorization": f"Key {TOKEN}"}
    with (
        serving(app, main, queue) as served,
        httpx.Client(base_url=served.origin, headers=headers, trust_env=False, timeout=30) as http,
    ):
        yield Desk(served, engine, http)


@pytest.fixture
def desk(shared_desk: Desk) -> Iterator[Desk]:
    """The server with an engine that has seen nothing yet and a queue that is empty."""
    shared_desk.engine.forget()
    yield shared_desk
    shared_desk.engine.may_end.set()
    shared_desk.post(f"/run/{MODEL}", "everything before this has ended")
