"""The wheel carries everything: installed in an empty environment it edits a photograph."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest
from PIL import Image

ROOT = Path(__file__).parents[2]
SOURCES = ("pyproject.toml", "setup.py", "README.md", "LICENSE", "kontext_studio", "resources")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Built from a copy, because a build leaves its own files in the folder it builds in."""
    folder = tmp_path_factory.mktemp("source")
    for name in SOURCES:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder)
    built = tmp_path_factory.mktemp("wheel")
    run(
        [
            sys.executable,
            *("-m", "pip", "wheel", "--quiet", "--no-index", "--no-deps", "--no-build-isolation"),
            *("--wheel-dir", str(built), str(folder)),
        ]
    )
    return next(built.glob("kontext_studio-*.whl"))


@pytest.fixture(scope="module")
def empty_python(wheel, tmp_path_factory):
    """A Python that has the wheel; the libraries it needs are lent, without their .pth files."""
    folder = tmp_path_factory.mktemp("empty")
    venv.create(folder, with_pip=False)
    python = folder / "bin" / "python"
    run(
        [
            sys.executable,
            *("-m", "pip", "--quiet", "--disable-pip-version-check", "--python", str(python)),
            *("install", "--no-index", "--no-deps", str(wheel)),
        ]
    )
    site = folder / "lib" / f"python3.{sys.version_info.minor}" / "site-packages"
    (site / "lent.pth").write_text(sysconfig.get_path("purelib"))
    return python


def run(words: list[str], **named) -> subprocess.CompletedProcess[str]:
    ran = subprocess.run(words, capture_output=True, text=True, check=False, **named)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran


def test_every_resource_is_in_the_wheel(wheel):
    inside = {
        name.removeprefix("kontext_studio/_resources/")
        for name in zipfile.ZipFile(wheel).namelist()
        if name.startswith("kontext_studio/_resources/")
    }
    in_the_tree = {
        path.relative_to(ROOT / "resources").as_posix()
        for path in (ROOT / "resources").rglob("*")
        if path.is_file()
    }
    assert inside == in_the_tree


def test_the_wheel_holds_the_package_and_nothing_else(wheel):
    top = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {name for name in top if not name.endswith(".dist-info")} == {"kontext_studio"}


def test_the_installed_program_finds_its_own_resources(empty_python, tmp_path):
    code = "from kontext_studio.resources import resource_path; print(resource_path('samples'))"
    found = Path(run([str(empty_python), "-I", "-c", code], cwd=tmp_path).stdout.strip())
    assert found.is_relative_to(empty_python.parents[1])
    assert found.parts[-3:] == ("kontext_studio", "_resources", "samples")


@pytest.mark.timeout(180)
def test_the_installed_program_edits_a_sample(empty_python, tmp_path):
    photo = ROOT / "resources" / "samples" / "coffee.png"
    out = tmp_path / "edited.png"
    ran = run(
        [
            str(empty_python),
            *("-I", "-m", "kontext_studio", "edit", str(photo), "Make the picture black and white"),
            *("--session", str(tmp_path / "s.kontext"), "-o", str(out), "--json"),
        ],
        cwd=tmp_path,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )
    answer = json.loads(ran.stdout)
    assert len(answer["new"]) == 1
    with Image.open(photo) as before, Image.open(out) as after:
        assert after.size == before.size
        saturation = after.convert("HSV").getchannel("S")
        assert saturation.getextrema() == (0, 0)
