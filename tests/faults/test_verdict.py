"""The laboratory's judgement itself: each fault that it looks for is told from what is allowed."""

from __future__ import annotations

from dataclasses import replace

from tests.faults.lab.selling import Sale
from tests.faults.lab.sessions import Run, SessionFacts, Step
from tests.faults.lab.verdict import judge

SALE = Sale("run-1", 7, "Warmer", ("a" * 64, "b" * 64))
STORED = Run("stored", 7, "Warmer", "run-1", "", "")
LOST = Run("unknown", 7, "Warmer", "", "maybe", "It may have been charged.")
ORIGINAL = Step("0" * 64, made=False)
BOTH = tuple(Step(picture, made=True) for picture in SALE.pictures)


def session(run: Run | None, *steps: Step) -> SessionFacts:
    return SessionFacts((run,) if run else (), (ORIGINAL, *steps))


def test_a_sale_whose_pictures_are_all_there_once_is_as_it_must_be() -> None:
    verdict = judge([SALE], session(STORED, *BOTH), posts=1)
    assert (verdict.trials, verdict.sold, verdict.faults) == (1, 1, [])


def test_a_missing_picture_is_lost_whatever_the_run_says() -> None:
    for run in (STORED, replace(STORED, state="submitted"), replace(STORED, state="failed"), None):
        verdict = judge([SALE], session(run, BOTH[0]))
        assert (verdict.lost, len(verdict.faults)) == (1, 1)


def test_a_picture_that_two_steps_show_is_doubled() -> None:
    assert judge([SALE], session(STORED, *BOTH, BOTH[1])).doubled == 1


def test_one_run_that_was_sold_twice_is_doubled_wherever_its_pictures_are() -> None:
    again = replace(SALE, request_id="run-2", pictures=("c" * 64,))
    verdict = judge([SALE, again], session(STORED, *BOTH, Step("c" * 64, made=True)), posts=2)
    assert verdict.doubled == 2  # by its seed, and by its POSTs


def test_a_post_of_a_run_that_was_never_sent_is_one_too_many() -> None:
    assert judge([], session(replace(STORED, state="prepared")), posts=1).doubled == 1


def test_a_sale_between_sending_and_submitted_is_unknown_and_must_say_so() -> None:
    said = judge([SALE], session(LOST), posts=1)
    assert (said.unknown, said.lost, said.faults) == (1, 0, [])
    silent = judge([SALE], session(replace(LOST, charged="no", message="")), posts=1)
    assert (silent.unknown, len(silent.faults)) == (1, 1)


def test_a_cancelled_sale_has_no_picture_to_lose() -> None:
    cancelled = replace(SALE, cancelled=True)
    assert not judge([cancelled], session(replace(STORED, state="cancelled"))).faults
    assert judge([cancelled], session(replace(STORED, state="submitted"))).lost == 2


def test_a_free_run_may_stop_with_the_program_but_not_be_stored_without_its_picture() -> None:
    free = replace(SALE, paid=False)
    assert judge([free], session(replace(STORED, state="failed"))).stopped == 1
    assert judge([free], session(STORED)).lost == 2
    assert judge([free], session(replace(STORED, state="remote_done"))).lost == 2


def test_a_picture_that_nobody_sold_is_a_fault() -> None:
    assert judge([], session(STORED, BOTH[0])).faults


def test_a_damaged_session_is_unreadable() -> None:
    facts = replace(session(STORED, *BOTH), damage="malformed")
    assert judge([SALE], facts).unreadable == 1
