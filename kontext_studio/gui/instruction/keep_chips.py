"""The chips under "Keep unchanged": check boxes to keyboard and screen reader."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from kontext_studio.gui.shell.flow_layout import FlowLayout
from kontext_studio.gui.theme.apply import set_kind
from kontext_studio.gui.theme.icons import icon
from kontext_studio.gui.theme.tokens import Theme
from kontext_studio.prompting.keep_flags import KeepFlag

_LABELS = {
    KeepFlag.CAMERA_ANGLE: "Camera angle",
    KeepFlag.FRAMING: "Framing",
    KeepFlag.SUBJECT: "Subject",
    KeepFlag.LIGHTING: "Lighting",
    KeepFlag.STYLE: "Style",
    KeepFlag.TEXT: "Text",
}
_LONGEST_NAME = 40


class KeepChips(QWidget):
    """`changed` carries the frozenset of flags that are on, after a person's click only."""

    changed = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("keepChips")
        self.setAccessibleName("Keep unchanged")
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._theme = theme
        self._subject: str | None = None
        flow = FlowLayout(self, gap_px=6, row_gap_px=6)
        self._chips: dict[KeepFlag, QPushButton] = {}
        for flag, label in _LABELS.items():
            chip = QPushButton(label, self)
            chip.setObjectName(f"keep_{flag.name.lower()}")
            chip.setCheckable(True)
            set_kind(chip, kind="chip")
            chip.clicked.connect(self._tell)
            chip.toggled.connect(self._show_ticks)
            flow.addWidget(chip)
            self._chips[flag] = chip
        self.set_subject(None)
        self._show_ticks()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._show_ticks()

    def set_subject(self, subject: str | None) -> None:
        """What the subject chip keeps: "the cup and saucer". Without one there is no such chip."""
        self._subject = subject
        chip = self._chips[KeepFlag.SUBJECT]
        name = (subject or "").removeprefix("the ").strip()
        label = name[:1].upper() + name[1:] if name else _LABELS[KeepFlag.SUBJECT]
        if len(label) > _LONGEST_NAME:
            label = label[: _LONGEST_NAME - 1].rstrip() + "…"
        chip.setText(label.replace("&", "&&"))
        chip.setAccessibleName(f"Keep {subject}" if subject else "Keep the subject")
        chip.setToolTip("The thing of the last instruction")
        chip.setVisible(bool(subject))
        if not subject:
            chip.setChecked(False)
        self.updateGeometry()

    def subject(self) -> str | None:
        return self._subject

    def set_flags(self, flags: Collection[KeepFlag]) -> None:
        for flag, chip in self._chips.items():
            chip.setChecked(flag in flags and not chip.isHidden())

    def flags(self) -> frozenset[KeepFlag]:
        return frozenset(flag for flag, chip in self._chips.items() if chip.isChecked())

    def _tell(self) -> None:
        self.changed.emit(self.flags())

    def _show_ticks(self) -> None:
        tick = icon(self._theme, "check", "accent", 14)
        for chip in self._chips.values():
            chip.setIconSize(QSize(14, 14))
            chip.setIcon(tick if chip.isChecked() else QIcon())
        self.updateGeometry()
