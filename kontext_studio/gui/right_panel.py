"""The right side: tabs Instruction and Compare, with the jobs below the instruction."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QTabWidget, QVBoxLayout, QWidget

from kontext_studio.gui.actions import Actions
from kontext_studio.gui.compare_panel import ComparePanel
from kontext_studio.gui.instruction.instruction_panel import InstructionPanel
from kontext_studio.gui.jobs.job_list import JobList
from kontext_studio.gui.theme.tokens import Theme
from kontext_studio.gui.theme.tool_button import ToolButton

INSTRUCTION, COMPARE = 0, 1


class RightPanel(QWidget):
    """`instruction`, `jobs` and `compare` are given their values by their own setters."""

    tab_chosen = Signal(int)

    def __init__(self, theme: Theme, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("rightPanel")
        self.instruction = InstructionPanel(theme, self)
        self.jobs = JobList(theme, self)
        self.compare = ComparePanel(theme, self)
        self._tabs = QTabWidget(self)
        self._tabs.setAccessibleName("Right panel")
        self._tabs.setDocumentMode(True)
        self._tabs.tabBar().setDrawBase(False)
        self.instruction.add_below(self.jobs)
        self.jobs.card_appeared.connect(self.instruction.reveal)
        self._tabs.addTab(self.instruction, "Instruction")
        self._tabs.addTab(self.compare, "Compare")
        self._tabs.tabBar().setAccessibleName("Instruction or Compare")
        self._tabs.setCornerWidget(self._corner(theme, actions), Qt.Corner.TopRightCorner)
        self._tabs.currentChanged.connect(self.tab_chosen)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._tabs)

    def set_theme(self, theme: Theme) -> None:
        for part in (self.instruction, self.jobs, self.compare):
            part.set_theme(theme)

    def show_tab(self, tab: int) -> None:
        self._tabs.setCurrentIndex(tab)

    @property
    def tab(self) -> int:
        return self._tabs.currentIndex()

    def set_compare_enabled(self, enabled: bool, reason: str = "") -> None:
        self._tabs.setTabEnabled(COMPARE, enabled)
        self._tabs.setTabToolTip(COMPARE, "" if enabled else reason)

    def _corner(self, theme: Theme, actions: Actions) -> QWidget:
        corner = QWidget()
        row = QHBoxLayout(corner)
        row.setContentsMargins(0, 0, theme.space(3), 0)
        row.setSpacing(0)
        for name in ("instructions", "help"):
            button = ToolButton(corner)
            button.setDefaultAction(actions[name])
            button.setIconSize(QSize(18, 18))
            row.addWidget(button)
        return corner
