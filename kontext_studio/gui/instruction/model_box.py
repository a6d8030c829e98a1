"""The box of models: grouped by connection where there are several, with the price of each."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import (
    QFontMetrics,
    QPainter,
    QPaintEvent,
    QStandardItem,
    QStandardItemModel,
)
from PySide6.QtWidgets import (
    QComboBox,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionComboBox,
    QStyleOptionViewItem,
    QWidget,
)

from kontext_studio.gui.instruction.model_offer import ModelOffer
from kontext_studio.gui.shell.elision import elided
from kontext_studio.gui.theme.tokens import Theme
from kontext_studio.gui.theme.type import type_font

Index = QModelIndex | QPersistentModelIndex

PRICE_ROLE = Qt.ItemDataRole.UserRole + 1
_NUMBER_ROLE = Qt.ItemDataRole.UserRole
_SIDE = 12
_GAP = 24
_HEAD_PX = 26
_INSET = 4
_FAMILY = "FLUX.1 "


class ModelBox(QComboBox):
    """Shows offers in their order; `activated` as any box has it."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("modelBox")
        self.setAccessibleName("Model")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._theme = theme
        self._offers: tuple[ModelOffer, ...] = ()
        self._rows = QStandardItemModel(self)
        self.setModel(self._rows)
        self._delegate = _Rows(theme, self)
        self.setItemDelegate(self._delegate)
        self.setMaxVisibleItems(24)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._delegate.theme = theme
        self._widen_list()

    def set_offers(self, offers: Sequence[ModelOffer]) -> None:
        self._offers = tuple(offers)
        self._rows.clear()
        several = len({one.route for one in offers}) > 1
        route: str | None = None
        for number, one in enumerate(offers):
            if several and one.route != route:
                head = QStandardItem(one.route)
                head.setFlags(Qt.ItemFlag.NoItemFlags)
                self._rows.appendRow(head)
                route = one.route
            item = QStandardItem(one.title)
            item.setData(number, _NUMBER_ROLE)
            item.setData(one.price, PRICE_ROLE)
            item.setToolTip(one.about)
            # A row is heard whole: its group is painted above it, and is no row of its own.
            said = (one.title, one.price, one.route if several else "")
            item.setAccessibleText(", ".join(part for part in said if part))
            self._rows.appendRow(item)
        self.setEnabled(bool(offers))
        self._widen_list()

    def offer(self) -> ModelOffer | None:
        number = self.currentData(_NUMBER_ROLE)
        return self._offers[number] if isinstance(number, int) else None

    def choose(self, offer: ModelOffer | None) -> None:
        """Show this offer; nothing where it is none of those listed."""
        place = -1
        if offer is not None and offer in self._offers:
            place = self.findData(self._offers.index(offer), _NUMBER_ROLE)
        self.setCurrentIndex(place)
        self.setToolTip(offer.about if place >= 0 and offer is not None else "")

    def paintEvent(self, event: QPaintEvent) -> None:
        """As any box, but a name that is too long is cut where one sees that it is."""
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        place = self.style().subControlRect(
            QStyle.ComplexControl.CC_ComboBox,
            option,
            QStyle.SubControl.SC_ComboBoxEditField,
            self,
        )
        option.currentText = self._fitting(place.width() - _INSET)
        style, elements = self.style(), QStyle.ControlElement
        with QPainter(self) as painter:
            box = QStyle.ComplexControl.CC_ComboBox
            style.drawComplexControl(box, option, painter, self)
            style.drawControl(elements.CE_ComboBoxLabel, option, painter, self)

    def name_width(self) -> int:
        """What the box needs so that the name, in its short form, is not cut."""
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        parts = QStyle.SubControl
        box = QStyle.ComplexControl.CC_ComboBox
        field = self.style().subControlRect(box, option, parts.SC_ComboBoxEditField, self)
        words = self.fontMetrics().horizontalAdvance(_short(self.currentText()))
        return words + self.width() - field.width() + _INSET

    def _fitting(self, width: int) -> str:
        """The name, or without the family that nearly all of them have, or without who made the
        model that a server names, or as much as fits."""
        name = self.currentText()
        if (cut := elided(name, self.font(), width)) != name:
            cut = elided(_short(name), self.font(), width)
        return cut

    def _widen_list(self) -> None:
        """The list is as wide as its longest row; the box need not be."""
        if self._rows.rowCount():
            view = self.view()
            width = max(
                self._delegate.width_of(self._rows.index(row, 0))
                for row in range(self._rows.rowCount())
            )
            view.setMinimumWidth(width + 2 * _SIDE)


class _Rows(QStyledItemDelegate):
    """The name at the left, the price at the right; a group's name is smaller and no choice."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.theme = theme

    def width_of(self, index: Index) -> int:
        name = QFontMetrics(type_font(self.theme, "body"))
        words = name.horizontalAdvance(str(index.data() or ""))
        price = name.horizontalAdvance(str(index.data(PRICE_ROLE) or ""))
        return words + (_GAP + price if price else 0)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        hint = super().sizeHint(option, index)
        if _is_head(index):
            return QSize(hint.width(), round(_HEAD_PX * max(1.0, self.theme.text_scale)))
        return hint

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        place: QRect = option.rect
        middle = Qt.AlignmentFlag.AlignVCenter
        if _is_head(index):
            painter.save()
            painter.setFont(type_font(self.theme, "meta"))
            painter.setPen(self.theme.colour("text.tertiary"))
            words = place.adjusted(_SIDE - 4, 4, 0, 0)
            painter.drawText(words, middle | Qt.AlignmentFlag.AlignLeft, str(index.data()))
            painter.restore()
            return
        super().paint(painter, option, index)
        painter.save()
        painter.setFont(type_font(self.theme, "body", tabular=True))
        painter.setPen(self.theme.colour("text.secondary"))
        right = middle | Qt.AlignmentFlag.AlignRight
        painter.drawText(place.adjusted(0, 0, -_SIDE, 0), right, str(index.data(PRICE_ROLE)))
        painter.restore()


def _short(name: str) -> str:
    return name.removeprefix(_FAMILY).rpartition("/")[2] or name


def _is_head(index: Index) -> bool:
    return not index.flags() & Qt.ItemFlag.ItemIsSelectable
