"""The list of the palette: sections, entries, matching letters, keys."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from kontext_studio.gui.history.thumbnails import ThumbnailShelf
from kontext_studio.gui.shell.elision import elided
from kontext_studio.gui.shell.key_caps import caps_width, paint_caps
from kontext_studio.gui.shell.palette_search import EntryKind, Found, PaletteEntry, Section
from kontext_studio.gui.shell.small_pictures import paint_picture
from kontext_studio.gui.theme.icons import icon_pixmap
from kontext_studio.gui.theme.tokens import Theme
from kontext_studio.gui.theme.type import type_font

Index = QModelIndex | QPersistentModelIndex

ROW_PX = 36
HEADER_PX = 30
THUMB = QSize(36, 24)
_ICON = 18
_SIDE = 16
_INSET = 5
_ENTER = ("↵",)


class PaletteRole(IntEnum):
    ROW = Qt.ItemDataRole.UserRole + 1


@dataclass(frozen=True, slots=True)
class PaletteRow:
    """A section's title, or something found."""

    header: str = ""
    found: Found | None = None


class PaletteModel(QAbstractListModel):
    """What was found, section after section. Each search replaces all of it."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[PaletteRow, ...] = ()

    def set_sections(self, sections: tuple[Section, ...]) -> None:
        rows: list[PaletteRow] = []
        for section in sections:
            rows.append(PaletteRow(header=section.title))
            rows.extend(PaletteRow(found=one) for one in section.found)
        self.beginResetModel()  # another search has nothing in common with the last one
        self._rows = tuple(rows)
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or not 0 <= index.row() < len(self._rows):
            return None
        row = self._rows[index.row()]
        if role == PaletteRole.ROW:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return row.found.entry.title if row.found is not None else row.header
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return spoken(row.found) if row.found is not None else row.header
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        row = self._rows[index.row()] if index.isValid() else PaletteRow()
        if row.found is None:
            return Qt.ItemFlag.NoItemFlags
        # Disabled commands can be chosen, so that their reason can be read.
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def entry_at(self, place: int) -> PaletteEntry | None:
        found = self._rows[place].found if 0 <= place < len(self._rows) else None
        return found.entry if found is not None else None

    def found_at(self, place: int) -> Found | None:
        return self._rows[place].found if 0 <= place < len(self._rows) else None

    def next_entry(self, place: int, step: int) -> int:
        """The next row that is no header, going round; -1 where there is none."""
        count = len(self._rows)
        for distance in range(1, count + 1):
            row = (place + step * distance) % count
            if self._rows[row].found is not None:
                return row
        return -1


def spoken(found: Found) -> str:
    entry = found.entry
    parts = [
        entry.title,
        found.hint,
        "" if entry.enabled else "not available",
        " ".join(entry.keys),
    ]
    return ", ".join(part for part in parts if part)


class PaletteDelegate(QStyledItemDelegate):
    """Paints titles and entries of the palette."""

    def __init__(self, theme: Theme, shelf: ThumbnailShelf, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shelf = shelf

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        row = index.data(PaletteRole.ROW)
        is_header = isinstance(row, PaletteRow) and row.found is None
        grow = max(1.0, self._theme.text_scale)
        return QSize(100, round((HEADER_PX if is_header else ROW_PX) * grow))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = index.data(PaletteRole.ROW)
        if not isinstance(row, PaletteRow):
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect: QRect = option.rect
        if row.found is None:
            painter.setFont(type_font(self._theme, "small"))
            painter.setPen(self._theme.colour("text.tertiary"))
            place = rect.adjusted(_SIDE, 4, -_SIDE, 0)
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, row.header)
        else:
            if option.state & QStyle.StateFlag.State_Selected:
                self._paint_chosen(painter, rect)
            self._paint_entry(painter, row.found, rect, option)
        painter.restore()

    def _paint_chosen(self, painter: QPainter, rect: QRect) -> None:
        box = QRectF(rect).adjusted(_INSET, 0, -_INSET, 0)
        shape = QPainterPath()
        shape.addRoundedRect(box, 5, 5)
        painter.fillPath(shape, self._theme.colour("surface.selected"))
        painter.save()
        painter.setClipPath(shape)
        bar = QRectF(box.left(), box.top(), 2, box.height())
        painter.fillRect(bar, self._theme.colour("accent.line"))
        painter.restore()

    def _paint_entry(
        self, painter: QPainter, found: Found, rect: QRect, option: QStyleOptionViewItem
    ) -> None:
        entry = found.entry
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        text_left = self._paint_picture(painter, entry, rect)
        keys = entry.keys or (_ENTER if chosen and entry.kind is EntryKind.STEP else ())
        right = rect.right() + 1 - _SIDE
        if keys:
            right -= caps_width(self._theme, keys)
            fill = "surface.field" if chosen else "surface.raised"
            at = QPointF(right, rect.center().y() + 0.5)
            paint_caps(painter, at, keys, self._theme, fill=fill)
            right -= 12
        font = type_font(self._theme, "body")
        colour = "text.primary" if entry.enabled else "text.disabled"
        width = self._paint_marked(
            painter,
            entry.title,
            found.marks,
            font,
            colour,
            QRect(text_left, rect.top(), right - text_left, rect.height()),
        )
        hint_left = text_left + round(width) + 6
        if found.hint and hint_left < right:
            # Never tertiary on the chosen row (UX K1).
            dim = "text.secondary" if chosen or not entry.enabled else "text.tertiary"
            place = QRect(hint_left, rect.top(), right - hint_left, rect.height())
            small = type_font(self._theme, "small")
            self._paint_marked(painter, found.hint, found.hint_marks, small, dim, place)

    def _paint_picture(self, painter: QPainter, entry: PaletteEntry, rect: QRect) -> int:
        """The thumbnail or icon; returns where the text starts."""
        if entry.kind is EntryKind.STEP:
            box = QRect(rect.left() + _SIDE + 3, 0, THUMB.width(), THUMB.height())
            box.moveTop(rect.center().y() + 1 - THUMB.height() // 2)
            picture = self._shelf.picture(entry.sha) if entry.sha is not None else None
            if picture is not None:
                paint_picture(painter, box, picture, 2)
            else:
                painter.fillRect(box, self._theme.colour("surface.field"))
            return box.right() + 1 + 12
        left = rect.left() + _SIDE + 3
        if entry.icon:
            token = "text.secondary" if entry.enabled else "text.disabled"
            ratio = painter.device().devicePixelRatio()
            pixmap = icon_pixmap(self._theme, entry.icon, token, _ICON, ratio)
            painter.drawPixmap(left, rect.center().y() + 1 - _ICON // 2, pixmap)
        return left + _ICON + 12

    def _paint_marked(
        self,
        painter: QPainter,
        text: str,
        marks: frozenset[int],
        font: QFont,
        token: str,
        place: QRect,
    ) -> float:
        """The text with its marked letters in the accent; returns how wide it is."""
        shown = elided(text, font, place.width())
        strong = QFont(font)
        strong.setWeight(QFont.Weight.DemiBold)
        x = float(place.left())
        for piece, marked in _pieces(shown, marks):
            used = strong if marked else font
            painter.setFont(used)
            painter.setPen(self._colour("accent.text" if marked else token))
            width = QFontMetricsF(used).horizontalAdvance(piece)
            box = QRectF(x, place.top(), width + 1, place.height())
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, piece)
            x += width
        return x - place.left()

    def _colour(self, token: str) -> QColor:
        return self._theme.colour(token)


def _pieces(text: str, marks: frozenset[int]) -> list[tuple[str, bool]]:
    pieces: list[tuple[str, bool]] = []
    for place, letter in enumerate(text):
        marked = place in marks
        if pieces and pieces[-1][1] == marked:
            pieces[-1] = (pieces[-1][0] + letter, marked)
        else:
            pieces.append((letter, marked))
    return pieces
