"""What opens over the window: About, and the question on closing. They say and ask; what an answer
does is handed in."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from kontext_studio import __version__
from kontext_studio.gui.shell.dialogs import open_dialog

_ABOUT_ICON_PX = 64


def show_about(window: QWidget) -> None:
    from PySide6 import __version__ as pyside_version
    from PySide6.QtCore import qVersion

    box = QMessageBox(window)
    box.setObjectName("aboutBox")
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setWindowTitle("About Kontext Studio")
    box.setIconPixmap(window.windowIcon().pixmap(QSize(_ABOUT_ICON_PX, _ABOUT_ICON_PX)))
    box.setText(f"Kontext Studio {__version__}")
    box.setInformativeText(
        f"Edit photographs by instruction. Apache License 2.0.\n\n"
        f"Qt {qVersion()} and PySide6 {pyside_version}, under the LGPL 3\n"
        "Inter, under the SIL Open Font License 1.1\n"
        "Lucide icons, under the ISC licence, in part MIT\n"
        "Sample photographs, CC0 and public domain\n"
        "What the models make is under the terms of the connection you choose.\n\n"
        "Pictures and instructions go to the connection you choose, and nowhere else.\n"
        "Keys stay in the keychain of this computer.\n"
        "There is no telemetry and no account."
    )
    open_dialog(box)


def ask_to_close(
    window: QWidget, active: int, *, paid: bool, hanging: int, close: Callable[[], None]
) -> None:
    """Runs under way are worth a question; `paid` where a service goes on with them, `hanging` so
    many of them hang on their connection and cannot be fetched later."""
    box = QMessageBox(window)
    box.setObjectName("closeQuestion")
    box.setTextFormat(Qt.TextFormat.PlainText)
    edits = "1 edit is" if active == 1 else f"{active} edits are"
    box.setText(f"{edits} running.")
    box.setInformativeText(_what_becomes_of_them(active, paid=paid, hanging=hanging))
    yes = box.addButton("Close", QMessageBox.ButtonRole.AcceptRole)
    box.addButton("Wait", QMessageBox.ButtonRole.RejectRole)
    box.buttonClicked.connect(lambda button: close() if button is yes else None)
    open_dialog(box)


def _what_becomes_of_them(active: int, *, paid: bool, hanging: int) -> str:
    if not paid:
        return "The embedded engine stops with the program; the words are kept to run again."
    fetched = "What runs at a service is fetched next time you open this session."
    if not hanging:
        return fetched
    lost = "What hangs on its connection cannot be fetched later, and may be charged."
    return lost if hanging == active else f"{fetched} {lost}"
