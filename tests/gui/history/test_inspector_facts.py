from __future__ import annotations

from kontext_studio.gui.history.inspector_facts import (
    Fact,
    InspectorFacts,
    inspect_job,
    inspect_step,
)
from kontext_studio.gui.history.names import ModelWords
from kontext_studio.gui.history.rows import HistoryInputs, NodeFacts
from tests.gui.history.sessions import PRO, Story


def test_a_step_says_what_it_was_made_with():
    story = Story()
    first = story.original()
    step = story.edit(first, "a", "Change the light to soft morning daylight")
    inputs = HistoryInputs(
        story.session,
        facts={first: NodeFacts(drift=0.0), step: NodeFacts(drift=24.2)},
        models={PRO: ModelWords("pro", "Kontext pro")},
    )
    facts = inspect_step(inputs, step)
    assert facts.title == "Step 1 · Soft morning daylight"
    assert facts.instruction == "Change the light to soft morning daylight"
    assert facts.facts == (
        Fact("Model", "Kontext pro"),
        Fact("Seed", "481\u00a0516\u00a0234"),
        Fact("Guidance", "3.5"),
        Fact("Cost", "about $0.04"),
    )
    assert facts.drift == (0.0, 24.2)
    assert facts.drift_words == "24 ΔE"


def test_a_label_is_the_name():
    story = Story()
    step = story.edit(story.original(), "a")
    story.session.labels[step] = "Chosen"
    assert inspect_step(HistoryInputs(story.session), step).title == "Step 1 · Chosen"


def test_an_original_says_file_and_size_and_has_no_drift():
    story = Story()
    facts = inspect_step(HistoryInputs(story.session), story.original())
    assert facts.title == "Original"
    assert Fact("Size", "1248 × 832") in facts.facts
    assert facts.drift == ()


def test_a_run_without_a_picture_has_no_cost_and_no_time():
    story = Story()
    job = story.job(story.original(), "run", "Add a hat")
    facts = inspect_job(HistoryInputs(story.session, story.jobs), story.jobs[job])
    assert facts.title == "Step 1 · Add a hat"
    assert Fact("Time", "—") in facts.facts
    assert Fact("Cost", "—") in facts.facts


def test_what_was_not_measured_is_a_dash():
    assert InspectorFacts(drift=(0.0, None)).drift_words == "—"
