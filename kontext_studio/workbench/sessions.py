"""The session that is open: opened, put away, given a place of its own, gone on elsewhere.

One at a time. What was open stays open where the next one cannot be opened.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from kontext_studio.core.errors import ReadOnlySession, SessionError, SessionGone
from kontext_studio.store.places import Places
from kontext_studio.workbench import pictures
from kontext_studio.workbench.announcements import (
    Announcer,
    Fault,
    SessionNamed,
    SessionOpened,
)
from kontext_studio.workbench.background import Background
from kontext_studio.workbench.desk import Desk, Rescue
from kontext_studio.workbench.measures import Measures
from kontext_studio.workbench.runs import Runs
from kontext_studio.workbench.thumbnails import Thumbnails

_ROUTE = "route"
WORDING, TURNS = "wording", "turns"
CHOICES = (WORDING, TURNS)
"""What is kept with a session beside its steps, as text."""


@dataclass(frozen=True, slots=True)
class OpenSession:
    """Everything that lives as long as one session is open."""

    desk: Desk
    named: bool
    runs: Runs
    background: Background
    measures: Measures
    thumbnails: Thumbnails
    chosen_route: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)


class Sessions:
    """`make_runs` gives an opened session what follows its runs; `grace_s` is how long closing
    waits for the answer to what was just sent."""

    def __init__(
        self,
        places: Places,
        announcer: Announcer,
        make_runs: Callable[[Desk], Runs],
        grace_s: float,
    ) -> None:
        self._places = places
        self._announcer = announcer
        self._make_runs = make_runs
        self.grace_s = grace_s
        self._opened: OpenSession | None = None
        self._switching = asyncio.Lock()
        self._before_close: list[Callable[[], Awaitable[None]]] = []

    @property
    def is_open(self) -> bool:
        return self._opened is not None

    @property
    def now(self) -> OpenSession:
        """Raise SessionError where none is open."""
        if self._opened is None:
            raise SessionError("No session is open.")
        return self._opened

    @property
    def chosen_route(self) -> str:
        """The connection that the open session chose for itself; empty where it did not."""
        return self._opened.chosen_route if self._opened is not None else ""

    async def choose_route(self, name: str) -> bool:
        """Write the session's own connection down; empty for none. False where another session was
        opened meanwhile. Raise SessionError."""
        opened = self.now
        await opened.desk.run(lambda file: file.save_choice(_ROUTE, name))
        if self._opened is None or self._opened.desk is not opened.desk:
            return False
        self._opened = replace(self._opened, chosen_route=name)
        return True

    def choice(self, name: str) -> str:
        """What is kept with the open session under this name; empty where nothing is."""
        return self._opened.choices.get(name, "") if self._opened is not None else ""

    async def choose(self, name: str, text: str) -> bool:
        """Keep something with the session; as `choose_route`."""
        opened = self.now
        if not opened.desk.read_only:
            await opened.desk.run(lambda file: file.save_choice(name, text))
        if self._opened is None or self._opened.desk is not opened.desk:
            return False
        self._opened = replace(self._opened, choices={**self._opened.choices, name: text})
        return True

    async def new(self) -> None:
        """A fresh untitled session in the program's own folder. What was open is closed first."""
        try:
            path = await asyncio.to_thread(self._places.new_untitled)
        except OSError as exc:
            raise ReadOnlySession(
                f"The program's own folder {self._places.untitled_folder} cannot be written.",
                hint="Name a session file elsewhere, or set KONTEXT_STUDIO_HOME to a folder.",
                detail=str(exc),
            ) from exc
        await self.open(path, create=True)

    async def open(self, path: Path, *, create: bool = False, read_only: bool = False) -> None:
        """Open a session file and take up the runs it holds. What was open stays open where the
        new one cannot be opened, and where it is the same file. Raise SessionError."""
        # Begun, it is carried through: half way there would be no session that works.
        opening = self._open(path, create, read_only)
        await asyncio.shield(asyncio.get_running_loop().create_task(opening))

    async def _open(self, path: Path, create: bool, read_only: bool) -> None:
        async with self._switching:
            now = self._opened
            alike = now is not None and now.desk.read_only == read_only and not create
            if now and alike and await asyncio.to_thread(pictures.same_file, now.desk.path, path):
                return
            desk = await Desk.open(
                path,
                create=create,
                read_only=read_only,
                rescue=Rescue(self._places.new_recovered, self._tell_rescued),
            )
            try:
                named = not await asyncio.to_thread(self._places.is_own, desk.path)
                chosen_route = await desk.run(lambda file: file.choice(_ROUTE))
                choices = await desk.run(lambda file: {one: file.choice(one) for one in CHOICES})
                await self._close()
            except BaseException:
                await desk.close()
                raise
            background = Background(self._announcer)
            self._opened = opened = OpenSession(
                desk,
                named,
                self._make_runs(desk),
                background,
                Measures(desk, background, self._announcer),
                Thumbnails(desk),
                chosen_route,
                choices,
            )
            await opened.measures.read_known()
            recovered = 0 if desk.read_only else await opened.runs.recover()
            self._announcer.announce(SessionOpened(desk.path, named, desk.read_only, recovered))

    def before_close(self, hook: Callable[[], Awaitable[None]]) -> None:
        """Have something written (what is being typed) each time before a session is put away."""
        self._before_close.append(hook)

    async def close(self) -> None:
        """Put the session away; an untitled one without a single picture is removed."""
        async with self._switching:
            await self._close()

    async def _close(self) -> None:
        opened = self._opened
        if opened is None:
            return
        desk = opened.desk
        for hook in self._before_close:
            await hook()
        await opened.runs.shutdown(self.grace_s)
        await opened.background.close()
        await opened.thumbnails.close()
        self._opened = None
        await desk.close()
        empty = not len(desk.session.history) and not desk.jobs and not desk.drafts
        if empty and not opened.named and not desk.read_only:
            await asyncio.to_thread(desk.path.unlink, missing_ok=True)

    async def name(self, path: Path, *, overwrite: bool = False) -> None:
        """Give the session its own file: a whole copy is made there, and work goes on in it, runs
        included; an untitled session's old file goes away. Raise SessionError or BadInput; the
        session stays where it was then."""
        async with self._switching:
            opened = self.now
            if await asyncio.to_thread(pictures.same_file, opened.desk.path, path):
                return
            old = await opened.desk.move_to(path, overwrite=overwrite)
            named = not await asyncio.to_thread(self._places.is_own, opened.desk.path)
            self._opened = replace(opened, named=named)
            if old is not None and not opened.named:
                await asyncio.to_thread(old.unlink, missing_ok=True)
            self._announcer.announce(SessionNamed(opened.desk.path))

    def _tell_rescued(self, gone: SessionGone, path: Path | None) -> None:
        if path is None:
            self._announcer.announce(Fault(f"{gone.message} It could not be kept.", gone.detail))
            return
        if self._opened is not None and self._opened.desk.path == path:
            self._opened = replace(self._opened, named=False)
            self._announcer.announce(SessionNamed(path))
        self._announcer.announce(Fault(f"{gone.message} It goes on in {path}.", gone.hint))
