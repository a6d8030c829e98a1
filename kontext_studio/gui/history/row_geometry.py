"""Where the parts of a history row lie. Lengths come from the tokens; text grows with its scale."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QFont, QFontMetricsF

from kontext_studio.gui.theme.tokens import Theme
from kontext_studio.gui.theme.type import type_font

_TEXT_GAP = 12
_RIGHT = 12
_BAR_HEIGHT = 2
_LANES_IN_RAIL = 2


@dataclass(frozen=True, slots=True)
class RowGeometry:
    """The measures of one theme."""

    height: int
    rail_width: int
    thumb: QSize
    title_font: QFont
    meta_font: QFont
    title_line: int
    meta_line: int

    def lane_x(self, lane: int, theme: Theme) -> float:
        """The middle of a lane, from the left edge of the row."""
        return theme.length("size.rail.lane.first") + theme.length("size.rail.lane.pitch") * lane

    def thumb_rect(self, row: QRect) -> QRect:
        top = row.top() + (row.height() - self.thumb.height()) // 2
        return QRect(row.left() + self.rail_width, top, self.thumb.width(), self.thumb.height())

    def text_rect(self, row: QRect) -> QRect:
        left = self.rail_width + self.thumb.width() + _TEXT_GAP
        return row.adjusted(left, 0, -_RIGHT, 0)

    def bar_rect(self, row: QRect) -> QRect:
        text = self.text_rect(row)
        return QRect(text.left(), row.bottom() + 1 - 6, text.width(), _BAR_HEIGHT)


def rail_width(theme: Theme, lanes: int) -> int:
    """Two lanes fit; a third makes the rail wider and leaves the others where they are (UX H2)."""
    more = max(0, lanes - _LANES_IN_RAIL)
    return theme.length("size.rail.width") + more * theme.length("size.rail.lane.pitch")


def row_geometry(theme: Theme, lanes: int = 1) -> RowGeometry:
    title, meta = type_font(theme, "label"), type_font(theme, "meta")
    # Two title lines are set tighter than a label alone (UX H2).
    title_line = round(QFontMetricsF(title).height())
    meta_line = round(QFontMetricsF(meta).height() + 1)
    height = max(theme.length("size.history.row"), 2 * title_line + meta_line + 15)
    return RowGeometry(
        height=height,
        rail_width=rail_width(theme, lanes),
        thumb=theme.size("history.thumb"),
        title_font=title,
        meta_font=meta,
        title_line=title_line,
        meta_line=meta_line,
    )
