"""From the workbench's announcements to Qt signals, each with one frozen object."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from kontext_studio.workbench.announcements import (
    Announcement,
    Announcer,
    Changed,
    Fault,
    JobChanged,
    Measured,
    PreviewArrived,
    ResultStored,
    SessionNamed,
    SessionOpened,
    SettingsChanged,
    TurnsChanged,
)


class Bridge(QObject):
    """The one object of the window that listens to the workbench."""

    session_opened = Signal(object)
    session_named = Signal(object)
    changed = Signal(object)
    job_changed = Signal(object)
    preview_arrived = Signal(object)
    result_stored = Signal(object)
    measured = Signal(object)
    settings_changed = Signal(object)
    turns_changed = Signal(object)
    fault = Signal(object)

    def __init__(self, announcer: Announcer, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._stop: Callable[[], None] = announcer.subscribe(self._hear)

    def close(self) -> None:
        """Stop listening."""
        self._stop()

    def _hear(self, what: Announcement) -> None:
        match what:
            case SessionOpened():
                self.session_opened.emit(what)
            case SessionNamed():
                self.session_named.emit(what)
            case Changed():
                self.changed.emit(what)
            case JobChanged():
                self.job_changed.emit(what)
            case PreviewArrived():
                self.preview_arrived.emit(what)
            case ResultStored():
                self.result_stored.emit(what)
            case Measured():
                self.measured.emit(what)
            case SettingsChanged():
                self.settings_changed.emit(what)
            case TurnsChanged():
                self.turns_changed.emit(what)
            case Fault():
                self.fault.emit(what)
