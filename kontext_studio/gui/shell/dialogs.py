"""Dialogs are opened, never executed: the loop goes on. Qt gives the focus back afterwards."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog


def open_dialog(dialog: QDialog) -> None:
    """Open it; when it is done it is deleted."""
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()
