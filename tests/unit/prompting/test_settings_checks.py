from __future__ import annotations

from kontext_studio.prompting.run_facts import RunFacts
from kontext_studio.prompting.settings_checks import check_settings

KEPT = "Paint the door red, keep the exact camera angle, position, and framing"


def rules(sent: str, run: RunFacts) -> list[str]:
    return [finding.rule for finding in check_settings(sent, run)]


def test_a_service_that_rewrites_words_does_not_go_with_a_keep_clause():
    assert rules(KEPT, RunFacts(enhances=True)) == ["settings-enhance"]
    assert rules("Paint the door red", RunFacts(enhances=True)) == []
    assert rules(KEPT, RunFacts()) == []


def test_the_same_words_and_seed_make_the_same_picture():
    siblings = frozenset([("paint the  door red", 7)])
    assert rules("Paint the door red", RunFacts(seed=7, siblings=siblings)) == ["settings-seed"]
    assert rules("Paint the door red", RunFacts(seed=8, siblings=siblings)) == []
    assert rules("Paint the door red", RunFacts(siblings=siblings)) == []


def test_another_shape_does_not_keep_the_framing():
    assert rules(KEPT, RunFacts(aspect=16 / 9, input_aspect=1.5)) == ["settings-aspect"]
    assert rules(KEPT, RunFacts(aspect=1.5, input_aspect=1.501)) == []
    assert rules("Paint the door red", RunFacts(aspect=16 / 9, input_aspect=1.5)) == []
    assert rules(" ", RunFacts(enhances=True)) == []
