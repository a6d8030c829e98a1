"""A comparison at the window: what Enter, the panel and the commands are about."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFrame, QLabel, QPushButton

from kontext_studio.gui.canvas.image_stage import StageMode
from kontext_studio.gui.studio import Studio
from tests.gui.driving import (
    Window,
    good,
    has_stored,
    is_on_step,
    open_picture,
    part,
    press_run,
    press_shortcut,
    run_once,
    until,
    write,
)


async def side_by_side(studio: Studio) -> None:
    await press_shortcut(studio, "view_side", Qt.Key.Key_3)
    await until(lambda: len(studio.window.stage.grid.tiles) == 2)
    await until(lambda: studio.window.right.tab == 1)


def button_words(studio: Studio) -> str:
    return part(studio.window.right.compare, QPushButton, "editFromButton").text()


def highlighted(studio: Studio) -> list[str]:
    """The steps of the rows that stand out in the panel."""
    rows = studio.window.right.compare.findChildren(QFrame)
    chosen = [row for row in rows if row.property("kind") == "card" and row.isVisible()]
    return [row.findChildren(QLabel)[-1].text() for row in chosen]


def test_enter_edits_from_the_tile_that_has_the_focus_as_the_panel_says(
    at_the_window: Window, tmp_path: Path
) -> None:
    async def act(studio: Studio) -> None:
        await open_picture(studio, tmp_path)
        await run_once(studio, "Make it warmer")
        await run_once(studio, "Make it cooler")
        await side_by_side(studio)
        first, second = studio.window.stage.grid.tiles
        await until(lambda: button_words(studio) == "Edit from step 2")
        assert QApplication.focusWidget() is second
        first.setFocus()
        await until(lambda: button_words(studio) == "Edit from step 1")
        await until(lambda: highlighted(studio) == ["Step 1"])
        QTest.keyClick(first, Qt.Key.Key_Return)
        await until(lambda: is_on_step(studio, 1))
        assert studio.window.right.instruction.edit.hasFocus()

    at_the_window(good(), act)


def test_enter_on_a_button_of_a_tile_presses_that_button(
    at_the_window: Window, tmp_path: Path
) -> None:
    async def act(studio: Studio) -> None:
        await open_picture(studio, tmp_path)
        await run_once(studio, "Make it warmer")
        await side_by_side(studio)
        original, step = studio.bench.session.history
        tile = studio.window.stage.grid.tiles[0]
        tile.setFocus()
        star = tile.tab_stops()[1]
        star.setFocus()
        QTest.keyClick(star, Qt.Key.Key_Return)
        await until(lambda: original.id in studio.bench.session.stars)
        assert studio.steps.current is step, "looking has not moved"
        assert not studio.window.right.instruction.edit.hasFocus()

    at_the_window(good(), act)


def test_single_keys_are_about_the_tile_that_has_the_focus(
    at_the_window: Window, tmp_path: Path
) -> None:
    async def act(studio: Studio) -> None:
        await open_picture(studio, tmp_path)
        await run_once(studio, "Make it warmer")
        await run_once(studio, "Make it cooler")
        await side_by_side(studio)
        _, first, second = studio.bench.session.history
        tile = studio.window.stage.grid.tiles[0]
        tile.setFocus()
        QTest.keyClick(tile, Qt.Key.Key_S)
        await until(lambda: studio.bench.session.stars)
        assert set(studio.bench.session.stars) == {first.id}
        studio.window.history.view.setFocus()
        QTest.keyClick(studio.window.history.view, Qt.Key.Key_S)
        await until(lambda: second.id in studio.bench.session.stars)

    at_the_window(good(), act)


def test_a_change_while_a_comparison_is_on_its_way_does_not_call_it_off(
    at_the_window: Window, tmp_path: Path
) -> None:
    async def act(studio: Studio) -> None:
        await open_picture(studio, tmp_path)
        await run_once(studio, "Make it warmer")
        await press_shortcut(studio, "view_side", Qt.Key.Key_3)
        assert studio.looking.mode is StageMode.SINGLE, "its pictures are not there yet"
        studio.looking.refresh()  # as after anything that is done in the session
        await until(lambda: studio.looking.mode is StageMode.SIDE_BY_SIDE)
        assert len(studio.window.stage.grid.tiles) == 2

    at_the_window(good(), act)


def test_variants_are_told_apart_in_the_panel(at_the_window: Window, tmp_path: Path) -> None:
    async def act(studio: Studio) -> None:
        await open_picture(studio, tmp_path)
        studio.window.right.instruction.set_count(3)
        write(studio, "Make it warmer")
        press_run(studio)
        await until(lambda: has_stored(studio, 1))
        studio.steps.select(list(studio.bench.session.history)[-1].id)
        await until(lambda: is_on_step(studio, 1))
        await press_shortcut(studio, "view_grid", Qt.Key.Key_4)
        await until(lambda: len(studio.window.stage.grid.tiles) == 3)
        panel = studio.window.right.compare

        def said() -> set[str]:
            return {label.text() for label in panel.findChildren(QLabel) if label.isVisible()}

        await until(lambda: {"Variant 1", "Variant 2", "Variant 3"} <= said())
        assert {"Step 1 · variant 1", "Step 1 · variant 2", "Step 1 · variant 3"} <= said()
        assert button_words(studio) == "Edit from step 1 · variant 3"

    at_the_window(good(), act)


def test_the_table_says_models_and_settings_as_the_rest_of_the_window_does(
    at_the_window: Window, tmp_path: Path
) -> None:
    async def act(studio: Studio) -> None:
        await open_picture(studio, tmp_path)
        await run_once(studio, "Make it warmer")
        await side_by_side(studio)
        panel = studio.window.right.compare

        def said() -> set[str]:
            return {label.text() for label in panel.findChildren(QLabel) if label.isVisible()}

        await until(lambda: "Changed" in said())
        assert {"Embedded engine", "PNG"} <= said()
        assert not {"embedded", "png"} & said()
        assert not any(words.endswith("changed") for words in said())

    at_the_window(good(), act)


def test_an_original_has_its_name_alone_beside_the_middle_of_its_picture(
    at_the_window: Window, tmp_path: Path
) -> None:
    async def act(studio: Studio) -> None:
        await open_picture(studio, tmp_path)
        await run_once(studio, "Make it warmer")
        await side_by_side(studio)
        panel = studio.window.right.compare

        def rows() -> list[QFrame]:
            shown = [row for row in panel.findChildren(QFrame) if row.layout() and row.isVisible()]
            return [row for row in shown if row.property("kind") in ("card", "panel")]

        await until(lambda: len(rows()) == 2)
        original, step = rows()
        thumb, name, _ = original.findChildren(QLabel)
        assert abs(name.geometry().center().y() - thumb.geometry().center().y()) <= 1
        # The line around the chosen one moves nothing.
        assert step.findChildren(QLabel)[0].x() == thumb.x()

    at_the_window(good(), act)
