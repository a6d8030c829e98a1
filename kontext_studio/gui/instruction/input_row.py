"""Which step is being edited, or that a new picture is made, and the slot for a further input."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDropEvent,
    QFontMetrics,
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
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from kontext_studio.gui.history.drag import node_of
from kontext_studio.gui.shell.elided_label import ElidedLabel
from kontext_studio.gui.shell.local_files import local_files
from kontext_studio.gui.theme.apply import set_kind
from kontext_studio.gui.theme.icons import icon
from kontext_studio.gui.theme.tokens import Theme
from kontext_studio.gui.theme.type import type_font

_HEIGHT = 52
_THUMB = QSize(60, 40)
_SLOT = QSize(132, 40)
_WORDS_AT = 40
_GAP = 8
_NAME = 130  # what a name is given before the slot has its words, times the size of the type
_LONGEST = "Reference: not on this model"


class InputRow(QWidget):
    """Thumbnail, "Input · Step 7" over the step's name, and the reference slot; or that a picture
    is made from text, and the way back."""

    reference_asked = Signal()
    files_dropped = Signal(object)
    step_dropped = Signal(str)
    making_left = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("inputRow")
        self._theme = theme
        self._words = ("", "")
        self._thumb = _Thumb(theme, self)
        self._origin = ElidedLabel(self)
        set_kind(self._origin, type="meta", tone="tertiary")
        self._name = ElidedLabel(self)
        set_kind(self._name, type="label")
        names = QVBoxLayout()
        names.setSpacing(1)
        names.addStretch(1)
        names.addWidget(self._origin)
        names.addWidget(self._name)
        names.addStretch(1)
        self.reference = ReferenceSlot(theme, self)
        self.reference.clicked.connect(self.reference_asked)
        self.reference.files_dropped.connect(self.files_dropped)
        self.reference.step_dropped.connect(self.step_dropped)
        self._leave = QPushButton("Back to the step", self)
        self._leave.setObjectName("leaveMaking")
        set_kind(self._leave, kind="outlined", small="true")
        self._leave.clicked.connect(self.making_left)
        self._leave.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 6, 0, 6)
        row.setSpacing(_GAP)
        row.addWidget(self._thumb)
        row.addLayout(names, 1)
        row.addWidget(self.reference)
        row.addWidget(self._leave)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._thumb.set_theme(theme)
        self.reference.set_theme(theme)
        self._share_room()
        self.setFixedHeight(max(_HEIGHT, self.reference.height() + 12))

    def set_input(self, picture: QImage | None, origin: str, name: str) -> None:
        """`origin` is "Input · Step 7"; an empty one means that no image is open."""
        self.reference.show()
        self._leave.hide()
        self._thumb.set_picture(picture)
        self._origin.set_whole_text(origin)
        self._name.set_whole_text(name)
        self._words = (origin, name)
        self._share_room()
        self.setAccessibleName(f"{origin}, {name}")

    def set_making(self, *, can_leave: bool) -> None:
        """A new picture is made from text; `can_leave` where a step is there to go back to."""
        self.reference.hide()
        self._leave.setVisible(can_leave)
        self._thumb.set_picture(None, icon_name="image-plus")
        self._origin.set_whole_text("From text")
        self._name.set_whole_text("New picture")
        self.setAccessibleName("New picture from text")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_room()

    def _share_room(self) -> None:
        """Which step is edited comes before the words of the slot, which its tool tip has too."""
        origin, name = (
            QFontMetrics(type_font(self._theme, kind)).horizontalAdvance(words)
            for kind, words in zip(("meta", "label"), self._words, strict=True)
        )
        needed = max(origin, min(name, round(_NAME * self._theme.text_scale)))
        room = self.width() - _THUMB.width() - self.reference.whole_width - 2 * _GAP
        self.reference.set_compact(room < needed)


class _Thumb(QWidget):
    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._pixmap = QPixmap()
        self._icon_name = ""
        self.setFixedSize(_THUMB)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def set_picture(self, picture: QImage | None, icon_name: str = "") -> None:
        self._pixmap = QPixmap() if picture is None else QPixmap.fromImage(picture)
        self._icon_name = icon_name
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            radius = self._theme.length("radius.thumb")
            shape = QPainterPath()
            shape.addRoundedRect(QRectF(self.rect()), radius, radius)
            painter.fillPath(shape, self._theme.colour("surface.field"))
            if not self._pixmap.isNull():
                painter.setClipPath(shape)
                painter.drawPixmap(
                    QRectF(self.rect()), self._pixmap, _cover(self._pixmap, self.size())
                )
            elif self._icon_name:
                sign = icon(self._theme, self._icon_name, "default", 18)
                sign.paint(painter, self.rect(), Qt.AlignmentFlag.AlignCenter)


def _cover(pixmap: QPixmap, room: QSize) -> QRectF:
    """The middle part of the picture that fills the room without distortion."""
    scale = max(room.width() / pixmap.width(), room.height() / pixmap.height())
    width, height = room.width() / scale, room.height() / scale
    return QRectF((pixmap.width() - width) / 2, (pixmap.height() - height) / 2, width, height)


class ReferenceSlot(QAbstractButton):
    """A dashed box that takes one more picture; disabled it says why."""

    files_dropped = Signal(object)
    step_dropped = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("referenceSlot")
        self._theme = theme
        self._over = False
        self._compact = False
        self.whole_width = _SLOT.width()
        self._explanation = ""
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set_offer(_LONGEST, "", available=False)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        metrics = QFontMetrics(type_font(theme, "meta"))
        width = round(_SLOT.width() * min(theme.text_scale, 1.4))
        room = QRect(0, 0, width - _WORDS_AT - 6, 1000)
        lines = metrics.boundingRect(room, Qt.TextFlag.TextWordWrap.value, _LONGEST)
        self.whole_width = width
        shown = _WORDS_AT if self._compact else width
        self.setFixedSize(shown, max(_SLOT.height(), lines.height() + 8))
        self.update()

    def set_compact(self, compact: bool) -> None:
        """Only its picture; the words are in the tool tip."""
        if compact != self._compact:
            self._compact = compact
            self._show_tip()
            self.setFixedWidth(_WORDS_AT if compact else self.whole_width)
            self.update()

    def set_offer(self, words: str, explanation: str, *, available: bool) -> None:
        """`explanation` is the tool tip: which models and routes take more pictures."""
        self.setText(words)
        self.setAccessibleName(words)
        self._explanation = explanation
        self._show_tip()
        self.setEnabled(available)
        self.update()

    def _show_tip(self) -> None:
        hidden = self.text() if self._compact else ""
        self.setToolTip("\n".join(part for part in (hidden, self._explanation) if part))

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        mime = event.mimeData()
        if mime.hasUrls() or node_of(mime) is not None:
            event.acceptProposedAction()
            self._over = True
            self.update()

    def dragLeaveEvent(self, event: object) -> None:
        self._over = False
        self.update()

    def dropEvent(self, event: QDropEvent) -> None:
        self._over = False
        self.update()
        if (node := node_of(event.mimeData())) is not None:  # it offers itself as a file, too
            event.acceptProposedAction()
            self.step_dropped.emit(node)
        elif paths := local_files(event.mimeData()):
            event.acceptProposedAction()
            self.files_dropped.emit(paths)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            lively = self._over or self.hasFocus()
            edge = "focus.ring" if lively else "border.control"
            pen = QPen(self._theme.colour(edge), 2 if lively else 1, Qt.PenStyle.DashLine)
            pen.setDashPattern([3, 2])
            painter.setPen(pen)
            box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
            painter.drawRoundedRect(box, self._theme.length("radius.control"), 4)
            picture = icon(self._theme, "image-plus", "tertiary", 16)
            at = (self.width() - 16) // 2 if self._compact else 14
            picture.paint(painter, at, 0, 16, self.height(), Qt.AlignmentFlag.AlignCenter)
            if self._compact:
                return
            painter.setPen(
                self._theme.colour("text.tertiary" if not self.isEnabled() else "text.secondary")
            )
            painter.setFont(type_font(self._theme, "meta"))
            words = self.rect().adjusted(_WORDS_AT, 0, -6, 0)
            flags = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(words, flags, self.text())
