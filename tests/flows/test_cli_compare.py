"""`compare` and `keep` tell and write what they promise, of files and of steps."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.fakes.open_runs import session_with_runs
from tests.flows.driving import Program
from tests.unit.imaging.drifting import EVERYTHING, blob, recoloured, sample


@pytest.fixture
def pair(tmp_path: Path) -> np.ndarray:
    """Two files, a.png and b.png, and where b was edited."""
    base = sample(width=360)
    area = blob(base.shape, (0.6, 0.5), 0.3)
    Image.fromarray(base).save(tmp_path / "a.png")
    Image.fromarray(EVERYTHING.of(recoloured(base, area))).save(tmp_path / "b.png")
    return area


def pixels(path: Path) -> np.ndarray:
    return np.asarray(Image.open(path))


def test_a_comparison_is_told_as_json_with_a_map(
    program: Program, tmp_path: Path, pair: np.ndarray
) -> None:
    told = program("compare", "a.png", "b.png", "--heatmap", "h.png", "--json").json
    assert told["shift_px"] == pytest.approx(EVERYTHING.shift, abs=0.1)
    assert told["zoom"] == pytest.approx(1.01, abs=0.0005)
    assert told["delta_e_mean"] > told["delta_e_outside"] > 1
    assert 0 < told["ssim"] < 1
    assert told["changed_share"] > 0.5
    assert told["same_size"] is True
    heat = pixels(tmp_path / "h.png").astype(int).sum(2)
    assert heat.shape == pair.shape
    assert heat[pair].mean() > 2 * heat[~pair].mean()
    assert told["heatmap"]["clear_below"] == 2.0


def test_the_same_file_differs_by_nothing(program: Program, pair: np.ndarray) -> None:
    told = program("compare", "a.png", "a.png", "--json").json
    assert (told["shift_px"], told["zoom"], told["delta_e_mean"]) == ([0, 0], 1, 0)
    assert told["psnr_db"] is None
    assert "the pixels are the same" in program("compare", "a.png", "a.png").out


def test_keep_takes_the_change_alone(program: Program, tmp_path: Path, pair: np.ndarray) -> None:
    words = ("keep", "a.png", "b.png", "-o", "k.png", "--mask-out", "m.png")
    told = program(*words, "--json").json
    base, kept = pixels(tmp_path / "a.png"), pixels(tmp_path / "k.png")
    mask = pixels(tmp_path / "m.png") > 0
    assert np.array_equal(kept[~mask], base[~mask])
    assert np.count_nonzero(mask & pair) > 0.9 * np.count_nonzero(mask | pair)
    assert told["changed_share"] == pytest.approx(mask.mean(), abs=1e-5)
    assert told["shift_px"] == pytest.approx(EVERYTHING.shift, abs=0.1)
    again = program(*words)
    assert again.code == 3
    assert "is there already" in again.err


def test_keep_takes_a_mask_and_the_transparency_of_the_base(
    program: Program, tmp_path: Path, pair: np.ndarray
) -> None:
    alpha = np.full(pair.shape, 255, np.uint8)
    alpha[:40] = 0
    base = np.dstack([pixels(tmp_path / "a.png"), alpha])
    Image.fromarray(base).save(tmp_path / "rgba.png")
    Image.fromarray(pair.astype(np.uint8) * 255).save(tmp_path / "mask.png")
    ended = program("keep", "rgba.png", "b.png", "--mask", "mask.png", "-o", "k.png")
    assert ended.code == 0, ended.err
    kept = pixels(tmp_path / "k.png")
    assert np.array_equal(kept[~pair], base[~pair])
    assert np.array_equal(kept[..., 3], alpha)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("compare", "a.png", "nowhere.png"), 3, "There is no file nowhere.png."),
        (("compare", "a.png", "b.png", "--heatmap", "h.jpg"), 2, "writes PNG alone"),
        (("keep", "a.png", "b.png", "-o", "k.jpg"), 2, "writes PNG alone"),
        (("keep", "a.png", "b.png", "-o", "k.png", "--mask", "small.png"), 3, "8 × 8 pixels"),
        (("keep", "a.png", "b.png", "-o", "k.png", "--mask-out", "k.png"), 2, "the same file"),
        (("keep", "a.png", "b.png", "-o", "b.png", "--force"), 3, "never overwritten"),
        (("compare", "a.png", "b.png", "--heatmap", "./a.png", "--force"), 3, "never overwritten"),
        (("compare", "a.png", "7"), 3, "in the session of “--session”"),
        (("compare", "1", "99", "--session", "s.kontext"), 3, "There is no step"),
    ],
)
def test_what_cannot_be_done_is_said(
    program: Program, tmp_path: Path, pair: np.ndarray, words: tuple[str, ...], code: int, said: str
) -> None:
    Image.new("L", (8, 8), 255).save(tmp_path / "small.png")
    session_with_runs(tmp_path / "s.kontext")
    ended = program(*words)
    assert ended.code == code
    assert said in ended.err


def test_steps_of_a_session_are_compared(program: Program, tmp_path: Path) -> None:
    session_with_runs(tmp_path / "s.kontext")
    told = program("compare", "root", "0", "--session", "s.kontext", "--json").json
    assert told["delta_e_mean"] == 0
