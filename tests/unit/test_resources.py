"""Every file the program ships is found, and a missing one says so."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kontext_studio import resources

ROOT = Path(__file__).parents[2]


def test_a_resource_of_the_tree_is_found_beside_the_package():
    path = resources.resource_path("icons/hand.svg")
    assert path == ROOT / "resources" / "icons" / "hand.svg"


def test_a_folder_can_be_asked_for():
    assert resources.resource_path("samples").is_dir()


def test_a_missing_resource_is_named_in_the_message():
    with pytest.raises(FileNotFoundError, match=r"'icons/no-such\.svg' is missing"):
        resources.resource_path("icons/no-such.svg")


@pytest.mark.parametrize("name", ["", "/etc/passwd", "../pyproject.toml", "icons//hand.svg"])
def test_only_plain_names_inside_the_folder_are_taken(name):
    with pytest.raises(ValueError, match="plain name"):
        resources.resource_path(name)


def test_a_package_without_its_resources_says_where_it_looked(tmp_path):
    package = tmp_path / "kontext_studio"
    package.mkdir()
    for name in ("__init__.py", "resources.py"):
        shutil.copy(ROOT / "kontext_studio" / name, package)
    code = "from kontext_studio.resources import read_text; read_text('models.json')"
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert "the folder of resources is missing" in ran.stderr
    assert str(package / "_resources") in ran.stderr


def test_the_copy_inside_the_package_is_preferred(tmp_path):
    package = tmp_path / "kontext_studio"
    (package / "_resources").mkdir(parents=True)
    (package / "_resources" / "models.json").write_text('{"from": "the wheel"}')
    for name in ("__init__.py", "resources.py"):
        shutil.copy(ROOT / "kontext_studio" / name, package)
    code = "from kontext_studio.resources import read_json; print(read_json('models.json'))"
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == "{'from': 'the wheel'}"


def test_the_catalogue_has_the_embedded_engine_first():
    catalogue = resources.read_json("models.json")
    assert isinstance(catalogue, dict)
    first = catalogue["models"][0]
    assert (first["id"], first["protocol"], first["price"]["usd"]) == (
        "kontext-studio/embedded",
        "fal",
        0,
    )
    assert all("{queue}" in first["endpoints"][step] for step in ("submit", "status", "result"))


def test_every_source_that_the_catalogue_names_is_explained():
    catalogue = resources.read_json("models.json")
    assert isinstance(catalogue, dict)
    named = set(_values_of("source", catalogue["models"]))
    assert named - set(catalogue["sources"]) == set()


def _values_of(key: str, value: object) -> list[str]:
    if isinstance(value, list):
        return [found for item in value for found in _values_of(key, item)]
    if not isinstance(value, dict):
        return []
    own = value.get(key, [])
    return [
        *(own if isinstance(own, list) else [own]),
        *(found for item in value.values() for found in _values_of(key, item)),
    ]


@pytest.mark.parametrize("folder", ["fonts", "icons", "samples"])
def test_everything_taken_from_others_tells_its_source_and_licence(folder):
    names = {path.name for path in resources.resource_path(folder).iterdir()}
    assert "SOURCES" in names
    if folder == "samples":
        told = resources.read_text("samples/SOURCES")
        assert all(name in told for name in names - {"SOURCES"})
    else:
        assert "LICENSE" in names


@pytest.mark.parametrize("weight", ["Regular", "Medium", "SemiBold"])
def test_each_weight_of_inter_loads_in_qt_with_tabular_figures(qapp, weight):
    from PySide6.QtGui import QFont, QFontDatabase, QFontMetricsF

    path = resources.resource_path(f"fonts/Inter-{weight}.ttf")
    family = QFontDatabase.applicationFontFamilies(QFontDatabase.addApplicationFont(str(path)))[0]
    assert family.startswith("Inter")
    font = QFont(family, 20)
    narrow_and_wide = [QFontMetricsF(font).horizontalAdvance(text) for text in ("1111", "0000")]
    assert narrow_and_wide[0] < narrow_and_wide[1]
    font.setFeature(QFont.Tag("tnum"), 1)
    tabular = [QFontMetricsF(font).horizontalAdvance(text) for text in ("1111", "0000")]
    assert tabular[0] == tabular[1]


def test_every_icon_draws_something_in_qt(qapp):
    from PySide6.QtGui import QIcon

    blank = [
        path.name
        for path in resources.resource_path("icons").glob("*.svg")
        if not _has_ink(QIcon(str(path)).pixmap(16, 16).toImage())
    ]
    assert blank == []


def _has_ink(image) -> bool:
    return any(
        image.pixelColor(x, y).alpha() > 0
        for x in range(image.width())
        for y in range(image.height())
    )


def test_the_samples_stay_small_and_are_four_different_pictures():
    paths = [
        p for p in resources.resource_path("samples").iterdir() if p.suffix in (".png", ".jpg")
    ]
    assert {p.stem for p in paths} == {"coffee", "cat", "rocket", "hubble"}
    assert len({hashlib.sha256(p.read_bytes()).digest() for p in paths}) == 4
    assert sum(p.stat().st_size for p in paths) < 2_000_000
