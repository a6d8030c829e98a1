"""Keeping a result: its pictures are looked at, then written with their steps and the run's end."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from contextlib import aclosing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from kontext_studio.core import provider as wire
from kontext_studio.core.errors import (
    BadInput,
    BadPicture,
    BadRequest,
    OutOfMemory,
    PictureTooLarge,
    SessionDamaged,
    SessionError,
    StudioError,
)
from kontext_studio.core.history import Node
from kontext_studio.core.jobs import JobRecord, JobState
from kontext_studio.core.models import Catalogue
from kontext_studio.core.redaction import redact, redact_value
from kontext_studio.core.result import MISSING_PICTURE, Cost, EditResult, ReceivedImage
from kontext_studio.core.session import Session
from kontext_studio.core.sizes import stated_size
from kontext_studio.workbench import areas, pictures
from kontext_studio.workbench.announcements import Announcer, Changed
from kontext_studio.workbench.desk import Desk
from kontext_studio.workbench.hosted import HostedPictures
from kontext_studio.workbench.prices import price_of_result
from kontext_studio.workbench.reach import Reached
from kontext_studio.workbench.results import Stored, steps_of

DAMAGED_RETRIES = 4
DAMAGED_WAIT_S = 0.5
LONG_ANSWER = 200_000
REFETCH_LIMIT_S = 60.0
WITHOUT_AREA = "Kept without its area: "

log = logging.getLogger(__name__)


def _may_come_whole(found: pictures.Imported | BadPicture) -> bool:
    return isinstance(found, BadPicture) and not isinstance(found, PictureTooLarge | OutOfMemory)


def _shortened(answer: str) -> str:
    """The answer as JSON still, without the pictures in it."""
    try:
        return json.dumps(redact_value(json.loads(answer)))
    except ValueError:
        return redact(answer)


@dataclass(frozen=True, slots=True)
class Checked:
    """A result that can be written: every picture was decoded once, and the steps are made.
    `images` are as they came, `inside` what they became where an area is protected."""

    done: JobRecord
    nodes: tuple[Node, ...]
    images: tuple[pictures.Imported, ...]
    urls: tuple[str, ...]
    inside: tuple[pictures.Imported, ...] = ()


class Keeper:
    """Turns the results of one desk's runs into steps. What is too large to be opened goes to the
    folder `aside`."""

    def __init__(
        self,
        desk: Desk,
        hosted: HostedPictures,
        catalogue: Catalogue,
        announcer: Announcer,
        aside: Path,
    ) -> None:
        self._desk = desk
        self._hosted = hosted
        self._catalogue = catalogue
        self._announcer = announcer
        self._aside = aside

    async def examine(self, record: JobRecord, reached: Reached, stored: Stored) -> Checked:
        """Every received picture decoded once; what arrived damaged is fetched again. Pictures that
        are whole are not lost for others of the same run that are not.

        Raise BadPicture where not one can be kept in the session: OutOfMemory where it could be at
        another time, PictureTooLarge where it was put aside unopened.
        """
        seen = await self._look_at(stored.result)
        for attempt in range(DAMAGED_RETRIES):
            damaged = [place for place, one in enumerate(seen) if _may_come_whole(one)]
            if not damaged:
                break
            await asyncio.sleep(DAMAGED_WAIT_S * 2**attempt)
            whole = len(damaged) < len(seen)
            try:
                # Pictures that are whole wait for the others, and not for ever.
                async with asyncio.timeout(REFETCH_LIMIT_S if whole else None):
                    later = await self._fetch_again(record, reached)
            except (StudioError, TimeoutError):
                if whole:
                    break
                raise
            if len(later.images) == len(seen):
                received = list(stored.result.images)
                for place in damaged:
                    received[place] = later.images[place]
                stored.result = replace(stored.result, images=tuple(received))
                again = await self._look_at(stored.result, damaged)
                for place, found in zip(damaged, again, strict=True):
                    seen[place] = found
        stored.result = await self._without_the_unusable(record, stored.result, seen)
        images = tuple(one for one in seen if isinstance(one, pictures.Imported))
        done = replace(record.moved_to(JobState.STORED), fault=None)
        if len(record.answer) > LONG_ANSWER:  # its pictures are within; they have their own place
            done = replace(done, answer=await asyncio.to_thread(_shortened, record.answer))
        cost = stored.result.cost or self._price(record, stored.result, images)
        urls = tuple(one.url for one in stored.result.images)
        inside = await self._inside(record, images)
        nodes = steps_of(done, stored, images, cost, inside, self._stated_size(record))
        composed = tuple(one for one in inside if isinstance(one, pictures.Imported))
        return Checked(done, nodes, images, urls, composed)

    async def _inside(
        self, record: JobRecord, images: tuple[pictures.Imported, ...]
    ) -> tuple[pictures.Imported | str, ...]:
        """The pictures inside the area that the run was given; why not, where that cannot be made:
        what was paid for is kept as it came, and can be put inside later."""
        area = record.request.area
        if area is None:
            return ()
        try:
            base = await self._desk.read_image(record.request.inputs[0].sha256)
            mask = await self._desk.read_image(area.mask.sha256)
        except SessionDamaged as fault:
            return (f"{WITHOUT_AREA}{fault.message}",) * len(images)
        became: list[pictures.Imported | str] = []
        for one in images:
            try:
                became.append(await areas.inside(base, one.data, mask, area))
            except BadInput as fault:
                became.append(f"{WITHOUT_AREA}{fault.message}")
            except Exception:
                log.exception("inner fault while run %s was put inside its area", record.id)
                became.append(f"{WITHOUT_AREA}Something went wrong inside the app.")
        return tuple(became)

    def _price(
        self, record: JobRecord, result: EditResult, images: tuple[pictures.Imported, ...]
    ) -> Cost | None:
        """The estimate for all that was sold, also for what could not be kept."""
        missing = sum(note.startswith(MISSING_PICTURE) for note in result.notes)
        try:
            spec = self._catalogue.find(record.provider, record.request.model)
        except BadRequest:
            return None  # a model of another version
        return price_of_result(spec, tuple(image.ref for image in images), missing)

    def _stated_size(self, record: JobRecord) -> tuple[int, int] | None:
        """The size in which the service said that it makes it, where it said so exactly."""
        try:
            spec = self._catalogue.find(record.provider, record.request.model)
        except BadRequest:
            return None
        expected = stated_size(spec, record.request)
        return expected.size if expected.exact else None

    async def _fetch_again(self, record: JobRecord, reached: Reached) -> EditResult:
        result: EditResult | None = None
        async with aclosing(reached.provider.collect(record.answer, record.remote)) as events:
            async for event in events:
                if isinstance(event, wire.Finished):
                    result = event.result
        return result or EditResult(())

    async def _look_at(
        self, result: EditResult, places: list[int] | None = None
    ) -> list[pictures.Imported | BadPicture]:
        seen: list[pictures.Imported | BadPicture] = []
        for place in range(len(result.images)) if places is None else places:
            one = result.images[place]
            try:
                seen.append(await pictures.examine_received(one.data, one.stated))
            except BadPicture as fault:
                seen.append(fault)
        return seen

    async def _without_the_unusable(
        self, record: JobRecord, result: EditResult, seen: list[pictures.Imported | BadPicture]
    ) -> EditResult:
        """The result with the pictures that can be kept, and a note on each other one."""
        whole: list[ReceivedImage] = []
        faults: list[tuple[bytes, BadPicture]] = []
        for received, found in zip(result.images, seen, strict=True):
            if isinstance(found, pictures.Imported):
                whole.append(received)
            else:
                faults.append((received.data, found))
        again = [one for _, one in faults if not isinstance(one, PictureTooLarge)]
        if again and not whole:
            raise again[0]
        notes = list(result.notes)
        for data, fault in faults:
            # It was paid for: its bytes are kept in a file, which is not opened here.
            stem = f"step {record.step} {record.id}"
            try:
                path = await pictures.keep_aside(data, self._aside, stem)
                fault.hint = f"It was saved unopened as {path}."
            except StudioError as exc:
                if not whole:
                    raise
                fault.hint = exc.message
            notes.append(f"{MISSING_PICTURE}{fault.message} {fault.hint}")
        if faults and not whole:
            raise faults[0][1]
        return replace(result, images=tuple(whole), notes=tuple(notes))

    async def write(self, checked: Checked) -> None:
        """Pictures, steps and the run's end in one transaction, then announced. Raise
        SessionError; nothing is changed then."""
        images = tuple((one.ref, one.data) for one in (*checked.images, *checked.inside))
        change = await self._desk.add_pictures(
            lambda session: session.add(checked.nodes, move_head=False), images, checked.done
        )
        self._announcer.announce(Changed(change))

    async def follow_up(self, checked: Checked, storage: str) -> None:
        """What is good to know later. The run has ended: whatever fails here does not touch it."""
        keep_s = checked.done.delivery.keep_s
        with contextlib.suppress(SessionError):
            await self._follow_into_the_bin(checked.nodes)
            for image, url in zip(checked.images, checked.urls, strict=True):
                await self._hosted.remember_result(image.ref, storage, url, keep_s)

    async def _follow_into_the_bin(self, nodes: tuple[Node, ...]) -> None:
        """What belongs to a branch that was deleted meanwhile lands in the bin with it."""
        parent = nodes[0].parent if nodes else None
        if parent is None or parent not in self._desk.session.hidden:
            return
        for node in nodes:
            change = await self._desk.act(partial(Session.delete, node=node.id))
            if change is not None:
                self._announcer.announce(Changed(change))
