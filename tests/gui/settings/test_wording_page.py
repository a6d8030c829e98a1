from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QListWidget, QPushButton, QWidget

from kontext_studio.core.history import NodeId
from kontext_studio.core.wording import Ignored, once
from kontext_studio.gui.settings.wording_page import IgnoredRow, WordingPage
from kontext_studio.gui.theme.switch import Switch
from kontext_studio.prompting.guide import rule_guides
from tests.gui.shell.accessibility import names_missing, small_targets


@pytest.fixture
def page(qtbot, dressed) -> WordingPage:
    made = WordingPage(dressed, rule_guides())
    qtbot.add_widget(made)
    made.resize(760, 600)
    made.show()
    return made


def test_every_rule_has_a_switch_and_tells_what_is_off(qtbot, page):
    page.set_value("rules_off", ("hedge",))
    assert not page.findChild(Switch, "rule-hedge").isChecked()
    with qtbot.wait_signal(page.changed) as told:
        page.findChild(Switch, "rule-filler").click()
    assert told.args == ["rules_off", ("filler", "hedge")]
    with qtbot.wait_signal(page.changed) as told:
        page.findChild(Switch, "rule-hedge").click()
    assert told.args == ["rules_off", ("filler",)]
    assert len(page.findChildren(Switch)) == len(rule_guides())


def test_words_are_removed_with_the_button_or_the_key(qtbot, page):
    page.set_value("personal_words", ("ecru", "poäng", "sumi"))
    holder = page.findChild(QWidget, "personalWords")
    rows = holder.findChild(QListWidget)
    rows.setCurrentRow(1)
    with qtbot.wait_signal(page.changed) as told:
        qtbot.keyClick(rows, Qt.Key.Key_Delete)
    assert told.args == ["personal_words", ("ecru", "sumi")]
    page.set_value("personal_words", ("ecru", "sumi"))
    with qtbot.wait_signal(page.changed) as told:
        qtbot.mouseClick(holder.findChild(QPushButton), Qt.MouseButton.LeftButton)
    assert told.args == ["personal_words", ("ecru",)]


def test_what_is_ignored_is_said_in_words_and_taken_back(qtbot, page):
    assert page.ignored_words() == []
    here = once("pronoun-subject", "it", NodeId("n1"))
    page.set_ignored([IgnoredRow(Ignored("hedge")), IgnoredRow(here, "on Step 3")])
    assert page.ignored_words() == [
        "Hedge or open choice, everywhere",
        "Pronoun instead of a name, at “it”, on Step 3",
    ]
    with qtbot.wait_signal(page.heeded) as told:
        page.take_back(1)
    assert told.args == [here]
    page.set_value("personal_words", ("ecru",))
    assert names_missing(page) == []
    assert small_targets(page) == []
