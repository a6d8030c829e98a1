from __future__ import annotations

from kontext_studio.core.history import NodeId
from kontext_studio.core.settings import Settings
from kontext_studio.core.wording import Ignored, WordingChoices, once, shortened

HERE, THERE = NodeId("n1"), NodeId("n2")


def test_once_is_at_these_words_on_this_step():
    one = once("pronoun-subject", "it", HERE)
    assert one.holds_for("pronoun-subject", "it", HERE)
    assert not one.holds_for("pronoun-subject", "him", HERE)
    assert not one.holds_for("pronoun-subject", "it", THERE)
    assert not one.holds_for("vague-goal", "it", HERE)
    assert once("many-edits", "", HERE).is_once


def test_without_words_a_rule_keeps_still_everywhere():
    assert Ignored("vague-goal").holds_for("vague-goal", "nicer", THERE)


def test_what_is_stored_comes_back_and_what_cannot_be_read_is_left_out():
    choices = WordingChoices().ignoring(Ignored("vague-goal")).ignoring(once("hedge", "or", HERE))
    assert choices.ignoring(Ignored("vague-goal")) == choices
    assert WordingChoices.from_text(choices.to_text()) == choices
    assert choices.heeding([Ignored("vague-goal")]).ignored == (once("hedge", "or", HERE),)
    assert WordingChoices().to_text() == ""
    for text in ("", "[", "[]", '{"ignored": 3}', '{"ignored": [["a"], [1, 2, 3], {}]}'):
        assert WordingChoices.from_text(text) == WordingChoices()


def test_many_are_bounded_and_long_words_shortened():
    choices = WordingChoices()
    for number in range(600):
        choices = choices.ignoring(Ignored(f"rule-{number}"))
    assert len(choices.ignored) == 500
    assert choices.ignored[-1].rule == "rule-599"
    assert len(shortened("very long " * 90)) == 200


def test_a_word_is_learnt_once_and_a_rule_switched_off_and_on():
    settings = Settings().with_word("ecru").with_word("ecru").with_rule("hedge", on=False)
    assert settings.personal_words == ("ecru",)
    assert settings.rules_off == ("hedge",)
    assert settings.with_rule("hedge", on=True).rules_off == ()
