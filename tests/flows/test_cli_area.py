"""`edit --area` and `rebase`: what may change, what stays to the last bit, what is told of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.fakes.fal_service import ENDPOINT
from tests.fakes.photographs import photograph
from tests.flows.driving import Program

SHAPE = (64, 96)
OWN = ("--route", "own", "--model", ENDPOINT)


@pytest.fixture
def mask(tmp_path: Path) -> np.ndarray:
    """small.png and mask.png, which leaves the left half as it is."""
    inside = np.zeros(SHAPE, bool)
    inside[:, 48:] = True
    Image.fromarray(inside.astype(np.uint8) * 255).save(tmp_path / "mask.png")
    photograph(SHAPE[1], SHAPE[0]).save(tmp_path / "small.png")
    return inside


def pixels(path: Path) -> np.ndarray:
    return np.asarray(Image.open(path).convert("RGB"))


def test_an_edit_inside_an_area_is_told_shown_exported_and_rebased(
    program: Program, tmp_path: Path, mask: np.ndarray
) -> None:
    base = pixels(tmp_path / "small.png")
    # 1. Both turns stay inside.
    words = ("Make it black and white", "--then", "Make it brighter", "--session", "s.kontext")
    area = ("--area", "mask.png", "--feather", "3", "-o", "out.png", "--json")
    told = program("edit", "small.png", *words, *area).json
    out = pixels(tmp_path / "out.png")
    assert np.array_equal(out[~mask], base[~mask])
    assert not np.array_equal(out[mask], base[mask])
    first, second = told["nodes"][1:]
    assert (first["area_share"], first["feather_px"]) == (0.5, 3)
    assert first["raw"] not in (None, first["image"]["sha256"])
    assert first["seam"]["delta_e_mean"] >= 0
    assert second["area_share"] == 0.5
    size = program("edit", "small.png", "Make it warmer", "--estimate", "--json").json["size"]
    assert (size["told"], size["width"], size["height"]) == ("stated", 96, 64)
    # 2. What is known of a step.
    shown = program("show", "s.kontext", "1", "--json").json
    assert shown["drift"]["parent"]["size_after"] == [96, 64]
    assert shown["seam"] == first["seam"]
    assert "50.0 % may change, feather 3 px" in program("show", "s.kontext", "1").out
    # 3. The result as it came.
    assert program("export", "s.kontext", "1", "--raw", "-o", "raw.png").code == 0
    assert not np.array_equal(pixels(tmp_path / "raw.png")[~mask], base[~mask])
    ended = program("export", "s.kontext", "root", "--raw", "-o", "none.png")
    assert (ended.code, "has no area" in ended.err) == (3, True)
    # 4. From the original, free.
    told = program("rebase", "s.kontext", "2", "--json").json
    (made,) = (one for one in told["nodes"] if one["id"] in told["new"])
    assert (made["kind"], made["derived"]["method"], made["derived"]["turns"]) == (
        "derived",
        "rebase",
        2,
    )
    assert made["parents"] == [told["nodes"][0]["id"], second["id"]]
    assert program("export", "s.kontext", "3", "-o", "flat.png").code == 0
    assert np.array_equal(pixels(tmp_path / "flat.png")[~mask], base[~mask])
    # 5. And run again, which costs nothing here.
    told = program("rebase", "s.kontext", "2", "--paid", "--json").json
    again = [one for one in told["nodes"] if one["id"] in told["new"]]
    assert [one["instruction"] for one in again] == [first["instruction"], second["instruction"]]
    assert [one["area_share"] for one in again] == [0.5, 0.5]
    assert again[0]["parents"] == [told["nodes"][0]["id"]]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--area", "tiny.png"), 3, "8 × 8 pixels"),
        (("--area", "black.png"), 3, "The area is empty"),
        (("--area", "nowhere.png"), 3, "There is no file nowhere.png"),
        (("--area", "mask.png", "-o", "mask.png", "--force"), 3, "never overwritten"),
        (("--area", "mask.png", "--feather", "-1"), 2, "lies between 0 and 512"),
        (("--area", "mask.png", "--param", "output_format=jpeg"), 3, "the format is PNG"),
    ],
)
def test_an_area_that_cannot_be_is_refused_before_anything_is_made(
    program: Program, tmp_path: Path, mask: np.ndarray, words: tuple[str, ...], code: int, said: str
) -> None:
    Image.new("L", (8, 8), 255).save(tmp_path / "tiny.png")
    Image.new("L", mask.shape[::-1], 0).save(tmp_path / "black.png")
    ended = program("edit", "small.png", "Make it warmer", *words, "--session", "s.kontext")
    assert ended.code == code, ended.err
    assert said in ended.err
    assert not (tmp_path / "s.kontext").exists()


def test_what_was_made_is_told_also_where_there_is_no_memory_for_its_figures(
    program: Program, tmp_path: Path, mask: np.ndarray
) -> None:
    none = (
        "from kontext_studio.workbench import measuring\n"
        "def measured(*given): raise MemoryError\n"
        "measuring.measured = measured"
    )
    words = ("edit", "small.png", "Make it warmer", "--area", "mask.png", "--json")
    ended = program(*words, first=none)
    assert ended.code == 0, ended.err
    assert len(ended.json["new"]) == 1
    assert ended.json["nodes"][-1]["seam"] is None


def test_what_could_not_be_put_inside_its_area_is_kept_and_nothing_is_built_on_it(
    program: Program, tmp_path: Path, mask: np.ndarray
) -> None:
    none = (
        "from kontext_studio.workbench import areas\n"
        "def inside_now(*given): raise MemoryError\n"
        "areas.inside_now = inside_now"
    )
    words = ("--area", "mask.png", "-o", "out.png", "--json", "--then", "Make it night")
    ended = program("edit", "small.png", "Make it warmer", *words, first=none)
    assert (ended.code, ended.json["error"]["kind"]) == (6, "without_area")
    assert len(ended.json["new"]) == 1
    assert "Not enough memory" in " ".join(ended.json["nodes"][-1]["notes"])
    assert not (tmp_path / "out.png").exists()
