"""A part of the panel that folds: its header, and what is below it."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from kontext_studio.gui.instruction.section_header import SectionHeader
from kontext_studio.gui.theme.tokens import Theme


class FoldPart(QWidget):
    def __init__(
        self,
        theme: Theme,
        title: str,
        body: QWidget,
        parent: QWidget | None = None,
        *,
        folded: bool = False,
    ) -> None:
        super().__init__(parent)
        self.header = SectionHeader(theme, title, self)
        self._holder = QWidget(self)
        inner = QVBoxLayout(self._holder)
        inner.setContentsMargins(16, 0, 16, 12)
        inner.addWidget(body)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addWidget(self._holder)
        self.header.folded.connect(self._holder.setHidden)
        self.header.set_folded(folded)

    def set_theme(self, theme: Theme) -> None:
        self.header.set_theme(theme)

    @property
    def is_folded(self) -> bool:
        return self.header.is_folded()
