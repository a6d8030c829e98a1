"""The pictures beside the one that is edited: in their order, each with its number.

It shows what it is given and tells what is wanted; it refuses to know sessions and files.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from kontext_studio.core.history import NodeId
from kontext_studio.gui.shell.flow_layout import FlowLayout
from kontext_studio.gui.shell.label import Label, plain_tip
from kontext_studio.gui.shell.small_pictures import filled_pixmap, paint_picture
from kontext_studio.gui.theme.apply import set_kind
from kontext_studio.gui.theme.icons import icon, icon_pixmap
from kontext_studio.gui.theme.tokens import Theme
from kontext_studio.gui.theme.type import type_font

_TILE = QSize(60, 40)
_CROSS = 24
_BADGE = 16
_DENSITY = 2


@dataclass(frozen=True, slots=True)
class ReferenceFacts:
    """How a step that is a reference is called ("Step 4, Cobalt blue") and what it looks like."""

    words: str
    picture: QImage


class ReferencePart(QWidget):
    """`changed` when the person took one away or moved it, `facts_wanted` carries a node id whose
    name and picture are not known, `fix_asked` is the one press that mends a mismatch."""

    changed = Signal()
    facts_wanted = Signal(str)
    fix_asked = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("references")
        self._theme = theme
        self._nodes: tuple[NodeId, ...] = ()
        self._facts: dict[NodeId, ReferenceFacts] = {}
        self._order = Label(self)
        self._order.setObjectName("referenceOrder")
        self._order.setWordWrap(True)
        set_kind(self._order, type="meta", tone="tertiary")
        self._tiles: list[ReferenceTile] = []
        self._strip = QWidget(self)
        self._flow = FlowLayout(self._strip, gap_px=8, row_gap_px=8)
        self._sign = Label(self)
        self._problem = Label(self)
        self._problem.setObjectName("referenceProblem")
        self._problem.setWordWrap(True)
        set_kind(self._problem, type="small", tone="warning")
        self._fix = QPushButton(self)
        self._fix.setObjectName("referenceFix")
        set_kind(self._fix, kind="outlined", small="true")
        self._fix.clicked.connect(self.fix_asked)
        said = QHBoxLayout()
        said.setSpacing(8)
        said.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        said.addWidget(self._problem, 1)
        self._mismatch = QWidget(self)
        lines = QVBoxLayout(self._mismatch)
        lines.setContentsMargins(0, 2, 0, 0)
        lines.setSpacing(6)
        lines.addLayout(said)
        lines.addWidget(self._fix, 0, Qt.AlignmentFlag.AlignLeft)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 4)
        column.setSpacing(6)
        column.addWidget(self._strip)
        column.addWidget(self._order)
        column.addWidget(self._mismatch)
        self.set_theme(theme)
        self.set_problem("", "")
        self._build()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        sign = icon(theme, "triangle-alert", "warning", 16)
        self._sign.setPixmap(sign.pixmap(QSize(16, 16), self.devicePixelRatioF()))
        for tile in self._tiles:
            tile.set_theme(theme)

    def set_nodes(self, nodes: tuple[NodeId, ...]) -> None:
        """The references in their order; nobody is told."""
        if nodes != self._nodes:
            self._nodes = nodes
            self._build()

    def nodes(self) -> tuple[NodeId, ...]:
        return self._nodes

    def add_facts(self, facts: Mapping[NodeId, ReferenceFacts]) -> None:
        self._facts.update(facts)
        for tile in self._tiles:
            tile.show_facts(self._facts.get(tile.node))

    def forget_facts(self) -> None:
        """For another session."""
        self._facts.clear()

    def set_problem(self, words: str, fix: str) -> None:
        """Why these references cannot be sent, and the one press that changes it."""
        self._problem.setText(words)
        self._fix.setText(fix)
        self._fix.setVisible(bool(fix))
        self._mismatch.setVisible(bool(words))

    def _build(self) -> None:
        had_focus = next((n for n, tile in enumerate(self._tiles) if tile.hasFocus()), None)
        while self._flow.takeAt(0) is not None:
            pass
        for tile in self._tiles:
            tile.hide()
            tile.deleteLater()
        self._tiles = []
        for number, node in enumerate(self._nodes, start=2):
            tile = ReferenceTile(self._theme, node, number, self._strip)
            tile.show_facts(self._facts.get(node))
            tile.removed.connect(self._remove)
            tile.moved.connect(self._move)
            self._flow.addWidget(tile)
            tile.show()
            self._tiles.append(tile)
        self.setVisible(bool(self._nodes))
        last = len(self._nodes) + 1
        others = {2: "picture 2 is a reference", 3: "2 and 3 are references"}.get(
            last, f"2 to {last} are references"
        )
        self._order.setText(f"Picture 1 is edited, {others}.")
        if had_focus is not None and self._tiles:
            at = self._tiles[min(had_focus, len(self._tiles) - 1)]
            at.setFocus(Qt.FocusReason.OtherFocusReason)
        for node in self._nodes:
            if node not in self._facts:
                self.facts_wanted.emit(node)

    def _remove(self, node: str) -> None:
        self.set_nodes(tuple(one for one in self._nodes if one != node))
        self.changed.emit()

    def _move(self, node: str, by: int) -> None:
        order = list(self._nodes)
        place = order.index(NodeId(node))
        to = place + by
        if 0 <= to < len(order):
            order[place], order[to] = order[to], order[place]
            self.set_nodes(tuple(order))
            self._tiles[to].setFocus(Qt.FocusReason.OtherFocusReason)
            self.changed.emit()


class ReferenceTile(QAbstractButton):
    """One picture with its number. Delete or the cross takes it away, Alt and an arrow moves it."""

    removed = Signal(str)
    moved = Signal(str, int)

    def __init__(self, theme: Theme, node: NodeId, number: int, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("referenceTile")
        self.node = node
        self._number = number
        self._theme = theme
        self._pixmap: QPixmap | None = None
        self.setFixedSize(_TILE.width() + _CROSS + 4, _TILE.height())
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.clicked.connect(self._take_click)
        self.show_facts(None)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def show_facts(self, facts: ReferenceFacts | None) -> None:
        words = facts.words if facts is not None else ""
        name = f"Picture {self._number}, reference"
        self.setAccessibleName(f"{name}, {words}" if words else name)
        self.setAccessibleDescription("Press to take it away; Alt and an arrow moves it")
        self.setToolTip(plain_tip(f"Picture {self._number}: {words}" if words else name))
        picture = facts.picture if facts is not None else QImage()
        self._pixmap = None if picture.isNull() else filled_pixmap(picture, _TILE * _DENSITY)
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, held = event.key(), event.modifiers()
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        if key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit(self.node)
        elif held & Qt.KeyboardModifier.AltModifier and key in steps:
            self.moved.emit(self.node, steps[Qt.Key(key)])
        else:
            super().keyPressEvent(event)

    def hitButton(self, place: QPoint) -> bool:
        """A click on the picture is no press: only the cross takes it away."""
        return place.x() >= _TILE.width()

    def _take_click(self) -> None:
        self.removed.emit(self.node)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            frame = self.rect()
            frame.setWidth(_TILE.width())
            radius = theme.length("radius.thumb")
            painter.setPen(QPen(theme.colour("border.subtle"), 1))
            painter.setBrush(theme.colour("surface.field"))
            painter.drawRoundedRect(frame.adjusted(0, 0, -1, -1), radius, radius)
            if self._pixmap is not None:
                paint_picture(painter, frame, self._pixmap, radius)
            plate = frame.adjusted(3, 3, 0, 0)
            plate.setSize(QSize(_BADGE, _BADGE))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("overlay.plate"))
            painter.drawRoundedRect(plate, 3, 3)
            painter.setPen(theme.colour("overlay.text"))
            painter.setFont(type_font(theme, "meta"))
            painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, str(self._number))
            lively = self.underMouse() or self.hasFocus()
            token = "text.primary" if lively else "text.secondary"
            cross = icon_pixmap(theme, "x", token, 14, self.devicePixelRatioF())
            x = frame.right() + 4 + (_CROSS - 14) // 2
            painter.drawPixmap(x, (self.height() - 14) // 2, cross)
            if self.hasFocus():
                width = theme.stroke("stroke.focus")
                painter.setPen(QPen(theme.colour("focus.ring"), width))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), radius, radius)
