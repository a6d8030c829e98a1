"""The open session: its file, reached from one writer thread, and its state in memory.

Memory never knows more than the file: a change is committed first and carried out second. One
turn at a time, so that what an act was based on is still true when it is written.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from kontext_studio.core.changes import Change, HeadMoved
from kontext_studio.core.drafts import Draft
from kontext_studio.core.history import JobId, NodeId
from kontext_studio.core.images import ImageRef
from kontext_studio.core.jobs import JobRecord
from kontext_studio.core.session import Session
from kontext_studio.store.session_file import SessionFile

T = TypeVar("T")


class Desk:
    """One session file and what is known of it. Made by `Desk.open`, ended by `close`."""

    def __init__(self, file: SessionFile, thread: ThreadPoolExecutor) -> None:
        self._file = file
        self._thread = thread
        self._turn = asyncio.Lock()
        loaded = file.loaded
        self.session: Session = loaded.session
        self.jobs: dict[JobId, JobRecord] = dict(loaded.jobs)
        self.drafts: dict[NodeId | None, Draft] = dict(loaded.drafts)

    @classmethod
    async def open(cls, path: Path, *, create: bool = False, read_only: bool = False) -> Desk:
        """Open or create. Raise SessionError with the reason where that cannot be."""
        thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="session")
        loop = asyncio.get_running_loop()

        def begin() -> SessionFile:
            file = (
                SessionFile.create(path) if create else SessionFile.open(path, read_only=read_only)
            )
            file.load()
            return file

        try:
            return cls(await loop.run_in_executor(thread, begin), thread)
        except BaseException:
            thread.shutdown(wait=False)
            raise

    @property
    def path(self) -> Path:
        return self._file.path

    @property
    def read_only(self) -> bool:
        return self._file.read_only

    async def run(self, work: Callable[[SessionFile], T]) -> T:
        """Do something with the file on its own thread. A write that has begun is always finished,
        even where the caller is cancelled meanwhile."""
        loop = asyncio.get_running_loop()
        return await asyncio.shield(loop.run_in_executor(self._thread, work, self._file))

    async def act(self, plan: Callable[[Session], Change | None]) -> Change | None:
        """Let `plan` say what an act changes, write that, carry it out, return it."""
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

    async def undo(self) -> Change | None:
        """Take the last act back, on disk first; None where there is none."""
        async with self._turn:
            change = self.session.undo()
            if change is not None:
                await self.run(lambda file: file.commit_undo(change))
                self.session.apply_undo()
            return change

    async def redo(self) -> Change | None:
        """Do the last undone act again, on disk first; None where there is none."""
        async with self._turn:
            change = self.session.redo()
            if change is not None:
                await self.run(lambda file: file.commit_redo(change))
                self.session.apply_redo()
            return change

    async def add_pictures(
        self,
        plan: Callable[[Session], Change],
        images: tuple[tuple[ImageRef, bytes], ...],
        job: JobRecord | None = None,
    ) -> Change:
        """Add steps together with their pictures, and the run they end, in one transaction."""
        async with self._turn:
            change = plan(self.session)
            jobs = (job,) if job is not None else ()
            await self.run(lambda file: file.commit(change, jobs=jobs, images=images))
            self.session.apply(change)
            if job is not None:
                self.jobs[job.id] = job
            return change

    async def save_job(self, record: JobRecord) -> None:
        """Write a run's state; it is known here only afterwards."""
        await self.run(lambda file: file.save_job(record))
        self.jobs[record.id] = record

    async def new_job(self, plan: Callable[[int], JobRecord]) -> JobRecord:
        """Write a new run. `plan` is given the next step number, which is never given twice."""
        async with self._turn:
            used = [job.step for job in self.jobs.values()]
            record = plan(max([self.session.history.last_step(), *used], default=0) + 1)
            await self.save_job(record)
            return record

    async def save_draft(self, node: NodeId | None, draft: Draft) -> None:
        """Keep what is typed for the next run from a step."""
        if self.drafts.get(node) != draft:
            self.drafts[node] = draft
            if not self.read_only:
                await self.run(lambda file: file.save_draft(node, draft))

    async def read_image(self, sha256: str) -> bytes:
        """Stored bytes, checked against their hash. Raise SessionDamaged."""
        return await self.run(lambda file: file.read_image(sha256))

    async def close(self) -> None:
        """Finish all writing and leave one file behind. Safe to call twice."""
        loop = asyncio.get_running_loop()
        try:
            await loop.run_in_executor(self._thread, self._file.close)
        finally:
            self._thread.shutdown(wait=False)
