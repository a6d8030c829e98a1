"""The keys that the settings say, everywhere at once: commands, the editor, and the hints that name
a key beside a button."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import QKeySequence

from kontext_studio.gui.bridge import Bridge
from kontext_studio.gui.keymap import Keymap, Pairs
from kontext_studio.gui.main_window import MainWindow
from kontext_studio.gui.shell.key_caps import keys_of
from kontext_studio.workbench.bench import Workbench


class Keys(QObject):
    def __init__(self, bench: Workbench, window: MainWindow, bridge: Bridge) -> None:
        super().__init__(window)
        self._bench = bench
        self._window = window
        self._applied: Pairs = ()
        bridge.settings_changed.connect(self.apply)

    def apply(self) -> None:
        """Let the keys be what the settings say."""
        wanted = self._bench.settings.keys
        if wanted == self._applied:
            return
        self._applied = wanted
        window, actions = self._window, self._window.actions_by_id
        actions.set_keymap(Keymap.of(wanted))
        panel = window.right.instruction
        panel.edit.set_keys(actions.keys)
        panel.run_button.set_command_keys(*self._caps("run"))
        panel.area.set_keys(*self._caps("paint_area"))
        panel.edit.set_hint_keys("fix", *self._caps("quick_fix"))
        panel.edit.set_hint_keys("restores earlier text", *self._caps("undo"))
        window.right.compare.difference.set_keys(*self._caps("heat_map"))
        window.variants.set_compare_keys(*self._caps("view_grid"))
        window.area_bar.set_brush_keys(
            *(" ".join(self._caps(name)) for name in ("brush_smaller", "brush_larger"))
        )
        window.status.set_command_keys(*self._caps("palette"))
        window.empty.set_keys(self._caps("open"), self._caps("paste"))

    def _caps(self, command_id: str) -> tuple[str, ...]:
        keys = self._window.actions_by_id.keys(command_id)
        return keys_of(QKeySequence(keys[0])) if keys else ()
