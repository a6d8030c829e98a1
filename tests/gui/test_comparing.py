"""A comparison at the window: what Enter, the panel and the commands are about."""

from __future__ import annotations

import asyncio
import json
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QFileDialog,
    QFrame,
    QLabel,
    QPushButton,
    QSlider,
    QToolButton,
)

from kontext_studio.core.changes import Change
from kontext_studio.core.history import Node
from kontext_studio.core.session import Session
from kontext_studio.gui.canvas.image_stage import StageMode
from kontext_studio.gui.history.drag import StepMime
from kontext_studio.gui.presenters.compared_words import settings_of
from kontext_studio.gui.presenters.looking import Looked
from kontext_studio.gui.shell.toast import Toast
from kontext_studio.gui.studio import Studio
from kontext_studio.gui.theme.tool_button import ToolButton
from kontext_studio.workbench.orders import RunOrder
from tests.gui.canvas.pointing import drop
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
    found = [row.findChild(QLabel, "pickedStep") for row in chosen]
    return [label.text().split(" · seed")[0] for label in found if label is not None]


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


def is_picked(studio: Studio, node: Node) -> bool:
    return node.id in studio.bench.session.picks


def test_the_difference_is_shown_alone_and_while_comparing(
    at_the_window: Window, tmp_path: Path
) -> None:
    """Alone against the parent, in a wipe on the after side, in tiles against the reference; it
    stays on from view to view, and Esc goes back to what was before."""

    async def act(studio: Studio) -> None:
        stage, actions = studio.window.stage, studio.window.actions_by_id
        await open_picture(studio, tmp_path)
        await until(lambda: "this is an original" in actions["heat_map"].toolTip())
        assert not actions["heat_map"].isEnabled()
        await run_once(studio, "Make it warmer")
        await until(actions["heat_map"].isEnabled)
        stage.focus_view()
        QTest.keyClick(stage.canvas, Qt.Key.Key_D)
        await until(lambda: stage.canvas.heat is not None)
        assert actions["heat_map"].isChecked()
        QTest.keyClick(stage.canvas, Qt.Key.Key_D)
        assert stage.canvas.heat is None
        stage.zoom_to(3.0)
        before = stage.view_state()

        await press_shortcut(studio, "view_wipe", Qt.Key.Key_2)
        await until(lambda: studio.looking.mode is StageMode.WIPE)
        assert not actions["heat_map"].isChecked()
        part(studio.window, QCheckBox, "heatMapSwitch").click()
        await until(lambda: stage.wipe.heat is not None)
        panel = studio.window.right.compare

        def said() -> set[str]:
            return {label.text() for label in panel.findChildren(QLabel) if label.isVisible()}

        await until(lambda: {"of pixels changed", "mean ΔE 2000"} <= said())
        part(panel, QSlider, "strengthSlider").setValue(40)
        await until(lambda: stage.wipe.heat is not None and stage.wipe.heat.strength == 0.4)
        part(panel, QSlider, "ignoreSlider").setValue(10)
        await until(lambda: stage.wipe.heat is not None and stage.wipe.heat.clear_below == 5.0)
        await until(lambda: "of pixels from ΔE 5" in said())

        await side_by_side(studio)
        original, step = stage.grid.tiles
        await until(lambda: step.heat is not None)
        assert original.heat is None, "nothing differs from itself"
        stage.fit()
        QTest.keyClick(step, Qt.Key.Key_Escape)
        await until(lambda: studio.looking.mode is StageMode.SINGLE)
        assert stage.view_state() == before
        assert stage.canvas.heat is None
        assert not actions["heat_map"].isChecked()

    at_the_window(good(), act)


def test_what_an_area_held_is_told_to_the_last_pixel(at_the_window: Window, tmp_path: Path) -> None:
    async def act(studio: Studio) -> None:
        await open_picture(studio, tmp_path)
        (original,) = studio.bench.session.history
        mask = np.zeros((160, 240), bool)
        mask[:80] = True
        area = await studio.bench.areas.store(mask)
        order = RunOrder("Make it warmer", (original.id,), area=area)
        await studio.bench.wait_for(await studio.bench.submit(order))
        studio.steps.select(list(studio.bench.session.history)[-1].id)
        await until(lambda: is_on_step(studio, 1))
        await press_shortcut(studio, "view_wipe", Qt.Key.Key_2)
        await until(lambda: studio.looking.mode is StageMode.WIPE)
        part(studio.window, QCheckBox, "heatMapSwitch").click()
        panel = studio.window.right.compare

        def said() -> set[str]:
            return {label.text() for label in panel.findChildren(QLabel) if label.isVisible()}

        await until(lambda: "Nothing changed outside your area" in said())
        words = "0 of 19 200 pixels differ outside the area you painted."
        assert words in {one.replace("\u00a0", " ") for one in said()}
        await until(lambda: "Outside the area" in said())

    at_the_window(good(), act)


def lit_views(studio: Studio) -> list[str]:
    """The buttons of the tool bar that say which view is shown."""
    buttons = studio.window.tool_bar.findChildren(ToolButton)
    names = {"view_single", "view_wipe", "view_side", "view_grid", "view_onion", "flip"}
    views = [one for one in buttons if one.defaultAction().objectName() in names]
    return [one.text() for one in views if one.isVisible() and one.isChecked()]


def test_two_in_one_place_are_swapped_flipped_mixed_and_left_by_number(
    at_the_window: Window, tmp_path: Path
) -> None:
    async def act(studio: Studio) -> None:
        stage, window = studio.window.stage, studio.window
        await open_picture(studio, tmp_path)
        await run_once(studio, "Make it warmer")
        await run_once(studio, "Make it cooler")
        _, first, second = studio.bench.session.history
        for node in (first, second):
            studio.steps.select(node.id)
            await until(partial(is_on_step, studio, node.step))
            window.history.view.setFocus()
            QTest.keyClick(window.history.view, Qt.Key.Key_C)
            await until(partial(is_picked, studio, node))
        await press_shortcut(studio, "view_onion", Qt.Key.Key_5)
        await until(lambda: studio.looking.mode is StageMode.ONION)
        await until(lambda: lit_views(studio) == ["Onion"])
        wipe = stage.wipe
        assert "before Make it warmer" in wipe.accessibleName()
        wipe.setFocus()
        QTest.keyClick(wipe, Qt.Key.Key_X)
        await until(lambda: "before Make it cooler" in wipe.accessibleName())
        await studio.bench.act(lambda session: session.star(first.id, True))
        studio.looking.refresh()
        await asyncio.sleep(0)
        assert "before Make it cooler" in wipe.accessibleName(), "it stays swapped"
        QTest.keyClick(wipe, Qt.Key.Key_F)
        await until(lambda: studio.looking.mode is StageMode.FLIP)
        seen = [wipe.shows_before_alone]
        QTest.keyClick(wipe, Qt.Key.Key_F)
        seen.append(wipe.shows_before_alone)
        assert seen == [False, True]
        assert lit_views(studio) == ["Flip"]
        QTest.keyClick(wipe, Qt.Key.Key_1)
        await until(lambda: studio.looking.mode is StageMode.SINGLE)
        await until(lambda: is_on_step(studio, 1))
        stage.canvas.setFocus()
        QTest.keyClick(stage.canvas, Qt.Key.Key_2)
        await until(lambda: is_on_step(studio, 2))
        await until(lambda: "step 2" in stage.canvas.accessibleName())

        await press_shortcut(studio, "view_wipe", Qt.Key.Key_2)
        await until(lambda: studio.looking.mode is StageMode.WIPE)
        bar = window.context_bar
        hold = next(
            one for one in bar.findChildren(QToolButton) if one.text() == "Hold to see before"
        )
        seen.clear()
        QTest.mousePress(hold, Qt.MouseButton.LeftButton)
        seen.append(wipe.shows_before_alone)
        QTest.mouseRelease(hold, Qt.MouseButton.LeftButton)
        seen.append(wipe.shows_before_alone)
        wipe.setFocus()
        QTest.keyPress(wipe, Qt.Key.Key_O)
        seen.append(wipe.shows_before_alone)
        QTest.keyRelease(wipe, Qt.Key.Key_O)
        seen.append(wipe.shows_before_alone)
        assert seen == [True, False, True, False]
        window.actions_by_id["rotate_split"].trigger()
        assert not wipe.is_upright

    at_the_window(good(), act)


def test_a_comparison_is_exported_as_a_picture_and_as_files(
    at_the_window: Window, tmp_path: Path
) -> None:
    async def act(studio: Studio) -> None:
        await open_picture(studio, tmp_path)
        await run_once(studio, "Make it warmer")
        actions = studio.window.actions_by_id
        assert not actions["export_comparison"].isEnabled()
        await side_by_side(studio)
        actions["export_comparison"].trigger()
        dialog = part(studio.window, QFileDialog, "fileDialog")
        dialog.fileSelected.emit(str(tmp_path / "both.png"))
        dialog.close()
        await until((tmp_path / "both.png").exists)
        with Image.open(tmp_path / "both.png") as sheet:
            assert sheet.width > 2 * 240
        original, step = studio.bench.session.history
        compare = studio.comparisons
        await until(lambda: compare.known_figures(original.image, step.image) is not None)
        folder = tmp_path / "both"
        folder.mkdir()
        (folder / "mine.txt").write_text("mine")
        actions["export_comparison_files"].trigger()
        dialogs = studio.window.findChildren(QFileDialog, "fileDialog")
        dialogs[-1].fileSelected.emit(str(folder))
        dialogs[-1].close()
        made = tmp_path / "both 2"
        await until((made / "comparison.json").exists)
        assert [one.name for one in folder.iterdir()] == ["mine.txt"]
        names = sorted(one.name for one in made.iterdir())
        pictures = ["A Original.png", "B Step 1 Make it warmer.png"]
        assert names == [*pictures, "comparison.json", "comparison.png"]
        told = json.loads((made / "comparison.json").read_text())["pictures"]
        assert [one["file"] for one in told] == pictures
        assert told[1]["instruction"] == "Make it warmer"
        assert told[1]["measured"]["changed_share"] > 0

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

        await until(lambda: {"V1", "V2", "V3", "Comparing 3 · up to 4"} <= said())
        rows = {"Step 1 · variant 1", "Step 1 · variant 2", "Step 1 · variant 3"}
        await until(lambda: rows <= {words.split(" · seed")[0] for words in said()})
        assert button_words(studio) == "Edit from step 1 · variant 3"

    at_the_window(good(), act)


def test_the_table_says_models_and_settings_as_the_rest_of_the_window_does(
    at_the_window: Window, tmp_path: Path
) -> None:
    async def act(studio: Studio) -> None:
        await open_picture(studio, tmp_path)
        await run_once(studio, "Make it warmer")
        await side_by_side(studio)
        step = list(studio.bench.session.history)[-1]
        settings = dict(settings_of(studio.bench.catalogue, step))
        assert settings["Model"] == "Embedded engine"
        assert settings["Format"] == "PNG"
        panel = studio.window.right.compare

        def said() -> set[str]:
            return {label.text() for label in panel.findChildren(QLabel) if label.isVisible()}

        await until(lambda: "Changed pixels" in said())
        assert "Measured against the original" in said()
        assert "What differs" not in said(), "an original was made with no settings"

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
        thumb, name = original.findChildren(QLabel)
        assert abs(name.geometry().center().y() - thumb.geometry().center().y()) <= 1
        # The line around the chosen one moves nothing.
        assert step.findChildren(QLabel)[0].x() == thumb.x()

    at_the_window(good(), act)


def test_a_row_dropped_on_a_wipe_is_the_side_before(at_the_window: Window, tmp_path: Path) -> None:
    async def act(studio: Studio) -> None:
        await open_picture(studio, tmp_path)
        await run_once(studio, "Make it warmer")
        await run_once(studio, "Make it cooler")
        original, first, second = studio.bench.session.history
        wipe = studio.window.stage.wipe
        shown: list[Looked] = []
        studio.looking.looked.connect(shown.append)
        await press_shortcut(studio, "view_wipe", Qt.Key.Key_2)
        await until(wipe.isVisible)
        assert shown[-1].nodes == (first, second)
        drop(wipe, StepMime(original.id, None))
        await until(lambda: shown[-1].nodes == (original, second))
        drop(wipe, StepMime(second.id, None))
        await until(lambda: shown[-1].nodes == (second, original))
        assert studio.looking.mode is StageMode.WIPE
        assert studio.steps.current is second
        assert len(studio.bench.session.history) == 3, "nothing was opened"

    at_the_window(good(), act)


def test_esc_leaves_a_comparison_from_everywhere_and_a_fifth_pick_says_who_made_room(
    at_the_window: Window, tmp_path: Path
) -> None:
    async def act(studio: Studio) -> None:
        window, looking = studio.window, studio.looking
        await open_picture(studio, tmp_path)
        for words in ("Make it warmer", "Make it cooler", "Make it red", "Make it blue"):
            await run_once(studio, words, select=words == "Make it warmer")
        places = (
            window.history.view,
            window.right.instruction.edit,
            part(window.right.compare, QCheckBox, "heatMapSwitch"),
        )
        for number, place in enumerate(places):
            await press_shortcut(studio, "view_wipe", Qt.Key.Key_2)
            await until(lambda: looking.mode is StageMode.WIPE)
            window.right.show_tab(0 if number == 1 else 1)
            place.setFocus()
            assert place.hasFocus()
            QTest.keyClick(place, Qt.Key.Key_Escape)
            await until(lambda: looking.mode is StageMode.SINGLE)
        nodes = list(studio.bench.session.history)
        toast = part(window.middle, Toast, "toast")
        for node in nodes[:4]:
            await studio.bench.act(partial(_pick, node))
        assert not toast.isVisible()
        await studio.bench.act(partial(_pick, nodes[4]))
        await until(toast.isVisible)
        assert toast.text() == "The original made room for step 4: four picks are the most"

    at_the_window(good(), act)


def _pick(node: Node, session: Session) -> Change | None:
    return session.pick(node.id, True)


def test_deleting_a_variant_names_it_and_goes_on_to_the_next(
    at_the_window: Window, tmp_path: Path
) -> None:
    async def act(studio: Studio) -> None:
        await open_picture(studio, tmp_path)
        await run_once(studio, "Make it warmer")
        studio.running.rerun(list(studio.bench.session.history)[-1], count=3)
        await until(lambda: has_stored(studio, 2))
        variants = list(studio.bench.session.history)[-3:]
        toast = part(studio.window.middle, Toast, "toast")
        await go_and_delete(studio, variants[1])
        await until(lambda: studio.steps.current is variants[2])
        await until(lambda: toast.text() == "Deleted variant 2 of step 2")
        await go_and_delete(studio, variants[2])
        await until(lambda: studio.steps.current is variants[0])
        await until(lambda: toast.text() == "Deleted variant 3 of step 2")
        shown = studio.bench.session.shown()
        assert [node for node in variants if node in shown] == variants[:1]

    at_the_window(good(), act)


async def go_and_delete(studio: Studio, node: Node) -> None:
    await studio.steps.go_to(node.id)
    await until(studio.window.actions_by_id["delete"].isEnabled)
    studio.window.actions_by_id["delete"].trigger()
