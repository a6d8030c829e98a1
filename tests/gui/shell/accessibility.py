"""What every part must hold for keyboard, pointer and screen reader (UX 16)."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QScrollArea,
    QScrollBar,
    QWidget,
)


def names_missing(root: QWidget) -> list[str]:
    """Focusable widgets without an accessible name."""
    inner = (QAbstractSpinBox, QComboBox)  # their own line edit is not a stop
    return [
        widget.objectName() or type(widget).__name__
        for widget in (root, *root.findChildren(QWidget))
        if widget.isVisibleTo(root)
        and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and not isinstance(widget.parent(), inner)
        and not QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name).strip()
    ]


def small_targets(root: QWidget, least: int = 24) -> list[tuple[str, tuple[int, int]]]:
    """Buttons and the like that are hard to hit."""
    kinds = (QAbstractButton, QAbstractSlider, QComboBox)
    return [
        (widget.objectName() or type(widget).__name__, widget.size().toTuple())
        for widget in root.findChildren(QWidget)
        if isinstance(widget, kinds)
        and not isinstance(widget, QScrollBar)  # 12 by the tokens; wheel and keys do the same
        and widget.isVisibleTo(root)
        and min(widget.size().toTuple()) < least
    ]


def in_sight(stop: QWidget) -> bool:
    """Whether all of it can be seen, where it stands in something that scrolls."""
    around = stop.parentWidget()
    while around is not None and not isinstance(around, QScrollArea):
        around = around.parentWidget()
    return around is None or stop.visibleRegion().boundingRect() == stop.rect()
