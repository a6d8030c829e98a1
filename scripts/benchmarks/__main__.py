"""Runs every measurement, or those whose name contains a given word: ``scripts/bench window``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable

from scripts.benchmarks import canvas, client, first_window, resuming, smooth
from scripts.benchmarks.measure import Measure

MEASUREMENTS: dict[str, Callable[[], Iterable[Measure]]] = {
    "first window": first_window.measure,
    "smooth window": smooth.measure,
    "canvas": canvas.measure,
    "resume": resuming.measure,
    "client": client.measure,
}


def main(words: list[str]) -> int:
    """Print one line for each measure; 1 when a bound was missed."""
    chosen = [
        run for name, run in MEASUREMENTS.items() if not words or any(w in name for w in words)
    ]
    missed = 0
    for run in chosen:
        for measure in run():
            print(measure.line(), flush=True)
            missed += measure.missed
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
