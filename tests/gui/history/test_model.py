from __future__ import annotations

import random

import pytest
from PySide6.QtCore import QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester

from kontext_studio.gui.history.model import HistoryModel, HistoryRole
from kontext_studio.gui.history.rows import (
    HistoryInputs,
    HistoryRow,
    Listing,
    RowKind,
    list_history,
)
from kontext_studio.gui.jobs.progress import JobProgress
from kontext_studio.workbench.progress import Phase
from tests.gui.history.sessions import Story


def row(key: str, title: str = "") -> HistoryRow:
    return HistoryRow(key, RowKind.STEP, title or key, "", "", f"spoken {key}", 1)


def listing(*keys: str) -> Listing:
    return Listing(tuple(row(key) for key in keys))


@pytest.fixture
def model(qapp):
    made = HistoryModel()
    mode = QAbstractItemModelTester.FailureReportingMode.Fatal
    tester = QAbstractItemModelTester(made, mode)
    yield made
    del tester


def keys_in(model: HistoryModel) -> list[str]:
    return [model.index(n).data(HistoryRole.KEY) for n in range(model.rowCount())]


def test_rows_are_spoken_and_searched_by_what_they_say(model):
    story = Story()
    story.edit(story.original(), "a", "Make it <b>warmer</b>")
    model.set_listing(list_history(HistoryInputs(story.session)))
    index = model.index(1)
    assert index.data() == "Make it <b>warmer</b>"
    assert index.data(Qt.ItemDataRole.AccessibleTextRole).startswith("Step 1, make it")
    assert "&lt;b&gt;" in index.data(Qt.ItemDataRole.ToolTipRole), "never taken for rich text"
    assert index.data(HistoryRole.NODE) == "a"
    assert index.data(HistoryRole.LANE) == 0
    assert index.data(HistoryRole.TRUNK) is True


def test_one_new_row_is_one_insertion_and_no_reset(model, qtbot):
    model.set_listing(listing("a", "b", "d"))
    with (
        qtbot.assert_not_emitted(model.modelReset),
        qtbot.assert_not_emitted(model.rowsMoved),
        qtbot.wait_signal(model.rowsInserted) as inserted,
    ):
        model.set_listing(listing("a", "b", "c", "d"))
    assert inserted.args[1:] == [2, 2]


def test_neighbours_are_removed_together(model, qtbot):
    model.set_listing(listing("a", "b", "c", "d", "e"))
    spans = []
    model.rowsRemoved.connect(lambda _parent, first, last: spans.append((first, last)))
    model.set_listing(listing("a", "d"))
    assert spans == [(4, 4), (1, 2)]


def test_a_branch_that_moves_is_one_move(model):
    model.set_listing(listing("o", "a", "a2", "b"))
    moves = []
    model.rowsMoved.connect(lambda *args: moves.append((args[1], args[2], args[4])))
    model.set_listing(listing("o", "b", "a", "a2"))
    assert moves == [(3, 3, 1)]


def test_a_row_that_says_something_else_is_announced_alone(model):
    model.set_listing(listing("a", "b", "c"))
    spans = []
    model.dataChanged.connect(lambda first, last: spans.append((first.row(), last.row())))
    model.set_listing(Listing((row("a"), row("b", "other"), row("c"))))
    assert spans == [(1, 1)]
    model.set_listing(Listing((row("a"), row("b", "other"), row("c"))))
    assert spans == [(1, 1)], "nothing changed, nothing is said"


def test_a_persistent_index_follows_its_row(model):
    model.set_listing(listing("a", "b", "c"))
    kept = QPersistentModelIndex(model.index(2))
    model.set_listing(listing("c", "x", "a"))
    assert kept.data(HistoryRole.KEY) == "c"


def test_any_order_leads_to_any_other(model):
    choice = random.Random(7)
    names = [f"r{n}" for n in range(12)]
    for _ in range(60):
        keys = choice.sample(names, choice.randint(0, len(names)))
        model.set_listing(listing(*keys))
        assert keys_in(model) == keys


def test_live_facts_change_a_ghost_row_in_its_place(model, qtbot):
    story = Story()
    job = story.job(story.original(), "run")
    model.set_listing(list_history(HistoryInputs(story.session, story.jobs)))
    with qtbot.wait_signal(model.dataChanged) as changed:
        model.set_progress(story.jobs[job], JobProgress(Phase.RUNNING, fraction=0.4))
    assert changed.args[0].row() == 1
    assert model.rows[1].meta == "Running · 40 %"
    with qtbot.assert_not_emitted(model.dataChanged):
        model.set_progress(story.jobs[job], JobProgress(Phase.RUNNING, fraction=0.4))


def test_steps_can_be_dragged_and_ghosts_cannot(model):
    story = Story()
    story.job(story.original(), "run")
    model.set_listing(list_history(HistoryInputs(story.session, story.jobs)))
    assert model.flags(model.index(0)) & Qt.ItemFlag.ItemIsDragEnabled
    assert not model.flags(model.index(1)) & Qt.ItemFlag.ItemIsDragEnabled


def test_a_step_is_found_in_the_row_of_its_run(model):
    story = Story()
    story.edit(story.original(), "light", variants=3)
    model.set_listing(list_history(HistoryInputs(story.session)))
    assert model.index_of_node("light-3").row() == 1
    assert not model.index_of_node("nobody").isValid()
