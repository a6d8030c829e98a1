"""What holds for every test: an isolated machine, no network beyond loopback, and noise that fails.

Refuses to fix anything else; fakes and samples belong to tests/fakes and to the tests themselves.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import re
import signal
import socket
import sys
from collections.abc import Callable, Coroutine, Iterator
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import hypothesis
import pytest

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication, QWidget

T = TypeVar("T")

# Set before a QApplication exists; a run on a real screen only has to name its platform.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# What a shell runs in the background ignores Ctrl+C, and so would every process that tests start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# The same examples in every run, no limit per example on a busy machine; "search" looks further.
hypothesis.settings.register_profile("gate", deadline=None, derandomize=True, database=None)
hypothesis.settings.register_profile("search", deadline=None, max_examples=1000)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "gate"))

PROXY_VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "ftp_proxy")
KEY_VARIABLES = (
    "FAL_KEY",
    "LUMENFALL_API_KEY",
    "REPLICATE_API_TOKEN",
    "BFL_API_KEY",
    "OPENAI_API_KEY",
)
XDG_FOLDERS = {
    "XDG_CONFIG_HOME": "config",
    "XDG_DATA_HOME": "data",
    "XDG_CACHE_HOME": "cache",
    "XDG_STATE_HOME": "state",
    "XDG_RUNTIME_DIR": "runtime",
}


def pytest_collection_finish() -> None:
    """Spares every later collection the walk through all modules and tests: three times as fast."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True, scope="session")
def one_catalogue() -> Iterator[None]:
    """A process of the program reads the catalogue of models once; here hundreds begin in one."""
    from kontext_studio.workbench import bench, catalogue

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bench, "load_catalogue", cache(catalogue.load_catalogue))
        yield


# ---------------------------------------------------------------- isolation
@pytest.fixture(autouse=True)
def isolated_machine(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """An empty home, no proxy, no key; returns the folder that stands for the machine."""
    machine = tmp_path_factory.mktemp("machine")
    for name in PROXY_VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    for name in (*KEY_VARIABLES, "DBUS_SESSION_BUS_ADDRESS"):  # the bus leads to a real keychain
        monkeypatch.delenv(name, raising=False)
    for name, folder in {"HOME": "home", "KONTEXT_STUDIO_HOME": "studio", **XDG_FOLDERS}.items():
        path = machine / folder
        path.mkdir(mode=0o700)
        monkeypatch.setenv(name, str(path))
    return machine


class OutsideNetworkRefused(ConnectionRefusedError):
    """A test tried to reach something that is not this machine."""


@pytest.fixture(autouse=True)
def outside_connections(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Refuses everything beyond loopback. A test that wants to see it refused empties the list."""
    attempts: list[str] = []

    def refuse_outside(family: int, address: object) -> None:
        if family not in (socket.AF_INET, socket.AF_INET6) or not isinstance(address, tuple):
            return
        if not _is_this_machine(str(address[0])):
            attempts.append(f"{address[0]}:{address[1]}")
            raise OutsideNetworkRefused(f"tests do not reach {address[0]}")

    def guarded(name: str) -> Callable[..., Any]:
        real = getattr(socket.socket, name)

        def call(sock: socket.socket, *arguments: Any) -> Any:
            refuse_outside(sock.family, arguments[-1])
            return real(sock, *arguments)

        return call

    real_getaddrinfo = socket.getaddrinfo

    def getaddrinfo(host: Any, *arguments: Any, **named: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name is None or _is_this_machine(name) or _is_address(name):
            return real_getaddrinfo(host, *arguments, **named)
        if not name.endswith(".invalid"):  # a name made for tests of "no such host"
            attempts.append(name)
        raise socket.gaierror(socket.EAI_NONAME, f"tests do not look up {name}")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, guarded(name))
    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    yield attempts
    if attempts:
        pytest.fail(f"the test tried to reach the network: {', '.join(attempts)}", pytrace=False)


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _is_this_machine(host: str) -> bool:
    if host in ("", "localhost", "0.0.0.0", "::"):
        return True
    return _is_address(host) and ip_address(host).is_loopback


# ---------------------------------------------------------------- unexpected log records
# What the fakes' keys and signatures are made of: no log record of ours may hold a piece of it.
CANARIES = ("canary-key-id", "canary-key-secret", "canary-signature")


class _LogKeeper(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@pytest.fixture(autouse=True)
def expect_log() -> Iterator[Callable[[str], None]]:
    """Call it with a pattern that a log record of level WARNING or above will match.

    A record that matches no pattern fails the test, and so does a pattern that no record matched,
    and any record of the program that holds a canary.
    """
    patterns: list[str] = []
    keeper = _LogKeeper()
    root = logging.getLogger()
    root.addHandler(keeper)
    ours = logging.getLogger("kontext_studio")
    level = ours.level
    ours.setLevel(logging.DEBUG)
    try:
        yield patterns.append
    finally:
        ours.setLevel(level)
        root.removeHandler(keeper)
    loud = [r for r in keeper.records if r.levelno >= logging.WARNING]
    lines = [f"{r.name} {r.levelname}: {r.getMessage()}" for r in loud]
    whole = logging.Formatter()
    told = [text for r in keeper.records if any(c in (text := whole.format(r)) for c in CANARIES)]
    if told:
        pytest.fail("a key is in the log:\n" + "\n".join(told), pytrace=False)
    surprises = [line for line in lines if not any(re.search(p, line) for p in patterns)]
    missing = [p for p in patterns if not any(re.search(p, line) for line in lines)]
    if surprises:
        pytest.fail("unexpected in the log:\n" + "\n".join(surprises), pytrace=False)
    if missing:
        pytest.fail(f"expected in the log but never written: {missing}", pytrace=False)


# ---------------------------------------------------------------- left-over widgets
@pytest.fixture(autouse=True)
def no_leaked_widgets(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fails a test that leaves a top-level widget without an owner behind."""
    has_qt = "qapp" in request.fixturenames
    if has_qt:
        # What the tests before have imported and cached stays for good: without it each of the
        # collections of this test is ten times as fast.
        gc.collect()
        gc.freeze()
    before = _ownerless_widgets()
    yield
    if has_qt:
        # Collected here, on Qt's thread: a worker thread of a later test that happens to collect
        # it would destroy timers of another thread, and Qt warns about that.
        gc.collect()
    if leaked := [w for w in _ownerless_widgets() if w not in before]:
        _finish_deletions()
        leaked = [w for w in _ownerless_widgets() if w not in before]
        names = [f"{type(w).__name__} {w.objectName()!r}" for w in leaked]
        for widget in leaked:
            widget.deleteLater()
        _finish_deletions()
        if names:
            pytest.fail(f"left-over top-level widgets: {', '.join(names)}", pytrace=False)


def _ownerless_widgets() -> list[QWidget]:
    widgets = sys.modules.get("PySide6.QtWidgets")  # never loaded by this check itself
    if widgets is None or widgets.QApplication.instance() is None:
        return []
    return [
        w
        for w in widgets.QApplication.topLevelWidgets()
        # Qt keeps one tool tip label of its own for the next tool tip.
        if w.parent() is None and w.metaObject().className() != "QTipLabel"
    ]


def _finish_deletions() -> None:
    from PySide6.QtCore import QCoreApplication, QEvent

    gc.collect()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


# ---------------------------------------------------------------- coroutines under Qt
@pytest.fixture
def qt_run(qapp: QApplication) -> Callable[..., Any]:
    """Runs a coroutine to its end on one loop for Qt and asyncio, as the program does.

    An exception in a task that nobody awaited fails the test; so does a run beyond ``limit_s``.
    """
    from qasync import QEventLoop

    from kontext_studio.gui.generators import closing_generators

    def run(coroutine: Coroutine[Any, Any, T], limit_s: float = 90) -> T:
        lost: list[str] = []

        def note(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
            lost.append(f"{context['message']}: {context.get('exception')!r}")

        async def within_limit() -> T:
            asyncio.get_running_loop().set_exception_handler(note)
            async with asyncio.timeout(limit_s):
                return await closing_generators(coroutine)

        # Worker threads must not collect Qt objects (see no_leaked_widgets), so nobody collects
        # while they run; afterwards a lost task reports its exception when it is collected.
        gc.collect()
        gc.disable()
        try:
            with asyncio.Runner(loop_factory=lambda: QEventLoop(qapp)) as runner:
                result = runner.run(within_limit())
        finally:
            gc.enable()
            gc.collect()
        if lost:
            pytest.fail("lost in a task:\n" + "\n".join(lost), pytrace=False)
        return result

    return run
