"""The status bar: connection, jobs, a notice, what the session cost, and the way to all commands.

It shows values it is given; each part is a button that says it was pressed.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStatusBar, QWidget

from kontext_studio.gui.shell.parts_button import Part, PartsButton
from kontext_studio.gui.theme.apply import set_kind
from kontext_studio.gui.theme.tokens import Theme
from kontext_studio.workbench.money import money_words

_LARGE_TEXT = 1.4
NEARLY = 0.8
"""From this share of the limit on, the meter warns (UX J2)."""


@dataclass(frozen=True, slots=True)
class ConnectionFacts:
    """`name` stands out ("fal.ai"), `detail` follows ("via studio-proxy.lan"); `icon` is a Lucide
    name and `token` its colour."""

    name: str
    detail: str = ""
    icon: str = "shield-check"
    token: str = "success.text"


NOT_CONNECTED = ConnectionFacts("", "No provider connected", "unplug", "text.secondary")
EMBEDDED_CONNECTION = ConnectionFacts(
    "Embedded engine", "on this computer", "cpu", "text.secondary"
)


@dataclass(frozen=True, slots=True)
class SessionCost:
    """US dollars. `limit` None means no limit; `unknown` counts runs without a known price."""

    spent: float = 0.0
    limit: float | None = None
    is_estimate: bool = False
    unknown: int = 0


class StatusBar(QStatusBar):
    """`notice_pressed` carries the id that was given with the notice."""

    connection_pressed = Signal()
    jobs_pressed = Signal()
    cost_pressed = Signal()
    palette_pressed = Signal()
    notice_pressed = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setSizeGripEnabled(False)
        self._notice_id = ""
        self._connection = PartsButton(theme, "connectionButton", self)
        self._jobs = PartsButton(theme, "jobsButton", self)
        self._notice = PartsButton(theme, "noticeButton", self)
        self._cost = PartsButton(theme, "sessionCost", self)
        self._commands = PartsButton(theme, "commandsButton", self)
        self._commands.set_parts(Part("Commands"))
        self.set_command_keys("Ctrl", "K")
        self._buttons = (
            self._connection,
            self._jobs,
            self._notice,
            self._cost,
            self._commands,
        )
        # Placed by hand: the layout of QStatusBar keeps 5 px of the height for itself.
        self._line = line = QWidget(self)
        row = QHBoxLayout(line)
        row.setContentsMargins(theme.space(3), 0, theme.space(3), 0)
        row.setSpacing(theme.space(2))
        row.addWidget(self._connection)
        row.addWidget(_divider(line))
        row.addWidget(self._jobs)
        row.addWidget(self._notice)
        row.addStretch(1)
        row.addWidget(self._cost)
        self._cost_divider = _divider(line)
        row.addWidget(self._cost_divider)
        row.addWidget(self._commands)
        self._connection.clicked.connect(self.connection_pressed)
        self._jobs.clicked.connect(self.jobs_pressed)
        self._cost.clicked.connect(self.cost_pressed)
        self._commands.clicked.connect(self.palette_pressed)
        self._notice.clicked.connect(self._press_notice)
        self.set_connection(NOT_CONNECTED)
        self.set_jobs("No jobs")
        self.set_notice("")
        self.set_cost(None)
        self._fit_height()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._line.setGeometry(self.rect().adjusted(0, 1, 0, 0))

    def set_command_keys(self, *keys: str) -> None:
        """The keys that open the palette."""
        self._commands.set_keys(*keys)
        self._commands.setAccessibleName(
            ", ".join(("Commands", *((" ".join(keys),) if keys else ())))
        )

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        for button in self._buttons:
            button.set_theme(theme)
        self._fit_height()

    def _fit_height(self) -> None:
        """As high as the token says, higher only for large text."""
        least = self._theme.length("size.statusbar")
        self.setFixedHeight(max(least, self._commands.sizeHint().height() + 2))

    def set_connection(self, facts: ConnectionFacts) -> None:
        self._connection.set_parts(
            Part(facts.name, strong=True),
            Part(facts.detail),
            icon=facts.icon,
            icon_token=facts.token,
        )
        said = " ".join(part for part in (facts.name, facts.detail) if part)
        self._connection.setAccessibleName(f"Connection: {said}")
        self._connection.setToolTip("Connection")

    def set_jobs(self, summary: str) -> None:
        """As in the header of the jobs list: "1 running · 1 waiting"."""
        self._jobs.set_parts(Part(summary))
        self._jobs.setAccessibleName(f"Jobs: {summary.replace(' · ', ', ')}")
        self._jobs.setToolTip("Show the jobs")

    def set_notice(self, text: str, notice_id: str = "") -> None:
        """Something that is ready and can be gone to ("Step 8 is ready"); empty takes it away."""
        self._notice_id = notice_id
        self._notice.set_parts(Part(text, strong=True), icon="circle-dot", icon_token="accent.text")
        self._notice.setAccessibleName(text or "Nothing new")
        self._notice.setVisible(bool(text))

    def set_cost(self, cost: SessionCost | None) -> None:
        """What the session cost so far; None hides the part."""
        shown = cost is not None
        self._cost.setVisible(shown)
        self._cost_divider.setVisible(shown)
        if cost is None:
            return
        spent = money_words(cost.spent)
        about = "about " if cost.is_estimate else ""
        limit = f"of {money_words(cost.limit)}" if cost.limit is not None else ""
        unknown = f"+ {cost.unknown} of unknown price" if cost.unknown else ""
        share = cost.spent / cost.limit if cost.limit else None
        near = share is not None and share >= NEARLY
        self._cost.set_parts(
            Part(f"This session {about}".rstrip()),
            Part(spent, strong=True),
            Part(limit),
            Part(unknown),
            icon="triangle-alert" if near else "",
            icon_token="warning.text",
        )
        # With large text the words need the room.
        roomy = self._theme.text_scale < _LARGE_TEXT
        self._cost.set_meter(share if roomy else None, "warning.line" if near else "accent.line")
        said = " ".join(p for p in (f"This session {about}{spent}", limit, unknown) if p)
        self._cost.setAccessibleName(said)
        self._cost.setToolTip("Limits and cost")

    def _press_notice(self) -> None:
        self.notice_pressed.emit(self._notice_id)


def _divider(parent: QWidget) -> QFrame:
    line = QFrame(parent)
    set_kind(line, kind="divider-vertical")
    line.setFixedHeight(14)
    return line
