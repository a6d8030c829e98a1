"""What the command line says of the money, in words, and what becomes of what was paid for."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes.fal_service import ENDPOINT, FalService, says
from tests.flows.driving import Ended, Program

pytestmark = pytest.mark.usefixtures("own_route")

NO_PICTURE = {"images": [], "seed": 1}


def refusal(kind: str) -> dict[str, object]:
    return {"detail": [{"loc": ["body", "prompt"], "msg": "No.", "type": kind}]}


ENDS = {
    "f_api_18 no picture": ("result", says(200, NO_PICTURE), "This was charged ($0.025)."),
    "f_api_10 content rules": (
        "result",
        says(422, refusal("content_policy_violation")),
        "This may have been charged ($0.025).",
    ),
    "f_api_1 refused": ("submit", says(422, refusal("value_error")), "Nothing was charged."),
}


@pytest.fixture
def session(tmp_path: Path) -> Path:
    return tmp_path / "s.kontext"


def edited(program: Program, photo: Path, session: Path, *more: str) -> Ended:
    words = ("edit", photo, "Warmer", "--session", session, *more)
    return program(*words, "--route", "own", "--model", ENDPOINT)


@pytest.mark.parametrize("name", sorted(ENDS))
def test_f_api_18_what_a_run_without_a_picture_cost_is_said_in_one_sentence(
    program: Program, photo: Path, session: Path, service: FalService, name: str
) -> None:
    step, fault, words = ENDS[name]
    service.fault(step, fault)
    ended = edited(program, photo, session)
    assert ended.code == 4
    assert ended.err.count("charged") == 1
    assert words in ended.err


def test_f_net_7_what_says_itself_that_it_may_have_been_charged_says_it_once(
    program: Program, photo: Path, session: Path, service: FalService
) -> None:
    service.fault("submit", says(504, {"detail": "timeout"}))
    ended = edited(program, photo, session)
    assert ended.code == 7
    assert ended.err.count("charged") == 1


def test_an_edit_that_is_free_anyway_says_nothing_of_money(program: Program, photo: Path) -> None:
    ended = program("edit", photo, "Add a hat")
    assert ended.code == 4
    assert "charged" not in ended.err


def test_f_api_18_resume_tells_what_money_is_gone_for_until_it_is_dismissed(
    program: Program, photo: Path, session: Path, service: FalService
) -> None:
    service.fault("result", *[says(200, NO_PICTURE)] * 3)
    edited(program, photo, session)
    for _ in range(2):
        told = program("resume", session)
        assert told.code == 0, told.err
        assert told.out.splitlines()[1:] == [
            "failed: Warmer (The service returned no picture.) This was charged ($0.025)."
        ]
    job = program("resume", session, "--json").json["jobs"][0]["id"]
    assert program("dismiss", session, job).code == 0
    assert program("resume", session).out == "Nothing is under way.\n"


def test_f_api_18_resume_asks_once_more_for_what_was_paid_for(
    program: Program, photo: Path, session: Path, service: FalService
) -> None:
    service.fault("result", says(200, NO_PICTURE))
    edited(program, photo, session)
    resumed = program("resume", session)
    assert (resumed.code, resumed.out) == (0, "stored: Warmer\n")
    assert len(service.seen("submit")) == 1
