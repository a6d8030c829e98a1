"""The model and how many variants of it: the box of models, and one to four."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QWidget

from kontext_studio.core.models import ModelSpec
from kontext_studio.gui.instruction.model_box import ModelBox
from kontext_studio.gui.instruction.model_offer import ModelOffer, find_offer, nearest_offer
from kontext_studio.gui.theme.apply import set_kind
from kontext_studio.gui.theme.tokens import Theme
from kontext_studio.gui.theme.tool_button import SegmentedBar, ToolButton

_COUNTS = (1, 2, 3, 4)
_SEGMENT_WIDTH = 28
_GAP = 8


class ModelRow(QWidget):
    """`model_chosen` carries the ModelOffer, `count_chosen` a number; both on a person's choice."""

    model_chosen = Signal(object)
    count_chosen = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._offers: tuple[ModelOffer, ...] = ()
        self._box = ModelBox(theme, self)
        self._box.activated.connect(self._choose_model)
        self._bar = SegmentedBar("Number of variants", self, one_stop=True)
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
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(_GAP)
        row.addWidget(self._box, 1)
        row.addWidget(self._bar, 0, Qt.AlignmentFlag.AlignLeft)

    def set_theme(self, theme: Theme) -> None:
        self._box.set_theme(theme)
        self._fold()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fold()

    def _fold(self) -> None:
        """Below each other where the name of the model would be cut."""
        needed = self._box.name_width() + _GAP + self._bar.sizeHint().width()
        ways = QBoxLayout.Direction
        self._row.setDirection(ways.TopToBottom if needed > self.width() else ways.LeftToRight)

    def set_offers(self, offers: Sequence[ModelOffer], route: str, model_id: str) -> None:
        """The models of the connections; one of them is chosen."""
        if tuple(offers) != self._offers:
            self._offers = tuple(offers)
            self._box.set_offers(self._offers)
        self.set_model(route, model_id)

    def set_model(self, route: str, model_id: str) -> None:
        """Choose it; where it is not to be had, what comes nearest."""
        named = next((one.model for one in self._offers if one.model.id == model_id), None)
        found = find_offer(self._offers, route, model_id)
        self._box.choose(found or nearest_offer(self._offers, route, named))
        self._limit()
        self._fold()

    def offers(self) -> tuple[ModelOffer, ...]:
        return self._offers

    def offer(self) -> ModelOffer | None:
        return self._box.offer()

    def model(self) -> ModelSpec | None:
        offer = self._box.offer()
        return offer.model if offer is not None else None

    def set_count(self, count: int) -> None:
        for action in self._group.actions():
            action.setChecked(action.data() == min(count, self._most()))

    def count(self) -> int:
        checked = self._group.checkedAction()
        return int(checked.data()) if checked is not None else 1

    def _choose_model(self) -> None:
        self._limit()
        if (offer := self.offer()) is not None:
            self._box.setToolTip(offer.about)
            self._fold()
            self.model_chosen.emit(offer)

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
