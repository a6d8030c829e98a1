"""Instructions in line: put there by splitting one, shown in the panel, run as the person says."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from PySide6.QtCore import QObject, Signal

from kontext_studio.core.history import Node
from kontext_studio.gui.bridge import Bridge
from kontext_studio.gui.instruction.error_card import CardMessage
from kontext_studio.gui.instruction.instruction_panel import InstructionPanel
from kontext_studio.gui.tasks import Tasks
from kontext_studio.workbench.announcements import TurnsChanged
from kontext_studio.workbench.bench import Workbench

_ONE_STEP = CardMessage(
    "This is one step already.",
    "There is nothing to split: it makes one change, or its changes hang together.",
    icon="info",
    tone="accent",
)
_SLOT_LEFT = CardMessage(
    "A placeholder is left in a step.",
    "Fill it in, or run again to send the step as it is. Nothing was sent.",
    icon="triangle-alert",
    tone="warning",
)
_IN_LINE = CardMessage(
    "Other steps are in line already.",
    "Run them or discard them first.",
    icon="info",
    tone="accent",
)


class Turning(QObject):
    """`put_aside` carries what the editor should hold now that its words stand in line; what was
    there must be easy to bring back."""

    put_aside = Signal(str)

    def __init__(
        self,
        bench: Workbench,
        panel: InstructionPanel,
        bridge: Bridge,
        tasks: Tasks,
        current: Callable[[], Node | None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._bench = bench
        self._panel = panel
        self._tasks = tasks
        self._current = current
        self._held: tuple[str, ...] = ()  # what was held back once
        self._whole = ""  # what the steps in line were made from
        card = panel.turns
        card.run_asked.connect(self._run)
        card.stop_asked.connect(bench.turns.stop)
        card.discard_asked.connect(self._discard)
        card.edited.connect(self._edit)
        card.removed.connect(self._remove)
        bridge.turns_changed.connect(self._show)

    def _edit(self, place: int, text: str) -> None:
        if (view := self._bench.turns.view()) is not None:
            self._tasks.start(self._bench.turns.edit(view.queue, place, text))

    def _remove(self, place: int) -> None:
        if (view := self._bench.turns.view()) is not None:
            self._tasks.start(self._bench.turns.remove(view.queue, place))

    def split(self, text: str) -> None:
        """Put the single steps of an instruction in line; nothing is run yet."""
        self._tasks.start(self._split(text))

    def put_in_line(
        self, texts: Sequence[str], *, whole: str = "", note: str = "", branches: bool = False
    ) -> None:
        """Instructions for the step that is looked at, with the settings of the panel. `whole` is
        what they were made from: it leaves the editor, where Run would send it all once more."""
        node = self._current()
        if self._bench.turns.view() is not None:
            self._panel.set_card(_IN_LINE)  # what stands there is not thrown away unasked
        elif node is not None and texts and not self._panel.makes:
            draft = self._panel.draft()
            begun = self._bench.turns.begin(texts, node.id, draft, branches=branches)
            self._tasks.start(self._then_show(begun, whole, note))

    async def _split(self, text: str) -> None:
        from kontext_studio.prompting.keep import compose
        from kontext_studio.prompting.steps import plan_steps

        chips = self._panel.keep.chips
        flags, subject = chips.flags(), chips.subject()

        def cut() -> tuple[list[str], str]:
            plan = plan_steps(text)
            return [compose(one, flags, subject) for one in plan.texts], plan.note

        node = self._current()
        texts, note = await asyncio.to_thread(cut)
        if node is None or node != self._current():
            return  # somebody has gone on: these words are about another step
        if len(texts) < 2:
            self._panel.set_card(_ONE_STEP)
        else:
            self.put_in_line(texts, whole=text, note=note)

    async def _then_show(self, begun: Coroutine[Any, Any, None], whole: str, note: str) -> None:
        await begun
        self._whole = whole
        self._panel.turns.set_note(note)
        if whole and self._panel.edit.toPlainText() == whole:
            self.put_aside.emit("")
            self._panel.set_notice("list-tree", "In line below", "default")
        self._panel.reveal(self._panel.turns, asked=True)

    def _discard(self) -> None:
        """Before the first step was run, the words that were split come back."""
        view, whole = self._bench.turns.view(), self._whole
        untouched = view is not None and view.queue.done == 0 and not view.under_way
        if whole and untouched and not self._panel.edit.toPlainText().strip():
            self.put_aside.emit(whole)
        self._tasks.start(self._bench.turns.discard())

    def _run(self, all_of_them: bool) -> None:
        self._panel.turns.tell()  # what is being typed there counts
        texts = self._panel.turns.texts()
        run = self._run_texts(texts if all_of_them else texts[:1], all_of_them)
        self._tasks.start(run, show_fault=lambda _fault: None)  # the card says it

    async def _run_texts(self, texts: tuple[str, ...], all_of_them: bool) -> None:
        """Held back once where a placeholder is left, as in the editor."""
        if texts != self._held and await asyncio.to_thread(_has_slot, texts):
            self._held = texts
            self._panel.set_card(_SLOT_LEFT)
            return
        self._held = ()
        self._panel.set_card(None)
        await self._bench.turns.run(all_of_them=all_of_them)

    def _show(self, what: TurnsChanged) -> None:
        self._panel.turns.show_view(what.view)
        if what.view is None and self._panel.card.message() is _IN_LINE:
            self._panel.set_card(None)


def _has_slot(texts: Sequence[str]) -> bool:
    from kontext_studio.prompting.slots import slots_of

    return any(slots_of(text) for text in texts)
