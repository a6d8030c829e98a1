from __future__ import annotations

import pytest

from kontext_studio.core.jobs import JobState
from kontext_studio.gui.jobs import progress as p
from kontext_studio.gui.jobs.progress import JobProgress, Stage
from kontext_studio.workbench.progress import JobView, Phase
from tests.gui.history.sessions import Story


def record(state: JobState = JobState.SUBMITTED):
    story = Story()
    return story.jobs[story.job(story.original(), "run", state=state)]


@pytest.mark.parametrize(
    ("state", "facts", "stage"),
    [
        (JobState.PREPARED, JobProgress(Phase.WAITING), Stage.WAITING),
        (JobState.PREPARED, JobProgress(Phase.WAITING, offline=True), Stage.OFFLINE),
        (JobState.SUBMITTED, JobProgress(Phase.QUEUED, offline=True), Stage.WAITING),
        (JobState.PREPARED, JobProgress(), Stage.PAUSED),
        (JobState.PREPARED, JobProgress(Phase.RETRYING, retry_in_s=3), Stage.RETRYING),
        (JobState.SENDING, JobProgress(Phase.SENDING), Stage.RUNNING),
        (JobState.SUBMITTED, JobProgress(Phase.RUNNING), Stage.RUNNING),
        (JobState.REMOTE_DONE, JobProgress(Phase.DOWNLOADING), Stage.RUNNING),
        (JobState.SUBMITTED, JobProgress(Phase.CANCELLING), Stage.CANCELLING),
        (JobState.CANCELLED, JobProgress(Phase.RUNNING), Stage.CANCELLED),
        (JobState.STORED, JobProgress(Phase.STORING), Stage.DONE),
        (JobState.UNKNOWN, JobProgress(), Stage.UNKNOWN),
    ],
)
def test_the_stage_follows_the_durable_state_first(state, facts, stage):
    assert p.stage_of(record(state), facts) is stage


@pytest.mark.parametrize(
    ("facts", "value"),
    [
        (JobProgress(Phase.RUNNING, fraction=0.4, elapsed_s=5, usual_s=6), 0.4),
        (JobProgress(Phase.RUNNING, elapsed_s=5, usual_s=10), 0.5),
        (JobProgress(Phase.RUNNING, elapsed_s=50, usual_s=10), 0.95),
        (JobProgress(Phase.RUNNING, elapsed_s=5), None),
    ],
)
def test_a_measured_time_stops_the_bar_before_its_end(facts, value):
    assert p.bar_value(Stage.RUNNING, facts) == value


@pytest.mark.parametrize("stage", [Stage.CANCELLING, Stage.WAITING, Stage.FAILED])
def test_no_bar_moves_where_nothing_runs(stage):
    assert p.bar_value(stage, JobProgress(Phase.RUNNING, fraction=0.5)) is None


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (JobProgress(Phase.RUNNING, elapsed_s=5.9, usual_s=9.2), "5 s of about 9 s"),
        (JobProgress(Phase.RUNNING, elapsed_s=12, usual_s=9), "12 s, usually about 9 s"),
        (JobProgress(Phase.RUNNING, elapsed_s=5.9), "5 s"),
        (JobProgress(Phase.RUNNING), ""),
        (JobProgress(Phase.RUNNING, fraction=0.334, elapsed_s=5), "33 %"),
        (JobProgress(Phase.RUNNING, elapsed_s=31), "slower than usual, still working, 31 s"),
        (JobProgress(Phase.RUNNING, elapsed_s=31, usual_s=60), "31 s of about 1 min 0 s"),
        (
            JobProgress(Phase.RUNNING, elapsed_s=9, trouble="status"),
            "connection lost, still trying",
        ),
        (JobProgress(Phase.UPLOADING, elapsed_s=9), "sending the picture"),
    ],
)
def test_running_is_said_with_what_is_known(facts, words):
    assert p.running_words(facts) == words


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (JobProgress(Phase.WAITING, place=2), "2nd in line"),
        (JobProgress(Phase.QUEUED, position=0), "1st in line at fal.ai"),
        (JobProgress(Phase.QUEUED), "at fal.ai"),
        (JobProgress(Phase.WAITING), ""),
    ],
)
def test_a_place_in_the_line_is_said_only_where_it_is_known(facts, words):
    assert p.waiting_words(record(), facts) == words


def test_facts_are_taken_from_the_workbench_at_a_moment():
    view = JobView(record(), Phase.RETRYING, started_s=10.0, retry_at_s=28.0, attempt=2)
    facts = p.progress_of(view, 15.0)
    assert (facts.elapsed_s, facts.retry_in_s, facts.attempt) == (5.0, 13.0, 2)
    assert p.progress_of(view, 60.0).retry_in_s == 0.0


@pytest.mark.parametrize(
    ("seconds", "words"), [(18.0, "0:18"), (17.2, "0:18"), (0.0, "0:00"), (75.0, "1:15")]
)
def test_a_countdown_reaches_zero_when_it_is_over(seconds, words):
    assert p.countdown(seconds) == words


@pytest.mark.parametrize(
    ("number", "word"), [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (22, "22nd")]
)
def test_ordinals(number, word):
    assert p.ordinal(number) == word
