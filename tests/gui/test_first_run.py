"""What the first screen leads to: a sample to try the engine on, and how to connect a service."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QPushButton

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
        assert studio.window.actions_by_id["view_side"].isEnabled()
        jobs = studio.window.right.jobs
        await until(lambda: jobs.listing().summary == "2 done today")

    at_the_window(provider, act)
    assert len(provider.sent) == 2


def test_without_a_settings_dialog_connecting_says_how(at_the_window: Window) -> None:
    async def act(studio: Studio) -> None:
        press(studio, "emptyConnect")
        bar = studio.window.message_bar
        (message,) = bar.messages()
        assert "FAL_KEY" in message.body
        assert "kontext-studio routes add" in message.body
        (copy,) = [one for one in bar.findChildren(QPushButton) if one.isVisible()]
        assert copy.text() == "Copy the command"
        QTest.mouseClick(copy, Qt.MouseButton.LeftButton)
        assert QGuiApplication.clipboard().text().startswith("kontext-studio routes add ")

    at_the_window(good(), act)
