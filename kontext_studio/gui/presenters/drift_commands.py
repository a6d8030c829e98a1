"""The commands of the drift tools: what each one does, and when it can be done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from kontext_studio.core.history import Node
from kontext_studio.gui.history.colour_card import ColourCard

if TYPE_CHECKING:
    from kontext_studio.gui.studio import Studio

DRIFT_WRITES = ("align", "match_colours", "bring_to_size", "rebase")
"""What cannot be done in a session that is open for looking only."""


class DriftCommands(QObject):
    def __init__(self, studio: Studio, parent: QObject) -> None:
        super().__init__(parent)
        self._studio = studio
        self._actions = studio.window.actions_by_id
        self._colours = ColourCard(studio.theme, studio.window.stage)
        self._coloured: Node | None = None
        deriving, on = studio.deriving, self._actions.on
        on("align", studio.steps.with_edited(deriving.align))
        on("match_colours", studio.steps.with_edited(self._ask_colours))
        on("bring_to_size", studio.steps.with_edited(deriving.bring_to_size))
        on("rebase", studio.steps.with_edited(studio.rebasing.ask))
        self._colours.match_asked.connect(self._match_colours)
        studio.bridge.session_opened.connect(self._colours.put_away)
        self._actions["rebase"].changed.connect(self._allow)
        self._actions["bring_to_size"].changed.connect(self._allow)
        studio.window.history.rebase_asked.connect(self._actions["rebase"].trigger)
        studio.window.info.size_back_asked.connect(self._actions["bring_to_size"].trigger)

    def refresh(self, node: Node | None) -> None:
        """After the general reasons: those that belong to these commands."""
        if node is None or node.parent is None:
            return
        parent = self._studio.bench.session.history[node.parent].image
        if (parent.width, parent.height) == (node.image.width, node.image.height):
            same = "it has the size of the step before"
            self._actions.enable(("bring_to_size",), False, same)
        if self._studio.deriving.is_busy:
            self._actions.enable(DRIFT_WRITES, False, "a step is being computed")

    def _allow(self) -> None:
        """What stands outside the menus can be done when the menus' own can."""
        back, rebase = self._actions["bring_to_size"], self._actions["rebase"]
        self._studio.window.info.allow_size_back(back.isEnabled(), back.toolTip())
        self._studio.window.history.inspector.allow_rebase(rebase.isEnabled(), rebase.toolTip())

    def _ask_colours(self, node: Node) -> None:
        self._coloured = node
        self._colours.ask()

    def _match_colours(self, share: float) -> None:
        if self._coloured is not None:
            self._studio.deriving.match_colours(self._coloured, share)
