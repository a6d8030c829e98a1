"""Clauses that a finding asks for, as chips that add them with one press."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from kontext_studio.gui.shell.flow_layout import FlowLayout
from kontext_studio.gui.shell.label import plain_tip
from kontext_studio.gui.theme.apply import set_kind
from kontext_studio.gui.theme.tokens import Theme

if TYPE_CHECKING:
    from kontext_studio.prompting.templates import Snippet

_MOST = 4
_NAMES = {
    "framing": "Camera and framing",
    "person-place": "Same place and pose",
    "face": "Same face",
    "face-hair": "Same face and skin",
    "composition": "Same composition",
    "style": "Same style",
    "look": "Same light and grain",
    "rest": "Everything else",
    "font": "Same lettering",
    "fit": "Fit the same area",
    "blank": "No other lettering",
    "light-match": "Match the light",
    "left": "On the left",
    "right": "On the right",
    "top": "At the top",
    "corner": "Upper right corner",
    "from-image": "From image …",
    "same-subject": "Same person",
}


def snippet_name(snippet: Snippet) -> str:
    """What a clause is called on its chip and in the menu."""
    return _NAMES.get(snippet.key, snippet.text.lstrip(", ").capitalize())


class SnippetChips(QWidget):
    """`chosen` carries a Snippet."""

    chosen = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("snippetChips")
        self.setAccessibleName("Clauses to add")
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._snippets: tuple[Snippet, ...] = ()
        self._flow = FlowLayout(self, gap_px=6, row_gap_px=6)
        self._chips = [self._make(place) for place in range(_MOST)]
        self.set_snippets(())

    def set_theme(self, theme: Theme) -> None:
        """Its chips are dressed by the style sheet."""

    def set_snippets(self, snippets: tuple[Snippet, ...]) -> None:
        self._snippets = snippets[:_MOST]
        for chip, snippet in zip(self._chips, self._snippets, strict=False):
            chip.setText(f"+ {snippet_name(snippet)}".replace("&", "&&"))
            chip.setAccessibleName(f"Add: {snippet.text.lstrip(', ')}")
            chip.setToolTip(plain_tip(snippet.text.lstrip(", ")))
        for place, chip in enumerate(self._chips):
            chip.setVisible(place < len(self._snippets))
        self.setVisible(bool(self._snippets))
        self.updateGeometry()

    def _make(self, place: int) -> QPushButton:
        chip = QPushButton(self)
        chip.setObjectName(f"snippet_{place}")
        set_kind(chip, kind="chip")
        chip.clicked.connect(lambda: self.chosen.emit(self._snippets[place]))
        self._flow.addWidget(chip)
        return chip
