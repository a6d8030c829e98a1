"""Panning and zooming the canvas against a smooth QGraphicsView, and painting on it; see
scripts/bench_canvas.py and scripts/bench_painting.py."""

from __future__ import annotations

import statistics
from collections.abc import Iterator

from scripts import bench_canvas, bench_painting
from scripts.benchmarks.measure import Measure

SIDE = 8192
PAINTED_SIDE = 2048
VIEW = (1200, 800)


def measure() -> Iterator[Measure]:
    """Milliseconds of our frames as a share of the other view's, in one run."""
    found = bench_canvas.measure(SIDE, *VIEW)
    for name, key, ratio, bound in (
        ("pan at fit, median frame", "pan_median_ms", "pan_ratio", bench_canvas.PAN_GOAL),
        ("zoom sweep, 90th percentile", "zoom_p90_ms", "zoom_ratio", bench_canvas.ZOOM_GOAL),
    ):
        ours, other = found[f"{key}_ours"], found[f"{key}_graphics_view"]
        note = f"{ours:.2f} ms against {other:.1f} ms of a QGraphicsView, {SIDE} px a side"
        yield Measure(f"canvas, {name}", found[ratio], "x", round(bound, 3), note)
    stall = found["longest_stall_while_building_ms"]
    built = f"of {found['build_pyramid_ms']:.0f} ms of building"
    yield Measure("canvas, longest stall while a picture is prepared", stall, "ms", None, built)
    painted = bench_painting.measure(PAINTED_SIDE, *VIEW)
    name, moves = max(painted.items(), key=lambda one: one[1].late_ms)
    by_clock = f"median {statistics.median(moves.clock):.1f} ms by the clock"
    note = f"95 of 100, the worst of {len(painted)}: {name}, {PAINTED_SIDE} px a side; {by_clock}"
    yield Measure("canvas, painting, a move", moves.late_ms, "ms", bench_painting.GOAL_MS, note)
