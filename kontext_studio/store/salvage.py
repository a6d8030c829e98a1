"""What can be saved of a damaged session, put into a new file. The damaged one keeps its bytes.

A picture counts as saved where its bytes fit their hash. A step whose picture is lost stays where
others were made from it, since their place in the history hangs on it.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from kontext_studio.core.errors import NewerSession, NotASession, SessionDamaged, SessionError
from kontext_studio.store.checking import (
    WHOLE_FILE,
    Damage,
    pictures_of,
    pictures_of_request,
    put_lost,
)
from kontext_studio.store.database import kept_beside, new_database, take_lock
from kontext_studio.store.faults import read_only, session_faults
from kontext_studio.store.file_names import shown_name
from kontext_studio.store.pages import Pages
from kontext_studio.store.remains import Remains, find_remains, sound_pictures
from kontext_studio.store.rows import (
    insert_image,
    put_choice,
    put_draft,
    put_job,
    put_maker,
    put_node,
)
from kontext_studio.store.schema import create_schema, read_head
from kontext_studio.store.session_file import SessionFile


@dataclass(frozen=True, slots=True)
class Salvaged:
    """`path` holds what was saved, `damaged` the file as it was. `steps_kept` names the steps that
    have their picture, `steps_lost` says what of any step is lost; `words` is a sentence of it."""

    path: Path
    damaged: Path
    steps_kept: tuple[str, ...]
    steps_lost: tuple[str, ...]
    words: str


@dataclass(frozen=True, slots=True)
class Report:
    """What a look at a whole file found. `steps` is how many it has; `can_be_saved` names those
    whose picture `salvage` would keep, and is empty where there is no damage. `losses` are not
    damage: they were told when the file was repaired, and nothing can be done about them here."""

    steps: int
    damages: tuple[Damage, ...]
    can_be_saved: tuple[str, ...] = ()
    losses: tuple[Damage, ...] = ()


def check_file(path: Path) -> Report:
    """Look a file over, also one that is too damaged to be opened. Changes nothing.

    Raise SessionError where it is no session, or of a newer version.
    """
    try:
        with SessionFile.open(path, read_only=True) as file:
            damages = file.check()
            steps = len(file.load().session.history)
            losses = file.known_losses()
    except (SessionDamaged, NotASession) as exc:
        return _report_of_unreadable(path.absolute().resolve(), exc)
    if not damages:
        return Report(steps, (), losses=losses)
    with closing(Pages(path)) as pages:
        return Report(steps, damages, _rest_of(path, pages).kept, losses)


def _report_of_unreadable(path: Path, fault: SessionError) -> Report:
    if not path.is_file():
        raise fault
    with closing(Pages(path)) as pages:
        try:
            rest = _rest_of(path, pages)
        except NotASession:
            if isinstance(fault, NotASession):
                raise fault from None
            raise SessionDamaged(
                f"{fault.message} Nothing of a session is left in it.",
                hint=fault.hint,
                detail=fault.detail,
            ) from fault
    lost = tuple(Damage(WHOLE_FILE, f"{one}.") for one in rest.lost)
    found = (Damage(WHOLE_FILE, fault.message), *lost)
    return Report(rest.steps, found, rest.kept)


def salvage(path: Path) -> Salvaged:
    """Put what can be saved of a damaged session in its place; the damaged file stays beside it
    as `NAME.damaged-DATE`, with its log.

    Raise NotASession where nothing of a session is left, SessionLocked where it is open,
    ReadOnlySession where its folder cannot be written, DiskFull; nothing was changed then.
    """
    path = path.absolute().resolve()
    if not path.is_file():
        raise NotASession(f"{shown_name(path)} was not found.")
    lock = take_lock(path)
    if lock is None:
        raise read_only(shown_name(path))
    try:
        with closing(Pages(path)) as pages:
            rest = _rest_of(path, pages)
            keep_as = f"{path.name}.damaged-{date.today().isoformat()}"
            with (
                session_faults(shown_name(path)),
                new_database(path, overwrite=True, keep_as=keep_as, has_lock=True) as new,
            ):
                _fill(new, rest, pages)
        damaged = kept_beside(path, keep_as)
        return Salvaged(path, damaged, rest.kept, rest.lost, _words(path, damaged, rest))
    finally:
        lock.release()


def _fill(new: sqlite3.Connection, rest: Remains, pages: Pages) -> None:
    create_schema(new)
    new.execute("BEGIN")
    put_maker(new)
    for node in rest.session.history:
        put_node(new, node)
    for job in rest.jobs:
        put_job(new, job)
    for node_id, draft in rest.drafts.items():
        put_draft(new, node_id, draft)
    for name, text in rest.choices.items():
        put_choice(new, name, text)
    rest.put_journal(new)
    for ref, data in sound_pictures(pages):
        insert_image(new, ref, data)
    needed = {ref.sha256 for node in rest.session.history for ref, _ in pictures_of(node)}
    for job in rest.jobs:  # it may become a step yet
        needed.update(ref.sha256 for ref, _ in pictures_of_request(job.request))
    put_lost(new, needed - rest.pictures.keys())
    new.execute("COMMIT")


def _rest_of(path: Path, pages: Pages) -> Remains:
    """What can be saved. Raise NotASession where nothing can, NewerSession where it is not ours to
    say."""
    try:
        read_head(path)
    except NewerSession:
        raise
    except SessionError:
        pass
    rest = find_remains(pages)
    if rest is None:
        raise NotASession(f"Nothing of a session is left in {shown_name(path)}.")
    return rest


def _words(path: Path, damaged: Path, rest: Remains) -> str:
    kept = len(rest.kept)
    those = "its picture" if rest.steps == 1 else "their picture"
    has = f"{kept} of {rest.steps} {'step is' if rest.steps == 1 else 'steps are'}"
    return (
        f"{has} saved with {those} in {shown_name(path)}."
        f" The damaged file lies beside it as {shown_name(damaged)}."
    )
