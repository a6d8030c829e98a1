"""One line of a form: its label, its field, and what is wrong with it, said at the field."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from kontext_studio.gui.settings.words import words
from kontext_studio.gui.shell.label import Label
from kontext_studio.gui.theme.apply import set_kind
from kontext_studio.gui.theme.icons import icon
from kontext_studio.gui.theme.tokens import Theme

LABEL_PX = 132
_ICON = QSize(14, 14)
_WIDE = 1000


class FormRow(QWidget):
    """`target` is what the label names and where a problem leads; the field itself unless told."""

    def __init__(
        self,
        theme: Theme,
        label: str,
        field: QWidget,
        *,
        target: QWidget | None = None,
        note: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self.target = target or field
        self.problem = ""
        self._label = words(label, "body", "secondary")
        self._label.setBuddy(self.target)
        self._label.setFixedWidth(round(LABEL_PX * min(theme.text_scale, 1.3)))
        self.name_field(label)
        self._note = words("", "small", "tertiary")
        self._sign = Label()
        self._wrong = words("", "small", "danger")
        self._wrong.setObjectName("fieldProblem")
        # A part of its own: an empty layout within the column would take away its width.
        self._told = QWidget()
        told = QHBoxLayout(self._told)
        told.setContentsMargins(0, 0, 0, 0)
        told.setSpacing(theme.space(2))
        told.addWidget(self._sign)
        told.addWidget(self._wrong, 1)
        column = QVBoxLayout()
        column.setSpacing(theme.space(2))
        column.addWidget(_across(field))
        column.addWidget(self._note)
        column.addWidget(self._told)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme.space(4))
        head = QVBoxLayout()
        head.setSpacing(0)
        head.addSpacing((theme.length("size.control") - theme.type_styles["body"].line_px) // 2)
        head.addWidget(self._label)
        head.addStretch(1)
        line.addLayout(head)
        line.addLayout(column, 1)
        self.set_note(note)  # not before: a label without a parent would be a window of its own
        self.set_problem("")

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._show_sign()

    def name_field(self, label: str) -> None:
        """What the label says now."""
        self._label.setText(label)
        self.target.setAccessibleName(label)

    def set_note(self, note: str) -> None:
        self._note.setText(note)
        self._note.setVisible(bool(note))

    def set_problem(self, problem: str) -> None:
        """Say at the field what is wrong with it; empty takes it away."""
        self.problem = problem
        self._wrong.setText(problem)
        self._told.setVisible(bool(problem))
        self.target.setAccessibleDescription(problem)
        if isinstance(self.target, QLineEdit | QComboBox):
            set_kind(self.target, tone="danger" if problem else "")
        self._show_sign()

    def _show_sign(self) -> None:
        if self.problem:
            self._sign.setPixmap(icon(self._theme, "circle-alert", "danger", 14).pixmap(_ICON))


def _across(field: QWidget) -> QWidget:
    """A field that is only so wide stands at the left of the column, and does not narrow it."""
    policy = field.sizePolicy()
    if isinstance(field, QComboBox):
        policy.setHorizontalPolicy(QSizePolicy.Policy.Expanding)
        field.setSizePolicy(policy)
    if field.maximumWidth() < _WIDE:
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(field)
        row.addStretch(1)
        return line
    return field
