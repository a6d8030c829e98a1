"""Oil and watercolour: the paint reaches the edges unless a border is asked for."""

from __future__ import annotations

import numpy as np
import pytest

from kontext_studio.engine.grammar import read_instruction
from kontext_studio.engine.operations import Detail, Stylise


def edge_of(pixels: np.ndarray) -> np.ndarray:
    return np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]]).astype(int)


@pytest.mark.parametrize("instruction", ["Convert to watercolor", "Watercolour with soft washes"])
def test_a_watercolour_reaches_the_edges_of_the_picture(edit, scene, instruction):
    painted = edge_of(edit(instruction).first)
    assert np.abs(painted - edge_of(scene.pixels)).mean() < 25
    assert (painted.min(axis=-1) > 235).mean() < 0.02  # bare paper


@pytest.mark.parametrize(
    "instruction",
    [
        "Convert to watercolor with a torn border",
        "Make it a watercolour with ragged edges",
        "Turn it into a watercolour painting with a white paper border",
    ],
)
def test_a_border_of_paper_is_left_where_one_is_asked_for(edit, instruction):
    (operation,) = read_instruction(instruction).operations
    assert isinstance(operation, Stylise)
    assert Detail.BORDER in operation.details
    painted = edge_of(edit(instruction).first)
    assert (painted.min(axis=-1) > 235).mean() > 0.8
