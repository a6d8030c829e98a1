"""Dialogs are opened, never executed: the loop goes on, and the focus comes back afterwards."""

from __future__ import annotations

import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog


def open_dialog(dialog: QDialog) -> None:
    """Open it; when it is done the focus is where it was before, and the dialog is deleted."""
    before = QApplication.focusWidget()

    def give_back() -> None:
        dialog.deleteLater()
        if before is not None and shiboken6.isValid(before) and before.isVisible():
            before.setFocus(Qt.FocusReason.ActiveWindowFocusReason)

    dialog.finished.connect(give_back)
    dialog.open()
