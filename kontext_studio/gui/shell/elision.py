"""Cutting a line of text at its end, without a space before the dots."""

from __future__ import annotations

import re

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetricsF

_LOOSE = re.compile(r"[\s,;:·]+…$")


def elided(text: str, font: QFont, width: float) -> str:
    """The text, or its beginning and "…" where it does not fit."""
    cut = QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, width)
    return _LOOSE.sub("…", cut)
