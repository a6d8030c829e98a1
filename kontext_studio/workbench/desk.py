"""The open session: its file, reached from one writer thread, and its state in memory.

Memory never knows more than the file: a change is committed first and carried out second. One
turn at a time, so that what an act was based on is still true when it is written; and an act that
has begun is finished, whatever becomes of its caller.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from kontext_studio.core.changes import Change, HeadMoved
from kontext_studio.core.drafts import Draft
from kontext_studio.core.errors import SessionClosed, SessionGone, StudioError
from kontext_studio.core.history import JobId, NodeId
from kontext_studio.core.images import ImageRef
from kontext_studio.core.jobs import JobRecord
from kontext_studio.core.session import Session
from kontext_studio.store.session_file import SessionFile
from kontext_studio.store.watch import Whereabouts

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Rescue:
    """What to do where the file was moved, deleted or replaced while it was open: `path_for` makes
    up a free path for what is still here, `tell` hears why and where it goes on, None for nowhere.
    """

    path_for: Callable[[Path], Path]
    tell: Callable[[SessionGone, Path | None], None]


class Desk:
    """One session file and what is known of it. Made by `Desk.open`, ended by `close`."""

    def __init__(
        self, file: SessionFile, thread: ThreadPoolExecutor, rescue: Rescue | None = None
    ) -> None:
        self._file = file
        self._thread = thread
        self._rescue = rescue
        self._loop = asyncio.get_running_loop()
        self._closed = False
        self._turn = asyncio.Lock()
        self._drafting = asyncio.Lock()
        self._begun: set[asyncio.Task[Any]] = set()
        loaded = file.loaded
        self.session: Session = loaded.session
        self.jobs: dict[JobId, JobRecord] = dict(loaded.jobs)
        self.drafts: dict[NodeId | None, Draft] = dict(loaded.drafts)

    @classmethod
    async def open(
        cls,
        path: Path,
        *,
        create: bool = False,
        read_only: bool = False,
        rescue: Rescue | None = None,
    ) -> Desk:
        """Open or create. Raise SessionError with the reason where that cannot be."""
        thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="session")
        loop = asyncio.get_running_loop()

        def begin() -> SessionFile:
            file = (
                SessionFile.create(path) if create else SessionFile.open(path, read_only=read_only)
            )
            file.load()
            return file

        opening = loop.run_in_executor(thread, begin)
        try:
            return cls(await asyncio.shield(opening), thread, rescue)
        except asyncio.CancelledError:
            opening.add_done_callback(_close_unwanted)
            raise
        finally:
            if not opening.done() or opening.exception() is not None:
                thread.shutdown(wait=False)

    @property
    def path(self) -> Path:
        return self._file.path

    @property
    def read_only(self) -> bool:
        return self._file.read_only

    async def run(self, work: Callable[[SessionFile], T]) -> T:
        """Do something with the file on its own thread. A write that has begun is always finished,
        even where the caller is cancelled meanwhile. Raise SessionError once it is closed."""
        if self._closed:
            raise SessionClosed("The session was closed.")
        loop = asyncio.get_running_loop()
        done = loop.run_in_executor(self._thread, self._work_on_file, work)
        done.add_done_callback(_heard)
        return await asyncio.shield(done)

    async def act(self, plan: Callable[[Session], Change | None]) -> Change | None:
        """Let `plan` say what an act changes, write that, carry it out, return it."""

        async def whole() -> Change | None:
            async with self._turn:
                change = plan(self.session)
                if change is None:
                    return None
                if isinstance(change, HeadMoved):
                    if not self.read_only:
                        head = change.after
                        await self.run(lambda file: file.save_head(head))
                else:
                    await self.run(lambda file: file.commit(change))
                self.session.apply(change)
                return change

        return await self._finish(whole())

    async def undo(self) -> Change | None:
        """Take the last act back, on disk first; None where there is none."""

        async def whole() -> Change | None:
            async with self._turn:
                change = self.session.undo()
                if change is not None:
                    await self.run(lambda file: file.commit_undo(change))
                    self.session.apply_undo()
                return change

        return await self._finish(whole())

    async def redo(self) -> Change | None:
        """Do the last undone act again, on disk first; None where there is none."""

        async def whole() -> Change | None:
            async with self._turn:
                change = self.session.redo()
                if change is not None:
                    await self.run(lambda file: file.commit_redo(change))
                    self.session.apply_redo()
                return change

        return await self._finish(whole())

    async def add_pictures(
        self,
        plan: Callable[[Session], Change],
        images: tuple[tuple[ImageRef, bytes], ...],
        job: JobRecord | None = None,
    ) -> Change:
        """Add steps together with their pictures, and the run they end, in one transaction."""

        async def whole() -> Change:
            async with self._turn:
                change = plan(self.session)
                jobs = (job,) if job is not None else ()
                await self.run(lambda file: file.commit(change, jobs=jobs, images=images))
                self.session.apply(change)
                if job is not None:
                    self.jobs[job.id] = job
                return change

        return await self._finish(whole())

    async def save_job(self, record: JobRecord) -> None:
        """Write a run's state; it is known here only afterwards."""

        async def whole() -> None:
            await self.run(lambda file: file.save_job(record))
            self.jobs[record.id] = record

        await self._finish(whole())

    async def change_job(self, plan: Callable[[], JobRecord | None]) -> JobRecord | None:
        """Write what `plan` makes of a run, unless it says None; what it saw in `jobs` still holds
        when that is written."""

        async def whole() -> JobRecord | None:
            async with self._turn:
                record = plan()
                if record is not None:
                    await self.run(lambda file: file.save_job(record))
                    self.jobs[record.id] = record
                return record

        return await self._finish(whole())

    async def new_job(
        self, plan: Callable[[int], JobRecord], then: Callable[[JobRecord], None]
    ) -> JobRecord:
        """Write a new run, then hand it to `then`. `plan` is given the next step number, which is
        never given twice; what it checks against `jobs` and raises still holds when the run is
        written."""

        async def whole() -> JobRecord:
            async with self._turn:
                record = plan(self.next_step())
                await self.run(lambda file: file.save_job(record))
                self.jobs[record.id] = record
                then(record)
                return record

        return await self._finish(whole())

    def next_step(self) -> int:
        """The number that no step and no run has or had; it holds while an act is planned."""
        used = (job.step for job in self.jobs.values())
        return max(self.session.history.last_step(), *used, 0) + 1

    async def save_draft(self, node: NodeId | None, draft: Draft) -> None:
        """Keep what is typed for the next run from a step."""

        async def whole() -> None:
            async with self._drafting:
                if self.drafts.get(node, Draft()) == draft:
                    return
                if not self.read_only:
                    await self.run(lambda file: file.save_draft(node, draft))
                if draft == Draft():
                    self.drafts.pop(node, None)
                else:
                    self.drafts[node] = draft

        await self._finish(whole())

    async def read_image(self, sha256: str) -> bytes:
        """Stored bytes, checked against their hash. Raise SessionDamaged."""
        return await self.run(lambda file: file.read_image(sha256))

    async def move_to(self, path: Path, *, overwrite: bool = False) -> Path | None:
        """Go on in another file, which gets a whole copy; return the file in which the session lay
        before, None where somebody else's lies there now.
        Acts that stand in line are written to the new file. Raise SessionError or BadInput, and
        stay in the present one."""
        return await self._finish(self.run(lambda _file: self._go_on_in(path, overwrite=overwrite)))

    async def close(self) -> None:
        """Finish all writing and leave one file behind. Safe to call twice."""
        while self._begun:
            await asyncio.wait(self._begun)
        if self._closed:
            return
        self._closed = True
        loop = asyncio.get_running_loop()
        try:
            await loop.run_in_executor(self._thread, self._close_file)
        finally:
            self._thread.shutdown(wait=False)

    def _work_on_file(self, work: Callable[[SessionFile], T]) -> T:
        """On the file's thread: what stands in line follows the file when it moves."""
        try:
            return work(self._file)
        except SessionGone as gone:
            if self._rescue is None:
                raise
            # Ours is still whole in the open handle; what lies under its name now is left alone.
            try:
                self._go_on_in(self._rescue.path_for(self._file.path), overwrite=False)
            except (OSError, StudioError) as exc:
                raise SessionGone(
                    gone.message,
                    hint="Save it under another name, or make the program's own folder writable.",
                    detail=str(exc),
                ) from exc
            self._loop.call_soon_threadsafe(self._rescue.tell, gone, self._file.path)
            return work(self._file)

    def _close_file(self) -> None:
        try:
            self._work_on_file(SessionFile.demand_here)
        except SessionGone as gone:  # and there is no place for what is still here
            if self._rescue is not None:
                self._loop.call_soon_threadsafe(self._rescue.tell, gone, None)
        finally:
            self._file.close()

    def _go_on_in(self, path: Path, *, overwrite: bool) -> Path | None:
        old = self._file
        is_ours = old.whereabouts() is Whereabouts.HERE
        old.save_copy(path, overwrite=overwrite)
        new = SessionFile.open(path)
        new.load()
        self._file = new
        old.close()
        return old.path if is_ours else None

    async def _finish(self, work: Coroutine[Any, Any, T]) -> T:
        """Let a piece of work that consists of a write and of what follows it come to its end,
        also where the caller is cancelled between the two; the caller hears of that afterwards."""
        task = asyncio.get_running_loop().create_task(work)
        self._begun.add(task)
        task.add_done_callback(self._begun.discard)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            if not task.done():
                await asyncio.wait({task})
            raise


def _heard(work: asyncio.Future[Any]) -> None:
    """Where the one who asked went away, its fault is nobody's, and no matter for the log."""
    if not work.cancelled():
        work.exception()


def _close_unwanted(opening: asyncio.Future[SessionFile]) -> None:
    """The one who asked for the file went away while it was opened."""
    if not opening.cancelled() and opening.exception() is None:
        opening.result().close()
