"""The area that may change, in the whole window: painted, kept with the draft, run, mended."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QSpinBox, QWidget

from kontext_studio.core.derivation import Method
from kontext_studio.gui.canvas.area_mask import AreaMask
from kontext_studio.gui.canvas.canvas_view import CanvasView
from kontext_studio.gui.studio import Studio
from tests.fakes.photographs import png
from tests.fakes.scripted_provider import ScriptedProvider, whole_run
from tests.gui.canvas.pointing import drag, looked_at
from tests.gui.driving import (
    CTRL,
    SHIFT,
    Window,
    open_picture,
    part,
    press_run,
    run_once,
    until,
    write,
)


def flat(colour: tuple[int, int, int], width: int = 240, height: int = 160) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, "PNG")
    return out.getvalue()


def red() -> ScriptedProvider:
    """All red, and of another size."""
    return ScriptedProvider(lambda request: whole_run([flat((255, 0, 0), 120, 80)]))


def canvas(studio: Studio) -> CanvasView:
    return studio.window.stage.canvas


def paint(studio: Studio, start: tuple[float, float], end: tuple[float, float]) -> None:
    """From one picture point to another, relative to its size."""
    view = canvas(studio)
    left, top, width, height = looked_at(view).picture_rect()
    first, last = ((round(left + x * width), round(top + y * height)) for x, y in (start, end))
    drag(view, first, last)


async def begin(studio: Studio) -> None:
    canvas(studio).setFocus()
    QTest.keyClick(canvas(studio), Qt.Key.Key_M)
    await until(lambda: studio.area.is_active)


def row(studio: Studio):
    return studio.window.right.instruction.area


def painted(studio: Studio) -> AreaMask:
    assert studio.area.mask is not None
    return studio.area.mask


def method(studio: Studio) -> Method | None:
    """How the current step was computed; None where a service made it."""
    node = studio.steps.current
    return node.derivation.method if node is not None and node.derivation is not None else None


async def pixels(studio: Studio, node) -> np.ndarray:
    data = await studio.bench.picture(node.image)
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def test_an_area_is_painted_run_with_survives_a_restart_and_its_edge_is_mended(
    at_the_window: Window, tmp_path: Path
):
    async def first(studio: Studio) -> None:
        await open_picture(studio, tmp_path)
        await until(lambda: row(studio).isVisible())
        bar, actions = studio.window.area_bar, studio.window.actions_by_id
        await begin(studio)
        assert bar.isVisible()
        assert not studio.window.context_bar.isVisible()
        assert not actions["hand"].isChecked()
        assert actions["brush"].isChecked()
        paint(studio, (0.3, 0.5), (0.6, 0.5))
        await until(lambda: row(studio).area is not None)
        part(bar, QSpinBox, "areaFeather").setValue(0)
        await until(lambda: row(studio).area.feather_px == 0)
        once = row(studio).area
        paint(studio, (0.3, 0.8), (0.6, 0.8))
        await until(lambda: row(studio).area != once)
        # Ctrl+Z is about strokes while the tool is in use, and stops before the tree.
        for _ in range(3):
            QTest.keyClick(canvas(studio), Qt.Key.Key_Z, CTRL)
        assert not actions["undo"].isEnabled()
        assert studio.steps.current is not None
        QTest.keyClick(canvas(studio), Qt.Key.Key_Z, CTRL | SHIFT)
        await until(lambda: row(studio).area == once)
        QTest.keyClick(canvas(studio), Qt.Key.Key_Escape)
        assert not studio.area.is_active
        assert not bar.isVisible()
        assert studio.window.context_bar.isVisible()
        assert actions["hand"].isChecked()

    async def again(studio: Studio) -> None:
        await until(lambda: row(studio).area is not None)
        area = row(studio).area
        original = studio.steps.current
        assert f"{round(area.share * 100)} % of the image" in row(studio).spoken()
        mask = await studio.bench.areas.read(area)
        write(studio, "Change the cup to red")
        press_run(studio)
        await until(lambda: len(studio.bench.session.history) == 2)
        made = list(studio.bench.session.history)[-1]
        before, after = await pixels(studio, original), await pixels(studio, made)
        assert np.array_equal(before[~mask], after[~mask])
        assert not np.array_equal(before[mask], after[mask])
        studio.steps.select(made.id)
        await until(lambda: studio.steps.current is made)
        # The area belonged to that run: the next one begins without.
        await until(lambda: row(studio).area is None)
        bar = studio.window.message_bar
        await until(lambda: any("edge is visible" in one.title for one in bar.messages()))
        menu = studio.seam.menu_for(made, area)
        words = [action.text() for action in menu.actions()]
        assert words == ["Larger feather, 24 px", "Larger area", "Use the unprotected result"]
        menu.actions()[2].trigger()
        await until(lambda: method(studio) is not None)
        assert method(studio) is Method.UNPROTECTED
        assert (await pixels(studio, studio.steps.current))[0, 0].tolist() == [255, 0, 0]
        await until(lambda: not bar.messages())

    at_the_window(red(), first)
    at_the_window(red(), again)


def patched() -> ScriptedProvider:
    """The picture as it was, with a square of another colour."""
    picture = np.asarray(Image.open(io.BytesIO(png(1, 240, 160))).convert("RGB")).copy()
    picture[50:110, 80:150] = (250, 40, 200)
    out = io.BytesIO()
    Image.fromarray(picture).save(out, "PNG")
    return ScriptedProvider(lambda request: whole_run([out.getvalue()]))


def test_what_changed_is_found_corrected_and_everything_else_is_kept(
    at_the_window: Window, tmp_path: Path
):
    async def act(studio: Studio) -> None:
        await open_picture(studio, tmp_path)
        original = studio.steps.current
        actions, bar = studio.window.actions_by_id, studio.window.area_bar
        assert not actions["keep_else"].isEnabled()
        write(studio, "Add a square")
        press_run(studio)
        await until(lambda: len(studio.bench.session.history) == 2)
        made = list(studio.bench.session.history)[-1]
        studio.steps.select(made.id)
        await until(lambda: actions["keep_else"].isEnabled() and canvas(studio).isVisible())
        actions["keep_else"].trigger()
        await until(lambda: studio.area.mask is not None and not painted(studio).is_empty)
        found = painted(studio).share
        assert found == pytest.approx(60 * 70 / (240 * 160), rel=0.35)
        keep = part(bar, QPushButton, "areaKeep")
        assert keep.isVisible()
        paint(studio, (0.05, 0.1), (0.05, 0.1))  # a correction: this too
        corner = painted(studio).pixels[16, 12]
        assert corner
        acts: list[bool] = []
        studio.area.changed.connect(lambda: acts.append(True))
        bar.sensitivity_chosen.emit(1.4)
        await until(lambda: acts)
        assert not part(bar, QWidget, "areaBusy").isVisible()
        assert painted(studio).pixels[16, 12]  # what was corrected stays
        mask = painted(studio).pixels > 0
        keep.click()
        await until(lambda: method(studio) is not None)
        kept = list(studio.bench.session.history)[-1]
        assert studio.steps.current is kept
        assert method(studio) is Method.KEEP
        before, after = await pixels(studio, original), await pixels(studio, kept)
        assert np.array_equal(before[~mask], after[~mask])
        assert kept.area is not None
        assert np.array_equal(await studio.bench.areas.read(kept.area), mask)
        assert after[80, 115].tolist() == [250, 40, 200]
        assert not studio.area.is_active

        # The same difference as the area of the next run.
        studio.steps.select(made.id)
        await until(lambda: studio.steps.current is made and row(studio).area is None)
        await until(actions["area_of_change"].isEnabled)
        actions["area_of_change"].trigger()
        await until(lambda: row(studio).area is not None)
        assert row(studio).area.share == pytest.approx(found, rel=0.3)

    at_the_window(patched(), act)


def test_keeping_everything_else_ends_with_the_step_it_is_about(
    at_the_window: Window, tmp_path: Path
):
    """Choosing another step, or deleting this one, puts the tool away; Undo is the tree's again.
    The area that a draft has is cleared from the menu as from the panel."""

    async def act(studio: Studio) -> None:
        actions = studio.window.actions_by_id
        await open_picture(studio, tmp_path)
        assert not actions["clear_area"].isEnabled()
        await begin(studio)
        paint(studio, (0.3, 0.5), (0.6, 0.5))
        QTest.keyClick(canvas(studio), Qt.Key.Key_Escape)
        await until(lambda: row(studio).area is not None)
        await until(actions["clear_area"].isEnabled)
        actions["clear_area"].trigger()
        await until(lambda: row(studio).area is None)
        await until(lambda: not actions["clear_area"].isEnabled())

        await run_once(studio, "Make it red")
        original, step = studio.bench.session.history
        await until(actions["keep_else"].isEnabled)
        actions["keep_else"].trigger()
        await until(lambda: studio.area.mask is not None and not painted(studio).is_empty)
        studio.steps.select(original.id)
        assert not studio.area.is_active, "at once, while that is still written"
        assert not studio.window.area_bar.isVisible()

        studio.steps.select(step.id)
        await until(lambda: studio.steps.current is step)
        await until(actions["keep_else"].isEnabled)
        actions["keep_else"].trigger()
        await until(lambda: studio.area.mask is not None and not painted(studio).is_empty)
        actions["delete"].trigger()
        await until(lambda: studio.steps.current is original)
        await until(lambda: not studio.area.is_active)
        await until(actions["undo"].isEnabled)
        actions["undo"].trigger()
        await until(lambda: step.id not in studio.bench.session.hidden)

    at_the_window(patched(), act)
