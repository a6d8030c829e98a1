"""Paints one row of the history list: rail, thumbnail, two lines of text and one of facts.

Refuses to know the model's storage; everything it shows is in the row and on the shelf.
"""

from __future__ import annotations

from PySide6.QtCore import (
    QAbstractItemModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QPainter,
    QPainterPath,
    QPen,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import (
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from kontext_studio.gui.history.model import HistoryRole
from kontext_studio.gui.history.rail_painter import paint_rail
from kontext_studio.gui.history.row_geometry import RowGeometry, row_geometry
from kontext_studio.gui.history.row_words import shorter
from kontext_studio.gui.history.rows import HistoryRow, RowKind
from kontext_studio.gui.history.thumb_painter import paint_thumb
from kontext_studio.gui.history.thumbnails import ThumbnailShelf
from kontext_studio.gui.jobs.progress import Stage
from kontext_studio.gui.shell.elision import elided
from kontext_studio.gui.theme.icons import icon_pixmap
from kontext_studio.gui.theme.tokens import Theme

Index = QModelIndex | QPersistentModelIndex

_ACCENT_BAR = 2
_PILL_HEIGHT = 18
_PILL_GAP = 8
_DOT = 6
_SWEEP = 0.28
_FIELD_INSET = 3


class HistoryDelegate(QStyledItemDelegate):
    """`turn` (0 to 1) drives the busy ring, None is still.

    `label_written` carries the node id of a row and the name that was typed into it.
    """

    label_written = Signal(str, str)

    def __init__(self, theme: Theme, shelf: ThumbnailShelf, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shelf = shelf
        self._geometry = row_geometry(theme)
        self._lanes = 1
        self.turn: float | None = 0.0
        self.shows_focus = False

    @property
    def geometry(self) -> RowGeometry:
        return self._geometry

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._geometry = row_geometry(theme, self._lanes)

    def set_lanes(self, lanes: int) -> None:
        """How many lanes the rail has; the thumbnails stand beside all of them."""
        self._lanes = lanes
        self._geometry = row_geometry(self._theme, lanes)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(self._geometry.rail_width, self._geometry.height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = index.data(HistoryRole.ROW)
        if not isinstance(row, HistoryRow):
            return
        rect: QRect = option.rect
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        background = self._background(selected, hovered)
        painter.save()
        painter.fillRect(rect, background)
        if selected:
            bar = QRect(rect.left(), rect.top(), _ACCENT_BAR, rect.height())
            painter.fillRect(bar, self._theme.colour("accent.line"))
        paint_rail(
            painter,
            row,
            rect,
            theme=self._theme,
            geometry=self._geometry,
            background=background,
        )
        if rect.width() > self._geometry.rail_width:
            thumb = self._geometry.thumb_rect(rect)
            paint_thumb(painter, row, thumb, self._shelf, self._theme, self.turn)
            pill = bool(row.folded) or (hovered and row.can_fold)
            self._paint_text(painter, row, rect, raised=selected or hovered, pill=pill)
            self._paint_bar(painter, row, rect)
            if pill:
                self._paint_pill(painter, row, rect)
        if self.shows_focus and option.state & QStyle.StateFlag.State_HasFocus:
            self._paint_focus(painter, rect)
        painter.restore()

    # A row's name, written in its place.

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        row = index.data(HistoryRole.ROW)
        edit = QLineEdit(parent)
        edit.setObjectName("stepName")
        edit.setAccessibleName("Name of this step")
        edit.setFont(self._geometry.title_font)
        if isinstance(row, HistoryRow):  # once: new facts of the row leave what is typed alone
            edit.setText(row.title)
        return edit

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        """Filled when it is made."""

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        row = index.data(HistoryRole.ROW)
        if isinstance(editor, QLineEdit) and isinstance(row, HistoryRow) and row.node is not None:
            text = editor.text()
            if text != row.title:  # the instruction that stood there is no name
                self.label_written.emit(row.node, text)

    def updateEditorGeometry(
        self, editor: QWidget, option: QStyleOptionViewItem, index: Index
    ) -> None:
        rect: QRect = option.rect
        place = self._geometry.text_rect(rect)
        # All of it: what is renamed must not show above and below the field.
        editor.setGeometry(place.adjusted(0, _FIELD_INSET, 0, -_FIELD_INSET))

    def pill_rect(self, row: HistoryRow, rect: QRect) -> QRect:
        """Where "+n" lies at the end of the meta line; empty where there is nothing to fold."""
        if not row.can_fold and not row.folded:
            return QRect()
        metrics = QFontMetricsF(self._geometry.meta_font)
        text = self._geometry.text_rect(rect)
        width = round(metrics.horizontalAdvance(_pill_text(row))) + 14
        meta = self._meta(row, text.width() - width - _PILL_GAP)
        left = text.left() + round(metrics.horizontalAdvance(meta)) + _PILL_GAP
        left = min(left, text.right() + 1 - width)
        line = self._meta_top(row, rect) + self._geometry.meta_line // 2
        height = max(_PILL_HEIGHT, self._geometry.meta_line + 3)
        return QRect(left, line - height // 2, width, height)

    def _background(self, selected: bool, hovered: bool) -> QColor:
        if selected:
            return self._theme.colour("surface.selected")
        return self._theme.colour("surface.hover" if hovered else "surface.panel")

    def _meta(self, row: HistoryRow, width: float) -> str:
        """The line of facts, without the model where there is no room for all of it."""
        wide = QFontMetricsF(self._geometry.meta_font).horizontalAdvance(row.meta) > width + 1
        return shorter(row.meta) if wide and row.kind is RowKind.STEP else row.meta

    def _lines(self, row: HistoryRow, width: float) -> list[str]:
        """The title in at most two lines; what does not fit is cut at the end."""
        layout = QTextLayout(row.title, self._geometry.title_font)
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WordWrap)
        layout.setTextOption(option)
        layout.beginLayout()
        starts: list[int] = []
        while len(starts) < 3:
            line = layout.createLine()
            if not line.isValid():
                break
            line.setLineWidth(width)
            starts.append(line.textStart())
        layout.endLayout()
        if not starts:
            return []
        parts = [row.title[: starts[1]], row.title[starts[1] :]] if starts[1:] else [row.title]
        return [elided(part.strip(), self._geometry.title_font, width) for part in parts]

    def _paint_text(
        self, painter: QPainter, row: HistoryRow, rect: QRect, *, raised: bool, pill: bool
    ) -> None:
        area = self._geometry.text_rect(rect)
        if row.is_new:
            area.setRight(area.right() - _DOT - 6)
        lines = self._lines(row, area.width())
        dim = row.kind in (RowKind.WAITING, RowKind.FAILED, RowKind.CANCELLED)
        painter.setFont(self._geometry.title_font)
        painter.setPen(self._theme.colour("text.secondary" if dim else "text.primary"))
        top = self._text_top(len(lines), rect)
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        for number, line in enumerate(lines):
            place = QRect(area.left(), top, area.width(), self._geometry.title_line)
            painter.drawText(place.translated(0, number * self._geometry.title_line), middle, line)
        painter.setFont(self._geometry.meta_font)
        painter.setPen(self._theme.colour("text.secondary" if raised else "text.tertiary"))
        meta_top = top + len(lines) * self._geometry.title_line
        place = QRect(area.left(), meta_top, area.width(), self._geometry.meta_line)
        if pill:
            place.setRight(min(place.right(), self.pill_rect(row, rect).left() - _PILL_GAP // 2))
        meta = elided(self._meta(row, place.width()), self._geometry.meta_font, place.width() + 1)
        painter.drawText(place, middle, meta)
        if row.is_new:
            self._paint_dot(painter, rect)

    def _text_top(self, lines: int, rect: QRect) -> int:
        height = lines * self._geometry.title_line + self._geometry.meta_line
        return rect.top() + (rect.height() - height) // 2

    def _meta_top(self, row: HistoryRow, rect: QRect) -> int:
        lines = len(self._lines(row, self._geometry.text_rect(rect).width()))
        return self._text_top(lines, rect) + lines * self._geometry.title_line

    def _paint_dot(self, painter: QPainter, rect: QRect) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.colour("accent.line"))
        right = self._geometry.text_rect(rect).right() + 1
        box = QRectF(right - _DOT, rect.center().y() - _DOT / 2, _DOT, _DOT)
        painter.drawEllipse(box)

    def _paint_bar(self, painter: QPainter, row: HistoryRow, rect: QRect) -> None:
        if row.stage is not Stage.RUNNING:
            return
        bar = QRectF(self._geometry.bar_rect(rect))
        painter.fillRect(bar, self._theme.colour("border.subtle"))
        done = QRectF(bar)
        if row.progress is not None:
            done.setWidth(bar.width() * row.progress)
        elif self.turn is None:
            return
        else:
            # Nothing is known: a piece that wanders says "busy" and no number.
            done.setWidth(bar.width() * _SWEEP)
            done.moveLeft(bar.left() + (bar.width() - done.width()) * abs(2 * self.turn - 1))
        painter.fillRect(done, self._theme.colour("accent.line"))

    def _paint_pill(self, painter: QPainter, row: HistoryRow, rect: QRect) -> None:
        box = QRectF(self.pill_rect(row, rect)).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.colour("border.control"), 1))
        # Opaque, because it may lie over the end of the meta line.
        painter.setBrush(self._theme.colour("surface.raised"))
        painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)
        if row.folded:
            painter.setFont(self._geometry.meta_font)
            painter.setPen(self._theme.colour("text.primary"))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, _pill_text(row))
        else:
            ratio = painter.device().devicePixelRatio()
            sign = icon_pixmap(self._theme, "chevron-up", "text.secondary", 14, ratio)
            painter.drawPixmap(box.center().toPoint() - QPoint(7, 7), sign)

    def _paint_focus(self, painter: QPainter, rect: QRect) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = self._theme.stroke("stroke.focus")
        painter.setPen(QPen(self._theme.colour("focus.ring"), width))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        path = QPainterPath()
        radius = self._theme.length("radius.control")
        path.addRoundedRect(QRectF(rect).adjusted(1, 1, -1, -1), radius, radius)
        painter.drawPath(path)


def _pill_text(row: HistoryRow) -> str:
    return f"+{row.folded}" if row.folded else "+0"
