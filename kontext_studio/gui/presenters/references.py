"""Further pictures of a run: steps of the session, and files that become originals first."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QMenu

from kontext_studio.core.errors import StudioError
from kontext_studio.core.history import Node, NodeId
from kontext_studio.gui.bridge import Bridge
from kontext_studio.gui.history.names import step_name
from kontext_studio.gui.instruction.instruction_panel import InstructionPanel
from kontext_studio.gui.instruction.reference_part import ReferenceFacts
from kontext_studio.gui.presenters.files import PICTURES, Files
from kontext_studio.gui.presenters.thumbnails import small_picture
from kontext_studio.gui.shell.dialogs import open_dialog
from kontext_studio.gui.tasks import Tasks
from kontext_studio.workbench.bench import Workbench


class References(QObject):
    """`said` is a short word on what was not added, `step_wanted` asks for a step to be chosen."""

    said = Signal(str)
    step_wanted = Signal()

    def __init__(
        self,
        bench: Workbench,
        panel: InstructionPanel,
        files: Files,
        bridge: Bridge,
        tasks: Tasks,
        current: Callable[[], Node | None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._bench = bench
        self._panel = panel
        self._files = files
        self._tasks = tasks
        self._current = current
        panel.reference_asked.connect(self._offer)
        panel.reference_step_dropped.connect(self.add)
        panel.references_dropped.connect(self.add_files)
        panel.references.facts_wanted.connect(self._describe)
        bridge.session_opened.connect(panel.references.forget_facts)

    def reason(self) -> str:
        """Why no reference can be added now; empty where one can."""
        if self._current() is None or self._panel.makes:
            return (
                "open an image first" if self._current() is None else "a new picture has no input"
            )
        slot = self._panel.input_row.reference
        if slot.isEnabled():
            return ""
        words = slot.text()
        return words[:1].lower() + words[1:]

    def add(self, node_id: str) -> None:
        """A step of the session; not the one that is edited, and none twice."""
        node = NodeId(node_id)
        current = self._current()
        if not self._bench.is_open or node not in self._bench.session.history:
            return
        if current is not None and node == current.id:
            self.said.emit("This step is picture 1 already")
        elif node in self._panel.references.nodes():
            self.said.emit("This step is a reference already")
        elif why := self.reason():
            self.said.emit(why[:1].upper() + why[1:])
        else:
            self._panel.add_reference(node)

    def choose_step(self) -> None:
        self.step_wanted.emit()

    def choose_file(self) -> None:
        dialog = self._files.make_dialog("Add a reference image", PICTURES)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(lambda names: self.add_files([Path(one) for one in names]))
        open_dialog(dialog)

    def add_files(self, paths: object) -> None:
        """Each becomes an original of the session; the step that is edited stays."""
        if isinstance(paths, list | tuple):
            self._tasks.start(self._add_files([one for one in paths if isinstance(one, Path)]))

    async def _add_files(self, paths: list[Path]) -> None:
        on = self._current()
        for path in paths:
            if why := self.reason():
                self.said.emit(why[:1].upper() + why[1:])
                return
            node = await self._bench.import_file(path, go_there=False)
            if self._current() != on:
                return  # somebody has gone on: another step's draft is not touched
            self.add(node.id)

    def _offer(self) -> None:
        """The two ways to add one, below the slot."""
        slot = self._panel.input_row.reference
        menu = QMenu(self._panel)
        menu.setObjectName("referenceMenu")
        menu.setAccessibleName("Add a reference image")
        for words, act in (
            ("From a step…", self.choose_step),
            ("From a file…", self.choose_file),
        ):
            action = QAction(words, menu)
            action.triggered.connect(act)
            menu.addAction(action)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(slot.mapToGlobal(QPoint(0, slot.height())))

    def _describe(self, node_id: str) -> None:
        self._tasks.start(self._fetch(NodeId(node_id)))

    async def _fetch(self, node_id: NodeId) -> None:
        node = self._bench.session.history.get(node_id) if self._bench.is_open else None
        if node is None:
            return
        name = step_name(self._bench.session, node, original=node.title or "Original")
        words = f"Step {node.step}, {name}" if node.step else name
        try:
            picture = await small_picture(self._bench, node.image)
        except StudioError:
            return
        self._panel.references.add_facts({node_id: ReferenceFacts(words, picture)})
