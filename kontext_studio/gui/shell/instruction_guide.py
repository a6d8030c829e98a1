"""The instruction guide: instructions as they are often written, what is wrong, a better one.

Promises that it says what the wording checker says, because it asks the checker.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDialog, QFrame, QScrollArea, QVBoxLayout, QWidget

from kontext_studio.gui.shell.label import Label
from kontext_studio.gui.theme.apply import set_kind
from kontext_studio.gui.theme.tokens import Theme
from kontext_studio.prompting.lint import lint

_SIZE = QSize(600, 640)
_INTRO = (
    "Name the thing, say what it becomes, and say what must stay. One change to a step: "
    "what went wrong can then be taken back alone."
)
# What is wrong with each is the first finding of that rule; its first fix is the better one.
_OFTEN_WRITTEN = (
    ("Transform the wall to white marble", "scope-verb"),
    ("Make the picture look better", "vague-goal"),
    ("Change the background to a beach", "keep-framing"),
    ("Make the woman wear a red coat", "keep-person"),
    ("Turn the man into a Viking", "scope-verb"),
    ("Change the sign to say Open late", "unquoted-text"),
    ("Convert the picture to a painting", "style-generic"),
)
_MORE = (
    (
        "Change it to blue",
        "Name the subject: the model cannot see what “it” points to.",
        "Change the cup to blue",
    ),
    (
        "Change the cup to blue, remove the spoon and make the wall green",
        "Each further change costs some of what should stay: run them one after the other.",
        "Change the cup to blue",
    ),
)


@dataclass(frozen=True, slots=True)
class GuideEntry:
    """An instruction, why it is weak, and a better one."""

    bad: str
    why: str
    good: str


def guide_entries() -> tuple[GuideEntry, ...]:
    """The entries of the guide. The first call loads the checker's vocabulary."""
    entries = []
    for bad, rule in _OFTEN_WRITTEN:
        finding = next(one for one in lint(bad) if one.rule == rule and one.fixes)
        entries.append(GuideEntry(bad, finding.message, finding.fixes[0].applied_to(bad)))
    return (*entries, *(GuideEntry(*one) for one in _MORE))


class InstructionGuide(QDialog):
    """Stands beside the window and does not block it."""

    def __init__(
        self, theme: Theme, entries: Sequence[GuideEntry], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("instructionGuide")
        self.setWindowTitle("Instruction guide")
        self.setModal(False)
        self.resize(_SIZE)
        inner = QWidget()
        set_kind(inner, kind="scrolled")
        column = QVBoxLayout(inner)
        pad = theme.space(6)
        column.setContentsMargins(pad, pad, pad, pad)
        column.setSpacing(theme.space(5))
        column.addWidget(_words("Instructions that work", "page"))
        column.addWidget(_words(_INTRO, "body", "secondary"))
        for entry in entries:
            column.addWidget(_card(theme, entry))
        column.addStretch(1)
        scroll = QScrollArea(self)
        scroll.setObjectName("guideText")
        scroll.setAccessibleName("Instruction guide")
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inner)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scroll)


def _card(theme: Theme, entry: GuideEntry) -> QFrame:
    card = QFrame()
    set_kind(card, kind="card")
    column = QVBoxLayout(card)
    column.setContentsMargins(theme.space(5), theme.space(4), theme.space(5), theme.space(4))
    column.setSpacing(theme.space(2))
    column.addWidget(_words(f"Instead of: “{entry.bad}”", "body", "secondary"))
    column.addWidget(_words(entry.why, "small", "warning"))
    column.addWidget(_words(f"Write: “{entry.good}”", "strong"))
    return card


def _words(text: str, role: str, tone: str = "") -> Label:
    label = Label(text)
    label.setWordWrap(True)
    set_kind(label, type=role, tone=tone)
    return label
