"""Pictures and sessions in and out of the window: open, paste, drop, export, name, copy."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QObject, Signal
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog, QWidget

from kontext_studio.core.errors import StudioError
from kontext_studio.core.history import Node
from kontext_studio.gui.canvas.readings import Dropped
from kontext_studio.gui.history.names import short_name
from kontext_studio.gui.tasks import Tasks
from kontext_studio.workbench.bench import Workbench

PICTURES = "Pictures (*.png *.jpg *.jpeg *.webp *.gif *.avif *.tif *.tiff *.bmp)"
SESSIONS = "Kontext sessions (*.kontext)"
EXPORTS = "PNG (*.png);;JPEG (*.jpg);;WebP (*.webp)"
AT_ONCE = 50
"""More pictures than this are not taken in one go (FAILURES 1.4)."""


class Files(QObject):
    """Dialogs are opened, never executed: the loop goes on. Faults go to the window's own place."""

    said = Signal(str)
    text_pasted = Signal(str)
    imported = Signal(object)  # Node

    def __init__(self, bench: Workbench, window: QWidget, tasks: Tasks) -> None:
        super().__init__(window)
        self._bench = bench
        self._window = window
        self._tasks = tasks
        self._dialog: QFileDialog | None = None

    # In.

    def choose_picture(self) -> None:
        dialog = self._make_dialog("Open image", PICTURES)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(self._take_names)
        dialog.open()

    def choose_session(self) -> None:
        dialog = self._make_dialog("Open session", SESSIONS)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self._take_name)
        dialog.open()

    def take(self, dropped: Dropped) -> None:
        """What was dropped on the window."""
        if dropped.paths:
            self.open_paths(dropped.paths)
        elif dropped.image is not None:
            self.take_image(dropped.image, "Dropped picture")

    def paste(self) -> None:
        """The clipboard: a picture or files become originals, text goes to the instruction."""
        mime = QGuiApplication.clipboard().mimeData()
        paths = [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]
        if paths:
            self.open_paths(paths)
        elif mime.hasImage():
            image = QGuiApplication.clipboard().image()
            self.take_image(image, "Pasted picture")
        elif mime.hasText() and mime.text().strip():
            self.text_pasted.emit(mime.text())
        else:
            self.said.emit("There is no picture on the clipboard.")

    def take_image(self, image: QImage, title: str) -> None:
        """A picture without a file becomes an original."""
        self._tasks.start(self._take_image(image, title))

    def open_paths(self, paths: Sequence[Path]) -> None:
        """Sessions are opened, everything else is imported."""
        sessions = [path for path in paths if path.suffix.lower() == ".kontext"]
        if sessions:
            self._tasks.start(self._bench.open_session(sessions[0]))
            return
        if len(paths) > AT_ONCE:
            self.said.emit(f"{AT_ONCE} of {len(paths)} pictures are opened; drop the rest again.")
        self._tasks.start(self._import(paths[:AT_ONCE]))

    async def _import(self, paths: Sequence[Path]) -> None:
        first_fault: StudioError | None = None
        for path in paths:
            try:
                self._taken(await self._bench.import_file(path))
            except StudioError as fault:
                first_fault = first_fault or fault
        if first_fault is not None:
            raise first_fault

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
        dialog.open()

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
        dialog.open()

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

        session = self._bench.session
        title = session.labels.get(node.id) or (
            short_name(node.request.instruction) if node.request else Path(node.title).stem
        )
        return safe_name(title or "picture")

    def _make_dialog(self, title: str, filters: str) -> QFileDialog:
        if self._dialog is not None:
            self._dialog.deleteLater()
        dialog = QFileDialog(self._window, title)
        dialog.setObjectName("fileDialog")
        dialog.setNameFilters(filters.split(";;"))
        self._dialog = dialog
        return dialog


def _png_of(image: QImage) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]  # the stubs know only the bytes form
    return bytes(buffer.data().data())
