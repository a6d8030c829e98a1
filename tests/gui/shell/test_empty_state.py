from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QImage
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QScrollArea

from kontext_studio.gui.shell.drop_zone import DropZone
from kontext_studio.gui.shell.empty_state import SAMPLES, EmptyState
from kontext_studio.gui.theme.apply import apply_theme
from kontext_studio.gui.theme.tokens import ThemeName, load_theme
from kontext_studio.resources import resource_path
from tests.gui.driving import part
from tests.gui.shell.accessibility import names_missing, small_targets

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def state(qtbot, theme):
    made = EmptyState(theme)
    qtbot.add_widget(made)
    made.resize(906, 700)
    return made


def press(qtbot, state: EmptyState, name: str) -> None:
    qtbot.mouseClick(state.findChild(QAbstractButton, name), LEFT)


@pytest.mark.parametrize(
    ("name", "signal"),
    [
        ("emptyOpen", "open_requested"),
        ("emptyPaste", "paste_requested"),
        ("emptyEmbedded", "embedded_requested"),
        ("emptyConnect", "connect_requested"),
    ],
)
def test_each_way_to_begin_is_a_button(state, qtbot, name, signal):
    state.show()
    with qtbot.wait_signal(getattr(state, signal)):
        press(qtbot, state, name)


def test_samples_are_files_of_the_program_and_chosen_by_name(state, qtbot):
    wanted: list[str] = []
    state.sample_wanted.connect(wanted.append)
    state.show()
    assert wanted == [sample.file for sample in SAMPLES]
    for file in wanted:
        assert resource_path(f"samples/{file}").is_file()
    with qtbot.wait_signal(state.sample_chosen) as chosen:
        press(qtbot, state, "sample-cat.png")
    assert chosen.args == ["cat.png"]


def test_a_sample_shows_its_picture(state, qtbot):
    state.show()
    image = QImage(400, 300, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.green)
    state.set_sample_picture("rocket.jpg", image)
    tile = state.findChild(QAbstractButton, "sample-rocket.jpg")
    assert tile.grab().toImage().pixelColor(54, 20).green() > 200


def drag(state: EmptyState, mime: QMimeData) -> bool:
    copy = Qt.DropAction.CopyAction
    enter = QDragEnterEvent(QPoint(50, 50), copy, mime, LEFT, Qt.KeyboardModifier.NoModifier)
    enter.ignore()
    QApplication.sendEvent(state, enter)
    return enter.isAccepted()


def drop(state: EmptyState, mime: QMimeData) -> None:
    copy = Qt.DropAction.CopyAction
    event = QDropEvent(QPointF(50, 50), copy, mime, LEFT, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(state, event)


def test_dropped_files_are_told_as_paths(state, qtbot):
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile("/pictures/a b.png"), QUrl("https://example.invalid/x.png")])
    zone = state.findChild(DropZone)
    assert drag(state, mime)
    assert zone.is_targeted
    with qtbot.wait_signal(state.files_dropped) as dropped:
        drop(state, mime)
    assert dropped.args == [(Path("/pictures/a b.png"),)]
    assert not zone.is_targeted


def test_text_is_not_taken(state):
    mime = QMimeData()
    mime.setText("hello")
    assert not drag(state, mime)


def test_nothing_has_to_be_scrolled_sideways_between_two_docks(dressed, state):
    state.show()
    inner = state.findChild(QScrollArea).widget()
    between_docks, scroll_bar = 1180 - 320 - 376, 12
    assert inner.minimumSizeHint().width() <= between_docks - scroll_bar


def test_there_is_one_filled_button(state):
    buttons = state.findChildren(QAbstractButton)
    assert [b.objectName() for b in buttons if b.property("kind") == "primary"] == ["emptyEmbedded"]


def test_every_stop_has_a_name_and_every_target_is_large_enough(dressed, state, qtbot):
    state.show()
    qtbot.wait_exposed(state)
    assert names_missing(state) == []
    assert small_targets(state) == []


def words_of(state: EmptyState) -> set[str]:
    return {one.accessibleName() or one.text() for one in state.findChildren(QLabel)}


def test_who_is_connected_is_not_asked_for_an_account(state):
    state.show()
    assert {"No account yet?", "Have an account?"} <= words_of(state)
    state.set_connections(["My fal account"])
    assert "Connected: My fal account" in words_of(state)
    assert not [words for words in words_of(state) if "account?" in words or "yet?" in words]
    assert state.findChild(QAbstractButton, "emptyConnect").text() == "Change or add"
    state.set_connections(["a", "b", "c", "d"])
    assert "4 services connected" in words_of(state)


def test_large_text_is_stacked_and_never_asks_for_scrolling_sideways(qtbot, qapp, dressed):
    large = load_theme(ThemeName.DARK, text_scale=2.0)
    apply_theme(qapp, large)
    made = EmptyState(large)
    qtbot.add_widget(made)
    made.resize(482, 590)
    made.show()
    scroll = made.findChild(QScrollArea)
    assert scroll is not None
    bar = scroll.horizontalScrollBar()
    qtbot.wait_until(lambda: bar.maximum() == 0)
    apply_theme(qapp, dressed)
    made.set_theme(dressed)
    made.resize(906, 700)
    opens = part(made, QAbstractButton, "emptyOpen")
    paste = part(made, QAbstractButton, "emptyPaste")
    qtbot.wait_until(lambda: opens.x() < paste.x() and opens.y() == paste.y())
