"""Dresses the application in a theme, at start and again at each change, without a restart."""

from __future__ import annotations

import atexit
import logging
import shutil
import tempfile
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget

from kontext_studio.gui.theme.palette import palette_of
from kontext_studio.gui.theme.stylesheet import stylesheet_of, write_pictures
from kontext_studio.gui.theme.tokens import Theme, ThemeName
from kontext_studio.gui.theme.type import load_fonts, type_font

log = logging.getLogger(__name__)

SYSTEM = "system"
"""The setting by which the desktop chooses the theme."""

_FOLDER_PROPERTY = "kontextThemePictures"


def theme_named(word: str) -> ThemeName:
    """The theme of a setting: "dark", "light", or "system" for what the desktop asks for;
    dark where the desktop does not say, or the word is not known."""
    if word in (name.value for name in ThemeName):
        return ThemeName(word)
    hints = QGuiApplication.styleHints()
    if word == SYSTEM:
        hints.unsetColorScheme()  # else it tells what this program asked for
        if hints.colorScheme() is Qt.ColorScheme.Light:
            return ThemeName.LIGHT
    return ThemeName.DARK


def apply_theme(app: QApplication, theme: Theme, *, follows_system: bool = False) -> None:
    """Style, palette, font and style sheet of the whole application. With `follows_system` the
    platform keeps its own scheme, so that it tells when that changes.

    Widgets that paint by hand or show icons have a `set_theme` of their own; call it as well.
    """
    load_fonts(theme)
    hints = QGuiApplication.styleHints()
    dark = theme.name is ThemeName.DARK
    # Tells the platform which title bar belongs to the window.
    if not follows_system:
        hints.setColorScheme(Qt.ColorScheme.Dark if dark else Qt.ColorScheme.Light)
    app.setStyle("Fusion")
    app.setPalette(palette_of(theme))
    app.setFont(type_font(theme, "body"))
    folder = _picture_folder(app)
    if folder is not None:
        write_pictures(theme, folder)
    app.setStyleSheet(stylesheet_of(theme, folder))


def set_kind(widget: QWidget, **properties: str) -> None:
    """Set dynamic properties that the style sheet reads: kind, tone, type, small."""
    changed = False
    for name, value in properties.items():
        if widget.property(name) != value:
            widget.setProperty(name, value)
            changed = True
    # A widget that was never shown is polished later, once; doing it by hand before would make Qt
    # forget a font that is set afterwards.
    if changed and widget.testAttribute(Qt.WidgetAttribute.WA_WState_Polished):
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def _picture_folder(app: QApplication) -> Path | None:
    """A folder of this process for the few pictures a style sheet can only read from files; None
    where nothing can be written, which is no reason not to start."""
    known = app.property(_FOLDER_PROPERTY)
    if isinstance(known, str):
        return Path(known)
    try:
        folder = tempfile.mkdtemp(prefix="kontext-studio-")
    except OSError as exc:
        log.info("no folder for the pictures of the style sheet: %s", exc)
        return None
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    app.setProperty(_FOLDER_PROPERTY, folder)
    return Path(folder)
