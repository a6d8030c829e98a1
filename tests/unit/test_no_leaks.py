"""What must not be in the tree: addresses in locks, paths of a machine, unsafe readers, colours."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BINARY = {
    ".png",
    ".jpg",
    ".jpeg",
    ".ttf",
    ".ico",
    ".gif",
    ".webp",
    ".kontext",
    ".tiff",
    ".gz",
    ".model",
}
# The theme paints the window; the engine and the wording checker know colours as words of people.
COLOUR_HOMES = ("kontext_studio/gui/theme/", "kontext_studio/engine/", "kontext_studio/prompting/")


def project_files() -> list[Path]:
    """Every file that is in the project: tracked, or new and not ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode != 0:  # an unpacked archive has no repository
        folders = ("kontext_studio", "tests", "scripts", "packaging", "docs", "resources")
        found = [p for folder in folders for p in (ROOT / folder).rglob("*")]
        found += ROOT.glob("*.*")
        return [p for p in found if p.is_file() and p.suffix != ".pyc"]
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def texts() -> list[tuple[str, str]]:
    return [
        (path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))
        for path in project_files()
        if path.suffix not in BINARY
    ]


def modules() -> list[tuple[str, ast.Module]]:
    return [
        (path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8")))
        for path in (ROOT / "kontext_studio").rglob("*.py")
    ]


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-bundle.lock"])
def test_a_lock_names_hashes_and_no_address(lock):
    text = (ROOT / lock).read_text()
    assert "://" not in text
    packages = re.findall(r"^[a-z0-9][^=\s]*==\S+.*(?:\n    .*)*", text, re.MULTILINE)
    assert len(packages) > 30
    assert [package for package in packages if "--hash=sha256:" not in package] == []


def test_the_locks_agree_on_every_version():
    def versions(lock: str) -> set[str]:
        return set(re.findall(r"^\S+==.*?(?= \\)", (ROOT / lock).read_text(), re.MULTILINE))

    both = versions("requirements.lock") & versions("requirements-bundle.lock")
    name = re.compile(r"^[^=]+")

    def names(lines: set[str]) -> set[str]:
        return {match.group() for line in lines if (match := name.match(line))}

    shared = names(versions("requirements.lock")) & names(versions("requirements-bundle.lock"))
    assert names(both) == shared


def test_no_text_names_a_folder_of_somebodys_machine():
    # Spelled in pieces so that this file passes its own test.
    machine = re.compile(
        r"(?<![\w.~-])/(?:" + "|".join(("wo" + "rk", "ro" + "ot", "ho" + "me")) + r")/\w"
    )
    found = [
        f"{name}:{number}: {line.strip()}"
        for name, text in texts()
        for number, line in enumerate(text.splitlines(), 1)
        if machine.search(line)
    ]
    assert found == []


def test_no_text_names_a_host_of_a_package_registry():
    # Where packages come from is the choice of the machine that installs them. Spelled in pieces.
    pieces = (("pypi", r"\.org"), ("python", "hosted"), ("npm", "js"), ("deb", r"\.debian"))
    hosts = re.compile("|".join(first + second for first, second in pieces))
    assert [name for name, text in texts() if hosts.search(text)] == []


def test_f_sec_9_nothing_is_read_by_a_reader_that_can_run_code():
    banned_modules = {"pickle", "cPickle", "dill", "shelve", "marshal", "yaml", "joblib"}
    banned_calls = {"eval", "exec"}
    found = []
    for name, module in modules():
        for node in ast.walk(module):
            if isinstance(node, ast.Import):
                imported = {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported = {(node.module or "").split(".")[0]}
            else:
                imported = set()
            called = (
                {node.func.id}
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
                else set()
            )
            unsafe = imported & banned_modules | called & banned_calls
            found += [f"{name}:{getattr(node, 'lineno', 0)}: {thing}" for thing in unsafe]
    assert found == []


def test_colours_are_written_in_the_tokens_and_the_theme_only():
    colour = re.compile(r"#[0-9A-Fa-f]{6}\b")
    found = [
        f"{name}:{number}: {line.strip()}"
        for name, text in texts()
        if name.startswith("kontext_studio/") and not name.startswith(COLOUR_HOMES)
        for number, line in enumerate(text.splitlines(), 1)
        if colour.search(line)
    ]
    assert found == []


def test_no_workaround_lacks_the_reason_it_may_be_removed_for():
    bare = [
        f"{name}:{number}"
        for name, text in texts()
        if name.startswith("kontext_studio/") and name.endswith(".py")
        for number, line in enumerate(text.splitlines(), 1)
        if re.search(r"#\s*(?:type: ignore|noqa)\s*$", line)
    ]
    assert bare == []
