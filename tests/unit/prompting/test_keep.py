from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kontext_studio.prompting.ghost import ghost_text
from kontext_studio.prompting.keep import compose, lint_with_keep
from kontext_studio.prompting.keep_flags import KeepFlag, flags_from
from kontext_studio.prompting.lint import lint
from kontext_studio.prompting.subject import last_subject, subject_of
from tests.unit.prompting.sentences import GOOD

SWAP = "Replace the tabletop with white marble"


@pytest.mark.parametrize(
    ("flags", "subject", "sent"),
    [
        ([], None, SWAP),
        (
            [KeepFlag.CAMERA_ANGLE, KeepFlag.FRAMING],
            None,
            f"{SWAP}, keep the exact camera angle, position, and framing",
        ),
        (
            [KeepFlag.FRAMING, KeepFlag.SUBJECT, KeepFlag.STYLE],
            "the cup and saucer",
            f"{SWAP}, keep the exact position and framing, and keep the cup and saucer and the "
            "style the same",
        ),
        ([KeepFlag.SUBJECT], None, SWAP),
        ([KeepFlag.TEXT], None, f"{SWAP}, keep all lettering the same"),
    ],
)
def test_chips_add_their_clause(flags, subject, sent):
    assert compose(SWAP, flags, subject) == sent


def test_a_sentence_that_ends_gets_a_second_one():
    assert compose(f"{SWAP}.", [KeepFlag.STYLE]) == f"{SWAP}. Keep the style the same."


def test_what_the_text_says_already_is_not_said_twice():
    text = f"{SWAP}, keep the exact camera angle and the lighting"
    assert compose(text, [KeepFlag.CAMERA_ANGLE, KeepFlag.LIGHTING]) == text
    rest = f"{SWAP}, keep everything else the same"
    assert compose(rest, [KeepFlag.LIGHTING, KeepFlag.SUBJECT], "the cup") == rest


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("Cartoonize the photo", KeepFlag.STYLE),
        ("Apply a mosaic effect to the image", KeepFlag.STYLE),
        ("Make it night", KeepFlag.LIGHTING),
        ("Add a slight vignette", KeepFlag.LIGHTING),
        ("Relight the room with neon from the left", KeepFlag.LIGHTING),
        ("Turn on the lamp", KeepFlag.LIGHTING),
        ("Add the text 'To let' above the door", KeepFlag.TEXT),
        ("Erase the watermark", KeepFlag.TEXT),
        ("Flip the picture", KeepFlag.FRAMING),
        ("Show the car from above", KeepFlag.CAMERA_ANGLE),
        ("Move the cup to the left", KeepFlag.SUBJECT),
    ],
)
def test_a_chip_never_keeps_what_the_text_changes(text, flag):
    assert compose(text, [flag], "the cup and saucer") == text


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("Paint the mug in Delft style", KeepFlag.STYLE),
        ("Make the shirt light blue", KeepFlag.LIGHTING),
        ("Change the size of the bowl to 20 cm", KeepFlag.TEXT),
        ("Rotate the chair to the left", KeepFlag.FRAMING),
        ("Remove the man behind the car", KeepFlag.CAMERA_ANGLE),
        ("Put a spoon beside the cup", KeepFlag.SUBJECT),
    ],
)
def test_a_chip_keeps_what_only_sounds_alike(text, flag):
    assert compose(text, [flag], "the cup and saucer") != text


def test_blank_text_stays_blank():
    assert compose("  ", list(KeepFlag), "the cup") == "  "


def test_unknown_stored_names_are_left_out():
    assert flags_from(["style", "of-a-newer-version"]) == {KeepFlag.STYLE}


@given(st.sets(st.sampled_from(KeepFlag)), st.sampled_from(GOOD))
def test_the_chips_add_no_warning_and_leave_the_text_in_front(flags, text):
    sent = compose(text, flags, "the plate")
    assert sent.startswith(text.rstrip())
    assert not [f.rule for f in lint(sent) if f.severity.underlined]


def test_a_chip_satisfies_the_rule_that_asks_for_its_clause():
    text = "Change the background to a pine forest"
    assert [f.rule for f in lint_with_keep(text)] == ["keep-framing"]
    assert lint_with_keep(text, flags=[KeepFlag.FRAMING]) == ()


def test_a_chip_does_not_excuse_a_large_verb():
    found = lint_with_keep("Turn the jug into a lamp", flags=[KeepFlag.FRAMING])
    assert [f.rule for f in found] == ["scope-verb"]


@pytest.mark.parametrize(
    ("text", "subject", "person"),
    [
        ("Change the cup and saucer to forest green", "the cup and saucer", None),
        ("Change the colour of the red car to blue", "the blue car", None),
        ("Change the old sailor's cap to felt", "the old sailor's cap", "the old sailor"),
        ("Replace the boot with a big mug", "the big mug", None),
        ("Replace the tabletop with pale oak", "the tabletop", None),
        ("Remove the pole", None, None),
        ("Make it red", None, None),
        ("Convert the photo to watercolour", None, None),
        ("", None, None),
    ],
)
def test_the_subject_of_an_instruction(text, subject, person):
    assert subject_of(text) == subject
    assert subject_of(text, person=True) == person


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("Change the red cup to deep forest green", "the deep forest green cup"),
        ("Change the light blue wall to pale yellow", "the pale yellow wall"),
        ("Turn the yellow umbrella into a teal one", "the teal umbrella"),
        ("Make the red and white cup blue", "the blue cup"),
        ("Paint the red cup green and gold", "the green and gold cup"),
        ("Recolour the woman's red dress in navy", "the woman's navy dress"),
        ("Make the red cup #1A4D8F", "the cup"),
        ("Make the red cup's handle blue", "the red cup's handle"),
        ("Make the orange blue", "the orange"),
        ("Make the wall sage green", "the wall"),
        ("Make the red cup warmer", "the red cup"),
    ],
)
def test_a_thing_goes_by_its_new_colour_after_it_was_recoloured(text, subject):
    assert subject_of(text) == subject


def ghost(text: str) -> str:
    return ghost_text(text, lint(text))


def test_the_ghost_is_the_clause_that_is_missing():
    assert ghost("Change the background to a pine forest") == (
        ", keep the exact camera angle, position, and framing"
    )


def test_the_ghost_does_not_repeat_the_blank_before_the_caret():
    assert ghost("Make the dancer kneel ") == (
        "while preserving the same facial features, clothing, and background"
    )


@pytest.mark.parametrize(
    "text",
    [
        "Paint the door red",
        "Change the background to a pine forest.",
        "Change the background to a forest of {trees}",
        "Change the background to a pine forest ",
        "",
    ],
)
def test_no_ghost_where_nothing_is_missing_or_it_would_not_fit(text):
    assert ghost(text) == ""


@pytest.mark.parametrize(
    ("newest_first", "subject"),
    [
        (["Make it golden hour", "Make it warmer", "Change the red cup to green"], "the green cup"),
        (["Make it warmer", "Replace the cup with a mug"], "the mug"),
        (["Remove the cup", "Change the cup to blue", "Paint the wall white"], "the wall"),
        (["Make it warmer", "Replace the mug with a glass", "Make the mug red"], "the glass"),
        (["Make it warmer"], None),
    ],
)
def test_the_last_subject_is_what_was_named_last_and_is_still_there(newest_first, subject):
    assert last_subject(newest_first) == subject
