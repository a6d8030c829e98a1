"""The workbench: what a person can do with a session. The window and the command line call this,
and hear of everything through its announcements."""

from __future__ import annotations

import asyncio
import logging
import random
import time
import uuid
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from pathlib import Path

from kontext_studio.core.changes import Change, Hidden
from kontext_studio.core.drafts import Draft
from kontext_studio.core.errors import (
    BadInput,
)
from kontext_studio.core.history import JobId, Node, NodeId, NodeKind
from kontext_studio.core.images import ImageRef
from kontext_studio.core.models import Catalogue, ModelSpec
from kontext_studio.core.provider import CheckStep
from kontext_studio.core.request import MAX_DRAWN_SEED
from kontext_studio.core.result import Cost
from kontext_studio.core.route import Route
from kontext_studio.core.secret import Secret
from kontext_studio.core.session import Session
from kontext_studio.core.settings import Settings
from kontext_studio.core.sizes import ExpectedSize
from kontext_studio.core.wording import WordingChoices
from kontext_studio.store.file_names import shown_name
from kontext_studio.store.places import Places
from kontext_studio.workbench import estimates, pictures
from kontext_studio.workbench.announcements import (
    Announcement,
    Announcer,
    Changed,
    Measured,
    ResultStored,
    SessionOpened,
    SettingsChanged,
)
from kontext_studio.workbench.areas import Areas
from kontext_studio.workbench.catalogue import load_catalogue
from kontext_studio.workbench.connection_trial import try_connection
from kontext_studio.workbench.connections import Connections
from kontext_studio.workbench.deriving import Deriving
from kontext_studio.workbench.desk import Desk
from kontext_studio.workbench.kept_settings import KeptSettings
from kontext_studio.workbench.ordering import Ordering
from kontext_studio.workbench.orders import RunOrder
from kontext_studio.workbench.prices import spent_usd
from kontext_studio.workbench.progress import JobView
from kontext_studio.workbench.reach import Reach
from kontext_studio.workbench.rebasing import Rebasing
from kontext_studio.workbench.runs import Runs
from kontext_studio.workbench.sessions import WORDING, Sessions
from kontext_studio.workbench.turns import Turns

log = logging.getLogger(__name__)

CLOSING_GRACE_S = 10.0

_ROUTE = "route"


class Workbench:
    """One open session at a time, its runs, and the settings. Made once per program.

    `places` says where the program keeps its files, `environment` where keys may be. `new_id` and
    `new_seed` are given by tests that want the same every time, `make_reach` by those that script
    the services. `grace_s` is how long closing waits for the answer to what was just sent;
    `disk_attempts` how often a write is tried that must not be lost (None: until it succeeds);
    with `waits_for_network` a run that cannot leave an offline machine is sent when it can.
    """

    def __init__(
        self,
        places: Places,
        environment: Mapping[str, str],
        *,
        new_id: Callable[[], str] = lambda: uuid.uuid4().hex[:12],
        new_seed: Callable[[], int] = lambda: random.SystemRandom().randint(1, MAX_DRAWN_SEED),
        clock: Callable[[], float] = time.time,
        make_reach: Callable[[Connections, Catalogue], Reach] = Reach,
        grace_s: float = CLOSING_GRACE_S,
        disk_attempts: int | None = None,
        waits_for_network: bool = False,
    ) -> None:
        self.announcer = Announcer()
        self.places = places
        self._settings = KeptSettings(places.settings_file)
        self.connections = Connections(places.routes_file, environment)
        self._disk_attempts = disk_attempts
        self._waits_for_network = waits_for_network
        self._catalogue: Catalogue | None = None
        self._reach: Reach | None = None
        self._new_id = new_id
        self._clock = clock
        self._make_reach = make_reach
        self._sessions = Sessions(places, self.announcer, self._make_runs, grace_s)
        self.announcer.subscribe(self._hear)
        self._ordering = Ordering(self, new_id, new_seed, clock)
        self.areas = Areas(lambda: self.desk)
        self.deriving = Deriving(self, new_id, clock)
        self.turns = Turns(self)
        self.rebasing = Rebasing(self, self.deriving)
        self.before_close(self.turns.rest)

    @property
    def grace_s(self) -> float:
        """How long closing waits for the answer to what was just sent."""
        return self._sessions.grace_s

    @grace_s.setter
    def grace_s(self, seconds: float) -> None:
        self._sessions.grace_s = seconds

    # The program's own files.

    async def start(self) -> None:
        """Read settings and connections. Cheap; nothing is opened and nothing is sent."""

        def read() -> None:
            self.connections.load()
            self._settings.read()

        await asyncio.to_thread(read)

    @property
    def settings(self) -> Settings:
        """What the person has set."""
        return self._settings.value

    async def change_settings(self, settings: Settings) -> None:
        """Write the settings, then announce them. They hold as they were where that cannot be."""
        if settings == self.settings:
            return
        await self._settings.change(settings)
        self.announcer.announce(SettingsChanged(self.settings))

    @property
    def catalogue(self) -> Catalogue:
        """All models, read on first use."""
        if self._catalogue is None:
            self._catalogue = load_catalogue()
        return self._catalogue

    @property
    def reach(self) -> Reach:
        """The providers by connection."""
        if self._reach is None:
            self._reach = self._make_reach(self.connections, self.catalogue)
        return self._reach

    @property
    def route_name(self) -> str:
        """The connection that runs go over where no other is named: the session's own choice where
        there is such a connection on this computer, else that of the settings."""
        chosen = self._sessions.chosen_route
        if chosen and any(one.name == chosen for one in self.connections.all()):
            return chosen
        return self.settings.default_route

    async def choose_route(self, name: str) -> None:
        """Let the open session's runs go over this connection from now on; with an empty name over
        that of the settings. Raise BadRequest for one that is not there, SessionError."""
        chosen = self.connections.get(name).name if name else ""
        if await self._sessions.choose_route(chosen):
            self.announcer.announce(SettingsChanged(self.settings))

    def test_connection(self, route: Route, key: Secret | None = None) -> AsyncGenerator[CheckStep]:
        """Try a connection, saved or not, with a key that need not be kept: each stage as soon as
        it is known. Sends no picture. Raise StudioError for what is no stage."""
        return try_connection(self.connections, self.reach, route, key)

    # What is kept with a session beside its steps.

    @property
    def wording(self) -> WordingChoices:
        """What the wording checker is to leave alone in the open session."""
        return WordingChoices.from_text(self.stored_choice(WORDING))

    async def choose_wording(self, choices: WordingChoices) -> None:
        """Keep that with the session. Raise SessionError."""
        await self.store_choice(WORDING, choices.to_text())

    def stored_choice(self, name: str) -> str:
        """What is kept with the open session under a name; empty where nothing is."""
        return self._sessions.choice(name)

    async def store_choice(self, name: str, text: str) -> bool:
        """Keep something with the open session, on disk first. False where another session was
        opened meanwhile. Raise SessionError."""
        return await self._sessions.choose(name, text)

    async def shutdown(self) -> None:
        """Stop following runs (they are resumed next time), close the file, stop the engine."""
        await self.close_session()
        await self.turns.close()
        await self._settings.settle()
        if self._reach is not None:
            await self._reach.close()

    # The session as a whole.

    @property
    def is_open(self) -> bool:
        return self._sessions.is_open

    @property
    def desk(self) -> Desk:
        """The open session. Raise SessionError where there is none."""
        return self._sessions.now.desk

    @property
    def session(self) -> Session:
        return self.desk.session

    @property
    def runs(self) -> Runs:
        return self._sessions.now.runs

    @property
    def path(self) -> Path:
        return self.desk.path

    @property
    def is_named(self) -> bool:
        """Whether the person gave it a place; else it lies in the program's own folder."""
        return self._sessions.now.named

    async def new_session(self) -> None:
        """A fresh untitled session in the program's own folder. What was open is closed first."""
        await self._sessions.new()

    async def open_session(
        self, path: Path, *, create: bool = False, read_only: bool = False
    ) -> None:
        """Open a session file and take up the runs it holds. What was open stays open where the
        new one cannot be opened, and where it is the same file. Raise SessionError."""
        await self._sessions.open(path, create=create, read_only=read_only)

    def before_close(self, hook: Callable[[], Awaitable[None]]) -> None:
        """Have something written (what is being typed) each time before a session is put away."""
        self._sessions.before_close(hook)

    async def close_session(self) -> None:
        """Put the session away; an untitled one without a single picture is removed."""
        await self._sessions.close()

    async def name_session(self, path: Path, *, overwrite: bool = False) -> None:
        """Give the session its own file: a whole copy is made there, and work goes on in it, runs
        included; an untitled session's old file goes away. Raise SessionError or BadInput; the
        session stays where it was then."""
        await self._sessions.name(path, overwrite=overwrite)

    async def save_copy(self, path: Path, *, overwrite: bool = False) -> None:
        """Write a whole copy elsewhere; work goes on in the present file. Raise SessionError."""
        await self.desk.run(lambda file: file.save_copy(path, overwrite=overwrite))

    def _make_runs(self, desk: Desk) -> Runs:
        return Runs(
            desk,
            self.reach,
            self.catalogue,
            self.announcer,
            aside=self.places.aside_folder,
            max_running=self.settings.max_running,
            clock=self._clock,
            disk_attempts=self._disk_attempts,
            waits_for_network=self._waits_for_network,
        )

    # Pictures in.

    async def import_file(self, path: Path, *, go_there: bool = True) -> Node:
        """A picture file becomes a new original, and with `go_there` the current step; the file is
        never written. Raise BadPicture with one sentence."""
        data = await pictures.read_picture_file(path)
        return await self.import_picture(data, shown_name(path), go_there=go_there)

    async def import_picture(self, data: bytes, title: str, *, go_there: bool = True) -> Node:
        """Bytes of a picture become a new original, as above. Raise BadPicture."""
        desk = self.desk  # the session may be another one when the picture has been looked at
        imported = await pictures.examine(data, title or "The picture")
        node = Node(
            id=NodeId(self._new_id()),
            parents=(),
            kind=NodeKind.IMPORT,
            image=imported.ref,
            step=0,
            created=self._clock(),
            title=title,
            notes=imported.notes,
        )
        change = await desk.add_pictures(
            lambda session: session.add((node,), move_head=go_there),
            ((imported.ref, imported.data),),
        )
        self.announcer.announce(Changed(change))
        return node

    # Runs.

    def model_of(self, order: RunOrder) -> ModelSpec:
        """The model that an order would use. Raise BadRequest."""
        return self._ordering.model_of(order)

    def price_of(self, order: RunOrder) -> Cost | None:
        """What a run would cost by the list; None where that is not known. Raise BadRequest."""
        return self._ordering.price_of(order)

    def expected_size(self, order: RunOrder) -> ExpectedSize:
        """How large the result of an order will be, as far as that is known. Raise BadRequest."""
        return self._ordering.expected_size(order)

    def can_estimate(self, spec: ModelSpec) -> bool:
        """Whether the service of a model tells a price without a run."""
        return estimates.can_estimate(spec)

    async def estimate(self, order: RunOrder) -> Cost | None:
        """What the service itself says an order would cost; nothing is written, run or paid for.
        None where it names no price. Raise StudioError."""
        return await self._ordering.estimate(order)

    async def submit(self, order: RunOrder, *, allow_twin: bool = False) -> JobId:
        """Check an order, write it down as a prepared run, start it, return its id.

        Raise BadRequest naming the field, or AlreadyRunning where the same edit is on its way and
        `allow_twin` is not set. Nothing is sent in either case.
        """
        return await self._ordering.submit(order, allow_twin=allow_twin)

    async def rerun(self, job_id: JobId, *, same_seed: bool = False) -> JobId:
        """Run once more what a job asked for. A run that was never sent, or whose picture is still
        at the service, goes on as it is; any other becomes a new run beside it. Asked twice at
        once, it is one run."""
        return await self._ordering.rerun(job_id, same_seed=same_seed)

    async def cancel(self, job_id: JobId) -> None:
        """Ask a run to stop; what comes all the same is kept."""
        await self.runs.cancel(job_id)

    async def look_for(self, job_id: JobId) -> JobView:
        """Look whether the service took a run whose answer was lost. Where its list shows exactly
        one that has our seed, that one is followed to its end; else the run stays unknown, and its
        view says why. Nothing is ever sent again."""
        self.runs.look_for(job_id)
        return await self.runs.wait(job_id)

    async def wait_for(self, job_id: JobId) -> JobView:
        """Until nobody works on the run any more."""
        return await self.runs.wait(job_id)

    def nodes_of(self, job_id: JobId) -> tuple[Node, ...]:
        """The steps a run made, in the order of its variants."""
        found = (node for node in self.session.history if node.job == job_id)
        return tuple(sorted(found, key=lambda node: node.variant))

    def spent(self) -> float:
        """US dollars of this session: finished steps, and the estimates of runs not ended."""
        return spent_usd(self.session, self.desk.jobs.values(), self.catalogue)

    # Acts on the tree.

    async def act(self, plan: Callable[[Session], Change | None]) -> Change | None:
        """Carry out one act on the session: planned, written, done, announced."""
        change = await self.desk.act(plan)
        if change is not None:
            self.announcer.announce(Changed(change))
        return change

    async def select(self, node: NodeId) -> None:
        """Make a step the current one."""
        await self.act(lambda session: session.move_head(node))

    async def delete(self, node: NodeId) -> Hidden | None:
        """Put a step and its branch in the bin."""
        change = await self.act(lambda session: session.delete(node))
        return change if isinstance(change, Hidden) else None

    async def undo(self) -> Change | None:
        """Take the last act back."""
        return self._undone(await self.desk.undo())

    async def redo(self) -> Change | None:
        """Do the last undone act again."""
        return self._undone(await self.desk.redo())

    def _undone(self, change: Change | None) -> Change | None:
        if change is not None:
            self.announcer.announce(Changed(change, by_undo=True))
        return change

    def draft(self, node: NodeId | None) -> Draft:
        """What was typed for the next run from a step; an empty draft where nothing was."""
        return self.desk.drafts.get(node, Draft())

    async def save_draft(self, node: NodeId | None, draft: Draft) -> None:
        """Keep what is typed."""
        await self.desk.save_draft(node, draft)

    # Pictures out.

    async def picture(self, ref: ImageRef) -> bytes:
        """The stored bytes of a picture. Raise SessionDamaged."""
        return await self.desk.read_image(ref.sha256)

    async def thumbnail(self, ref: ImageRef) -> bytes:
        """A small encoded picture, made once and kept in the session."""
        return await self._sessions.now.thumbnails.get(ref.sha256)

    async def export(
        self, node: Node, path: Path, *, overwrite: bool = False, raw: bool = False
    ) -> bool:
        """Write a step's picture to a file, with the mark of how it was made and without other
        metadata; with `raw` the result as it came, where an area was protected. True where the file
        holds the stored bytes. Raise BadInput or SessionError; a file that is there is kept unless
        `overwrite` is set."""
        if not path.parent.is_dir():
            raise BadInput(f"There is no folder {path.parent}.")
        if raw and node.raw is None:
            raise BadInput("This step has no area: its picture is the result as it came.")
        data = await self.picture(node.raw if raw and node.raw else node.image)
        source = pictures.digital_source_of(self.session.history, node)
        return await pictures.write_picture(data, path, overwrite=overwrite, source=source)

    def measured(self, node: NodeId) -> Measured | None:
        """What is known of a step's changes; None where it was never measured."""
        return self._sessions.now.measures.get(node)

    def measure(self, node: NodeId) -> None:
        """Measure a step in the background and announce it, unless its figures are known."""
        self._sessions.now.measures.ask(node)

    def measure_drift(self, node: NodeId) -> None:
        """The same, and how what was not changed has drifted: takes longer."""
        self._sessions.now.measures.ask(node, drift=True)

    async def measured_whole(self, node: NodeId) -> Measured | None:
        """All figures of a step, measured now where they are not known; None for an original."""
        return await self._sessions.now.measures.wholly(node)

    def _hear(self, what: Announcement) -> None:
        if isinstance(what, SessionOpened):
            self._ordering.forget()
        if isinstance(what, ResultStored) and self.is_open:
            for node in what.nodes:
                self.measure(node)

    async def remember_recent(self, path: Path) -> None:
        """Put a session on top of the list of recent ones."""
        await self.change_settings(self.settings.with_recent(str(path)))
