"""Three habits that pay off, shown while there is no picture to edit."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from kontext_studio.gui.shell.label import Label
from kontext_studio.gui.theme.apply import set_kind
from kontext_studio.gui.theme.icons import icon
from kontext_studio.gui.theme.tokens import Theme

_HABITS = (
    ("target", "Name the thing.", "“the red saucer”, not “it”."),
    ("lock", "Say what must stay.", "Keep framing, light, faces."),
    ("git-branch", "One change per step.", "Branch when you want to try two."),
)


class FirstHabits(QWidget):
    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("firstHabits")
        title = Label("Three habits that pay off", self)
        set_kind(title, type="label", tone="secondary")
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(11)
        grid.setColumnStretch(1, 1)
        self._icons: list[tuple[Label, str]] = []
        self._words: list[Label] = []
        for row, (name, _habit, _how) in enumerate(_HABITS):
            picture = Label(self)
            self._icons.append((picture, name))
            words = Label(self)
            words.setTextFormat(Qt.TextFormat.RichText)
            self._words.append(words)
            words.setWordWrap(True)
            set_kind(words, type="small", tone="secondary")
            grid.addWidget(picture, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(words, row, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 14)
        column.setSpacing(10)
        column.addWidget(title)
        column.addLayout(grid)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        for label, name in self._icons:
            picture = icon(theme, name, "default", 16)
            label.setPixmap(picture.pixmap(QSize(16, 16), self.devicePixelRatioF()))
        # Our own words; nothing from outside is shown as rich text. Inter has no bolder weight.
        style = f"font-weight:600; color:{theme.colour('text.primary').name()}"
        for words, (_name, habit, how) in zip(self._words, _HABITS, strict=True):
            words.setText(f'<span style="{style}">{habit}</span> {how}')
