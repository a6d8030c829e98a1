"""The Instruction panel: shows what it is given through setters, tells what the person wants.

It joins its parts and refuses to know sessions, providers and settings.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from kontext_studio.core.drafts import Draft
from kontext_studio.core.history import NodeId
from kontext_studio.core.request import ParamValue
from kontext_studio.core.treatment import SentParam
from kontext_studio.gui.instruction.checker import Answer, Checker, Question
from kontext_studio.gui.instruction.error_card import CardMessage
from kontext_studio.gui.instruction.model_offer import ModelOffer
from kontext_studio.gui.instruction.panel_parts import PanelParts
from kontext_studio.gui.instruction.purpose import Purpose
from kontext_studio.gui.instruction.revealing import REVEALED_PX, Revealing
from kontext_studio.gui.instruction.run_asked import RunAsked
from kontext_studio.gui.instruction.run_part import RunPart
from kontext_studio.gui.instruction.settings_part import SettingsPart
from kontext_studio.gui.shell.steady_scroll import SteadyScrollArea
from kontext_studio.gui.theme.apply import set_kind
from kontext_studio.gui.theme.tokens import Theme
from kontext_studio.prompting.keep_flags import KeepFlag, flags_from

if TYPE_CHECKING:
    from kontext_studio.prompting.context import LintContext
    from kontext_studio.prompting.run_facts import RunFacts

_HINT_WITHOUT_IMAGE = (
    "Open an image, then say what to change. For example: Replace the background with a plain "
    "light grey wall, keep the person exactly the same."
)
_HINT_WITH_IMAGE = (
    "Say what to change. For example: Replace the background with a plain light grey wall, keep "
    "the person exactly the same."
)
_HINT_TO_MAKE = (
    "Say what to make, or open an image to change it. For example: A plain light grey product "
    "backdrop with soft daylight from the left."
)


class InstructionPanel(SteadyScrollArea):
    """`run_requested` carries a RunAsked, `draft_changed` a Draft, `files_dropped` and
    `references_dropped` tuples of paths, `reference_step_dropped` a node id, `fix_command` a
    FixAsked, `why_asked` the id of a rule, `ignore_asked` an IgnoreAsked, `price_asked` a RunAsked.
    """

    run_requested = Signal(object)
    draft_changed = Signal(object)
    files_dropped = Signal(object)
    references_dropped = Signal(object)
    reference_step_dropped = Signal(str)
    reference_asked = Signal()
    making_left = Signal()
    connect_asked = Signal()
    price_asked = Signal(object)
    paint_asked = Signal()
    fix_command = Signal(object)
    why_asked = Signal(str)
    ignore_asked = Signal(object)
    ignored_wanted = Signal()
    card_action = Signal(str)
    card_chip = Signal(str)
    checked = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("instructionPanel")
        set_kind(self, kind="panel")
        self._context: LintContext | None = None
        self._ignored: frozenset[str] = frozenset()
        self._ignored_places: frozenset[tuple[str, str]] = frozenset()
        self._run_facts: Callable[[Draft], RunFacts] | None = None
        self._commands: frozenset[str] = frozenset()
        self._titles: tuple[tuple[str, str], ...] = ()
        self._purpose = Purpose()
        self._can_make = True
        self._upload_words = ""
        self._answer = Answer()
        self._filling = False
        self._is_waited_for = False
        self._checker = Checker(self)
        self._parts = parts = PanelParts(theme, self._question, self)
        self.input_row, self.references = parts.input_row, parts.references
        self.edit, self.wording, self.problems = parts.edit, parts.wording, parts.wording.problems
        self.turns, self.card, self.habits = parts.turns, parts.card, parts.habits
        self.keep, self.area, self.models = parts.keep, parts.area, parts.models
        self.parameters, self.delivery = parts.parameters, parts.delivery
        self.run_button, self.notes = parts.run_row.button, parts.notes
        self._settings = SettingsPart(parts, self)
        self._run = RunPart(parts, self._settings, self._asked, self)
        self.setWidget(parts)
        self._revealing = Revealing(self, self._may_scroll)
        self._connect()
        self.set_input(None, "", "", has_image=False)

    def _connect(self) -> None:
        self.edit.textChanged.connect(self._on_text)
        self.edit.check_wanted.connect(self._check_now)
        self.edit.fix_command.connect(self.fix_command)
        self.edit.why_asked.connect(self.why_asked)
        self.edit.ignore_asked.connect(self.ignore_asked)
        self.wording.ignored_wanted.connect(self.ignored_wanted)
        self.edit.files_dropped.connect(self.files_dropped)
        self.card.action_asked.connect(self.card_action)
        self.card.chip_chosen.connect(self.card_chip)
        self.turns.focus_left.connect(self.focus_editor)
        self.keep.chips.changed.connect(self._on_settings)
        self.area.paint_asked.connect(self.paint_asked)
        self.area.changed.connect(self._take_area)
        self.input_row.reference_asked.connect(self.reference_asked)
        self.input_row.files_dropped.connect(self.references_dropped)
        self.input_row.step_dropped.connect(self.reference_step_dropped)
        self.input_row.making_left.connect(self.making_left)
        self._settings.changed.connect(self._on_settings)
        self._parts.run_row.price_asked.connect(self.ask_price)
        self.notes.connect_asked.connect(self.connect_asked)
        self._run.requested.connect(self.run_requested)
        self._run.check_wanted.connect(self._check_now)
        self._checker.answered.connect(self._take)

    def add_below(self, widget: QWidget) -> None:
        """Put a part, such as the list of jobs, under the parameters."""
        self._parts.add_below(widget)

    # ------------------------------------------------------------ setters
    def set_theme(self, theme: Theme) -> None:
        self._parts.set_theme(theme)

    def set_input(
        self, picture: QImage | None, origin: str, name: str, *, has_image: bool = True
    ) -> None:
        """The step that a run would start from: its thumbnail, "Input · Step 7", its name."""
        self._purpose = Purpose(edits=has_image)
        self.input_row.set_input(picture, origin, name)
        self._show_purpose()

    def set_making(self, *, can_leave: bool) -> None:
        """A picture is made from text; `can_leave` where a step is there to go back to."""
        self._purpose = Purpose(makes=True)
        self.input_row.set_making(can_leave=can_leave)
        self._show_purpose()

    def set_can_make(self, can: bool) -> None:
        """Whether anything that is connected makes pictures from text."""
        self._can_make = can
        self._show_purpose()

    @property
    def makes(self) -> bool:
        """Whether a picture is made from text."""
        return self._purpose.makes

    def _show_purpose(self) -> None:
        purpose = self._purpose
        self.keep.setVisible(purpose.edits)
        self.area.setVisible(purpose.edits)
        self.input_row.setVisible(purpose.is_any)
        self.models.setVisible(purpose.is_any)
        self.habits.setVisible(not purpose.is_any)
        self.notes.set_no_maker(not purpose.is_any and not self._can_make)
        hint = _HINT_WITH_IMAGE if purpose.edits else _HINT_WITHOUT_IMAGE
        self.edit.set_hint(_HINT_TO_MAKE if purpose.makes else hint)
        self._show_uploads()
        self._settings.set_purpose(purpose)
        self._run.set_purpose(purpose)

    def set_megapixels(self, megapixels: float | None) -> None:
        """Size of the input, for models that are paid by the megapixel."""
        self._run.set_megapixels(megapixels)

    def set_offers(self, offers: Sequence[ModelOffer], route: str, model_id: str) -> None:
        """The models to choose from; what comes nearest to the named one is chosen."""
        self._settings.set_offers(offers, route, model_id)
        self._run.show()

    def set_draft(self, draft: Draft) -> None:
        """Show another step's draft; nothing is told about it."""
        self._filling = True
        self.notes.set_estimate("")  # it was of another run
        self.edit.set_text(draft.text)
        self._settings.set_draft(draft)
        self.keep.chips.set_flags(flags_from(draft.keep))
        self.area.set_draft(draft.area, on=draft.area_on, keep=draft.keep_area)
        self.parameters.set_protects(self.area.protects)
        self._filling = False
        self._settings.show()
        self._run.show()
        self._check_again()

    def set_text(self, text: str) -> None:
        self.edit.set_text(text)
        self._check_now()

    def set_params(self, values: Mapping[str, ParamValue], seed: int | None = None) -> None:
        self.parameters.set_values(values, seed)
        self._settings.show()

    def set_count(self, count: int) -> None:
        self.models.set_count(count)
        self._run.show()

    def set_keep(self, flags: Collection[KeepFlag]) -> None:
        self.keep.chips.set_flags(flags)
        self._check_again()

    def set_subject(self, subject: str | None) -> None:
        """What the subject chip is named after: the thing of the last instruction."""
        self.keep.chips.set_subject(subject)
        self._check_again()

    def set_context(self, context: LintContext | None) -> None:
        """What the wording rules may know: model, depth, the previous instruction."""
        self._context = context
        self._check_again()

    def set_ignored_rules(
        self, rules: Collection[str], places: Collection[tuple[str, str]] = ()
    ) -> None:
        """Rules that keep still, and with `places` those that do so at certain words."""
        self._ignored, self._ignored_places = frozenset(rules), frozenset(places)
        self._check_again()

    def set_run_facts(self, facts: Callable[[Draft], RunFacts]) -> None:
        """What the settings of a draft mean for its words."""
        self._run_facts = facts
        self._check_again()

    def set_commands(self, commands: Collection[str]) -> None:
        """Names of fixes that the program carries out itself ("split"), see `fix_command`."""
        self._commands = frozenset(commands)
        self._check_again()

    def set_command_titles(self, titles: Mapping[str, str]) -> None:
        """What such a fix is called now, for instance with the price of what it does."""
        if (now := tuple(sorted(titles.items()))) != self._titles:
            self._titles = now
            self._check_again()

    def set_history(self, newest_first: Iterable[str]) -> None:
        self.edit.set_history(newest_first)

    def set_card(self, message: CardMessage | None) -> None:
        self.card.show_message(message)

    def set_notice(self, icon_name: str, words: str, tone: str) -> None:
        """A line in the editor's frame, such as "Stopped by fal.ai"; typing removes it."""
        self.edit.set_notice(icon_name, words, tone)

    def set_blocked(self, reason: str) -> None:
        """Why a run cannot start for reasons outside this panel; empty where it can."""
        self._run.set_blocked(reason)

    def set_upload_note(self, words: str) -> None:
        """Who can open what a run uploads; empty where nobody else can."""
        self._upload_words = words
        self._show_uploads()

    def set_estimate(self, words: str) -> None:
        """What the service said that this run costs; anything changed since takes it away."""
        self.notes.set_estimate(words)

    def set_can_estimate(self, can: bool) -> None:
        """Whether the connection that is chosen tells a price without a run."""
        self._parts.run_row.set_can_estimate(can)

    def set_treatment(self, sent: Sequence[SentParam]) -> None:
        """How each value really travels, with the model and the values that are chosen now."""
        self._settings.set_treatment(sent)

    def set_run_again(self, again: bool) -> None:
        """After a failed run the button reads "Run again"."""
        self._run.set_again(again)

    # ------------------------------------------------------------ what it holds
    def draft(self) -> Draft:
        offer = self.models.offer()
        return Draft(
            text=self.edit.toPlainText(),
            model=offer.model.id if offer is not None else "",
            count=self.models.count(),
            parameters=self.parameters.values(),
            seed=self.parameters.seed(),
            keep=tuple(flag.value for flag in KeepFlag if flag in self.keep.chips.flags()),
            references=self.references.nodes(),
            route=offer.route if offer is not None else "",
            delivery=self.delivery.delivery(),
            area=self.area.area,
            area_on=self.area.is_on,
            keep_area=self.area.keeps,
        )

    def sent_text(self) -> str:
        """The instruction in full as it would be sent now."""
        from kontext_studio.prompting.keep import compose  # loaded late, see checker.py

        chips = self.keep.chips
        if self._purpose.makes:  # nothing is there that could be kept
            return self.edit.toPlainText()
        return compose(self.edit.toPlainText(), chips.flags(), chips.subject())

    @property
    def checked_text(self) -> str:
        """The words that the problems shown now are about."""
        return self._answer.text

    def focus_editor(self) -> None:
        self.edit.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def reveal(self, part: QWidget, *, asked: bool = False) -> None:
        """Scroll to a part of the panel; unasked not away from words that somebody is writing."""
        self._revealing.reveal(part, asked=asked)

    def _may_scroll(self) -> bool:
        known = ("", self._run.last_text)
        return not (self.edit.hasFocus() and self.edit.toPlainText() not in known)

    def show_fixes(self) -> None:
        self.edit.show_fixes()

    def next_problem(self) -> None:
        self.edit.go_to_problem(1)

    def previous_problem(self) -> None:
        self.edit.go_to_problem(-1)

    def run(self) -> None:
        """As a press on Run: told once if nothing stands in the way."""
        self._run.press()

    def choose_model(self, route: str, model_id: str) -> None:
        """As the person chooses it in the box."""
        self._settings.choose_model(route, model_id)

    def add_reference(self, node: NodeId) -> None:
        """One more picture for the run; the person has asked for it."""
        self._settings.add_reference(node)

    def ask_price(self) -> None:
        self.price_asked.emit(self._asked())

    # ------------------------------------------------------------ inside
    def _question(self) -> Question:
        return Question(
            text=self.edit.toPlainText(),
            context=self._context,
            keep=frozenset() if self._purpose.makes else self.keep.chips.flags(),
            subject=self.keep.chips.subject(),
            ignored_rules=self._ignored,
            ignored_places=self._ignored_places,
            commands=self._commands,
            titles=self._titles,
            run=self._run_facts(self.draft())
            if self._run_facts and not self._purpose.makes
            else None,
        )

    def _check_now(self) -> None:
        """Somebody waits for the rows of problems."""
        self._is_waited_for = True
        self._check_again()
        self._is_waited_for = False

    def _check_again(self) -> None:
        """After a change of the step or of settings: the rows follow the marks, as in typing."""
        if not self._filling:
            self._checker.ask_now(self._question())

    def _asked(self) -> RunAsked:
        return RunAsked(self.draft(), self.sent_text())

    def _on_text(self) -> None:
        if self._filling:
            return
        self._checker.ask(self._question())
        self._run.text_changed()
        self._tell_draft()
        if self.edit.hasFocus():
            self.ensureWidgetVisible(self.edit, 0, REVEALED_PX)

    def _on_settings(self) -> None:
        self._check_again()
        self._tell_draft()

    def _take_area(self) -> None:
        self.parameters.set_protects(self.area.protects)
        self._settings.show()
        self._on_settings()

    def _tell_draft(self) -> None:
        if not self._filling:
            self.notes.set_estimate("")
            self.draft_changed.emit(replace(self.draft(), text=self.edit.unsent_text()))

    def _take(self, answer: Answer) -> None:
        self._answer = answer
        self.wording.take(answer, at_once=self._is_waited_for)
        self.keep.set_sent(answer.text, answer.sent_text)
        self._run.take(answer)
        self.checked.emit(answer)

    def _show_uploads(self) -> None:
        self.notes.set_uploads(self._upload_words if self._purpose.edits else "")
