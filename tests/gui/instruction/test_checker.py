from __future__ import annotations

import pytest

from kontext_studio.gui.instruction.checker import PAUSE_MS, Answer, Checker, Question, answer_to
from kontext_studio.prompting.keep_flags import KeepFlag


@pytest.fixture
def checker(qtbot):
    made = Checker()
    yield made
    made.deleteLater()


def test_the_pause_begins_anew_with_each_key(qtbot, checker):
    answers: list[Answer] = []
    checker.answered.connect(answers.append)
    for text in ("Remo", "Remove", "Remove it"):
        checker.ask(Question(text))
    assert answers == []
    qtbot.wait_until(lambda: bool(answers), timeout=PAUSE_MS * 8)
    assert [answer.text for answer in answers] == ["Remove it"]


def test_a_short_text_is_answered_at_once_when_asked_now(checker):
    answers: list[Answer] = []
    checker.answered.connect(answers.append)
    checker.ask_now(Question("Remove it"))
    assert [finding.rule for finding in answers[0].findings] == ["pronoun-subject"]


def test_a_long_text_is_answered_later_and_only_the_newest_counts(qtbot, checker):
    answers: list[Answer] = []
    checker.answered.connect(answers.append)
    for text in ("Remove it. " * 300, "Remove him. " * 300):
        checker.ask_now(Question(text))
    assert answers == []
    qtbot.wait_until(lambda: bool(answers), timeout=5000)
    assert [answer.text[:10] for answer in answers] == ["Remove him"]


def test_rules_can_be_ignored():
    question = Question("Remove it", ignored_rules=frozenset(["pronoun-subject"]))
    assert answer_to(question).findings == ()


def test_fixes_that_nobody_carries_out_are_left_out():
    text = "Crop the sky, tint the sea, blur the pier"
    (plain,) = answer_to(Question(text)).findings
    (able,) = answer_to(Question(text, commands=frozenset(["split"]))).findings
    assert [fix.command for fix in plain.fixes] == [None]
    assert [fix.command for fix in able.fixes] == ["split", None]


def test_the_chips_are_part_of_what_is_sent():
    question = Question("Paint the door red", keep=frozenset([KeepFlag.STYLE]))
    assert answer_to(question).sent_text == "Paint the door red, keep the style the same"
