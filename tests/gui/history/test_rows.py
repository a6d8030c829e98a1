from __future__ import annotations

import pytest

from kontext_studio.core.errors import Charged
from kontext_studio.core.history import NodeId
from kontext_studio.core.jobs import JobFault, JobState
from kontext_studio.gui.history.names import ModelWords
from kontext_studio.gui.history.rows import (
    HistoryInputs,
    HistoryRow,
    NodeFacts,
    RowKind,
    list_history,
)
from kontext_studio.gui.history.visible import ViewState
from kontext_studio.gui.jobs.progress import JobProgress, Stage
from kontext_studio.workbench.progress import Phase
from tests.gui.history.sessions import EMBEDDED, PRO, REFUSED, Story

MODELS = {PRO: ModelWords("pro", "Kontext pro")}


def rows_of(story: Story, view: ViewState | None = None, **more) -> tuple[HistoryRow, ...]:
    return list_history(HistoryInputs(story.session, story.jobs, **more), view).rows


def keys_of(story: Story, view: ViewState | None = None, **more) -> list[str]:
    return [row.key for row in rows_of(story, view, **more)]


@pytest.fixture
def story() -> Story:
    return Story()


# What a row says.
def test_an_original_shows_its_file_and_its_size(story):
    story.original()
    (row,) = rows_of(story)
    assert (row.title, row.meta) == ("Original", "cafe-counter.jpg · 1248 × 832")
    assert row.spoken == "Original, cafe-counter.jpg, 1248 by 832 pixels, current step"
    assert row.kind is RowKind.STEP


def test_a_step_shows_model_time_and_the_share_that_changed(story):
    step = story.edit(story.original(), "green", "Change the cup to green, keep the rest")
    row = rows_of(story, facts={step: NodeFacts(0.314)}, models=MODELS)[1]
    assert row.title == "Change the cup to green"
    assert row.meta == "pro · 8.1 s · 31 % changed"
    assert row.full_text == "Change the cup to green, keep the rest"


def test_a_share_that_was_not_measured_is_not_mentioned(story):
    story.edit(story.original(), "green")
    assert rows_of(story, models=MODELS)[1].meta == "pro · 8.1 s"


def test_a_label_takes_the_place_of_the_instruction(story):
    step = story.edit(story.original(), "green")
    story.session.apply(story.session.label(step, "The good one"))
    assert rows_of(story)[1].title == "The good one"


def test_a_row_is_spoken_as_one_sentence(story):
    step = story.edit(story.original(), "green", "Change the cup to deep forest green")
    story.edit(step, "a")
    story.edit(step, "b")
    story.session.stars.add(step)
    story.session.picks = (step,)
    row = rows_of(story, facts={step: NodeFacts(0.32)})[1]
    assert row.spoken == (
        "Step 1, change the cup to deep forest green, from Original, 2 branches, starred, "
        "pick A, 32 percent changed"
    )


def test_stars_picks_and_news_are_on_the_row(story):
    first = story.original()
    step = story.edit(first, "green")
    story.session.stars.add(step)
    story.session.picks = (first, step)
    row = rows_of(story, facts={step: NodeFacts(is_new=True)})[1]
    assert (row.starred, row.picks, row.is_new) == (True, ("B",), True)


# Variants.
def test_the_variants_of_a_run_are_one_row(story):
    story.edit(story.original(), "light", variants=4)
    rows = rows_of(story)
    assert len(rows) == 2
    assert rows[1].meta.endswith("variant 1 of 4")
    assert len(rows[1].members) == 4


def test_the_row_of_a_run_shows_the_variant_on_the_current_path(story):
    story.edit(story.original(), "light", variants=4)
    story.edit(NodeId("light-3"), "child")
    row = rows_of(story, chosen={"job-light": "light-2"})[1]
    assert row.node == "light-3"
    assert row.on_path
    assert not row.current


def test_beside_the_path_a_run_shows_the_variant_that_was_looked_at_last(story):
    first = story.original()
    story.edit(first, "light", variants=4)
    story.head(first)
    assert rows_of(story)[1].node == "light"
    assert rows_of(story, chosen={"job-light": "light-2"})[1].node == "light-2"


def test_one_edited_variant_leaves_the_run_in_one_row(story):
    story.edit(story.original(), "light", variants=3)
    story.edit(NodeId("light-2"), "child")
    assert keys_of(story) == ["step:original", "run:job-light", "run:job-child"]


def test_a_second_edited_variant_gives_each_its_own_row(story):
    story.edit(story.original(), "light", variants=4)
    story.edit(NodeId("light-2"), "a")
    story.edit(NodeId("light-4"), "b")
    rows = {row.key: row for row in rows_of(story)}
    assert rows["run:job-light"].node == "light-2", "the first edited one keeps the row"
    assert rows["step:light-4"].node == "light-4"
    assert rows["rest:job-light"].members == ("light", "light-3")
    assert rows["run:job-a"].parent_key == "run:job-light"
    assert rows["run:job-b"].parent_key == "step:light-4"


def test_a_star_on_a_hidden_variant_marks_the_row_of_its_run(story):
    story.edit(story.original(), "light", variants=2)
    story.session.stars.add(NodeId("light-2"))
    assert rows_of(story)[1].starred


# Runs under way.
def test_a_run_has_a_row_before_it_is_sent(story):
    first = story.original()
    job = story.job(first, "marble", state=JobState.PREPARED)
    row = rows_of(story, progress={job: JobProgress(Phase.WAITING, place=2)})[1]
    assert (row.kind, row.meta) == (RowKind.WAITING, "Waiting · 2nd in line")
    assert row.node is None
    assert row.icon == "hourglass"


def test_a_running_row_says_how_long_against_the_usual_time(story):
    job = story.job(story.original(), "marble")
    facts = JobProgress(Phase.RUNNING, elapsed_s=5.4, usual_s=9.2)
    row = rows_of(story, progress={job: facts})[1]
    assert (row.kind, row.meta) == (RowKind.RUNNING, "Running · 5 s of about 9 s")
    assert row.progress == pytest.approx(5.4 / 9.2)
    assert row.spoken.endswith("from Original, running, 5 seconds of about 9 seconds")
    assert row.sha == "original-sha"


@pytest.mark.parametrize(
    ("state", "meta", "icon"),
    [
        (JobState.BLOCKED, "Stopped by content rules", "ban"),
        (JobState.UNKNOWN, "No answer, may have been charged", "circle-question-mark"),
        (JobState.FAILED, "The model failed.", "triangle-alert"),
        (JobState.PREPARED, "The model failed.", "triangle-alert"),
    ],
)
def test_a_run_that_ended_without_a_picture_stays_as_a_failed_row(story, state, meta, icon):
    fault = JobFault("service_failed", "The model failed.", charged=Charged.MAYBE)
    story.job(story.original(), "marble", state=state, fault=fault)
    row = rows_of(story)[1]
    assert (row.kind, row.meta, row.icon) == (RowKind.FAILED, meta, icon)


def test_what_the_person_cancelled_is_no_failure(story):
    story.job(story.original(), "marble", state=JobState.CANCELLED)
    row = rows_of(story)[1]
    assert (row.kind, row.meta, row.icon) == (RowKind.CANCELLED, "Cancelled", "x")


def test_a_refusal_of_the_embedded_engine_says_first_what_differs(story):
    story.job(
        story.original(),
        "marble",
        state=JobState.FAILED,
        fault=REFUSED,
        provider="embedded",
        model=EMBEDDED,
    )
    assert rows_of(story)[1].meta == "“marble” unknown"


def test_a_dismissed_run_has_no_row(story):
    job = story.job(story.original(), "marble", state=JobState.FAILED)
    story.session.apply(story.session.dismiss(job))
    assert keys_of(story) == ["step:original"]


def test_a_stored_run_has_its_steps_and_no_ghost(story):
    first = story.original()
    story.job(first, "marble", state=JobState.STORED)
    story.edit(first, "marble")
    assert keys_of(story) == ["step:original", "run:job-marble"]


def test_a_run_keeps_its_key_when_its_picture_comes(story):
    first = story.original()
    job = story.job(first, "marble")
    before = keys_of(story)
    del story.jobs[job]
    story.edit(first, "marble")
    assert keys_of(story) == before


def test_the_run_of_a_deleted_step_has_no_row(story):
    first = story.original()
    step = story.edit(first, "green")
    story.job(step, "marble")
    story.session.apply(story.session.delete(step))
    assert keys_of(story) == ["step:original"]


def test_live_facts_of_a_run_that_ended_change_nothing(story):
    job = story.job(story.original(), "marble", state=JobState.CANCELLED)
    facts = JobProgress(Phase.RUNNING, fraction=0.5)
    row = rows_of(story, progress={job: facts})[1]
    assert (row.stage, row.progress) == (Stage.CANCELLED, None)


# Order and folding.
def test_deleted_steps_are_left_out(story):
    first = story.original()
    gone = story.edit(first, "gone")
    story.edit(gone, "child")
    story.edit(first, "stays")
    story.session.apply(story.session.delete(gone))
    assert keys_of(story) == ["step:original", "run:job-stays"]


def test_the_line_with_the_newest_result_goes_on_in_its_lane_and_comes_last(story):
    first = story.original()
    a = story.edit(first, "a")
    story.edit(first, "b")
    story.edit(a, "a2")
    rows = rows_of(story)
    assert [(row.key, row.lane) for row in rows] == [
        ("step:original", 0),
        ("run:job-b", 1),
        ("run:job-a", 0),
        ("run:job-a2", 0),
    ]


def test_a_failed_run_stands_where_its_number_belongs(story):
    first = story.original()
    story.edit(first, "a")
    story.job(first, "lost", state=JobState.FAILED)
    story.edit(first, "b")
    story.edit(first, "c")
    order = [row.key for row in rows_of(story)]
    assert order.index("run:job-a") < order.index("run:job-lost") < order.index("run:job-b")


def test_a_folded_row_counts_what_it_hides(story):
    first = story.original()
    a = story.edit(first, "a")
    b = story.edit(a, "b")
    story.edit(b, "c")
    story.head(story.edit(first, "d"))
    rows = {row.key: row for row in rows_of(story, ViewState(folded=frozenset({a})))}
    assert set(rows) == {"step:original", "run:job-a", "run:job-d"}
    assert rows["run:job-a"].folded == 2
    assert rows["run:job-a"].spoken.endswith("2 rows folded away")


def test_the_current_path_is_never_folded_away(story):
    first = story.original()
    a = story.edit(first, "a")
    story.edit(a, "side")
    here = story.edit(a, "here")
    story.edit(here, "below")
    story.head(here)
    rows = {row.key: row for row in rows_of(story, ViewState(folded=frozenset({first, a})))}
    assert set(rows) == {"step:original", "run:job-a", "run:job-here"}
    assert rows["run:job-a"].folded == 2, "the innermost folded row counts"
    assert rows["step:original"].folded == 0


def test_a_running_row_and_an_unseen_result_are_never_folded_away(story):
    first = story.original()
    a = story.edit(first, "a")
    b = story.edit(a, "b")
    fresh = story.edit(a, "fresh")
    story.job(b, "run")
    story.edit(b, "old")
    story.head(first)
    view = ViewState(folded=frozenset({first, a}))
    keys = keys_of(story, view, facts={fresh: NodeFacts(is_new=True)})
    assert "run:job-run" in keys
    assert "run:job-fresh" in keys
    assert "run:job-old" not in keys


def test_starred_only_keeps_the_current_step(story):
    first = story.original()
    a = story.edit(first, "a")
    b = story.edit(a, "b")
    story.edit(b, "c")
    story.session.stars.add(a)
    rows = rows_of(story, ViewState(starred_only=True))
    assert [row.key for row in rows] == ["run:job-a", "run:job-c"]
    assert rows[1].parent_key == "run:job-a", "it hangs on the nearest ancestor that is shown"


def test_search_looks_into_the_whole_instruction(story):
    first = story.original()
    story.edit(first, "a", "Make it warmer while keeping the Spoon")
    story.edit(first, "b", "Make it cooler")
    assert keys_of(story, ViewState(text="spoon warm")) == ["run:job-a"]
    assert keys_of(story, ViewState(text="nothing")) == []


def test_the_listing_counts_steps_folded_ones_too_and_open_runs(story):
    first = story.original()
    a = story.edit(first, "a", variants=3)
    story.edit(a, "b")
    story.head(first)
    story.job(first, "run")
    inputs = HistoryInputs(story.session, story.jobs)
    listing = list_history(inputs, ViewState(folded=frozenset({a})))
    assert (listing.steps, listing.open, len(listing.rows)) == (3, 1, 3)


def test_a_picture_made_from_text_has_a_ghost_without_a_parent(story):
    story.job(None, "made", "A red bicycle")
    (row,) = rows_of(story)
    assert (row.parent_key, row.sha, row.title) == (None, None, "A red bicycle")
