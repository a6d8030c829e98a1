"""The press on Run: what the button says, what holds a run back, that a double click is one run."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QElapsedTimer, QObject, Signal

from kontext_studio.gui.instruction.checker import Answer
from kontext_studio.gui.instruction.panel_parts import PanelParts
from kontext_studio.gui.instruction.purpose import Purpose
from kontext_studio.gui.instruction.run_asked import RunAsked
from kontext_studio.gui.instruction.run_offer import RunSituation, offer_for
from kontext_studio.gui.instruction.settings_part import SettingsPart

_TWIN_MS = 600


class RunPart(QObject):
    """`requested` carries a RunAsked; `check_wanted` that the words must be checked before. `asked`
    is what would be run now."""

    requested = Signal(object)
    check_wanted = Signal()

    def __init__(
        self,
        parts: PanelParts,
        settings: SettingsPart,
        asked: Callable[[], RunAsked],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._parts = parts
        self._settings = settings
        self._asked = asked
        self._purpose = Purpose()
        self._blocked = ""
        self._again = False
        self._megapixels: float | None = None
        self._answer = Answer()
        self._overridden = ""
        self._waits_for_check = False
        self._last: RunAsked | None = None
        self._since_last = QElapsedTimer()
        parts.run_row.button.clicked.connect(self.press)
        parts.edit.run_asked.connect(self.press)
        settings.changed.connect(self.show)

    def set_purpose(self, purpose: Purpose) -> None:
        self._purpose = purpose
        self.show()

    def set_megapixels(self, megapixels: float | None) -> None:
        self._megapixels = megapixels
        self.show()

    def set_blocked(self, reason: str) -> None:
        self._blocked = reason
        self.show()

    def set_again(self, again: bool) -> None:
        self._again = again
        self.show()

    def text_changed(self) -> None:
        """A press that waited for a check of other words is forgotten."""
        self._waits_for_check = False
        self.show()

    def take(self, answer: Answer) -> None:
        """What the check found; a press that waited for it is made now."""
        self._answer = answer
        self.show()
        if self._waits_for_check and answer.text == self._parts.edit.toPlainText():
            self._waits_for_check = False
            self.press()

    @property
    def last_text(self) -> str:
        """The words of the last run."""
        return self._last.draft.text if self._last is not None else ""

    def press(self) -> None:
        """Told once if nothing stands in the way."""
        if not self._parts.run_row.button.isEnabled():
            return
        asked = self._asked()
        text = asked.draft.text
        if self._answer.text != text:  # pressed before the pause after the last key was over
            self._waits_for_check = True
            self.check_wanted.emit()
            return
        if self._has_error() and self._overridden != text:
            self._overridden = text
            self.show()
            return
        if asked == self._last and self._since_last.elapsed() < _TWIN_MS:
            return  # a double click, or a key held down
        self._last = asked
        self._since_last.start()
        self.requested.emit(asked)

    def show(self) -> None:
        models, text = self._parts.models, self._parts.edit.toPlainText()
        situation = RunSituation(
            text=text,
            model=models.model(),
            count=models.count(),
            has_image=self._purpose.edits,
            makes=self._purpose.makes,
            megapixels=self._megapixels,
            blocked=self._blocked,
            problem=self._settings.problem(),
            anyway=self._overridden == text and self._has_error(),
            again=self._again,
        )
        self._parts.run_row.button.show_offer(offer_for(situation))

    def _has_error(self) -> bool:
        return any(one.severity.rank == 0 for one in self._answer.findings)
