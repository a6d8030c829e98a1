"""What a person does at the whole window, over a real session file and scripted services."""

from __future__ import annotations

import asyncio
from collections import Counter
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QWidget,
)

from kontext_studio.core import provider as wire
from kontext_studio.core.errors import FieldProblem, Refused
from kontext_studio.core.jobs import JobState
from kontext_studio.gui.commands import COMMANDS, Scope
from kontext_studio.gui.studio import Studio
from tests.fakes.photographs import png
from tests.fakes.scripted_provider import HANDLE, ScriptedProvider, whole_run
from tests.gui.driving import (
    ALT,
    CTRL,
    Window,
    good,
    has_stored,
    is_on_step,
    open_picture,
    press_run,
    until,
    views,
    write,
)


def test_three_turns_a_branch_quit_and_reopen(at_the_window: Window, tmp_path: Path) -> None:
    tree: list[tuple[str, ...]] = []

    async def first(studio: Studio) -> None:
        await open_picture(studio, tmp_path)
        for turn in range(3):
            write(studio, f"Make it warmer by {turn + 1} percent")
            press_run(studio)
            await until(partial(has_stored, studio, turn + 1))
            QTest.keyClick(studio.window, Qt.Key.Key_Down, ALT)
            await until(partial(is_on_step, studio, turn + 1))
        QTest.keyClick(studio.window, Qt.Key.Key_Home, ALT)
        await until(partial(is_on_step, studio, 0))
        write(studio, "Make it much cooler")
        press_run(studio)
        await until(lambda: views(studio).count(JobState.STORED) == 4)
        tree.extend(node.parents for node in studio.bench.session.history)

    async def second(studio: Studio) -> None:
        await until(lambda: studio.steps.current is not None)
        history = studio.bench.session.history
        assert [node.parents for node in history] == tree
        root = history.roots()[0].id
        assert [node.step for node in history.main_children(root)] == [1, 4]
        rows = studio.window.history.view.rows
        await until(lambda: rows.rowCount() == 5)

    at_the_window(good(), first)
    at_the_window(good(), second)


def test_f_ui_1_twenty_clicks_on_run_are_one_run(at_the_window: Window, tmp_path: Path) -> None:
    provider = good()

    async def act(studio: Studio) -> None:
        await open_picture(studio, tmp_path)
        write(studio, "Make it warmer")
        button = studio.window.right.instruction.run_button
        for number in range(20):
            if number % 2:
                press_run(studio)
            else:
                QTest.mouseClick(button, Qt.MouseButton.LeftButton)
            await asyncio.sleep(0.02)
        await until(lambda: JobState.STORED in views(studio))

    at_the_window(provider, act)
    assert len(provider.sent) == 1


def test_f_ui_11_a_new_result_moves_neither_zoom_nor_focus_nor_selection(
    at_the_window: Window, tmp_path: Path
) -> None:
    go_on = asyncio.Event()
    provider = ScriptedProvider(
        lambda request: [wire.Sending(), go_on, *whole_run([png(2, 240, 160)])[1:]]
    )

    async def act(studio: Studio) -> None:
        await open_picture(studio, tmp_path)
        write(studio, "Make it warmer")
        press_run(studio)
        await until(lambda: provider.sent)
        stage, history = studio.window.stage, studio.window.history.view
        stage.zoom_to(3.0)
        await until(lambda: history.currentIndex().isValid())
        before = (stage.view_state(), history.currentIndex().data(), QApplication.focusWidget())
        go_on.set()
        await until(lambda: JobState.STORED in views(studio))
        await until(lambda: history.rows.rowCount() == 2)
        await asyncio.sleep(0.1)
        after = (stage.view_state(), history.currentIndex().data(), QApplication.focusWidget())
        assert after == before
        notice = studio.window.status.findChild(QWidget, "noticeButton")
        assert notice is not None
        assert notice.isVisible()
        assert notice.accessibleName() == "Step 1 is ready"
        QTest.mouseClick(notice, Qt.MouseButton.LeftButton)
        await until(lambda: is_on_step(studio, 1))

    at_the_window(provider, act)


def test_a_refused_run_keeps_the_words_and_offers_what_can_be_done(
    at_the_window: Window, tmp_path: Path
) -> None:
    context = {
        "unknown": [{"word": "marble", "start": 29, "end": 35}],
        "can_do": ["Make it warmer"],
    }
    refusal = Refused(
        "“marble” is unknown.",
        problems=(FieldProblem("prompt", "unsupported_instruction", "unknown", dict(context)),),
    )
    provider = ScriptedProvider(lambda request: [wire.Sending(), wire.Submitted(HANDLE), refusal])
    words = "Replace the table with white marble"

    async def act(studio: Studio) -> None:
        await open_picture(studio, tmp_path)
        write(studio, words)
        press_run(studio)
        await until(lambda: JobState.FAILED in views(studio))
        assert studio.window.right.instruction.edit.toPlainText() == words
        jobs = studio.window.right.jobs

        def chips() -> list[QAbstractButton]:
            buttons = jobs.findChildren(QAbstractButton)
            return [one for one in buttons if one.text() == "Make it warmer"]

        await until(chips)
        QTest.mouseClick(chips()[0], Qt.MouseButton.LeftButton)
        await until(lambda: studio.window.right.instruction.edit.toPlainText() == "Make it warmer")

    at_the_window(provider, act)


def test_what_was_typed_is_there_after_a_restart(at_the_window: Window, tmp_path: Path) -> None:
    async def first(studio: Studio) -> None:
        await open_picture(studio, tmp_path)
        write(studio, "Make the cup blue, I think")

    async def second(studio: Studio) -> None:
        edit = studio.window.right.instruction.edit
        await until(edit.toPlainText)
        assert edit.toPlainText() == "Make the cup blue, I think"

    at_the_window(good(), first)
    at_the_window(good(), second)


def test_f_loc_29_a_file_that_is_no_picture_is_told_in_the_message_bar(
    at_the_window: Window, tmp_path: Path
) -> None:
    (tmp_path / "notes.jpg").write_text("no picture at all")

    async def act(studio: Studio) -> None:
        studio.files.open_paths([tmp_path / "notes.jpg"])
        await until(studio.window.message_bar.isVisible)
        labels = [one.accessibleName() for one in studio.window.message_bar.findChildren(QWidget)]
        assert any("notes.jpg" in words for words in labels)
        assert studio.steps.current is None

    at_the_window(good(), act)


def test_undo_takes_a_result_out_of_sight_and_redo_brings_it_back(
    at_the_window: Window, tmp_path: Path
) -> None:
    async def act(studio: Studio) -> None:
        await open_picture(studio, tmp_path)
        write(studio, "Make it warmer")
        press_run(studio)
        rows = studio.window.history.view.rows
        await until(lambda: JobState.STORED in views(studio) and rows.rowCount() == 2)
        studio.window.history.view.setFocus()
        QTest.keyClick(studio.window.history.view, Qt.Key.Key_Z, CTRL)
        await until(lambda: rows.rowCount() == 1)
        assert len(studio.bench.session.hidden) == 1
        shift = CTRL | Qt.KeyboardModifier.ShiftModifier
        QTest.keyClick(studio.window.history.view, Qt.Key.Key_Z, shift)
        await until(lambda: rows.rowCount() == 2)
        assert not studio.bench.session.hidden
        assert len(views(studio)) == 1, "nothing was run again"

    at_the_window(good(), act)


def test_views_compare_a_step_with_its_parent(at_the_window: Window, tmp_path: Path) -> None:
    async def act(studio: Studio) -> None:
        await open_picture(studio, tmp_path)
        write(studio, "Make it warmer")
        press_run(studio)
        await until(lambda: JobState.STORED in views(studio))
        QTest.keyClick(studio.window, Qt.Key.Key_Down, ALT)
        await until(lambda: is_on_step(studio, 1))
        stage = studio.window.stage
        await until(studio.window.actions_by_id["view_wipe"].isEnabled)
        for key, view in ((Qt.Key.Key_2, stage.wipe), (Qt.Key.Key_3, stage.grid)):
            QTest.keyClick(studio.window, key, ALT)
            await until(view.isVisible)
        assert len(stage.grid.tiles) == 2
        QTest.keyClick(studio.window, Qt.Key.Key_1, ALT)
        await until(stage.canvas.isVisible)

    at_the_window(good(), act)


# The table of commands.


def test_no_two_commands_share_a_key_in_one_scope() -> None:
    for scope in Scope:
        keys = Counter(key for one in COMMANDS if one.scope is scope for key in one.keys)
        assert [key for key, count in keys.items() if count > 1] == []


def test_every_command_is_in_a_menu_and_a_disabled_one_says_why(
    at_the_window: Window, tmp_path: Path
) -> None:
    async def act(studio: Studio) -> None:
        actions = studio.window.actions_by_id
        in_menus = {one.objectName() for menu in actions.menus for one in menu.actions()}
        assert {one.id for one in COMMANDS} <= in_menus
        for action in actions.all():
            if not action.isEnabled():
                assert ": " in action.toolTip(), action.objectName()

    at_the_window(good(), act)


def names_missing(root: QWidget) -> list[str]:
    """Widgets the keyboard reaches and a screen reader has no name for."""
    inner = (QAbstractSpinBox, QComboBox)
    missing = []
    for widget in root.findChildren(QWidget):
        if not (widget.isVisibleTo(root) and widget.focusPolicy() & Qt.FocusPolicy.TabFocus):
            continue
        if isinstance(widget.parent(), inner):
            continue
        interface = QAccessible.queryAccessibleInterface(widget)
        if interface is None or not interface.text(QAccessible.Text.Name).strip():
            missing.append(widget.objectName() or type(widget).__name__)
    return missing


def small_targets(root: QWidget, least: int = 24) -> list[tuple[str, object]]:
    kinds = (QAbstractButton, QAbstractSlider, QComboBox)
    return [
        (widget.objectName() or type(widget).__name__, widget.size().toTuple())
        for widget in root.findChildren(QWidget)
        if isinstance(widget, kinds)
        and widget.isVisibleTo(root)
        and min(widget.size().toTuple()) < least
    ]


def test_f_ui_17_everything_the_keyboard_reaches_has_a_name_and_is_large_enough(
    at_the_window: Window, tmp_path: Path
) -> None:
    async def act(studio: Studio) -> None:
        assert names_missing(studio.window) == []
        assert small_targets(studio.window) == []
        await open_picture(studio, tmp_path)
        write(studio, "Make it warmer")
        await asyncio.sleep(0.4)
        assert names_missing(studio.window) == []
        assert small_targets(studio.window) == []

    at_the_window(good(), act)


def test_f_ui_7_the_theme_changes_without_touching_what_is_shown(
    at_the_window: Window, tmp_path: Path
) -> None:
    async def act(studio: Studio) -> None:
        await open_picture(studio, tmp_path)
        studio.window.stage.zoom_to(2.0)
        before = studio.window.stage.view_state()
        studio.window.actions_by_id["theme_light"].trigger()
        await until(lambda: studio.bench.settings.theme == "light")
        assert studio.window.stage.view_state() == before
        panel = studio.theme.colour("surface.panel")
        corner = studio.window.right.grab().toImage().pixelColor(2, 400)
        assert corner == panel
        studio.window.actions_by_id["theme_dark"].trigger()
        await until(lambda: studio.bench.settings.theme == "dark")

    at_the_window(good(), act)
