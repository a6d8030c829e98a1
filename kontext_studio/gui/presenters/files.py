"""Pictures and sessions in and out of the window: open, paste, drop, export, name, copy."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QMimeData, QObject, QStandardPaths, Signal
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog, QWidget

from kontext_studio.core.errors import (
    BadInput,
    NewerSession,
    NotASession,
    SessionDamaged,
    SessionError,
    SessionLocked,
    StudioError,
)
from kontext_studio.core.history import Node
from kontext_studio.gui.canvas.readings import Dropped
from kontext_studio.gui.history.names import step_name
from kontext_studio.gui.presenters.faults import NOT_OPENED, SESSION_NOT_OPENED, Faults, Offer
from kontext_studio.gui.shell.dialogs import open_dialog
from kontext_studio.gui.shell.local_files import local_files
from kontext_studio.gui.tasks import Tasks
from kontext_studio.resources import resource_path
from kontext_studio.workbench.bench import Workbench
from kontext_studio.workbench.pictures import STAYS_HERE

PICTURES = "Pictures (*.png *.jpg *.jpeg *.webp *.gif *.avif *.tif *.tiff *.bmp)"
SESSIONS = "Kontext sessions (*.kontext)"
EXPORTS = "PNG (*.png);;JPEG (*.jpg);;WebP (*.webp)"
AT_ONCE = 50
"""More pictures than this are not taken in one go (FAILURES 1.4)."""
TOLD_FROM = 4
"""From this many on it is told how far adding them has come."""
MANY, ADDING, SAVED = "many files", "adding files", "saved"


class Files(QObject):
    """Dialogs are opened, never executed: the loop goes on. Faults go to the window's own place."""

    said = Signal(str)
    text_pasted = Signal(str)
    imported = Signal(object)  # Node

    def __init__(self, bench: Workbench, window: QWidget, tasks: Tasks, faults: Faults) -> None:
        super().__init__(window)
        self._bench = bench
        self._window = window
        self._tasks = tasks
        self._faults = faults
        self._looked_at: SessionError | None = None
        self._folders: dict[Path, Path] = {}  # where the first picture of a session came from

    @property
    def looked_at(self) -> SessionError | None:
        """Why the open session is read only because the person said so, None where it is not."""
        return self._looked_at

    # In.

    def choose_picture(self) -> None:
        dialog = self.make_dialog("Open image", PICTURES)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(self._take_names)
        open_dialog(dialog)

    def choose_session(self) -> None:
        dialog = self.make_dialog("Open session", SESSIONS)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self._take_name)
        open_dialog(dialog)

    def take(self, dropped: Dropped) -> None:
        """What was dropped on the window."""
        if dropped.paths:
            self.open_paths(dropped.paths)
        elif dropped.image is not None:
            self.take_image(dropped.image, "Dropped picture")

    def paste(self) -> None:
        """The clipboard: a picture or files become originals, text goes to the instruction."""
        mime: QMimeData | None = QGuiApplication.clipboard().mimeData()  # the stubs promise one
        if paths := local_files(mime):
            self.open_paths(paths)
        elif mime is not None and mime.hasImage():
            image = QGuiApplication.clipboard().image()
            self.take_image(image, "Pasted picture")
        elif mime is not None and mime.hasText() and mime.text().strip():
            self.text_pasted.emit(mime.text())
        else:
            self.said.emit("There is no picture on the clipboard.")

    def take_image(self, image: QImage, title: str) -> None:
        """A picture without a file becomes an original."""
        self._tasks.start(self._take_image(image, title))

    def open_paths(self, paths: Sequence[Path]) -> None:
        """Sessions are opened, everything else is imported; of very many some, when asked."""
        sessions = [path for path in paths if path.suffix.lower() == ".kontext"]
        if sessions:
            self._open(sessions[0])
        elif len(paths) > AT_ONCE:
            some = tuple(paths[:AT_ONCE])
            offer = Offer(f"Add {AT_ONCE}", partial(self._add, some))
            words = f"The first {AT_ONCE} become originals of this session."
            self._faults.say(MANY, f"Add {AT_ONCE} of {len(paths)}?", words, offer)
        else:
            self._add(tuple(paths))

    def _add(self, paths: tuple[Path, ...]) -> None:
        self._tasks.start(self._import(paths))

    async def _import(self, paths: tuple[Path, ...]) -> None:
        faults: list[StudioError] = []
        stopped = asyncio.Event()
        stop = Offer("Stop", stopped.set)
        try:
            for number, path in enumerate(paths):
                if stopped.is_set():
                    break
                if len(paths) >= TOLD_FROM:
                    so_far = f"{number} of {len(paths)}"
                    self._faults.say(ADDING, "Adding pictures", so_far, stop)
                try:
                    self._taken(await self._bench.import_file(path))
                    if not path.is_relative_to(resource_path("samples")):
                        self._folders.setdefault(self._bench.path, path.absolute().parent)
                except BadInput as fault:
                    faults.append(fault)
                else:
                    self._faults.clear(NOT_OPENED)  # of an earlier try
        finally:
            self._faults.clear(ADDING)
            self._faults.show_not_opened(faults)

    async def open_session(self, path: Path, *, looks_because: SessionError | None = None) -> bool:
        """Open a session, only for looking where there is a reason for that; where it cannot be
        opened, say why and offer what can be done."""
        self._faults.clear(SAVED)
        before, self._looked_at = self._looked_at, looks_because
        try:
            await self._bench.open_session(path, read_only=looks_because is not None)
        except StudioError as fault:
            self._looked_at = before
            if not isinstance(fault, SessionError):
                raise
            offers = await self._what_can_be_done(path, fault, looks_because)
            if looks_because is not None and isinstance(fault, SessionLocked):
                fault = _not_even_read(path, fault)
            self._faults.show(fault, *offers, cause=SESSION_NOT_OPENED)
            return False
        return True

    async def _what_can_be_done(
        self, path: Path, fault: SessionError, looks_because: SessionError | None
    ) -> tuple[Offer, ...]:
        match fault:
            case SessionLocked() | NewerSession() if looks_because is None:
                return (Offer("Open read-only", partial(self._look_at, path, fault)),)
            case SessionLocked():
                return (Offer("Try again", partial(self._open, path)),)
            case SessionDamaged() | NotASession() if await asyncio.to_thread(_can_be_saved, path):
                return (Offer("Save what is whole", partial(self._save_rest, path)),)
        return ()

    def _open(self, path: Path) -> None:
        self._tasks.start(self.open_session(path))

    def _look_at(self, path: Path, because: SessionError) -> None:
        self._tasks.start(self.open_session(path, looks_because=because))

    def _save_rest(self, path: Path) -> None:
        self._tasks.start(self._salvage(path))

    async def _salvage(self, path: Path) -> None:
        from kontext_studio.store.salvage import salvage

        saved = await asyncio.to_thread(salvage, path)
        if await self.open_session(saved.path):
            self._faults.say(SAVED, saved.words)

    async def _take_image(self, image: QImage, title: str) -> None:
        data = await asyncio.to_thread(_png_of, image)
        self._taken(await self._bench.import_picture(data, title))

    def _taken(self, node: Node) -> None:
        self.imported.emit(node)
        # What is never sent is a fact for the inspector, no news that lies over the picture.
        notes = [note for note in node.notes if not note.endswith(STAYS_HERE)]
        if notes:
            self.said.emit(f"{node.title}: {'. '.join(notes)}")

    # Out.

    def export(self, node: Node) -> None:
        """Ask for a file and write the step's picture there."""
        dialog = self.make_dialog("Export step", EXPORTS)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("png")
        dialog.selectFile(f"{self._file_name(node)}.png")
        dialog.fileSelected.connect(lambda name: self._tasks.start(self._export(node, Path(name))))
        open_dialog(dialog)

    async def _export(self, node: Node, path: Path) -> None:
        await self._bench.export(node, path, overwrite=True)  # the dialog has asked
        self.said.emit(f"Exported {path.name}")

    def name_session(self) -> None:
        """Give an untitled session a place; a named one says that it is saved."""
        if self._bench.is_named:
            self.said.emit("All changes are saved")
            return
        self._choose_place("Name session", self._name)

    def save_copy(self) -> None:
        self._choose_place("Save a copy", self._copy)

    def new_session(self) -> None:
        self._tasks.start(self._bench.new_session())

    def _choose_place(self, title: str, then: Callable[[str], None]) -> None:
        dialog = self.make_dialog(title, SESSIONS)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("kontext")
        if (place := self._proposed_place()) is not None:
            dialog.setDirectory(str(place.parent))
            dialog.selectFile(place.name)
        dialog.fileSelected.connect(then)
        open_dialog(dialog)

    def _name(self, name: str) -> None:
        self._tasks.start(self._bench.name_session(Path(name), overwrite=True))

    def _copy(self, name: str) -> None:
        self._tasks.start(self._copied(Path(name)))

    async def _copied(self, path: Path) -> None:
        await self._bench.save_copy(path, overwrite=True)
        self.said.emit(f"Saved a copy as {path.name}")
        if self._bench.desk.read_only:
            await self.open_session(path)  # a copy of what can only be looked at is to work on

    # Small parts.

    def _take_names(self, names: list[str]) -> None:
        self.open_paths([Path(name) for name in names])

    def _take_name(self, name: str) -> None:
        self.open_paths([Path(name)])

    def _proposed_place(self) -> Path | None:
        """Beside the picture that the session began with, under its name; beside the session where
        it has one."""
        from kontext_studio.store.file_names import safe_name

        if self._bench.is_named:
            return self._bench.path.with_name(f"{self._bench.path.stem} copy.kontext")
        first = next(iter(self._bench.session.history.roots()), None)
        if first is None:
            return None
        folder = self._folders.get(self._bench.path, Path.home())
        return folder / f"{safe_name(Path(first.title).stem, fallback='session')}.kontext"

    def stem(self) -> str:
        """What files about the whole session are called."""
        place = self._proposed_place()
        named = self._bench.path.stem if self._bench.is_named else ""
        return named or (place.stem if place is not None else "session")

    def _file_name(self, node: Node) -> str:
        from kontext_studio.store.file_names import safe_name

        title = step_name(self._bench.session, node, original=Path(node.title).stem or "picture")
        return safe_name(title)

    def make_dialog(self, title: str, filters: str) -> QFileDialog:
        """A dialog over the window, still to be opened."""
        dialog = QFileDialog(self._window, title)
        dialog.setObjectName("fileDialog")
        dialog.setNameFilters(filters.split(";;"))
        last = self._bench.settings.folder
        folder = last if last and Path(last).is_dir() else first_folder()
        if folder:
            dialog.setDirectory(folder)
        dialog.filesSelected.connect(self._remember_folder)
        return dialog

    def _remember_folder(self, names: list[str]) -> None:
        """The next dialog begins where a file was chosen last."""
        folder = str(Path(names[0]).parent) if names else ""
        if folder and folder != self._bench.settings.folder:
            settings = replace(self._bench.settings, folder=folder)
            self._tasks.start(self._bench.change_settings(settings))


def first_folder() -> str:
    """The folder of the person's pictures, where it is there; else their home."""
    place = QStandardPaths.StandardLocation
    for one in (place.PicturesLocation, place.HomeLocation):
        if (found := QStandardPaths.writableLocation(one)) and Path(found).is_dir():
            return found
    return ""


def _png_of(image: QImage) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]  # the stubs know only the bytes form
    return bytes(buffer.data().data())


def _not_even_read(path: Path, fault: SessionLocked) -> SessionLocked:
    return SessionLocked(
        f"{path.name} cannot be read now: another program has locked it.",
        hint="Close it there, then try again.",
        detail=fault.detail,
    )


def _can_be_saved(path: Path) -> bool:
    """Whether a file that was not opened holds steps that are whole. Reads all of it."""
    from kontext_studio.store.salvage import check_file

    try:
        return bool(check_file(path).can_be_saved)
    except StudioError:
        return False
