"""The line inside the editor's frame: how much there is to improve, and the keys that help."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QHBoxLayout, QWidget

from kontext_studio.gui.shell.label import Label
from kontext_studio.gui.theme.apply import set_kind
from kontext_studio.gui.theme.icons import icon
from kontext_studio.gui.theme.tokens import Theme

_ICON_PX = 14


class PromptFooter(QWidget):
    """Words left, key hints right; hidden while it has nothing to say."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icon_name = ""
        self._tone = ""
        self._icon = Label(self)
        self._words = Label(self)
        set_kind(self._words, type="small")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self._icon)
        row.addWidget(self._words)
        row.addStretch(1)
        self._hints: dict[str, list[QWidget]] = {}
        self._row = row
        self._add_hint("accept", ("Tab",))
        self._add_hint("next slot", ("Tab",))
        self._add_hint("fix", ("Ctrl", "."))
        self._add_hint("restores earlier text", ("Ctrl", "Z"))
        self.hide()

    def _add_hint(self, words: str, keys: tuple[str, ...]) -> None:
        parts: list[QWidget] = []
        parts.extend(self._cap(key) for key in keys)
        label = Label(words, self)
        set_kind(label, type="meta", tone="tertiary")
        parts.append(label)
        if self._hints:
            self._row.addSpacing(8)
        for part in parts:
            self._row.addWidget(part)
            part.hide()
        self._hints[words] = parts

    def set_keys(self, words: str, *keys: str) -> None:
        """Other keys for one of the hints."""
        *before, label = self._hints[words]
        place = self._row.indexOf(label) - len(before)
        for cap in before:
            self._row.removeWidget(cap)
            cap.deleteLater()
        caps: list[QWidget] = [self._cap(key) for key in keys]
        for cap in reversed(caps):
            self._row.insertWidget(place, cap)
            cap.setVisible(not label.isHidden())
        self._hints[words] = [*caps, label]

    def _cap(self, key: str) -> Label:
        cap = Label(key, self)
        set_kind(cap, kind="keycap")
        return cap

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._show_icon()

    def say(self, icon_name: str, words: str, tone: str, hints: frozenset[str]) -> None:
        """`hints` are of accept, next slot, fix, restores earlier text; tone as in the sheet."""
        self._icon_name, self._tone = icon_name, tone
        self._words.setText(words)
        set_kind(self._words, tone=tone)
        self._icon.setVisible(bool(icon_name and words))
        self._show_icon()
        for name, parts in self._hints.items():
            for part in parts:
                # Large text has no room for them beside the words.
                part.setVisible(name in hints and (not words or self._theme.text_scale <= 1.25))
        self.setVisible(bool(words or hints))

    def _show_icon(self) -> None:
        if self._icon_name:
            picture = icon(self._theme, self._icon_name, self._tone or "default", _ICON_PX)
            self._icon.setPixmap(
                picture.pixmap(QSize(_ICON_PX, _ICON_PX), self.devicePixelRatioF())
            )

    def words(self) -> str:
        return self._words.text()
