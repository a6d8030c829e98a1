"""Keys that the person changes: free ones at once, taken ones after a question, told everywhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton

from kontext_studio.gui.commands import COMMANDS, command
from kontext_studio.gui.keymap import FIXED, Keymap, why_not
from kontext_studio.gui.settings.key_recorder import KeyRecorder
from kontext_studio.gui.shell.palette_entries import entry_of
from kontext_studio.gui.shell.shortcut_list import ShortcutList
from kontext_studio.gui.studio import Studio
from tests.gui.driving import (
    CTRL,
    SHIFT,
    Window,
    good,
    has_stored,
    open_picture,
    part,
    run_once,
    until,
    write,
)


def test_what_was_changed_holds_and_everything_else_stays():
    keymap = Keymap().with_keys("star", ("Ctrl+B",))
    assert keymap.keys("star") == ("Ctrl+B",)
    assert keymap.is_changed("star")
    assert all(keymap.keys(one.id) == one.keys for one in COMMANDS if one.id != "star")
    assert keymap.reset("star") == Keymap()
    assert Keymap.of(keymap.changed) == keymap


def test_a_key_is_never_that_of_two_commands():
    taken = Keymap().with_keys("star", ("Ctrl+=",))
    assert taken.owner("Ctrl+=", but="star") is None
    assert taken.keys("zoom_in") == ("Ctrl++",)  # it keeps the other one
    back = taken.reset("zoom_in")
    assert back.keys("zoom_in") == ("Ctrl++", "Ctrl+=")
    assert back.keys("star") == ()
    by_hand = Keymap.of((("star", "Ctrl+B"), ("rerun", "Ctrl+B"), ("gone", "F5"), ("fit", "")))
    assert (by_hand.keys("star"), by_hand.keys("rerun"), by_hand.keys("fit")) == (
        ("Ctrl+B",),
        (),
        (),
    )


@pytest.mark.parametrize(
    ("name", "key", "can"),
    [
        ("star", "G", True),
        ("star", "Tab", False),
        ("open", "G", False),  # it would be typed
        ("open", "Shift+G", False),
        ("open", "F5", True),
        ("open", "Alt+G", True),
        ("open", "Ctrl+C", False),
        ("open", "Ctrl+Backspace", False),
        ("open", "Ctrl+Shift+Left", False),
        ("edit_from_here", "Ctrl+G", False),
    ],
)
def test_a_key_that_is_needed_elsewhere_is_not_given(name, key, can):
    assert (why_not(name, key) == "") == can


def test_keys_written_by_hand_take_none_that_typing_and_moving_need():
    by_hand = (("run", "A"), ("export", "Return"), ("undo", "Tab Ctrl+B"), ("redo", "nonsense"))
    keymap = Keymap.of((*by_hand, ("fit", "Ctrl+K, Ctrl+C")))
    for name in ("run", "export", "redo", "fit", "edit_from_here"):
        assert keymap.keys(name) == command(name).keys
    assert keymap.keys("undo") == ("Ctrl+B",)
    assert keymap.changed == (("undo", "Ctrl+B"),)


def test_the_programs_own_keys_could_all_be_given():
    own = [(one.id, key) for one in COMMANDS for key in one.keys if one.id not in FIXED]
    assert [pair for pair in own if why_not(*pair)] == []


def test_a_key_is_changed_told_asked_for_and_given_back(
    at_the_window: Window, tmp_path: Path
) -> None:
    async def act(studio: Studio) -> None:
        await open_picture(studio, tmp_path)
        window, settings = studio.window, studio.setting_up
        actions, edit = window.actions_by_id, window.right.instruction.edit
        settings.open("shortcuts")
        listed = part(window, ShortcutList, "")
        recorder = part(window, KeyRecorder, "newKey")
        told = part(window, QLabel, "keyTold")

        def press(name: str, key: Qt.Key, held: Qt.KeyboardModifier = CTRL) -> None:
            listed.choose(name)
            recorder.setFocus()
            QTest.keyClick(recorder, key, held)

        press("run", Qt.Key.Key_G)
        await until(lambda: actions.keys("run") == ("Ctrl+G",))
        assert [one.toString() for one in actions["run"].shortcuts()] == ["Ctrl+G"]
        assert actions["run"].toolTip().endswith("Ctrl+G")
        assert entry_of(actions["run"]).keys == ("Ctrl", "G")
        assert stored(studio) == {"run": "Ctrl+G"}

        # Taken: the other command is named, and nothing changes until it is answered.
        press("star", Qt.Key.Key_K)
        assert told.text() == "Ctrl+K is the key of Command palette."
        assert actions.keys("palette") == ("Ctrl+K",)
        QTest.mouseClick(part(window, QPushButton, "keyNo"), Qt.MouseButton.LeftButton)
        assert not told.isVisible()
        press("star", Qt.Key.Key_K)
        QTest.mouseClick(part(window, QPushButton, "keyYes"), Qt.MouseButton.LeftButton)
        await until(lambda: actions.keys("star") == ("Ctrl+K",))
        assert actions.keys("palette") == ()
        press("open", Qt.Key.Key_J, SHIFT)
        assert told.text().endswith("is needed for typing. Add Ctrl or Alt.")
        assert actions.keys("open") == ("Ctrl+O",)

        # The key that was given away does nothing any more, the new one runs.
        listed.choose("run")
        QTest.keyClick(recorder, Qt.Key.Key_Escape)
        await until(lambda: not settings_are_open(studio))
        write(studio, "Make it warmer")
        QTest.keyClick(edit, Qt.Key.Key_Return, CTRL)
        assert not studio.bench.runs.views()
        QTest.keyClick(edit, Qt.Key.Key_G, CTRL)
        await until(lambda: has_stored(studio, 1))

        settings.open("shortcuts")
        QTest.mouseClick(part(window, QPushButton, "keyResetAll"), Qt.MouseButton.LeftButton)
        await until(lambda: actions.keys("run") == command("run").keys)
        assert stored(studio) == {}
        QTest.mouseClick(part(window, QPushButton, "keyYes"), Qt.MouseButton.LeftButton)
        await until(lambda: actions.keys("run") == ("Ctrl+G",))  # Undo

    at_the_window(good(), act)


def stored(studio: Studio) -> dict[str, str]:
    return dict(studio.bench.settings.keys)


def settings_are_open(studio: Studio) -> bool:
    return part(studio.window, KeyRecorder, "newKey").isVisible()


def test_keys_are_there_again_after_a_restart(at_the_window: Window, tmp_path: Path) -> None:
    async def first(studio: Studio) -> None:
        await studio.bench.change_settings(
            type(studio.bench.settings)(keys=(("star", "Ctrl+B"), ("show_parent", "P")))
        )

    async def second(studio: Studio) -> None:
        actions, canvas = studio.window.actions_by_id, studio.window.stage.canvas
        assert actions.keys("star") == ("Ctrl+B",)
        await open_picture(studio, tmp_path)
        await run_once(studio, "Make it warmer")
        await until(lambda: "step 1" in canvas.accessibleName())
        canvas.setFocus()
        QTest.keyPress(canvas, Qt.Key.Key_P)
        await until(lambda: "original" in canvas.accessibleName())
        QTest.keyRelease(canvas, Qt.Key.Key_P)
        await until(lambda: "step 1" in canvas.accessibleName())

    at_the_window(good(), first)
    at_the_window(good(), second)
