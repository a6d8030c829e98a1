"""The window as a whole: it opens, stays live, survives faults, and ends cleanly."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from kontext_studio.core import provider as wire
from kontext_studio.gui.canvas.image_stage import StageMode
from kontext_studio.gui.inner_faults import telling_inner_faults
from kontext_studio.gui.studio import Studio
from kontext_studio.gui.theme.apply import apply_theme
from kontext_studio.gui.theme.tokens import ThemeName, load_theme
from kontext_studio.store.places import Places
from kontext_studio.workbench.bench import Workbench
from tests.fakes.photographs import png
from tests.fakes.scripted_provider import ScriptedProvider, scripted_reach, whole_run
from tests.gui.driving import (
    ALT,
    Window,
    good,
    has_stored,
    is_on_step,
    open_picture,
    part,
    press_run,
    press_shortcut,
    run_once,
    stretches_of_work,
    until,
    write,
)

WINDOWS = 20
"""A hundred take half a minute and told no more when they were tried."""
INNER_FAULT = "Something went wrong inside the app."


def waiting(go_on: asyncio.Event) -> ScriptedProvider:
    return ScriptedProvider(
        lambda request: [wire.Sending(), go_on, *whole_run([png(2, 240, 160)])[1:]]
    )


# Live.


def test_f_ui_10_no_stretch_of_work_stops_the_window(at_the_window: Window, tmp_path: Path) -> None:
    async def act(studio: Studio) -> None:
        await open_picture(studio, tmp_path)  # what is imported for the first time is not asked
        await run_once(studio, "Make it warmer")
        (tmp_path / "large.png").write_bytes(png(3, 3000, 2000))
        async with stretches_of_work() as worked:
            studio.files.open_paths([tmp_path / "large.png"])
            await until(lambda: len(studio.bench.session.history.roots()) == 2, 20)
            await run_once(studio, "Make it cooler")
            for key, command in (
                (Qt.Key.Key_2, "view_wipe"),
                (Qt.Key.Key_3, "view_side"),
                (Qt.Key.Key_1, "view_single"),
            ):
                await press_shortcut(studio, command, key)
                await asyncio.sleep(0.1)
            node = studio.steps.current
            assert node is not None
            await studio.bench.export(node, tmp_path / "out.jpg")
            await until(lambda: studio.bench.measured(node.id), 20)
        assert max(worked) < 0.1

    at_the_window(good(), act)


MODES = ["single", "wipe", "grid", "dragging", "writing", "another step"]


@pytest.mark.parametrize("mode", MODES)
def test_f_ui_11_a_result_steals_nothing_whatever_is_being_done(
    at_the_window: Window, tmp_path: Path, mode: str
) -> None:
    go_on = asyncio.Event()
    go_on.set()

    async def act(studio: Studio) -> None:
        await open_picture(studio, tmp_path)
        await run_once(studio, "Make it warmer")
        go_on.clear()
        write(studio, "Make it cooler")
        press_run(studio)
        stage, view = studio.window.stage, studio.window.history.view
        await until(lambda: view.rows.rowCount() == 3)
        middle = stage.rect().center()
        match mode:
            case "wipe" | "grid":
                studio.looking.set_mode(StageMode(mode))
                await until(lambda: stage.mode is StageMode(mode))
            case "dragging":
                stage.canvas.setFocus()
                QTest.mousePress(stage.canvas, Qt.MouseButton.LeftButton, pos=middle)
                for step in range(10):
                    QTest.mouseMove(stage.canvas, middle + middle * (step / 100))
            case "writing":
                write(studio, "and then")
            case "another step":
                QTest.keyClick(studio.window, Qt.Key.Key_Up, ALT)
                await until(lambda: is_on_step(studio, 0))
        stage.zoom_to(2.0)
        await asyncio.sleep(0.1)

        def seen() -> tuple[object, ...]:
            text = studio.window.right.instruction.edit.toPlainText()
            return (
                stage.mode,
                stage.view_state(),
                view.currentIndex().data(),
                QApplication.focusWidget(),
                text,
                studio.window.right.tab,
            )

        before = seen()
        go_on.set()
        await until(lambda: has_stored(studio, 2))
        await until(lambda: part(studio.window.status, QWidget, "noticeButton").isVisible())
        await asyncio.sleep(0.1)
        assert seen() == before

    at_the_window(waiting(go_on), act)


def test_f_ui_7_changes_of_theme_leave_a_run_and_the_view_alone(
    at_the_window: Window, tmp_path: Path
) -> None:
    go_on = asyncio.Event()

    async def act(studio: Studio) -> None:
        await open_picture(studio, tmp_path)
        write(studio, "Make it warmer")
        press_run(studio)
        await until(lambda: studio.window.history.view.rows.rowCount() == 2)
        studio.window.stage.zoom_to(2.0)
        before = studio.window.stage.view_state()
        themes = [load_theme(ThemeName.LIGHT), load_theme(ThemeName.DARK)]
        for number in range(12):
            studio.change_theme(themes[number % 2])
            await asyncio.sleep(0)
        studio.change_theme(themes[0])
        go_on.set()
        await until(lambda: has_stored(studio, 1))
        assert studio.window.stage.view_state() == before
        panel = studio.theme.colour("surface.panel")
        for side in (studio.window.history, studio.window.right):
            edge = side.grab().toImage()
            assert edge.pixelColor(2, side.height() // 2) == panel

    at_the_window(waiting(go_on), act)


# Faults inside.


async def fail() -> None:
    raise ZeroDivisionError("planted")


def raise_now() -> None:
    raise ZeroDivisionError("planted")


def test_f_ui_9_a_fault_in_a_coroutine_is_one_card_and_the_loop_lives(
    at_the_window: Window, tmp_path: Path, expect_log: Callable[[str], None]
) -> None:
    expect_log("inner fault in a task of the window")

    async def act(studio: Studio) -> None:
        await open_picture(studio, tmp_path)
        for _ in range(3):
            studio.tasks.start(fail())
        await until(lambda: studio.window.message_bar.messages())
        await asyncio.sleep(0.05)
        (card,) = studio.window.message_bar.messages()
        assert card.title.startswith(INNER_FAULT)
        assert card.details == "ZeroDivisionError"
        await run_once(studio, "Make it warmer")

    at_the_window(good(), act)


@pytest.mark.qt_no_exception_capture
def test_f_ui_9_a_fault_in_a_slot_or_a_lost_task_is_told_and_the_loop_lives(
    at_the_window: Window, tmp_path: Path, expect_log: Callable[[str], None]
) -> None:
    expect_log("inner fault in a slot")
    expect_log("inner fault in the loop")

    async def act(studio: Studio) -> None:
        with telling_inner_faults(studio.faults.show):
            await open_picture(studio, tmp_path)
            QTimer.singleShot(0, studio, raise_now)
            await until(lambda: studio.window.message_bar.messages())
            (card,) = studio.window.message_bar.messages()
            assert card.title.startswith(INNER_FAULT)
            studio.faults.clear(card.cause)
            asyncio.get_running_loop().call_soon(raise_now)
            await until(lambda: studio.window.message_bar.messages())
            await run_once(studio, "Make it warmer")

    at_the_window(good(), act)


# Where it stands.


def test_f_ui_8_a_window_whose_screen_is_gone_comes_back(
    at_the_window: Window, tmp_path: Path
) -> None:
    async def act(studio: Studio) -> None:
        studio.window.hide()
        studio.window.move(-9000, -9000)
        studio.show()
        area = QGuiApplication.primaryScreen().availableGeometry()
        assert area.intersects(studio.window.frameGeometry())

    at_the_window(good(), act)


EXPORTS = """
    import asyncio, hashlib, os, sys
    from pathlib import Path
    from kontext_studio.gui.app import make_application, run
    from kontext_studio.gui.studio import Studio
    from kontext_studio.gui.theme.apply import apply_theme
    from kontext_studio.gui.theme.tokens import ThemeName, load_theme
    from kontext_studio.store.places import Places
    from kontext_studio.workbench.bench import Workbench

    async def work():
        theme = load_theme(ThemeName.DARK)
        apply_theme(app, theme)
        studio = Studio(Workbench(Places.from_environment(os.environ), os.environ), theme)
        studio.show()
        await studio.begin(Path(sys.argv[1]))
        while studio.window.stage.canvas.pyramid is None:
            await asyncio.sleep(0.01)
        out = Path(sys.argv[2])
        await studio.bench.export(studio.steps.current, out, overwrite=True)
        print(studio.window.devicePixelRatioF(), hashlib.sha256(out.read_bytes()).hexdigest())
        await studio.end()

    app = make_application()
    run(app, work())
"""


def test_f_ui_8_an_export_has_the_same_pixels_on_every_screen(tmp_path: Path) -> None:
    (tmp_path / "cup.png").write_bytes(png(1, 240, 160))
    found = set()
    for scale in ("1", "2", "1.5"):
        script = [sys.executable, "-c", textwrap.dedent(EXPORTS), "cup.png", "out.webp"]
        done = subprocess.run(
            script,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
            cwd=tmp_path,
            env={**os.environ, "QT_SCALE_FACTOR": scale, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        ratio, digest = done.stdout.split()
        assert float(ratio) == float(scale)
        found.add(digest)
    assert len(found) == 1


# Focus.


def test_the_focus_is_where_it_was_after_a_dialog(at_the_window: Window, tmp_path: Path) -> None:
    async def act(studio: Studio) -> None:
        await open_picture(studio, tmp_path)
        edit, view = studio.window.right.instruction.edit, studio.window.history.view
        for place in (edit, view):
            for command in ("about", "open_session", "save_copy"):
                place.setFocus()
                studio.window.actions_by_id[command].trigger()
                await until(lambda: dialogs(studio))
                (dialog,) = dialogs(studio)
                dialog.reject()
                await until(lambda: not dialogs(studio))
                await until(place.hasFocus)
                assert studio.window.isActiveWindow(), command

    at_the_window(good(), act)


def dialogs(studio: Studio) -> list[QDialog]:
    return [one for one in studio.window.findChildren(QDialog) if one.isVisible()]


def test_the_connection_in_the_status_bar_leads_to_the_settings(
    at_the_window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAL_KEY", "id:secret")

    async def act(studio: Studio) -> None:
        await open_picture(studio, tmp_path)
        button = part(studio.window.status, QWidget, "connectionButton")
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        await until(lambda: studio.window.findChild(QWidget, "settingsDialog") is not None)
        settings = part(studio.window, QWidget, "settingsDialog")
        await until(settings.isVisible)
        settings.close()
        await studio.bench.choose_route("fal.ai")
        await until(lambda: "fal.ai" in button.accessibleName())
        assert studio.bench.route_name == "fal.ai"

    at_the_window(good(), act)


# The end.


def test_f_ui_18_windows_opened_and_closed_end_with_no_task_left(
    qapp: QApplication, qt_run: Callable[..., Any]
) -> None:
    theme = load_theme(ThemeName.DARK)
    apply_theme(qapp, theme)
    never = asyncio.Event()

    async def once() -> None:
        bench = Workbench(
            Places.from_environment(os.environ), os.environ, make_reach=scripted_reach(good())
        )
        studio = Studio(bench, theme)
        studio.show()
        await studio.begin()
        studio.tasks.start(never.wait())
        studio.end_at_once()
        async with asyncio.timeout(2):
            await studio.end()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        assert not [task for task in others if task not in known]
        QCoreApplication.sendPostedEvents(None, 0)

    known: set[asyncio.Task[Any]] = set()

    async def all_of_them() -> None:
        known.update(asyncio.all_tasks())
        for _ in range(WINDOWS):
            await asyncio.create_task(once())

    try:
        qt_run(all_of_them(), limit_s=110)
    finally:
        qapp.setStyleSheet("")
