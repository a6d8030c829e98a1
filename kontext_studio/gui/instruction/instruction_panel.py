"""The Instruction panel: shows what it is given through setters, tells what the person wants.

It refuses to know sessions, providers and settings.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QElapsedTimer, QMargins, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QVBoxLayout, QWidget

from kontext_studio.core.drafts import Draft
from kontext_studio.core.history import NodeId
from kontext_studio.core.models import ModelSpec
from kontext_studio.core.request import ParamValue
from kontext_studio.gui.instruction.area_row import AreaRow
from kontext_studio.gui.instruction.checker import Answer, Checker, Question
from kontext_studio.gui.instruction.error_card import CardMessage, ErrorCard
from kontext_studio.gui.instruction.first_habits import FirstHabits
from kontext_studio.gui.instruction.gap_column import GapColumn
from kontext_studio.gui.instruction.input_row import InputRow
from kontext_studio.gui.instruction.keep_part import KeepPart
from kontext_studio.gui.instruction.model_row import ModelRow
from kontext_studio.gui.instruction.param_form import ParamForm
from kontext_studio.gui.instruction.problem_list import ProblemList
from kontext_studio.gui.instruction.prompt_edit import PromptEdit
from kontext_studio.gui.instruction.run_asked import RunAsked
from kontext_studio.gui.instruction.run_button import RunButton
from kontext_studio.gui.instruction.run_offer import RunSituation, offer_for
from kontext_studio.gui.instruction.section_header import SectionHeader
from kontext_studio.gui.shell.label import Label
from kontext_studio.gui.shell.steady_scroll import SteadyScrollArea
from kontext_studio.gui.theme.apply import set_kind
from kontext_studio.gui.theme.tokens import Theme
from kontext_studio.prompting.keep_flags import KeepFlag, flags_from

if TYPE_CHECKING:
    from kontext_studio.prompting.context import LintContext

_HINT_WITHOUT_IMAGE = (
    "Open an image, then say what to change. For example: Replace the background with a plain "
    "light grey wall, keep the person exactly the same."
)
_HINT_WITH_IMAGE = (
    "Say what to change. For example: Replace the background with a plain light grey wall, keep "
    "the person exactly the same."
)
_TWIN_MS = 600
_REVEALED_PX = 12
_SETTLES_MS = 200


class InstructionPanel(SteadyScrollArea):
    """`run_requested` carries a RunAsked, `draft_changed` a Draft, `files_dropped` and
    `references_dropped` tuples of paths, `fix_command` the name of an app command of a fix.
    """

    run_requested = Signal(object)
    draft_changed = Signal(object)
    files_dropped = Signal(object)
    references_dropped = Signal(object)
    reference_asked = Signal()
    paint_asked = Signal()
    fix_command = Signal(str)
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
        self._commands: frozenset[str] = frozenset()
        self._has_image = False
        self._blocked = ""
        self._overridden = ""
        self._run_again = False
        self._megapixels: float | None = None
        self._answer = Answer()
        self._references: tuple[NodeId, ...] = ()
        self._filling = False
        self._last_run: RunAsked | None = None
        self._revealing: QWidget | None = None
        self._since_run = QElapsedTimer()
        self._checker = Checker(self)
        inner = QWidget(self)
        inner.setObjectName("instructionInner")
        set_kind(inner, kind="scrolled")
        self.input_row = InputRow(theme, inner)
        self.edit = PromptEdit(theme, inner)
        self.problems = ProblemList(theme, inner)
        self.card = ErrorCard(theme, inner)
        self.habits = FirstHabits(theme, inner)
        self.keep = KeepPart(theme, inner)
        self.area = AreaRow(theme, inner)
        self.models = ModelRow(theme, inner)
        self.run_button = RunButton(theme, inner)
        self._uploads = Label(inner)
        self._uploads.setObjectName("uploadNote")
        self._uploads.setWordWrap(True)
        set_kind(self._uploads, type="meta", tone="tertiary")
        self.parameters = ParamForm(theme, inner)
        self._header = SectionHeader(theme, "Parameters", inner)
        self._header.setObjectName("parametersHeader")
        self._form_part = QWidget(inner)
        self._below = QVBoxLayout()
        self._lay_out(inner)
        self.setWidget(inner)
        self._connect()
        self.set_input(None, "", "", has_image=False)

    # ------------------------------------------------------------ building
    def _lay_out(self, inner: QWidget) -> None:
        upper = GapColumn(QMargins(16, 4, 16, 12))
        for widget, gap_px in (
            (self.input_row, 0),
            (self.edit, 6),
            (self.problems, 6),
            (self.card, 8),
            (self.habits, 16),
            (self.keep, 10),
            (self.area, 10),
            (self.models, 8),
            (self.run_button, 10),
            (self._uploads, 6),
        ):
            upper.add_part(widget, gap_px)
        form = QVBoxLayout(self._form_part)
        form.setContentsMargins(16, 0, 16, 12)
        form.addWidget(self.parameters)
        self._below.setContentsMargins(0, 0, 0, 0)
        self._below.setSpacing(0)
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(upper)
        column.addWidget(self._header)
        column.addWidget(self._form_part)
        column.addLayout(self._below)
        column.addStretch(1)

    def _connect(self) -> None:
        self.edit.textChanged.connect(self._on_text)
        self.edit.cursorPositionChanged.connect(self._follow_caret)
        self.edit.check_wanted.connect(self._check_now)
        self.edit.run_asked.connect(self.run)
        self.edit.fix_command.connect(self.fix_command)
        self.edit.files_dropped.connect(self.files_dropped)
        self.edit.problem_reached.connect(self.problems.set_current)
        self.problems.problem_chosen.connect(self._go_to)
        self.problems.fix_wanted.connect(self._offer)
        self.card.action_asked.connect(self.card_action)
        self.card.chip_chosen.connect(self.card_chip)
        self.keep.chips.changed.connect(self._on_settings)
        self.area.paint_asked.connect(self.paint_asked)
        self.input_row.reference_asked.connect(self.reference_asked)
        self.input_row.files_dropped.connect(self.references_dropped)
        self.models.model_chosen.connect(self._on_model)
        self.models.count_chosen.connect(self._on_settings)
        self.parameters.changed.connect(self._on_settings)
        self._header.folded.connect(self._form_part.setHidden)
        self._header.action_asked.connect(self.parameters.reset)
        self.run_button.clicked.connect(self.run)
        self._checker.answered.connect(self._take)
        self.verticalScrollBar().rangeChanged.connect(self._follow_revealed)

    def add_below(self, widget: QWidget) -> None:
        """Put a part, such as the list of jobs, under the parameters."""
        self._below.addWidget(widget)

    # ------------------------------------------------------------ setters
    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        for part in (
            self.input_row,
            self.edit,
            self.problems,
            self.card,
            self.habits,
            self.keep,
            self.area,
            self.models,
            self.run_button,
            self.parameters,
            self._header,
        ):
            part.set_theme(theme)

    def set_input(
        self, picture: QImage | None, origin: str, name: str, *, has_image: bool = True
    ) -> None:
        """The step that a run would start from: its thumbnail, "Input · Step 7", its name."""
        self._has_image = has_image
        self.input_row.set_input(picture, origin, name)
        for part in (self.input_row, self.keep, self.area, self.models):
            part.setVisible(has_image)
        self.habits.setVisible(not has_image)
        self._show_uploads()
        self.edit.set_hint(_HINT_WITH_IMAGE if has_image else _HINT_WITHOUT_IMAGE)
        self._show_form()
        self._show_run()

    def set_megapixels(self, megapixels: float | None) -> None:
        """Size of the input, for models that are paid by the megapixel."""
        self._megapixels = megapixels
        self._show_run()

    def set_models(self, models: Sequence[ModelSpec], chosen: str) -> None:
        self.models.set_models(models, chosen)
        self.parameters.set_model(self.models.model())
        self._show_reference()
        self._show_form()
        self._show_run()

    def set_draft(self, draft: Draft) -> None:
        """Show another step's draft; nothing is told about it."""
        self._filling = True
        self.edit.set_text(draft.text)
        if draft.model:
            self.models.set_model(draft.model)
        self.models.set_count(draft.count)
        self.parameters.set_model(self.models.model(), keep=False)
        self.parameters.set_values(dict(draft.parameters), draft.seed)
        self.keep.chips.set_flags(flags_from(draft.keep))
        self._references = draft.references
        self._filling = False
        self._show_reference()
        self._show_form()
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

    def set_ignored_rules(self, rules: Collection[str]) -> None:
        self._ignored = frozenset(rules)
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
        self._uploads.setText(words)
        self._show_uploads()

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
        model = self.models.model()
        return Draft(
            text=self.edit.toPlainText(),
            model=model.id if model is not None else "",
            count=self.models.count(),
            parameters=self.parameters.values(),
            seed=self.parameters.seed(),
            keep=tuple(flag.value for flag in KeepFlag if flag in self.keep.chips.flags()),
            references=self._references,
        )

    def sent_text(self) -> str:
        """The instruction in full as it would be sent now."""
        from kontext_studio.prompting.keep import compose  # loaded late, see checker.py

        chips = self.keep.chips
        return compose(self.edit.toPlainText(), chips.flags(), chips.subject())

    def focus_editor(self) -> None:
        self.edit.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def reveal(self, part: QWidget) -> None:
        """Scroll to a part of the panel, and follow it while it finds its place; not away from
        words that somebody is writing."""
        self._revealing = part
        part.destroyed.connect(self._stop_revealing)
        QTimer.singleShot(0, part, self._follow_revealed)
        QTimer.singleShot(_SETTLES_MS, part, self._stop_revealing)

    def _stop_revealing(self) -> None:
        self._revealing = None

    def _follow_revealed(self) -> None:
        if (part := self._revealing) is None:
            return
        known = ("", self._last_run.draft.text if self._last_run is not None else "")
        if not (self.edit.hasFocus() and self.edit.toPlainText() not in known):
            self.ensureWidgetVisible(part, 0, _REVEALED_PX)

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
            self._check_now()
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
            keep=self.keep.chips.flags(),
            subject=self.keep.chips.subject(),
            ignored_rules=self._ignored,
            commands=self._commands,
        )

    def _check_now(self) -> None:
        if not self._filling:
            self._checker.ask_now(self._question())

    def _on_text(self) -> None:
        if self._filling:
            return
        self._checker.ask(self._question())
        self._show_run()
        self._tell_draft()
        if self.edit.hasFocus():
            self.ensureWidgetVisible(self.edit, 0, _REVEALED_PX)

    def _on_settings(self) -> None:
        self._show_form()
        self._show_run()
        self._check_now()
        self._tell_draft()

    def _on_model(self, model: ModelSpec) -> None:
        self.parameters.set_model(model)
        self._show_reference()
        self._on_settings()

    def _tell_draft(self) -> None:
        if not self._filling:
            self.draft_changed.emit(self.draft())

    def _take(self, answer: Answer) -> None:
        self._answer = answer
        blank = not answer.text.strip()
        shown = () if blank else answer.findings
        self.edit.set_findings(answer.text, shown, answer.ghost)
        self.problems.set_findings(answer.text, shown)
        self._follow_caret()
        self.keep.set_sent(answer.text, answer.sent_text)
        self._show_run()
        self.checked.emit(answer)

    def _follow_caret(self) -> None:
        if self.problems.isVisible() or self.problems.rows():
            self.problems.set_current(self.edit.finding_at_caret())

    def _go_to(self, index: int) -> None:
        self.edit.go_to_finding(index)

    def _offer(self, index: int, at: QPoint) -> None:
        self.edit.offer_fixes(index, at)

    def _has_error(self) -> bool:
        return any(one.severity.rank == 0 for one in self._answer.findings)

    def _show_uploads(self) -> None:
        self._uploads.setVisible(self._has_image and bool(self._uploads.text()))

    def _show_reference(self) -> None:
        model = self.models.model()
        takes = model is not None and model.max_inputs > 1
        words = "Add a reference image" if takes else "Reference: not on this model"
        others = [one.title for one in self.models.models() if one.max_inputs > 1]
        more = f"More pictures: {', '.join(others)}" if others and not takes else ""
        self.input_row.reference.set_offer(words, more, available=takes)

    def _show_form(self) -> None:
        shown = self._has_image and self.models.model() is not None
        self._header.setVisible(shown)
        self._form_part.setVisible(shown and not self._header.is_folded())
        count = self.parameters.changed_count()
        self._header.set_word(f"{count} changed" if count else "")
        self._header.set_action("Reset" if count else "", "Reset the parameters")

    def _show_run(self) -> None:
        text = self.edit.toPlainText()
        offer = offer_for(
            RunSituation(
                text=text,
                model=self.models.model(),
                count=self.models.count(),
                has_image=self._has_image,
                megapixels=self._megapixels,
                blocked=self._blocked,
                anyway=self._overridden == text and self._has_error(),
                again=self._run_again,
            )
        )
        self.run_button.show_offer(offer)
