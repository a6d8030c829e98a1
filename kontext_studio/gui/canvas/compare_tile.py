"""One picture of a comparison: its name and step on a plate, and what can be done with it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFontMetricsF, QPainter
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from kontext_studio.gui.canvas.compare_heat import Heat, legend_box, paint_legend
from kontext_studio.gui.canvas.overlays import (
    Plate,
    paint_crosshair,
    paint_plate,
    paint_ring,
    plate_size,
)
from kontext_studio.gui.canvas.picture_painter import KeptFrame, Look, paint_over, paint_picture
from kontext_studio.gui.canvas.picture_view import PictureView
from kontext_studio.gui.canvas.pyramid import Pyramid
from kontext_studio.gui.canvas.tile_rows import AROUND_PX
from kontext_studio.gui.canvas.viewport import Insets, Viewport
from kontext_studio.gui.theme.apply import set_kind
from kontext_studio.gui.theme.icons import icon
from kontext_studio.gui.theme.tokens import Theme
from kontext_studio.gui.theme.tool_button import ToolButton
from kontext_studio.gui.theme.type import type_font

_MARGIN = 12
_LEAST_TITLE_PX = 60
_LEAST_PLATE_PX = 200.0
_BUTTON_PX = 28
_PLATE_SHARE = 0.6
"""The plate covers no more of a tile's width than this."""


@dataclass(frozen=True, slots=True, eq=False)
class ComparedPicture:
    """What a tile shows. `key` is the owner's name for the step; badge A to D, or empty."""

    key: str
    pyramid: Pyramid
    title: str
    step: str
    badge: str = ""
    starred: bool = False


class TileVerb(StrEnum):
    STAR = "star"
    EDIT_FROM = "edit from here"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class TileRequest:
    """A press on one of a tile's buttons."""

    key: str
    verb: TileVerb


class CompareTile(PictureView):
    """A linked view; the grid passes on what happens in one tile to the others."""

    requested = Signal(object)  # TileRequest
    focused = Signal()

    def __init__(
        self, theme: Theme, picture: ComparedPicture, parent: QWidget | None = None
    ) -> None:
        super().__init__(theme, parent)
        self.setObjectName("compareTile")
        self._picture = picture
        self._frame = KeptFrame()
        self._chosen = False
        self._mirrored: tuple[float, float] | None = None
        self._heat: Heat | None = None
        self._shows_legend = False
        self._plate = QFrame(self)
        set_kind(self._plate, kind="plate")
        self._plate.setCursor(Qt.CursorShape.ArrowCursor)
        self._buttons = {verb: self._button(verb) for verb in TileVerb}
        self._buttons[TileVerb.STAR].clicked.connect(self._ask_star)
        self._buttons[TileVerb.EDIT_FROM].clicked.connect(self._ask_edit)
        self._buttons[TileVerb.REMOVE].clicked.connect(self._ask_remove)
        row = QHBoxLayout(self._plate)
        row.setContentsMargins(2, 2, 2, 2)
        row.setSpacing(2)
        for button in self._buttons.values():
            row.addWidget(button)
        # Clear of the ring of the chosen tile.
        self.set_fit_insets(Insets(AROUND_PX, AROUND_PX, AROUND_PX, AROUND_PX))
        self.set_picture(picture)
        self._dress()

    # -- values in ----------------------------------------------------------------------------

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self._dress()

    def set_picture(self, picture: ComparedPicture) -> None:
        """Another picture or other words, at the same physical size and place."""
        if picture.pyramid is not self._picture.pyramid:
            self._heat = None  # it was about another picture
        self._picture = picture
        self._take_picture_size((picture.pyramid.width, picture.pyramid.height), keep_view=True)
        star = self._buttons[TileVerb.STAR]
        star.setChecked(picture.starred)
        star.setAccessibleName(f"Star {picture.title}")
        self._buttons[TileVerb.EDIT_FROM].setAccessibleName(f"Edit from {picture.title}")
        self._buttons[TileVerb.REMOVE].setAccessibleName(f"Remove {picture.title}")
        self._after_view_change()

    def set_chosen(self, chosen: bool) -> None:
        """Whether this is the tile that commands act on."""
        if chosen != self._chosen:
            self._chosen = chosen
            self.update()

    def set_mirrored_pointer(self, at: tuple[float, float] | None) -> None:
        """Show the pointer's place, relative to the picture, while it is in another tile."""
        if at != self._mirrored:
            self._mirrored = at
            self.update()

    def set_heat(self, heat: Heat | None, *, legend: bool = False) -> None:
        """Lay a map of differences over the picture; one tile of a grid shows its scale."""
        if heat is not self._heat or legend != self._shows_legend:
            self._heat, self._shows_legend = heat, legend
            self.update()

    @property
    def heat(self) -> Heat | None:
        return self._heat

    @property
    def picture(self) -> ComparedPicture:
        return self._picture

    def tab_stops(self) -> tuple[QWidget, ...]:
        """The tile and its buttons in the order of the Tab key."""
        return (self, *self._buttons.values())

    # -- painting -----------------------------------------------------------------------------

    def _paint_pictures(self, painter: QPainter, viewport: Viewport, look: Look) -> None:
        size = self._physical_size()
        pyramid = self._picture.pyramid
        if self._in_motion:
            whole = QRect(0, 0, size.width(), size.height())
            paint_picture(painter, pyramid, viewport.placement, whole, look, in_motion=True)
        else:
            self._frame.paint(painter, pyramid, viewport.placement, size, look)
        if self._heat is not None:
            heat = self._heat.pyramid
            placed = viewport.with_picture(heat.width, heat.height).placement
            whole = QRect(0, 0, size.width(), size.height())
            strength = self._heat.strength
            paint_over(painter, heat, placed, whole, strength, in_motion=self._in_motion)

    def _paint_overlay(self, painter: QPainter) -> None:
        if self._mirrored is not None and self._viewport is not None:
            x, y = self._mirrored
            view = self._viewport
            place = view.to_view(x * view.picture_width, y * view.picture_height)
            paint_crosshair(painter, self._theme, QPointF(*place))
        self._paint_words(painter)
        if self._heat is not None and self._shows_legend and self._viewport is not None:
            picture = QRectF(*self._viewport.picture_rect())
            box = legend_box(self._theme, picture, QRectF(self.rect()), 0)
            paint_legend(painter, self._theme, box, self._heat.clear_below)
        if self._chosen:
            paint_ring(painter, self._theme, self.rect(), "accent.line")

    def _paint_words(self, painter: QPainter) -> None:
        plate = self._fitting_plate()
        if plate is not None:
            paint_plate(painter, self._theme, QPointF(_MARGIN, _MARGIN), plate)

    def _fitting_plate(self) -> Plate | None:
        """All words, the title shortened in a narrow tile; then what tells this tile from the
        others: the title beside its badge, or the step, or its variant; or the badge alone."""
        picture = self._picture
        if whole := self._titled(picture.step):
            return whole
        numbers = [Plate(dim=one, badge=picture.badge) for one in _shorter(picture.step)]
        room = self._words_room()
        numbered = next((p for p in numbers if plate_size(self._theme, p).width() <= room), None)
        titled = self._titled("")
        alone = Plate(badge=picture.badge) if picture.badge else None
        first, second = (titled, numbered) if picture.badge else (numbered, titled)
        return first or second or alone

    def _titled(self, step: str) -> Plate | None:
        picture = self._picture
        rest = plate_size(self._theme, Plate(" ", step, picture.badge)).width()
        metrics = QFontMetricsF(type_font(self._theme, "label"))
        spare = max(0.0, self._words_room() - rest)
        title = metrics.elidedText(picture.title, Qt.TextElideMode.ElideRight, spare)
        fits = title == picture.title or spare >= _LEAST_TITLE_PX
        return Plate(title, step, picture.badge) if fits else None

    def _words_room(self) -> float:
        beside = float(self._plate.x() - _MARGIN - 8)
        return min(beside, max(_LEAST_PLATE_PX, self.width() * _PLATE_SHARE))

    # -- reports ------------------------------------------------------------------------------

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._ring_shown = False  # the chosen tile has its ring anyway
        self.focused.emit()

    def _pyramid_at(self, point: QPointF) -> Pyramid | None:
        return self._picture.pyramid

    def _after_view_change(self) -> None:
        self._plate.adjustSize()
        self._plate.move(self.width() - self._plate.width() - _MARGIN, _MARGIN)
        picture = self._picture
        percent = f"{self._viewport.percent} percent" if self._viewport else ""
        pick = f"pick {picture.badge}" if picture.badge else ""
        star = "starred" if picture.starred else ""
        parts = (picture.step, picture.title, pick, star, percent)
        self.setAccessibleName(", ".join(part for part in parts if part))

    def _forget_frames(self) -> None:
        self._frame.forget()

    def _button(self, verb: TileVerb) -> ToolButton:
        button = ToolButton(self._plate, height_px=_BUTTON_PX)
        button.setIconSize(QSize(16, 16))
        button.setToolTip(verb.value.capitalize())
        button.setCheckable(verb is TileVerb.STAR)
        return button

    def _ask(self, verb: TileVerb) -> None:
        # The star shows what is, not what was asked for.
        self._buttons[TileVerb.STAR].setChecked(self._picture.starred)
        self.requested.emit(TileRequest(self._picture.key, verb))

    def _ask_star(self) -> None:
        self._ask(TileVerb.STAR)

    def _ask_edit(self) -> None:
        self._ask(TileVerb.EDIT_FROM)

    def _ask_remove(self) -> None:
        self._ask(TileVerb.REMOVE)

    def _dress(self) -> None:
        theme = self._theme
        names = {
            TileVerb.STAR: ("star", "overlay_star"),
            TileVerb.EDIT_FROM: ("corner-down-left", "overlay"),
            TileVerb.REMOVE: ("x", "overlay"),
        }
        for verb, (name, role) in names.items():
            self._buttons[verb].setIcon(icon(theme, name, role))


def _shorter(step: str) -> tuple[str, ...]:
    """ "Step 4 · variant 2", then "variant 2"; nothing for an original."""
    return tuple(dict.fromkeys((step, step.rsplit(" · ", 1)[-1]))) if step else ()
