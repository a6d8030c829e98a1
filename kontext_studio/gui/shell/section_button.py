"""The header of a part that folds: a chevron and a name."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QSizePolicy, QToolButton, QWidget

from kontext_studio.gui.theme.apply import set_kind
from kontext_studio.gui.theme.icons import icon
from kontext_studio.gui.theme.tokens import Theme


class SectionButton(QToolButton):
    """Checked is open."""

    def __init__(self, theme: Theme, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setText(text)
        self.setCheckable(True)
        self.setChecked(True)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        set_kind(self, kind="section")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setIconSize(QSize(14, 14))
        self.toggled.connect(self._point)
        self._point(True)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._point(self.isChecked())

    def _point(self, is_open: bool) -> None:
        name = "chevron-down" if is_open else "chevron-right"
        self.setIcon(icon(self._theme, name, size_px=14))
