"""Guards the pin of PySide6: 6.12.0 on Python 3.11 loses references to True, False and None."""

from __future__ import annotations

import sys

import pytest
from PySide6.QtCore import QCoreApplication, QObject, Signal
from PySide6.QtWidgets import QLabel

CALLS = 1000
# Other code may take or drop a few references meanwhile; the fault loses one with each call.
TOLERANCE = 50


class Bell(QObject):
    """Emits each of the three values."""

    rang = Signal(object)


def emit_each_value() -> None:
    bell = Bell()
    heard: list[object] = []
    bell.rang.connect(heard.append)
    for _ in range(CALLS):
        for value in (True, False, None):
            bell.rang.emit(value)
        heard.clear()


def switch_a_widget() -> None:
    label = QLabel()
    for _ in range(CALLS):
        label.setEnabled(False)
        label.setEnabled(True)


def process_events() -> None:
    for _ in range(CALLS):
        QCoreApplication.processEvents()


@pytest.mark.parametrize("work", [emit_each_value, switch_a_widget, process_events])
def test_a_thousand_calls_into_qt_lose_no_reference_to_a_constant(qapp, work):
    work()  # fills the caches
    before = (sys.getrefcount(True), sys.getrefcount(False), sys.getrefcount(None))
    work()
    after = (sys.getrefcount(True), sys.getrefcount(False), sys.getrefcount(None))
    drift = [now - then for now, then in zip(after, before, strict=True)]
    assert all(abs(change) <= TOLERANCE for change in drift), drift
