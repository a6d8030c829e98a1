from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QToolButton

from kontext_studio.core.figures import DriftFigures
from kontext_studio.core.history import NodeId
from kontext_studio.gui.history.history_dock import HistoryDock
from kontext_studio.gui.history.names import ModelWords
from kontext_studio.gui.history.rows import HistoryInputs, NodeFacts, RowKind
from kontext_studio.gui.history.visible import ViewState
from kontext_studio.gui.jobs.progress import JobProgress
from kontext_studio.workbench.progress import Phase
from tests.gui.history.sessions import PRO, Story
from tests.gui.shell.accessibility import names_missing, small_targets


@pytest.fixture
def story() -> Story:
    made = Story()
    first = made.original()
    a = made.edit(first, "a", "Change the cup to green, keep the spoon")
    made.edit(a, "a2", "Add a second spoon")
    made.edit(first, "b", "Make it darker")
    return made


@pytest.fixture
def dock(qtbot, theme):
    made = HistoryDock(theme)
    qtbot.add_widget(made)
    made.resize(320, 760)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    return made


def show(dock: HistoryDock, story: Story, **more) -> None:
    dock.show_history(HistoryInputs(story.session, story.jobs, **more))


def keys(dock: HistoryDock) -> list[str]:
    return [row.key for row in dock.view.rows.rows]


def texts(dock: HistoryDock) -> list[str]:
    return [label.text() for label in dock.findChildren(QLabel) if label.isVisible()]


def test_before_the_first_step_it_says_so(dock):
    assert "No steps yet" in texts(dock)
    assert not dock.view.isVisible()
    assert not dock.inspector.isVisible()


def test_it_counts_steps_and_open_runs(dock, story):
    show(dock, story)
    assert "4 steps" in texts(dock)
    story.job(NodeId("b"), "run")
    dock.resize(420, 760)
    show(dock, story)
    assert "4 steps, 1 unfinished" in texts(dock)


def test_the_inspector_shows_the_selected_step_and_copies_its_instruction(dock, story, qtbot):
    show(dock, story)
    dock.view.setFocus()
    qtbot.keyClick(dock.view, Qt.Key.Key_Home)
    qtbot.keyClick(dock.view, Qt.Key.Key_End)
    qtbot.keyClick(dock.view, Qt.Key.Key_Up)
    assert dock.inspector.facts().title == "Step 2 · Add a second spoon"
    qtbot.mouseClick(dock.findChild(QToolButton, "inspectorCopy"), Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "Add a second spoon"


def test_the_inspector_shows_a_selected_run(dock, story, qtbot):
    story.job(NodeId("b"), "run", "Add a hat")
    show(dock, story)
    dock.view.setFocus()
    qtbot.keyClick(dock.view, Qt.Key.Key_End)
    assert dock.inspector.facts().title == "Step 4 · Add a hat"


def test_left_folds_and_right_unfolds(dock, story, qtbot):
    show(dock, story)
    dock.view.select_node(NodeId("a"))
    dock.view.setFocus()
    with qtbot.wait_signal(dock.view_state_changed) as changed:
        qtbot.keyClick(dock.view, Qt.Key.Key_Left)
    assert changed.args == [ViewState(folded=frozenset({NodeId("a")}))]
    assert "run:job-a2" not in keys(dock)
    qtbot.keyClick(dock.view, Qt.Key.Key_Right)
    assert "run:job-a2" in keys(dock)


def test_folding_all_leaves_the_path_and_the_heads_of_branches(dock, story):
    show(dock, story)
    dock.set_fold_all(True)
    assert keys(dock) == ["step:original", "run:job-a", "run:job-b"]
    dock.set_fold_all(False)
    assert len(keys(dock)) == 4


def test_searching_filters_and_escape_ends_it(dock, story, qtbot):
    show(dock, story)
    qtbot.mouseClick(dock.findChild(QToolButton, "historyFind"), Qt.MouseButton.LeftButton)
    field = dock.findChild(QLineEdit, "historySearch")
    assert field.hasFocus()
    qtbot.keyClicks(field, "spoon")
    assert keys(dock) == ["run:job-a", "run:job-a2"]
    qtbot.keyClicks(field, "x")
    assert "No step matches." in texts(dock)
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert len(keys(dock)) == 4
    assert not field.isVisible()
    assert dock.view.hasFocus()


def test_searching_selects_nothing_for_the_person(dock, story, qtbot):
    show(dock, story)
    with qtbot.assert_not_emitted(dock.step_selected):
        dock.set_search_text("spoon")
        dock.set_search_text("")
    assert dock.view.selected_row().key == "run:job-b"


def test_starred_only_is_a_way_of_looking(dock, story):
    show(dock, story)
    story.session.stars.add(NodeId("a"))
    dock.set_starred_only(True)
    assert keys(dock) == ["run:job-a", "run:job-b"]


def test_live_facts_reach_the_row_and_its_line(dock, story):
    job = story.job(NodeId("b"), "run")
    show(dock, story, progress={job: JobProgress(Phase.QUEUED)})
    dock.set_progress(story.jobs[job], JobProgress(Phase.RUNNING, elapsed_s=3.0))
    row = dock.view.rows.rows[-1]
    assert (row.kind, row.meta) == (RowKind.RUNNING, "Running · 3 s")
    assert {rail.tone for rail in row.rails} == {"running"}


def test_drift_is_a_dash_until_it_is_known(dock, story):
    show(dock, story)
    assert "—" in texts(dock)
    facts = {NodeId("original"): NodeFacts(drift=0.0), NodeId("b"): NodeFacts(drift=7.3)}
    show(dock, story, facts=facts)
    assert "7 ΔE" in texts(dock)


def test_the_header_shows_the_actions_it_is_given(dock, story, qtbot):
    action = QAction("Go to original", dock)
    dock.set_header_actions([action])
    show(dock, story)
    button = next(b for b in dock.findChildren(QToolButton) if b.defaultAction() is action)
    with qtbot.wait_signal(action.triggered):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_collapsed_it_is_the_rail_alone(dock, story):
    show(dock, story)
    dock.set_collapsed(True)
    assert dock.maximumWidth() == 48
    assert not dock.inspector.isVisible()
    dock.set_collapsed(False)
    assert dock.minimumWidth() == 264
    assert dock.inspector.isVisible()


def test_it_fits_into_its_least_width(dressed, dock, story):
    show(dock, story)
    assert dock.minimumSizeHint().width() <= 264


def test_every_stop_has_a_name_and_every_target_is_large_enough(dressed, dock, story):
    dock.set_header_actions([QAction("Go to original", dock), QAction("Map", dock)])
    show(dock, story)
    assert names_missing(dock) == []
    assert small_targets(dock) == []


def test_a_fact_without_room_says_that_it_is_cut_and_comes_back(qtbot, dressed, dock, story):
    full = "Kontext pro"
    show(dock, story, models={PRO: ModelWords("pro", full)})
    labels = dock.findChildren(QLabel)
    (value,) = (one for one in labels if one.accessibleName() == f"Model {full}")
    for width, cut in ((320, False), (264, True), (320, False)):
        dock.resize(width, 760)
        qtbot.wait_until(lambda cut=cut: (value.text() != full) is cut)
        assert value.text().endswith("…") is cut


def test_the_selected_row_stays_in_sight_and_a_way_back_is_offered_when_figures_come(
    dock, story, qtbot
):
    last = story.edit(NodeId("a2"), "a3")
    dock.resize(320, 560)
    show(dock, story)
    view = dock.view
    view.select_node(last)
    way_back = dock.findChild(QPushButton, "farGo")
    assert not way_back.isVisible()
    found = DriftFigures("found", (1.0, 0.0), 1.0, 4.0, 0.8, 0.2, (1248, 832), (1248, 832))
    before = view.viewport().height()
    dock.add_facts(
        {
            NodeId("a2"): NodeFacts(0.2, 12.0),
            last: NodeFacts(0.4, 40.0, of_parent=found, of_original=found),
        }
    )
    qtbot.wait_until(lambda: view.viewport().height() < before)
    qtbot.wait_until(
        lambda: view.viewport().rect().contains(view.visualRect(view.currentIndex()).center())
    )
    assert way_back.text() == "Go to step 2"
    with qtbot.wait_signal(dock.step_selected) as chosen:
        qtbot.mouseClick(way_back, Qt.MouseButton.LeftButton)
    assert chosen.args == ["a2"]
