"""Two to four pictures side by side or in a grid, looking at the same place at the same scale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from kontext_studio.gui.canvas.compare_heat import Heat
from kontext_studio.gui.canvas.compare_tile import ComparedPicture, CompareTile
from kontext_studio.gui.canvas.readings import PointerReading, ViewReading
from kontext_studio.gui.canvas.tile_rows import columns_for
from kontext_studio.gui.canvas.viewport import ViewState
from kontext_studio.gui.theme.tokens import Theme

MAX_TILES = 4
_GAP = 6


class CompareGrid(QWidget):
    """Zoom and position of one tile are those of all while they are linked."""

    view_changed = Signal(object)  # ViewReading of the tile that moved
    pointer_moved = Signal(object)  # PointerReading or None
    requested = Signal(object)  # TileRequest
    chosen_changed = Signal(str)  # key of the tile that commands act on
    files_dropped = Signal(object)  # Dropped
    drag_started = Signal()
    drag_ended = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("compareGrid")
        self._theme = theme
        self._surround_name = theme.default_surround
        self._tiles: list[CompareTile] = []
        self._chosen = 0
        self._linked = True
        self._mirrors_pointer = True
        self._wheel_pans = False
        self._in_one_row = False
        self._columns = 0
        self._linking = False
        self._awaiting: ViewState | None = None  # for the first pictures
        self._fitted = True
        self._layout = QGridLayout(self)
        self._layout.setContentsMargins(_GAP, _GAP, _GAP, _GAP)
        self._layout.setSpacing(_GAP)
        self._name_itself()

    # -- values in ----------------------------------------------------------------------------

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        for tile in self._tiles:
            tile.set_theme(theme)
        self.update()

    def set_surround(self, name: str) -> None:
        self._surround_name = name
        for tile in self._tiles:
            tile.set_surround(name)
        self.update()

    def set_wheel_pans(self, pans: bool) -> None:
        self._wheel_pans = pans
        for tile in self._tiles:
            tile.set_wheel_pans(pans)

    def set_linked(self, linked: bool) -> None:
        """Whether all tiles follow the one that is moved."""
        self._linked = linked
        if linked and self._tiles:
            state = self._tiles[self._chosen].view_state()
            if state is not None:
                self.set_view_state(state)

    def set_mirrors_pointer(self, mirrors: bool) -> None:
        """Whether the pointer's place is shown in the other tiles."""
        self._mirrors_pointer = mirrors
        if not mirrors:
            self._mirror(None, None)

    def set_in_one_row(self, one_row: bool) -> None:
        """Side by side rather than in the rows in which most is seen."""
        if one_row != self._in_one_row:
            self._in_one_row = one_row
            self._lay_out()

    def set_pictures(self, pictures: Sequence[ComparedPicture]) -> None:
        """The pictures, at most four. A tile whose key stays keeps its place in the picture."""
        if len(pictures) > MAX_TILES:
            raise ValueError(f"at most {MAX_TILES} pictures can be compared")
        state = self.view_state() or self._awaiting
        chosen = self._tiles[self._chosen].picture.key if self._tiles else None
        known = {tile.picture.key: tile for tile in self._tiles}
        tiles = []
        for picture in pictures:
            tile = known.pop(picture.key, None)
            if tile is None:
                tile = self._new_tile(picture, state)
            else:
                tile.set_picture(picture)
            tiles.append(tile)
        for tile in known.values():
            tile.hide()
            tile.deleteLater()
        self._tiles = tiles
        keys = [picture.key for picture in pictures]
        self._chosen = keys.index(chosen) if chosen in keys else 0
        self._show_chosen()
        self._lay_out()
        self._name_itself()

    def set_heats(self, heats: Mapping[str, Heat]) -> None:
        """Lay maps of differences over the tiles that have one; the last one shows the scale."""
        heated = [tile for tile in self._tiles if tile.picture.key in heats]
        for tile in self._tiles:
            last = bool(heated) and tile is heated[-1]
            tile.set_heat(heats.get(tile.picture.key), legend=last)

    def choose(self, key: str) -> None:
        """Make this tile the one that commands act on; focus stays where it is."""
        for index, tile in enumerate(self._tiles):
            if tile.picture.key == key and index != self._chosen:
                self._chosen = index
                self._show_chosen()
                self.chosen_changed.emit(key)

    def focus_chosen(self, reason: Qt.FocusReason) -> None:
        if self._tiles:
            self._tiles[self._chosen].setFocus(reason)

    @property
    def tiles(self) -> tuple[CompareTile, ...]:
        return tuple(self._tiles)

    @property
    def chosen_key(self) -> str | None:
        return self._tiles[self._chosen].picture.key if self._tiles else None

    # -- zoom and position --------------------------------------------------------------------

    @property
    def zoom(self) -> float:
        return self._tiles[self._chosen].zoom if self._tiles else 1.0

    def view_state(self) -> ViewState | None:
        state = self._tiles[self._chosen].view_state() if self._tiles else None
        # Pictures of different shape are fitted together, none of them by itself.
        return replace(state, fitted=self._fitted) if state else None

    def set_view_state(self, state: ViewState, *, in_motion: bool = False) -> None:
        """All tiles look there. A fitted state takes the scale at which every picture fits."""
        self._awaiting = state
        self._fitted = state.fitted
        if not self._tiles:
            return
        self._linking = True
        wanted = self._fitting_all() if state.fitted else state
        for tile in self._tiles:
            tile.set_view_state(wanted, in_motion=in_motion)
        self._linking = False
        self._report(self._tiles[self._chosen])

    def zoom_in(self) -> None:
        if self._tiles:
            self._tiles[self._chosen].zoom_in()

    def zoom_out(self) -> None:
        if self._tiles:
            self._tiles[self._chosen].zoom_out()

    def zoom_to(self, zoom: float) -> None:
        if self._tiles:
            self._tiles[self._chosen].zoom_to(zoom)

    def fit(self) -> None:
        if self._tiles:
            self._tiles[self._chosen].fit()

    # -- inside -------------------------------------------------------------------------------

    def _new_tile(self, picture: ComparedPicture, state: ViewState | None) -> CompareTile:
        tile = CompareTile(self._theme, picture, self)
        tile.set_surround(self._surround_name)
        tile.set_wheel_pans(self._wheel_pans)
        if state is not None:
            tile.set_view_state(state)
        tile.view_changed.connect(self._follow)
        tile.pointer_moved.connect(self._take_pointer)
        tile.focused.connect(self._take_focus)
        tile.requested.connect(self.requested)
        tile.files_dropped.connect(self.files_dropped)
        tile.drag_started.connect(self.drag_started)
        tile.drag_ended.connect(self.drag_ended)
        return tile

    def _fitting_all(self) -> ViewState:
        """The smallest of the tiles' fitted states; equal pictures all fit exactly."""
        fitted = [view.fit().state for tile in self._tiles if (view := tile.viewport_value())]
        least = min(fitted, key=lambda state: state.span_px)
        same = all(abs(state.span_px - least.span_px) < 1e-6 for state in fitted)
        return least if same else replace(least, fitted=False)

    def _follow(self, reading: ViewReading) -> None:
        sender = self.sender()
        if self._linking or not isinstance(sender, CompareTile):
            return
        self._fitted = reading.state.fitted
        if self._linked:
            self._linking = True
            state = reading.state
            if state.fitted:
                state = self._fitting_all()
                sender.set_view_state(state)
            for tile in self._tiles:
                if tile is not sender:
                    tile.set_view_state(state, in_motion=reading.in_motion)
            self._linking = False
        self._report(sender)

    def _report(self, tile: CompareTile) -> None:
        state = tile.view_state()
        if state is not None:
            shown = replace(state, fitted=self._fitted)
            self.view_changed.emit(ViewReading(shown, tile.zoom))

    def _take_pointer(self, reading: PointerReading | None) -> None:
        sender = self.sender()
        if isinstance(sender, CompareTile):
            self._mirror(sender, reading)
        self.pointer_moved.emit(reading)

    def _mirror(self, source: CompareTile | None, reading: PointerReading | None) -> None:
        place = None
        if reading is not None and self._mirrors_pointer:
            place = (reading.relative_x, reading.relative_y)
        for tile in self._tiles:
            tile.set_mirrored_pointer(None if tile is source else place)

    def _take_focus(self) -> None:
        sender = self.sender()
        if isinstance(sender, CompareTile):
            self.choose(sender.picture.key)

    def _show_chosen(self) -> None:
        for index, tile in enumerate(self._tiles):
            tile.set_chosen(index == self._chosen and len(self._tiles) > 1)

    def _wanted_columns(self) -> int:
        pictures = [tile.picture.pyramid for tile in self._tiles]
        if self._in_one_row:
            return max(1, len(pictures))
        shapes = [(picture.width, picture.height) for picture in pictures]
        return columns_for(shapes, self.width(), self.height(), _GAP)

    def _lay_out(self) -> None:
        self._columns = columns = self._wanted_columns()
        for index in range(MAX_TILES):
            self._layout.setColumnStretch(index, 0)
            self._layout.setRowStretch(index, 0)
        for index, tile in enumerate(self._tiles):
            row, column = divmod(index, columns)
            self._layout.addWidget(tile, row, column)
            self._layout.setColumnStretch(column, 1)
            self._layout.setRowStretch(row, 1)
            tile.show()
        stops = [stop for tile in self._tiles for stop in tile.tab_stops()]
        for before, after in pairwise(stops):
            QWidget.setTabOrder(before, after)
        self._fit_again()

    def _fit_again(self) -> None:
        """Linked pictures are fitted at one scale, once all tiles have their size."""
        self._layout.activate()
        state = self.view_state()
        if self._linked and state is not None and state.fitted:
            self.set_view_state(state)

    def _name_itself(self) -> None:
        titles = ", ".join(tile.picture.title for tile in self._tiles)
        self.setAccessibleName(f"Comparison of {titles}" if titles else "Comparison, empty")

    def minimumSizeHint(self) -> QSize:
        return QSize(240, 160)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._tiles and self._wanted_columns() != self._columns:
            self._lay_out()
        else:
            self._fit_again()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), self._theme.surrounds[self._surround_name])
