"""Starts the program as a process of its own without loading its modules anew each time.

Most of what a short command costs is loading, and the tests start hundreds. A process that has
loaded what a command needs, and has done nothing else, forks for each start: what is born has its
own number, folder, environment and streams, and runs `python -m MODULE` to its end like any other.
Where there is no such fork it is an ordinary process.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import runpy
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import IO, Any, NoReturn, Protocol

ROOT = Path(__file__).resolve().parents[2]

_LOADED = (
    *("kontext_studio.cli.app", "kontext_studio.server.launch", "kontext_studio.workbench.bench"),
    *("kontext_studio.providers.fal.provider", "rich.progress"),
    *("numpy", "cv2", "PIL.Image", "PIL.PngImagePlugin", "PIL.JpegImagePlugin"),
)
_READ_AT_THE_START = ("PYTHON", "LC_", "LANG", "TZ", "LD_", "OPENBLAS_", "OMP_", "COVERAGE_")
"""Variables that Python and the libraries look at once, while they are loaded."""
_CAN_FORK = sys.platform == "linux"
_NUMBER = struct.Struct("!i")
_LENGTH = struct.Struct("!I")


class Process(Protocol):
    """What tests do with a process that writes into files."""

    @property
    def pid(self) -> int: ...
    @property
    def returncode(self) -> int | None: ...
    def poll(self) -> int | None: ...
    def wait(self, timeout: float | None = None) -> int: ...
    def kill(self) -> None: ...
    def terminate(self) -> None: ...


def start(
    module: str,
    words: Sequence[str],
    streams: tuple[IO[Any], IO[Any], IO[Any]],
    *,
    cwd: Path,
    env: Mapping[str, str],
) -> Process:
    """`python -m MODULE WORDS…`, with standard input, output and error from and to these files."""
    if _CAN_FORK:
        nursery = _nursery(tuple(sorted(_read_at_the_start(env).items())))
        return nursery.bear(module, words, streams, cwd, env)
    stdin, stdout, stderr = streams
    return subprocess.Popen(
        [sys.executable, "-m", module, *words],
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
        cwd=cwd,
        env=dict(env),
    )


def _read_at_the_start(env: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in env.items() if name.startswith(_READ_AT_THE_START)}


# ---------------------------------------------------------------- the tests' side


class _Nursery:
    def __init__(self, variables: Mapping[str, str]) -> None:
        self._orders, theirs = socket.socketpair()
        self._one_at_a_time = threading.Lock()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", __name__, str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                cwd=ROOT,
                # A process of one thread: only such a one can be forked.
                env={**os.environ, "PYTHONPATH": str(ROOT), **variables}
                | {"OPENBLAS_NUM_THREADS": "1"},
            )
        atexit.register(self._close)

    def bear(
        self,
        module: str,
        words: Sequence[str],
        streams: tuple[IO[Any], IO[Any], IO[Any]],
        cwd: Path,
        env: Mapping[str, str],
    ) -> _Born:
        told, theirs = socket.socketpair()
        order = json.dumps([module, list(words), str(cwd), dict(env)]).encode()
        with self._one_at_a_time, theirs:
            handles = [*(stream.fileno() for stream in streams), theirs.fileno()]
            socket.send_fds(self._orders, [_LENGTH.pack(len(order))], handles)
            self._orders.sendall(order)
        return _Born(told)

    def _close(self) -> None:
        self._orders.close()
        self._process.wait()


class _Born:
    """A child of the nursery, as far as `subprocess` would tell of it."""

    def __init__(self, told: socket.socket) -> None:
        self._told = told
        self.pid = self._number()
        self.returncode: int | None = None

    def poll(self) -> int | None:
        if self.returncode is None:
            self._hear(0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        if self.returncode is None:
            self._hear(timeout)
        if self.returncode is None:
            raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0)
        return self.returncode

    def kill(self) -> None:
        self._send(signal.SIGKILL)

    def terminate(self) -> None:
        self._send(signal.SIGTERM)

    def _send(self, number: signal.Signals) -> None:
        if self.poll() is None:
            try:
                os.kill(self.pid, number)
            except ProcessLookupError:
                pass  # it has just ended

    def _hear(self, timeout: float | None) -> None:
        self._told.settimeout(timeout)
        try:
            self.returncode = self._number()
        except (TimeoutError, BlockingIOError):
            return
        self._told.close()

    def _number(self) -> int:
        said = self._told.recv(_NUMBER.size, socket.MSG_WAITALL)
        assert len(said) == _NUMBER.size, "the nursery has ended"
        return int(_NUMBER.unpack(said)[0])


@cache
def _nursery(variables: tuple[tuple[str, str], ...]) -> _Nursery:
    return _Nursery(dict(variables))


# ---------------------------------------------------------------- the nursery's side


def _serve(orders: socket.socket) -> tuple[str, list[str]]:
    """Fork for every order; comes back in what is born, with its module and words."""
    while True:
        head, handles, _, _ = socket.recv_fds(orders, _LENGTH.size, 4)
        if not head:
            os._exit(0)  # the tests are over
        order = orders.recv(_LENGTH.unpack(head)[0], socket.MSG_WAITALL)
        if os.fork():
            for handle in handles:
                os.close(handle)
            _bury()
            continue
        orders.close()
        told = socket.socket(fileno=handles.pop())
        if pid := os.fork():
            _wait_for(pid, told)
        told.close()
        module, words, cwd, env = json.loads(order)
        for number, handle in enumerate(handles):
            os.dup2(handle, number)
            os.close(handle)
        os.chdir(cwd)
        os.environ.clear()
        os.environ.update(env)
        sys.path[0] = cwd
        return module, words


def _bury() -> None:
    """Those who waited for what was born, as far as they have ended."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def _wait_for(pid: int, told: socket.socket) -> NoReturn:
    """Tell the number of what was born, and how it ended."""
    try:
        told.send(_NUMBER.pack(pid))
        _, status = os.waitpid(pid, 0)
        told.send(_NUMBER.pack(os.waitstatus_to_exitcode(status)))
    finally:
        os._exit(0)


def _main(handle: int) -> None:
    orders = socket.socket(fileno=handle)
    for name in _LOADED:
        import_module(name)
    gc.collect()
    gc.freeze()
    module, words = _serve(orders)
    sys.argv = [module, *words]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    _main(int(sys.argv[1]))
