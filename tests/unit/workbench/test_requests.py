"""What an order must be before anything is sent."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kontext_studio.core.errors import AlreadyRunning, BadRequest
from kontext_studio.core.history import History, JobId, Node, NodeId, NodeKind
from kontext_studio.core.images import ImageRef, Sha256
from kontext_studio.core.jobs import JobFault, JobRecord, JobState
from kontext_studio.core.request import EditRequest
from kontext_studio.workbench.catalogue import load_catalogue
from kontext_studio.workbench.orders import RunOrder
from kontext_studio.workbench.requests import build_request, clean_instruction, refuse_twins

REF = ImageRef(Sha256("a" * 64), "image/png", 10, 10)
EMBEDDED = load_catalogue().find("embedded", "kontext-studio/embedded")
PRO = load_catalogue().find("fal", "fal-ai/flux-pro/kontext")


def _history() -> History:
    history = History()
    history.add(Node(NodeId("n1"), (), NodeKind.IMPORT, REF, 0, 0.0))
    return history


def _order(**changes: object) -> RunOrder:
    facts: dict[str, object] = {"instruction": "Make it warmer", "parents": (NodeId("n1"),)}
    return RunOrder(**{**facts, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "\x00\x07"])
def test_an_instruction_without_a_visible_character_is_refused(text: str) -> None:
    with pytest.raises(BadRequest, match="Write what should change"):
        clean_instruction(text)


def test_a_very_long_instruction_is_refused_with_its_length() -> None:
    with pytest.raises(BadRequest, match="10,001 characters"):
        clean_instruction("x" * 10_001)


def test_control_characters_and_lone_surrogates_never_reach_the_request() -> None:
    assert clean_instruction("a\x00b\ud800c\r\nd") == "ab\ufffdc\nd"


@given(st.text(min_size=1).filter(lambda text: text.strip().isprintable() and text.strip()))
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    once = clean_instruction(text)
    assert clean_instruction(once) == once


def test_png_is_asked_for_unless_a_format_was_chosen() -> None:
    plain = build_request(_order(), PRO, _history(), 5)
    chosen = build_request(_order(parameters=(("output_format", "jpeg"),)), PRO, _history(), 5)
    assert plain.parameter_map()["output_format"] == "png"
    assert chosen.parameter_map()["output_format"] == "jpeg"


def test_the_request_is_made_from_the_parents_own_picture() -> None:
    assert build_request(_order(), EMBEDDED, _history(), 5).inputs == (REF,)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"count": 5}, "count"),
        ({"count": 0}, "count"),
        ({"parents": ()}, "inputs"),
        ({"parents": (NodeId("n1"), NodeId("n1"))}, "inputs"),
        ({"parents": (NodeId("gone"),)}, "inputs"),
        ({"parameters": (("guidance_scale", 99.0),)}, "guidance_scale"),
        ({"parameters": (("safety_tolerance", 2),)}, "safety_tolerance"),
        ({"parameters": (("safety_tolerance", "7"),)}, "safety_tolerance"),
        ({"parameters": (("sync_mode", True),)}, "sync_mode"),
        ({"parameters": (("steps", 3),)}, "steps"),
    ],
)
def test_what_the_service_would_refuse_is_refused_before_sending(
    changes: dict[str, object], field: str
) -> None:
    with pytest.raises(BadRequest) as caught:
        build_request(_order(**changes), PRO, _history(), 5)
    assert caught.value.field == field


def test_a_seed_may_be_one_that_a_service_told_and_no_longer() -> None:
    told = 196_619_188_014_358_660
    assert build_request(_order(), PRO, _history(), told).seed == told
    with pytest.raises(BadRequest):
        build_request(_order(), PRO, _history(), 2**63)


def _job(request: EditRequest, state: JobState, fault: JobFault | None = None) -> JobRecord:
    return JobRecord(JobId("j"), state, request, (NodeId("n1"),), 1, "fal", "r", 0.0, fault=fault)


@pytest.mark.parametrize(
    "state", [JobState.PREPARED, JobState.SENDING, JobState.SUBMITTED, JobState.UNKNOWN]
)
def test_the_same_edit_on_its_way_is_not_started_again(state: JobState) -> None:
    request = build_request(_order(), PRO, _history(), 5)
    with pytest.raises(AlreadyRunning):
        refuse_twins(request.with_seed(6), False, [_job(request, state)])


@pytest.mark.parametrize(
    "state", [JobState.STORED, JobState.FAILED, JobState.BLOCKED, JobState.CANCELLED]
)
def test_an_ended_edit_may_be_run_again(state: JobState) -> None:
    request = build_request(_order(), PRO, _history(), 5)
    refuse_twins(request, True, [_job(request, state)])


def test_another_chosen_seed_is_another_edit() -> None:
    request = build_request(_order(), PRO, _history(), 5)
    refuse_twins(request.with_seed(6), True, [_job(request, JobState.SUBMITTED)])
    with pytest.raises(AlreadyRunning):
        refuse_twins(request, True, [_job(request, JobState.SUBMITTED)])


def test_a_run_that_stopped_before_it_was_sent_does_not_stand_in_the_way() -> None:
    request = build_request(_order(), PRO, _history(), 5)
    stopped = _job(request, JobState.PREPARED, JobFault("unreachable", "No way."))
    refuse_twins(request, False, [stopped])
