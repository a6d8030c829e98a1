from __future__ import annotations

import re
from dataclasses import replace

import pytest

from kontext_studio.core.errors import Charged
from kontext_studio.core.history import JobId, NodeId
from kontext_studio.core.jobs import JobFault, JobState
from kontext_studio.core.result import Cost
from kontext_studio.gui.jobs.job_cards import KEPT, JobCard, Verb
from kontext_studio.gui.jobs.job_rows import JobInputs, JobRow, list_jobs
from kontext_studio.gui.jobs.progress import JobProgress, Stage
from kontext_studio.workbench.progress import Phase
from tests.gui.history.sessions import EMBEDDED, REFUSED, Story

FORBIDDEN = re.compile(r"\b(error|exception|failed to|oops|invalid|null|please|[45]\d\d)\b|!", re.I)


@pytest.fixture
def story() -> Story:
    made = Story()
    made.original()
    return made


def rows_of(story: Story, **more) -> tuple[JobRow, ...]:
    return list_jobs(JobInputs(story.session, story.jobs, **more)).rows


def only(story: Story, **more) -> JobRow:
    (row,) = rows_of(story, **more)
    return row


def card_of(story: Story, **more) -> JobCard:
    card = only(story, **more).card
    assert card is not None
    return card


def add(story: Story, name: str, state: JobState, fault: JobFault | None = None, **more):
    return story.job(NodeId("original"), name, state=state, fault=fault, **more)


def test_running_comes_first_then_waiting_failed_and_done_today(story):
    done = story.edit(NodeId("original"), "done")
    story.head(NodeId("original"))
    add(story, "done", JobState.STORED)
    failed = add(story, "failed", JobState.FAILED)
    waiting = add(story, "waiting", JobState.SUBMITTED)
    running = add(story, "running", JobState.SUBMITTED)
    facts = {waiting: JobProgress(Phase.QUEUED), running: JobProgress(Phase.RUNNING)}
    listing = list_jobs(JobInputs(story.session, story.jobs, facts, now=1.0))
    assert [row.id for row in listing.rows] == [running, waiting, failed, "job-done"]
    assert listing.summary == "1 running · 1 waiting · 1 failed"
    assert listing.rows[-1].line == "Done · 8.1 s · about $0.04"
    assert listing.rows[-1].sha == story.session.history[done].image.sha256


def test_what_was_done_on_another_day_is_not_listed(story):
    story.edit(NodeId("original"), "done")
    add(story, "done", JobState.STORED)
    assert rows_of(story, now=3 * 86400.0) == ()


def test_what_the_person_cancelled_is_not_counted_as_failed(story):
    for name in "ab":
        add(story, name, JobState.CANCELLED, JobFault("cancelled", "Cancelled."))
    add(story, "c", JobState.FAILED)
    assert list_jobs(JobInputs(story.session, story.jobs)).summary == "1 failed · 2 cancelled"


def test_an_outcome_that_nobody_knows_is_not_called_failed(story):
    add(story, "a", JobState.UNKNOWN)
    add(story, "b", JobState.FAILED)
    assert list_jobs(JobInputs(story.session, story.jobs)).summary == "1 failed · 1 unknown"


def test_a_run_that_waits_for_another_ones_key_is_one_line(story):
    job = add(story, "held", JobState.PREPARED)
    row = only(story, progress={job: JobProgress(Phase.IDLE, held=True)})
    assert row.card is None
    assert row.line == "Waiting · until its connection works"
    assert row.can_cancel


def test_a_dismissed_run_is_not_listed(story):
    job = add(story, "lost", JobState.FAILED)
    story.session.apply(story.session.dismiss(job))
    assert list_jobs(JobInputs(story.session, story.jobs)).summary == "No jobs"


def test_a_running_run_says_its_time_and_its_variants(story):
    job = add(story, "run", JobState.SUBMITTED, count=4)
    row = only(story, progress={job: JobProgress(Phase.RUNNING, elapsed_s=5, usual_s=9)})
    assert row.line == "In progress · 5 s of about 9 s · 4 variants"
    assert row.progress == pytest.approx(5 / 9)
    assert (row.has_bar, row.can_cancel, row.card) == (True, True, None)


def test_after_half_a_minute_a_late_run_says_so(story):
    job = add(story, "run", JobState.SUBMITTED)
    row = only(story, progress={job: JobProgress(Phase.RUNNING, elapsed_s=42, usual_s=9)})
    assert row.line == "Slower than usual, still working · 42 s"


def test_a_cancelled_run_reads_cancelling_and_has_no_bar(story):
    job = add(story, "run", JobState.SUBMITTED)
    row = only(story, progress={job: JobProgress(Phase.CANCELLING, fraction=0.4)})
    assert (row.line, row.has_bar, row.progress, row.can_cancel) == (
        "Cancelling…",
        False,
        None,
        False,
    )


def test_the_place_at_the_service_is_said_only_if_the_service_says_it(story):
    job = add(story, "run", JobState.SUBMITTED)
    said = only(story, progress={job: JobProgress(Phase.QUEUED, position=1)})
    assert said.line == "Position 2 at fal.ai"
    assert only(story, progress={job: JobProgress(Phase.QUEUED)}).line == "Waiting · at fal.ai"


@pytest.mark.parametrize(
    ("charged", "sentence"),
    [
        (Charged.NO, "Nothing was charged."),
        (Charged.YES, "This was charged ($0.04)."),
        (Charged.MAYBE, "This may have been charged ($0.04)."),
    ],
)
def test_a_failure_says_what_it_cost_as_far_as_is_known(story, charged, sentence):
    fault = JobFault("service_failed", "The model failed.", charged=charged)
    job = add(story, "run", JobState.FAILED, fault)
    card = card_of(story, prices={job: Cost(0.04)})
    assert card.title == "The model failed"
    assert card.body == f"{sentence} {KEPT}"
    assert [verb.words for verb in card.verbs] == ["Run again", "Put text back"]


def test_a_charge_of_unknown_price_names_no_price(story):
    fault = JobFault("service_failed", "The model failed.", charged=Charged.MAYBE)
    add(story, "run", JobState.FAILED, fault)
    assert "This may have been charged." in card_of(story).body


def test_content_rules_are_not_guessed_at(story):
    fault = JobFault("content_blocked", "fal.ai’s content rules stopped this.")
    add(story, "run", JobState.BLOCKED, fault)
    card = card_of(story)
    assert card.title == "fal.ai’s content rules stopped this"
    assert card.body.startswith("No reason was given.")
    assert [verb.verb for verb in card.verbs] == [Verb.PUT_BACK]


def test_an_unknown_outcome_is_never_sent_again_by_itself(story):
    fault = JobFault(
        "outcome_unknown",
        "The connection broke while sending. It may have been charged.",
        charged=Charged.MAYBE,
    )
    add(story, "run", JobState.UNKNOWN, fault)
    card = card_of(story)
    assert card.title == "The connection broke while sending"
    assert "It is not sent again by itself." in card.body
    assert [verb.words for verb in card.verbs] == ["Check", "Send again"]


def test_a_refusal_of_the_embedded_engine_names_the_word_and_offers_edits(story):
    fault = replace(REFUSED, detail="HTTP 422\nx-fal-error-type: invalid")
    add(story, "run", JobState.FAILED, fault, provider="embedded", model=EMBEDDED)
    card = card_of(story)
    assert card.title == "Embedded engine: “marble” is unknown"
    assert card.body == KEPT, "it is free, so no word of a charge"
    assert "422" not in card.details
    assert "x-fal" not in card.details
    assert card.suggestions[:2] == ("lighter", "darker")
    assert card.lead == "It can do:"
    assert [verb.verb for verb in card.verbs] == [Verb.PUT_BACK, Verb.CONNECT]
    other = card_of(story, elsewhere={JobId("job-run"): "Send to Kontext pro · $0.04"})
    assert (other.verbs[1].verb, other.verbs[1].words) == (
        Verb.ELSEWHERE,
        "Send to Kontext pro · $0.04",
    )


def test_a_refusal_that_is_not_about_words_says_what_the_engine_needs(story):
    said = "The embedded engine finds things by colour. Say which colour “cup” has now."
    problem = {
        "field": "prompt",
        "kind": "target_not_found",
        "message": said,
        "context": {"unknown": [{"word": "cup", "start": 0, "end": 3}], "can_do": []},
    }
    fault = JobFault("refused", said, problems=(problem,))
    add(story, "run", JobState.FAILED, fault, provider="embedded", model=EMBEDDED)
    card = card_of(story)
    assert card.title == "The embedded engine finds things by colour"
    assert card.body == f"Say which colour “cup” has now. {KEPT}"
    assert card.suggestions == ()


def test_damaged_problems_do_not_break_the_card(story):
    fault = JobFault(
        "refused",
        "It cannot do this.",
        problems=({"context": {"can_do": [None, 3, "  ", "Make it warmer"], "unknown": 7}},),
    )
    add(story, "run", JobState.FAILED, fault, provider="embedded", model=EMBEDDED)
    assert card_of(story).suggestions == ("Make it warmer",)


def test_a_countdown_can_be_stopped_and_says_that_nothing_was_charged(story):
    job = add(story, "run", JobState.PREPARED)
    facts = JobProgress(Phase.RETRYING, retry_in_s=18, attempt=2, message="Too many requests.")
    card = card_of(story, progress={job: facts})
    assert card.title == "Too many requests, trying again in 0:18"
    assert [verb.words for verb in card.verbs] == ["Try now", "Stop"]
    assert card.note == "Attempt 2 of 6, not charged"
    assert card.dismiss is Verb.STOP


def test_a_run_that_waits_for_the_person_says_why(story):
    fault = JobFault("unreachable", "The server is not answering.", hint="Check the connection.")
    add(story, "run", JobState.PREPARED, fault)
    assert only(story).stage is Stage.PAUSED
    card = card_of(story)
    assert card.title == "The server is not answering"
    assert card.body == f"Check the connection. Nothing was charged. {KEPT}"


@pytest.mark.parametrize(
    "state", [JobState.FAILED, JobState.BLOCKED, JobState.UNKNOWN, JobState.CANCELLED]
)
def test_words_blame_nobody_and_carry_no_codes(story, state):
    add(story, "run", state, JobFault("x", "The model stopped.", detail="status 422"))
    card = card_of(story)
    for text in (card.title, card.body, card.lead, card.note, *(v.words for v in card.verbs)):
        assert not FORBIDDEN.search(text), text
    assert not card.title.endswith(".")
    assert "status 422" in card.details
    assert len(card.verbs) <= 2


def test_details_never_hold_the_instruction(story):
    add(story, "run", JobState.FAILED, JobFault("x", "No."), instruction="secret project")
    assert "secret" not in card_of(story).details
