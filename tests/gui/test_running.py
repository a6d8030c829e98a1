"""Runs that are started at the window: once each, and words that land where they belong."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit

from kontext_studio.core import provider as wire
from kontext_studio.core.errors import FieldProblem, OutcomeUnknown, Refused, Unauthorized
from kontext_studio.core.history import NodeId
from kontext_studio.core.jobs import JobState
from kontext_studio.core.route import Route
from kontext_studio.gui.presenters.running import CLICKS_S
from kontext_studio.gui.studio import Studio
from kontext_studio.workbench.adopting import NOT_FOUND
from kontext_studio.workbench.progress import Phase
from tests.fakes.photographs import png
from tests.fakes.scripted_provider import HANDLE, ScriptedProvider, whole_run
from tests.gui.driving import (
    CTRL,
    Window,
    good,
    has_stored,
    open_picture,
    part,
    press_run,
    run_once,
    until,
    views,
    write,
)


def has_runs(studio: Studio, count: int) -> bool:
    return len(views(studio)) == count


def is_listed_as(studio: Studio, row: int, title: str) -> bool:
    return studio.window.history.view.rows.rows[row].title == title


def is_called(studio: Studio, node: NodeId, name: str | None) -> bool:
    return studio.bench.session.labels.get(node) == name


CAN_DO = {"unknown": [{"word": "marble", "start": 0, "end": 6}], "can_do": ["Make it warmer"]}
REFUSAL = Refused(
    "“marble” is unknown.",
    problems=(FieldProblem("prompt", "unsupported_instruction", "unknown", CAN_DO),),
)


@pytest.mark.parametrize(
    ("words", "fault"), [("Make it warmer", REFUSAL), ("Put text back", Refused("Not today."))]
)
def test_words_of_a_run_land_on_its_own_step_and_on_no_other(
    at_the_window: Window, tmp_path: Path, words: str, fault: Refused
) -> None:
    provider = ScriptedProvider(lambda request: [wire.Sending(), wire.Submitted(HANDLE), fault])

    async def act(studio: Studio) -> None:
        await open_picture(studio, tmp_path, "one.png")
        one = studio.steps.current
        write(studio, "Replace the table with marble")
        press_run(studio)
        await until(lambda: JobState.FAILED in views(studio))
        await open_picture(studio, tmp_path, "two.png")
        await until(lambda: studio.steps.current is not one)
        two = studio.steps.current
        assert one is not None
        assert two is not None
        jobs, edit = studio.window.right.jobs, studio.window.right.instruction.edit

        def button() -> QAbstractButton | None:
            found = jobs.findChildren(QAbstractButton)
            return next((one for one in found if one.text() == words), None)

        await until(button)
        pressed = button()
        assert pressed is not None
        QTest.mouseClick(pressed, Qt.MouseButton.LeftButton)
        await until(lambda: studio.steps.current is one)
        await until(lambda: edit.toPlainText())
        studio.running.save_draft()
        await asyncio.sleep(0.1)
        assert studio.bench.draft(two.id).text == ""
        assert edit.toPlainText() in ("Make it warmer", "Replace the table with marble")

    at_the_window(provider, act)


@pytest.mark.parametrize(
    ("command", "held_s"),
    [
        ("rerun", 1.5 * CLICKS_S),
        ("rerun_same_seed", 0.2),
        ("apply_here", 0.2),
        ("run_new_seed", 0.2),
    ],
)
def test_f_ui_1_a_command_that_is_given_twice_is_one_run(
    at_the_window: Window, tmp_path: Path, command: str, held_s: float
) -> None:
    provider = good()

    async def act(studio: Studio) -> None:
        await open_picture(studio, tmp_path)
        await run_once(studio, "Make it warmer")
        write(studio, "Make it cooler")
        action = studio.window.actions_by_id[command]
        held_until = time.monotonic() + held_s
        while time.monotonic() < held_until:
            action.trigger()
            await asyncio.sleep(0.01)
        await until(lambda: has_stored(studio, 2))

    at_the_window(provider, act)
    assert len(provider.sent) == 2


def test_f_ui_14_words_typed_after_run_are_not_sent(at_the_window: Window, tmp_path: Path) -> None:
    go_on = asyncio.Event()
    provider = ScriptedProvider(
        lambda request: [go_on, *whole_run([png(2, 240, 160)])],
    )

    async def act(studio: Studio) -> None:
        await open_picture(studio, tmp_path)
        write(studio, "Make it warmer")
        press_run(studio)
        await until(lambda: views(studio))
        write(studio, " and much cooler")
        go_on.set()
        await until(lambda: has_stored(studio, 1))

    at_the_window(provider, act)
    assert [request.instruction for request in provider.sent] == ["Make it warmer"]


def test_f_ui_13_of_many_runs_two_go_on_and_the_waiting_ones_can_be_stopped(
    at_the_window: Window, tmp_path: Path
) -> None:
    go_on = asyncio.Event()
    provider = ScriptedProvider(
        lambda request: [wire.Sending(), go_on, *whole_run([png(2, 240, 160)])[1:]]
    )

    async def act(studio: Studio) -> None:
        actions = studio.window.actions_by_id
        assert not actions["cancel_job"].isEnabled()
        assert actions["cancel_job"].toolTip().endswith("nothing is running")
        await open_picture(studio, tmp_path)
        for number in range(50):
            studio.window.right.instruction.set_text(f"Make it warmer by {number} percent")
            press_run(studio)
            await until(partial(has_runs, studio, number + 1))
        await until(lambda: len(provider.sent) == 2)
        rows = studio.window.history.view.rows
        await until(lambda: rows.rowCount() == 51)
        assert (
            "48 waiting"
            in part(studio.window.status, QAbstractButton, "jobsButton").accessibleName()
        )
        assert actions["cancel_job"].isEnabled()
        actions["cancel_waiting"].trigger()
        await until(lambda: views(studio).count(JobState.CANCELLED) == 48, 20)
        await until(lambda: not actions["cancel_waiting"].isEnabled())
        assert actions["cancel_waiting"].toolTip().endswith("no run is waiting")
        go_on.set()
        await until(lambda: has_stored(studio, 2))
        await until(lambda: not actions["cancel_job"].isEnabled())

    at_the_window(provider, act)
    assert len(provider.sent) == 2


def test_undo_on_a_toast_does_not_reach_into_another_session(
    at_the_window: Window, tmp_path: Path
) -> None:
    async def act(studio: Studio) -> None:
        await open_picture(studio, tmp_path)
        await run_once(studio, "Make it warmer")
        studio.window.actions_by_id["delete"].trigger()
        toast = part(studio.window.middle, QAbstractButton, "toastVerb")
        await until(lambda: toast.isVisible())
        await studio.bench.new_session()
        await open_picture(studio, tmp_path, "other.png")
        await asyncio.sleep(0.05)
        assert not toast.isVisible()

    at_the_window(good(), act)


def test_a_step_is_renamed_in_the_list_where_it_stands(
    at_the_window: Window, tmp_path: Path
) -> None:
    async def act(studio: Studio) -> None:
        await open_picture(studio, tmp_path)
        await run_once(studio, "Make it warmer")
        view = studio.window.history.view
        node = studio.steps.current
        assert node is not None
        view.setFocus()
        for written, kept, expected in (
            ("Evening light", Qt.Key.Key_Return, "Evening light"),
            ("Something else", Qt.Key.Key_Escape, "Evening light"),
            ("", Qt.Key.Key_Return, None),
        ):
            await until(lambda: view.currentIndex().row() == 1)
            QTest.keyClick(view, Qt.Key.Key_F2)
            (edit,) = [one for one in view.findChildren(QLineEdit) if one.isVisible()]
            assert edit.hasFocus()
            edit.selectAll()
            QTest.keyClick(edit, Qt.Key.Key_Delete)
            QTest.keyClicks(edit, written)
            await asyncio.sleep(0.05)
            assert edit.text() == written, "letters are no commands while a name is typed"
            QTest.keyClick(edit, kept)
            await until(partial(is_called, studio, node.id, expected))
            title = expected or "Make it warmer"
            await until(partial(is_listed_as, studio, 1, title))
            await until(view.hasFocus)
        assert has_stored(studio, 1)

    at_the_window(good(), act)


def test_the_words_of_a_step_are_not_in_the_editor_of_its_parent_any_more(
    at_the_window: Window, tmp_path: Path
) -> None:
    async def first(studio: Studio) -> None:
        edit = studio.window.right.instruction.edit
        await open_picture(studio, tmp_path)
        await run_once(studio, "Make it warmer")
        await until(lambda: edit.toPlainText() == "")
        await run_once(studio, "Make it cooler")
        _, one, _ = studio.bench.session.history
        studio.steps.select(one.id)
        await until(lambda: studio.steps.current is one)
        await asyncio.sleep(0.05)
        assert edit.toPlainText() == ""
        assert not studio.window.right.instruction.run_button.isEnabled()
        QTest.keyClick(edit, Qt.Key.Key_Up, CTRL)
        assert edit.toPlainText() == "Make it cooler"
        # What stands before the person's eyes is left alone when a result comes.
        write(studio, " still")
        press_run(studio)
        await until(lambda: has_stored(studio, 3))
        await asyncio.sleep(0.05)
        assert edit.toPlainText() == "Make it cooler still"

    at_the_window(good(), first)


def test_words_the_engine_did_not_know_are_marked_while_they_stand_there(
    at_the_window: Window, tmp_path: Path
) -> None:
    provider = ScriptedProvider(lambda request: [wire.Sending(), wire.Submitted(HANDLE), REFUSAL])

    async def act(studio: Studio) -> None:
        await open_picture(studio, tmp_path)
        edit = studio.window.right.instruction.edit
        write(studio, "Replace the table with Marble")
        press_run(studio)
        await until(lambda: JobState.FAILED in views(studio))
        await until(lambda: (23, 29, "danger.line") in edit.underlines())
        write(studio, " tiles")
        assert "danger.line" not in {token for _, _, token in edit.underlines()}

    at_the_window(provider, act)


def test_a_new_failure_is_scrolled_to_unless_somebody_writes(
    at_the_window: Window, tmp_path: Path
) -> None:
    go_on = asyncio.Event()
    provider = ScriptedProvider(
        lambda request: [wire.Sending(), wire.Submitted(HANDLE), go_on, REFUSAL]
    )

    async def act(studio: Studio) -> None:
        studio.window.resize(1180, 720)
        await open_picture(studio, tmp_path)
        panel = studio.window.right.instruction
        bar = panel.verticalScrollBar()
        write(studio, "Replace the table with marble")
        press_run(studio)
        await until(lambda: JobState.SUBMITTED in views(studio))
        write(studio, " tiles")
        go_on.set()
        await until(lambda: JobState.FAILED in views(studio))
        await until(lambda: studio.window.right.jobs.findChildren(QAbstractButton, "jobDismiss"))
        await asyncio.sleep(0.1)
        assert bar.value() == 0
        press_run(studio)
        await until(lambda: views(studio).count(JobState.FAILED) == 2)
        await until(lambda: bar.value() > 0)
        verb = studio.window.right.jobs.findChildren(QAbstractButton, "jobVerb-put_back")[-1]
        await until(
            lambda: panel.viewport().rect().contains(verb.mapTo(panel.viewport(), QPoint()))
        )
        write(studio, "!")
        assert bar.value() < 60, "who writes sees what they write"

    at_the_window(provider, act)


def test_a_run_of_unknown_outcome_is_looked_for_with_check(
    at_the_window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAL_KEY", "id:secret")
    provider = ScriptedProvider(
        lambda request: [wire.Sending(), OutcomeUnknown("The connection broke while sending.")],
        resumed=whole_run([png(2, 240, 160)])[2:],
        found=[],
        local=False,
    )

    async def act(studio: Studio) -> None:
        await open_picture(studio, tmp_path)
        settings = replace(studio.bench.settings, default_route="fal.ai")
        await studio.bench.change_settings(settings)
        connection = part(studio.window.status, QAbstractButton, "connectionButton")
        await until(lambda: "fal.ai" in connection.accessibleName())
        write(studio, "Make it warmer")
        press_run(studio)
        await until(lambda: JobState.UNKNOWN in views(studio))
        jobs = studio.window.right.jobs
        await until(lambda: jobs.findChildren(QAbstractButton, "jobVerb-check"))
        check = part(jobs, QAbstractButton, "jobVerb-check")
        words = {one.text() for one in jobs.findChildren(QAbstractButton)}
        assert {"Check", "Send again"} <= words
        QTest.mouseClick(check, Qt.MouseButton.LeftButton)
        await until(lambda: any(NOT_FOUND in one.text() for one in jobs.findChildren(QLabel)))
        assert views(studio) == (JobState.UNKNOWN,)
        provider.found = [HANDLE]
        QTest.mouseClick(part(jobs, QAbstractButton, "jobVerb-check"), Qt.MouseButton.LeftButton)
        await until(lambda: has_stored(studio, 1))
        assert len(studio.bench.session.history) == 2

    at_the_window(provider, act)
    assert len(provider.sent) == 1


def test_runs_that_wait_for_a_key_are_lines_and_one_card(
    at_the_window: Window, tmp_path: Path
) -> None:
    all_ordered = asyncio.Event()
    provider = ScriptedProvider(lambda request: [wire.Sending(), all_ordered, Unauthorized("No.")])

    async def act(studio: Studio) -> None:
        await open_picture(studio, tmp_path)
        for number in range(4):
            studio.window.right.instruction.set_text(f"Make it warmer by {number} percent")
            press_run(studio)
            await until(partial(has_runs, studio, number + 1))
        all_ordered.set()
        jobs = studio.window.right.jobs
        await until(lambda: sum(row.card is not None for row in jobs.listing().rows) == 1)
        held = [row for row in jobs.listing().rows if row.card is None]
        await until(lambda: all(view.phase is Phase.IDLE for view in studio.bench.runs.views()))
        await asyncio.sleep(0.1)
        held = [row for row in jobs.listing().rows if row.card is None]
        assert [row.line for row in held] == ["Waiting · until its connection works"] * 3
        assert all(row.can_cancel for row in held)

    at_the_window(provider, act)


def test_words_written_before_anything_is_open_go_on_to_what_comes(
    at_the_window: Window, tmp_path: Path
) -> None:
    async def act(studio: Studio) -> None:
        panel = studio.window.right.instruction
        write(studio, "A plain grey backdrop")
        assert panel.run_button.text() == "Open an image first"
        connections = studio.bench.connections
        connections.add(Route("GPU room", "vllm-omni", address="http://127.0.0.1:9/v1"))
        await studio.bench.choose_route("GPU room")
        await until(lambda: panel.run_button.text() == "Generate")
        assert panel.edit.toPlainText() == "A plain grey backdrop"
        await studio.bench.choose_route("Embedded engine")
        connections.remove("GPU room")
        await studio.bench.change_settings(replace(studio.bench.settings, single_keys=False))
        await until(lambda: not panel.makes)

    async def again(studio: Studio) -> None:
        write(studio, "Make it warmer")
        await open_picture(studio, tmp_path)
        edit = studio.window.right.instruction.edit
        await until(lambda: edit.toPlainText() == "Make it warmer")
        studio.running.save_draft()
        node = studio.steps.current
        assert node is not None
        await until(lambda: studio.bench.draft(node.id).text == "Make it warmer")

    at_the_window(good(), act)
    at_the_window(good(), again)


def test_words_typed_as_soon_as_a_step_is_chosen_are_that_steps(
    at_the_window: Window, tmp_path: Path
) -> None:
    async def act(studio: Studio) -> None:
        await open_picture(studio, tmp_path)
        await run_once(studio, "Make it red")
        original, red = list(studio.bench.session.history)
        edit = studio.window.right.instruction.edit
        for turn in range(50):
            studio.steps.select((original, red)[turn % 2].id)
            QTest.keyClicks(edit, f"{turn} ")
            for _ in range(turn % 4):  # now at once, now a little later
                await asyncio.sleep(0)
        studio.steps.select(original.id)
        press_run(studio)
        await until(lambda: has_stored(studio, 2))
        (request,) = [one.request for one in studio.bench.session.history if one.step == 2]
        assert request is not None
        assert request.instruction.split() == [str(turn) for turn in range(0, 50, 2)]
        assert list(studio.bench.session.history)[-1].parent == original.id
        odd = [str(turn) for turn in range(1, 50, 2)]
        await until(lambda: studio.bench.draft(red.id).text.split() == odd)
        # Enter on the picture as soon as a step is chosen means that step as well.
        newest = studio.steps.current
        assert newest is not None
        assert newest.id != red.id
        studio.steps.select(red.id)
        QTest.keyClick(studio.window.stage.canvas, Qt.Key.Key_Return)
        assert studio.steps.edited is red

    at_the_window(good(), act)
