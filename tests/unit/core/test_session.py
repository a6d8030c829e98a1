"""What each act on a session does, by examples and by laws."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kontext_studio.core.changes import Hidden, NodesAdded, PicksSet
from kontext_studio.core.history import JobId, Node, NodeId
from kontext_studio.core.request import EditRequest
from kontext_studio.core.session import MAX_PICKS, Session
from tests.unit.core.strategies import REF, node, sessions, visible


def grown(*steps: Node) -> Session:
    """A session with these steps, the first added being the current one."""
    session = Session()
    for step in steps:
        session.apply(session.add([step], move_head=False))
    return session


def fork() -> Session:
    """root > a > b > c, with d beside b under a, and a second original."""
    return grown(
        node("root"),
        node("a", "root"),
        node("b", "a"),
        node("c", "b"),
        node("d", "a"),
        node("other"),
    )


def ids(*names: str) -> tuple[NodeId, ...]:
    return tuple(NodeId(name) for name in names)


# Adding and looking.


def test_the_first_step_becomes_the_current_one_without_being_asked() -> None:
    assert grown(node("root")).head == "root"


def test_a_result_stays_aside_unless_the_head_is_to_move() -> None:
    session = fork()
    session.apply(session.add([node("e", "a")], move_head=False))
    assert session.head == "root"
    session.apply(session.add([node("f", "a"), node("g", "a")], move_head=True))
    assert session.head == "f"


def test_adding_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing to add"):
        Session().add([], move_head=True)


@given(sessions)
def test_an_act_that_would_change_nothing_is_none(session: Session) -> None:
    for step in session.history:
        assert session.label(step.id, session.labels.get(step.id, "")) is None
        assert session.star(step.id, step.id in session.stars) is None
        assert session.pick(step.id, step.id in session.picks) is None
        stays = step.id == session.head or step.id in session.hidden
        assert (session.move_head(step.id) is None) == stays
        hidden_above = [one for one in session.history.path(step.id) if one.id in session.hidden]
        assert (session.restore([step.id]) is None) == (not hidden_above)
    assert all(session.dismiss(job) is None for job in session.dismissed)
    assert (session.clear_picks() is None) == (not session.picks)


@given(sessions, st.data())
def test_planning_an_act_changes_nothing_yet(session: Session, data: st.DataObject) -> None:
    step = data.draw(st.sampled_from(list(session.history)))
    before = (visible(session), session.head, len(session.done), len(session.undone))
    session.label(step.id, "new name")
    session.star(step.id, step.id not in session.stars)
    session.pick(step.id, step.id not in session.picks)
    session.delete(step.id)
    session.restore([step.id])
    session.dismiss(JobId("job-9"))
    session.move_head(step.id)
    session.add([node("fresh", step.id)], move_head=True)
    session.undo()
    session.redo()
    assert (visible(session), session.head, len(session.done), len(session.undone)) == before


def test_acts_on_an_unknown_step_are_refused() -> None:
    session, nobody = fork(), NodeId("nobody")
    for act in (
        lambda: session.move_head(nobody),
        lambda: session.label(nobody, "x"),
        lambda: session.star(nobody, True),
        lambda: session.pick(nobody, True),
        lambda: session.delete(nobody),
        lambda: session.restore([nobody]),
    ):
        with pytest.raises(KeyError, match="no step nobody"):
            act()


# Names.


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("Warm", "Warm"), ("  Warm \n light\t", "Warm light"), ("", None), (" \n", None)],
)
def test_a_label_is_kept_on_one_line_and_an_empty_one_is_taken_off(
    typed: str, kept: str | None
) -> None:
    session = fork()
    first = session.label(NodeId("a"), "Before")
    assert first is not None
    session.apply(first)
    second = session.label(NodeId("a"), typed)
    assert second is not None
    session.apply(second)
    assert session.labels.get(NodeId("a")) == kept


def test_a_title_is_the_label_else_the_instruction_else_the_file() -> None:
    request = EditRequest("Make it warmer", (REF,), "m", 1)
    session = grown(
        replace(node("root"), title="cafe.jpg"),
        replace(node("a", "root"), request=request),
        replace(node("b", "a"), title="b.png"),
    )
    assert [session.title(NodeId(one)) for one in ("root", "a", "b")] == [
        "Original",
        "Make it warmer",
        "b.png",
    ]
    change = session.label(NodeId("root"), "Counter")
    assert change is not None
    session.apply(change)
    assert session.title(NodeId("root")) == "Counter"


# Stars and picks.


def test_a_fifth_pick_replaces_the_oldest() -> None:
    session = fork()
    for name in ("root", "a", "b", "c", "d"):
        change = session.pick(NodeId(name), True)
        assert change is not None
        session.apply(change)
    assert session.picks == ids("a", "b", "c", "d")


@given(st.lists(st.tuples(st.sampled_from(["root", "a", "b", "c", "d", "other"]), st.booleans())))
def test_picks_are_the_last_four_in_the_order_of_picking(moves: list[tuple[str, bool]]) -> None:
    session = fork()
    expected: list[str] = []
    for name, on in moves:
        change = session.pick(NodeId(name), on)
        assert (change is None) == (on == (name in expected))
        if change is not None:
            session.apply(change)
        if on and name not in expected:
            expected = [*expected, name][-4:]
        elif not on and name in expected:
            expected.remove(name)
        assert session.picks == tuple(expected)
    assert len(session.picks) <= MAX_PICKS


def test_clearing_the_picks_is_one_act() -> None:
    session = fork()
    for name in ("a", "b"):
        change = session.pick(NodeId(name), True)
        assert change is not None
        session.apply(change)
    assert session.clear_picks() == PicksSet(ids("a", "b"), ())


# The bin.


def test_delete_takes_the_branch_and_moves_the_head_to_the_nearest_shown_ancestor() -> None:
    session = fork()
    session.apply(session.move_head(NodeId("c")) or pytest.fail("the head did not move"))
    assert session.delete(NodeId("b")) == Hidden(ids("b", "c"), True, NodeId("c"), NodeId("a"))


def test_deleting_a_variant_goes_on_to_the_next_of_its_run_else_to_the_one_before() -> None:
    session = grown(node("root"))
    run = [node(name, "root", job="j", variant=n) for n, name in enumerate("xyz", 1)]
    session.apply(session.add(run, move_head=True))
    heads = []
    for name in ids("x", "z", "y"):
        if (move := session.move_head(name)) is not None:
            session.apply(move)
        session.apply(session.delete(name) or pytest.fail("nothing was deleted"))
        heads.append(session.head)
    assert heads == ["y", "y", "root"]


def test_delete_leaves_the_head_where_it_stays_in_sight() -> None:
    session = fork()
    assert session.delete(NodeId("b")) == Hidden(
        ids("b", "c"), True, NodeId("root"), NodeId("root")
    )


def test_deleting_a_whole_tree_moves_the_head_to_the_newest_step_that_is_left() -> None:
    session = fork()
    change = session.delete(NodeId("root"))
    assert change == Hidden(ids("root", "a", "b", "c", "d"), True, NodeId("root"), NodeId("other"))


def test_after_everything_is_deleted_there_is_no_current_step() -> None:
    session = fork()
    for name in ("root", "other"):
        session.apply(session.delete(NodeId(name)) or pytest.fail("nothing was deleted"))
    assert session.shown() == ()
    assert session.head is None


def test_deleting_again_does_nothing() -> None:
    session = fork()
    session.apply(session.delete(NodeId("b")) or pytest.fail("nothing was deleted"))
    assert session.delete(NodeId("c")) is None


def test_restore_brings_the_ancestors_that_a_step_hangs_on() -> None:
    session = fork()
    session.apply(session.delete(NodeId("a")) or pytest.fail("nothing was deleted"))
    change = session.restore(ids("c"))
    assert change == Hidden(ids("a", "b", "c"), False, NodeId("root"), NodeId("root"))


def test_restoring_into_an_empty_view_gives_it_a_current_step() -> None:
    session = grown(node("root"), node("a", "root"))
    session.apply(session.delete(NodeId("root")) or pytest.fail("nothing was deleted"))
    session.apply(session.restore(ids("a")) or pytest.fail("nothing came back"))
    assert session.head == "a"
    session.apply_undo()
    assert session.head is None


@given(sessions, st.data())
def test_delete_hides_exactly_the_branch_and_keeps_the_head_on_a_shown_step(
    session: Session, data: st.DataObject
) -> None:
    step = data.draw(st.sampled_from(list(session.history)))
    before, head = {one.id for one in session.shown()}, session.head
    branch = set(session.history.branch(step.id))
    change = session.delete(step.id)
    assert (change is None) == (not branch & before)
    if change is None:
        return
    session.apply(change)
    shown = {one.id for one in session.shown()}
    assert shown == before - branch
    assert len(set(change.nodes)) == len(change.nodes)
    if head in shown:
        assert session.head == head
    else:
        line = [one.id for one in reversed(session.history.path(step.id)) if one.id in shown]
        newest = [one.id for one in session.shown()][-1:]
        assert session.head == next(iter([*line, *newest]), None)


@given(sessions, st.data())
def test_restore_shows_the_steps_with_their_whole_path_and_hides_nothing(
    session: Session, data: st.DataObject
) -> None:
    wanted = data.draw(st.lists(st.sampled_from(list(session.history)), min_size=1, max_size=3))
    before, head = {one.id for one in session.shown()}, session.head
    change = session.restore(one.id for one in wanted)
    if change is not None:
        session.apply(change)
    paths = {step.id for one in wanted for step in session.history.path(one.id)}
    assert {one.id for one in session.shown()} == before | paths
    assert session.head == head or head is None
    assert session.head is not None


@given(sessions)
def test_there_is_a_current_step_and_it_is_in_sight_while_anything_is(session: Session) -> None:
    shown = {one.id for one in session.shown()}
    assert session.head in shown if shown else session.head is None


def test_a_dismissed_run_comes_back_by_undo() -> None:
    session = fork()
    session.apply(session.dismiss(JobId("j")) or pytest.fail("nothing was dismissed"))
    assert session.dismissed == {"j"}
    session.apply_undo()
    assert session.dismissed == set()


def test_steps_that_the_history_refuses_cannot_be_applied() -> None:
    session = fork()
    with pytest.raises(ValueError, match="already"):
        session.apply(NodesAdded((node("a", "root"),), NodeId("root"), NodeId("a")))
    assert session.head == "root"
