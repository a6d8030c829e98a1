"""What the drift meter and the drift line say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kontext_studio.core.derivation import Derivation, Method
from kontext_studio.core.figures import FOUND, OTHER_VIEW, DriftFigures, Level
from kontext_studio.core.history import Node, NodeId, NodeKind
from kontext_studio.gui.history.drift_words import (
    DASH,
    Asked,
    far_places,
    meter_line,
    near_place,
)
from kontext_studio.gui.history.inspector_facts import Fact, inspect_step
from kontext_studio.gui.history.rows import HistoryInputs, NodeFacts, list_history
from tests.gui.history.sessions import Story, picture

SIZE = (1248, 832)
COPY = DriftFigures(FOUND, (0.0, 0.0), 1.0, 0.0, 1.0, 0.0, SIZE, SIZE)
DRIFTED = replace(
    COPY, shift_px=(2.34, -0.71), zoom=1.0031, delta_e=1.62, sharpness=0.79, changed_share=0.3
)


def test_a_meter_has_a_word_and_figures_and_one_sentence_with_all_of_them():
    line = meter_line("step 3", DRIFTED)
    assert (line.against, line.level, line.value) == ("Step 3", Level.AMBER, "visible · ΔE 1.6")
    assert line.figures == ("+2.3, \u22120.7 px · zoom of +0.31 % · sharpness 79 %",)
    assert line.sentence == (
        "What was not changed differs from step 3 by ΔE 2000 1.6 on average, lies +2.3, "
        "\u22120.7 px right and down, has a zoom of +0.31 %, has 79 % of the sharpness."
    )
    toned = meter_line("step 3", replace(COPY, delta_e=7.0))
    assert toned.sentence.endswith("A change of tone that was asked for counts as well.")
    resized = meter_line("step 3", replace(DRIFTED, size_after=(1024, 683)))
    assert resized.figures[1:] == ("1024 × 683, was 1248 × 832",)
    assert resized.sentence.endswith("It is 1024 × 683, was 1248 × 832 pixels.")


@pytest.mark.parametrize(
    ("found", "level", "value"),
    [
        (None, None, DASH),
        (COPY, Level.QUIET, "none"),
        (replace(DRIFTED, delta_e=0.4), Level.GREEN, "small · ΔE 0.4"),
        (replace(DRIFTED, delta_e=4.0), Level.RED, "strong · ΔE 4.0"),
        (
            replace(COPY, outcome=OTHER_VIEW, shift_px=None, zoom=None, delta_e=None),
            Level.UNKNOWN,
            "another view",
        ),
        (replace(COPY, delta_e=None), Level.UNKNOWN, "all of it changed"),
    ],
)
def test_a_meter_is_quiet_on_a_copy_and_invents_nothing(found, level, value):
    line = meter_line("the original", found)
    assert (line.level, line.value) == (level, value)
    assert line.sentence.endswith(".")


@pytest.mark.parametrize(
    ("drift", "far", "near"),
    [
        ((), (), None),
        ((0.0, None), (), None),
        ((20.0, 31.0), (1,), 0),
        ((0.0, 14.0, 28.0), (), None),
        ((0.0, 10.0, 26.0), (2,), 1),
        ((0.0, 12.0, 24.0, 33.0, 36.0), (3, 4), 2),
        ((0.0, 40.0), (1,), 0),
        ((0.0, 16.0, 20.0), (1,), None),  # it rose once, and is not far now
        ((0.0, None, 34.0), (2,), 1),
    ],
)
def test_where_the_path_went_far_and_the_last_step_before_that(drift, far, near):
    assert far_places(drift) == far
    assert near_place(drift) == near


@pytest.mark.parametrize(
    ("drift", "asked", "far"),
    [
        ((0.0, 40.0), {1}, ()),
        ((0.0, 40.0, 45.0), {1}, ()),
        ((0.0, 40.0, 56.0), {1}, (2,)),  # what came later was not asked for
        ((0.0, 20.0, 52.0, 30.0), {2}, (1,)),
        ((0.0, None, 40.0, 44.0), {1}, ()),  # not measured yet: told with the next one
        ((0.0, 32.0), (), (1,)),
    ],
)
def test_a_tone_that_was_asked_for_does_not_make_a_path_far(drift, asked, far):
    assert far_places(drift, asked) == far


TONED = replace(COPY, delta_e=9.3)


def test_a_tone_that_was_asked_for_is_told_and_no_reason_to_warn():
    line = meter_line("the original", TONED, Asked((2,)))
    assert (line.level, line.value) == (Level.QUIET, "as asked · ΔE 9.3")
    assert line.figures == ("Colour: changed as asked in step 2",)
    assert line.sentence.endswith("9.3 on average. Colour: changed as asked in step 2.")
    twice = meter_line("the original", TONED, Asked((2, 3, 5)))
    assert twice.figures == ("Colour: changed as asked in steps 2, 3 and 5",)
    gone = meter_line("step 1", replace(TONED, delta_e=None), Asked((2,)))
    assert (gone.level, gone.value) == (Level.QUIET, "as asked")


@pytest.mark.parametrize(
    ("found", "besides", "level"),
    [
        (replace(TONED, shift_px=(0.0, 2.0)), 0.0, Level.AMBER),
        (replace(TONED, shift_px=(8.0, 0.0)), 0.0, Level.RED),
        (replace(TONED, zoom=0.995), 0.0, Level.AMBER),
        (replace(TONED, size_after=(1024, 683)), 0.0, Level.AMBER),
        (TONED, 1.4, Level.AMBER),
        (TONED, 3.5, Level.RED),
        (replace(TONED, delta_e=0.5), 0.0, Level.GREEN),
        (replace(TONED, outcome=OTHER_VIEW, delta_e=None), 0.0, Level.UNKNOWN),
    ],
)
def test_what_drifted_beside_a_tone_that_was_asked_for_still_warns(found, besides, level):
    assert meter_line("the original", found, Asked((2,), besides)).level is level


def test_which_steps_asked_for_another_tone_is_read_from_their_instructions():
    story = Story()
    first = story.original()
    toned = story.edit(first, "a", "Make it black and white")
    later = story.edit(toned, "b", "Remove the man on the left")
    facts = {
        toned: NodeFacts(drift=41.0, of_parent=TONED),
        later: NodeFacts(drift=42.0, of_parent=replace(COPY, delta_e=1.2), of_original=TONED),
    }
    inputs = HistoryInputs(story.session, facts=facts)
    shown = inspect_step(inputs, toned)
    assert (shown.near, shown.far, shown.drift_words) == (None, (), "41 ΔE")
    assert shown.meter[0].value == "as asked · ΔE 9.3"
    before, origin = inspect_step(inputs, later).meter
    assert before.value == "visible · ΔE 1.2"
    assert (origin.level, origin.value) == (Level.AMBER, "visible · ΔE 9.3")
    assert origin.figures == ("Colour: changed as asked in step 1",)

    unasked = Story()
    red = unasked.edit(unasked.original(), "a", "Remove the man on the left")
    shown = inspect_step(HistoryInputs(unasked.session, facts={red: facts[toned]}), red)
    assert (shown.near, shown.near_words) == ("original", "the original")
    assert shown.meter[0].value == "strong · ΔE 9.3"


def test_a_step_that_drifted_far_names_the_step_to_go_back_to():
    story = Story()
    first = story.original()
    second = story.edit(first, "a")
    third = story.edit(second, "b")
    facts = {
        second: NodeFacts(drift=9.0),
        third: NodeFacts(drift=31.0, of_parent=DRIFTED, of_original=DRIFTED),
    }
    shown = inspect_step(HistoryInputs(story.session, facts=facts), third)
    assert [one.against for one in shown.meter] == ["Step 1", "The original"]
    assert (shown.near, shown.near_words) == (second, "step 1")
    only = inspect_step(HistoryInputs(story.session, facts=facts), second)
    assert [(one.against, one.value) for one in only.meter] == [("The original", DASH)]
    assert (only.near, only.near_words) == (None, "")


def test_a_step_that_was_computed_here_says_what_was_done_and_from_what():
    story = Story()
    first = story.original()
    edit = story.edit(first, "a")
    derivation = Derivation(Method.COLOURS, facts=(("colour_strength", 0.6),))
    node = Node(
        NodeId("matched"),
        (first, edit),
        NodeKind.DERIVED,
        picture("matched"),
        2,
        0.0,
        title=derivation.title,
        notes=("Colours brought back by 60 %",),
        derivation=derivation,
    )
    story.session.apply(story.session.add((node,), move_head=False))
    inputs = HistoryInputs(story.session, facts={node.id: NodeFacts(0.05)})
    row = next(one for one in list_history(inputs).rows if one.node == node.id)
    assert (row.title, row.meta) == ("Colours matched 60 %", "from step 1 · 5 % changed")
    assert row.mark == "palette"
    assert row.spoken.startswith("Step 2, colours matched 60 %, from ")
    shown = inspect_step(inputs, node.id)
    assert shown.title == "Step 2 · Colours matched 60 %"
    assert shown.instruction == "Colours brought back by 60 %."
    assert {Fact("From", "Step 1"), Fact("On", "Original"), Fact("Cost", "free")} <= {*shown.facts}
