"""What is measured of steps beside the runs, kept with the session and told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kontext_studio.core.errors import DiskFull
from kontext_studio.core.figures import DriftFigures, Level
from kontext_studio.core.history import NodeId
from kontext_studio.store.session_file import SessionFile
from kontext_studio.workbench.announcements import Measured
from kontext_studio.workbench.bench import Workbench
from tests.unit.imaging.drifting import EVERYTHING, blob, recoloured, sample
from tests.unit.workbench.conftest import Studio
from tests.unit.workbench.paid import until
from tests.unit.workbench.test_deriving import answering, begun, edited

BASE = sample(width=256)
AREA = blob(BASE.shape, (0.5, 0.5), 0.3)
RESULT = EVERYTHING.of(recoloured(BASE, AREA))


def test_drift_is_measured_when_it_is_asked_for_and_known_after_a_restart(
    studio: Studio, session_path: Path
) -> None:
    found: list[Measured | None] = []

    async def work(bench: Workbench) -> None:
        step = await edited(bench, await begun(bench, session_path))
        last = await edited(bench, step)
        await until(lambda: all(bench.measured(one.id) for one in (step, last)))
        quick = bench.measured(last.id)
        assert quick is not None
        assert quick.of_parent is None
        bench.measure_drift(last.id)
        await until(lambda: (bench.measured(last.id) or quick).of_parent is not None)
        found.append(bench.measured(last.id))
        assert studio.heard[-1] == found[0]

    async def look(bench: Workbench) -> None:
        await bench.open_session(session_path)
        assert bench.session.head is not None
        found.append(bench.measured(bench.session.head))

    studio.start(answering(RESULT), work)
    studio.start(answering(RESULT), look)
    before, after = found
    assert before == after
    assert before is not None
    assert before.of_parent is not None
    assert before.of_parent.level is Level.QUIET  # the same bytes came again
    against = before.of_original
    assert against is not None
    assert against.shift_px == pytest.approx(EVERYTHING.shift, abs=0.15)
    assert against.zoom == pytest.approx(1.01, abs=0.001)
    assert against.level is Level.RED
    assert against.same_size


def test_f_loc_2_figures_that_find_no_room_are_told_all_the_same(
    studio: Studio, session_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise DiskFull("The disk is full.")

    monkeypatch.setattr(SessionFile, "put_measures", full)

    async def work(bench: Workbench) -> None:
        step = await edited(bench, await begun(bench, session_path))
        measured = await bench.measured_whole(step.id)
        assert measured is not None
        assert measured.of_parent is not None

    studio.start(answering(RESULT), work)


def test_the_edge_of_an_area_is_measured_without_asking(studio: Studio, session_path: Path) -> None:
    red = np.zeros_like(BASE)
    red[..., 0] = 255
    told: dict[NodeId, Measured] = {}

    async def work(bench: Workbench) -> None:
        root = await begun(bench, session_path)
        hard = await bench.areas.store(AREA, feather_px=0)
        step = await edited(bench, root, area=hard)
        await until(lambda: bench.measured(step.id) is not None)
        sharp = bench.measured(step.id)
        assert sharp is not None
        assert sharp.seam is not None
        assert sharp.seam.visible
        soft = await bench.deriving.recompose(step.id, hard.with_feather(30))
        bench.measure(soft.id)
        await until(lambda: bench.measured(soft.id) is not None)
        softer = bench.measured(soft.id)
        assert softer is not None
        assert softer.seam is not None
        assert softer.seam.mean < sharp.seam.mean / 2
        told[step.id] = sharp

    async def look(bench: Workbench) -> None:
        await bench.open_session(session_path)
        assert {one: bench.measured(one) for one in told} == told

    studio.start(answering(red), work)
    studio.start(answering(red), look)


FIGURES = DriftFigures("found", (0.5, 0.0), 1.0, 0.4, 0.9, 0.1, (10, 10), (10, 10))


@pytest.mark.parametrize(
    ("changes", "level"),
    [
        ({}, Level.GREEN),
        ({"delta_e": 1.0}, Level.AMBER),
        ({"delta_e": 3.0}, Level.RED),
        ({"delta_e": 0.0, "shift_px": (0.0, 0.0)}, Level.QUIET),
        ({"delta_e": 0.0, "shift_px": (0.0, 0.0), "size_after": (20, 10)}, Level.GREEN),
        ({"delta_e": None}, Level.UNKNOWN),
        ({"outcome": "other view", "shift_px": None, "zoom": None}, Level.UNKNOWN),
    ],
)
def test_a_meter_shows_how_far_the_colours_drifted(
    changes: dict[str, object], level: Level
) -> None:
    figures = replace(FIGURES, **changes)  # type: ignore[arg-type]
    assert figures.level is level
    assert DriftFigures.from_numbers(dict(figures.to_numbers())) == figures


@pytest.mark.parametrize("missing", ["outcome", "width_after", "changed_share"])
def test_figures_that_are_not_all_there_are_none(missing: str) -> None:
    numbers = dict(FIGURES.to_numbers())
    del numbers[missing]
    assert DriftFigures.from_numbers(numbers) is None
