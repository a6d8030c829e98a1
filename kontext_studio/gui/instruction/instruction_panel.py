"""The Instruction panel: shows what it is given through setters, tells what the person wants.

It refuses to know sessions, providers and settings.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QElapsedTimer, QMargins, Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QVBoxLayout, QWidget

from kontext_studio.core.delivery import Way, offered
from kontext_studio.core.drafts import Draft
from kontext_studio.core.history import NodeId
from kontext_studio.core.models import ParamRole
from kontext_studio.core.request import ParamValue
from kontext_studio.core.treatment import SentParam
from kontext_studio.gui.instruction.area_row import AreaRow
from kontext_studio.gui.instruction.checker import Answer, Checker, Question
from kontext_studio.gui.instruction.delivery_form import NOTHING, WAYS, DeliveryForm
from kontext_studio.gui.instruction.error_card import CardMessage, ErrorCard
from kontext_studio.gui.instruction.first_habits import FirstHabits
from kontext_studio.gui.instruction.fold_part import FoldPart
from kontext_studio.gui.instruction.gap_column import GapColumn
from kontext_studio.gui.instruction.input_row import InputRow
from kontext_studio.gui.instruction.keep_part import KeepPart
from kontext_studio.gui.instruction.model_offer import ModelOffer
from kontext_studio.gui.instruction.model_row import ModelRow
from kontext_studio.gui.instruction.param_form import ParamForm
from kontext_studio.gui.instruction.price_words import faults_words
from kontext_studio.gui.instruction.prompt_edit import PromptEdit
from kontext_studio.gui.instruction.reference_part import ReferencePart
from kontext_studio.gui.instruction.reference_rules import ReferenceRoom, reference_room
from kontext_studio.gui.instruction.revealing import REVEALED_PX, Revealing
from kontext_studio.gui.instruction.run_asked import RunAsked
from kontext_studio.gui.instruction.run_notes import RunNotes
from kontext_studio.gui.instruction.run_offer import RunSituation, offer_for
from kontext_studio.gui.instruction.run_row import RunRow
from kontext_studio.gui.instruction.turns_card import TurnsCard
from kontext_studio.gui.instruction.wording_parts import WordingParts
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
_TWIN_MS = 600


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
        self._theme = theme
        self._context: LintContext | None = None
        self._ignored: frozenset[str] = frozenset()
        self._ignored_places: frozenset[tuple[str, str]] = frozenset()
        self._run_facts: Callable[[Draft], RunFacts] | None = None
        self._run_when_checked = False
        self._commands: frozenset[str] = frozenset()
        self._has_image = False
        self._makes = False
        self._can_make = True
        self._blocked = ""
        self._upload_words = ""
        self._overridden = ""
        self._run_again = False
        self._megapixels: float | None = None
        self._answer = Answer()
        self._filling = False
        self._last_run: RunAsked | None = None
        self._since_run = QElapsedTimer()
        self._checker = Checker(self)
        inner = QWidget(self)
        inner.setObjectName("instructionInner")
        set_kind(inner, kind="scrolled")
        self.input_row = InputRow(theme, inner)
        self.edit = PromptEdit(theme, inner)
        self.wording = WordingParts(theme, self.edit, self._question, inner)
        self.problems = self.wording.problems
        self.turns = TurnsCard(theme, inner)
        self.card = ErrorCard(theme, inner)
        self.habits = FirstHabits(theme, inner)
        self.keep = KeepPart(theme, inner)
        self.area = AreaRow(theme, inner)
        self.models = ModelRow(theme, inner)
        self._run_row = RunRow(theme, inner)
        self.run_button = self._run_row.button
        self.notes = RunNotes(inner)
        self.references = ReferencePart(theme, inner)
        self.parameters = ParamForm(theme, inner)
        self._param_part = FoldPart(theme, "Parameters", self.parameters, inner)
        self._param_part.header.setObjectName("parametersHeader")
        self.delivery = DeliveryForm(theme, inner)
        self._delivery_part = FoldPart(theme, "Delivery", self.delivery, inner, folded=True)
        self._delivery_part.header.setObjectName("deliveryHeader")
        self._below = QVBoxLayout()
        self._parts = (
            self.input_row,
            self.references,
            self.edit,
            self.problems,
            self.wording.fix_all_card,
            self.wording.snippets,
            self.turns,
            self.card,
            self.habits,
            self.keep,
            self.area,
            self.models,
            self._run_row,
            self.parameters,
            self._param_part,
            self.delivery,
            self._delivery_part,
        )
        self._lay_out(inner)
        self.setWidget(inner)
        self._revealing = Revealing(self, self._may_scroll)
        self._connect()
        self.set_input(None, "", "", has_image=False)

    # ------------------------------------------------------------ building
    def _lay_out(self, inner: QWidget) -> None:
        upper = GapColumn(QMargins(16, 4, 16, 12))
        for widget, gap_px in (
            (self.input_row, 0),
            (self.references, 2),
            (self.edit, 6),
            (self.problems, 6),
            (self.wording.fix_all_card, 8),
            (self.wording.snippets, 8),
            (self.turns, 8),
            (self.card, 8),
            (self.habits, 16),
            (self.keep, 10),
            (self.area, 10),
            (self.models, 8),
            (self._run_row, 10),
            (self.notes, 6),
        ):
            upper.add_part(widget, gap_px)
        self._below.setContentsMargins(0, 0, 0, 0)
        self._below.setSpacing(0)
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(upper)
        column.addWidget(self._param_part)
        column.addWidget(self._delivery_part)
        column.addLayout(self._below)
        column.addStretch(1)

    def _connect(self) -> None:
        self.edit.textChanged.connect(self._on_text)
        self.edit.check_wanted.connect(self._check_now)
        self.edit.run_asked.connect(self.run)
        self.edit.fix_command.connect(self.fix_command)
        self.edit.why_asked.connect(self.why_asked)
        self.edit.ignore_asked.connect(self.ignore_asked)
        self.wording.ignored_wanted.connect(self.ignored_wanted)
        self.edit.files_dropped.connect(self.files_dropped)
        self.card.action_asked.connect(self.card_action)
        self.card.chip_chosen.connect(self.card_chip)
        self.keep.chips.changed.connect(self._on_settings)
        self.area.paint_asked.connect(self.paint_asked)
        self.input_row.reference_asked.connect(self.reference_asked)
        self.input_row.files_dropped.connect(self.references_dropped)
        self.input_row.step_dropped.connect(self.reference_step_dropped)
        self.input_row.making_left.connect(self.making_left)
        self.references.changed.connect(self._on_settings)
        self.references.fix_asked.connect(self._mend_references)
        self.models.model_chosen.connect(self._on_model)
        self.models.count_chosen.connect(self._on_settings)
        self.parameters.changed.connect(self._on_settings)
        self.delivery.changed.connect(self._on_settings)
        self._param_part.header.action_asked.connect(self.parameters.reset)
        self._delivery_part.header.folded.connect(self._show_delivery)
        self._run_row.price_asked.connect(self.ask_price)
        self.notes.connect_asked.connect(self.connect_asked)
        self.run_button.clicked.connect(self.run)
        self._checker.answered.connect(self._take)

    def add_below(self, widget: QWidget) -> None:
        """Put a part, such as the list of jobs, under the parameters."""
        self._below.addWidget(widget)

    # ------------------------------------------------------------ setters
    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        for part in self._parts:
            part.set_theme(theme)

    def set_input(
        self, picture: QImage | None, origin: str, name: str, *, has_image: bool = True
    ) -> None:
        """The step that a run would start from: its thumbnail, "Input · Step 7", its name."""
        self._has_image, self._makes = has_image, False
        self.input_row.set_input(picture, origin, name)
        self._show_purpose()

    def set_making(self, *, can_leave: bool) -> None:
        """A picture is made from text; `can_leave` where a step is there to go back to."""
        self._has_image, self._makes = False, True
        self.input_row.set_making(can_leave=can_leave)
        self._show_purpose()

    def set_can_make(self, can: bool) -> None:
        """Whether anything that is connected makes pictures from text."""
        self._can_make = can
        self._show_purpose()

    @property
    def makes(self) -> bool:
        """Whether a picture is made from text."""
        return self._makes

    def _show_purpose(self) -> None:
        edits, either = self._has_image, self._has_image or self._makes
        self.keep.setVisible(edits)
        self.area.setVisible(edits)
        self.input_row.setVisible(either)
        self.models.setVisible(either)
        self.habits.setVisible(not either)
        self.notes.set_no_maker(not either and not self._can_make)
        hint = _HINT_WITH_IMAGE if edits else _HINT_WITHOUT_IMAGE
        self.edit.set_hint(_HINT_TO_MAKE if self._makes else hint)
        self._show_uploads()
        self._show_references()
        self._show_form()
        self._show_delivery()
        self._show_run()

    def set_megapixels(self, megapixels: float | None) -> None:
        """Size of the input, for models that are paid by the megapixel."""
        self._megapixels = megapixels
        self._show_run()

    def set_offers(self, offers: Sequence[ModelOffer], route: str, model_id: str) -> None:
        """The models to choose from; what comes nearest to the named one is chosen."""
        self.models.set_offers(offers, route, model_id)
        self._take_model()
        self._show_form()
        self._show_run()

    def set_draft(self, draft: Draft) -> None:
        """Show another step's draft; nothing is told about it."""
        self._filling = True
        self.notes.set_estimate("")  # it was of another run
        self.edit.set_text(draft.text)
        if draft.model:
            self.models.set_model(draft.route, draft.model)
        self.models.set_count(draft.count)
        self.parameters.set_model(self.models.model(), keep=False, makes=self._makes)
        self.parameters.set_values(dict(draft.parameters), draft.seed)
        self.keep.chips.set_flags(flags_from(draft.keep))
        self.references.set_nodes(draft.references)
        self._take_model()
        self.delivery.set_delivery(draft.delivery)
        self._filling = False
        self._show_form()
        self._show_delivery()
        self._show_run()
        self._check_now()

    def set_text(self, text: str) -> None:
        self.edit.set_text(text)
        self._check_now()

    def set_params(self, values: Mapping[str, ParamValue], seed: int | None = None) -> None:
        self.parameters.set_values(values, seed)
        self._show_form()

    def set_count(self, count: int) -> None:
        self.models.set_count(count)
        self._show_run()

    def set_keep(self, flags: Collection[KeepFlag]) -> None:
        self.keep.chips.set_flags(flags)
        self._check_now()

    def set_subject(self, subject: str | None) -> None:
        """What the subject chip is named after: the thing of the last instruction."""
        self.keep.chips.set_subject(subject)
        self._check_now()

    def set_context(self, context: LintContext | None) -> None:
        """What the wording rules may know: model, depth, the previous instruction."""
        self._context = context
        self._check_now()

    def set_ignored_rules(
        self, rules: Collection[str], places: Collection[tuple[str, str]] = ()
    ) -> None:
        """Rules that keep still, and with `places` those that do so at certain words."""
        self._ignored, self._ignored_places = frozenset(rules), frozenset(places)
        self._check_now()

    def set_run_facts(self, facts: Callable[[Draft], RunFacts]) -> None:
        """What the settings of a draft mean for its words."""
        self._run_facts = facts
        self._check_now()

    def set_commands(self, commands: Collection[str]) -> None:
        """Names of fixes that the program carries out itself ("split"), see `fix_command`."""
        self._commands = frozenset(commands)
        self._check_now()

    def set_history(self, newest_first: Iterable[str]) -> None:
        self.edit.set_history(newest_first)

    def set_card(self, message: CardMessage | None) -> None:
        self.card.show_message(message)

    def set_notice(self, icon_name: str, words: str, tone: str) -> None:
        """A line in the editor's frame, such as "Stopped by fal.ai"; typing removes it."""
        self.edit.set_notice(icon_name, words, tone)

    def set_blocked(self, reason: str) -> None:
        """Why a run cannot start for reasons outside this panel; empty where it can."""
        self._blocked = reason
        self._show_run()

    def set_upload_note(self, words: str) -> None:
        """Who can open what a run uploads; empty where nobody else can."""
        self._upload_words = words
        self._show_uploads()

    def set_estimate(self, words: str) -> None:
        """What the service said that this run costs; anything changed since takes it away."""
        self.notes.set_estimate(words)

    def set_can_estimate(self, can: bool) -> None:
        """Whether the connection that is chosen tells a price without a run."""
        self._run_row.set_can_estimate(can)

    def set_treatment(self, sent: Sequence[SentParam]) -> None:
        """How each value really travels, with the model and the values that are chosen now."""
        self.parameters.set_treatment(sent)
        model = self.models.model()
        count = model.with_role(ParamRole.COUNT) if model is not None else None
        words = (one.note for one in sent if count is not None and one.name == count.name)
        self.notes.set_count(next(words, ""))

    def set_run_again(self, again: bool) -> None:
        """After a failed run the button reads "Run again"."""
        self._run_again = again
        self._show_run()

    def set_area(self, words: str, *, available: bool = True, reason: str = "") -> None:
        """Which part may change, in words, and whether it can be painted."""
        self.area.set_area(words)
        self.area.set_available(available, reason)

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
        )

    def sent_text(self) -> str:
        """The instruction in full as it would be sent now."""
        from kontext_studio.prompting.keep import compose  # loaded late, see checker.py

        chips = self.keep.chips
        if self._makes:  # nothing is there that could be kept
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
        known = ("", self._last_run.draft.text if self._last_run is not None else "")
        return not (self.edit.hasFocus() and self.edit.toPlainText() not in known)

    def show_fixes(self) -> None:
        self.edit.show_fixes()

    def next_problem(self) -> None:
        self.edit.go_to_problem(1)

    def previous_problem(self) -> None:
        self.edit.go_to_problem(-1)

    def run(self) -> None:
        """As a press on Run: told once if nothing stands in the way."""
        if not self.run_button.isEnabled():
            return
        draft = self.draft()
        sent = self.sent_text()
        if self._answer.text != draft.text:  # pressed before the pause after the last key was over
            self._run_when_checked = True
            self._check_now()
            return
        if self._has_error() and self._overridden != draft.text:
            self._overridden = draft.text
            self._show_run()
            return
        asked = RunAsked(draft, sent)
        twin = asked == self._last_run and self._since_run.elapsed() < _TWIN_MS
        if twin:  # a double click, or a key held down
            return
        self._last_run = asked
        self._since_run.start()
        self.run_requested.emit(asked)

    # ------------------------------------------------------------ inside
    def _question(self) -> Question:
        return Question(
            text=self.edit.toPlainText(),
            context=self._context,
            keep=frozenset() if self._makes else self.keep.chips.flags(),
            subject=self.keep.chips.subject(),
            ignored_rules=self._ignored,
            ignored_places=self._ignored_places,
            commands=self._commands,
            run=self._run_facts(self.draft()) if self._run_facts and not self._makes else None,
        )

    def _check_now(self) -> None:
        if not self._filling:
            self._checker.ask_now(self._question())

    def _on_text(self) -> None:
        if self._filling:
            return
        self._run_when_checked = False
        self._checker.ask(self._question())
        self._show_run()
        self._tell_draft()
        if self.edit.hasFocus():
            self.ensureWidgetVisible(self.edit, 0, REVEALED_PX)

    def _on_settings(self) -> None:
        self._show_references()
        self._show_form()
        self._show_delivery()
        self._show_run()
        self._check_now()
        self._tell_draft()

    def _on_model(self, _offer: ModelOffer) -> None:
        self._take_model()
        self._on_settings()

    def _take_model(self) -> None:
        """The fields follow the model that is chosen now."""
        model = self.models.model()
        self.parameters.set_model(model, makes=self._makes)
        self.delivery.set_choices(offered(model) if model is not None else NOTHING)
        self._show_references()
        self._show_delivery()

    def _tell_draft(self) -> None:
        if not self._filling:
            self.notes.set_estimate("")
            self.draft_changed.emit(replace(self.draft(), text=self.edit.unsent_text()))

    def _take(self, answer: Answer) -> None:
        self._answer = answer
        self.wording.take(answer, at_once=self._checker.is_asked_now)
        self.keep.set_sent(answer.text, answer.sent_text)
        self._show_run()
        self.checked.emit(answer)
        if self._run_when_checked and answer.text == self.edit.toPlainText():
            self._run_when_checked = False
            self.run()

    def _has_error(self) -> bool:
        return any(one.severity.rank == 0 for one in self._answer.findings)

    def _show_uploads(self) -> None:
        self.notes.set_uploads(self._upload_words if self._has_image else "")

    def _pictures(self) -> int:
        """How many go into a run."""
        return 1 + len(self.references.nodes()) if self._has_image else 0

    def _room(self) -> ReferenceRoom:
        return reference_room(self.models.offers(), self.models.offer(), self._pictures())

    def _show_references(self) -> None:
        room = self._room()
        self.input_row.reference.set_offer(room.slot, room.tip, available=room.available)
        self.references.setVisible(self._pictures() > 1)
        self.references.set_problem(room.problem, room.fix)

    def _mend_references(self) -> None:
        """To the model that takes them all; where there is none, without them."""
        able = self._room().able
        if able is not None:
            self.models.set_model(*able.key)
            self._take_model()
        else:
            self.references.set_nodes(())
        self._on_settings()

    def choose_model(self, route: str, model_id: str) -> None:
        """As the person chooses it in the box."""
        self.models.set_model(route, model_id)
        self._take_model()
        self._on_settings()

    def add_reference(self, node: NodeId) -> None:
        """One more picture for the run; the person has asked for it."""
        self.references.set_nodes((*self.references.nodes(), node))
        self._on_settings()

    def ask_price(self) -> None:
        self.price_asked.emit(RunAsked(self.draft(), self.sent_text()))

    def _show_form(self) -> None:
        shown = (self._has_image or self._makes) and self.models.model() is not None
        self._param_part.setVisible(shown)
        count = self.parameters.changed_count()
        self._param_part.header.set_word(f"{count} changed" if count else "")
        self._param_part.header.set_action("Reset" if count else "", "Reset the parameters")

    def _show_delivery(self) -> None:
        """What a fault would mean stands in the form, or below Run while the form is folded."""
        shown = (self._has_image or self._makes) and not self.delivery.choices.is_empty
        if self.delivery.choices.always_waits:
            shown = self._has_image or self._makes
        way = self.delivery.way()
        self._delivery_part.setVisible(shown)
        words = "Waits for the answer" if self.delivery.choices.always_waits else WAYS[way]
        changed = self.delivery.is_changed() and way is Way.QUEUE
        self._delivery_part.header.set_word(f"{words}, changed" if changed else words)
        told_here = shown and way is not Way.QUEUE and self._delivery_part.is_folded
        faults = faults_words(self.models.model())
        self.delivery.set_faults(faults)
        self.notes.set_faults(faults if told_here else "")

    def _show_run(self) -> None:
        text = self.edit.toPlainText()
        offer = offer_for(
            RunSituation(
                text=text,
                model=self.models.model(),
                count=self.models.count(),
                has_image=self._has_image,
                makes=self._makes,
                megapixels=self._megapixels,
                blocked=self._blocked,
                problem=self._problem(),
                anyway=self._overridden == text and self._has_error(),
                again=self._run_again,
            )
        )
        self.run_button.show_offer(offer)

    def _problem(self) -> str:
        """What in a field keeps a run from starting."""
        return self._room().problem or self.parameters.problem() or self.delivery.problem()
