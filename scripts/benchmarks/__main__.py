"""Runs every measurement, or those whose name contains a given word: ``scripts/bench window``.

``scripts/bench prompting --corpus FILE`` scores the wording checker on another corpus.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from scripts.benchmarks import (
    canvas,
    client,
    drift,
    first_window,
    prompting,
    resuming,
    smooth,
    writing,
)
from scripts.benchmarks.measure import Measure

MEASUREMENTS: dict[str, Callable[[], Iterable[Measure]]] = {
    "first window": first_window.measure,
    "smooth window": smooth.measure,
    "canvas": canvas.measure,
    "resume": resuming.measure,
    "client": client.measure,
    "writing": writing.measure,
    "drift": drift.measure,
}


def main(arguments: list[str]) -> int:
    """Print one line for each measure; 1 when a bound was missed."""
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("words", nargs="*", help="parts of the names of measurements")
    parser.add_argument("--corpus", type=Path, help="labelled instructions, one JSON row a line")
    options = parser.parse_args(arguments)
    words: list[str] = options.words
    measurements = MEASUREMENTS | {"prompting": partial(prompting.measure, options.corpus)}
    chosen = [
        run for name, run in measurements.items() if not words or any(w in name for w in words)
    ]
    missed = 0
    for run in chosen:
        for measure in run():
            print(measure.line(), flush=True)
            missed += measure.missed
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
