"""What a screen reader is told without being asked (UX X5), and the Help menu."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtWidgets import QDialog, QMessageBox

from kontext_studio.core.errors import ServiceFailed
from kontext_studio.gui.presenters.notifying import Note, Notifying
from kontext_studio.gui.presenters.spoken import EVERY_MS
from kontext_studio.gui.studio import Studio
from tests.fakes.scripted_provider import ScriptedProvider
from tests.gui.driving import (
    Window,
    good,
    open_picture,
    part,
    press_run,
    run_once,
    until,
    write,
)


def test_a_result_is_announced_once(at_the_window: Window, tmp_path: Path) -> None:
    async def act(studio: Studio) -> None:
        said: list[str] = []
        studio.spoken.said.connect(said.append)
        await open_picture(studio, tmp_path)
        await run_once(studio, "Make it warmer")
        await until(lambda: "Step 1 is ready, make it warmer" in said)
        assert [one for one in said if "ready" in one] == ["Step 1 is ready, make it warmer"]

    at_the_window(good(), act)


def test_j8_of_a_long_run_the_desktop_is_told_while_the_person_is_elsewhere(
    at_the_window: Window, tmp_path: Path
) -> None:
    async def act(studio: Studio) -> None:
        told: list[tuple[str, Note]] = []
        away = [True]

        def notifying(name: str, after_s: float) -> Notifying:
            return Notifying(
                studio.bench,
                studio.bridge,
                studio.window,
                after_s=after_s,
                show=lambda note: told.append((name, note)),
                is_looked_at=lambda: not away[0],
            )

        both = notifying("any", 0.0), notifying("long", 15.0)
        assert len(both) == 2
        await open_picture(studio, tmp_path)
        await run_once(studio, "Make it warmer")
        assert told == [("any", Note("Step 1 is ready", "Make it warmer"))]
        away[0] = False
        await run_once(studio, "Make it red")
        away[0] = True
        await studio.bench.change_settings(replace(studio.bench.settings, notify=False))
        await run_once(studio, "Make it blue")
        assert len(told) == 1

    at_the_window(good(), act)


def test_a_failure_is_announced_with_its_reason(at_the_window: Window, tmp_path: Path) -> None:
    broken = ScriptedProvider(lambda request: [ServiceFailed("The service broke down.")])

    async def act(studio: Studio) -> None:
        said: list[str] = []
        studio.spoken.said.connect(said.append)
        await open_picture(studio, tmp_path)
        write(studio, "Make it warmer")
        press_run(studio)
        await until(lambda: any("broke down" in one for one in said))
        assert said[-1].startswith("Step 1, make it warmer")

    at_the_window(broken, act)


def test_sentences_are_three_seconds_apart_and_only_the_newest_of_a_run_waits(
    at_the_window: Window,
) -> None:
    async def act(studio: Studio) -> None:
        said: list[str] = []
        studio.spoken.said.connect(said.append)
        studio.spoken.say("Exported a.png")
        studio.spoken.say("Exported b.png")
        studio.spoken.say("Exported c.png")
        assert said == ["Exported a.png"]
        await until(lambda: len(said) == 2)
        assert said == ["Exported a.png", "Exported c.png"]

    assert EVERY_MS == 3000
    at_the_window(good(), act)


def test_the_instruction_guide_and_the_keys_are_two_things(at_the_window: Window) -> None:
    async def act(studio: Studio) -> None:
        actions, window = studio.window.actions_by_id, studio.window
        actions["help"].trigger()
        await until(lambda: window.findChild(QDialog, "instructionGuide") is not None)
        await until(lambda: part(window, QDialog, "instructionGuide").isVisible())
        assert window.findChild(QDialog, "shortcutSheet") is None
        actions["shortcuts"].trigger()
        assert part(window, QDialog, "shortcutSheet").isVisible()

    at_the_window(good(), act)


def test_about_names_both_qt_and_pyside_and_shows_the_icon(at_the_window: Window) -> None:
    async def act(studio: Studio) -> None:
        studio.window.actions_by_id["about"].trigger()
        box = part(studio.window, QMessageBox, "aboutBox")
        assert not box.iconPixmap().isNull()
        for words in ("Qt 6.", "PySide6 6.", "LGPL", "Lucide", "Inter"):
            assert words in box.informativeText()
        box.close()

    at_the_window(good(), act)
