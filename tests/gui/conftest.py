"""The whole window over a real session file, with services that a test scripts."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from kontext_studio.gui.studio import Studio
from kontext_studio.gui.theme.apply import apply_theme
from kontext_studio.gui.theme.tokens import ThemeName, load_theme
from kontext_studio.store.places import Places
from kontext_studio.workbench.bench import Workbench
from tests.fakes.scripted_provider import ScriptedProvider, scripted_reach
from tests.gui.driving import Act, Window


@pytest.fixture
def at_the_window(qapp: QApplication, qt_run: Callable[..., Any]) -> Iterator[Window]:
    """Open the window, act, close it; several times over the same files where a test wants."""
    apply_theme(qapp, load_theme(ThemeName.DARK))

    def run(provider: ScriptedProvider, act: Act) -> None:
        async def whole() -> None:
            bench = Workbench(
                Places.from_environment(os.environ),
                os.environ,
                make_reach=scripted_reach(provider),
            )
            studio = Studio(bench, load_theme(ThemeName.DARK))
            studio.show()
            await studio.begin()
            studio.window.activateWindow()
            try:
                await act(studio)
            finally:
                await studio.end()

        qt_run(whole())

    yield run
    qapp.setStyleSheet("")
