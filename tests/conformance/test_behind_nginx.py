"""The proxy behind nginx with TLS, in the very words of docs/proxy.md, where nginx is installed."""

from __future__ import annotations

import json
import re
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from kontext_studio.server.proxy.clients import TOKEN_HEADER
from tests.conformance.test_own_proxy import MODEL, Proxy, edited, fal_at, proxy_before
from tests.fakes.service_behind import ServiceBehind, notes_leaving, service_behind
from tests.fakes.tls import certificate
from tests.flows.driving import until

DOCS = Path(__file__).resolve().parents[2] / "docs" / "proxy.md"
NGINX = shutil.which("nginx")
LIMIT_S = 20
BODY_MB = 1
AROUND = """
daemon off;
worker_processes 1;
pid {folder}/pid;
error_log stderr;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {server}
}}
"""

pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not installed")


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def answers(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def behind() -> Iterator[ServiceBehind]:
    with service_behind() as service:
        yield service


@pytest.fixture(scope="module")
def public(
    behind: ServiceBehind, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Proxy, Path]]:
    """The proxy as people reach it, and the certificate that they trust."""
    folder = tmp_path_factory.mktemp("nginx")
    shown, private = certificate(folder)
    port = free_port()
    address = f"https://127.0.0.1:{port}"
    found = re.search(r"```nginx\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    with proxy_before(
        folder, (fal_at(behind.origin),), public_url=address, body_mb=BODY_MB
    ) as proxy:
        server = (
            found[1]
            .replace("listen 443", f"listen 127.0.0.1:{port}")
            .replace("/etc/ssl/proxy.example.pem", str(shown))
            .replace("/etc/ssl/private/proxy.example.key", str(private))
            .replace("http://127.0.0.1:8723", proxy.origin)
        )
        file = folder / "nginx.conf"
        file.write_text(AROUND.format(folder=folder, server=server))
        with subprocess.Popen(
            [str(NGINX), "-p", str(folder), "-e", "stderr", "-c", str(file)],
            stderr=subprocess.DEVNULL,
        ) as running:
            try:
                until("nginx listens", lambda: answers(port) or running.poll() is not None)
                assert running.poll() is None, "nginx does not take the words of the page"
                yield Proxy(address, proxy.token), shown
            finally:
                running.terminate()


@pytest.fixture
def http(public: tuple[Proxy, Path], behind: ServiceBehind) -> Iterator[httpx.Client]:
    proxy, shown = public
    behind.forget()
    context = ssl.create_default_context(cafile=str(shown))
    headers = {TOKEN_HEADER: proxy.token, "content-type": "application/json"}
    with httpx.Client(
        base_url=proxy.origin, verify=context, headers=headers, trust_env=False, timeout=LIMIT_S
    ) as client:
        yield client


def test_a_run_goes_through_over_tls(http: httpx.Client, behind: ServiceBehind) -> None:
    target = {"x-fal-target-url": f"https://queue.fal.run/{MODEL}"}
    answer = http.post("/api/fal/proxy", json={"prompt": "x"}, headers=target)
    assert answer.json()["request_id"] == "run-1"
    assert len(behind.paid()) == 1


def test_our_client_runs_through_it(public: tuple[Proxy, Path], behind: ServiceBehind) -> None:
    proxy, shown = public
    behind.forget()
    submitted = edited(
        proxy, behind.origin, "x", pictures=False, ca_file=str(shown), until_submitted=True
    )
    assert submitted.remote.request_id == "run-1"


def test_each_event_comes_before_the_next_one_is_made(
    http: httpx.Client, behind: ServiceBehind
) -> None:
    told = threading.Semaphore(0)

    def script(call: Any) -> None:
        call.begin_events()
        for number in range(3):
            call.event({"n": number})
            assert told.acquire(timeout=LIMIT_S), "the event did not arrive"

    behind.scripts.append(script)
    target = {"x-fal-target-url": f"https://fal.run/{MODEL}/stream"}
    seen = []
    with http.stream("POST", "/api/fal/proxy", json={}, headers=target) as answer:
        assert answer.headers["content-type"] == "text/event-stream"
        for line in answer.iter_lines():
            if line:
                seen.append(json.loads(line[6:])["n"])
                told.release()
    assert seen == [0, 1, 2]


def test_a_caller_who_leaves_ends_the_call_to_the_service(
    http: httpx.Client, behind: ServiceBehind
) -> None:
    reached, left = threading.Event(), threading.Event()
    behind.scripts.append(notes_leaving(reached, left))
    target = {"x-fal-target-url": f"https://fal.run/{MODEL}"}
    caller = threading.Thread(target=lambda: _given_up(http, target), daemon=True)
    caller.start()
    assert reached.wait(LIMIT_S)
    assert left.wait(LIMIT_S), "the call went on"
    caller.join(LIMIT_S)


def _given_up(http: httpx.Client, headers: dict[str, str]) -> None:
    with pytest.raises(httpx.ReadTimeout):
        http.post("/api/fal/proxy", json={"prompt": "x"}, headers=headers, timeout=1.0)


def test_a_body_over_the_limit_is_refused_in_the_words_of_the_proxy(
    http: httpx.Client, behind: ServiceBehind
) -> None:
    target = {"x-fal-target-url": f"https://fal.run/{MODEL}"}
    body = b"0" * (BODY_MB * 2**20 + 1)
    answer = http.post("/api/fal/proxy", content=body, headers=target)
    assert (answer.status_code, answer.json()["error_type"]) == (413, "file_too_large")
    assert behind.seen == []
