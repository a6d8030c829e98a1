"""What watches over everything else works: import contracts bite, and noise fails a test."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# One import that each rule forbids: file to plant it in, the import, what the report must name.
PLANTED = {
    "core/planted.py": ("import kontext_studio.store, PIL", "core.planted -> PIL"),
    "cli/planted.py": ("import kontext_studio.gui", "cli.planted -> kontext_studio.gui"),
    "resources.py": ("import kontext_studio.core", "resources -> kontext_studio.core"),
    "store/planted.py": (
        "import kontext_studio.workbench",
        "store.planted -> kontext_studio.workbench",
    ),
    "engine/planted.py": ("import httpx", "engine.planted -> httpx"),
    "workbench/planted.py": ("import PySide6.QtCore", "workbench.planted -> PySide6"),
    "imaging/planted.py": ("import qasync", "imaging.planted -> qasync"),
    "providers/planted.py": ("import starlette", "providers.planted -> starlette"),
    "extra/__init__.py": ("", "not listed as layers: - kontext_studio.extra"),
}


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    code = "import sys; from importlinter.cli import lint_imports_command as run; run()"
    return subprocess.run(
        [sys.executable, "-c", code, "--no-cache", "--no-logo"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def tree(tmp_path):
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copytree(
        ROOT / "kontext_studio",
        tmp_path / "kontext_studio",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    return tmp_path


def test_the_package_keeps_every_import_contract(tree):
    linted = lint_imports(tree)
    assert linted.returncode == 0, linted.stdout


def test_every_forbidden_import_is_reported(tree):
    for name, (line, _) in PLANTED.items():
        file = tree / "kontext_studio" / name
        file.parent.mkdir(exist_ok=True)
        (file.parent / "__init__.py").touch()
        with file.open("a") as planted:
            planted.write(f"\n{line}\n")
    linted = lint_imports(tree)
    assert linted.returncode == 1
    report = " ".join(linted.stdout.split())
    assert [expected for _, expected in PLANTED.values() if expected not in report] == []
    assert "0 kept, 5 broken" in report


def test_every_folder_with_modules_is_a_package():
    # Otherwise it works in the tree and is missing in the wheel.
    folders = {path.parent for path in (ROOT / "kontext_studio").rglob("*.py")}
    assert {folder for folder in folders if not (folder / "__init__.py").exists()} == set()


NOISY_TESTS = """
import asyncio, logging, socket, warnings
import pytest

def test_warns():
    warnings.warn("noise")

def test_logs():
    logging.getLogger("any").warning("noise")

def test_logs_as_expected(expect_log):
    expect_log("any WARNING: noise")
    logging.getLogger("any").warning("noise")

def test_logs_nothing_though_expected(expect_log):
    expect_log("noise")

def test_connects_outside():
    with pytest.raises(OSError):
        socket.create_connection(("192.0.2.1", 80), 1)

def test_looks_up_outside():
    with pytest.raises(OSError):
        socket.create_connection(("example.org", 80), 1)

def test_connects_to_this_machine():
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()

def test_expects_to_be_refused(outside_connections):
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("192.0.2.1", 80), 1)
    outside_connections.clear()

def test_makes_qt_warn(qapp):
    from PySide6.QtCore import qWarning
    qWarning("noise")

kept = []

def test_leaves_a_widget(qapp):
    from PySide6.QtWidgets import QWidget
    kept.append(QWidget())

def test_hands_its_widget_over(qtbot):
    from PySide6.QtWidgets import QWidget
    widget = QWidget()
    qtbot.add_widget(widget)
    widget.show()

async def break_down():
    raise RuntimeError("lost")

async def lose_a_task():
    task = asyncio.create_task(break_down())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    del task

def test_loses_a_task(qt_run):
    qt_run(lose_a_task())

def test_loses_a_task_without_qt():
    asyncio.run(lose_a_task())

def test_never_awaits():
    break_down()

def test_hangs(qt_run):
    qt_run(asyncio.sleep(60), limit_s=0.1)

async def count():
    return await asyncio.to_thread(sum, (1, 2))

def test_runs_a_coroutine(qt_run):
    assert qt_run(count()) == 3
"""
QUIET = {
    "test_logs_as_expected",
    "test_connects_to_this_machine",
    "test_expects_to_be_refused",
    "test_hands_its_widget_over",
    "test_runs_a_coroutine",
}


def test_noise_fails_a_test_and_only_noise(tmp_path):
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "tests").mkdir()
    shutil.copy(ROOT / "tests" / "conftest.py", tmp_path / "tests")
    (tmp_path / "tests" / "test_noise.py").write_text(NOISY_TESTS)
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-rfE", "--tb=no", "-p", "no:cacheprovider"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 1, ran.stdout + ran.stderr
    noisy = set(re.findall(r"^(?:FAILED|ERROR) \S+::(\w+)", ran.stdout, re.MULTILINE))
    everything = set(re.findall(r"^def (test_\w+)", NOISY_TESTS, re.MULTILINE))
    assert noisy == everything - QUIET


def test_the_command_line_never_loads_qt():
    code = (
        "import sys, kontext_studio.cli; "
        "print([name for name in sys.modules if name.startswith(('PySide6', 'qasync'))])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (ran.stdout.strip(), ran.stderr) == ("[]", "")
