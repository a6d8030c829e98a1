"""The embedded server as a child process: started, known by its addresses and token, ended.

It promises that a started server is reachable with its token and that none is left behind.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import kontext_studio
from kontext_studio.core import kill_points
from kontext_studio.core.errors import Unreachable
from kontext_studio.server.serve import TOKEN_VARIABLE

_SECRET = re.compile(r"(KEY|TOKEN|PASSWORD|SECRET|_PROXY)$", re.IGNORECASE)
_START_LIMIT_S = 30.0
_STOP_LIMIT_S = 5.0
if sys.platform == "win32":
    _PRIORITY = subprocess.BELOW_NORMAL_PRIORITY_CLASS
else:
    _PRIORITY = 0  # the process gives way by itself, see serve.py


@dataclass(frozen=True, slots=True)
class LocalServer:
    """A server that runs: its addresses by role, its token, its process."""

    origins: Mapping[str, str]
    token: str = field(repr=False)
    process: subprocess.Popen[bytes]

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    async def stop(self) -> None:
        """End the process: by itself when its input ends, by force where it does not."""
        await asyncio.to_thread(_end, self.process)


async def launch(command: Sequence[str] | None = None) -> LocalServer:
    """Start a server process and wait until it answers. Raise Unreachable where it does not."""
    token = secrets.token_urlsafe(32)
    # Plain pipes in threads: this works under every event loop, Qt's among them.
    with _complaints() as complaints:
        process = await asyncio.to_thread(_start, command or own_command(), token, complaints)
        try:
            async with asyncio.timeout(_START_LIMIT_S):
                line = await asyncio.to_thread(_first_line, process)
        except TimeoutError:
            line = b""
        except BaseException:  # cancelled: nobody will ever know this process
            process.kill()
            raise
        origins = _origins_in(line)
        if origins is not None:
            return LocalServer(origins, token, process)
        await asyncio.to_thread(_end, process)
        raise Unreachable(
            "The embedded engine did not start.",
            hint="Start the program from a terminal to see why, or choose another connection.",
            detail=await asyncio.to_thread(_last_words, complaints),
        )


def own_command() -> tuple[str, ...]:
    """How this program starts itself as a server."""
    serve = ("serve", "--port", "0", "--parent", "--json")
    if getattr(sys, "frozen", False):
        return (sys.executable, *serve)
    return (sys.executable, "-m", "kontext_studio", *serve)


def child_environment(token: str) -> dict[str, str]:
    """What the server's process is given: no keys, its token, and threads for all cores but one."""
    # The engine needs no key and no proxy, so their variables stay here.
    environment = {name: text for name, text in os.environ.items() if not _SECRET.search(name)}
    environment[TOKEN_VARIABLE] = token
    environment.pop(kill_points.VARIABLE, None)  # it is this process that is to die
    # Run from the tree the package is found by its folder, whatever the current folder is.
    tree = str(Path(kontext_studio.__file__).resolve().parents[1])
    known = environment.get("PYTHONPATH", "")
    environment["PYTHONPATH"] = f"{tree}{os.pathsep}{known}" if known else tree
    # OpenCV takes every core otherwise, and the window waits for one.
    threads = str(max(1, (os.cpu_count() or 1) - 1))
    for variable in ("OPENCV_FOR_THREADS_NUM", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
        environment.setdefault(variable, threads)
    return environment


def _start(command: Sequence[str], token: str, complaints: IO[bytes]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=complaints,
        env=child_environment(token),
        creationflags=_PRIORITY,
        # Control-C in a terminal is for the program, which then ends this process itself.
        start_new_session=True,
    )


def _complaints() -> IO[bytes]:
    """What the process says on standard error; lost where nothing can be written at all."""
    try:
        return tempfile.TemporaryFile()  # its user closes it
    except OSError:
        return Path(os.devnull).open("r+b")


def _first_line(process: subprocess.Popen[bytes]) -> bytes:
    assert process.stdout is not None
    return process.stdout.readline(65_536)


def _origins_in(line: bytes) -> dict[str, str] | None:
    try:
        ready = json.loads(line)
    except ValueError:
        return None
    origins = ready.get("origins") if isinstance(ready, dict) else None
    if not isinstance(origins, dict):
        return None
    return {str(role): str(url) for role, url in origins.items()}


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.stdin is not None:
        try:
            process.stdin.close()
        except OSError:
            pass
    try:
        process.wait(_STOP_LIMIT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()


def _last_words(complaints: IO[bytes]) -> str:
    complaints.seek(0)
    return complaints.read()[-2000:].decode("utf-8", "replace").strip()
