"""What does not go together between the words of an instruction and the settings of its run."""

from __future__ import annotations

from collections.abc import Iterator

from kontext_studio.prompting.findings import Finding, Fix, Severity
from kontext_studio.prompting.reading import Reading
from kontext_studio.prompting.run_facts import RunFacts

_VIEW = frozenset(["framing", "composition", "crop", "camera", "camera angle", "angle", "layout"])
_SAME_SHAPE = 0.02


def check_settings(sent: str, run: RunFacts) -> tuple[Finding, ...]:
    """Findings about the whole of what is sent; they mark no words."""
    reading = Reading(sent)
    return () if reading.is_blank else tuple(_findings(sent, reading, run))


def _findings(sent: str, reading: Reading, run: RunFacts) -> Iterator[Finding]:
    if run.enhances and reading.kept:
        yield _about(
            "settings-enhance",
            Severity.WARNING,
            "The service will rewrite these words, and what must stay may go.",
            Fix("Send them as they are", command="enhance-off"),
        )
    if run.seed is not None and (_plain(sent), run.seed) in {
        (_plain(text), seed) for text, seed in run.siblings
    }:
        yield _about(
            "settings-seed",
            Severity.HINT,
            "A step here was made with these words and this seed: the same picture will come back.",
            Fix("Take a random seed", command="seed-random"),
        )
    known = run.aspect and run.input_aspect and run.aspect / run.input_aspect
    if known and abs(known - 1) > _SAME_SHAPE and reading.kept & _VIEW:
        yield _about(
            "settings-aspect",
            Severity.WARNING,
            "The framing cannot stay in a picture of another shape.",
            Fix("Keep the shape of the input", command="aspect-input"),
        )


def _about(rule: str, severity: Severity, message: str, fix: Fix) -> Finding:
    return Finding(rule, severity, 0, 0, message, (fix,))


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
