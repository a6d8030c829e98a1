from __future__ import annotations

from PySide6.QtWidgets import QLabel

from kontext_studio.gui.shell.instruction_guide import InstructionGuide, guide_entries
from kontext_studio.prompting.lint import lint
from tests.gui.shell.accessibility import names_missing


def test_every_better_instruction_is_better_in_the_eyes_of_the_checker():
    for entry in guide_entries():
        assert entry.good != entry.bad
        assert "{" not in entry.good, "nothing is left to be filled in"
        assert len(lint(entry.good)) < len(lint(entry.bad)), entry.bad


def test_it_shows_every_entry_and_has_a_name(qtbot, dressed):
    entries = guide_entries()
    guide = InstructionGuide(dressed, entries)
    qtbot.add_widget(guide)
    guide.show()
    words = " ".join(label.text() for label in guide.findChildren(QLabel))
    assert all(entry.good in words and entry.bad in words for entry in entries)
    assert names_missing(guide) == []
