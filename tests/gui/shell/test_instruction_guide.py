from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QLineEdit

from kontext_studio.gui.shell.instruction_guide import InstructionGuide
from kontext_studio.prompting.context import LintContext
from kontext_studio.prompting.guide import rule_guides
from kontext_studio.prompting.lint import lint
from kontext_studio.prompting.rules import ALL_RULES
from tests.gui.driving import part
from tests.gui.shell.accessibility import names_missing

# They need more than words: a long text, several pictures, a model, a turn before.
IN_CONTEXT = {"token-limit", "repeat-edit", "image-number", "text-model", "drift-depth"}


def test_the_guide_has_every_rule_and_says_what_the_checker_says():
    assert {one.id for one in rule_guides()} == {rule.id for rule in ALL_RULES}
    for one in rule_guides():
        assert one.sources
        if one.id in IN_CONTEXT:
            continue
        two = LintContext(inputs=2) if one.id == "image-roles" else LintContext()
        assert one.id in [found.rule for found in lint(one.bad, two)], one.bad
        heavy = [found.rule for found in lint(one.good, two) if found.severity.underlined]
        assert heavy == [], one.good
        assert one.id not in [found.rule for found in lint(one.good, two)], one.good


def test_the_guide_is_read_searched_and_opened_at_a_rule(qtbot, dressed):
    guide = InstructionGuide(dressed, rule_guides())
    qtbot.add_widget(guide)
    with qtbot.waitActive(guide):
        guide.show()
        guide.activateWindow()
    words = " ".join(label.text() for label in guide.findChildren(QLabel))
    assert all(one.bad in words and one.good in words for one in rule_guides())
    assert names_missing(guide) == []
    field = guide.findChild(QLineEdit, "guideSearch")
    qtbot.keyClicks(field, "quotes wording")
    assert guide.shown_rules() == ("unquoted-text",)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert guide.isVisible()
    qtbot.keyClicks(field, "xyzzy")
    assert guide.shown_rules() == ()
    guide.show_rule("drift-depth")
    card = part(guide, QFrame, "rule_drift-depth")
    qtbot.wait_until(lambda: card.hasFocus())
    assert not card.visibleRegion().isEmpty()
