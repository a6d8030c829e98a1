"""Which part of the picture may change: its small picture, its share, and what can be done to it.

The area is part of the draft. This row holds it and knows nothing of masks, sessions and tools.
"""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QImage, QPainter, QPixmap
from PySide6.QtWidgets import QBoxLayout, QCheckBox, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from kontext_studio.core.area import Area
from kontext_studio.gui.shell.label import Label
from kontext_studio.gui.theme.apply import set_kind
from kontext_studio.gui.theme.key_hints import KeyHintButton
from kontext_studio.gui.theme.switch import Switch
from kontext_studio.gui.theme.tokens import Theme
from kontext_studio.gui.theme.type import type_font

_LABEL_WIDTH = 112
_FOLDS = 1.5  # the size of the type above which the row has two lines
_LABEL_LINES = ("Area to", "change")
THUMB = QSize(60, 40)
WHOLE = "Whole image"
KEPT = (
    "Outside every pixel stays as it is. The model still gets the whole image; its result is put "
    "back into the area."
)


class AreaRow(QWidget):
    """`changed`: the person switched, kept, or painted; `shown`: another draft is shown, with its
    Area or None."""

    paint_asked = Signal()
    clear_asked = Signal()
    changed = Signal()
    shown = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("areaRow")
        self._theme = theme
        self._area: Area | None = None
        self._mask_picture: QImage | None = None
        self._label = Label(" ".join(_LABEL_LINES), self)
        self._label.setWordWrap(True)
        set_kind(self._label, type="small", tone="secondary")
        self._value = Label(WHOLE, self)
        self._value.setWordWrap(True)
        set_kind(self._value, type="body")
        self._switch = Switch(theme, "Protect everything outside the area", self)
        self._switch.setObjectName("areaSwitch")
        self._switch.setChecked(True)
        self._switch.toggled.connect(self._tell)
        self._picture = Label(self)
        self._picture.setFixedSize(THUMB)
        self._share = self._words("label", "")
        self._feather = self._words("small", "tertiary")
        self._paint = KeyHintButton(theme, "Paint", "outlined", self)
        self._paint.setObjectName("paintArea")
        self._paint.setAccessibleName("Paint the area to change")
        self._paint.set_keys("M")
        self._paint.clicked.connect(self.paint_asked)
        self._clear = QPushButton("Clear", self)
        self._clear.setObjectName("clearArea")
        self._clear.setAccessibleName("Clear the area, the whole image may change")
        set_kind(self._clear, kind="outlined")
        self._clear.clicked.connect(self.clear_asked)
        self._keep = QCheckBox("Keep area", self)
        self._keep.setObjectName("keepArea")
        self._keep.setToolTip("The next step begins with the same area")
        self._keep.toggled.connect(self._tell)
        self._lay_out()
        self.set_available(False, "Open an image first")
        self._show()
        self.set_theme(theme)

    # -- values in ----------------------------------------------------------------------------

    def set_keys(self, *keys: str) -> None:
        """The keys that begin to paint."""
        self._paint.set_keys(*keys)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        # In large type two lines, no wider than they are: the words beside them are not cut.
        measure = QFontMetrics(type_font(theme, "small")).horizontalAdvance
        lines = max(map(measure, _LABEL_LINES)) + 4
        self._label.setFixedWidth(
            min(_LABEL_WIDTH, lines) if theme.text_scale > 1 else _LABEL_WIDTH
        )
        self._fold()
        self._switch.set_theme(theme)
        self._paint.set_theme(theme)
        self._paint.set_icon("brush")
        self._show_picture()

    def set_draft(self, area: Area | None, *, on: bool, keep: bool) -> None:
        """The area of another draft; nobody is told that anything changed."""
        with QSignalBlocker(self._switch), QSignalBlocker(self._keep):
            self._switch.setChecked(on)
            self._keep.setChecked(keep)
        self._area, self._mask_picture = area, None
        self._show()
        self.shown.emit(area)

    def set_area(self, area: Area | None) -> None:
        """What the person has painted; an area that is new is on."""
        if area == self._area:
            return
        if self._area is None and area is not None:
            with QSignalBlocker(self._switch):
                self._switch.setChecked(True)
        self._area = area
        if area is None:
            self._mask_picture = None
        self._show()
        self.changed.emit()

    def set_picture(self, mask: QImage | None) -> None:
        """The area as a small picture, white inside."""
        self._mask_picture = mask
        self._show_picture()

    def set_available(self, available: bool, reason: str = "") -> None:
        """Whether an area can be painted now."""
        self._paint.setEnabled(available)
        self._paint.setToolTip(reason)

    # -- what it holds ------------------------------------------------------------------------

    @property
    def area(self) -> Area | None:
        return self._area

    @property
    def is_on(self) -> bool:
        return self._switch.isChecked()

    @property
    def keeps(self) -> bool:
        return self._keep.isChecked()

    @property
    def protects(self) -> bool:
        """Whether the next run leaves something as it is."""
        return self._area is not None and self.is_on

    def spoken(self) -> str:
        """What the row says, in words."""
        shown = (self._value, self._share, self._feather)
        return ". ".join(one.text() for one in shown if one.isVisibleTo(self) and one.text())

    # -- inside -------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        named = QHBoxLayout()
        named.setSpacing(8)
        named.addWidget(self._label)
        named.addWidget(self._value, 1)
        doing = QHBoxLayout()
        doing.setSpacing(8)
        doing.addStretch()
        doing.addWidget(self._switch)
        doing.addWidget(self._paint)
        self._upper = upper = QHBoxLayout()
        upper.setSpacing(8)
        upper.addLayout(named, 1)
        upper.addLayout(doing)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._share)
        words.addWidget(self._feather)
        middle = QHBoxLayout()
        middle.setContentsMargins(0, 0, 0, 0)
        middle.setSpacing(12)
        middle.addWidget(self._picture, 0, Qt.AlignmentFlag.AlignTop)
        middle.addLayout(words, 1)
        self._acts = QHBoxLayout()
        self._acts.setContentsMargins(0, 0, 0, 0)
        self._acts.setSpacing(8)
        self._acts.addWidget(self._keep, 1)
        self._acts.addWidget(self._clear)
        self._details = QWidget(self)
        column = QVBoxLayout(self._details)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(middle)
        column.addLayout(self._acts)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(8)
        whole.addLayout(upper)
        whole.addWidget(self._details)

    def _words(self, type_: str, tone: str) -> Label:
        label = Label(self)
        label.setWordWrap(True)
        set_kind(label, type=type_, tone=tone)
        return label

    def _tell(self) -> None:
        self._show()
        self.changed.emit()

    def _show(self) -> None:
        area = self._area
        has = area is not None
        self._switch.setVisible(has)
        self._details.setVisible(has)
        self._value.setText(WHOLE if not has or not self.is_on else "")
        self._value.setVisible(not has or not self.is_on)
        self._paint.setText("Edit" if has else "Paint")
        self._paint.setAccessibleName(
            "Edit the area to change" if has else "Paint the area to change"
        )
        if area is not None:
            self._share.setText(f"{percent_words(area.share)} of the image may change")
            feather = round(area.feather_px)
            edges = f"{feather} px feather, edges blend inward" if feather else "Hard edges"
            self._feather.setText(edges if self.is_on else "Switched off: the next run ignores it")
            self._feather.setToolTip(KEPT)
        self._fold()
        self._picture.setEnabled(self.is_on)
        self._show_picture()

    def _fold(self) -> None:
        """Words and buttons below each other where one line has no room for them all."""
        has_all = self._area is not None and not self.is_on
        folds = has_all or self._theme.text_scale > _FOLDS
        ways = QBoxLayout.Direction
        self._upper.setDirection(ways.TopToBottom if folds else ways.LeftToRight)

    def _show_picture(self) -> None:
        """The mask, in its own proportions, on black."""
        ratio = self.devicePixelRatioF()
        picture = QPixmap(THUMB * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.black)
        if (mask := self._mask_picture) is not None:
            keeping = Qt.AspectRatioMode.KeepAspectRatio
            smooth = Qt.TransformationMode.SmoothTransformation
            fitting = mask.scaled(THUMB * ratio, keeping, smooth)
            fitting.setDevicePixelRatio(ratio)
            size = fitting.deviceIndependentSize()
            with QPainter(picture) as painter:
                painter.setOpacity(1.0 if self.is_on else 0.4)
                left, top = (THUMB.width() - size.width()) / 2, (THUMB.height() - size.height()) / 2
                painter.drawImage(round(left), round(top), fitting)
        self._picture.setPixmap(picture)


def percent_words(share: float) -> str:
    """A share that is neither none nor all never reads as 0 or 100 percent."""
    percent = round(share * 100)
    if 0 < share < 0.01:
        return "Under 1 %"
    if percent == 100 and share < 1:
        percent = 99
    return f"{percent} %"
