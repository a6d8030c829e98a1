"""Before and after with their names, and between them the button that swaps the two."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from kontext_studio.gui.comparison.compared import Compared
from kontext_studio.gui.comparison.small_parts import sharp_pixmap
from kontext_studio.gui.shell.elided_label import ElidedLabel
from kontext_studio.gui.shell.label import Label
from kontext_studio.gui.theme.apply import set_kind
from kontext_studio.gui.theme.icons import icon
from kontext_studio.gui.theme.tokens import Theme
from kontext_studio.gui.theme.tool_button import ToolButton

_THUMB = QSize(132, 88)


class PairPart(QWidget):
    swap_asked = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._swap = ToolButton(self)
        self._swap.setObjectName("swapButton")
        self._swap.setAccessibleName("Swap before and after")
        self._swap.setToolTip("Swap sides  X")
        self._swap.clicked.connect(self.swap_asked)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(theme.space(2))
        grid.setVerticalSpacing(0)
        grid.setRowMinimumHeight(1, 8)
        self._sides = []
        for column, side in ((0, "Before"), (2, "After")):
            thumb, where, name = Label(), ElidedLabel(), ElidedLabel()
            thumb.setFixedSize(_THUMB)
            set_kind(where, type="small", tone="secondary")
            set_kind(name, type="label")
            for row, part in ((0, thumb), (2, where), (3, name)):
                grid.addWidget(part, row, column)
            self._sides.append((side, thumb, where, name))
        grid.addWidget(self._swap, 0, 1, Qt.AlignmentFlag.AlignCenter)
        grid.setColumnStretch(1, 1)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        self._swap.setIcon(icon(theme, "arrow-left-right"))

    def show_pair(self, before: Compared, after: Compared) -> None:
        for step, (side, thumb, where, name) in zip((before, after), self._sides, strict=True):
            if step.image is not None and not step.image.isNull():
                thumb.setPixmap(sharp_pixmap(step.image, _THUMB, thumb.devicePixelRatioF()))
            else:
                thumb.clear()
            where.set_whole_text(f"{side} · {step.step}" if step.step else side)
            name.set_whole_text(step.title)
