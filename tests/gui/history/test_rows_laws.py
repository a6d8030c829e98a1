"""Laws of the list that hold for every session."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kontext_studio.core.history import NodeId
from kontext_studio.core.jobs import JobState
from kontext_studio.gui.history.rails import Shape, Tone
from kontext_studio.gui.history.rows import HistoryInputs, Listing, RowKind, list_history
from kontext_studio.gui.history.visible import ViewState
from tests.gui.history.sessions import Story

STATES = [JobState.PREPARED, JobState.SUBMITTED, JobState.FAILED, JobState.UNKNOWN]


@st.composite
def stories(draw: st.DrawFn) -> Story:
    story = Story()
    nodes: list[NodeId] = [story.original("o")]
    for number in range(draw(st.integers(0, 14))):
        kind = draw(st.sampled_from(["edit", "edit", "edit", "variants", "job", "original"]))
        parent = draw(st.sampled_from(nodes))
        name = f"n{number}"
        if kind == "job":
            story.job(parent, name, state=draw(st.sampled_from(STATES)))
        elif kind == "original":
            nodes.append(story.original(name))
        else:
            count = draw(st.integers(2, 4)) if kind == "variants" else 1
            story.edit(parent, name, variants=count)
            nodes += [NodeId(name if n == 1 else f"{name}-{n}") for n in range(1, count + 1)]
    story.head(draw(st.sampled_from(nodes)))
    for node in draw(st.lists(st.sampled_from(nodes), max_size=2, unique=True)):
        if (change := story.session.delete(node)) is not None:
            story.session.apply(change)
    return story


def listing_of(story: Story, view: ViewState | None = None) -> Listing:
    return list_history(HistoryInputs(story.session, story.jobs), view)


@given(stories())
def test_each_shown_step_is_in_exactly_one_row(story):
    members = [node for row in listing_of(story).rows for node in row.members]
    assert sorted(members) == sorted(node.id for node in story.session.shown())


@given(stories())
def test_keys_are_unique_and_parents_stand_above_their_children(story):
    seen: set[str] = set()
    for row in listing_of(story).rows:
        assert row.key not in seen
        assert row.parent_key is None or row.parent_key in seen
        seen.add(row.key)


@given(stories(), st.data())
def test_moving_the_current_step_never_reorders_rows(story, data):
    before = [row.key for row in listing_of(story).rows]
    shown = [node.id for node in story.session.shown()]
    if shown:
        story.head(data.draw(st.sampled_from(shown)))
    assert [row.key for row in listing_of(story).rows] == before


@given(stories(), st.data())
def test_folding_hides_rows_and_moves_none(story, data):
    nodes = [node.id for node in story.session.shown()]
    folded = frozenset(data.draw(st.lists(st.sampled_from(nodes)))) if nodes else frozenset()
    whole = listing_of(story).rows
    shown = listing_of(story, ViewState(folded=folded)).rows
    kept = {row.key for row in shown}
    assert [row.key for row in whole if row.key in kept] == [row.key for row in shown]
    assert {row.key for row in whole if row.on_path or row.kind is not RowKind.STEP} <= kept
    assert sum(row.folded for row in shown) == len(whole) - len(shown)


@given(stories())
def test_exactly_the_lines_of_the_current_path_are_active(story):
    rows = listing_of(story).rows
    place = {row.key: number for number, row in enumerate(rows)}
    reached = [(row, place[row.parent_key]) for row in rows if row.on_path and row.parent_key]
    for row, above in reached:
        into = {rail.tone for rail in row.rails if rail.shape in (Shape.TOP, Shape.HOOK)}
        assert Tone.ACTIVE in into
        between = rows[above + 1 : place[row.key]]
        lane = rows[above].lane
        for other in between:
            assert any(r.tone is Tone.ACTIVE and r.lane == lane for r in other.rails)
    spanned = {number for row, above in reached for number in range(above, place[row.key] + 1)}
    for number, row in enumerate(rows):
        if number not in spanned:
            assert all(rail.tone is not Tone.ACTIVE for rail in row.rails)


@given(stories())
def test_one_row_is_current_where_a_step_is(story):
    current = [row for row in listing_of(story).rows if row.current]
    assert [row.node for row in current] == ([story.session.head] if story.session.head else [])
