"""The key-holding proxy as a process: one command starts it, a kill loses nothing that was paid
for, and a polite end finishes what was ordered."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.fakes.service_behind import KEY, ServiceBehind, holds, service_behind
from tests.flows.driving import Program, Started, killed, until

MODEL = "fal-ai/flux-kontext/dev"
SUBMIT = {"x-fal-target-url": f"https://queue.fal.run/{MODEL}"}
STATUS_STREAM = "https://queue.fal.run/fal-ai/flux-kontext/requests/1/status/stream"
CONFIG = """
port = 0
clients_file = "clients.json"
records_file = "records.sqlite3"
[limits]
stop_s = 20
[upstreams.fal.hosts]
run = "{origin}/run"
queue = "{origin}/queue"
rest = "{origin}/rest"
"""


@pytest.fixture
def behind() -> Iterator[ServiceBehind]:
    with service_behind() as service:
        yield service


@pytest.fixture
def config(tmp_path: Path, behind: ServiceBehind, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FAL_KEY", KEY)
    file = tmp_path / "proxy.toml"
    file.write_text(CONFIG.format(origin=behind.origin))
    return file


def begun(started: Started, *words: str | Path) -> tuple[subprocess.Popen[str], dict[str, Any]]:
    process = started("proxy", "--json", *words)
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, process.stderr.read() if process.stderr else ""
    return process, json.loads(line)


def submit(ready: dict[str, Any], **headers: str) -> httpx.Response:
    told = {**SUBMIT, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return httpx.post(
        f"{ready['address']}/api/fal/proxy",
        json={"prompt": "a secret instruction"},
        headers=told,
        trust_env=False,
        timeout=30,
    )


def test_a_key_in_the_environment_is_all_it_takes(
    started: Started, behind: ServiceBehind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAL_KEY", KEY)
    process, ready = begun(started, "--port", "0")
    assert ready["upstreams"] == {"fal": f"{ready['address']}/fal"}
    assert (ready["clients"], ready["usd_per_day"]) == ([], 10.0)
    assert ready["address"].startswith("http://127.0.0.1:")
    other = httpx.post(
        f"{ready['address']}/api/fal/proxy",
        json={},
        headers={"x-fal-target-url": "https://evil.test/x"},
        trust_env=False,
    )
    assert (other.status_code, other.text) == (400, '"Invalid request"')
    assert KEY not in json.dumps(ready)
    if sys.platform.startswith("linux"):
        assert KEY not in Path(f"/proc/{process.pid}/cmdline").read_text()
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) in (0, -signal.SIGTERM)


def test_a_key_that_was_put_into_the_keychain_is_held_without_any_in_the_environment(
    program: Program,
    started: Started,
    config: Path,
    behind: ServiceBehind,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("FAL_KEY")
    keychain = f"import keyring; from tests.fakes.keychain import FileKeychain; \
keyring.set_keyring(FileKeychain({str(tmp_path / 'keychain')!r}))"
    nothing = program("proxy", "--config", config, first=keychain)
    assert (nothing.code, "set-key fal" in nothing.err) == (3, True)
    assert program("proxy", "set-key", "fal", first=keychain).code == 2, "no key came"
    kept = program("proxy", "set-key", "fal", stdin=f"{KEY}\n", first=keychain)
    assert (kept.code, kept.out) == (0, "The keychain has the key of fal.\n")
    assert KEY not in kept.out + kept.err
    process = started("proxy", "--json", "--config", config, first=keychain)
    assert process.stdout is not None
    assert submit(json.loads(process.stdout.readline())).status_code == 200
    assert behind.seen[0].headers["authorization"] == f"Key {KEY}"


def test_where_there_is_no_keychain_set_key_says_so(program: Program) -> None:
    ended = program("proxy", "set-key", "fal", stdin="a-key\n")
    assert ended.code != 0
    assert "no keychain here" in ended.err
    assert "environment" in ended.err


def test_the_process_keeps_its_bounds(
    program: Program, started: Started, config: Path, behind: ServiceBehind
) -> None:
    """Money, bodies, events at once, and a caller who goes: one process, each of them once."""
    limits = "limits]\nusd_per_day = 0.03\nbody_mb = 1\n"
    config.write_text(config.read_text().replace("limits]\n", limits))
    token = program("proxy", "add-client", "anna", "--config", config).out.strip()
    process, ready = begun(started, "--config", config)
    signed = {"authorization": f"Bearer {token}"}
    address = f"{ready['address']}/api/fal/proxy"

    large = httpx.post(
        address, content=b"0" * (2**20 + 1), headers={**SUBMIT, **signed}, trust_env=False
    )
    assert (large.status_code, large.json()["error_type"]) == (413, "file_too_large")
    assert behind.seen == []

    reached, left, seen = threading.Event(), threading.Event(), threading.Event()

    def script(call: Any) -> None:
        call.begin_events()
        call.event({"n": 1})
        assert seen.wait(20), "the first event was held back"
        reached.set()
        if call.wait_until_left():
            left.set()

    behind.scripts.append(script)
    stream = {"x-fal-target-url": f"https://fal.run/{MODEL}/stream", **signed}
    with httpx.stream("POST", address, json={}, headers=stream, trust_env=False, timeout=20) as got:
        assert got.headers["x-accel-buffering"] == "no"
        assert '"n": 1' in next(got.iter_lines())
        seen.set()
        assert reached.wait(20)
    assert left.wait(20), "the call to the service went on without its caller"

    over = submit(ready, **signed)
    assert (over.status_code, over.json()["error_type"]) == (402, "spend_limit")
    assert len(behind.paid()) == 1
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=20)
    assert "anna POST fal" in err
    assert not any(word in err for word in (KEY, *KEY.split(":"), token, "a secret instruction"))


def test_without_a_key_it_says_what_to_set(program: Program) -> None:
    ended = program("proxy", "--port", "0")
    assert ended.code == 3
    assert "FAL_KEY" in ended.err


def test_a_limit_that_is_no_amount_is_refused_before_anything_is_served(program: Program) -> None:
    ended = program("proxy", "--port", "0", "--usd-per-day", "nan")
    assert ended.code == 3
    assert "--usd-per-day" in ended.err


def test_f_sec_14_beyond_this_computer_it_needs_a_client(
    program: Program, started: Started, config: Path
) -> None:
    refused = program("proxy", "--config", config, "--host", "0.0.0.0")
    assert refused.code == 3
    assert "nobody has a token" in refused.err

    token = program("proxy", "add-client", "anna", "--config", config).out.strip()
    assert len(token) >= 40
    assert program("proxy", "clients", "--config", config, "--json").json == {"clients": ["anna"]}
    _, ready = begun(started, "--config", config, "--host", "0.0.0.0")
    ready["address"] = f"http://127.0.0.1:{ready['port']}"
    assert submit(ready).status_code == 401
    assert submit(ready, authorization=f"Bearer {token}").status_code == 200
    assert program("proxy", "remove-client", "anna", "--config", config).code == 0
    assert submit(ready, authorization=f"Bearer {token}").status_code != 200


def test_an_order_that_was_under_way_at_a_kill_is_never_sent_again(
    started: Started, config: Path, behind: ServiceBehind
) -> None:
    process, ready = begun(started, "--config", config)
    assert submit(ready, idempotency_key="answered").status_code == 200
    reached, go_on = threading.Event(), threading.Event()
    behind.scripts.append(holds(reached, go_on))
    with ThreadPoolExecutor(1) as pool:
        lost = pool.submit(submit, ready, idempotency_key="cut off")
        assert reached.wait(20)
        killed(process)
        with pytest.raises(httpx.TransportError):
            lost.result()
    go_on.set()

    _, ready = begun(started, "--config", config)
    kept = submit(ready, idempotency_key="answered")
    assert (kept.status_code, kept.headers["idempotency-replayed"]) == (200, "true")
    for _ in range(2):
        again = submit(ready, idempotency_key="cut off")
        assert (again.status_code, again.json()["error_type"]) == (409, "outcome_unknown")
    assert len(behind.paid()) == 2
    told = httpx.get(f"{ready['address']}/account", trust_env=False).json()
    assert told["ordered_usd"] == pytest.approx(0.05)


def test_a_polite_end_finishes_orders_and_lets_streams_go(
    started: Started, config: Path, behind: ServiceBehind
) -> None:
    process, ready = begun(started, "--config", config)
    reached, go_on, streaming = (threading.Event() for _ in range(3))

    def stream_for_ever(call: Any) -> None:
        call.begin_events()
        call.event({"status": "IN_QUEUE"})
        streaming.set()
        call.wait_until_left(60)

    behind.scripts.extend([stream_for_ever, holds(reached, go_on)])
    with ThreadPoolExecutor(2) as pool:
        stream = pool.submit(
            httpx.get,
            f"{ready['address']}/api/fal/proxy",
            headers={"x-fal-target-url": STATUS_STREAM},
            trust_env=False,
            timeout=30,
        )
        assert streaming.wait(20)
        order = pool.submit(submit, ready)
        assert reached.wait(20)
        process.send_signal(signal.SIGTERM)
        assert "IN_QUEUE" in stream.result().text, "ended, not cut off"
        assert process.poll() is None
        go_on.set()
        assert order.result().json()["request_id"] == "run-1"
    assert process.wait(20) in (0, -signal.SIGTERM)


def test_two_proxies_do_not_share_their_records(
    program: Program, started: Started, config: Path
) -> None:
    _process, _ready = begun(started, "--config", config)
    second = program("proxy", "--config", config)
    assert second.code == 3
    assert "Only one proxy" in second.err


def test_f_sec_1_neither_key_nor_token_nor_instruction_is_left_in_any_file_or_stream(
    program: Program,
    started: Started,
    config: Path,
    behind: ServiceBehind,
    isolated_machine: Path,
    tmp_path: Path,
) -> None:
    token = program("proxy", "add-client", "anna", "--config", config).out.strip()
    process, ready = begun(started, "--config", config)
    signed = {"authorization": f"Bearer {token}", "idempotency_key": "k"}
    behind.scripts.append(
        lambda call: call.say(
            200, {"request_id": "1", "echo": call.headers["authorization"]}, x_echo=KEY
        )
    )
    first = submit(ready, **signed)
    assert "[hidden]" in first.text
    assert submit(ready, **signed).text == first.text
    assert KEY not in f"{first.text}{first.headers}"
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=20)
    until("the line in the log", lambda: f"anna POST fal submit {MODEL} 200" in err)
    files = [
        one
        for folder in (tmp_path, isolated_machine)
        for one in folder.rglob("*")
        if one.is_file() and one != config
    ]
    assert [one for one in files if one.name == "kontext-studio.log"]
    written = b"".join(one.read_bytes() for one in files) + out.encode() + err.encode()
    for secret in (KEY, *KEY.split(":"), token, "a secret instruction"):
        assert secret.encode() not in written
