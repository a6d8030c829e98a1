"""One row of a form: a name with its limits, the fields, and below them what is wrong or said."""

from __future__ import annotations

from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from kontext_studio.gui.shell.elided_label import ElidedLabel
from kontext_studio.gui.shell.label import Label
from kontext_studio.gui.theme.apply import set_kind
from kontext_studio.gui.theme.tokens import Theme
from kontext_studio.gui.theme.type import type_font

_ROW = 36
_LABEL_WIDTH = 112
_DOT_ROOM = 12


class FormRow(QWidget):
    """Its fields belong into `line`."""

    def __init__(self, name: str, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        scale = theme.text_scale
        width = round(_LABEL_WIDTH * min(scale, 1.25))
        self._name = Label(name, self)
        needed = QFontMetrics(type_font(theme, "small")).horizontalAdvance(name) + _DOT_ROOM
        self._name.setWordWrap(needed > width)
        set_kind(self._name, type="small", tone="secondary")
        self._dot = Label("•", self)
        self._dot.setAccessibleName("changed")
        set_kind(self._dot, type="small", tone="accent")
        self._dot.hide()
        self._limits = ElidedLabel(self)
        set_kind(self._limits, type="meta", tone="tertiary")
        self._limits.hide()
        self._below = Label(self)
        self._below.setObjectName("fieldProblem")
        self._below.setWordWrap(True)
        self._below.hide()
        self._problem = self._note = ""
        caption = QWidget(self)
        caption.setFixedWidth(width)
        words = QHBoxLayout()
        words.setSpacing(6)
        words.addWidget(self._name, 1 if needed > width else 0)
        words.addWidget(self._dot)
        if needed <= width:
            words.addStretch(1)
        lines = QVBoxLayout(caption)
        lines.setContentsMargins(0, 2, 0, 2)
        lines.setSpacing(0)
        lines.addStretch(1)
        lines.addLayout(words)
        lines.addWidget(self._limits)
        lines.addStretch(1)
        self.line = QHBoxLayout()
        self.line.setSpacing(8)
        whole = QWidget(self)
        whole.setMinimumHeight(_ROW)
        across = QHBoxLayout(whole)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(8)
        across.addWidget(caption)
        across.addLayout(self.line, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(whole)
        below = QHBoxLayout()
        below.setContentsMargins(width + 8, 0, 0, 4)
        below.addWidget(self._below)
        column.addLayout(below)
        self._tail = below
        self._show_below()

    def set_changed(self, changed: bool) -> None:
        """A dot where the value is not the usual one."""
        self._dot.setVisible(changed)

    def set_limits(self, limits: str, usual: str = "") -> None:
        """ "1 to 20, usually 3.5" below the name, or as much of it as there is room for."""
        whole = ", ".join(part for part in (limits, usual) if part)
        self._limits.set_whole_text(whole, *((limits,) if limits and usual else ()))
        self._limits.setVisible(bool(whole))

    def set_problem(self, words: str) -> None:
        """What is wrong with what was typed; empty where nothing is."""
        self._problem = words
        self._show_below()

    def set_note(self, words: str) -> None:
        """A fact about what will be sent; a problem takes its place."""
        self._note = words
        self._show_below()

    def _show_below(self) -> None:
        words = self._problem or self._note
        if words != self._below.text():
            self._below.setText(words)
        set_kind(self._below, type="meta", tone="danger" if self._problem else "tertiary")
        self._below.setVisible(bool(words))
        margins = self._tail.contentsMargins()
        margins.setBottom(4 if words else 0)
        self._tail.setContentsMargins(margins)
