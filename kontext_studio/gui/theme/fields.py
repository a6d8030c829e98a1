"""Small corrections of fields that a style sheet cannot make."""

from __future__ import annotations

from PySide6.QtWidgets import QAbstractSpinBox, QLineEdit, QSizePolicy

_INSET = 8


def inset_spin_box(field: QAbstractSpinBox) -> None:
    """Move the number away from the left border.

    WORKAROUND: Qt 6.11 ignores a style sheet's padding for the line edit inside a spin box (seen
    with Fusion); may go when ``QAbstractSpinBox { padding-left: 10px }`` moves the text.
    """
    line = field.findChild(QLineEdit)
    if line is not None:
        line.setTextMargins(_INSET, 0, 0, 0)


def narrow_spin_box(field: QAbstractSpinBox) -> None:
    """Take the width there is: Qt asks for room for the widest number of its range, which with
    large type is more than a dock has."""
    field.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
