"""A compound instruction cut into steps, and the steps of a path put together again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kontext_studio.prompting.lint import lint
from kontext_studio.prompting.steps import merge_steps, plan_steps, split_steps


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("Remove the lamp", ("Remove the lamp",)),
        ("", ()),
        (
            "Remove the bollard, repaint the bench in teal and add a pigeon on the roof.",
            ("Remove the bollard", "Repaint the bench in teal", "Add a pigeon on the roof"),
        ),
        (
            "Change the tie to a scarf, the lamp to a lantern and the rug to a kilim",
            (
                "Change the tie to a scarf",
                "Change the lamp to a lantern",
                "Change the rug to a kilim",
            ),
        ),
        ("brighten and sharpen the photo", ("Brighten the photo", "Sharpen the photo")),
        (
            "1. erase the logo 2. tint the door green",
            ("Erase the logo", "Tint the door green"),
        ),
        (
            "Please remove the bin and could you add a cat on the wall?",
            ("Remove the bin", "Add a cat on the wall"),
        ),
    ],
)
def test_each_operation_becomes_an_instruction(text, steps):
    assert split_steps(text) == steps


def test_light_and_hour_belong_to_the_setting():
    text = "Put a lamp on the desk, paint the door red and change the lighting to candlelight"
    assert split_steps(text)[0] == "Change the lighting to candlelight"


def test_what_works_on_a_new_thing_waits_for_it():
    text = "Add a man on the left, make him kneel and change the sky to dusk"
    assert split_steps(text) == (
        "Change the sky to dusk",
        "Add a man on the left",
        "Make the man kneel",
    )


@pytest.mark.parametrize(
    ("text", "is_told"),
    [
        ("Remove the bin, paint the door red and change the background to a harbour", True),
        ("Change the background to a harbour, remove the bin and paint the door red", False),
        ("Paint the door red", False),
    ],
)
def test_a_changed_order_is_told(text, is_told):
    assert bool(plan_steps(text).note) is is_told


def test_every_step_carries_the_keep_clause():
    text = "Crop the sky, tint the sea and blur the pier while keeping the boats the same"
    assert all(step.endswith(", keep the boats the same") for step in split_steps(text))


def test_the_setting_comes_first_and_the_style_last():
    text = (
        "Convert to gouache with flat shapes, change the sign to 'To let', make the girl kneel, "
        "remove the bin and change the background to a harbour"
    )
    assert [step.split()[0] for step in split_steps(text)] == [
        "Change",
        "Make",
        "Remove",
        "Change",
        "Convert",
    ]


def test_a_pronoun_is_named_in_a_step_of_its_own():
    text = "Change the dog's collar to red and add a bell to it"
    assert split_steps(text)[1] == "Add a bell to the dog's collar"


def test_wording_in_quotes_is_never_cut():
    text = "Add 'salt, pepper and oil' above the door and remove the pole"
    assert split_steps(text) == ("Remove the pole", "Add 'salt, pepper and oil' above the door")


def test_wording_on_lettering_stays_with_its_step():
    steps = split_steps("Replace 'Shut' with 'Open', same font, and remove the pole")
    assert steps == ("Remove the pole", "Replace 'Shut' with 'Open', same font")


@pytest.mark.parametrize(
    ("steps", "merged"),
    [
        ((), ""),
        (("Make it blue",), "Make it blue"),
        (
            ("Change the car to red", "Add a dog beside the car"),
            "Change the car to red. Add a dog beside the car.",
        ),
        (
            ("Change the car to red", "Change the car to blue, keep everything else the same"),
            "Change the car to blue. Keep everything else the same.",
        ),
        (
            ("Change to night", "Change to day while keeping the style"),
            "Change to day. Keep the style.",
        ),
        (
            ("Change the woman's dress to green", "Make her hair black"),
            "Change the woman's dress to green. Make the woman's hair black.",
        ),
        (
            ("Remove the pole, keep the wall the same", "Paint the wall green"),
            "Remove the pole. Paint the wall green. Keep everything else the same.",
        ),
    ],
)
def test_steps_are_merged_into_one(steps, merged):
    assert merge_steps(steps) == merged


OPERATIONS = (
    "remove the bollard",
    "paint the bench teal",
    "add a pigeon on the roof",
    "change the sign to 'Fresh, hot and sweet'",
    "make the sky stormy",
    "replace the boat with a canoe",
)


@given(st.lists(st.sampled_from(OPERATIONS), min_size=2, max_size=5, unique=True))
def test_splitting_and_merging_loses_no_operation(parts):
    steps = split_steps(", ".join(parts) + ", keep the pier the same")
    assert sorted(step.lower().removesuffix(", keep the pier the same") for step in steps) == (
        sorted(part.lower() for part in parts)
    )
    merged = merge_steps(steps)
    assert len(split_steps(merged)) == len(parts)
    assert merged.count("Keep the pier the same.") == 1


@given(st.lists(st.sampled_from(OPERATIONS), min_size=3, max_size=5, unique=True))
def test_no_step_asks_to_be_split_again(parts):
    for step in split_steps("; ".join(parts)):
        assert "many-edits" not in {finding.rule for finding in lint(step)}


@given(st.lists(st.text(max_size=60), max_size=4))
def test_any_texts_are_split_and_merged_without_a_fault(texts):
    for text in texts:
        assert all(step.strip() for step in split_steps(text))
    assert bool(merge_steps(texts).strip()) == any(text.strip() for text in texts)
