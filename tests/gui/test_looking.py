"""What the canvas shows while pictures come: covers, held keys, and pictures that are lost."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QContextMenuEvent, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QWidget

from kontext_studio.core import provider as wire
from kontext_studio.core.history import Node
from kontext_studio.core.result import EditResult, ReceivedImage
from kontext_studio.gui.studio import Studio
from tests.fakes.photographs import png
from tests.fakes.scripted_provider import HANDLE, ScriptedProvider, Step, whole_run
from tests.gui.driving import (
    Window,
    good,
    is_on_step,
    open_picture,
    part,
    press_run,
    press_shortcut,
    run_once,
    until,
    write,
)

FLAGGED = EditResult((ReceivedImage(png(5, 240, 160), "", flagged=True),), seed=7)


def flagging() -> ScriptedProvider:
    return ScriptedProvider(lambda request: [*whole_run([])[:-1], wire.Finished(FLAGGED)])


def is_covered(studio: Studio) -> bool:
    card = studio.window.stage.canvas.findChild(QWidget, "coverCard")
    return card is not None and card.isVisible()


def size_shown(studio: Studio) -> tuple[int, int] | None:
    pyramid = studio.window.stage.canvas.pyramid
    return (pyramid.width, pyramid.height) if pyramid is not None else None


async def open_large(studio: Studio, tmp_path: Path) -> None:
    """An original of another size, so that one sees which picture is shown."""
    (tmp_path / "large.png").write_bytes(png(1, 900, 700))
    studio.files.open_paths([tmp_path / "large.png"])
    await until(lambda: size_shown(studio) == (900, 700))


def test_a_covered_picture_stays_covered_until_another_one_is_shown(
    at_the_window: Window, tmp_path: Path
) -> None:
    async def first(studio: Studio) -> None:
        await open_large(studio, tmp_path)
        await run_once(studio, "Make it warmer")
        await until(lambda: is_covered(studio))

    async def second(studio: Studio) -> None:
        await until(lambda: size_shown(studio) == (240, 160))
        await until(lambda: is_covered(studio))
        studio.steps.select(studio.bench.session.history.roots()[0].id)
        bare = 0
        while size_shown(studio) != (900, 700):
            bare += size_shown(studio) == (240, 160) and not is_covered(studio)
            await asyncio.sleep(0)
        assert bare == 0
        assert not is_covered(studio)

    at_the_window(flagging(), first)
    at_the_window(flagging(), second)


def test_a_covered_picture_is_not_bare_in_a_comparison_either(
    at_the_window: Window, tmp_path: Path
) -> None:
    async def act(studio: Studio) -> None:
        await open_large(studio, tmp_path)
        await run_once(studio, "Make it warmer")
        await until(lambda: is_covered(studio))
        await press_shortcut(studio, "view_side", Qt.Key.Key_3)
        await until(lambda: len(studio.window.stage.grid.tiles) == 2)
        tile = studio.window.stage.grid.tiles[1]
        middle = tile.grab().toImage().pixelColor(tile.width() // 2, tile.height() // 2)
        assert middle.name() == "#808080"
        sheet = QImage.fromData(await studio.exporting.sheet(studio.exporting.looked))
        assert sheet.pixelColor(sheet.width() * 3 // 4, sheet.height() // 2).name() == "#808080"

    at_the_window(flagging(), act)


def test_delete_on_the_cover_deletes_the_step(at_the_window: Window, tmp_path: Path) -> None:
    async def act(studio: Studio) -> None:
        await open_large(studio, tmp_path)
        await run_once(studio, "Make it warmer")
        await until(lambda: is_covered(studio))
        studio.window.stage.canvas.delete_requested.emit()
        await until(lambda: is_on_step(studio, 0))
        assert len(studio.bench.session.hidden) == 1

    at_the_window(flagging(), act)


def test_a_key_held_for_the_parent_ends_where_the_focus_goes_elsewhere(
    at_the_window: Window, tmp_path: Path
) -> None:
    async def act(studio: Studio) -> None:
        await open_picture(studio, tmp_path)
        await run_once(studio, "Make it warmer")
        canvas = studio.window.stage.canvas
        await until(lambda: "step 1" in canvas.accessibleName())
        for let_go in (
            studio.window.history.view.setFocus,
            lambda: QApplication.sendEvent(canvas, QEvent(QEvent.Type.WindowDeactivate)),
        ):
            canvas.setFocus()
            QTest.keyPress(canvas, Qt.Key.Key_O)
            await until(lambda: "original" in canvas.accessibleName())
            let_go()
            await until(lambda: "step 1" in canvas.accessibleName())
            assert is_on_step(studio, 1), "what was held up was only looked at"

    at_the_window(good(), act)


def test_a_damaged_picture_is_told_on_the_canvas(at_the_window: Window, tmp_path: Path) -> None:
    async def first(studio: Studio) -> None:
        await open_picture(studio, tmp_path)
        await run_once(studio, "Make it warmer")
        await studio.bench.name_session(tmp_path / "s.kontext")

    async def second(studio: Studio) -> None:
        canvas = studio.window.stage.canvas
        await until(lambda: "damaged" in canvas.accessibleName())
        assert "loading" not in canvas.accessibleName()
        original: Node = studio.bench.session.history.roots()[0]
        studio.steps.select(original.id)
        await until(lambda: canvas.pyramid is not None)
        assert "damaged" not in canvas.accessibleName()

    at_the_window(good(), first)
    with sqlite3.connect(tmp_path / "s.kontext") as connection:
        connection.execute("DELETE FROM thumbnails")
        connection.execute(
            "UPDATE images SET data = zeroblob(length(data)) WHERE rowid = "
            "(SELECT max(rowid) FROM images)"
        )
    connection.close()
    at_the_window(good(), second)


def test_the_picture_has_the_menu_of_its_step(at_the_window: Window, tmp_path: Path) -> None:
    async def act(studio: Studio) -> None:
        await open_picture(studio, tmp_path)
        canvas = studio.window.stage.canvas
        place = canvas.rect().center()
        asked = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, canvas.mapToGlobal(place))
        QApplication.sendEvent(canvas, asked)
        await until(lambda: studio.window.findChild(QMenu, "stepMenu"))
        menu = part(studio.window, QMenu, "stepMenu")
        assert menu.isVisible()
        assert studio.window.actions_by_id["export"] in menu.actions()
        menu.close()

    at_the_window(good(), act)


def test_j7_the_strip_names_the_unfinished_picture_while_the_canvas_shows_it(
    at_the_window: Window, tmp_path: Path
) -> None:
    released = asyncio.Event()
    before: list[Step] = [
        wire.Sending(),
        wire.Submitted(HANDLE),
        wire.Preview(png(6, 120, 80), 0.4),
    ]
    provider = ScriptedProvider(
        lambda request: [*before, released, *whole_run([png(3, 240, 160)])[4:]]
    )

    async def act(studio: Studio) -> None:
        def told() -> list[str]:
            names = ("stepInfo", "sizeInfo", "colourSpaceInfo")
            return [part(studio.window, QLabel, name).text() for name in names]

        await open_picture(studio, tmp_path)
        of_original = ["Original", "240 × 160 px", "sRGB, assumed"]
        await until(lambda: told() == of_original)
        write(studio, "Make it warmer")
        press_run(studio)
        view = studio.window.history.view
        await until(lambda: view.model().rowCount() == 2)
        view.setCurrentIndex(view.model().index(1, 0))
        await until(lambda: studio.window.stage.canvas.preview is not None)
        assert told() == ["Preview · Step 1", "120 × 80 px", ""]
        # Its verbs would be for a step that is not the one that is seen.
        await until(lambda: not studio.window.context_bar.isVisible())
        view.setCurrentIndex(view.model().index(0, 0))
        await until(lambda: studio.window.stage.canvas.preview is None)
        assert told() == of_original
        await until(studio.window.context_bar.isVisible)
        view.setCurrentIndex(view.model().index(1, 0))
        released.set()
        await until(lambda: told()[0] == "Step 1")
        assert studio.window.stage.canvas.preview is None
        await until(studio.window.context_bar.isVisible)

    at_the_window(provider, act)
