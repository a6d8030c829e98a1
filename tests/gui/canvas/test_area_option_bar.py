"""The bar of the area tool: everything is named and whole, however narrow and large its words."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QVBoxLayout, QWidget

from kontext_studio.gui.canvas.area_option_bar import AreaOptionBar, BarPurpose
from kontext_studio.gui.theme.apply import apply_theme
from kontext_studio.gui.theme.icons import icon
from kontext_studio.gui.theme.tokens import ThemeName, load_theme
from kontext_studio.gui.theme.tool_button import ToolButton

TOOLS = ("Add", "Remove", "Lasso", "Box")
OF_A_RUN = {*TOOLS, "Size", "Feather", "Invert", "Clear", "Done"}
OF_KEEPING = (OF_A_RUN - {"Done"}) | {"Less", "More", "Keep everything else", "Cancel"}


def words_seen(bar: QWidget) -> set[str]:
    """Words that stand whole on the bar."""
    seen = set()
    for part in bar.findChildren(QWidget):
        if not isinstance(part, QLabel | QAbstractButton) or not part.isVisibleTo(bar):
            continue
        place = QRect(part.mapTo(bar, QPoint()), part.size())
        whole = part.width() >= part.minimumSizeHint().width()
        beside = Qt.ToolButtonStyle.ToolButtonTextBesideIcon
        icon_alone = isinstance(part, ToolButton) and part.toolButtonStyle() is not beside
        if bar.rect().contains(place) and whole and not icon_alone:
            seen.add(part.text())
    return seen


@pytest.mark.parametrize(
    ("text_scale", "width_px", "purpose", "wanted"),
    [
        (1.0, 482, BarPurpose.DRAFT, OF_A_RUN),  # of a window of 1180, with both docks
        (1.0, 744, BarPurpose.DRAFT, OF_A_RUN),  # 1440
        (1.0, 900, BarPurpose.DRAFT, OF_A_RUN),  # 1600
        (1.5, 482, BarPurpose.DRAFT, OF_A_RUN),
        (2.0, 744, BarPurpose.DRAFT, OF_A_RUN),
        (1.0, 482, BarPurpose.KEEPING, OF_KEEPING),
        (1.5, 744, BarPurpose.KEEPING, OF_KEEPING),
    ],
)
def test_every_control_is_named_and_whole(
    qapp: QApplication, qtbot, text_scale, width_px, purpose, wanted
):
    theme = load_theme(ThemeName.DARK, text_scale=text_scale)
    apply_theme(qapp, theme)
    whole = QWidget()
    qtbot.add_widget(whole)
    column = QVBoxLayout(whole)
    column.setContentsMargins(0, 0, 0, 0)
    bar = AreaOptionBar(
        theme, [QAction(icon(theme, "brush"), words, whole) for words in TOOLS], whole
    )
    column.addWidget(bar)
    column.addStretch(1)
    bar.set_purpose(purpose)
    bar.show()
    whole.resize(width_px, 400)
    whole.show()

    def is_settled() -> bool:
        lines = 1 if bar.height() < 60 else 2
        at_rest = bar.height() == bar.sizeHint().height() and words_seen(bar) - {""} == wanted
        return at_rest and (lines == 1) == (width_px == 900)

    qtbot.wait_until(is_settled)
    above = bar.height()
    bar.set_busy("Looking for what changed")
    assert bar.sizeHint().height() == above  # the picture does not jump
    bar.set_busy("")
    assert bar.sizeHint().height() == above
    qapp.setStyleSheet("")
