"""Changes as values: their inverse, their words and their JSON."""

from __future__ import annotations

import pytest
from hypothesis import given

from kontext_studio.core.changes import (
    Change,
    HeadMoved,
    Hidden,
    JobDismissed,
    Labelled,
    NodesAdded,
    PicksSet,
    Starred,
    change_from_json,
    change_to_json,
    inverse,
    is_undoable,
    undo_text,
)
from kontext_studio.core.history import JobId, NodeId
from tests.unit.core.strategies import changes, node, through_text

A, B = NodeId("a"), NodeId("b")


@given(changes)
def test_a_change_reads_back_from_json_as_it_was(change: Change) -> None:
    back = change_from_json(through_text(change_to_json(change)))
    assert back == change
    assert repr(back) == repr(change)  # true is not 1


@given(changes)
def test_taking_back_twice_is_the_change_itself(change: Change) -> None:
    twice = inverse(inverse(change))
    if isinstance(change, NodesAdded):  # the steps are there by then, so they are only shown
        ids = tuple(one.id for one in change.nodes)
        assert twice == Hidden(ids, False, change.head_before, change.head_after)
    else:
        assert twice == change


INVERSES: list[tuple[Change, Change]] = [
    (NodesAdded((node("a"), node("b", "a")), None, A), Hidden((A, B), True, A, None)),
    (HeadMoved(A, B), HeadMoved(B, A)),
    (Labelled(A, "old", "new"), Labelled(A, "new", "old")),
    (Starred(A, True), Starred(A, False)),
    (PicksSet((A,), (A, B)), PicksSet((A, B), (A,))),
    (Hidden((B,), True, B, A), Hidden((B,), False, A, B)),
    (JobDismissed(JobId("j"), True), JobDismissed(JobId("j"), False)),
]


@pytest.mark.parametrize(("change", "back"), INVERSES)
def test_each_change_knows_what_takes_it_back(change: Change, back: Change) -> None:
    assert inverse(change) == back


@pytest.mark.parametrize("change", [change for change, _ in INVERSES])
def test_only_looking_around_is_no_work_to_undo(change: Change) -> None:
    assert is_undoable(change) == (not isinstance(change, HeadMoved))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (NodesAdded((node("a"),), None, A), "open image"),
        (NodesAdded((node("b", "a"),), A, B), "edit"),
        (NodesAdded((), A, B), "edit"),
        (HeadMoved(A, B), "move"),
        (Labelled(A, "", "x"), "rename"),
        (Starred(A, True), "star"),
        (Starred(A, False), "remove star"),
        (PicksSet((), (A,)), "comparison picks"),
        (Hidden((A,), True, None, None), "delete step"),
        (Hidden((A, B), True, None, None), "delete 2 steps"),
        (Hidden((A,), False, None, None), "restore step"),
        (Hidden((A, B), False, None, None), "restore 2 steps"),
        (JobDismissed(JobId("j"), True), "dismiss run"),
    ],
)
def test_undo_names_the_act(change: Change, words: str) -> None:
    assert undo_text(change) == words


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        ({}, KeyError),
        ({"type": "painted"}, ValueError),
        ({"type": "starred", "node": "a"}, KeyError),
        ({"type": "picks_set", "before": "ab", "after": []}, TypeError),
        ({"type": "hidden", "nodes": None, "after": True}, TypeError),
        ({"type": "nodes_added", "nodes": ["a"], "head_before": None}, TypeError),
        ({"type": "nodes_added", "nodes": {}, "head_before": None}, TypeError),
    ],
)
def test_what_is_not_a_change_is_refused(data: dict[str, object], fault: type[Exception]) -> None:
    with pytest.raises(fault):
        change_from_json(data)
