"""Run, and beside it the menu of what else can be done with what is written."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QWidget

from kontext_studio.gui.instruction.run_button import RunButton
from kontext_studio.gui.theme.apply import set_kind
from kontext_studio.gui.theme.icons import icon
from kontext_studio.gui.theme.tokens import Theme


class RunRow(QWidget):
    """`price_asked`: what the service itself would take for this run."""

    price_asked = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.button = RunButton(theme, self)
        self.more = QToolButton(self)
        self.more.setObjectName("runMore")
        self.more.setAccessibleName("More about this run")
        self.more.setToolTip("More about this run")
        self.more.setIconSize(QSize(16, 16))
        self.more.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        set_kind(self.more, kind="outlined")
        self.more.clicked.connect(self._open_menu)
        self._check = QAction("Check the price", self)
        self._check.setObjectName("checkPrice")
        self._check.triggered.connect(self.price_asked)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.button, 1)
        row.addWidget(self.more)
        self.set_can_estimate(False)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        self.button.set_theme(theme)
        self.more.setIcon(icon(theme, "chevron-down", "primary", 16))

    def set_can_estimate(self, can: bool) -> None:
        """Whether the service answers that; the menu is there only then."""
        self.more.setVisible(can)

    def _open_menu(self) -> None:
        menu = QMenu(self)
        menu.setObjectName("runMenu")
        self._check.setEnabled(self.button.isEnabled())
        menu.addAction(self._check)
        menu.aboutToHide.connect(menu.deleteLater)
        right = self.more.mapToGlobal(QPoint(self.more.width(), self.more.height()))
        menu.popup(right - QPoint(menu.sizeHint().width(), 0))
