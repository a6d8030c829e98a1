"""Settings over the window: opened from everywhere, applied at once, except for connections."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication

from kontext_studio.core.settings import Settings
from kontext_studio.gui.bridge import Bridge
from kontext_studio.gui.main_window import MainWindow
from kontext_studio.gui.presenters.connecting import Connecting
from kontext_studio.gui.settings.connection_page import ConnectionPage
from kontext_studio.gui.settings.pages import (
    CANVAS,
    CONNECTION,
    FOUND,
    GENERAL,
    LIMITS,
    SECTIONS,
    WORDING,
    plain_pages,
)
from kontext_studio.gui.settings.plain_page import PlainPage
from kontext_studio.gui.settings.surface import SettingsSurface
from kontext_studio.gui.settings.wording_page import IgnoredRow, WordingPage
from kontext_studio.gui.shell.palette_search import EntryKind, PaletteEntry
from kontext_studio.gui.tasks import Tasks
from kontext_studio.gui.theme.apply import SYSTEM, theme_named
from kontext_studio.gui.theme.tokens import Theme, load_theme
from kontext_studio.workbench.bench import Workbench

USE = "use:"
"""Begins the palette's id of a connection that is to be used."""


class SettingUp(QObject):
    """`theme_wanted` carries a Theme, `heeded` the Ignored that is to count again."""

    theme_wanted = Signal(object)
    heeded = Signal(object)

    def __init__(
        self,
        bench: Workbench,
        window: MainWindow,
        bridge: Bridge,
        tasks: Tasks,
        theme: Callable[[], Theme],
    ) -> None:
        super().__init__(window)
        self._bench = bench
        self._window = window
        self._bridge = bridge
        self._tasks = tasks
        self._theme = theme
        self._surface: SettingsSurface | None = None
        self._plain: dict[str, PlainPage] = {}
        self._connecting: Connecting | None = None
        self._applied: Settings | None = None
        self._ignored: tuple[IgnoredRow, ...] = ()
        self._hints = QGuiApplication.styleHints()  # kept: its signals go with it
        self._hints.colorSchemeChanged.connect(self._follow_system)
        bridge.settings_changed.connect(self.apply)
        bridge.session_opened.connect(self.apply)

    def set_theme(self, theme: Theme) -> None:
        if self._surface is not None:
            self._surface.set_theme(theme)
            for page in self._plain.values():
                page.set_theme(theme)
        if self._connecting is not None:
            self._connecting.page.set_theme(theme)

    # Opening.

    def open(self, section: str = "") -> None:
        """Open where it was left, or at a section."""
        surface, connecting = self._made()
        if not surface.isVisible():
            self._show_values()
            connecting.begin()
        if section or not surface.section:
            surface.show_section(section or GENERAL.id)
        surface.open_surface()

    def open_connection(self, name: str = "", *, at_key: bool = False) -> None:
        """Open at a connection, by its name or the one in use; `at_key` with the caret where its
        key is typed."""
        self.open(CONNECTION.id)
        _, connecting = self._made()
        connecting.go_to(name or self._bench.route_name, at_key=at_key)

    def connect_service(self) -> None:
        """Open at a new connection: the way from where none is there that would do."""
        self.open(CONNECTION.id)
        _, connecting = self._made()
        connecting.begin_new()

    def open_limits(self) -> None:
        self.open(LIMITS.id)

    def open_canvas(self) -> None:
        self.open(CANVAS.id)

    def open_wording(self) -> None:
        """Open at what is ignored in the session, and at the rules."""
        self.open(WORDING.id)

    def set_ignored(self, rows: Sequence[IgnoredRow]) -> None:
        """What the wording checker leaves alone in the open session."""
        self._ignored = tuple(rows)
        if isinstance(page := self._plain.get(WORDING.id), WordingPage):
            page.set_ignored(rows)

    # The palette.

    def entries(self) -> tuple[PaletteEntry, ...]:
        """Every setting, and every connection that runs can go over."""
        setting = EntryKind.SETTING
        found = [
            PaletteEntry(setting, name, title, hint=section.title, icon=section.icon)
            for name, title, section in FOUND
        ]
        return (
            *found,
            *(
                PaletteEntry(
                    setting, f"{USE}{one.name}", f"Use {one.name}", "Connection", icon="unplug"
                )
                for one in self._bench.connections.all()
                if one.name != self._bench.route_name
            ),
        )

    def choose(self, entry_id: str) -> None:
        """What the palette found."""
        if entry_id.startswith(USE):
            self._tasks.start(self._bench.choose_route(entry_id.removeprefix(USE)))
            return
        section = next(section for name, _, section in FOUND if name == entry_id)
        self.open(section.id)
        if (page := self._plain.get(section.id)) is not None:
            page.focus_setting(entry_id)

    # What is set holds.

    def apply(self) -> None:
        """Let the window do as the settings say."""
        settings, before = self._bench.settings, self._applied
        if settings == before:
            return
        self._applied = settings
        window = self._window
        window.right.instruction.edit.set_tab_accepts(settings.tab_accepts)
        window.stage.set_wheel_pans(settings.wheel_pans)
        for part in (window.history, window.right.jobs):
            part.set_reduced_motion(settings.reduced_motion)
        if before is None or settings.single_keys != before.single_keys:
            views = (window.stage, window.history.view)
            window.actions_by_id.give_view_keys(views, settings.single_keys)
        self._want_theme()
        self._show_values()

    # Inside.

    def _made(self) -> tuple[SettingsSurface, Connecting]:
        """The surface and its pages, made when they are first wanted."""
        if self._surface is None or self._connecting is None:
            theme = self._theme()
            self._surface = surface = SettingsSurface(theme, self._window)
            self._plain = plain_pages(theme, self._bench.places)
            self._connecting = Connecting(
                self._bench, surface, theme, self._bridge, self._tasks, self
            )
            page: PlainPage | ConnectionPage
            for section in SECTIONS:
                page = self._plain.get(section.id) or self._connecting.page
                surface.add_page(section, page)
            if isinstance(wording := self._plain[WORDING.id], WordingPage):
                wording.heeded.connect(self.heeded)
                wording.set_ignored(self._ignored)
            for one in self._plain.values():
                one.changed.connect(self._change)
            surface.close_asked.connect(self._close)
            surface.section_asked.connect(surface.show_section)
        return self._surface, self._connecting

    def _close(self) -> None:
        surface, connecting = self._made()
        connecting.leave(surface.close_surface)

    def _change(self, name: str, value: object) -> None:
        settings = replace(self._bench.settings, **{name: value})  # type: ignore[arg-type]  # by name
        self._tasks.start(self._bench.change_settings(settings))

    def _show_values(self) -> None:
        settings = self._bench.settings
        for page in self._plain.values():
            for name in page.names():
                page.set_value(name, getattr(settings, name))

    def _want_theme(self) -> None:
        settings, now = self._bench.settings, self._theme()
        name, scale = theme_named(settings.theme), settings.text_percent / 100
        if (name, settings.high_contrast, scale) != (now.name, now.high_contrast, now.text_scale):
            self.theme_wanted.emit(
                load_theme(name, high_contrast=settings.high_contrast, text_scale=scale)
            )

    def _follow_system(self) -> None:
        if self._bench.settings.theme == SYSTEM:
            self._want_theme()
