from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QToolButton

from kontext_studio.gui.shell.message_bar import (
    Message,
    MessageAnswer,
    MessageBar,
    MessageTone,
    MessageVerb,
)
from tests.gui.shell.accessibility import names_missing, small_targets

OFFLINE = Message(
    "offline",
    "You are offline.",
    "Runs wait in the queue.",
    icon="wifi-off",
    verbs=(MessageVerb("engine", "Use the embedded engine"), MessageVerb("check", "Check again")),
    details="host unreachable",
    counted="run",
)
KEY = Message("key", "The proxy did not accept your token.", tone=MessageTone.DANGER)


@pytest.fixture
def bar(qtbot, theme):
    made = MessageBar(theme)
    qtbot.add_widget(made)
    made.resize(900, 48)
    return made


def words(bar: MessageBar) -> list[str]:
    return [label.text() for label in bar.findChildren(QLabel) if label.isVisibleTo(bar)]


def test_it_is_hidden_until_there_is_something_to_say(bar):
    assert not bar.isVisible()
    bar.show_message(OFFLINE)
    assert bar.isVisible()
    assert "You are offline." in words(bar)
    bar.clear("offline")
    assert not bar.isVisible()


def test_the_same_cause_counts_up_in_one_message(bar):
    for _ in range(3):
        bar.show_message(OFFLINE)
    assert bar.messages() == (OFFLINE,)
    assert "3 runs" in words(bar)


def test_another_cause_is_another_message(bar):
    bar.show_message(OFFLINE)
    bar.show_message(KEY)
    assert [message.cause for message in bar.messages()] == ["offline", "key"]
    assert "3 runs" not in words(bar)


def test_a_verb_answers_with_its_cause(bar, qtbot):
    bar.show_message(OFFLINE)
    button = next(b for b in bar.findChildren(QPushButton) if b.text() == "Check again")
    with qtbot.wait_signal(bar.answered) as answered:
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert answered.args == [MessageAnswer("offline", "check")]
    assert bar.isVisible(), "who answers decides whether it goes"


def test_the_cross_takes_it_away(bar, qtbot):
    bar.show_message(KEY)
    with qtbot.wait_signal(bar.closed) as closed:
        qtbot.mouseClick(bar.findChild(QToolButton, "messageClose"), Qt.MouseButton.LeftButton)
    assert closed.args == ["key"]
    assert not bar.isVisible()


def test_details_open_below_and_can_be_selected(bar, qtbot):
    bar.show_message(OFFLINE)
    details = bar.findChild(QLabel, "messageDetails")
    assert not details.isVisible()
    qtbot.mouseClick(bar.findChild(QToolButton, "messageDetails"), Qt.MouseButton.LeftButton)
    assert details.isVisible()
    assert details.textInteractionFlags() & Qt.TextInteractionFlag.TextSelectableByMouse


def test_words_from_outside_stay_plain(bar):
    bar.show_message(Message("x", "<b>bold</b>", "<i>body</i>"))
    formats = {label.textFormat() for label in bar.findChildren(QLabel) if "<" in label.text()}
    assert formats == {Qt.TextFormat.PlainText}


def test_a_row_is_48_high_and_more_than_two_wait(dressed, bar):
    for name in "abcde":
        bar.show_message(Message(name, f"Message {name}"))
    assert bar.sizeHint().height() == 2 * 48
    assert len(bar.messages()) == 5
    bar.clear_all()
    bar.show_message(OFFLINE)
    assert bar.sizeHint().height() == 48


def test_every_stop_has_a_name_and_every_target_is_large_enough(dressed, bar, qtbot):
    bar.show_message(OFFLINE)
    qtbot.wait_exposed(bar)
    assert names_missing(bar) == []
    assert small_targets(bar) == []


LONG = Message(
    "locked",
    "a-long-name-of-a-session.kontext is open in another window (PID 4711).",
    "Close it there, or look at it here without changing it; what is done there is not seen.",
    verbs=(MessageVerb("look", "Open read-only"), MessageVerb("again", "Try again")),
    details="SQLITE_BUSY",
)


@pytest.mark.parametrize("width", [1600, 900, 480, 360])
@pytest.mark.parametrize("message", [OFFLINE, KEY, LONG])
def test_nothing_is_cut_at_any_width(dressed, qtbot, theme, width, message):
    bar = MessageBar(theme)
    qtbot.add_widget(bar)
    bar.show_message(message)
    bar.setFixedWidth(width)
    bar.setFixedHeight(bar.heightForWidth(width))
    qtbot.wait_exposed(bar)
    said = {label.text(): label for label in bar.findChildren(QLabel) if label.isVisible()}
    whole = bar.rect()
    for text in filter(None, (message.title, message.body)):
        label = said[text]
        assert label.height() >= label.heightForWidth(label.width())
        assert whole.contains(label.rect().translated(label.mapTo(bar, label.rect().topLeft())))
    buttons = [one for one in bar.findChildren(QPushButton) if one.isVisible()]
    assert [one.text() for one in buttons] == [verb.words for verb in message.verbs]
    places = [one.geometry() for one in buttons]
    for button, place in zip(buttons, places, strict=True):
        assert button.width() >= button.sizeHint().width()
        assert whole.contains(place)
        assert not any(place.intersects(label.geometry()) for label in said.values())
