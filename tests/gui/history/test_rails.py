from __future__ import annotations

from kontext_studio.core.lanes import Entry, lay_out
from kontext_studio.gui.history.rails import Rail, Shape, Tone, rails_of

PLAIN, ACTIVE, RUNNING, WAITING = Tone.PLAIN, Tone.ACTIVE, Tone.RUNNING, Tone.WAITING


def rails(entries, on_path=(), ghosts=None) -> dict[str, set[Rail]]:
    placed = lay_out(entries)
    made = rails_of(placed, set(on_path), ghosts or {})
    return {one.key: set(lines) for one, lines in zip(placed, made, strict=True)}


def test_a_branch_on_the_path_leaves_the_line_below_it_plain():
    entries = [Entry("o", None, 0), Entry("a", "o", 1), Entry("b", "o", 2)]
    drawn = rails(entries, on_path={"o", "a"})
    assert drawn["o"] == {Rail(Shape.BOTTOM, 0, 0, ACTIVE)}
    assert drawn["a"] == {
        Rail(Shape.TO_BEND, 0, 0, ACTIVE),
        Rail(Shape.FROM_BEND, 0, 0, PLAIN),
        Rail(Shape.HOOK, 0, 1, ACTIVE),
    }
    assert drawn["b"] == {Rail(Shape.TOP, 0, 0, PLAIN)}


def test_a_trunk_on_the_path_passes_its_branches_in_the_accent():
    entries = [Entry("o", None, 0), Entry("a", "o", 1), Entry("b", "o", 2)]
    drawn = rails(entries, on_path={"o", "b"})
    assert drawn["a"] == {
        Rail(Shape.TO_BEND, 0, 0, ACTIVE),
        Rail(Shape.FROM_BEND, 0, 0, ACTIVE),
        Rail(Shape.HOOK, 0, 1, PLAIN),
    }


def test_the_line_to_runs_under_way_is_dashed():
    entries = [
        Entry("o", None, 0),
        Entry("r", "o", 1, finished=False),
        Entry("w", "o", 2, finished=False),
    ]
    drawn = rails(entries, on_path={"o"}, ghosts={"r": RUNNING, "w": WAITING})
    assert drawn["o"] == {Rail(Shape.BOTTOM, 0, 0, RUNNING)}
    assert Rail(Shape.HOOK, 0, 1, RUNNING) in drawn["r"]
    assert Rail(Shape.FROM_BEND, 0, 0, WAITING) in drawn["r"]
    assert drawn["w"] == {Rail(Shape.TOP, 0, 0, WAITING)}


def test_a_deep_branch_shares_the_last_lane():
    chain = [Entry("o", None, 0)]
    for depth in range(1, 5):  # each branch has a newer sibling, which becomes the trunk
        chain.append(Entry(f"b{depth}", "o" if depth == 1 else f"b{depth - 1}", depth))
    for depth in range(4, 0, -1):
        chain.append(Entry(f"t{depth}", "o" if depth == 1 else f"b{depth - 1}", 10 - depth))
    placed = {one.key: one for one in lay_out(chain)}
    assert (placed["b3"].lane, placed["b3"].depth) == (2, 3)
    drawn = rails(chain)
    assert Rail(Shape.TOP, 2, 2, PLAIN) in drawn["b3"]
    assert Rail(Shape.BOTTOM, 2, 2, PLAIN) in drawn["b3"]
