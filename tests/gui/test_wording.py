"""The wording of instructions at the window: ignored, learnt, split, merged, and kept."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QMenu, QPushButton

from kontext_studio.core.drafts import Draft
from kontext_studio.gui.canvas.image_stage import StageMode
from kontext_studio.gui.history.thumbnails import ThumbnailShelf
from kontext_studio.gui.instruction import vocabulary
from kontext_studio.gui.instruction.turns_card import TurnEdit
from kontext_studio.gui.instruction.wording_asked import FixAsked
from kontext_studio.gui.settings.wording_page import WordingPage
from kontext_studio.gui.studio import Studio
from kontext_studio.prompting.lint import lint
from kontext_studio.prompting.settings_checks import check_settings
from tests.fakes.scripted_provider import ScriptedProvider
from tests.gui.driving import (
    Window,
    focused,
    good,
    has_stored,
    is_on_step,
    open_picture,
    part,
    run_once,
    until,
    write,
)

LONG = "Remove the bin, paint the door red and add a cat on the wall"


def rules(studio: Studio) -> list[str]:
    return [row.finding().rule for row in studio.window.right.instruction.problems.rows()]


def silent(studio: Studio, rule: str) -> bool:
    return rule not in rules(studio)


async def checked(studio: Studio, text: str) -> None:
    """Write, and wait until the words are judged."""
    vocabulary.load()
    panel = studio.window.right.instruction
    panel.edit.write_over(text)
    await until(lambda: panel.checked_text == text)


def choose(menu: QMenu, name: str) -> None:
    next(one for one in menu.actions() if one.objectName() == name).trigger()
    menu.close()


def test_what_is_ignored_stays_ignored_and_is_taken_back(at_the_window: Window, tmp_path: Path):
    async def ignores(studio: Studio) -> None:
        await open_picture(studio, tmp_path)
        await checked(studio, "Make it green and remove the thing")
        assert {"pronoun-subject", "generic-subject"} <= {*rules(studio)}
        panel = studio.window.right.instruction
        for rule, way in (
            ("pronoun-subject", "ignore_once"),
            ("generic-subject", "ignore_session"),
        ):
            place = rules(studio).index(rule)
            panel.problems.rows()[place].menu_wanted.emit(QPoint(0, 0))
            choose(part(panel.edit, QMenu, "fixMenu"), way)
            await until(partial(silent, studio, rule))
            await until(lambda: panel.edit.findChildren(QMenu, "fixMenu") == [])
        await checked(studio, "Paint it green")
        assert rules(studio) == []
        await checked(studio, "Paint those green")
        assert rules(studio) == ["pronoun-subject"]

    async def takes_back(studio: Studio) -> None:
        await until(lambda: studio.steps.current is not None)
        await checked(studio, "Remove the thing")
        assert rules(studio) == []
        part(studio.window.right.instruction, QPushButton, "ignoredFindings").click()
        page = part(studio.window, WordingPage, "wordingPage")
        assert page.ignored_words() == [
            "Pronoun instead of a name, at “it”, on cup.png",
            "Subject cannot be told apart, everywhere",
        ]
        page.take_back(1)
        await until(lambda: rules(studio) == ["generic-subject"])

    at_the_window(good(), ignores)
    at_the_window(good(), takes_back)


def test_a_word_is_learnt_from_its_menu_and_a_rule_switched_off(
    at_the_window: Window, tmp_path: Path
):
    async def act(studio: Studio) -> None:
        await open_picture(studio, tmp_path)
        await checked(studio, "Paint the gate in turqoise")
        assert rules(studio) == ["spelling"]
        studio.commanding.wording.learn("turqoise")
        await until(lambda: rules(studio) == [])
        assert studio.bench.settings.personal_words == ("turqoise",)
        await checked(studio, "Make it green")
        studio.window.right.instruction.edit.open_fix_menu(0)
        choose(part(studio.window.right.instruction.edit, QMenu, "fixMenu"), "ignore_always")
        await until(lambda: rules(studio) == [])
        assert studio.bench.settings.rules_off == ("pronoun-subject",)

    at_the_window(good(), act)


def test_why_opens_the_guide_at_the_rule(at_the_window: Window, tmp_path: Path):
    async def act(studio: Studio) -> None:
        await open_picture(studio, tmp_path)
        await checked(studio, "Make it green")
        studio.window.right.instruction.edit.open_fix_menu(0)
        choose(part(studio.window.right.instruction.edit, QMenu, "fixMenu"), "whyProblem")
        await until(lambda: studio.window.findChild(QDialog, "instructionGuide") is not None)

    at_the_window(good(), act)


def test_a_split_is_shown_changed_and_run_step_by_step(at_the_window: Window, tmp_path: Path):
    provider: ScriptedProvider = good()

    async def act(studio: Studio) -> None:
        await open_picture(studio, tmp_path)
        await checked(studio, LONG)
        panel = studio.window.right.instruction
        assert "many-edits" in rules(studio)
        panel.edit.offer_fixes(rules(studio).index("many-edits"), None)
        part(panel.edit, QMenu, "fixMenu").actions()[0].trigger()
        await until(panel.turns.isVisible)
        await until(lambda: not panel.edit.toPlainText())  # Run would send all of it once more
        panel.edit.undo()
        assert panel.edit.toPlainText() == LONG
        panel.edit.redo()
        panel.run()
        assert provider.sent == []
        first = part(panel.turns, TurnEdit, "turn_0")
        first.setPlainText("Remove the blue bin")
        assert part(panel.turns, QPushButton, "turnsAll").text() == "Run all 3 · Free"
        part(panel.turns, QPushButton, "turnsNext").click()
        await until(lambda: has_stored(studio, 1))
        await until(lambda: panel.turns.findChild(TurnEdit, "turn_2") is None)
        part(panel.turns, QPushButton, "turnsAll").click()
        await until(lambda: has_stored(studio, 3))
        await until(panel.turns.isHidden)
        texts = [one.instruction for one in provider.sent]
        assert texts[0] == "Remove the blue bin"
        path = studio.bench.session.history.path(list(studio.bench.session.history)[-1].id)
        assert [node.request.instruction for node in path if node.request] == texts

    at_the_window(provider, act)


def test_a_split_that_is_discarded_gives_its_words_back(at_the_window: Window, tmp_path: Path):
    async def act(studio: Studio) -> None:
        await open_picture(studio, tmp_path)
        panel = studio.window.right.instruction
        turned = "Give it a watercolor style and put the man on a beach"
        told: list[int] = []
        studio.running.situation_changed.connect(lambda: told.append(1))
        write(studio, turned)
        assert len(told) <= 1, "no key is a change of settings"
        studio.turning.split(turned)
        await until(lambda: not panel.edit.toPlainText())
        note = part(panel.turns, QLabel, "turnsNote")
        assert "order was changed" in note.text()
        part(panel.turns, QPushButton, "turnsDiscard").click()
        await until(panel.turns.isHidden)
        assert panel.edit.toPlainText() == turned
        studio.running.fill(LONG)
        studio.turning.split(LONG)
        await until(lambda: not panel.edit.toPlainText())
        assert note.isHidden()
        write(studio, "Make it lighter")  # so the words that were split do not come back
        studio.turning.put_in_line(["Remove the cup", "Paint the wall red"])
        assert panel.card.accessibleName() == "Other steps are in line already."
        discard = part(panel.turns, QPushButton, "turnsDiscard")
        discard.setFocus()
        discard.click()
        await until(panel.turns.isHidden)
        assert panel.card.isHidden()
        assert panel.edit.hasFocus(), "the next key is not for the tool bar"

    at_the_window(good(), act)


def test_a_placeholder_in_a_step_in_line_is_held_back_once(at_the_window: Window, tmp_path: Path):
    provider: ScriptedProvider = good()

    async def act(studio: Studio) -> None:
        await open_picture(studio, tmp_path)
        panel = studio.window.right.instruction
        studio.turning.put_in_line(["Remove the bin", "Paint the {object} red"])
        await until(panel.turns.isVisible)
        run_all = part(panel.turns, QPushButton, "turnsAll")
        run_all.click()
        await until(panel.card.isVisible)
        assert provider.sent == []
        run_all.click()
        await until(lambda: has_stored(studio, 2))

    at_the_window(provider, act)
    assert [one.instruction for one in provider.sent] == [
        "Remove the bin",
        "Paint the {object} red",
    ]


def test_what_is_left_of_a_split_is_there_after_a_restart(at_the_window: Window, tmp_path: Path):
    provider: ScriptedProvider = good()

    async def quits(studio: Studio) -> None:
        await open_picture(studio, tmp_path)
        studio.turning.split(LONG)
        await until(studio.window.right.instruction.turns.isVisible)

    async def comes_back(studio: Studio) -> None:
        panel = studio.window.right.instruction
        await until(panel.turns.isVisible)
        assert len(panel.turns.findChildren(TurnEdit)) == 3
        studio.turning.put_in_line(["Remove the cup", "Paint the wall red"])
        assert panel.card.isVisible()
        assert len(panel.turns.findChildren(TurnEdit)) == 3
        part(panel.turns, QPushButton, "turnsDiscard").click()
        await until(panel.turns.isHidden)

    at_the_window(provider, quits)
    at_the_window(provider, comes_back)
    assert provider.sent == []


def test_an_earlier_instruction_is_found_in_the_list(at_the_window: Window, tmp_path: Path):
    async def act(studio: Studio) -> None:
        await open_picture(studio, tmp_path)
        await run_once(studio, "Remove the bin")
        studio.window.actions_by_id["instructions"].trigger()
        palette = studio.commanding.palette
        assert palette.isVisible()
        (entry,) = palette.shown_entries()
        shelf = part(palette, ThumbnailShelf, "")
        await until(lambda: entry.sha is not None and shelf.picture(entry.sha) is not None)
        QTest.keyClicks(focused(), "bin")
        QTest.keyClick(focused(), Qt.Key.Key_Return)
        edit = studio.window.right.instruction.edit
        await until(lambda: edit.toPlainText() == "Remove the bin")

    at_the_window(good(), act)


def test_enhancing_does_not_go_with_a_keep_clause_and_is_switched_off(
    at_the_window: Window, tmp_path: Path
):
    async def act(studio: Studio) -> None:
        await open_picture(studio, tmp_path)
        panel = studio.window.right.instruction
        kept = "Paint the door red, keep the exact camera angle, position, and framing"
        await checked(studio, kept)
        asked = Draft(kept, seed=7, parameters=(("enhance_prompt", True), ("aspect_ratio", "9:21")))
        facts = studio.commanding.wording.run_facts(asked)
        found = check_settings(kept, facts)
        assert [one.rule for one in found] == ["settings-enhance", "settings-aspect"]
        panel.parameters.set_values({}, 7)
        panel.fix_command.emit(FixAsked("seed-random", kept, found[0]))
        assert panel.parameters.seed() is None

    at_the_window(good(), act)


def test_fixes_that_are_no_edits_do_their_thing(at_the_window: Window, tmp_path: Path):
    async def act(studio: Studio) -> None:
        await open_picture(studio, tmp_path)
        await run_once(studio, "Remove the bin")
        await run_once(studio, "Paint the door red")
        panel = studio.window.right.instruction
        (finding,) = lint("Make it green")

        def ask(command: str, text: str = "Make it green") -> None:
            panel.fix_command.emit(FixAsked(command, text, finding))

        ask("compare-root")
        await until(lambda: studio.looking.mode is StageMode.WIPE)
        studio.looking.set_mode(StageMode.SINGLE)
        ask("reuse-previous")
        assert panel.edit.toPlainText() == "Paint the door red"
        ask("add-picture")
        menu = part(panel, QMenu, "addPictureMenu")
        assert [one.objectName() for one in menu.actions()] == ["reference_step", "reference_file"]
        menu.close()
        ask("retry")
        await until(lambda: has_stored(studio, 3))
        ask("go-to-parent")
        await until(lambda: is_on_step(studio, 1))
        await checked(studio, "Add a lamp on the table")
        ask("branch")
        studio.window.activateWindow()  # a menu took that away on the offscreen platform
        await until(lambda: QApplication.focusWidget() is not None)
        QTest.keyClicks(focused(), "door")
        QTest.keyClick(focused(), Qt.Key.Key_Return)
        await until(lambda: not is_on_step(studio, 1))
        await until(lambda: panel.edit.toPlainText() == "Add a lamp on the table")
        choice = next(one for one in lint("Paint the door red or green") if one.rule == "hedge")
        panel.fix_command.emit(FixAsked("branch-choices", "Paint the door red or green", choice))
        await until(panel.turns.isVisible)
        edits = panel.turns.findChildren(TurnEdit)
        assert [one.toPlainText() for one in edits] == [
            "Paint the door red",
            "Paint the door green",
        ]

    at_the_window(good(), act)


def test_steps_are_merged_from_an_earlier_one(at_the_window: Window, tmp_path: Path):
    async def act(studio: Studio) -> None:
        await open_picture(studio, tmp_path)
        await run_once(studio, "Remove the bin")
        await run_once(studio, "Paint the door red")
        panel = studio.window.right.instruction
        await checked(studio, "Add a cat on the wall")
        studio.commanding.wording.show_merges()
        entries = part(panel, QMenu, "mergeMenu").actions()
        assert [one.text().split(": ")[1] for one in entries] == [
            "3 steps as one",
            "2 steps as one",
        ]
        entries[0].trigger()
        await until(lambda: studio.steps.current and studio.steps.current.parent is None)
        await until(lambda: "door red" in panel.edit.toPlainText())
        assert "Remove the bin" in panel.edit.toPlainText()
        assert "Add a cat on the wall" in panel.edit.toPlainText()

    at_the_window(good(), act)


def test_words_that_a_merge_takes_the_place_of_come_back(at_the_window: Window, tmp_path: Path):
    async def act(studio: Studio) -> None:
        await open_picture(studio, tmp_path)
        await run_once(studio, "Remove the bin")
        await run_once(studio, "Paint the door red")
        first, *_, last = studio.bench.session.history
        await studio.steps.go_to(first.id)
        await checked(studio, "Hang a lamp over the door")
        await studio.steps.go_to(last.id)
        panel = studio.window.right.instruction
        await until(lambda: panel.edit.toPlainText() == "")
        studio.commanding.wording.show_merges()
        part(panel, QMenu, "mergeMenu").actions()[0].trigger()
        await until(lambda: "door red" in panel.edit.toPlainText())
        await studio.steps.go_to(last.id)
        await studio.steps.go_to(first.id)
        await until(lambda: "door red" in panel.edit.toPlainText())
        panel.edit.walk_history(older=True)
        assert panel.edit.toPlainText() == "Hang a lamp over the door"

    at_the_window(good(), act)


def test_tab_goes_from_slot_to_slot_of_a_template(at_the_window: Window, tmp_path: Path):
    async def act(studio: Studio) -> None:
        await open_picture(studio, tmp_path)
        write(studio, "Remove the bin")
        studio.commanding.wording.show_templates()
        panel = studio.window.right.instruction
        menu = part(panel, QMenu, "templateMenu")
        next(one for one in menu.actions() if one.text() == "Object recolour").trigger()
        menu.close()
        edit = panel.edit
        assert edit.textCursor().selectedText() == "{object}"
        QTest.keyClicks(edit, "kettle")
        QTest.keyClick(edit, Qt.Key.Key_Tab)
        QTest.keyClicks(edit, "navy")
        assert edit.toPlainText().startswith("Change the colour of the kettle to navy, keep its")
        while edit.document().isUndoAvailable() and edit.toPlainText() != "Remove the bin":
            edit.undo()
        assert edit.toPlainText() == "Remove the bin"

    at_the_window(good(), act)
