"""Pictures in the colours of the screen that the window is on, as Settings say it is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QScreen
from PySide6.QtWidgets import QWidget

from kontext_studio.core.settings import Settings
from kontext_studio.gui.bridge import Bridge
from kontext_studio.gui.display_profile import DisplayProfile, display_profile, screen_key, srgb
from kontext_studio.gui.presenters.faults import Faults, Offer
from kontext_studio.gui.tasks import Tasks
from kontext_studio.workbench.bench import Workbench

NO_PROFILE = "display profile"


class Displaying(QObject):
    """`changed` carries the DisplayProfile that holds from now on."""

    changed = Signal(object)

    def __init__(
        self,
        bench: Workbench,
        window: QWidget,
        bridge: Bridge,
        faults: Faults,
        tasks: Tasks,
        open_settings: Callable[[], None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._bench = bench
        self._window = window
        self._faults = faults
        self._tasks = tasks
        self._open_settings = open_settings
        self._word = ""
        self.profile: DisplayProfile = srgb()
        bridge.settings_changed.connect(self.apply)

    def follow_window(self) -> None:
        """From now on, also when the window is moved to another screen. The window is shown."""
        handle = self._window.windowHandle()
        if handle is not None:
            handle.screenChanged.connect(self._take_screen)
        self.apply()

    def apply(self) -> None:
        self._take_screen(self._window.screen())

    def _take_screen(self, screen: QScreen | None) -> None:
        word = word_for(self._bench.settings, screen)
        if word != self._word:
            self._word = word
            self._tasks.start(self._load(word))

    async def _load(self, word: str) -> None:
        found = await asyncio.to_thread(display_profile, word)
        if word != self._word:
            return
        if found is None:
            self._faults.say(
                NO_PROFILE,
                "The display profile cannot be read.",
                "Pictures are shown as on an sRGB screen until another one is chosen.",
                Offer("Settings", self._open_settings),
            )
        else:
            self._faults.clear(NO_PROFILE)
        self.profile = found or srgb()
        self.changed.emit(self.profile)


def word_for(settings: Settings, screen: QScreen | None) -> str:
    """The profile that is set for a screen, empty where none is."""
    return dict(settings.displays).get(screen_key(screen), "") if screen is not None else ""
