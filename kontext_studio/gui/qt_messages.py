"""What Qt has to say goes to the program's log like everything else."""

from __future__ import annotations

import logging

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

log = logging.getLogger("qt")

_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}
# The offscreen platform has no window manager to talk to, and says so at every window.
_OFFSCREEN = "This plugin does not support "


def log_qt_messages() -> None:
    """Pass Qt's messages on to the log; those of the offscreen platform are not worth a warning."""
    qInstallMessageHandler(_pass_on)


def _pass_on(kind: QtMsgType, context: QMessageLogContext, message: str | None) -> None:
    text = message or ""
    level = logging.DEBUG if text.startswith(_OFFSCREEN) else _LEVELS.get(kind, logging.WARNING)
    log.log(level, "%s", text)
