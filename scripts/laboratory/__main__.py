"""`scripts/faults NAME`: each promise about paid results by name, measured and printed.

`kill-points` and `random N` drive the program from here; the other names choose tests by the rows
that they are named after, and run them at full length.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from scripts.benchmarks import __main__ as benchmarks
from scripts.laboratory import failures
from tests.faults.lab.catalogue import MARKETS
from tests.faults.lab.markets import Market
from tests.faults.lab.plan import kills_of, pairs_of, to_come
from tests.faults.lab.program import ROOT, Stuck
from tests.faults.lab.random_kills import SEED, kill_many
from tests.faults.lab.trial import Kill, Laboratory
from tests.faults.lab.verdict import Verdict

LONG = "KONTEXT_STUDIO_LONG_TESTS"
PROMISES: dict[str, tuple[str, str]] = {
    "posts": (
        "One click sends exactly one POST, or none where no connection was made",
        "one_click_sends_one_post or ways_to_fail or test_f_net_6 or test_f_net_7 or test_f_api_14"
        " or never_sent_twice",
    ),
    "cancel": ("Cancel and completion, interleaved", "test_f_cancel_"),
    "disk-full": ("The disk full at every step", "test_f_loc_2_ or test_f_loc_3_ or disk_full"),
    "power-cut": ("The power gone at every step", "session_file_power"),
    "damage": ("Sessions cut short and flipped", "test_f_loc_7_ or test_f_loc_8_ or salvage"),
    "bad-images": (
        "Pictures that are broken, huge or strange",
        "pictures_received or fuzz or "
        + " or ".join(f"test_f_loc_{n}_" for n in (17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 29)),
    ),
    "hostile": (
        "Answers and sessions made to hurt",
        "hostile or test_f_net_23 or test_f_net_24 or test_f_net_25 or test_f_api_32"
        " or test_f_sec_8 or test_f_sec_10",
    ),
    "secrets": ("A key in nothing that is written or shown", "test_f_sec_1_"),
}


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="scripts/faults", description=__doc__)
    names = parser.add_subparsers(dest="name", required=True)
    points = names.add_parser("kill-points", help="every numbered point of every provider")
    points.add_argument("--pairs", action="store_true", help="every second kill after each first")
    points.add_argument("--market", choices=[one.name for one in MARKETS])
    random = names.add_parser("random", help="kills at moments that nobody chose")
    random.add_argument("count", type=int, nargs="?", default=200)
    random.add_argument("--seed", type=int, default=SEED)
    for one in (points, random):
        one.add_argument("--workers", type=int, default=2, help="how many at the same time")
    for name, (promise, _) in PROMISES.items():
        names.add_parser(name, help=promise)
    names.add_parser("recover20", help="Twenty open runs taken up at the start, in seconds")
    names.add_parser("rows", help="every row with the tests that show it")
    chosen = parser.parse_args(words)
    with tempfile.TemporaryDirectory(prefix="kontext-faults-") as folder:
        match chosen.name:
            case "kill-points":
                return kill_points(Path(folder), chosen.pairs, chosen.market, chosen.workers)
            case "random":
                return at_random(Path(folder), chosen.count, chosen.seed, chosen.workers)
            case "recover20":
                return benchmarks.main(["resume"])
            case "rows":
                return failures.main()
            case name:
                return promised(name, Path(folder))


# ---------------------------------------------------------------- kills


def kill_points(folder: Path, pairs: bool, only: str | None, workers: int) -> int:
    """A table by provider and front, then everything that was not as it must be."""
    listing = pairs_of if pairs else kills_of
    groups = [
        (market, front, list(listing(market, front)))
        for market in MARKETS
        if only in (None, market.name)
        for front in market.fronts
    ]
    pieces = [
        (market, front, kills[n::workers])
        for market, front, kills in groups
        for n in range(workers)
    ]
    begun = time.monotonic()
    with ThreadPoolExecutor(workers) as threads:
        works = [
            threads.submit(_kill_all, market, kills, folder / f"{at}")
            for at, (market, _, kills) in enumerate(pieces)
        ]
        sums: dict[str, Verdict] = defaultdict(Verdict)
        for (market, front, _), work in zip(pieces, works, strict=True):
            sums[f"{market.name}, {front.value}"] += work.result()
    for point, one in to_come().items():
        print(f"to come: {point.number} {point.title}: {one.reason}")
    return _say(sums, time.monotonic() - begun)


def _kill_all(market: type[Market], kills: Iterable[Kill], folder: Path) -> Verdict:
    total = Verdict()
    with Laboratory(market(), folder).open() as laboratory:
        for kill in kills:
            try:
                verdict = laboratory.kill(kill)
            except Stuck as stuck:
                verdict = Verdict(trials=1, faults=[str(stuck)])
            print(f"  {market.name}: {kill}: {'; '.join(verdict.faults) or 'held'}", flush=True)
            total += verdict
    return total


def at_random(folder: Path, count: int, seed: int, workers: int) -> int:
    begun = time.monotonic()
    total = kill_many(count, folder, _teller(), seed=seed, workers=workers)
    return _say({f"seed {seed}": total}, time.monotonic() - begun)


def _teller() -> Callable[[Verdict], None]:
    def tell(total: Verdict) -> None:
        if total.trials % 25 == 0:
            print(f"  {total}", flush=True)

    return tell


def _say(sums: dict[str, Verdict], seconds: float) -> int:
    whole = sum(sums.values(), Verdict())
    heads = ("kills", "sold", "doubled", "lost", "unreadable", "unknown", "stopped", "faults")
    print(f"\n{'':<24}" + "".join(f"{head:>11}" for head in heads))
    for name, one in {**sums, "all": whole}.items():
        figures = (
            one.trials, one.sold, one.doubled, one.lost, one.unreadable, one.unknown, one.stopped,
            len(one.faults),
        )  # fmt: skip
        print(f"{name:<24}" + "".join(f"{figure:>11}" for figure in figures))
    print(
        "\nunknown: sold between “sending” and “submitted”, shown as perhaps charged, never sent"
        "\nagain. stopped: free runs of the embedded engine that ended with the program."
    )
    print(f"{seconds:.0f} s")
    for fault in whole.faults:
        print(f"FAULT {fault}", file=sys.stderr)
    return 1 if whole.faults or whole.doubled or whole.lost or whole.unreadable else 0


# ---------------------------------------------------------------- tests by name


def promised(name: str, folder: Path) -> int:
    """Run the tests that show a promise; print each with what it counted."""
    promise, wanted = PROMISES[name]
    report = folder / "report.xml"
    done = subprocess.run(
        [
            sys.executable, "-m", "pytest", "-q", "tests", "-k", wanted, "--timeout", "3600",
            "--junitxml", str(report), "--no-header", "--tb=short",
        ],
        cwd=ROOT,
        env={**os.environ, LONG: "1"},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    if not report.exists():
        print(done.stdout[-4000:], done.stderr[-4000:], file=sys.stderr)
        return 1
    print(f"{promise}\n")
    cases = list(ElementTree.parse(report).getroot().iter("testcase"))
    for (file, test), group in _grouped(cases).items():
        failed = [one for one in group if one.find("failure") is not None or _broke(one)]
        skipped = [one for one in group if one.find("skipped") is not None]
        seconds = sum(float(one.get("time", "0")) for one in group)
        passed = len(group) - len(failed) - len(skipped)
        print(f"{passed:>5} held {len(failed):>3} not {len(skipped):>3} skipped {seconds:>7.1f} s  "
              f"{test}  ({file})")  # fmt: skip
        for one in group:
            told = [f"{p.get('name')} {p.get('value')}" for p in one.iter("property")]
            if told:
                print(f"{'':>37}{', '.join(told)}")
    if done.returncode:
        print(done.stdout[-8000:], file=sys.stderr)
    if not cases:
        print("No test shows it yet.", file=sys.stderr)
    return done.returncode


def _grouped(
    cases: Iterable[ElementTree.Element],
) -> dict[tuple[str, str], list[ElementTree.Element]]:
    """Parametrized tests together."""
    groups: dict[tuple[str, str], list[ElementTree.Element]] = defaultdict(list)
    for one in cases:
        name = one.get("name", "").partition("[")[0]
        groups[one.get("classname", "").rpartition(".")[2], name].append(one)
    return groups


def _broke(case: ElementTree.Element) -> bool:
    return case.find("error") is not None


if __name__ == "__main__":
    sys.exit(main())
