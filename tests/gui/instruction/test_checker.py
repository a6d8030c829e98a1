from __future__ import annotations

import pytest

from kontext_studio.gui.instruction.checker import PAUSE_MS, Answer, Checker, Question, answer_to
from kontext_studio.gui.instruction.late_fixes import LateFixes, work_out
from kontext_studio.prompting.findings import Finding, Fix, Severity
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


def test_a_fix_of_the_program_may_be_called_by_its_price():
    text, titles = "Crop the sky, tint the sea, blur the pier", (("split", "Split, Free"),)
    question = Question(text, commands=frozenset(["split"]), titles=titles)
    (finding,) = answer_to(question).findings
    assert finding.fixes[0].title == "Split, Free"
    assert finding.fixes[1].title != "Split, Free"


def test_fixes_are_tried_when_somebody_asks_for_them_and_only_once():
    one, calls = Fix("One"), []

    def work() -> list[Fix]:
        calls.append(1)
        return [one]

    late = LateFixes(work)
    finding = Finding("filler", Severity.INFO, 0, 1, "", late)
    assert calls == []
    work_out([finding])
    assert (tuple(late), late[0], late[:1]) == ((one,), one, (one,))
    assert late == (one,)
    assert calls == [1]


def test_the_chips_are_part_of_what_is_sent():
    question = Question("Paint the door red", keep=frozenset([KeepFlag.STYLE]))
    assert answer_to(question).sent_text == "Paint the door red, keep the style the same"
