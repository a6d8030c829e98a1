from __future__ import annotations

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage

from kontext_studio.core.images import Sha256
from kontext_studio.gui.history.thumbnails import ThumbnailShelf

A, B = Sha256("a"), Sha256("b")


@pytest.fixture
def shelf(qapp):
    return ThumbnailShelf(QSize(66, 44))


def image(width: int, height: int) -> QImage:
    made = QImage(width, height, QImage.Format.Format_RGB32)
    made.fill(Qt.GlobalColor.red)
    return made


def test_a_picture_is_asked_for_once_and_not_while_it_is_missed(shelf, qtbot):
    wanted: list[str] = []
    shelf.wanted.connect(wanted.append)
    shelf.picture(A)
    shelf.picture(A)
    assert wanted == []
    qtbot.wait_until(lambda: bool(wanted))
    shelf.picture(A)
    shelf.picture(B)
    qtbot.wait_until(lambda: "b" in wanted)
    assert wanted == ["a", "b"]


@pytest.mark.parametrize(("width", "height"), [(300, 200), (2000, 100), (10, 900)])
def test_a_picture_fills_its_frame_exactly(shelf, qtbot, width, height):
    with qtbot.wait_signal(shelf.arrived) as arrived:
        shelf.put(A, image(width, height))
    assert arrived.args == ["a"]
    picture = shelf.picture(A)
    assert picture is not None
    assert picture.size() == QSize(132, 88), "twice the frame, for dense screens"


def test_a_picture_that_cannot_be_had_is_not_asked_for_again(shelf, qtbot):
    wanted: list[str] = []
    shelf.wanted.connect(wanted.append)
    shelf.picture(A)
    qtbot.wait_until(lambda: wanted == ["a"])
    shelf.put(A, QImage())
    shelf.picture(A)
    shelf.picture(B)
    qtbot.wait_until(lambda: "b" in wanted)
    assert wanted == ["a", "b"]


def test_another_session_starts_empty(shelf):
    shelf.put(A, image(30, 20))
    shelf.forget()
    assert shelf.picture(A) is None
