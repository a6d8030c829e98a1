"""The model and how many variants of it: the box of models, and one to four."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSizePolicy, QWidget

from kontext_studio.core.models import ModelSpec
from kontext_studio.gui.instruction.price_words import price_words
from kontext_studio.gui.theme.apply import set_kind
from kontext_studio.gui.theme.tokens import Theme
from kontext_studio.gui.theme.tool_button import SegmentedBar, ToolButton

_COUNTS = (1, 2, 3, 4)
_SEGMENT_WIDTH = 28


class ModelRow(QWidget):
    """`model_chosen` carries the ModelSpec, `count_chosen` a number; both on a person's choice."""

    model_chosen = Signal(object)
    count_chosen = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._models: tuple[ModelSpec, ...] = ()
        self._box = QComboBox(self)
        self._box.setObjectName("modelBox")
        self._box.setAccessibleName("Model")
        self._box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._box.activated.connect(self._choose_model)
        self._bar = SegmentedBar("Number of variants", self)
        self._bar.setObjectName("variantCount")
        self._group = QActionGroup(self)
        actions: list[QAction] = []
        for count in _COUNTS:
            action = QAction(str(count), self)
            action.setCheckable(True)
            action.setData(count)
            action.setToolTip("1 variant" if count == 1 else f"{count} variants")
            self._group.addAction(action)
            actions.append(action)
        actions[0].setChecked(True)
        self._group.triggered.connect(self._choose_count)
        self._bar.set_actions(actions, words=True)
        for button in self._bar.findChildren(ToolButton):
            set_kind(button, small="true")
            button.setFixedWidth(_SEGMENT_WIDTH)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self._box, 1)
        row.addWidget(self._bar)

    def set_theme(self, theme: Theme) -> None:
        """All its parts take their look from the style sheet."""

    def set_models(self, models: Sequence[ModelSpec], chosen: str) -> None:
        """The models of the connected route; `chosen` is an id."""
        self._models = tuple(models)
        self._box.clear()
        for i, model in enumerate(self._models):
            self._box.addItem(model.title.removesuffix(" edit"))
            self._box.setItemData(i, _about(model), Qt.ItemDataRole.ToolTipRole)
        self._box.setEnabled(bool(self._models))
        self.set_model(chosen)

    def set_model(self, model_id: str) -> None:
        found = next((i for i, model in enumerate(self._models) if model.id == model_id), 0)
        self._box.setCurrentIndex(found if self._models else -1)
        self._limit()

    def models(self) -> tuple[ModelSpec, ...]:
        return self._models

    def model(self) -> ModelSpec | None:
        index = self._box.currentIndex()
        return self._models[index] if 0 <= index < len(self._models) else None

    def set_count(self, count: int) -> None:
        for action in self._group.actions():
            action.setChecked(action.data() == min(count, self._most()))

    def count(self) -> int:
        checked = self._group.checkedAction()
        return int(checked.data()) if checked is not None else 1

    def _choose_model(self) -> None:
        self._limit()
        model = self.model()
        if model is not None:
            self.model_chosen.emit(model)

    def _choose_count(self, action: QAction) -> None:
        self.count_chosen.emit(int(action.data()))

    def _most(self) -> int:
        model = self.model()
        return min(_COUNTS[-1], model.max_count) if model is not None else _COUNTS[-1]

    def _limit(self) -> None:
        most = self._most()
        for action in self._group.actions():
            count = int(action.data())
            action.setEnabled(count <= most)
            variants = "1 variant" if count == 1 else f"{count} variants"
            action.setToolTip(variants if count <= most else f"This model makes {most} at a time")
        self.set_count(self.count())
        model = self.model()
        self._box.setToolTip(_about(model) if model is not None else "")


def _about(model: ModelSpec) -> str:
    pictures = "1 picture in" if model.max_inputs == 1 else f"up to {model.max_inputs} pictures in"
    if model.max_inputs == 0:
        pictures = "makes pictures from text"
    unit = "" if model.price.usd in (None, 0) else f" a {model.price.unit}"
    parts = [f"{price_words(model, 1)}{unit}", pictures, model.licence_note]
    return " · ".join(part for part in parts if part)
