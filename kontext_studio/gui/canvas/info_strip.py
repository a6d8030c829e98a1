"""The strip under the canvas: which step, its size and colour space, and what the pointer is on.

Parts without a value are not shown. In a narrow window the less important parts give way.
"""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from kontext_studio.gui.canvas.readings import PointerReading
from kontext_studio.gui.canvas.surround_swatches import SurroundSwatches
from kontext_studio.gui.shell.label import Label
from kontext_studio.gui.theme.apply import set_kind
from kontext_studio.gui.theme.tokens import Theme
from kontext_studio.gui.theme.type import type_font

_SIZE_BACK = "Bring to the size before"
_ROUNDING_PX = 2  # a label asks for a little more than its words measure


class InfoStrip(QFrame):
    """28 high. Values in by setters; `surround_chosen` carries the name of a surround."""

    surround_chosen = Signal(str)
    size_back_asked = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("infoStrip")
        set_kind(self, kind="strip")
        self.setFixedHeight(theme.length("size.info.strip"))
        self._step = _part("stepInfo", "label", "")
        self._size = _part("sizeInfo", "", "tertiary")
        self._size_back = QPushButton(_SIZE_BACK, self)
        self._size_back.setObjectName("sizeBack")
        set_kind(self._size_back, kind="link", small="true")
        self._size_back.clicked.connect(self.size_back_asked)
        self._offers_size = False
        self._space = _part("colourSpaceInfo", "small", "tertiary")
        self._place = _part("pointerInfo", "", "tertiary")
        self._colour = _part("colourInfo", "", "tertiary")
        self._surround_word = _part("surroundWord", "small", "tertiary")
        self._surround_word.setText("Surround")
        self._swatches = SurroundSwatches(theme, self)
        self._swatches.chosen.connect(self.surround_chosen)
        self._gap = theme.space(5)
        row = QHBoxLayout(self)
        row.setContentsMargins(self._gap, 0, theme.space(4), 0)
        row.setSpacing(self._gap)
        for part in self._parts():
            row.addWidget(part)
            if part is self._size:
                row.addWidget(self._size_back)
        self._dress(theme)
        row.addStretch(1)
        row.addWidget(self._surround_word)
        row.addWidget(self._swatches)
        self._fit_parts()

    # -- values in ----------------------------------------------------------------------------

    def set_theme(self, theme: Theme) -> None:
        self._swatches.set_theme(theme)
        self._dress(theme)
        self._fit_parts()

    def set_step(self, words: str) -> None:
        """ "Step 7", "Original" or "Original ↔ Step 4"."""
        self._say(self._step, words)

    def set_picture_size(self, width: int, height: int, was: tuple[int, int] | None = None) -> None:
        """The size in pixels, and the parent's where it differs; zero hides it."""
        if not width:
            self._say(self._size, "")
        elif was is None or was == (width, height):
            self._say(self._size, f"{width} × {height} px")
        else:
            self._say(self._size, f"{width} × {height}, was {was[0]} × {was[1]}")
        # Wide enough for the largest numbers, so that nothing shakes while the pointer moves.
        most = f"X {'8' * len(str(width))} Y {'8' * len(str(height))}"
        metrics = QFontMetrics(self._place.font())
        self._place.setMinimumWidth(metrics.horizontalAdvance(most) + _ROUNDING_PX)

    def offer_size_back(self, on: bool) -> None:
        """Whether the size before can be had back."""
        if on != self._offers_size:
            self._offers_size = on
            self._fit_parts()

    def allow_size_back(self, on: bool, tip: str) -> None:
        """Whether that can be done now; `tip` says why it cannot."""
        self._size_back.setEnabled(on)
        self._size_back.setToolTip(tip)

    def set_colour_space(self, words: str) -> None:
        self._say(self._space, words)

    def set_pointer(self, reading: PointerReading | None) -> None:
        """Position and colour under the pointer; None outside the picture."""
        if reading is None:
            self._say(self._place, "")
            self._say(self._colour, "")
            return
        self._say(self._place, f"X {reading.x} Y {reading.y}")
        rgb = reading.rgb
        self._say(self._colour, "" if rgb is None else f"R {rgb[0]} G {rgb[1]} B {rgb[2]}")

    def set_surround(self, name: str) -> None:
        """Show which surround is on, without reporting it."""
        self._swatches.set_surround(name)

    # -- room ---------------------------------------------------------------------------------

    def minimumSizeHint(self) -> QSize:
        return QSize(self._swatches.sizeHint().width() + 2 * self._gap, self.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_parts()

    def _parts(self) -> tuple[Label, ...]:
        return self._step, self._size, self._space, self._place, self._colour

    def _say(self, part: Label, words: str) -> None:
        if part.text() == words:
            return
        changes_parts = bool(part.text()) != bool(words) or part not in (self._place, self._colour)
        part.setText(words)
        if changes_parts:
            self._fit_parts()

    def _dress(self, theme: Theme) -> None:
        # Set as fonts: a size from the style sheet would drop the figures of equal width.
        for part in (self._size, self._place, self._colour):
            part.setFont(type_font(theme, "small"))

    def _fit_parts(self) -> None:
        """Show the parts that have words, the most important ones first while there is room."""
        room = self.width() - self._swatches.sizeHint().width() - 2 * self._gap
        wanted = (self._step, self._size, self._place, self._colour, self._surround_word)
        for part in (self._step, self._size, self._size_back, *wanted[2:], self._space):
            needed = max(part.sizeHint().width(), part.minimumWidth()) + self._gap
            is_wanted = self._offers_size if part is self._size_back else bool(part.text())
            shown = is_wanted and needed <= room
            part.setVisible(shown)
            if shown:
                room -= needed


def _part(name: str, type_role: str, tone: str) -> Label:
    label = Label()
    label.setObjectName(name)
    set_kind(label, type=type_role, tone=tone)
    return label
