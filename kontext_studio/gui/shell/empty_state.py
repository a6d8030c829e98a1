"""The middle of the window before a picture is open: drop, open, paste, or try without an account.

It says what was asked for; refuses to read files and to decode pictures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QImage,
    QShowEvent,
)
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from kontext_studio.gui.shell.drop_zone import DropZone
from kontext_studio.gui.shell.elided_label import ElidedLabel
from kontext_studio.gui.shell.label import Label
from kontext_studio.gui.shell.local_files import local_files
from kontext_studio.gui.shell.sample_tile import SampleTile
from kontext_studio.gui.theme.apply import set_kind
from kontext_studio.gui.theme.icons import icon
from kontext_studio.gui.theme.key_hints import KeyHintButton
from kontext_studio.gui.theme.tokens import Theme

WIDTH_PX = 600
_ZONE_PX = 252
_BODY_PX = 304
_SIDE_BY_SIDE = 1.25
_NAMED = 3
"""More connections than these are counted."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A photograph that comes with the program: its file in the resources, and its name."""

    file: str
    name: str


SAMPLES = (
    Sample("coffee.png", "Espresso"),
    Sample("cat.png", "Cat"),
    Sample("rocket.jpg", "Rocket"),
    Sample("hubble.jpg", "Deep field"),
)


class EmptyState(QWidget):
    """`sample_chosen` and `sample_wanted` carry the file name of a sample, `files_dropped` a tuple
    of paths, `image_dropped` a QImage."""

    open_requested = Signal()
    paste_requested = Signal()
    embedded_requested = Signal()
    connect_requested = Signal()
    sample_chosen = Signal(str)
    sample_wanted = Signal(str)
    files_dropped = Signal(object)
    image_dropped = Signal(QImage)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("emptyState")
        self._scroll = QScrollArea(self)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAcceptDrops(True)
        self._asked = False
        self._tiles = {sample.file: SampleTile(theme, sample.name) for sample in SAMPLES}
        self._zone = DropZone(theme)
        self._open = KeyHintButton(theme, "Open image", "outlined")
        self._paste = KeyHintButton(theme, "Paste", "outlined")
        self._engine = QPushButton("Try the embedded engine")
        self._engine_icon = Label()
        self._engine_title = _words("", "title")
        self._connections = ElidedLabel()
        self._connect = QPushButton()
        self._names: tuple[str, ...] = ()
        self._large = False
        self._rows: list[QBoxLayout] = []  # side by side, or below each other where text is large
        self._build(theme)
        self._open.clicked.connect(self.open_requested)
        self._paste.clicked.connect(self.paste_requested)
        self._engine.clicked.connect(self.embedded_requested)
        self._connect.clicked.connect(self.connect_requested)
        for file, tile in self._tiles.items():
            tile.set_file(file)
            tile.chosen.connect(self.sample_chosen)
        self.set_connections(())
        self.set_theme(theme)

    def set_keys(self, opening: tuple[str, ...], pasting: tuple[str, ...]) -> None:
        """The keys that open and paste a picture."""
        self._open.set_keys(*opening)
        self._paste.set_keys(*pasting)

    def set_theme(self, theme: Theme) -> None:
        self._zone.set_theme(theme)
        for button in (self._open, self._paste):
            button.set_theme(theme)
        for tile in self._tiles.values():
            tile.set_theme(theme)
        pixmap = icon(theme, "cpu", "primary", 18).pixmap(QSize(18, 18))
        self._engine_icon.setPixmap(pixmap)
        self._large = theme.text_scale > _SIDE_BY_SIDE
        direction = QBoxLayout.Direction
        for row in self._rows:
            row.setDirection(direction.TopToBottom if self._large else direction.LeftToRight)
        flag = Qt.AlignmentFlag
        side = flag.AlignHCenter if self._large else flag.AlignRight
        self._connections.setAlignment(side | flag.AlignVCenter)
        self._body.setMaximumWidth(round(_BODY_PX * theme.text_scale))
        self.set_connections(self._names)

    def set_quiet(self, quiet: bool) -> None:
        """Whether the one filled button of the window is elsewhere: at what is written there."""
        set_kind(self._engine, kind="outlined" if quiet else "primary")

    def set_connections(self, names: Sequence[str]) -> None:
        """What is connected beside the embedded engine: nobody who has that is asked for it."""
        self._names = tuple(names)
        if names:
            few = "1 service connected" if len(names) == 1 else f"{len(names)} services connected"
            words = f"Connected: {', '.join(names)}" if len(names) <= _NAMED else few
            self._engine_title.setText("Just trying things out?")
            self._connections.set_whole_text(words, few)
            self._connect.setText("Change or add")
            return
        self._engine_title.setText("No account yet?")
        self._connections.set_whole_text("Have an account?")
        offer = "a service" if self._large else "fal.ai, another service or your own server"
        self._connect.setText(f"Connect {offer}")

    def set_sample_picture(self, file: str, image: QImage) -> None:
        """The decoded picture of a sample that was wanted."""
        self._tiles[file].set_picture(image)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._asked:
            self._asked = True
            for file in self._tiles:
                self.sample_wanted.emit(file)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if local_files(event.mimeData()) or event.mimeData().hasImage():
            event.acceptProposedAction()
            self._zone.set_targeted(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._zone.set_targeted(False)

    def dropEvent(self, event: QDropEvent) -> None:
        self._zone.set_targeted(False)
        files = local_files(event.mimeData())
        if files:
            event.acceptProposedAction()
            self.files_dropped.emit(files)
        elif event.mimeData().hasImage():
            event.acceptProposedAction()
            self.image_dropped.emit(QImage(event.mimeData().imageData()))

    def _build(self, theme: Theme) -> None:
        inner = QWidget()
        inner.setObjectName("emptyStateInner")
        set_kind(inner, kind="surround")
        middle = QVBoxLayout()
        middle.setSpacing(theme.space(6))
        middle.addStretch(1)
        middle.addWidget(self._zone_part(theme))
        middle.addWidget(self._engine_card(theme))
        middle.addWidget(self._account_card(theme))
        middle.addStretch(1)
        row = QHBoxLayout(inner)
        row.setContentsMargins(theme.space(3), theme.space(5), theme.space(3), theme.space(5))
        row.addStretch(1)
        row.addLayout(middle, 1000)
        row.addStretch(1)
        self._scroll.setWidget(inner)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._scroll)

    def _zone_part(self, theme: Theme) -> QWidget:
        self._zone.setMinimumHeight(_ZONE_PX)
        self._zone.setMaximumWidth(WIDTH_PX)
        self._open.setObjectName("emptyOpen")
        self._open.set_icon("folder-open")
        self._open.set_keys("Ctrl", "O")
        self._paste.setObjectName("emptyPaste")
        self._paste.set_icon("clipboard-paste")
        self._paste.set_keys("Ctrl", "V")
        title = _words("Drop an image here to start editing", "page", centred=True)
        body = _words(
            "PNG, JPEG, WebP, GIF or AVIF. Your original file is never changed.",
            "body",
            "secondary",
            centred=True,
        )
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.space(3))
        buttons.addStretch(1)
        buttons.addWidget(self._open)
        buttons.addWidget(self._paste)
        buttons.addStretch(1)
        self._rows.append(buttons)
        column = QVBoxLayout(self._zone)
        pad = theme.space(5)
        column.setContentsMargins(pad, pad, pad, pad)
        column.setSpacing(0)
        column.addStretch(1)
        column.addWidget(self._zone.picture, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(theme.space(5))
        column.addWidget(title)
        column.addSpacing(theme.space(2))
        column.addWidget(body)
        column.addSpacing(theme.space(5))
        column.addLayout(buttons)
        column.addStretch(1)
        return self._zone

    def _engine_card(self, theme: Theme) -> QFrame:
        card = _card()
        self._engine.setObjectName("emptyEmbedded")
        set_kind(self._engine, kind="primary")
        head = QHBoxLayout()
        head.setSpacing(theme.space(3))
        head.addWidget(self._engine_icon)
        head.addWidget(self._engine_title, 1)
        body = _words(
            "The embedded engine runs on this computer, offline and free. It knows a short list "
            "of edits, enough to learn the tree and the compare views.",
            "body",
            "secondary",
        )
        self._body = body
        left = QVBoxLayout()
        left.setSpacing(theme.space(3))
        left.addLayout(head)
        left.addWidget(body)
        left.addSpacing(theme.space(2))
        left.addWidget(self._engine, 0, Qt.AlignmentFlag.AlignLeft)
        left.addStretch(1)
        pictures = QWidget()  # a part of its own, so that the keyboard comes to them together
        grid = QGridLayout(pictures)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(theme.space(3))
        for place, tile in enumerate(self._tiles.values()):
            grid.addWidget(tile, place // 2, place % 2)
        grid.setColumnStretch(2, 1)
        row = QHBoxLayout(card)
        pad = theme.space(5)
        row.setContentsMargins(pad, pad, pad, pad)
        row.setSpacing(theme.space(3))
        row.addLayout(left, 1)
        row.addWidget(pictures)
        self._rows.append(row)
        return card

    def _account_card(self, theme: Theme) -> QFrame:
        card = _card()
        self._connect.setObjectName("emptyConnect")
        set_kind(self._connect, kind="link")
        row = QHBoxLayout(card)
        row.setContentsMargins(theme.space(2), theme.space(3), theme.space(2), theme.space(3))
        row.setSpacing(theme.space(1))
        row.addStretch(1)
        set_kind(self._connections, type="body", tone="secondary")
        policy = QSizePolicy.Policy.Preferred  # as wide as its words, less where there is no room
        self._connections.setSizePolicy(policy, policy)
        row.addWidget(self._connections)
        row.addWidget(self._connect)
        row.addStretch(1)
        self._rows.append(row)
        return card


def _card() -> QFrame:
    card = QFrame()
    set_kind(card, kind="quiet-card")
    card.setMaximumWidth(WIDTH_PX)
    return card


def _words(
    text: str, type_role: str, tone: str = "", *, centred: bool = False, wraps: bool = True
) -> Label:
    label = Label(text)
    set_kind(label, type=type_role, tone=tone)
    label.setWordWrap(wraps)
    if centred:
        label.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
    return label
