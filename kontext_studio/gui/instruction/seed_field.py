"""The seed: random for each run, or one fixed number."""

from __future__ import annotations

from collections.abc import Callable
from random import SystemRandom

from PySide6.QtCore import QRegularExpression, QSize, Qt, Signal
from PySide6.QtGui import QRegularExpressionValidator
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QToolButton, QWidget

from kontext_studio.core.request import MAX_DRAWN_SEED, MAX_SEED
from kontext_studio.gui.theme.apply import set_kind
from kontext_studio.gui.theme.icons import icon
from kontext_studio.gui.theme.tokens import Theme


def draw_seed() -> int:
    return SystemRandom().randrange(MAX_DRAWN_SEED + 1)


class SeedField(QWidget):
    """An empty field is "Random". The dice fix a fresh number, the lock lets it go again."""

    changed = Signal()

    def __init__(
        self, theme: Theme, parent: QWidget | None = None, draw: Callable[[], int] = draw_seed
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._draw = draw
        self._line = QLineEdit(self)
        self._line.setObjectName("param_seed")
        self._line.setAccessibleName("Seed")
        self._line.setPlaceholderText("Random")
        # Qt's validator of whole numbers ends at 31 bits.
        digits = QRegularExpression(f"[0-9]{{1,{len(str(MAX_SEED))}}}")
        self._line.setValidator(QRegularExpressionValidator(digits, self._line))
        self._line.textEdited.connect(self._tell)
        self._button = QToolButton(self)
        self._button.setObjectName("seedButton")
        self._button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._button.setIconSize(QSize(16, 16))
        set_kind(self._button, kind="outlined")
        self._button.clicked.connect(self._press)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self._line, 1)
        row.addWidget(self._button)
        self._show_button()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._show_button()

    def seed(self) -> int | None:
        text = self._line.text()
        return int(text) if text.isdecimal() else None

    def set_seed(self, seed: int | None) -> None:
        self._line.setText("" if seed is None else str(seed))
        self._show_button()

    def _press(self) -> None:
        self.set_seed(self._draw() if self.seed() is None else None)
        self.changed.emit()

    def _tell(self) -> None:
        self._show_button()
        self.changed.emit()

    def _show_button(self) -> None:
        fixed = self.seed() is not None
        words = "Use a random seed again" if fixed else "Fix a seed"
        self._button.setIcon(icon(self._theme, "lock" if fixed else "dices", "primary", 16))
        self._button.setToolTip(words)
        self._button.setAccessibleName(words)
