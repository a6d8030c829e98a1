"""The canvas: one picture, and the states in which there is none yet or it must not be seen."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QTimer, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from kontext_studio.gui.canvas.compare_heat import Heat, legend_box, paint_legend
from kontext_studio.gui.canvas.cover_card import CoverCard
from kontext_studio.gui.canvas.overlays import (
    PLATE_HEIGHT,
    PLATE_MARGIN,
    Plate,
    paint_plate,
    paint_plate_around,
)
from kontext_studio.gui.canvas.picture_painter import KeptFrame, Look, paint_over, paint_picture
from kontext_studio.gui.canvas.pyramid import Pyramid
from kontext_studio.gui.canvas.tooled_view import TooledView
from kontext_studio.gui.canvas.viewport import Insets, Placement, Viewport
from kontext_studio.gui.theme.tokens import Theme

LOADING_WORDS_AFTER_MS = 200
PREVIEW = "Preview"
_SAME_SHAPE = 0.03
# The bottom 72 belong to the contextual bar; see UX W6.
CANVAS_INSETS = Insets(left=32, top=16, right=32, bottom=80)
_BAR_PX = 72


@dataclass(frozen=True, slots=True)
class LoadingPicture:
    """A picture under way: its name, and its size where the header already told it."""

    name: str
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True)
class LostPicture:
    """A picture that cannot be shown: what is wrong, and what to do about it."""

    words: str
    advice: str = ""


class CanvasView(TooledView):
    """Shows one step. Replacing its picture moves neither zoom nor position nor focus."""

    uncover_requested = Signal()
    delete_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.setObjectName("canvasView")
        self._pyramid: Pyramid | None = None
        self._preview: Pyramid | None = None
        self._preview_words = PREVIEW
        self._fitted: tuple[tuple[int, int], Pyramid] | None = None
        self._caption = ""
        self._loading: LoadingPicture | None = None
        self._lost: LostPicture | None = None
        self._plate = ""
        self._cover: CoverCard | None = None
        self._heat: Heat | None = None
        self._frame = KeptFrame()
        self._loading_timer = QTimer(self)
        self._loading_timer.setSingleShot(True)
        self._loading_timer.setInterval(LOADING_WORDS_AFTER_MS)
        self._loading_timer.timeout.connect(self.update)
        self.set_fit_insets(CANVAS_INSETS)
        self._after_view_change()

    # -- values in ----------------------------------------------------------------------------

    def show_picture(
        self, pyramid: Pyramid | None, caption: str = "", *, keep_view: bool = True
    ) -> None:
        """Show a step, or nothing. `caption` is spoken: "step 7, soft morning daylight".

        Zoom and position stay as they were for the last picture; the first one is fitted.
        """
        self._caption = caption
        if pyramid is not self._pyramid:
            self._heat = None  # it was about another picture
        self._pyramid = pyramid
        self._preview = None
        self._end_loading()
        if pyramid is None:
            self._take_picture_size(None, keep_view=False)
        else:
            self._take_picture_size((pyramid.width, pyramid.height), keep_view=keep_view)
        self._after_view_change()

    def replace_picture(self, pyramid: Pyramid, *, keep_view: bool = True) -> None:
        """Better pixels or a final result for the step that is shown already."""
        self.show_picture(pyramid, self._caption, keep_view=keep_view)

    def show_preview(self, pyramid: Pyramid, words: str = PREVIEW) -> None:
        """What a run shows of its unfinished picture, over the picture that is shown: as large as
        it fits there. Zoom and position stay. The next picture takes its place."""
        first = self._preview is None or words != self._preview_words
        self._preview_words = words
        self._preview, self._fitted = pyramid, None
        if self._viewport is None:
            self._end_loading()
            self._take_picture_size((pyramid.width, pyramid.height), keep_view=False)
        if first:
            self._after_view_change()
        self.update()

    def end_preview(self) -> None:
        """Show the picture itself again."""
        if self._preview is not None:
            self._preview = None
            if self._pyramid is None and self._loading is None:
                self._take_picture_size(None, keep_view=False)
            self._after_view_change()
            self.update()

    @property
    def preview(self) -> Pyramid | None:
        return self._preview

    @property
    def preview_words(self) -> str:
        """What the plate on a preview says."""
        return self._preview_words

    def show_lost(self, lost: LostPicture, caption: str = "") -> None:
        """Say in the picture's place why there is none."""
        self._caption = caption
        self._pyramid = self._preview = None
        self._end_loading()
        self._lost = lost
        self._after_view_change()
        self.update()

    def show_loading(self, loading: LoadingPicture, caption: str = "") -> None:
        """A neutral frame at the final size; name and size appear if it takes longer."""
        self._caption = caption
        self._pyramid = self._preview = None
        self._end_loading()
        self._loading = loading
        self._loading_timer.start()
        known = loading.width > 0 and loading.height > 0
        self._take_picture_size((loading.width, loading.height) if known else None, keep_view=True)
        self._after_view_change()

    def set_plate(self, words: str) -> None:
        """A plate in the picture's corner, such as "Preview"; empty takes it away."""
        self._plate = words
        self._after_view_change()
        self.update()

    def set_covered(self, words: str | None) -> None:
        """Hide the picture behind a neutral frame that says why; None shows it again."""
        if self._cover is not None:
            self._cover.hide()
            self._cover.deleteLater()
            self._cover = None
        if words is not None:
            self._cover = CoverCard(words, self)
            self._cover.show_requested.connect(self.uncover_requested)
            self._cover.delete_requested.connect(self.delete_requested)
            self._cover.show()
        self._after_view_change()
        self.update()

    def set_heat(self, heat: Heat | None) -> None:
        """Lay a map of differences over the picture that is shown now."""
        if heat is not self._heat:
            self._heat = heat
            self.update()

    @property
    def heat(self) -> Heat | None:
        return self._heat

    @property
    def pyramid(self) -> Pyramid | None:
        return self._pyramid

    # -- painting -----------------------------------------------------------------------------

    def _paint_pictures(self, painter: QPainter, viewport: Viewport, look: Look) -> None:
        placed = viewport.placement
        size = self._physical_size()
        pyramid = self._pyramid
        if self._preview is not None:
            # One and the same while nothing changes, so that the kept frame serves for it too.
            if self._fitted is None or self._fitted[0] != (
                viewport.picture_width,
                viewport.picture_height,
            ):
                self._fitted = (
                    (viewport.picture_width, viewport.picture_height),
                    _standing_for(self._preview, viewport),
                )
            pyramid = self._fitted[1]
            placed = _centred(pyramid, viewport)
        if pyramid is None or self._cover is not None:
            painter.fillRect(QRect(0, 0, size.width(), size.height()), look.surround)
            frame = QRectF(placed.left, placed.top, placed.width, placed.height)
            painter.fillRect(frame, self._theme.colour("surface.panel"))
        elif self._in_motion:
            whole = QRect(0, 0, size.width(), size.height())
            paint_picture(painter, pyramid, placed, whole, look, in_motion=True)
        else:
            self._frame.paint(painter, pyramid, placed, size, look)
        if (heat := self._shown_heat()) is not None:
            over = heat.pyramid
            there = viewport.with_picture(over.width, over.height).placement
            whole = QRect(0, 0, size.width(), size.height())
            paint_over(painter, over, there, whole, heat.strength, in_motion=self._in_motion)
        if self._tool is not None:
            self._tool.paint(painter, viewport, size)

    def _shown_heat(self) -> Heat | None:
        """Never over a preview or a cover: it would tell what they hide."""
        hidden = self._preview is not None or self._cover is not None or self._pyramid is None
        return None if hidden else self._heat

    def _paint_overlay(self, painter: QPainter) -> None:
        if (heat := self._shown_heat()) is not None and self._viewport is not None:
            picture = QRectF(*self._viewport.picture_rect())
            box = legend_box(self._theme, picture, QRectF(self.rect()), _BAR_PX)
            paint_legend(painter, self._theme, box, heat.clear_below)
        shown = self._pyramid is not None or self._preview is not None
        if (words := self._plate_words()) and shown and self._viewport is not None:
            left, top, _, _ = self._viewport.picture_rect()
            corner = QPointF(max(0.0, left) + PLATE_MARGIN, max(0.0, top) + PLATE_MARGIN)
            paint_plate(painter, self._theme, corner, Plate(words))
        if self._tool is not None and self._viewport is not None:
            self._tool.paint_plates(painter, self._viewport)
        at = QPointF(self._middle_of_picture())
        if self._lost is not None:
            paint_plate_around(painter, self._theme, at, Plate(self._lost.words))
            if self._lost.advice:
                below = QPointF(at.x(), at.y() + PLATE_HEIGHT + PLATE_MARGIN)
                paint_plate_around(painter, self._theme, below, Plate(dim=self._lost.advice))
        elif self._loading is not None and not self._loading_timer.isActive():
            size = f"{self._loading.width} × {self._loading.height}" if self._loading.width else ""
            paint_plate_around(painter, self._theme, at, Plate(self._loading.name, size))

    def _middle_of_picture(self) -> QPoint:
        """The middle of what is seen of it."""
        if self._viewport is None:
            return self.rect().center()
        left, top, width, height = self._viewport.picture_rect()
        return QRectF(left, top, width, height).toRect().intersected(self.rect()).center()

    def _pyramid_at(self, point: QPointF) -> Pyramid | None:
        """Nothing is read out of a picture that is not finished."""
        return self._pyramid if self._cover is None and self._preview is None else None

    def _plate_words(self) -> str:
        covered = self._cover is not None
        return self._preview_words if self._preview is not None and not covered else self._plate

    def _after_view_change(self) -> None:
        self.setAccessibleName(self._described())
        if self._cover is not None:
            self._place_cover(self._cover)

    def _described(self) -> str:
        if self._lost is not None:
            return " ".join(("Canvas.", self._lost.words, self._lost.advice)).strip()
        if self._loading is not None:
            return f"Canvas, loading {self._loading.name}"
        if (self._pyramid is None and self._preview is None) or self._viewport is None:
            return "Canvas, empty"
        plate = self._plate_words().lower()
        parts = ("Canvas", self._caption, plate, f"{self._viewport.percent} percent")
        return ", ".join(part for part in parts if part)

    def _place_cover(self, card: CoverCard) -> None:
        card.adjustSize()
        box = QRect(card.rect())
        box.moveCenter(self._middle_of_picture())
        card.move(box.topLeft())

    def _forget_frames(self) -> None:
        self._frame.forget()

    def _end_loading(self) -> None:
        self._loading = self._lost = None
        self._loading_timer.stop()


def _standing_for(preview: Pyramid, viewport: Viewport) -> Pyramid:
    """A preview at the size of the picture in whose place it is, in its own proportions."""
    width, height = (viewport.picture_width, viewport.picture_height)
    scale = min(width / preview.width, height / preview.height)
    wide, high = max(1, round(preview.width * scale)), max(1, round(preview.height * scale))
    if abs(wide - width) <= width * _SAME_SHAPE and abs(high - height) <= height * _SAME_SHAPE:
        wide, high = width, height  # services round sizes to what their models work in
    return replace(preview, width=wide, height=high)


def _centred(preview: Pyramid, viewport: Viewport) -> Placement:
    placed, zoom = viewport.placement, viewport.placement.zoom
    left = placed.left + (viewport.picture_width - preview.width) / 2 * zoom
    top = placed.top + (viewport.picture_height - preview.height) / 2 * zoom
    return Placement(left, top, zoom, preview.width * zoom, preview.height * zoom)
