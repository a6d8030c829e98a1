"""Ledger against session, picture by picture: what was lost, paid twice, or is not known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tests.faults.lab.selling import Sale
from tests.faults.lab.sessions import Run, SessionFacts

MAYBE = "may have been charged"


@dataclass
class Verdict:
    """Counts over any number of runs of the laboratory; `faults` says each thing in a sentence.

    `unknown` counts sales whose run died between `sending` and `submitted`: perhaps charged, and
    said so. `stopped` counts free runs that ended with the program and can be made again.
    """

    trials: int = 0
    sold: int = 0
    lost: int = 0
    doubled: int = 0
    unreadable: int = 0
    unknown: int = 0
    stopped: int = 0
    faults: list[str] = field(default_factory=list)

    def __add__(self, other: Verdict) -> Verdict:
        both = (self, other)
        return Verdict(
            trials=sum(one.trials for one in both),
            sold=sum(one.sold for one in both),
            lost=sum(one.lost for one in both),
            doubled=sum(one.doubled for one in both),
            unreadable=sum(one.unreadable for one in both),
            unknown=sum(one.unknown for one in both),
            stopped=sum(one.stopped for one in both),
            faults=self.faults + other.faults,
        )

    def __str__(self) -> str:
        return (
            f"{self.trials} kills, {self.sold} sold: doubled {self.doubled}, lost {self.lost}, "
            f"unreadable {self.unreadable}; unknown {self.unknown}, free and stopped {self.stopped}"
        )


def judge(sales: Sequence[Sale], facts: SessionFacts, posts: int | None = None) -> Verdict:
    """What holds once everything that could be fetched has been."""
    verdict = Verdict(trials=1, sold=len(sales))
    if facts.damage:
        verdict.unreadable = 1
        verdict.faults.append(f"unreadable: {facts.damage}")
    held = Counter(step.picture for step in facts.steps)
    for sale in sales:
        _judge_sale(sale, facts, held, verdict)
    _judge_clicks(sales, facts, posts, verdict)
    known = {picture for sale in sales for picture in sale.pictures}
    for step in facts.steps:
        if step.made and step.picture not in known:
            verdict.faults.append(f"picture {step.picture[:12]} was never sold")
    return verdict


def _judge_sale(sale: Sale, facts: SessionFacts, held: Counter[str], verdict: Verdict) -> None:
    run = run_of(sale, facts)
    missing = [picture for picture in sale.pictures if not held[picture]]
    twice = [picture for picture in sale.pictures if held[picture] > 1]
    if twice:
        verdict.doubled += len(twice)
        verdict.faults.append(f"{sale.request_id} is in the session more than once")
    if not missing:
        if run is None or run.state != "stored":
            said = run.state if run else "no run"
            verdict.faults.append(f"{sale.request_id} is there, but its run is {said}")
        return
    if run is not None and run.state == "unknown":
        verdict.unknown += 1
        if sale.paid and (run.charged != "maybe" or MAYBE not in run.message):
            verdict.faults.append(f"{sale.request_id} is unknown and said to be {run.charged!r}")
    elif sale.cancelled and run is not None and run.state in ("cancelled", "failed"):
        pass  # its pictures were never made
    elif not sale.paid and run is not None and run.state in ("failed", "unknown", "prepared"):
        verdict.stopped += 1
    else:
        verdict.lost += len(missing)
        said = f"its run is {run.state} ({run.message})" if run else "it has no run"
        verdict.faults.append(f"{sale.request_id} is lost: {said}")


def _judge_clicks(
    sales: Iterable[Sale], facts: SessionFacts, posts: int | None, verdict: Verdict
) -> None:
    """One click, one run; one run, at most one sale."""
    sold = Counter((sale.seed, sale.instruction) for sale in sales if sale.paid)
    for (seed, instruction), count in sold.items():
        if count > 1:
            verdict.doubled += count - 1
            verdict.faults.append(f"“{instruction}” with seed {seed} was sold {count} times")
    sendable = sum(run.state != "prepared" for run in facts.runs)
    if posts is not None and posts > sendable:
        verdict.doubled += posts - sendable
        verdict.faults.append(f"{posts} POSTs for {sendable} runs")


def run_of(sale: Sale, facts: SessionFacts) -> Run | None:
    """Our own seed is the fingerprint of a run whose answer was lost; where a service takes none,
    the instruction, which no story gives twice."""
    for run in facts.runs:
        same_words = run.instruction == sale.instruction and sale.seed in (None, run.seed)
        if run.request_id == sale.request_id or same_words:
            return run
    return None
