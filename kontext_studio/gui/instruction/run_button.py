"""The Run button: what will happen, its keys, its price; disabled it says why in its place."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QSizePolicy, QWidget

from kontext_studio.gui.instruction.run_offer import RunOffer
from kontext_studio.gui.theme.key_hints import KeyHintButton
from kontext_studio.gui.theme.tokens import Theme


class RunButton(KeyHintButton):
    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "Run", "primary", parent)
        self.setObjectName("runButton")
        self._height = round(theme.length("size.run.button") * theme.text_scale)
        self._has_keys = True
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._command_keys: tuple[str, ...] = ("Ctrl", "↵")
        self.set_keys(*self._command_keys)

    def show_offer(self, offer: RunOffer) -> None:
        """Words, keys and price; without a run the reason stands in place of the words."""
        possible = not offer.reason
        self.setEnabled(possible)
        self.setText(offer.words)
        self.setToolTip(offer.reason)
        self.set_trailing(offer.price)
        self._has_keys = possible or offer.words != offer.reason
        self.set_keys(*(self._command_keys if self._has_keys else ()))

    def set_command_keys(self, *keys: str) -> None:
        """The keys that run, where Run can be pressed."""
        self._command_keys = keys
        self.set_keys(*(keys if self._has_keys else ()))

    def set_theme(self, theme: Theme) -> None:
        self._height = round(theme.length("size.run.button") * theme.text_scale)
        super().set_theme(theme)

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self._height)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self._height)
