"""One run of the laboratory: the program is killed, started again, perhaps killed again, and then
its session is held against the ledger."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kontext_studio.core.kill_points import KillPoint
from tests.faults.lab.markets import Market
from tests.faults.lab.program import HANDS, Site, Stuck, died, until
from tests.faults.lab.sessions import SessionFacts, make_older, read_session
from tests.faults.lab.stories import (
    INSTRUCTIONS,
    Expected,
    Front,
    Story,
    expected,
    story_of,
)
from tests.faults.lab.verdict import Verdict, judge
from tests.flows.nursery import Process

OPEN_STATES = frozenset({"sending", "submitted", "remote_done"})
SAID = (0, 4, 7)
"""Exit codes of a program that took a session up: all is well, a run failed, a run is unknown."""

_SETTLE_S = 30.0


@dataclass(frozen=True)
class Kill:
    """Where the program dies; `again` is where the one dies that takes the session up."""

    front: Front
    point: KillPoint
    again: KillPoint | None = None

    def __str__(self) -> str:
        then = f", then {self.again.title}" if self.again else ""
        return f"{self.point.number} {self.point.title}{then} ({self.front.value})"


class Laboratory:
    """One market and as many sites as there are trials. Used from one thread."""

    def __init__(self, market: Market, folder: Path) -> None:
        self.market = market
        self._folder = folder
        self._numbers = itertools.count()
        self._model_site = Site(folder / "model", market.environment)

    @contextmanager
    def open(self) -> Iterator[Laboratory]:
        """Start the market's service; the program's settings are made once and copied."""
        self._model_site.make()
        with self.market.running(self._model_site):
            yield self

    # A kill at a point.

    def kill(self, kill: Kill) -> Verdict:
        """Do what a kill says and judge the end; every deviation is a fault of the verdict."""
        site = self.new_site()
        wanted = expected(kill.point, kill.front, self.market.traits)
        self._set_course(kill.front, kill.point)
        process = self.begin(site, kill.front, story_of(kill.point), kill.point)
        if not died(process):
            raise Stuck(f"{kill} was not reached: exit {process.returncode}: {site.said()}")
        sold = self._sold(kill.point, wanted.sold)
        left = read_session(site.session())
        self._set_course(kill.front, kill.again)
        if kill.again is not None:
            again = self.take_up(site, kill.front, kill.again)
            if not died(again):
                raise Stuck(f"{kill} was not reached: exit {again.returncode}: {site.said()}")
        self.finish(site, kill.front)
        verdict = self.judge(site)
        verdict.faults += _deviations(kill, wanted, left, read_session(site.session()))
        if sold is not None and sold != wanted.sold:
            verdict.faults.append(f"{kill}: {sold} runs were sold by then, not {wanted.sold}")
        verdict.faults += self._leftovers(site)
        if self.market.traits.keeps_list and verdict.unknown:
            verdict.faults += self._found_again(site)
        return verdict

    # Its parts, for kills at other times too.

    def new_site(self) -> Site:
        """An empty ledger and a machine where nothing has happened yet."""
        self.market.begin_again()
        folder = self._folder / f"site-{next(self._numbers)}"
        return self._model_site.copy_to(folder, self.market.environment)

    def begin(
        self, site: Site, front: Front, story: Story, die_at: KillPoint | None = None
    ) -> Process:
        if story is Story.OLD:
            made = self.begin(site, front, Story.EDIT)
            if died(made) or made.returncode:
                raise Stuck(f"the edit ended {made.returncode}: {site.said()}")
            make_older(site.session())
            return self.take_up(site, front, die_at)
        if front is Front.WINDOW:
            return site.start(HANDS, story.value, site.photo, die_at=die_at)
        turns = {Story.TWO: 2, Story.THREE: 3}.get(story, 1)
        words: list[str | Path] = ["edit", site.photo, INSTRUCTIONS[0]]
        for text in INSTRUCTIONS[1:turns]:
            words += ["--then", text]
        words += ["--session", site.folder / "s.kontext", *self.market.words]
        if story is Story.AREA:
            words += ["--area", site.mask]
        if story is Story.EXPORT:
            words += ["--out", site.folder / "out.png"]
        return site.start("kontext_studio", *words, die_at=die_at)

    def take_up(self, site: Site, front: Front, die_at: KillPoint | None = None) -> Process:
        """Start the program on the session that is there."""
        session = site.session()
        assert session is not None, "there is no session to take up"
        words = (session,) if front is Front.WINDOW else ("resume", session, "--json")
        return site.start("kontext_studio", *words, die_at=die_at)

    def finish(self, site: Site, front: Front) -> None:
        """Take the session up and let the program fetch what there is; it ends by itself, or, as a
        window, when the session of its desktop ends."""
        if site.session() is None:
            return
        process = self.take_up(site, front)
        try:
            if front is Front.WINDOW:
                self._wait_for_the_window(site, process)
                process.terminate()
            if died(process) or process.returncode not in SAID:
                raise Stuck(f"taking it up ended {process.returncode}: {site.said()}")
        finally:
            process.kill()
            process.wait()

    def _found_again(self, site: Site) -> list[str]:
        """What the window leaves unknown, `resume` looks for: it adopts exactly what was sold."""
        self.finish(site, Front.TERMINAL)
        verdict = self.judge(site)
        if verdict.unknown:
            verdict.faults.append(f"{verdict.unknown} sold runs were not found again")
        return verdict.faults

    def _sold(self, point: KillPoint, expected: int) -> int | None:
        """How many the service had sold when it had read what was on its way; None: who knows."""
        service = self.market.service
        if service is None:
            return None
        at_the_door = point in (KillPoint.AFTER_BODY, KillPoint.SECOND_SUBMIT)
        if at_the_door and not self.market.traits.passes_surely:
            return None
        until(lambda: len(service.sales) >= expected, _SETTLE_S)
        return len(service.sales)

    def judge(self, site: Site) -> Verdict:
        facts = read_session(site.session())
        return judge(self.market.sales(facts), facts, self.market.posts)

    def _set_course(self, front: Front, point: KillPoint | None) -> None:
        service = self.market.service
        if service is None:
            return
        held = point is KillPoint.CANCEL or (
            point is KillPoint.SECOND_SUBMIT and front is Front.WINDOW
        )
        # On loopback a stream comes in one piece: between two statuses there are only polls.
        polls = point in (KillPoint.BETWEEN_POLLS, KillPoint.MID_POLL)
        service.begin_course(begins=not held, streams=not polls)

    def _wait_for_the_window(self, site: Site, process: Process) -> None:
        session = site.session()
        assert session is not None
        lock = session.with_name(f".{session.name}.lock")
        opened = f"{process.pid}"

        def is_open() -> bool:
            return lock.exists() and lock.read_text(errors="replace").split()[:1] == [opened]

        def has_fetched() -> bool:
            return not OPEN_STATES & set(read_session(session).states)

        if not until(lambda: is_open() or process.poll() is not None, _SETTLE_S):
            raise Stuck(f"the window did not open the session: {site.said()}")
        until(lambda: has_fetched() or process.poll() is not None, _SETTLE_S)

    def _leftovers(self, site: Site) -> list[str]:
        """What a story was writing when it died is there whole or not at all."""
        faults = []
        copy = site.folder / "copy.kontext"
        if copy.exists() and (damage := read_session(copy).damage):
            faults.append(f"the copy is damaged: {damage}")
        out = site.folder / "out.png"
        if out.exists() and not out.read_bytes().endswith(b"IEND\xaeB`\x82"):
            faults.append("the exported picture is there in part")
        return faults


def _deviations(
    kill: Kill, wanted: Expected, left: SessionFacts, end: SessionFacts
) -> Iterator[str]:
    if left.damage:
        yield f"{kill}: unreadable right after the kill: {left.damage}"
    if left.states != wanted.at_death:
        yield f"{kill}: it died in {left.states}, not in {wanted.at_death}"
    if len(end.states) != len(wanted.ends) or any(
        state not in allowed for state, allowed in zip(end.states, wanted.ends, strict=False)
    ):
        allowed = [" or ".join(sorted(one)) for one in wanted.ends]
        yield f"{kill}: the runs ended {list(end.states)}, not {allowed}"
