"""The stops of the keyboard, in the order in which a part is read: line by line, from the left.

Qt walks widgets in the order of their making, so that what is made late (a parameter, a run's row)
would come last of all. Refuses to know which parts a window has.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QScrollArea, QWidget

_TAB = Qt.FocusPolicy.TabFocus.value
_AROUND_PX = 12
"""Seen of what is around a stop, where there is more than the part can show."""


def stops_in(part: QWidget) -> Iterator[QWidget]:
    """Where Tab stops in this part, itself first."""
    if _is_stop(part):
        yield part
    inside = (child for child in part.children() if isinstance(child, QWidget))
    for child in _as_read(one for one in inside if one.isVisible() and not one.isWindow()):
        yield from stops_in(child)


def next_stop(stops: Sequence[QWidget], here: QWidget | None, *, forward: bool) -> QWidget | None:
    """The stop after `here`, or before it; from anywhere else the first or the last."""
    if not stops:
        return None
    if here not in stops:
        return stops[0 if forward else -1]
    return stops[(stops.index(here) + (1 if forward else -1)) % len(stops)]


def go_to(stop: QWidget, *, forward: bool) -> None:
    """Give it the keyboard, and scroll to it: Qt sees to that only where one comes from within the
    same area, and of a field that is typed into it shows no more than the caret."""
    stop.setFocus(Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason)
    around = stop.parentWidget()
    while around is not None and not around.isWindow():
        if isinstance(around, QScrollArea):
            _show_whole(around, stop)
        around = around.parentWidget()


def _show_whole(area: QScrollArea, stop: QWidget) -> None:
    bar = area.verticalScrollBar()
    top = stop.mapTo(area.viewport(), QPoint()).y() + bar.value() - _AROUND_PX
    bottom = top + stop.height() + 2 * _AROUND_PX - area.viewport().height()
    bar.setValue(min(max(bar.value(), bottom), top))


def _is_stop(widget: QWidget) -> bool:
    policy = widget.focusPolicy().value
    return policy & _TAB == _TAB and widget.isEnabled() and widget.focusProxy() is None


def _as_read(parts: Iterable[QWidget]) -> Iterator[QWidget]:
    """A part whose middle is beside the topmost one stands in its line."""
    below = sorted(parts, key=lambda part: part.y())
    while below:
        first, *rest = below
        # Of a part without a height the bottom lies above the middle.
        bottom = first.geometry().bottom()
        beside = [part for part in rest if part.geometry().center().y() <= bottom]
        yield from sorted([first, *beside], key=lambda part: part.x())
        below = [part for part in rest if part not in beside]
