"""A comparison out of the window: one picture of what is laid out, or a folder of files."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog

from kontext_studio.core.history import Node
from kontext_studio.gui.canvas.compare_sheet import (
    Joined,
    SheetHeat,
    SheetPicture,
    compose,
    even_surface,
    plan_sheet,
)
from kontext_studio.gui.canvas.image_stage import ImageStage, StageMode
from kontext_studio.gui.history.names import step_name
from kontext_studio.gui.presenters.compared_words import settings_of
from kontext_studio.gui.presenters.comparing import Comparing
from kontext_studio.gui.presenters.differences import Differences
from kontext_studio.gui.presenters.files import Files
from kontext_studio.gui.presenters.looking import BADGES, PAIRED, Looked, step_words
from kontext_studio.gui.shell.dialogs import open_dialog
from kontext_studio.gui.tasks import Tasks
from kontext_studio.gui.theme.tokens import Theme
from kontext_studio.workbench.bench import Workbench
from kontext_studio.workbench.comparison_files import write_files, write_sheet
from kontext_studio.workbench.comparisons import Comparisons, stored_pixels

SHEETS = "PNG (*.png)"
FOLDERS = "Folder (*)"
_LEFT_OUT = frozenset({"Instruction", "Connection", "Size"})


class Exporting(QObject):
    """`said` tells what was written."""

    said = Signal(str)

    def __init__(
        self,
        bench: Workbench,
        comparisons: Comparisons,
        stage: ImageStage,
        files: Files,
        comparing: Comparing,
        differences: Differences,
        tasks: Tasks,
        theme: Callable[[], Theme],
        is_covered: Callable[[Node], bool],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._is_covered = is_covered
        self._bench = bench
        self._comparisons = comparisons
        self._stage = stage
        self._files = files
        self._comparing = comparing
        self._differences = differences
        self._tasks = tasks
        self._theme = theme
        self._looked = Looked(StageMode.SINGLE, ())

    def show(self, looked: Looked) -> None:
        """Follow what the middle of the window shows."""
        self._looked = looked

    @property
    def looked(self) -> Looked:
        """What would be exported now."""
        return self._looked

    def export_sheet(self) -> None:
        """Ask for a file and write the comparison as one picture."""
        if len(self._looked.nodes) < 2:
            return
        dialog = self._files.make_dialog("Export comparison", SHEETS)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("png")
        dialog.selectFile(f"{self._name()}.png")
        looked = self._looked
        dialog.fileSelected.connect(
            lambda name: self._tasks.start(self._write_sheet(looked, Path(name)))
        )
        open_dialog(dialog)

    def export_files(self) -> None:
        """Ask for a name and make a folder of it: each picture, the one of all, the settings."""
        if len(self._looked.nodes) < 2:
            return
        dialog = self._files.make_dialog("Export comparison as files", FOLDERS)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        # A folder that is there is never written into: the new one gets a number.
        dialog.setOption(QFileDialog.Option.DontConfirmOverwrite)
        dialog.selectFile(self._name())
        looked = self._looked
        dialog.fileSelected.connect(
            lambda name: self._tasks.start(self._write_files(looked, Path(name)))
        )
        open_dialog(dialog)

    async def _write_sheet(self, looked: Looked, path: Path) -> None:
        png = await self.sheet(looked)
        # The dialog has asked.
        await write_sheet(self._bench, looked.nodes, png, path, overwrite=True)
        self.said.emit(f"Exported {path.name}")

    async def _write_files(self, looked: Looked, folder: Path) -> None:
        nodes = looked.nodes
        bases = [self._base_of(looked, node) for node in nodes]
        figures = [
            self._comparisons.known_figures(base.image, node.image) if base is not None else None
            for base, node in zip(bases, nodes, strict=True)
        ]
        names = [self._file_name(number, node) for number, node in enumerate(nodes)]
        png = await self.sheet(looked)
        made = await write_files(self._bench, nodes, names, figures, png, folder)
        self.said.emit(f"Exported {made.name}")

    async def sheet(self, looked: Looked) -> bytes:
        """The whole comparison as a PNG, from stored pixels."""
        heats = await self._heats(looked)
        nodes, mode = looked.nodes, looked.mode
        plan = plan_sheet(
            self._theme(),
            [self._picture(looked, number) for number in range(len(nodes))],
            columns=2 if mode is StageMode.GRID else len(nodes),
            joined=self._joined(mode),
            heat_from=next((one.clear_below for one in heats if one is not None), None),
        )
        data = [
            None if self._is_covered(node) else await self._bench.picture(node.image)
            for node in nodes
        ]

        def make() -> bytes:
            pixels = [
                even_surface(node.image.width, node.image.height)
                if one is None
                else stored_pixels(one)
                for node, one in zip(nodes, data, strict=True)
            ]
            return compose(plan, pixels, heats)

        return await asyncio.to_thread(make)

    async def _heats(self, looked: Looked) -> list[SheetHeat | None]:
        """The maps that lie over the pictures, as on the screen."""
        found: list[SheetHeat | None] = []
        for node in looked.nodes:
            base, shown = self._base_of(looked, node), self._differences
            hidden = base is None or self._is_covered(base) or self._is_covered(node)
            if base is None or hidden or base.id == node.id or not shown.is_on:
                found.append(None)
                continue
            difference = await self._comparisons.difference(base.image, node.image, _nobody)
            found.append(SheetHeat(difference.values, shown.strength, shown.clear_below))
        return found

    def _base_of(self, looked: Looked, node: Node) -> Node | None:
        """What a step is measured against."""
        if looked.mode in PAIRED:
            return looked.nodes[0] if node is not looked.nodes[0] else None
        return self._comparing.reference_of(node)

    def _joined(self, mode: StageMode) -> Joined | None:
        wipe = self._stage.wipe
        match mode:
            case StageMode.WIPE:
                return Joined(wipe.share_of_picture, upright=wipe.is_upright)
            case StageMode.ONION:
                return Joined(wipe.mix, mixed=True)
        return None

    # Words.

    def _picture(self, looked: Looked, number: int) -> SheetPicture:
        node, session = looked.nodes[number], self._bench.session
        side = ("Before", "After")[number] if looked.mode in PAIRED else ""
        badge = BADGES[session.picks.index(node.id)] if node.id in session.picks else ""
        step = step_words(session, node)
        head = " · ".join(one for one in (badge, side, step_name(session, node), step) if one)
        listed = settings_of(self._bench.catalogue, node)
        settings = " · ".join(f"{name} {one}" for name, one in listed if name not in _LEFT_OUT)
        size = f"{node.image.width} × {node.image.height}"
        asked = node.request.instruction if node.request is not None else ""
        caption = (head, *(one for one in (" ".join(asked.split()), settings) if one))
        return SheetPicture(node.image.width, node.image.height, caption if asked else (head, size))

    def _name(self) -> str:
        return f"{self._files.stem()} comparison"

    def _file_name(self, number: int, node: Node) -> str:
        from kontext_studio.store.file_names import safe_name

        session = self._bench.session
        parts = ("ABCD"[number], step_words(session, node), step_name(session, node))
        return safe_name(" ".join(one for one in parts if one))


def _nobody(share: float) -> None:
    pass
