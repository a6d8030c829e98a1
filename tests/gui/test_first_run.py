"""What the first screen leads to: a sample to try the engine on, and how to connect a service."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton

from kontext_studio.gui.settings.surface import SettingsSurface
from kontext_studio.gui.studio import Studio
from tests.gui.driving import Window, good, has_stored, is_on_step, part, until


def press(studio: Studio, name: str) -> None:
    button = part(studio.window.empty, QAbstractButton, name)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_trying_the_engine_makes_two_steps_of_a_sample_that_can_be_compared(
    at_the_window: Window,
) -> None:
    provider = good()

    async def act(studio: Studio) -> None:
        press(studio, "emptyEmbedded")
        studio.samples.try_engine()  # pressed twice is pressed once
        await until(lambda: has_stored(studio, 2), 20)
        original, first, second = studio.bench.session.history
        assert original.title == "coffee.png"
        assert first.parents == second.parents == (original.id,)
        await until(lambda: is_on_step(studio, 1))
        await until(studio.window.actions_by_id["view_side"].isEnabled)
        jobs = studio.window.right.jobs
        await until(lambda: jobs.listing().summary == "2 done today")

    at_the_window(provider, act)
    assert len(provider.sent) == 2


def test_connecting_opens_the_connections_in_the_settings(at_the_window: Window) -> None:
    async def act(studio: Studio) -> None:
        press(studio, "emptyConnect")
        await until(lambda: studio.window.findChild(SettingsSurface) is not None)
        shown = part(studio.window, SettingsSurface, "settingsDialog")
        await until(shown.isVisible)
        assert shown.section == "connection"

    at_the_window(good(), act)
