"""How well the wording checker agrees with labelled instructions, and how long it takes.

The checker is tuned by hand, in its word lists. To leave a source out of the tuning is to take from
the lists every word that only this source's rows have. That overstates what is lost (most such
words would stand there without it) and leaves out what was learnt from a source's grammar.
"""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from statistics import median
from typing import cast

from kontext_studio.prompting import words
from kontext_studio.prompting.lint import lint
from scripts.benchmarks.measure import Measure, percentile
from scripts.benchmarks.wording import (
    CARRIED,
    Row,
    Scores,
    load_rows,
    score,
    severities_agree,
    words_of,
)

PRECISION = 0.90
RECALL = 0.85
CLEAN_WARNED = 0.05
WRITTEN_OFF = 0.5
"""A rule that finds less than this share of its rows has been given up."""
FEW_LABELS = 5
LINT_MS = 3.0
LINT_WORDS = 60
LINT_TEXTS = 400
SOURCE_DROP_POINTS = 5.0
FEW_SOURCE_LABELS = 20
"""With fewer labels one of them moves the score of a source by the whole bound."""
LOADS = 5

Narrowing = Callable[[Collection[str]], AbstractContextManager[None]]
"""``words.left_out(words)``: inside it the checker reads as if no list of its own had them."""

_LOAD = """
import time
start = time.perf_counter()
from kontext_studio.prompting.lint import lint
lint("Change the colour of the sofa to moss green and add a lampp beside the window")
print(time.perf_counter() - start)
"""


def measure(corpus: Path | None = None) -> Iterator[Measure]:
    """The figures over the rows the project carries, or over those of another file."""
    rows = load_rows(corpus or CARRIED)
    scores = score(rows)
    yield from _rules(scores)
    yield from _together(rows, scores)
    yield from _sources(rows, scores)
    yield from _times(rows)


def _rules(scores: Scores) -> Iterator[Measure]:
    for rule in sorted(scores.by_rule):
        tally = scores.by_rule[rule]
        yield Measure(f"{rule}, F1", tally.f1, "", note=str(tally))


def _together(rows: list[Row], scores: Scores) -> Iterator[Measure]:
    loud = scores.over(scores.loud_rules)
    quiet = scores.over(set(scores.by_rule) - set(scores.loud_rules))
    given_up = [
        rule
        for rule, tally in scores.by_rule.items()
        if tally.labels >= FEW_LABELS and tally.recall < WRITTEN_OFF
    ]
    clean = f"{sum(scores.clean)} of {len(scores.clean)}"
    unlike = 0 if severities_agree(rows) else 1
    yield Measure("precision over warnings and errors", loud.precision, "", at_least=PRECISION)
    yield Measure("recall over warnings and errors", loud.recall, "", at_least=RECALL)
    yield Measure("F1 over hints and details", quiet.f1, "", note=str(quiet))
    share = scores.clean_warned_share
    yield Measure("clean instructions with a warning", share, "", CLEAN_WARNED, clean)
    yield Measure("rules that are given up", len(given_up), "", 0, ", ".join(sorted(given_up)))
    yield Measure("rules weighed otherwise than here", unlike, "", 0)


def _sources(rows: list[Row], scores: Scores) -> Iterator[Measure]:
    narrowing = cast("Narrowing | None", getattr(words, "left_out", None))
    drops: dict[str, float] = {}
    for source in sorted({row.source for row in rows}):
        own = [row for row in rows if row.source == source]
        others = [row for row in rows if row.source != source]
        tally = scores.by_source[source]
        note = f"{len(own)} rows, {tally}"
        if narrowing is not None:
            alone = words_of(own) - words_of(others)
            with narrowing(alone):
                without = score(own).by_source[source]
            drop = 100 * (tally.f1 - without.f1)
            note += f"; F1 {without.f1:.2f} when left out"
            if tally.labels >= FEW_SOURCE_LABELS:
                drops[source] = drop
        yield Measure(f"source {source}, F1", tally.f1, "", note=note)
    if narrowing is None:
        note = "not measured: the word lists cannot be narrowed"
        yield Measure("sources left out of the word lists", 0, "", note=note)
    elif drops:
        worst = max(drops, key=lambda source: drops[source])
        name = f"points lost by the source that is left out ({worst} loses most)"
        yield Measure(name, drops[worst], "", SOURCE_DROP_POINTS)


def _times(rows: list[Row]) -> Iterator[Measure]:
    texts = _texts(rows)
    for text in texts[: len(texts) // 4]:  # whatever is loaded at first use
        lint(text)
    taken: list[float] = []
    for text in texts[len(texts) // 4 :]:
        start = time.thread_time()  # the work alone, not the wait for a busy machine
        lint(text)
        taken.append((time.thread_time() - start) * 1000)
    what = f"lint of {LINT_WORDS} words, each text new"
    yield Measure(f"{what}, p50", percentile(taken, 0.50), "ms")
    yield Measure(f"{what}, p95", percentile(taken, 0.95), "ms", LINT_MS)
    yield Measure("loading the checker and the first lint", median(_loads()), "ms")


def _texts(rows: list[Row]) -> list[str]:
    """Different texts of the right length: sentences of the corpus, the last one cut."""
    chance = random.Random(60)
    pieces = [row.text.strip() for row in rows if 2 < len(row.text.split()) <= LINT_WORDS]
    texts = []
    for _ in range(LINT_TEXTS):
        strung: list[str] = []
        while len(strung) < LINT_WORDS:
            strung += (chance.choice(pieces).rstrip(".") + ".").split()
        texts.append(" ".join(strung[:LINT_WORDS]))
    return texts


def _loads() -> list[float]:
    """Milliseconds in fresh interpreters."""
    taken = []
    for _ in range(LOADS):
        run = subprocess.run(
            [sys.executable, "-c", _LOAD], capture_output=True, text=True, check=True
        )
        taken.append(float(run.stdout) * 1000)
    return taken
