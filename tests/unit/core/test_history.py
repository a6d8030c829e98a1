"""The laws of the append-only graph of steps."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kontext_studio.core.history import History, Node, NodeId
from tests.unit.core.strategies import history_of, node, node_lists


@given(node_lists())
def test_a_history_keeps_every_step_in_the_order_of_adding(steps: list[Node]) -> None:
    history = history_of(steps)
    assert list(history) == steps
    assert len(history) == len(steps)
    assert all(step.id in history and history[step.id] is step for step in steps)
    assert all(history.get(step.id) is step for step in steps)
    assert history.get(NodeId("nobody")) is None
    assert history.get(None) is None


@given(node_lists(), node_lists(max_size=6))
def test_adding_more_steps_changes_nothing_that_was_there(
    steps: list[Node], more: list[Node]
) -> None:
    history = history_of(steps)
    paths = {step.id: history.path(step.id) for step in steps}
    ancestors = {step.id: history.ancestors(step.id) for step in steps}
    children = {step.id: history.children(step.id) for step in steps}
    for number, step in enumerate(more):
        parent = steps[number % len(steps)].id
        history.add(node(f"more-{step.id}", parent))
    assert list(history)[: len(steps)] == steps
    for step in steps:
        assert history.path(step.id) == paths[step.id]
        assert history.ancestors(step.id) == ancestors[step.id]
        old = children[step.id]
        assert history.children(step.id)[: len(old)] == old


@given(node_lists(), st.data())
def test_an_id_that_is_taken_is_refused_and_nothing_changes(
    steps: list[Node], data: st.DataObject
) -> None:
    history = history_of(steps)
    taken = data.draw(st.sampled_from(steps))
    children = history.children(steps[0].id)
    with pytest.raises(ValueError, match="already in the history"):
        history.add(node(taken.id, steps[0].id, step=99))
    assert list(history) == steps
    assert history.children(steps[0].id) == children


@given(node_lists(), st.integers(0, 2))
def test_a_parent_that_is_not_there_is_refused_and_nothing_changes(
    steps: list[Node], place: int
) -> None:
    history = history_of(steps)
    parents: list[str] = [steps[0].id, steps[-1].id]
    parents.insert(place, "nobody")
    with pytest.raises(ValueError, match=r"parents that are not there.*nobody"):
        history.add(node("new", *parents))
    assert list(history) == steps
    assert "new" not in history
    assert all(child.id != "new" for step in steps for child in history.children(step.id))


def test_a_step_cannot_be_its_own_parent() -> None:
    with pytest.raises(ValueError, match="not there"):
        History().add(node("a", "a"))


@given(node_lists())
def test_ancestors_are_older_than_the_step_and_closed_under_parents(steps: list[Node]) -> None:
    history = history_of(steps)
    age = {step.id: number for number, step in enumerate(steps)}
    for step in steps:
        ancestors = history.ancestors(step.id)
        assert step.id not in ancestors
        assert all(age[one] < age[step.id] for one in ancestors)
        expected = set(step.parents).union(*(history.ancestors(one) for one in step.parents))
        assert ancestors == expected


@given(node_lists())
def test_a_path_runs_over_first_parents_from_an_original_to_the_step(steps: list[Node]) -> None:
    history = history_of(steps)
    for step in steps:
        path = history.path(step.id)
        assert path[0].parent is None
        assert path[-1] is step
        assert all(lower.parent == upper.id for upper, lower in pairwise(path))
        assert history.root_of(step.id) is path[0]


@given(node_lists())
def test_children_are_the_steps_that_name_it_as_a_parent_once_each(steps: list[Node]) -> None:
    history = history_of(steps)
    for step in steps:
        children = tuple(one for one in steps if step.id in one.parents)
        assert history.children(step.id) == children
        main = tuple(one for one in children if one.parents[0] == step.id)
        assert history.main_children(step.id) == main
    assert history.roots() == tuple(one for one in steps if not one.parents)


@given(node_lists())
def test_a_branch_is_every_step_whose_path_runs_through_it(steps: list[Node]) -> None:
    history = history_of(steps)
    for step in steps:
        expected = tuple(one.id for one in steps if step in history.path(one.id))
        assert history.branch(step.id) == expected


@given(node_lists())
def test_siblings_share_the_main_parent_and_agree_on_each_other(steps: list[Node]) -> None:
    history = history_of(steps)
    for step in steps:
        siblings = history.siblings(step.id)
        assert siblings == tuple(one for one in steps if one.parent == step.parent)
        assert all(history.siblings(one.id) == siblings for one in siblings)


@given(node_lists())
def test_variants_are_the_pictures_of_one_run_in_their_order(steps: list[Node]) -> None:
    history = history_of(steps)
    for step in steps:
        variants = history.variants(step.id)
        assert step in variants
        assert [one.variant for one in variants] == sorted(one.variant for one in variants)
        if step.job is None:
            assert variants == (step,)
        else:
            assert {one.id for one in variants} == {o.id for o in steps if o.job == step.job}


@given(node_lists())
def test_the_last_step_is_the_highest_number_given(steps: list[Node]) -> None:
    assert history_of(steps).last_step() == max(step.step for step in steps)


def test_an_empty_history_starts_counting_at_nothing() -> None:
    assert History().last_step() == 0
    assert History().roots() == ()


def test_unknown_steps_have_no_path() -> None:
    with pytest.raises(KeyError):
        History().path(NodeId("nobody"))


def test_a_path_of_ten_thousand_steps_is_walked() -> None:
    steps = [node("n0"), *(node(f"n{n}", f"n{n - 1}") for n in range(1, 10_000))]
    history = history_of(steps)
    assert history.path(NodeId("n9999")) == tuple(steps)
    assert len(history.ancestors(NodeId("n9999"))) == 9_999
    assert len(history.branch(NodeId("n0"))) == 10_000
