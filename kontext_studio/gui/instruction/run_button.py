"""The Run button: what will happen, its keys, its price; disabled it says why in its place."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QSizePolicy, QWidget

from kontext_studio.gui.instruction.run_offer import RunOffer
from kontext_studio.gui.theme.key_hints import KeyHintButton
from kontext_studio.gui.theme.tokens import Theme

_KEYS = ("Ctrl", "↵")


class RunButton(KeyHintButton):
    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "Run", "primary", parent)
        self.setObjectName("runButton")
        self._height = round(theme.length("size.run.button") * theme.text_scale)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_keys(*_KEYS)

    def show_offer(self, offer: RunOffer) -> None:
        """Words, keys and price; without a run the reason stands in place of the words."""
        possible = not offer.reason
        self.setEnabled(possible)
        self.setText(offer.words)
        self.setToolTip(offer.reason)
        self.set_trailing(offer.price)
        self.set_keys(*(_KEYS if possible or offer.words != offer.reason else ()))

    def set_theme(self, theme: Theme) -> None:
        self._height = round(theme.length("size.run.button") * theme.text_scale)
        super().set_theme(theme)

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self._height)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self._height)
