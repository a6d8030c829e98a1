"""The instruction panel: its input, its draft, its models, and what Run does."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from kontext_studio.core.drafts import Draft
from kontext_studio.core.errors import BadRequest, ReadOnlySession, StudioError
from kontext_studio.core.history import JobId, Node, NodeId
from kontext_studio.gui.bridge import Bridge
from kontext_studio.gui.history.names import step_name
from kontext_studio.gui.instruction.error_card import CardAction, CardMessage
from kontext_studio.gui.instruction.instruction_panel import InstructionPanel
from kontext_studio.gui.instruction.model_offer import nearest_offer
from kontext_studio.gui.instruction.run_asked import RunAsked
from kontext_studio.gui.presenters.drafting import Drafting
from kontext_studio.gui.presenters.judging import Judging
from kontext_studio.gui.presenters.model_choice import chosen_route, offers_of, resolved
from kontext_studio.gui.presenters.services import upload_words
from kontext_studio.gui.presenters.thumbnails import small_picture
from kontext_studio.gui.tasks import Tasks
from kontext_studio.workbench.announcements import JobChanged, ResultStored
from kontext_studio.workbench.bench import Workbench
from kontext_studio.workbench.orders import RunOrder

CLICKS_S = 1.0
"""Presses on Run this soon after a run with the same words are one press (UX I11)."""
SAVE_COPY = (CardAction("save copy", "Save a copy"),)


class Running(QObject):
    """`started` carries the job id of a run that is on its way; `situation_changed` tells that
    another model or another setting, or making instead of editing, was chosen."""

    started = Signal(str)
    situation_changed = Signal()
    copy_wanted = Signal()  # of a session that is open for looking only

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
        self._shown: NodeId | None = None
        self._making = False
        self._asked_on: tuple[NodeId | None] | None = None  # where a new picture was asked for
        self._route = ""
        self._picture: QImage | None = None
        self._drafts = Drafting(bench, tasks, self)
        self._judging = Judging(bench, panel, tasks, self)
        self._told: Draft | None = None
        self._last: RunOrder | None = None
        self._last_at = 0.0
        self._starting: list[RunOrder] = []
        self._waits_for: Callable[[], asyncio.Task[None] | None] = lambda: None
        bridge.session_opened.connect(self._forget)
        bridge.changed.connect(self._follow)
        bridge.job_changed.connect(self._take_job)
        bridge.result_stored.connect(self._take_result)
        bridge.settings_changed.connect(self._take_settings)
        panel.run_requested.connect(self._take)
        panel.draft_changed.connect(self._keep_draft)
        panel.card_action.connect(self._take_card_action)
        panel.making_left.connect(self.edit_again)

    # Showing.

    def _take_settings(self) -> None:
        self._show_models()
        self._judging.tell_context()
        self.refresh()  # a service that has come makes pictures where there is nothing to edit

    def refresh(self) -> None:
        """Show the current step's input and draft, or those of a picture that is made from text:
        where that was asked for, and where there is nothing to edit."""
        node = self._current()
        panel = self._panel
        if self._asked_on is not None and self._asked_on != (node.id if node else None,):
            self._asked_on = None  # somebody has gone to another step
        if self._asked_on is not None or (node is None and self.can_make):
            self._show_making(node)
            return
        loose = self._loose_words()
        if self._making:
            self._leave_making()
        if node is None:
            self._shown = None
            self._judging.follow_nothing()
            panel.set_input(None, "", "", has_image=False)
            return
        if node.id == self._shown:
            self._name_input(node)
            return
        self.save_draft()
        self._shown = node.id
        self._picture = None
        self._name_input(node)
        panel.set_megapixels(node.image.width * node.image.height / 1e6)
        panel.set_draft(self._draft_for(node.id))
        self._carry_on(loose)
        self._judging.follow_step(node)
        panel.set_history(self._drafts.older_instructions())
        self._tasks.start(self._fetch_thumbnail(node))

    def _show_making(self, node: Node | None) -> None:
        """The panel for a picture from text; `node` is what there is to go back to."""
        panel = self._panel
        if not self._making:
            loose = self._loose_words()
            self.save_draft()
            self._making, self._shown = True, None
            self._show_models()
            panel.set_megapixels(None)
            panel.set_making(can_leave=node is not None)
            panel.set_draft(self._draft_for(None))
            self._carry_on(loose)
            self._judging.follow_making()
            panel.set_history(self._drafts.older_instructions())
            self.situation_changed.emit()
        panel.set_making(can_leave=node is not None)

    def _loose_words(self) -> str:
        """What was written while there was nothing to edit and nobody to make a picture."""
        return self._panel.edit.toPlainText() if self._place is None else ""

    def _carry_on(self, loose: str) -> None:
        """Such words go on to what has come now, unless it has words of its own."""
        if loose and not self._panel.edit.toPlainText():
            self._panel.set_text(loose)

    def _leave_making(self) -> None:
        self.save_draft()
        self._making = False
        self._show_models()
        self.situation_changed.emit()

    @property
    def can_make(self) -> bool:
        """Whether a connected service makes pictures from text, and a session takes them."""
        return self._bench.is_open and bool(offers_of(self._bench, making=True))

    def make_from_text(self) -> None:
        """A new picture instead of an edit, until another step is looked at."""
        if self.can_make:
            node = self._current()
            self._asked_on = (node.id if node is not None else None,)
            self.refresh()
            self._panel.focus_editor()

    def edit_again(self) -> None:
        """Back to editing the step that is looked at."""
        self._asked_on = None
        self.refresh()
        self._panel.focus_editor()

    def fill(self, text: str) -> None:
        """Put an instruction into the editor, for the person to change and run."""
        self._panel.set_text(text)
        self._panel.focus_editor()

    def write_here(self, text: str) -> None:
        """Put an instruction in place of what is written on this step, which Ctrl+Up brings back:
        the person may not have had it in view."""
        before = self._panel.edit.toPlainText()
        if before.strip() and before != text:
            self._drafts.put_aside(before)
            self._panel.set_history(self._drafts.older_instructions())
        self._panel.edit.write_over(text)

    def focus(self) -> None:
        """Put the caret into the editor."""
        self._panel.focus_editor()

    def add_text(self, text: str) -> None:
        """Text that was pasted on the canvas belongs to the instruction."""
        self._panel.edit.insertPlainText(text)
        self._panel.focus_editor()

    def save_draft(self) -> None:
        """Write what was typed, before anything moves on."""
        self._drafts.save()

    # Running.

    def run(self) -> None:
        """As a press on Run."""
        self._panel.run()

    def run_with_new_seed(self) -> None:
        """Run what the panel shows although the same is on its way or was just run."""
        draft, node = self._panel.draft(), self._input()
        if node is None and not self._making:
            return
        above = (node.id,) if node is not None else ()
        if draft.text.strip():
            order = self._order(node, RunAsked(draft, self._panel.sent_text()))
            self._start(replace(order, seed=None), allow_twin=True, typed=draft.text)
        elif self._last is not None and self._last.parents[:1] == above:
            self._start(replace(self._last, seed=None), allow_twin=True)

    def rerun(self, node: Node, *, same_seed: bool = False, count: int | None = None) -> None:
        """The same run as the one that made this step, as a sibling."""
        request, result = node.request, node.result
        if request is None:
            return
        seed = result.seed if result is not None and result.seed is not None else request.seed
        if same_seed and seed != request.seed:
            count = 1  # the service told this variant's own seed: it makes the same one alone
        order = RunOrder(
            instruction=request.instruction,
            parents=node.parents,
            model=request.model,
            route=result.route if result else "",
            count=count or request.count,
            seed=seed if same_seed else None,
            parameters=request.parameters,
            area=request.area,
        )
        self._start(order, allow_twin=True)

    def apply_here(self, node: Node, onto: Node) -> None:
        """The instruction that made `node`, on another step."""
        if node.request is not None:
            self._start(RunOrder(node.request.instruction, (onto.id,)), allow_twin=True)

    def _take(self, asked: RunAsked) -> None:
        node = self._input()
        if node is None and not self._making:
            return
        if (writing := self._waits_for()) is not None:
            self._tasks.start(self._take_after(writing, asked))
            return
        self.save_draft()
        self._start(self._order(node, asked), typed=asked.draft.text)

    def set_waits_for(self, waits_for: Callable[[], asyncio.Task[None] | None]) -> None:
        """What is being written that belongs to the draft: a run takes it along."""
        self._waits_for = waits_for

    async def _take_after(self, writing: asyncio.Task[None], asked: RunAsked) -> None:
        await asyncio.wait((writing,))
        now = self._panel.draft()
        draft = replace(asked.draft, area=now.area, area_on=now.area_on)
        self._take(replace(asked, draft=draft))

    def order_of(self, asked: RunAsked) -> RunOrder | None:
        """What pressing Run would send; None where there is nothing to run on."""
        node = self._input()
        return None if node is None and not self._making else self._order(node, asked)

    @property
    def _place(self) -> tuple[NodeId | None] | None:
        """The step whose words are in the editor, none being a picture from text; None where there
        is nothing to write for."""
        return (self._shown,) if self._shown is not None or self._making else None

    def _input(self) -> Node | None:
        """The step that a run would edit; none for a picture from text."""
        return None if self._making else self._current()

    def _order(self, node: Node | None, asked: RunAsked) -> RunOrder:
        draft = asked.draft
        return RunOrder(
            instruction=asked.sent_text,
            parents=(node.id, *draft.references) if node is not None else (),
            model=draft.model,
            route=draft.route or self._bench.route_name,
            count=draft.count,
            seed=draft.seed,
            parameters=draft.parameters,
            delivery=draft.delivery,
            area=draft.area_to_send if node is not None else None,
        )

    def _start(self, order: RunOrder, *, allow_twin: bool = False, typed: str = "") -> None:
        """Every run begins here: a key held, however long, or pressed twice, is one run. `typed` is
        what stood in the editor for it."""
        now = time.monotonic()
        if order == self._last and now - self._last_at < CLICKS_S:
            self._last_at = now
            return
        if order in self._starting:
            return
        self._last, self._last_at = order, now
        self._starting.append(order)
        work = self._submit(order, allow_twin, typed)
        self._tasks.start(work, show_fault=self._show_refusal)

    async def _submit(self, order: RunOrder, allow_twin: bool, typed: str) -> None:
        try:
            job: JobId = await self._bench.submit(order, allow_twin=allow_twin)
        finally:
            self._starting.remove(order)
        self._panel.set_card(None)
        if typed:
            self._drafts.note_run(job, order.parents[0] if order.parents else None, typed)
        self.started.emit(job)

    def _show_refusal(self, fault: StudioError) -> None:
        """What was refused before sending stands in the panel, beside the words concerned."""
        self._panel.set_card(
            CardMessage(
                title=fault.message,
                body=" ".join(part for part in (fault.hint, "Nothing was sent.") if part),
                icon="triangle-alert",
                tone="warning" if isinstance(fault, BadRequest) else "danger",
                actions=SAVE_COPY if isinstance(fault, ReadOnlySession) else (),
            )
        )

    def _take_card_action(self, key: str) -> None:
        if key == SAVE_COPY[0].key:
            self.copy_wanted.emit()

    # Small parts.

    def _show_models(self) -> None:
        """The models of all connections. What is chosen stays, unless the person has gone over to
        another connection."""
        panel, bench = self._panel, self._bench
        route = chosen_route(bench)
        panel.set_can_make(self.can_make)
        if route is None:
            self._route = ""
            panel.set_upload_note("")
            panel.set_offers((), "", "")
            return
        panel.set_upload_note(upload_words(route))
        offers, now = offers_of(bench, making=self._making), panel.models.offer()
        went_over, self._route = route.name != self._route, route.name
        chosen = None if went_over or now not in offers else now
        if chosen is None:
            draft = self._draft_for(self._shown) if bench.is_open else Draft()
            known = next((one for one in offers if one.key == (route.name, draft.model)), None)
            like = now.model if now is not None else None
            chosen = known or nearest_offer(offers, route.name, like)
        panel.set_offers(offers, *(chosen.key if chosen is not None else ("", "")))
        self.situation_changed.emit()

    def _draft_for(self, node: NodeId | None) -> Draft:
        """The step's own draft; for a new one the model and the delivery of the last one go on."""
        draft = self._drafts.of(node)
        if draft == Draft():
            now = self._panel.draft()
            draft = Draft(model=now.model, route=now.route, delivery=now.delivery)
            if node is not None:
                area = now.area_for(self._bench.session.history[node].image)
                draft = replace(draft, area=area, keep_area=now.keep_area)
        return resolved(self._bench, draft, offers_of(self._bench, making=self._making))

    def _take_result(self, what: ResultStored) -> None:
        self._drafts.take_result(what.job, self._place)

    def _take_job(self, what: JobChanged) -> None:
        if what.view.record.ended:
            self._judging.show_refused_words()

    def _keep_draft(self, draft: Draft) -> None:
        self._panel.set_card(None)
        self._judging.show_refused_words()
        if self._place is not None:
            self._drafts.keep(self._shown, draft)
        if draft.route and draft.route != self._route and self._bench.is_open:
            # Where the next runs go is one fact, and the status bar tells it.
            self._route = draft.route
            self._tasks.start(self._bench.choose_route(draft.route))
        self._judging.tell_context()
        settings = replace(draft, text="")
        if settings != self._told:  # what follows from them need not be worked out at each key
            self._told = settings
            self.situation_changed.emit()

    def _name_input(self, node: Node) -> None:
        name = step_name(self._bench.session, node, original=node.title or "Original")
        origin = f"Input · Step {node.step}" if node.step else "Input · Original"
        self._panel.set_input(self._picture, origin, name)

    async def _fetch_thumbnail(self, node: Node) -> None:
        image = await small_picture(self._bench, node.image)
        if self._shown == node.id:
            self._picture = image
            self._name_input(node)

    def _follow(self) -> None:
        self.refresh()
        self._panel.set_history(self._drafts.older_instructions())

    def _forget(self) -> None:
        had_draft = self._place is not None
        self._shown = None
        self._making, self._asked_on = False, None
        self._judging.follow_nothing()
        if had_draft:
            self._panel.set_text("")  # it is kept with the session that has gone
        self._last = None
        self._drafts.forget()
        self._show_models()
        self.refresh()
