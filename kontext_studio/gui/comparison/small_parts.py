"""Labels, lines and rows that the parts of the Compare tab are made of."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLayout, QWidget

from kontext_studio.gui.shell.label import Label
from kontext_studio.gui.shell.small_pictures import filled_pixmap
from kontext_studio.gui.theme.apply import set_kind


def words(text: str, kind: str = "body", tone: str = "primary", *, wraps: bool = False) -> Label:
    label = Label(text)
    label.setWordWrap(wraps)
    set_kind(label, type=kind, tone=tone)
    return label


def cell(text: str, tone: str, *, right: bool = False) -> Label:
    """A cell of a table, which can be selected and copied; wrapped unless it is a number."""
    label = words(text, "small", tone, wraps=not right)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    if right:
        label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return label


def line() -> QFrame:
    divider = QFrame()
    set_kind(divider, kind="divider")
    divider.setFixedHeight(1)
    return divider


def labelled(text: str, field: QWidget) -> QHBoxLayout:
    """A label on the left, its field on the right."""
    row = QHBoxLayout()
    row.addWidget(words(text, "body", "secondary", wraps=True), 1)
    row.addWidget(field)
    return row


def sharp_pixmap(image: QImage, size: QSize, ratio: float) -> QPixmap:
    """The middle of a picture in that size, with as many pixels as the screen has there."""
    pixmap = filled_pixmap(image, size * ratio)
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


def emptied(layout: QLayout) -> None:
    """Take everything out of a layout."""
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()


def clear_rows(table: QGridLayout) -> None:
    """Empty a table; widths that were set for its columns are forgotten."""
    emptied(table)
    for column in range(table.columnCount()):
        table.setColumnMinimumWidth(column, 0)
        table.setColumnStretch(column, 0)
