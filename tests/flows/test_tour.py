"""The tour through the real window, as a process of its own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from tests.flows.driving import Program


def test_the_tour_tells_the_whole_story_in_pictures_of_the_real_window(
    program: Program, photo: Path, tmp_path: Path
) -> None:
    ended = program("tour", "--out", tmp_path / "pictures", "--photo", photo, timeout_s=240)
    assert ended.code == 0, ended.err
    assert ended.err == "", "a quiet run says nothing but where the pictures are"
    pictures = sorted((tmp_path / "pictures").glob("*.png"))
    assert str(tmp_path / "pictures") in ended.out
    names = [path.stem.split("-", 1)[1] for path in pictures]
    wanted = {"first-run", "opened", "wording", "first-edit", "wipe", "side-by-side", "three-turns"}
    assert wanted | {
        "connection",
        "generate",
        "branch-with-variants",
        "grid",
        "refused",
        "exported",
        "reopened",
    } <= set(names)
    shots = {name: _pixels(path) for name, path in zip(names, pictures, strict=True)}
    assert all(shot.shape == (1000, 1600, 3) for shot in shots.values())
    # The middle shows what the name says: another picture after each act.
    middle = {name: shot[300:700, 400:1150] for name, shot in shots.items()}
    for one, other in (("first-run", "opened"), ("opened", "first-edit"), ("first-edit", "wipe")):
        assert np.abs(middle[one] - middle[other]).mean() > 5, (one, other)
    # Quit and reopened: the same step is shown again.
    assert np.abs(middle["exported"][:100] - middle["reopened"][:100]).mean() < 2
    # Nothing is coloured but the picture and the accents: the panels are neutral grey.
    panel = shots["opened"][960:970, 20:300]
    assert int(np.ptp(panel, axis=2).max()) == 0


def _pixels(path: Path) -> np.ndarray:
    return np.asarray(Image.open(path).convert("RGB")).astype(int)
