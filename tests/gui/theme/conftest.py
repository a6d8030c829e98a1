"""The application dressed in a theme, and undressed again for the tests that follow."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QFont, QPalette
from PySide6.QtWidgets import QVBoxLayout, QWidget

from kontext_studio.gui.theme.apply import apply_theme
from kontext_studio.gui.theme.tokens import Theme, ThemeName, load_theme


@pytest.fixture(params=list(ThemeName), ids=str)
def theme(request) -> Theme:
    return load_theme(request.param)


@pytest.fixture
def dressed(qapp, theme):
    """The theme, applied to the application."""
    before = QFont(qapp.font()), QPalette(qapp.palette())
    apply_theme(qapp, theme)
    yield theme
    qapp.setStyleSheet("")
    qapp.setFont(before[0])
    qapp.setPalette(before[1])


@pytest.fixture
def show(qtbot, dressed):
    """Puts widgets into one shown and active window, which lives as long as the test."""
    windows = []

    def in_window(*widgets: QWidget) -> QWidget:
        window = QWidget()
        windows.append(window)
        qtbot.add_widget(window)
        column = QVBoxLayout(window)
        for widget in widgets:
            column.addWidget(widget)
        with qtbot.waitActive(window):
            window.show()
            window.activateWindow()
        return window

    return in_window
