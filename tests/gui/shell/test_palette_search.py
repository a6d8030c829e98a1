from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMainWindow

from kontext_studio.gui import commands
from kontext_studio.gui.actions import Actions
from kontext_studio.gui.shell.palette_entries import entry_of
from kontext_studio.gui.shell.palette_search import (
    EntryKind,
    PaletteEntry,
    instruction_entries,
    match,
    search,
    step_entries,
)
from tests.gui.history.sessions import Story


def command(title: str, **more) -> PaletteEntry:
    return PaletteEntry(EntryKind.COMMAND, title.lower(), title, **more)


COMMANDS = (
    command("Export step"),
    command("Compare with parent"),
    command("Add step to comparison"),
    command("Side by side"),
    command("Undo"),
)


def found(text: str, entries=COMMANDS, recent=()) -> list[str]:
    return [one.entry.title for section in search(text, entries, recent) for one in section.found]


def test_the_start_of_the_text_comes_before_the_start_of_a_word():
    assert found("comp") == ["Compare with parent", "Add step to comparison"]


def test_the_start_of_a_word_comes_before_its_middle():
    entries = (command("Decompose"), command("Show the composition"))
    assert found("comp", entries) == ["Show the composition", "Decompose"]


def test_all_words_must_be_there_in_any_order():
    assert found("parent comp") == ["Compare with parent"]
    assert found("parent undo") == []


def test_the_first_letters_of_words_find_a_command():
    assert found("sbs") == ["Side by side"]
    assert found("xo") == [], "letters from the middle of words do not"


def test_the_matching_letters_are_marked():
    hit = match("comp", "Add step to comparison")
    assert hit is not None
    assert "".join("Add step to comparison"[n] for n in sorted(hit[1])) == "comp"


@given(st.text(max_size=12), st.text(max_size=40))
def test_marks_are_always_places_in_the_text(query, text):
    hit = match(query, text)
    assert hit is None or all(0 <= place < len(text) for place in hit[1])


def test_with_nothing_typed_the_last_used_come_first():
    sections = search("", COMMANDS, ("undo", "gone"))
    assert [section.title for section in sections] == ["Last used", "Commands"]
    assert [one.entry.title for one in sections[0].found] == ["Undo"]
    assert "Undo" not in [one.entry.title for one in sections[1].found]


def test_a_disabled_command_is_found_with_its_reason():
    entry = command("Export comparison", enabled=False, reason="needs two or more picks")
    (section,) = search("export", (entry, *COMMANDS))
    assert [one.entry.title for one in section.found] == ["Export step", "Export comparison"]
    assert section.found[1].hint == "needs two or more picks"


@pytest.fixture
def steps() -> tuple[PaletteEntry, ...]:
    story = Story()
    first = story.original()
    story.edit(first, "a", "Replace the tabletop with oak, keeping the composition and the light")
    story.edit(first, "b", "Make it darker", variants=3)
    return step_entries(story.session)


def test_steps_are_found_by_their_whole_instruction_which_is_quoted(steps):
    (section,) = search("composition", steps)
    hit = section.found[0]
    assert hit.entry.title == "Replace the tabletop with oak"
    assert "composition" in hit.hint
    assert hit.hint.endswith("· step 1")
    assert "".join(hit.hint[n] for n in sorted(hit.hint_marks)) == "composition"


def test_an_at_sign_shows_steps_only_newest_first(steps):
    assert found("@", (*COMMANDS, *steps)) == [
        "Make it darker",
        "Replace the tabletop with oak",
        "Original",
    ]
    assert found("@dark", (*COMMANDS, *steps)) == ["Make it darker"]


def test_a_run_is_one_entry(steps):
    assert [entry.title for entry in steps].count("Make it darker") == 1


def test_a_question_mark_shows_help_only():
    helps = PaletteEntry(EntryKind.HELP, "@", "Search steps only")
    assert found("?", (*COMMANDS, helps)) == ["Search steps only"]
    assert "Search steps only" not in found("s", (*COMMANDS, helps))


def test_commands_come_before_steps_and_settings(steps):
    setting = PaletteEntry(EntryKind.SETTING, "s", "Original size")
    sections = search("or", (setting, *steps, command("Go to original")))
    assert [section.title for section in sections] == ["Commands", "Steps", "Settings"]


def test_every_command_has_a_picture_before_its_words(qapp):
    for one in commands.COMMANDS:
        action = QAction(one.words)
        action.setObjectName(one.id)
        assert entry_of(action).icon, one.id


def test_what_is_often_used_comes_first_until_something_was_used():
    names = ("open", "export", "run", "star")
    entries = [PaletteEntry(EntryKind.COMMAND, name, name.title()) for name in names]
    often, rest = search("", entries)
    assert (often.title, [one.entry.id for one in often.found]) == (
        "Often used",
        ["run", "export", "star"],
    )
    assert [one.entry.id for one in rest.found] == ["open"]
    assert search("", entries, ("open",))[0].title == "Last used"


@pytest.mark.parametrize("words", ["heat map", "rotate split", "export comparison", "swap sides"])
def test_a_command_is_found_by_its_words(qapp, qtbot, theme, words):
    window = QMainWindow()
    qtbot.add_widget(window)
    entries = [entry_of(action) for action in Actions(window, theme).all()]
    first = search(words, entries)[0].found[0]
    assert first.entry.title.casefold().endswith(words)
    assert first.entry.enabled


def test_instructions_are_listed_once_each_by_their_words_whatever_the_step_is_called():
    story = Story()
    first = story.original()
    named = story.edit(first, "a", "Make it darker, keeping the light")
    story.edit(first, "b", "Make it warmer")
    again = story.edit(first, "c", "Make it  warmer")
    story.session.labels[named] = "Night"
    entries = instruction_entries(story.session)
    assert [(one.title, one.hint) for one in entries] == [
        ("Make it darker, keeping the light", "step 1 · Night"),
        ("Make it warmer", "step 3"),
    ]
    assert entries[-1].id == again
