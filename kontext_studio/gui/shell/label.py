"""A label whose words are never mark-up: much of what is shown comes from services and files."""

from __future__ import annotations

import html

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget


class Label(QLabel):
    """Used in place of QLabel everywhere: Qt's default looks for tags in the text."""

    def __init__(self, text: str | QWidget | None = None, parent: QWidget | None = None) -> None:
        if isinstance(text, str):
            super().__init__(text, parent)
        else:
            super().__init__(text)
        self.setTextFormat(Qt.TextFormat.PlainText)


def plain_tip(text: str) -> str:
    """A tool tip with these very words: Qt takes one with tags in it for mark-up."""
    return f"<p>{html.escape(text)}</p>" if "<" in text else text
