"""What the instruction panel consists of, from top to bottom, and the gaps between its parts.

It refuses to know what the parts say and how they depend on each other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QMargins
from PySide6.QtWidgets import QVBoxLayout, QWidget

from kontext_studio.gui.instruction.area_row import AreaRow
from kontext_studio.gui.instruction.delivery_form import DeliveryForm
from kontext_studio.gui.instruction.error_card import ErrorCard
from kontext_studio.gui.instruction.first_habits import FirstHabits
from kontext_studio.gui.instruction.fold_part import FoldPart
from kontext_studio.gui.instruction.gap_column import GapColumn
from kontext_studio.gui.instruction.input_row import InputRow
from kontext_studio.gui.instruction.keep_part import KeepPart
from kontext_studio.gui.instruction.model_row import ModelRow
from kontext_studio.gui.instruction.param_form import ParamForm
from kontext_studio.gui.instruction.prompt_edit import PromptEdit
from kontext_studio.gui.instruction.reference_part import ReferencePart
from kontext_studio.gui.instruction.run_notes import RunNotes
from kontext_studio.gui.instruction.run_row import RunRow
from kontext_studio.gui.instruction.turns_card import TurnsCard
from kontext_studio.gui.instruction.wording_parts import WordingParts
from kontext_studio.gui.theme.apply import set_kind
from kontext_studio.gui.theme.tokens import Theme

if TYPE_CHECKING:
    from kontext_studio.gui.instruction.checker import Question


class PanelParts(QWidget):
    """`question` is what the wording parts ask about the words: text, context, settings."""

    def __init__(
        self, theme: Theme, question: Callable[[], Question], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("instructionInner")
        set_kind(self, kind="scrolled")
        self.input_row = InputRow(theme, self)
        self.edit = PromptEdit(theme, self)
        self.wording = WordingParts(theme, self.edit, question, self)
        self.turns = TurnsCard(theme, self)
        self.card = ErrorCard(theme, self)
        self.habits = FirstHabits(theme, self)
        self.keep = KeepPart(theme, self)
        self.area = AreaRow(theme, self)
        self.models = ModelRow(theme, self)
        self.run_row = RunRow(theme, self)
        self.notes = RunNotes(self)
        self.references = ReferencePart(theme, self)
        self.parameters = ParamForm(theme, self)
        self.param_part = FoldPart(theme, "Parameters", self.parameters, self)
        self.param_part.header.setObjectName("parametersHeader")
        self.delivery = DeliveryForm(theme, self)
        self.delivery_part = FoldPart(theme, "Delivery", self.delivery, self, folded=True)
        self.delivery_part.header.setObjectName("deliveryHeader")
        self._below = QVBoxLayout()
        self._lay_out()

    def set_theme(self, theme: Theme) -> None:
        for part in (
            self.input_row,
            self.references,
            self.edit,
            self.wording.problems,
            self.wording.fix_all_card,
            self.wording.snippets,
            self.turns,
            self.card,
            self.habits,
            self.keep,
            self.area,
            self.models,
            self.run_row,
            self.parameters,
            self.param_part,
            self.delivery,
            self.delivery_part,
        ):
            part.set_theme(theme)

    def add_below(self, widget: QWidget) -> None:
        """Put a part, such as the list of jobs, under the parameters."""
        self._below.addWidget(widget)

    def _lay_out(self) -> None:
        upper = GapColumn(QMargins(16, 4, 16, 12))
        for widget, gap_px in (
            (self.input_row, 0),
            (self.references, 2),
            (self.edit, 6),
            (self.wording.problems, 6),
            (self.wording.fix_all_card, 8),
            (self.wording.snippets, 8),
            (self.turns, 8),
            (self.card, 8),
            (self.habits, 16),
            (self.keep, 10),
            (self.area, 10),
            (self.models, 8),
            (self.run_row, 10),
            (self.notes, 6),
        ):
            upper.add_part(widget, gap_px)
        self._below.setContentsMargins(0, 0, 0, 0)
        self._below.setSpacing(0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(upper)
        column.addWidget(self.param_part)
        column.addWidget(self.delivery_part)
        column.addLayout(self._below)
        column.addStretch(1)
