"""The strip under the canvas names what is seen there: steps, or a run's unfinished picture."""

from __future__ import annotations

from PySide6.QtCore import QObject

from kontext_studio.gui.canvas.canvas_view import CanvasView
from kontext_studio.gui.canvas.image_stage import StageMode
from kontext_studio.gui.canvas.info_strip import InfoStrip
from kontext_studio.gui.presenters.looking import Looked, Looking
from kontext_studio.gui.presenters.previews import Previews


class Info(QObject):
    """Says nothing that the canvas does not show at that moment."""

    def __init__(
        self,
        strip: InfoStrip,
        canvas: CanvasView,
        looking: Looking,
        previews: Previews,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._strip = strip
        self._canvas = canvas
        self._looked = Looked(StageMode.SINGLE, ())
        looking.looked.connect(self._take)
        previews.changed.connect(self._refresh)

    def _take(self, looked: Looked) -> None:
        self._looked = looked
        self._refresh()

    def _refresh(self) -> None:
        strip, looked, preview = self._strip, self._looked, self._canvas.preview
        if preview is not None and looked.mode is StageMode.SINGLE:
            strip.set_step(self._canvas.preview_words)
            strip.set_picture_size(preview.width, preview.height)
            strip.set_colour_space("")
            strip.offer_size_back(False)
            return
        names = [f"Step {node.step}" if node.step else "Original" for node in looked.nodes]
        strip.set_step(" ↔ ".join(names) if len(names) <= 2 else f"{len(names)} steps, linked")
        last = looked.nodes[-1].image if looked.nodes else None
        size = (last.width, last.height) if last is not None else (0, 0)
        strip.set_picture_size(*size, looked.parent_size)
        strip.set_colour_space(looked.colour_space)
        differs = looked.parent_size is not None and looked.parent_size != size
        strip.offer_size_back(differs and looked.mode is StageMode.SINGLE)
