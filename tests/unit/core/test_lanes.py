"""The laws of the history's layout: order, lanes, counts and unbroken rails."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kontext_studio.core.lanes import MAX_LANES, Entry, Placed, Stroke, lay_out


@st.composite
def forests(draw: st.DrawFn, max_size: int = 14) -> list[Entry[int]]:
    """Entries of a random forest in random order; `order` rises from parent to child."""
    entries: list[Entry[int]] = []
    recent = draw(st.integers(1, 3))  # few to choose from make deep trees, with narrow forks
    for key in range(draw(st.integers(0, max_size))):
        parent = draw(st.none() | st.integers(-1, key - 1) | st.integers(key - recent, key - 1))
        parent = None if parent is None or parent < 0 else parent
        entries.append(Entry(key, parent, 10 + 3 * key, draw(st.booleans())))
    return draw(st.permutations(entries))


class Layout:
    """A finished layout with the questions that the laws ask of it."""

    def __init__(self, entries: Sequence[Entry[int]]) -> None:
        self.entries = {entry.key: entry for entry in entries}
        self.rows = lay_out(entries)
        self.row = {placed.key: number for number, placed in enumerate(self.rows)}
        self.placed = {placed.key: placed for placed in self.rows}

    def children(self, key: int | None) -> list[int]:
        """Children from top to bottom."""
        return [placed.key for placed in self.rows if placed.parent == key]

    def subtree(self, key: int) -> list[int]:
        return [key, *(one for child in self.children(key) for one in self.subtree(child))]

    def newest(self, key: int) -> tuple[bool, int]:
        """The newest result below a row; a finished one goes before a running one."""
        return max(
            (self.entries[one].finished, self.entries[one].order) for one in self.subtree(key)
        )


@given(forests())
def test_each_entry_has_exactly_one_row_under_its_own_parent(entries: list[Entry[int]]) -> None:
    rows = lay_out(entries)
    assert sorted(placed.key for placed in rows) == sorted(entry.key for entry in entries)
    parents = {entry.key: entry.parent for entry in entries}
    assert all(placed.parent == parents[placed.key] for placed in rows)


@given(forests())
def test_the_layout_does_not_depend_on_the_order_of_the_entries(
    entries: list[Entry[int]],
) -> None:
    assert lay_out(sorted(entries, key=lambda one: one.key)) == lay_out(entries)


@given(forests())
def test_a_parent_is_above_its_children_and_a_branch_is_one_block(
    entries: list[Entry[int]],
) -> None:
    layout = Layout(entries)
    for placed in layout.rows:
        top = layout.row[placed.key]
        block = [one.key for one in layout.rows[top : top + placed.descendants + 1]]
        assert set(block) == set(layout.subtree(placed.key))
        assert placed.descendants == len(layout.subtree(placed.key)) - 1


@given(forests())
def test_originals_are_listed_oldest_first_in_the_first_lane(entries: list[Entry[int]]) -> None:
    layout = Layout(entries)
    roots = layout.children(None)
    assert roots == sorted(roots)
    assert all(layout.placed[one].depth == 0 and layout.placed[one].is_trunk for one in roots)


@given(forests())
def test_the_line_with_the_newest_finished_result_keeps_its_lane(
    entries: list[Entry[int]],
) -> None:
    layout = Layout(entries)
    for placed in layout.rows:
        children = layout.children(placed.key)
        if not children:
            continue
        trunk = [one for one in children if layout.placed[one].is_trunk]
        assert trunk == [max(children, key=layout.newest)]
        assert layout.placed[trunk[0]].lane == placed.lane


@given(forests())
def test_other_children_come_before_the_trunk_with_the_oldest_on_top(
    entries: list[Entry[int]],
) -> None:
    layout = Layout(entries)
    for placed in layout.rows:
        if not (children := layout.children(placed.key)):
            continue
        *others, trunk = children
        assert layout.placed[trunk].is_trunk
        assert others == sorted(others, key=lambda one: layout.entries[one].order)
        assert not any(layout.placed[one].is_trunk for one in others)


@given(forests())
def test_a_branch_is_one_lane_further_right_and_at_most_in_the_third(
    entries: list[Entry[int]],
) -> None:
    layout = Layout(entries)
    for placed in layout.rows:
        if placed.parent is not None:
            above = layout.placed[placed.parent]
            assert placed.depth == above.depth + (0 if placed.is_trunk else 1)
        assert placed.lane == min(placed.depth, 2)
    assert MAX_LANES == 3


@given(forests())
def test_every_edge_is_drawn_without_a_gap_and_nothing_else_is(entries: list[Entry[int]]) -> None:
    layout = Layout(entries)
    expected: set[tuple[int, Stroke, int, int, int]] = set()  # row, stroke, lane, to_lane, parent
    for placed in layout.rows:
        children = layout.children(placed.key)
        if not children:
            continue
        key, lane = placed.key, placed.lane
        top, end = layout.row[key], layout.row[children[-1]]
        expected.add((top, Stroke.OUT, lane, lane, key))
        for row in range(top + 1, end + 1):
            child = layout.rows[row].key
            is_last = row == end
            if child not in children:
                expected.add((row, Stroke.THROUGH, lane, lane, key))
            elif layout.placed[child].lane == lane:
                expected.add((row, Stroke.INTO, lane, lane, key))
                if not is_last:
                    expected.add((row, Stroke.THROUGH, lane, lane, key))
            else:
                stroke = Stroke.ELBOW if is_last else Stroke.FORK
                expected.add((row, stroke, lane, layout.placed[child].lane, key))
    drawn = [
        (row, piece.stroke, piece.lane, piece.to_lane, layout.placed[piece.child].parent)
        for row, placed in enumerate(layout.rows)
        for piece in placed.segments
    ]
    assert len(drawn) == len(set(drawn))
    assert set(drawn) == expected


@given(forests())
def test_a_rail_can_be_followed_from_each_parent_down_to_each_child(
    entries: list[Entry[int]],
) -> None:
    layout = Layout(entries)
    for child in layout.rows:
        if child.parent is None:
            continue
        parent = layout.placed[child.parent]
        siblings = set(layout.children(parent.key))

        def pieces(row: int, siblings: set[int] = siblings) -> set[tuple[Stroke, int, int]]:
            own = (one for one in layout.rows[row].segments if one.child in siblings)
            return {(one.stroke, one.lane, one.to_lane) for one in own}

        top, end = layout.row[parent.key], layout.row[child.key]
        assert (Stroke.OUT, parent.lane, parent.lane) in pieces(top)
        for row in range(top + 1, end):
            reaches_below = {
                lane for stroke, lane, _ in pieces(row) if stroke in (Stroke.THROUGH, Stroke.FORK)
            }
            assert parent.lane in reaches_below
        ending = [one for one in child.segments if one.child == child.key]
        arrived = [one for one in ending if one.stroke not in (Stroke.OUT, Stroke.THROUGH)]
        assert [(one.lane, one.to_lane) for one in arrived] == [(parent.lane, child.lane)]


# Examples.


def order_of(*entries: Entry[str]) -> str:
    return " ".join(f"{'  ' * placed.lane}{placed.key}".strip() for placed in lay_out(entries))


def lanes_of(*entries: Entry[str]) -> dict[str, int]:
    return {placed.key: placed.lane for placed in lay_out(entries)}


def test_a_running_row_does_not_take_the_lane_of_a_finished_one() -> None:
    root, old = Entry("root", None, 0), Entry("old", "root", 1)
    running = Entry("running", "root", 2, finished=False)
    assert order_of(root, old, running) == "root running old"
    done = Entry("running", "root", 2)
    assert order_of(root, old, done) == "root old running"


def test_among_running_rows_the_newest_goes_on_in_the_lane() -> None:
    entries = [Entry("root", None, 0)]
    entries += [Entry(f"r{n}", "root", n, finished=False) for n in (1, 2, 3)]
    assert order_of(*entries) == "root r1 r2 r3"
    assert lanes_of(*entries) == {"root": 0, "r1": 1, "r2": 1, "r3": 0}


def test_a_row_whose_parent_is_not_listed_is_an_original() -> None:
    (placed,) = lay_out([Entry("a", "folded away", 1)])
    assert (placed.parent, placed.lane, placed.segments) == (None, 0, ())


def test_deep_branches_stay_in_the_third_lane_and_keep_their_depth() -> None:
    # Each branch gets a newer brother, so that it must leave the lane.
    entries = [Entry("b0", None, 0)]
    for depth in range(1, 6):
        entries.append(Entry(f"b{depth}", f"b{depth - 1}", depth))
    for depth in range(1, 6):
        entries.append(Entry(f"t{depth}", f"b{depth - 1}", 100 - depth))
    placed = {one.key: one for one in lay_out(entries)}
    assert [placed[f"b{n}"].depth for n in range(6)] == [0, 1, 2, 3, 4, 5]
    assert [placed[f"b{n}"].lane for n in range(6)] == [0, 1, 2, 2, 2, 2]


def test_in_the_third_lane_a_line_goes_on_past_a_brother_in_the_same_lane() -> None:
    line = [Entry(f"b{n}", f"b{n - 1}" if n else None, n) for n in range(3)]
    newer = [Entry(f"t{n}", f"b{n - 1}", 100 - n) for n in (1, 2)]
    brothers = [Entry("first", "b2", 10), Entry("last", "b2", 11)]
    placed = {one.key: one for one in lay_out([*line, *newer, *brothers])}
    assert (placed["first"].lane, placed["last"].lane) == (2, 2)
    strokes = {(one.stroke, one.child) for one in placed["first"].segments if one.lane == 2}
    assert strokes == {(Stroke.INTO, "first"), (Stroke.THROUGH, "last")}


def test_nothing_is_laid_out_as_nothing() -> None:
    assert lay_out(list[Entry[str]]()) == ()


# Work.


@dataclass(frozen=True, slots=True, order=True)
class CountedKey:
    """A key that counts how often it is looked up: a measure of work that no clock disturbs."""

    number: int
    counts: list[int]

    def __hash__(self) -> int:
        self.counts[0] += 1
        return hash(self.number)


def _work(parents: Sequence[int | None]) -> tuple[int, tuple[Placed[CountedKey], ...]]:
    counts = [0]
    keys = [CountedKey(number, counts) for number in range(len(parents))]
    entries = [
        Entry(key, None if parent is None else keys[parent], key.number)
        for key, parent in zip(keys, parents, strict=True)
    ]
    rows = lay_out(entries)
    return counts[0], rows


SHAPES: dict[str, Callable[[int], list[int | None]]] = {
    "chain": lambda size: [None, *range(size - 1)],
    "star": lambda size: [None, *([0] * (size - 1))],
    "comb": lambda size: [None, *(max(0, n - 1 - n % 2) for n in range(1, size))],
    "originals": lambda size: [None] * size,
}


@pytest.mark.timeout(10)
@pytest.mark.parametrize("shape", SHAPES)
def test_ten_thousand_rows_take_ten_times_the_work_of_a_thousand(shape: str) -> None:
    small, _ = _work(SHAPES[shape](1_000))
    large, rows = _work(SHAPES[shape](10_000))
    assert len(rows) == 10_000
    assert large <= 10.2 * small
    assert sum(len(placed.segments) for placed in rows) <= 40_000


@pytest.mark.timeout(10)
def test_a_chain_of_ten_thousand_steps_is_one_straight_line() -> None:
    _, rows = _work(SHAPES["chain"](10_000))
    assert {placed.lane for placed in rows} == {0}
    assert [placed.key.number for placed in rows] == list(range(10_000))
    assert [placed.descendants for placed in rows] == list(range(9_999, -1, -1))
