"""What can be done about a finding, as entries of a menu: its fixes, each with what comes of it,
why it was said, and the ways to ignore it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QToolTip, QWidget

from kontext_studio.gui.instruction.fix_preview import preview
from kontext_studio.gui.instruction.wording_asked import HowLong, IgnoreAsked
from kontext_studio.gui.shell.label import plain_tip

if TYPE_CHECKING:
    from kontext_studio.prompting.findings import Finding, Fix

_WAYS = (
    ("Ignore here", HowLong.ONCE),
    ("Ignore this rule in this session", HowLong.SESSION),
    ("Switch this rule off", HowLong.ALWAYS),
)


class FixMenu(QMenu):
    """The entry under the pointer or the keyboard shows at once what would come of it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("fixMenu")
        self.setAccessibleName("What can be done about this")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.hovered.connect(self._show_outcome)

    def add_fixes(self, text: str, finding: Finding, take: Callable[[Fix], None]) -> None:
        for fix in finding.fixes:
            action = QAction(fix.title.replace("&", "&&"), self)
            if fix.edits:
                action.setToolTip(plain_tip(preview(text, fix)))
            action.triggered.connect(lambda _on=False, fix=fix: take(fix))
            self.addAction(action)

    def add_ways_out(
        self,
        text: str,
        finding: Finding,
        why: Callable[[str], None],
        ignore: Callable[[IgnoreAsked], None],
    ) -> None:
        if self.actions():
            self.addSeparator()
        reason = self.addAction("Why?")
        reason.setObjectName("whyProblem")
        reason.triggered.connect(lambda: why(finding.rule))
        words = text[finding.start : finding.end]
        for title, how_long in _WAYS:
            asked = IgnoreAsked(finding.rule, words, how_long)
            action = self.addAction(title)
            action.setObjectName(f"ignore_{how_long.value}")
            action.triggered.connect(lambda _on=False, asked=asked: ignore(asked))

    def _show_outcome(self, action: QAction) -> None:
        tip = action.toolTip()
        if not tip or tip == action.text():
            QToolTip.hideText()
            return
        beside = self.mapToGlobal(self.actionGeometry(action).topRight() + QPoint(4, 0))
        QToolTip.showText(beside, tip, self)
