import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from kontext_studio.core.errors import BadRequest
from kontext_studio.server.serve import TOKEN_VARIABLE, listening_socket, main
from tests.fakes.engines import ScriptedEngine
from tests.unit.server.conftest import DATA_URI, MODEL

ROOT = Path(__file__).parents[3]
SCRIPT = """
from kontext_studio.server.serve import main
from tests.fakes.engines import ScriptedEngine
raise SystemExit(main(engine=ScriptedEngine(), port=0, {options}))
"""


def command(options: str) -> list[str]:
    return [sys.executable, "-c", SCRIPT.format(options=options)]


@contextmanager
def process(options: str, **variables: str):
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **variables}
    with subprocess.Popen(
        command(options), stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
    ) as child:
        try:
            yield child
        finally:
            child.terminate()


def ready(child) -> dict:
    return json.loads(child.stdout.readline())


def test_the_ready_line_says_where_it_listens_and_nothing_of_a_token_that_was_given():
    with process("as_json=True, queue_port=0", **{TOKEN_VARIABLE: "canary-token"}) as child:
        told = ready(child)
        root = f"http://127.0.0.1:{told['port']}"
        assert told["origins"] == {
            "run": f"{root}/run",
            "queue": f"{root}/queue",
            "rest": f"{root}/rest",
        }
        assert told["model"] == MODEL
        assert told["pid"] == child.pid
        assert "canary" not in str(told)
        body = {"prompt": "x", "image_url": DATA_URI}
        with httpx.Client(trust_env=False) as http:
            assert http.post(f"{root}/run/{MODEL}", json=body).status_code == 401
            http.headers["authorization"] = "Key canary-token"
            assert http.post(f"{root}/run/{MODEL}", json=body).status_code == 200
            queued = http.post(f"http://127.0.0.1:{told['queue_port']}/{MODEL}", json=body)
            assert queued.json()["status"] == "IN_QUEUE"
        child.send_signal(signal.SIGTERM)
        assert child.stdout.read() == b""
        assert child.wait(10) in (0, -signal.SIGTERM)


def test_a_token_that_was_made_up_is_told_once():
    with process("as_json=True") as child:
        told = ready(child)
        assert len(told["token"]) >= 24
        headers = {"authorization": f"Key {told['token']}"}
        url = f"{told['origins']['queue']}/{MODEL}/requests/1"
        assert httpx.get(url, headers=headers, trust_env=False).status_code == 404


def test_people_get_words_instead_of_json():
    with process("") as child:
        lines = [child.stdout.readline().decode() for _ in range(5)]
    assert lines[0].startswith(f"Serving {MODEL} on port ")
    assert [line.split()[0] for line in lines[1:]] == ["run:", "queue:", "rest:", "token:"]


def test_a_server_with_a_parent_ends_when_its_input_ends_even_at_work(tmp_path):
    variables = {TOKEN_VARIABLE: "t", "TMPDIR": str(tmp_path)}
    with process("as_json=True, parent=True", **variables) as child:
        told = ready(child)
        body = {"prompt": "wait", "image_url": DATA_URI}
        headers = {"authorization": "Key t"}
        url = f"{told['origins']['queue']}/{MODEL}"
        assert httpx.post(url, json=body, headers=headers, trust_env=False).status_code == 200
        assert child.poll() is None
        assert len(list(tmp_path.iterdir())) == 1
        child.stdin.close()
        assert child.wait(10) == 0
        assert list(tmp_path.iterdir()) == []


def test_a_server_does_not_outlive_a_parent_that_was_killed():
    middle = f"""
import subprocess, sys, time
child = subprocess.Popen({command("as_json=True, parent=True")!r}, stdin=subprocess.PIPE)
time.sleep(60)
"""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), TOKEN_VARIABLE: "t"}
    with subprocess.Popen(
        [sys.executable, "-c", middle], stdout=subprocess.PIPE, env=environment
    ) as parent:
        assert parent.stdout is not None
        assert json.loads(parent.stdout.readline())["ready"]
        parent.kill()
        parent.wait()
        # The pipe that the server inherited reads its end only when the server has ended.
        assert parent.stdout.read() == b""


def test_f_sec_14_other_machines_are_only_served_on_purpose_and_with_a_token(monkeypatch):
    for host in ("0.0.0.0", "::", "192.168.1.5"):
        with pytest.raises(BadRequest, match="reached from other machines"):
            main(host=host, port=0, engine=ScriptedEngine())
        with pytest.raises(BadRequest, match="needs a token"):
            main(host=host, port=0, engine=ScriptedEngine(), open_to_network=True)


def test_a_port_that_is_taken_is_told_in_words():
    with listening_socket("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(BadRequest, match=f"cannot listen on 127.0.0.1, port {port}"):
            main(port=port, engine=ScriptedEngine())
    with pytest.raises(BadRequest):
        main(port=70_000, engine=ScriptedEngine())


def test_answers_are_not_held_back_to_be_sent_together():
    with (
        listening_socket("127.0.0.1", 0) as listening,
        socket.create_connection(listening.getsockname()),
        listening.accept()[0] as accepted,
    ):
        assert accepted.proto == socket.IPPROTO_TCP
