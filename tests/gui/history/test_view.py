from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QAccessible, QContextMenuEvent, QImage
from PySide6.QtWidgets import QApplication, QLineEdit

from kontext_studio.core.history import NodeId
from kontext_studio.gui.history.drag import NODE_MIME, StepMime, node_of
from kontext_studio.gui.history.row_geometry import row_geometry
from kontext_studio.gui.history.rows import HistoryInputs, list_history
from kontext_studio.gui.history.view import FoldRequest, HistoryView
from kontext_studio.gui.history.visible import ViewState
from kontext_studio.gui.jobs.progress import JobProgress
from kontext_studio.workbench.progress import Phase
from tests.gui.history.sessions import Story


@pytest.fixture
def story() -> Story:
    """original - a - a2, and b beside a; b is the current step."""
    made = Story()
    first = made.original()
    a = made.edit(first, "a", "Change the cup to green")
    made.edit(a, "a2", "Add a spoon")
    made.edit(first, "b", "Make it darker")
    return made


@pytest.fixture
def view(qtbot, theme):
    made = HistoryView(theme)
    qtbot.add_widget(made)
    made.resize(320, 400)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    made.setFocus()
    return made


def show(view: HistoryView, story: Story, **more) -> None:
    view.set_listing(list_history(HistoryInputs(story.session, story.jobs, **more)))


def selected(view: HistoryView) -> str:
    row = view.selected_row()
    return row.key if row is not None else ""


def heard(signal) -> list:
    values: list = []
    signal.connect(values.append)
    return values


def test_the_current_step_is_selected_and_nothing_is_announced(view, story):
    steps = heard(view.step_selected)
    show(view, story)
    assert selected(view) == "run:job-b"
    assert steps == []


def test_arrow_keys_select_steps_in_display_order(view, story, qtbot):
    show(view, story)
    steps = heard(view.step_selected)
    qtbot.keyClick(view, Qt.Key.Key_Up)
    qtbot.keyClick(view, Qt.Key.Key_Up)
    qtbot.keyClick(view, Qt.Key.Key_Home)
    qtbot.keyClick(view, Qt.Key.Key_End)
    qtbot.keyClick(view, Qt.Key.Key_Down)
    assert steps == ["a2", "a", "original", "b"]


def test_a_run_under_way_is_selected_as_a_run(view, story, qtbot):
    job = story.job(NodeId("b"), "run")
    show(view, story)
    jobs = heard(view.job_selected)
    qtbot.keyClick(view, Qt.Key.Key_End)
    assert jobs == [job]


def test_a_new_run_does_not_move_the_selection(view, story):
    show(view, story)
    steps = heard(view.step_selected)
    story.job(NodeId("b"), "run")
    show(view, story)
    story.edit(NodeId("a"), "new")
    story.head(NodeId("b"))
    show(view, story)
    assert selected(view) == "run:job-b"
    assert steps == []


def test_the_selection_follows_the_current_step_silently(view, story):
    show(view, story)
    steps = heard(view.step_selected)
    story.head(NodeId("a"))
    show(view, story)
    assert selected(view) == "run:job-a"
    assert steps == []


def test_when_the_selected_row_goes_the_current_step_is_selected(view, story, qtbot):
    job = story.job(NodeId("b"), "run")
    show(view, story)
    qtbot.keyClick(view, Qt.Key.Key_End)
    steps = heard(view.step_selected)
    story.session.apply(story.session.dismiss(job))
    show(view, story)
    assert selected(view) == "run:job-b"
    assert steps == []


def test_the_selected_row_keeps_its_place_on_the_screen(view, story, qtbot):
    for number in range(20):
        story.edit(NodeId("b"), f"n{number}")
    story.head(NodeId("n10"))
    show(view, story)
    before = view.visualRect(view.currentIndex()).top()
    story.edit(NodeId("a2"), "late")  # moves the branch of a below the current one
    story.edit(NodeId("original"), "later")
    story.head(NodeId("n10"))
    show(view, story)
    assert view.visualRect(view.currentIndex()).top() == before
    assert selected(view) == "run:job-n10"


def test_left_folds_a_row_and_then_goes_to_its_parent(view, story, qtbot):
    show(view, story)
    folds = heard(view.fold_requested)
    view.select_node(NodeId("a"))
    qtbot.keyClick(view, Qt.Key.Key_Left)
    assert folds == [FoldRequest((NodeId("a"),), True)]
    view.select_node(NodeId("a2"))
    qtbot.keyClick(view, Qt.Key.Key_Left)
    assert selected(view) == "run:job-a"


def test_right_goes_to_the_first_child_or_unfolds(view, story, qtbot):
    show(view, story)
    view.select_node(NodeId("a"))
    qtbot.keyClick(view, Qt.Key.Key_Right)
    assert selected(view) == "run:job-a2"


def test_enter_edits_from_the_selected_step(view, story, qtbot):
    show(view, story)
    edits = heard(view.edit_requested)
    qtbot.keyClick(view, Qt.Key.Key_Return)
    assert edits == ["b"]


def test_typing_letters_finds_a_row_by_any_of_its_words(view, story, qtbot):
    show(view, story)
    qtbot.keyClicks(view, "spo")
    assert selected(view) == "run:job-a2"


def test_a_press_on_the_count_unfolds_and_selects_nothing(view, story, qtbot):
    folded = ViewState(folded=frozenset({NodeId("a")}))
    view.set_listing(list_history(HistoryInputs(story.session), folded))
    folds, steps = heard(view.fold_requested), heard(view.step_selected)
    index = view.rows.index_of_node(NodeId("a"))
    pill = view.itemDelegate().pill_rect(view.rows.row_at(index), view.visualRect(index))
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=pill.center())
    assert folds == [FoldRequest((NodeId("a"),), False)]
    assert steps == []


def test_a_menu_is_asked_for_by_pointer_and_by_key(view, story):
    show(view, story)
    asked = heard(view.menu_requested)
    top = view.visualRect(view.rows.index(0)).center()
    for reason in (QContextMenuEvent.Reason.Mouse, QContextMenuEvent.Reason.Keyboard):
        event = QContextMenuEvent(reason, top, view.viewport().mapToGlobal(top))
        QApplication.sendEvent(view.viewport(), event)
    assert [request.row.key for request in asked] == ["step:original", "run:job-b"]


def test_a_thumbnail_is_asked_for_once_when_it_is_first_seen(view, story, qtbot):
    wanted = heard(view.shelf.wanted)
    show(view, story)
    qtbot.wait_until(lambda: len(wanted) == 4)
    view.viewport().repaint()
    image = QImage(300, 200, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.red)
    view.shelf.put("a-sha", image)
    view.viewport().repaint()
    assert sorted(wanted) == ["a-sha", "a2-sha", "b-sha", "original-sha"]
    index = view.rows.index_of_node(NodeId("a"))
    thumb = view.itemDelegate().geometry.thumb_rect(view.visualRect(index))
    seen = view.viewport().grab().toImage().pixelColor(thumb.center())
    assert seen.red() > 200
    assert seen.green() < 60


def test_a_dragged_step_offers_its_id_and_a_file_on_demand(view, qapp):
    asked: list[str] = []

    def provide(node: NodeId) -> Path:
        asked.append(node)
        return Path("/tmp/step.png")

    mime = StepMime(NodeId("a"), provide)
    assert node_of(mime) == "a"
    assert mime.hasFormat("text/uri-list")
    assert asked == [], "no file before somebody wants it"
    assert [url.toLocalFile() for url in mime.urls()] == ["/tmp/step.png"]
    assert mime.urls()
    assert asked == ["a"], "asked for once"


def test_without_a_provider_a_drag_offers_the_id_alone(qapp):
    mime = StepMime(NodeId("a"), None)
    assert mime.formats() == [NODE_MIME]


def test_the_busy_ring_turns_only_while_something_runs(view, story):
    show(view, story)
    assert not view.is_moving
    job = story.job(NodeId("b"), "run")
    show(view, story, progress={job: JobProgress(Phase.RUNNING)})
    assert view.is_moving
    view.set_reduced_motion(True)
    assert not view.is_moving
    view.set_reduced_motion(False)
    view.hide()
    assert not view.is_moving


def test_rows_speak_whole_sentences(view, story):
    show(view, story)
    seen = QAccessible.queryAccessibleInterface(view)
    assert seen.text(QAccessible.Text.Name) == "History"
    assert seen.childCount() == 4
    assert seen.child(1).text(QAccessible.Text.Name).startswith("Step 1, change the cup to green")


def test_the_pixels_of_the_path_are_the_accent_and_others_are_not(view, story, theme):
    show(view, story)
    picture = view.viewport().grab().toImage()

    def node_colour(key: str) -> str:
        rect = view.visualRect(view.rows.index_of_key(key))
        lane = view.rows.row_at(view.rows.index_of_key(key)).lane
        x = round(view.itemDelegate().geometry.lane_x(lane, theme))
        return picture.pixelColor(QPoint(x, rect.center().y())).name()

    accent = theme.colour("rail.active").name()
    assert node_colour("step:original") == accent
    assert node_colour("run:job-b") == accent
    assert node_colour("run:job-a") == theme.colour("surface.panel").name(), "a ring is hollow"


def test_a_third_lane_moves_no_node(theme):
    two, three = row_geometry(theme, 2), row_geometry(theme, 3)
    assert [two.lane_x(lane, theme) for lane in (0, 1)] == [17, 35]
    assert [three.lane_x(lane, theme) for lane in (0, 1, 2)] == [17, 35, 53]
    row = QRect(0, 0, 320, 60)
    assert two.thumb_rect(row).left() == 48
    halo = theme.length("size.node.halo")
    assert three.thumb_rect(row).left() >= three.lane_x(2, theme) + halo, "no node under it"


def test_the_field_of_a_name_covers_the_words_of_its_row(view, story, theme):
    show(view, story)
    view.write_label(NodeId("a"))
    field = view.findChild(QLineEdit, "stepName")
    row = view.visualRect(view.rows.index_of_node(NodeId("a")))
    geometry = view.itemDelegate().geometry
    words = 2 * geometry.title_line + geometry.meta_line
    assert field.height() >= words
    assert field.geometry().center().y() == row.center().y()
    assert field.geometry().left() == geometry.text_rect(row).left()
