"""Undo and redo: exact, never lossy, and never taking anyone away from what they look at."""

from __future__ import annotations

import random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kontext_studio.core.changes import Hidden, is_undoable
from kontext_studio.core.history import NodeId
from kontext_studio.core.session import Session
from tests.unit.core.strategies import VERBS, Act, Visible, acts, node, sessions, visible


@given(sessions, acts)
def test_undo_gives_back_what_was_seen_before_the_act(session: Session, act: Act) -> None:
    before, head = visible(session), session.head
    change = act.plan(session)
    assume(change is not None and is_undoable(change))
    assert change is not None
    session.apply(change)
    session.apply_undo()
    assert visible(session) == before
    assert session.head == head


@given(sessions, acts)
def test_redo_gives_back_what_was_seen_after_the_act(session: Session, act: Act) -> None:
    change = act.plan(session)
    assume(change is not None and is_undoable(change))
    assert change is not None
    session.apply(change)
    after, head, count = visible(session), session.head, len(session.history)
    for _ in range(2):
        session.apply_undo()
        session.apply_redo()
        assert (visible(session), session.head, len(session.history)) == (after, head, count)


@given(sessions, acts, st.integers(0, 20))
def test_undo_leaves_the_person_at_a_step_they_went_to_since(
    session: Session, act: Act, which: int
) -> None:
    change = act.plan(session)
    assume(change is not None and is_undoable(change))
    assert change is not None
    session.apply(change)
    landed = session.head
    look = Act("look", which).plan(session)
    assume(look is not None)
    assert look is not None
    session.apply(look)
    head = session.head
    assert head != landed
    session.apply_undo()
    if head not in session.hidden:
        assert session.head == head
    shown = {one.id for one in session.shown()}
    assert session.head in shown if shown else session.head is None


def _tree() -> Session:
    session = Session()
    for step in (node("root"), node("a", "root"), node("b", "a")):
        session.apply(session.add([step], move_head=True))
    return session


def test_undoing_a_delete_leads_back_to_the_deleted_step_one_stood_on() -> None:
    session = _tree()
    session.apply(session.delete(NodeId("b")) or pytest.fail("nothing was deleted"))
    assert session.head == "a"
    session.apply_undo()
    assert session.head == "b"


def test_undoing_a_delete_leaves_the_person_who_looks_elsewhere_there() -> None:
    session = _tree()
    session.apply(session.delete(NodeId("b")) or pytest.fail("nothing was deleted"))
    session.apply(session.move_head(NodeId("root")) or pytest.fail("the head did not move"))
    session.apply_undo()
    assert session.head == "root"


def test_redoing_an_edit_leaves_the_person_who_looks_elsewhere_there() -> None:
    session = _tree()
    session.apply_undo()
    session.apply(session.move_head(NodeId("root")) or pytest.fail("the head did not move"))
    session.apply_redo()
    assert session.head == "root"
    assert NodeId("b") not in session.hidden


def test_undoing_an_edit_hides_the_step_and_keeps_it() -> None:
    session = _tree()
    assert session.undo() == Hidden((NodeId("b"),), True, NodeId("b"), NodeId("a"))
    session.apply_undo()
    assert session.hidden == {"b"}
    assert NodeId("b") in session.history


def test_with_nothing_to_take_back_undo_and_redo_do_nothing() -> None:
    session = Session()
    session.apply_undo()
    session.apply_redo()
    assert session.undo() is None
    assert session.redo() is None
    assert (session.undo_text, session.redo_text) == ("", "")


def test_undo_and_redo_name_the_act_that_comes_next() -> None:
    session = _tree()
    session.apply(session.star(NodeId("a"), True) or pytest.fail("nothing was starred"))
    assert (session.undo_text, session.redo_text) == ("star", "")
    session.apply_undo()
    assert (session.undo_text, session.redo_text) == ("edit", "star")


def test_looking_around_keeps_what_can_be_redone_and_a_new_act_drops_it() -> None:
    session = _tree()
    session.apply_undo()
    session.apply(session.move_head(NodeId("root")) or pytest.fail("the head did not move"))
    assert session.redo_text == "edit"
    session.apply(session.star(NodeId("a"), True) or pytest.fail("nothing was starred"))
    assert session.redo_text == ""


@given(st.lists(acts, min_size=1, max_size=14))
def test_undoing_everything_and_redoing_everything_is_the_same_session(walk: list[Act]) -> None:
    session = Session()
    for act in walk:
        if (change := act.plan(session)) is not None:
            session.apply(change)
    after, count = visible(session), len(session.done)
    while session.done:
        session.apply_undo()
    assert visible(session) == Visible((), {}, frozenset(), (), frozenset())
    while session.undone:
        session.apply_redo()
    assert visible(session) == after
    assert len(session.done) == count


@settings(max_examples=40)
@given(st.integers(0, 2**32 - 1))
def test_two_hundred_random_acts_lose_no_step_and_undo_exactly(seed: int) -> None:
    chance = random.Random(seed)
    session = Session()
    added: list[NodeId] = []
    before: list[Visible] = []  # what was seen before each act that can be undone
    after: list[Visible] = []  # what was seen after each act that can be redone
    for _ in range(200):
        verb = chance.choice((*VERBS, "undo", "undo", "redo", "redo"))
        seen = visible(session)
        if verb == "undo" and session.done:
            session.apply_undo()
            assert visible(session) == before.pop()
            after.append(seen)
        elif verb == "redo" and session.undone:
            session.apply_redo()
            assert visible(session) == after.pop()
            before.append(seen)
        elif verb in VERBS:
            act = Act(verb, chance.randrange(1_000), chance.random() < 0.7)
            change = act.plan(session)
            if change is None:
                continue
            session.apply(change)
            if is_undoable(change):
                before.append(seen)
                after.clear()
            added += [one.id for one in session.history if one.id not in set(added)]
        assert [one.id for one in session.history] == added
        shown = {one.id for one in session.shown()}
        assert shown | session.hidden == set(added)
        assert session.head in shown if shown else session.head is None
    assert len(added) > 5
