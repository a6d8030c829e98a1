"""The workbench: what a person can do with a session. The window and the command line call this,
and hear of everything through its announcements."""

from __future__ import annotations

import asyncio
import logging
import random
import time
import uuid
from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from pathlib import Path

from kontext_studio.core.changes import Change, Hidden
from kontext_studio.core.drafts import Draft
from kontext_studio.core.errors import (
    BadInput,
    BadRequest,
    ReadOnlySession,
    SessionError,
    StudioError,
)
from kontext_studio.core.history import JobId, Node, NodeId, NodeKind
from kontext_studio.core.images import ImageRef
from kontext_studio.core.jobs import JobRecord, JobState
from kontext_studio.core.models import Catalogue, ModelSpec
from kontext_studio.core.request import MAX_SEED
from kontext_studio.core.result import Cost
from kontext_studio.core.session import Session
from kontext_studio.core.settings import Settings
from kontext_studio.store.places import Places
from kontext_studio.store.session_file import SessionFile
from kontext_studio.workbench import pictures
from kontext_studio.workbench.announcements import (
    Announcement,
    Announcer,
    Changed,
    Fault,
    Measured,
    ResultStored,
    SessionNamed,
    SessionOpened,
    SettingsChanged,
)
from kontext_studio.workbench.catalogue import load_catalogue
from kontext_studio.workbench.connections import Connections
from kontext_studio.workbench.desk import Desk
from kontext_studio.workbench.orders import RunOrder
from kontext_studio.workbench.progress import JobView
from kontext_studio.workbench.reach import Reach
from kontext_studio.workbench.requests import build_request, refuse_twins
from kontext_studio.workbench.runs import Runs

log = logging.getLogger(__name__)


class Workbench:
    """One open session at a time, its runs, and the settings. Made once per program.

    `places` says where the program keeps its files, `environment` where keys may be. `new_id` and
    `new_seed` are given by tests that want the same every time, `make_reach` by those that script
    the services.
    """

    def __init__(
        self,
        places: Places,
        environment: Mapping[str, str],
        *,
        new_id: Callable[[], str] = lambda: uuid.uuid4().hex[:12],
        new_seed: Callable[[], int] = lambda: random.SystemRandom().randint(1, MAX_SEED),
        clock: Callable[[], float] = time.time,
        make_reach: Callable[[Connections, Catalogue], Reach] = Reach,
    ) -> None:
        self.announcer = Announcer()
        self.places = places
        self.settings = Settings()
        self.connections = Connections(places.routes_file, environment)
        self._catalogue: Catalogue | None = None
        self._reach: Reach | None = None
        self._desk: Desk | None = None
        self._runs: Runs | None = None
        self._new_id = new_id
        self._new_seed = new_seed
        self._clock = clock
        self._make_reach = make_reach
        self._tasks: set[asyncio.Task[None]] = set()
        self._thumbnails: dict[tuple[Path, str], asyncio.Task[bytes]] = {}
        self._measured: dict[NodeId, Measured] = {}
        self._to_measure: set[NodeId] = set()
        self._measuring = asyncio.Lock()
        self.announcer.subscribe(self._hear)

    # The program's own files.

    async def start(self) -> None:
        """Read settings and connections. Cheap; nothing is opened and nothing is sent."""

        def read() -> Settings:
            from kontext_studio.store.settings_file import load_settings

            self.connections.load()
            return load_settings(self.places.settings_file)

        self.settings = await asyncio.to_thread(read)

    async def change_settings(self, settings: Settings) -> None:
        """Write the settings, then announce them."""
        if settings == self.settings:
            return

        def write() -> None:
            from kontext_studio.store.settings_file import save_settings

            save_settings(self.places.settings_file, settings)

        await asyncio.to_thread(write)
        self.settings = settings
        self.announcer.announce(SettingsChanged(settings))

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

    async def shutdown(self) -> None:
        """Stop following runs (they are resumed next time), close the file, stop the engine."""
        await self.close_session()
        if self._reach is not None:
            await self._reach.close()

    # The session as a whole.

    @property
    def is_open(self) -> bool:
        return self._desk is not None

    @property
    def desk(self) -> Desk:
        """The open session. Raise SessionError where there is none."""
        if self._desk is None:
            raise SessionError("No session is open.")
        return self._desk

    @property
    def session(self) -> Session:
        return self.desk.session

    @property
    def runs(self) -> Runs:
        if self._runs is None:
            raise SessionError("No session is open.")
        return self._runs

    @property
    def path(self) -> Path:
        return self.desk.path

    @property
    def is_named(self) -> bool:
        """Whether the person gave it a place; else it lies in the program's own folder."""
        return self.desk.path.parent != self.places.untitled_folder

    async def new_session(self) -> None:
        """A fresh untitled session in the program's own folder. What was open is closed first."""
        try:
            path = await asyncio.to_thread(self.places.new_untitled)
        except OSError as exc:
            raise ReadOnlySession(
                f"The program's own folder {self.places.untitled_folder} cannot be written.",
                hint="Name a session file elsewhere, or set KONTEXT_STUDIO_HOME to a folder.",
                detail=str(exc),
            ) from exc
        await self.open_session(path, create=True)

    async def open_session(
        self, path: Path, *, create: bool = False, read_only: bool = False
    ) -> None:
        """Open a session file and take up the runs it holds. What was open stays open where the
        new one cannot be opened. Raise SessionError."""
        desk = await Desk.open(path, create=create, read_only=read_only)
        await self.close_session()
        self._desk = desk
        self._runs = Runs(
            desk,
            self.reach,
            self.catalogue,
            self.announcer,
            max_running=self.settings.max_running,
            clock=self._clock,
        )
        recovered = 0 if desk.read_only else await self._runs.recover()
        self.announcer.announce(SessionOpened(desk.path, self.is_named, desk.read_only, recovered))

    async def close_session(self) -> None:
        """Put the session away; an untitled one without a single picture is removed."""
        if self._runs is not None:
            await self._runs.shutdown()
        background = (*self._tasks, *self._thumbnails.values())
        for task in background:
            task.cancel()
        await asyncio.gather(*background, return_exceptions=True)
        desk, self._desk, self._runs = self._desk, None, None
        self._measured.clear()
        self._to_measure.clear()
        if desk is None:
            return
        empty = not len(desk.session.history) and not desk.jobs and not desk.drafts
        untitled = desk.path.parent == self.places.untitled_folder
        await desk.close()
        if empty and untitled and not desk.read_only:
            await asyncio.to_thread(desk.path.unlink, missing_ok=True)

    async def name_session(self, path: Path, *, overwrite: bool = False) -> None:
        """Give the session its own file: a whole copy is made there and opened; an untitled
        session's old file goes away. Raise SessionError; what was open stays as it was."""
        old, was_untitled = self.desk.path, not self.is_named
        if pictures.same_file(old, path):
            return
        # The file changes under the runs: a result stored meanwhile would stay in the old one.
        if any(view.active for view in self.runs.views()):
            raise SessionError(
                "A run is under way.", hint="Name the session when it has ended, or save a copy."
            )
        await self.save_copy(path, overwrite=overwrite)
        await self.open_session(path)
        if was_untitled:
            await asyncio.to_thread(old.unlink, missing_ok=True)
        self.announcer.announce(SessionNamed(path))

    async def save_copy(self, path: Path, *, overwrite: bool = False) -> None:
        """Write a whole copy elsewhere; work goes on in the present file. Raise SessionError."""
        await self.desk.run(lambda file: file.save_copy(path, overwrite=overwrite))

    # Pictures in.

    async def import_file(self, path: Path) -> Node:
        """A picture file becomes a new original and the current step; the file is never written.
        Raise BadPicture with one sentence."""
        return await self.import_picture(await pictures.read_picture_file(path), path.name)

    async def import_picture(self, data: bytes, title: str) -> Node:
        """Bytes of a picture become a new original and the current step. Raise BadPicture."""
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
        change = await self.desk.add_pictures(
            lambda session: session.add((node,), move_head=True), ((imported.ref, imported.data),)
        )
        self.announcer.announce(Changed(change))
        return node

    # Runs.

    def model_of(self, order: RunOrder) -> ModelSpec:
        """The model that an order would use. Raise BadRequest."""
        provider = self.connections.get(order.route or self.settings.default_route).provider
        if order.model:
            return self.catalogue.find(provider, order.model)
        return self.catalogue.first_edit_model(provider)

    def price_of(self, order: RunOrder) -> Cost | None:
        """What a run would cost by the list; None where that is not known. Raise BadRequest."""
        spec = self.model_of(order)
        megapixels = None
        if order.parents and order.parents[0] in self.session.history:
            image = self.session.history[order.parents[0]].image
            megapixels = image.width * image.height / 1e6
        return spec.price.for_run(order.count, megapixels)

    async def submit(self, order: RunOrder, *, allow_twin: bool = False) -> JobId:
        """Check an order, write it down as a prepared run, start it, return its id.

        Raise BadRequest naming the field, or AlreadyRunning where the same edit is on its way and
        `allow_twin` is not set. Nothing is sent in either case.
        """
        spec = self.model_of(order)
        route = self.connections.get(order.route or self.settings.default_route)
        seed = order.seed if order.seed is not None else self._new_seed()
        request = build_request(order, spec, self.session.history, seed)
        if not allow_twin:
            open_jobs = (view.record for view in self.runs.views())
            refuse_twins(request, order.seed is not None, open_jobs)
        self._within_limit(spec.price.for_run(order.count, None))
        record = await self.desk.new_job(
            lambda step: JobRecord(
                id=JobId(self._new_id()),
                state=JobState.PREPARED,
                request=request,
                parents=order.parents,
                step=step,
                provider=route.provider,
                route=route.name,
                created=self._clock(),
            )
        )
        self.runs.start(record)
        return record.id

    async def rerun(self, job_id: JobId, *, same_seed: bool = False) -> JobId:
        """Run once more what a job asked for. A run that was never sent, or whose picture is still
        at the service, goes on as it is; any other becomes a new run beside it."""
        if self.runs.again(job_id):
            return job_id
        old = self.runs.view(job_id).record
        order = RunOrder(
            instruction=old.request.instruction,
            parents=old.parents,
            model=old.request.model,
            route=old.route,
            count=old.request.count,
            seed=old.request.seed if same_seed else None,
            parameters=old.request.parameters,
        )
        new = await self.submit(order, allow_twin=True)
        if old.state is not JobState.STORED:
            await self.act(lambda session: session.dismiss(job_id))
        return new

    async def cancel(self, job_id: JobId) -> None:
        """Ask a run to stop; what comes all the same is kept."""
        await self.runs.cancel(job_id)

    async def wait_for(self, job_id: JobId) -> JobView:
        """Until nobody works on the run any more."""
        return await self.runs.wait(job_id)

    def nodes_of(self, job_id: JobId) -> tuple[Node, ...]:
        """The steps a run made, in the order of its variants."""
        found = (node for node in self.session.history if node.job == job_id)
        return tuple(sorted(found, key=lambda node: node.variant))

    def spent(self) -> float:
        """US dollars of this session: finished steps, and the estimates of runs not ended."""
        total = 0.0
        for node in self.session.history:
            if node.result and node.result.cost:
                total += node.result.cost.amount
        for view in self.runs.views():
            record = view.record
            if record.ended and record.state is not JobState.UNKNOWN:
                continue
            try:
                spec = self.catalogue.find(record.provider, record.request.model)
            except BadRequest:
                continue
            cost = spec.price.for_run(record.request.count, None)
            total += cost.amount if cost else 0.0
        return round(total, 6)

    def _within_limit(self, cost: Cost | None) -> None:
        limit = self.settings.spend_limit_usd
        if cost is None or not cost.amount or not limit:
            return
        if self.spent() + cost.amount > limit + 1e-9:
            raise BadRequest(
                f"This would pass this session's limit of ${limit:.2f}.",
                field="cost",
                hint="Raise the limit in the settings, or run fewer variants.",
            )

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
        key = (self.desk.path, ref.sha256)
        making = self._thumbnails.get(key)
        if making is None:
            # The list, the panel, the jobs and the canvas all ask when a result comes.
            making = asyncio.get_running_loop().create_task(self._thumbnail(self.desk, ref.sha256))
            self._thumbnails[key] = making
            making.add_done_callback(lambda _done: self._thumbnails.pop(key, None))
        return await asyncio.shield(making)

    async def _thumbnail(self, desk: Desk, sha: str) -> bytes:
        kept = await desk.run(lambda file: file.thumbnail(sha))
        if kept is not None:
            return kept
        small = await pictures.make_thumbnail(await desk.read_image(sha))
        if not desk.read_only:
            await desk.run(lambda file: file.put_thumbnail(sha, small))
        return small

    async def export(self, node: Node, path: Path, *, overwrite: bool = False) -> bool:
        """Write a step's picture to a file. True where the stored bytes were written untouched.
        Raise BadInput or SessionError; a file that is there is kept unless `overwrite` is set."""
        if not path.parent.is_dir():
            raise BadInput(f"There is no folder {path.parent}.")
        data = await self.picture(node.image)
        return await pictures.write_picture(data, node.image.media_type, path, overwrite=overwrite)

    def measured(self, node: NodeId) -> Measured | None:
        """What is known of a step's changes; None until `measure` was asked for and has ended."""
        return self._measured.get(node)

    def measure(self, node: NodeId) -> None:
        """Measure a step in the background and announce it; known figures come from the file."""
        if node not in self._to_measure and self.session.history[node].parents:
            self._to_measure.add(node)
            self._background(partial(self._measure, node))

    async def _measure(self, node_id: NodeId) -> None:
        desk = self.desk
        async with self._measuring:
            keys = (f"changed:{node_id}", f"drift:{node_id}")
            known = await desk.run(lambda file: tuple(file.read_measure(key) for key in keys))
            changed, drift = known
            if changed is None or drift is None:
                path = desk.session.history.path(node_id)
                mine, parent, original = [
                    await desk.read_image(one.image.sha256) for one in (path[-1], path[-2], path[0])
                ]
                changed, drift = await pictures.compare(mine, parent, original)
                if not desk.read_only:
                    found = ((keys[0], changed), (keys[1], drift))
                    for key, value in found:
                        await desk.run(partial(SessionFile.put_measure, key=key, value=value))
            fact = Measured(node_id, changed, drift)
            self._measured[node_id] = fact
        self.announcer.announce(fact)

    def _hear(self, what: Announcement) -> None:
        if isinstance(what, ResultStored):
            for node in what.nodes:
                self.measure(node)

    def _background(self, work: Callable[[], Coroutine[None, None, None]]) -> None:
        task = asyncio.get_running_loop().create_task(self._guarded(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _guarded(self, work: Callable[[], Coroutine[None, None, None]]) -> None:
        try:
            await work()  # made here: cancelled before it began, nothing is left unawaited
        except StudioError as fault:
            log.info("background work ended: %s", fault.message)
        except Exception as exc:
            log.exception("inner fault in background work")
            self.announcer.announce(
                Fault(
                    "Something went wrong inside the app. Your work is saved.", type(exc).__name__
                )
            )

    async def remember_recent(self, path: Path) -> None:
        """Put a session on top of the list of recent ones."""
        await self.change_settings(self.settings.with_recent(str(path)))
