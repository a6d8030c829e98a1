"""One step in the list of what is compared: badge, picture, name, star, and a way out."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from kontext_studio.gui.comparison.compared import Compared
from kontext_studio.gui.comparison.small_parts import sharp_pixmap
from kontext_studio.gui.shell.elided_label import ElidedLabel
from kontext_studio.gui.shell.label import Label
from kontext_studio.gui.theme.apply import set_kind
from kontext_studio.gui.theme.icons import icon
from kontext_studio.gui.theme.tokens import Theme
from kontext_studio.gui.theme.tool_button import ToolButton

_THUMB = QSize(54, 36)
_BADGE_PX = 18
_BUTTON_PX = 28


class PickedRow(QFrame):
    """The current one stands out as a card."""

    star_asked = Signal(str)
    remove_asked = Signal(str)

    def __init__(
        self, theme: Theme, step: Compared, *, current: bool, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._key = step.key
        set_kind(self, kind="card" if current else "panel")
        row = QHBoxLayout(self)
        edge = 0 if current else 1  # a card has a line around it
        row.setContentsMargins(8 + edge, 4 + edge, 4 + edge, 4 + edge)
        row.setSpacing(8)
        if step.badge:
            row.addWidget(_badge(step.badge))
        row.addWidget(_thumb(step))
        row.addLayout(_names(step), 1)
        star = self._button(theme, "star", f"Star {step.title}", "Star", role="star")
        star.setCheckable(True)
        star.setChecked(step.starred)
        star.clicked.connect(self._ask_star)
        row.addWidget(star)
        if step.badge:
            away = self._button(
                theme, "x", f"Take {step.title} out of the comparison", "Take out of the comparison"
            )
            away.clicked.connect(lambda: self.remove_asked.emit(self._key))
            row.addWidget(away)
        self._star = star
        self._starred = step.starred

    def _ask_star(self) -> None:
        self._star.setChecked(self._starred)  # it shows what is, not what was asked for
        self.star_asked.emit(self._key)

    def _button(
        self, theme: Theme, name: str, spoken: str, tip: str, role: str = "default"
    ) -> ToolButton:
        button = ToolButton(self, height_px=_BUTTON_PX)
        button.setIcon(icon(theme, name, role))
        button.setAccessibleName(spoken)
        button.setToolTip(tip)
        return button


def _badge(letter: str) -> Label:
    badge = Label(letter)
    set_kind(badge, kind="badge", type="label")
    badge.setAlignment(Qt.AlignmentFlag.AlignCenter)
    badge.setFixedSize(_BADGE_PX, _BADGE_PX)
    return badge


def _thumb(step: Compared) -> Label:
    thumb = Label()
    thumb.setFixedSize(_THUMB)
    if step.image is not None and not step.image.isNull():
        thumb.setPixmap(sharp_pixmap(step.image, _THUMB, thumb.devicePixelRatioF()))
    return thumb


def _names(step: Compared) -> QVBoxLayout:
    names = QVBoxLayout()
    names.setSpacing(0)
    names.addStretch(1)
    name = ElidedLabel()
    set_kind(name, type="label")
    name.set_whole_text(step.title)
    names.addWidget(name)
    seed = f"seed {step.seed}" if step.seed else ""
    below = " · ".join(part for part in (step.step, seed) if part)
    if below:
        where = ElidedLabel()
        set_kind(where, type="meta", tone="secondary")
        where.set_whole_text(below, step.step)
        where.setObjectName("pickedStep")
        names.addWidget(where)
    names.addStretch(1)
    return names
