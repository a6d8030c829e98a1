"""Pictures and sessions in and out of the window: open, paste, drop, export, name, copy."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QMimeData, QObject, Signal
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
from kontext_studio.gui.presenters.faults import Faults, Offer
from kontext_studio.gui.shell.dialogs import open_dialog
from kontext_studio.gui.shell.local_files import local_files
from kontext_studio.gui.tasks import Tasks
from kontext_studio.workbench.bench import Workbench

PICTURES = "Pictures (*.png *.jpg *.jpeg *.webp *.gif *.avif *.tif *.tiff *.bmp)"
SESSIONS = "Kontext sessions (*.kontext)"
EXPORTS = "PNG (*.png);;JPEG (*.jpg);;WebP (*.webp)"
AT_ONCE = 50
"""More pictures than this are not taken in one go (FAILURES 1.4)."""
TOLD_FROM = 4
"""From this many on it is told how far adding them has come."""
MANY, ADDING = "many files", "adding files"


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

    # In.

    def choose_picture(self) -> None:
        dialog = self._make_dialog("Open image", PICTURES)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(self._take_names)
        open_dialog(dialog)

    def choose_session(self) -> None:
        dialog = self._make_dialog("Open session", SESSIONS)
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
            self._tasks.start(self.open_session(sessions[0]))
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
                except BadInput as fault:
                    faults.append(fault)
        finally:
            self._faults.clear(ADDING)
            self._faults.show_not_opened(faults)

    async def open_session(self, path: Path, *, read_only: bool = False) -> bool:
        """Open a session; where that cannot be, say why and offer what can be done."""
        try:
            await self._bench.open_session(path, read_only=read_only)
        except (SessionLocked, NewerSession) as fault:
            look = Offer("Open read-only", partial(self._look_at, path))
            self._faults.show(fault, *(() if read_only else (look,)))
        except (SessionDamaged, NotASession) as fault:
            save = Offer("Save what is whole", partial(self._save_rest, path))
            whole = await asyncio.to_thread(_can_be_saved, path)
            self._faults.show(fault, *((save,) if whole else ()))
        except SessionError as fault:
            self._faults.show(fault)
        else:
            return True
        return False

    def _look_at(self, path: Path) -> None:
        self._tasks.start(self.open_session(path, read_only=True))

    def _save_rest(self, path: Path) -> None:
        self._tasks.start(self._salvage(path))

    async def _salvage(self, path: Path) -> None:
        from kontext_studio.store.salvage import salvage

        saved = await asyncio.to_thread(salvage, path)
        self._faults.say("saved", saved.words)
        await self.open_session(saved.path)

    async def _take_image(self, image: QImage, title: str) -> None:
        data = await asyncio.to_thread(_png_of, image)
        self._taken(await self._bench.import_picture(data, title))

    def _taken(self, node: Node) -> None:
        self.imported.emit(node)
        for note in node.notes:
            self.said.emit(f"{node.title}: {note}")

    # Out.

    def export(self, node: Node) -> None:
        """Ask for a file and write the step's picture there."""
        dialog = self._make_dialog("Export step", EXPORTS)
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
        dialog = self._make_dialog(title, SESSIONS)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("kontext")
        dialog.fileSelected.connect(then)
        open_dialog(dialog)

    def _name(self, name: str) -> None:
        self._tasks.start(self._bench.name_session(Path(name), overwrite=True))

    def _copy(self, name: str) -> None:
        self._tasks.start(self._copied(Path(name)))

    async def _copied(self, path: Path) -> None:
        await self._bench.save_copy(path, overwrite=True)
        self.said.emit(f"Saved a copy as {path.name}")

    # Small parts.

    def _take_names(self, names: list[str]) -> None:
        self.open_paths([Path(name) for name in names])

    def _take_name(self, name: str) -> None:
        self.open_paths([Path(name)])

    def _file_name(self, node: Node) -> str:
        from kontext_studio.store.file_names import safe_name

        title = step_name(self._bench.session, node, original=Path(node.title).stem or "picture")
        return safe_name(title)

    def _make_dialog(self, title: str, filters: str) -> QFileDialog:
        dialog = QFileDialog(self._window, title)
        dialog.setObjectName("fileDialog")
        dialog.setNameFilters(filters.split(";;"))
        return dialog


def _png_of(image: QImage) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]  # the stubs know only the bytes form
    return bytes(buffer.data().data())


def _can_be_saved(path: Path) -> bool:
    """Whether a file that was not opened holds steps that are whole. Reads all of it."""
    from kontext_studio.store.salvage import check_file

    try:
        return bool(check_file(path).can_be_saved)
    except StudioError:
        return False
