"""The variants of one run: thumbnails to choose from, compare all, run more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFont,
    QImage,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractButton,
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from kontext_studio.gui.shell.label import Label
from kontext_studio.gui.theme.apply import set_kind
from kontext_studio.gui.theme.icons import icon_pixmap
from kontext_studio.gui.theme.key_hints import KeyHintButton
from kontext_studio.gui.theme.tokens import Theme
from kontext_studio.gui.theme.type import type_font

_RING_PX = 4
_LABEL_WIDTH_PX = 96
_LEAST_THUMBS = 2
_COMPARE = "Compare all"


@dataclass(frozen=True, slots=True, eq=False)
class VariantThumb:
    """One variant: the owner's key and a small picture, None while it is being made."""

    key: str
    image: QImage | None


class VariantStrip(QFrame):
    """88 high; it hides itself below two variants."""

    variant_chosen = Signal(int)
    compare_all_requested = Signal()
    more_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("variantStrip")
        self.setAccessibleName("Variants")
        set_kind(self, kind="strip")
        self.setFixedHeight(theme.length("size.variant.strip"))
        self._theme = theme
        self._keys: tuple[str, ...] = ()
        self._buttons: list[VariantButton] = []
        self._where = Label()
        set_kind(self._where, type="small", tone="tertiary")
        self._more_words = self._more_reason = ""
        self._compare = KeyHintButton(theme, _COMPARE, "outlined", self)
        self._compare_keys: tuple[str, ...] = ("Alt", "4")
        self._compare.set_icon("grid-2x2")
        self._compare.setAccessibleName(_COMPARE)
        self._more = KeyHintButton(theme, "", "outlined", self)
        self._more.set_icon("refresh-cw")
        self._more.hide()
        for button in (self._compare, self._more):
            set_kind(button, small="true")
        self._compare.clicked.connect(self.compare_all_requested)
        self._more.clicked.connect(self.more_requested)
        self._thumbs = QWidget()
        set_kind(self._thumbs, kind="scrolled")
        self._thumb_row = QHBoxLayout(self._thumbs)
        self._thumb_row.setContentsMargins(0, 0, 0, 0)
        self._thumb_row.setSpacing(0)
        self._thumb_row.addStretch(1)
        self._lay_out()
        self.hide()

    # -- values in ----------------------------------------------------------------------------

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        for button in (self._compare, self._more):
            button.set_theme(theme)
        for thumb in self._buttons:
            thumb.set_theme(theme)
        self._fit()

    def set_compare_keys(self, *keys: str) -> None:
        """The keys that compare all."""
        self._compare_keys = keys
        self._fit()

    def set_variants(self, variants: Sequence[VariantThumb], current: int, step: str) -> None:
        """The variants in order, which one is shown, and of which step ("step 7")."""
        keys = tuple(variant.key for variant in variants)
        if keys != self._keys:
            self._rebuild(len(variants))
            self._keys = keys
        for index, (button, variant) in enumerate(zip(self._buttons, variants, strict=True)):
            button.set_variant(index + 1, len(variants), variant.image)
            button.show_chosen(index == current)
        words = f"{current + 1} of {len(variants)}"
        self._where.setText(f"{step}, {words}" if step else words)
        self.setVisible(len(variants) >= 2)
        self._fit()

    def set_more(self, words: str, *, enabled: bool = True, reason: str = "") -> None:
        """The button that runs more ("4 more · $0.16"); empty hides it."""
        self._more_words, self._more_reason = words, reason
        self._more.setAccessibleName(words)
        self._more.setVisible(bool(words))
        self._more.setEnabled(enabled)
        self._fit()

    # -- inside -------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        title = self._title = Label("Variants")
        set_kind(title, type="strong")
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addStretch(1)
        words.addWidget(title)
        words.addWidget(self._where)
        words.addStretch(1)
        scroll = QScrollArea(self)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(self._thumbs)
        scroll.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        scroll.setFixedHeight(self._theme.length("size.variant.strip") - 4)
        self._scroll = scroll
        title.setMinimumWidth(_LABEL_WIDTH_PX)
        gap = self._theme.space(5)
        row = QHBoxLayout(self)
        row.setContentsMargins(gap, 0, gap, 0)
        row.setSpacing(self._theme.space(3))
        row.addLayout(words)
        row.addWidget(scroll, 1)
        row.addWidget(self._compare)
        row.addWidget(self._more)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Thumbnails come first: the key, then the words of the buttons give way to them."""
        thumbs = min(_LEAST_THUMBS, len(self._buttons)) * self._theme.size("variant.thumb").width()
        words = max(one.sizeHint().width() for one in (self._title, self._where))
        for level in range(4):
            self._compare.set_keys(*(self._compare_keys if level == 0 else ()))
            self._compare.setText(_COMPARE if level < 2 else "")
            self._more.setText(self._more_words if level < 3 else "")
            shown = [one for one in (self._compare, self._more) if not one.isHidden()]
            fixed = sum(one.sizeHint().width() + self._theme.space(3) for one in shown)
            if words + thumbs + fixed + 3 * self._theme.space(5) <= self.width():
                break
        self._compare.setToolTip("" if self._compare.text() else _COMPARE)
        self._more.setToolTip(self._more_reason or ("" if self._more.text() else self._more_words))
        for button in self._buttons:
            if button.isChecked():
                self._scroll.ensureWidgetVisible(button)

    def _rebuild(self, count: int) -> None:
        for button in self._buttons:
            self._thumb_row.removeWidget(button)
            button.hide()
            button.deleteLater()
        self._buttons = []
        for index in range(count):
            button = VariantButton(self._theme, self._thumbs)
            button.clicked.connect(self._take_click)
            self._thumb_row.insertWidget(index, button)
            self._buttons.append(button)

    def _take_click(self) -> None:
        index = self._buttons.index(self.sender())  # type: ignore[arg-type]  # only they are wired
        # What is shown is the owner's decision; it comes back through set_variants.
        self.variant_chosen.emit(index)


class VariantButton(QAbstractButton):
    """A thumbnail with its number; the shown one has a ring."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._number = 0
        self._image: QImage | None = None
        self._pixmap = QPixmap()
        self.setCheckable(True)
        self.setAutoExclusive(True)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def set_variant(self, number: int, count: int, image: QImage | None) -> None:
        self._number = number
        state = ", waiting" if image is None else ""
        self.setAccessibleName(f"Variant {number} of {count}{state}")
        if image is not self._image:
            self._image = image
            self._pixmap = QPixmap() if image is None else QPixmap.fromImage(image)
        self.update()

    def show_chosen(self, chosen: bool) -> None:
        if chosen:
            self.setChecked(True)

    def sizeHint(self) -> QSize:
        return self._theme.size("variant.thumb") + QSize(2 * _RING_PX, 2 * _RING_PX)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            size = self._theme.size("variant.thumb")
            box = QRect(
                (self.width() - size.width()) // 2,
                (self.height() - size.height()) // 2,
                size.width(),
                size.height(),
            )
            self._paint_picture(painter, box)
            self._paint_number(painter, box)
            ring = QRectF(box).adjusted(-2, -2, 2, 2)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            radius = self._theme.length("radius.control")
            if self.isChecked():
                painter.setPen(QPen(self._theme.colour("accent.line"), 2))
                painter.drawRoundedRect(ring, radius, radius)
            if self.hasFocus():
                painter.setPen(QPen(self._theme.colour("focus.ring"), 2))
                painter.drawRoundedRect(ring.adjusted(-1, -1, 1, 1), radius + 1, radius + 1)

    def _paint_picture(self, painter: QPainter, box: QRect) -> None:
        radius = self._theme.length("radius.thumb")
        shape = QPainterPath()
        shape.addRoundedRect(QRectF(box), radius, radius)
        painter.fillPath(shape, self._theme.colour("surface.field"))
        if self._pixmap.isNull():
            waiting = icon_pixmap(
                self._theme, "hourglass", "text.tertiary", 18, self.devicePixelRatioF()
            )
            place = QRect(0, 0, 18, 18)
            place.moveCenter(box.center())
            painter.drawPixmap(place.topLeft(), waiting)
            painter.setPen(QPen(self._theme.colour("border.subtle"), 1))
            painter.drawPath(shape)
            return
        painter.save()
        painter.setClipPath(shape)
        whole = QSize(self._pixmap.size())
        covering = whole.scaled(box.size(), Qt.AspectRatioMode.KeepAspectRatioByExpanding)
        target = QRect(box.topLeft(), covering)
        target.moveCenter(box.center())
        painter.drawPixmap(target, self._pixmap)
        painter.restore()

    def _paint_number(self, painter: QPainter, box: QRect) -> None:
        plate = QRectF(box.left() + 4, box.bottom() - 19, 16, 16)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.colour("overlay.plate"))
        painter.drawRoundedRect(plate, 3, 3)
        font = type_font(self._theme, "meta")
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        painter.setPen(self._theme.colour("overlay.text"))
        painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, str(self._number))
