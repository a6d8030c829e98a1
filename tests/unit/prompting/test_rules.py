"""Each rule on sentences of our own: what it marks, what it leaves alone, what it depends on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kontext_studio.prompting.context import LintContext, Mode
from kontext_studio.prompting.findings import Finding, Severity
from kontext_studio.prompting.lint import lint, without_silenced
from kontext_studio.prompting.rules import ALL_RULES
from tests.unit.prompting.sentences import GOOD, LEFT_ALONE, MARKED


def found(text: str, **context) -> dict[str, Finding]:
    return {finding.rule: finding for finding in lint(text, LintContext(**context))}


@pytest.mark.parametrize(
    ("rule", "text"), [(rule, text) for rule, texts in MARKED.items() for text in texts]
)
def test_a_rule_marks(rule, text):
    assert rule in found(text)


@pytest.mark.parametrize(
    ("rule", "text"), [(rule, text) for rule, texts in LEFT_ALONE.items() for text in texts]
)
def test_a_rule_leaves_alone(rule, text):
    assert rule not in found(text)


@pytest.mark.parametrize("text", GOOD)
def test_a_good_instruction_gets_no_warning(text):
    assert [f.rule for f in lint(text) if f.severity.underlined] == []


EXAMPLES = json.loads(Path(__file__).with_name("rule_examples.json").read_text("utf-8"))
NEEDS_NO_WORDING = {"token-limit"}


def examples(kind: str) -> list[tuple[str, str, LintContext]]:
    return [
        (rule, text, LintContext.from_json(context[0] if context else {}))
        for rule, group in EXAMPLES.items()
        for text, *context in group[kind]
    ]


@pytest.mark.parametrize(("rule", "text", "context"), examples("marked"))
def test_the_specification_wants_it_marked(rule, text, context):
    assert rule in {finding.rule for finding in lint(text, context)}


@pytest.mark.parametrize(("rule", "text", "context"), examples("left_alone"))
def test_the_specification_wants_it_left_alone(rule, text, context):
    assert rule not in {finding.rule for finding in lint(text, context)}


def test_every_rule_is_covered_by_sentences():
    assert {rule.id for rule in ALL_RULES} == {*EXAMPLES, *NEEDS_NO_WORDING}
    assert len(ALL_RULES) == 35


@pytest.mark.parametrize(
    ("rule", "severity"),
    [
        ("empty-prompt", Severity.ERROR),
        ("unfilled-slot", Severity.ERROR),
        ("vague-goal", Severity.WARNING),
        ("keep-person", Severity.WARNING),
        ("style-keep", Severity.HINT),
        ("keep-framing", Severity.HINT),
        ("keep-look", Severity.HINT),
    ],
)
def test_severities(rule, severity):
    text = MARKED.get(rule, ("",))[0]
    assert found(text)[rule].severity is severity


@pytest.mark.parametrize("text", ["", "  ", "\n\n", "\u00a0"])
def test_an_empty_instruction_has_one_finding(text):
    assert list(found(text)) == ["empty-prompt"]


def test_a_later_edit_offers_the_previous_instruction():
    fixes = found("", previous_prompt="Remove the pole")["empty-prompt"].fixes
    assert [fix.applied_to("") for fix in fixes if fix.edits] == ["Remove the pole"]


def test_another_language_silences_the_rules_that_read_wording():
    assert list(found("Mache die Lampe schöner und die Wand dunkler")) == ["not-english"]
    assert set(found("Mache die [Lampe] rot und die Wand grün")) == {"unfilled-slot", "not-english"}


def test_text_to_image_needs_no_verb_and_nothing_to_keep():
    assert found("A heron over a reed bed at dawn", mode=Mode.GENERATE) == {}


def test_a_caption_is_not_asked_to_keep_anything():
    assert "style-keep" not in found("An oil painting of a mill")


@pytest.mark.parametrize(
    ("text", "subjects", "marked"),
    [
        ("Remove the duck", {"duck": 3}, True),
        ("Remove the duck", {"duck": 1}, False),
        ("Remove the duck", {}, False),
        ("Remove the white duck", {"duck": 3}, False),
        ("Remove the duck on the left", {"duck": 3}, False),
        ("Remove all ducks", {"duck": 3}, False),
        ("Change the duck's beak to blue", {"duck": 2}, True),
        ("Remove the duck in the picture", {"duck": 2}, True),
        ("Take the duck out of the photo", {"duck": 2}, True),
        ("Add a bell to the duck", {"duck": 2}, True),
        ("Add a bell to the white duck", {"duck": 2}, False),
        ("Make the duck carried by the boy white", {"duck": 2}, False),
    ],
)
def test_one_of_many_has_to_be_told_apart(text, subjects, marked):
    assert ("generic-subject" in found(text, subjects=subjects)) is marked


def test_a_pronoun_is_named_after_the_previous_instruction():
    previous = "Change the woman with the short black hair to a smile"
    fix = found("Give her a hat", previous_prompt=previous)["pronoun-subject"].fixes[0]
    assert fix.applied_to("Give her a hat") == "Give the woman with the short black hair a hat"


def test_a_pronoun_without_a_history_becomes_a_slot():
    (fix,) = found("Change her coat to wool")["pronoun-subject"].fixes
    after = fix.applied_to("Change her coat to wool")
    assert fix.select is not None
    assert after == "Change the {subject}'s coat to wool"
    assert after[slice(*fix.select)] == "{subject}"


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("Transform the mug into a vase.", "Replace the mug with a vase."),
        ("turn the goat into a marble one", "change the material of the goat to marble"),
        (
            "Transform the guard into a knight",
            "Change the clothes of the guard to a knight costume while preserving the same facial "
            "features, hairstyle, and pose",
        ),
        (
            "Convert the kitchen into a bakery",
            "Change the furniture and finishes of the kitchen to a bakery, keep the exact camera "
            "angle, position, and framing",
        ),
    ],
)
def test_a_large_verb_is_replaced_by_one_that_fits_the_target(text, mended):
    assert found(text)["scope-verb"].fixes[0].applied_to(text) == mended


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("Make the cup say good morning", "Make the cup say 'good morning'"),
        ("Write don't panic on the wall", 'Write "don\'t panic" on the wall'),
        ("Replace the word tea with milk", "Replace the word 'tea' with 'milk'"),
    ],
)
def test_wording_is_put_in_quotes(text, mended):
    assert found(text)["unquoted-text"].fixes[0].applied_to(text) == mended


def test_clauses_are_added_before_the_full_stop():
    text = "Change the nurse's uniform to a ball gown. "
    (fix,) = found(text)["keep-person"].fixes
    assert fix.applied_to(text) == (
        "Change the nurse's uniform to a ball gown while preserving the same facial features, "
        "hairstyle, and expression. "
    )


def test_keeping_two_of_many_edits_keeps_the_keep_clause():
    text = "Crop the sky, tint the sea, blur the pier, keep the boats the same"
    split, shorten = found(text)["many-edits"].fixes
    assert split.command == "split"
    assert shorten.applied_to(text) == "Crop the sky, tint the sea, keep the boats the same"


def test_a_description_silences_what_only_an_edit_could_lack():
    def finding(rule: str) -> Finding:
        return Finding(rule, Severity.WARNING, 0, 1, rule)

    found = [finding(rule) for rule in ("no-instruction", "keep-look", "vague-goal")]
    assert [one.rule for one in without_silenced(found)] == ["no-instruction", "vague-goal"]
    assert without_silenced(found[1:]) == found[1:]


def test_findings_are_in_the_order_of_the_text():
    starts = [
        f.start for f in lint("Make it better, paint the shed a nicer colour and remove this")
    ]
    assert len(starts) > 2
    assert starts == sorted(starts)


TONES = (
    "brighter darker lighter dimmer warmer cooler colder paler duller richer deeper bolder "
    "vivid vibrant sharper crisper punchier flatter blurrier"
).split()


@pytest.mark.parametrize("tone", TONES)
@pytest.mark.parametrize("what", ["the picture", "it", "the whole photo"])
def test_a_tone_of_the_whole_picture_is_no_vague_wish_whichever_it_is(tone, what):
    assert not {"vague-goal", "vague-colour"} & set(found(f"Make {what} {tone}"))


@pytest.mark.parametrize("text", ["Make the picture cool", "Give the room a cool look"])
def test_a_fix_never_says_the_opposite_of_what_was_asked_for(text):
    titles = [fix.title for fix in found(text)["vague-goal"].fixes]
    assert any(title.startswith("Cool the light") for title in titles)
    assert not any("arm the light" in title for title in titles)


@pytest.mark.parametrize(
    ("text", "rule", "span"),
    [
        ("Transform the cup", "incomplete-change", "the cup"),
        ("Transform the cup and make it look better", "incomplete-change", "the cup"),
        ("Transform the cup to marble and make it look better", "scope-verb", "Transform"),
    ],
)
def test_a_verb_that_rebuilds_is_marked_with_a_new_state_and_without_one(text, rule, span):
    one = found(text)[rule]
    assert text[one.start : one.end] == span


@pytest.mark.parametrize(
    "text", ["Transform the cup and make it blue", "Transform the cup, painting it blue"]
)
def test_a_new_state_that_follows_completes_the_change(text):
    assert "incomplete-change" not in found(text)


def test_a_comparison_with_what_was_made_is_no_earlier_turn():
    assert "history-word" not in found("Make the castle look like it was carved from ice")
    assert "history-word" in found("Make the room look like it was before")


def test_what_is_kept_where_it_is_cannot_move():
    assert "keep-conflict" in found(
        "Move the bench to the left while keeping the bench where it is"
    )
    assert "keep-conflict" not in found("Move the bench to the left while keeping its colour")
