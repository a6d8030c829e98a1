"""The application dressed in the dark theme for one test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtGui import QFont, QPalette
from PySide6.QtWidgets import QApplication

from kontext_studio.gui.theme.apply import apply_theme
from kontext_studio.gui.theme.tokens import Theme, ThemeName, load_theme


@pytest.fixture(scope="session")
def theme() -> Theme:
    return load_theme(ThemeName.DARK)


@pytest.fixture
def dressed(qapp: QApplication, theme: Theme) -> Iterator[Theme]:
    """The theme, applied; ask for it where sizes matter."""
    before = QFont(qapp.font()), QPalette(qapp.palette())
    apply_theme(qapp, theme)
    yield theme
    qapp.setStyleSheet("")
    qapp.setFont(before[0])
    qapp.setPalette(before[1])
