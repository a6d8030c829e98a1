"""The settings of a run: model, references, parameters and delivery, which follow each other.

It refuses to know the words and whether a run may start.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from kontext_studio.core.delivery import Way, offered
from kontext_studio.core.drafts import Draft
from kontext_studio.core.history import NodeId
from kontext_studio.core.models import ParamRole
from kontext_studio.core.treatment import SentParam
from kontext_studio.gui.instruction.delivery_form import NOTHING, WAYS
from kontext_studio.gui.instruction.model_offer import ModelOffer
from kontext_studio.gui.instruction.panel_parts import PanelParts
from kontext_studio.gui.instruction.price_words import faults_words
from kontext_studio.gui.instruction.purpose import Purpose
from kontext_studio.gui.instruction.reference_rules import ReferenceRoom, reference_room


class SettingsPart(QObject):
    """`changed` after each change by the person."""

    changed = Signal()

    def __init__(self, parts: PanelParts, parent: QObject) -> None:
        super().__init__(parent)
        self._parts = parts
        self._purpose = Purpose()
        parts.references.changed.connect(self._tell)
        parts.references.fix_asked.connect(self._mend_references)
        parts.models.model_chosen.connect(self._on_model)
        parts.models.count_chosen.connect(self._tell)
        parts.parameters.changed.connect(self._tell)
        parts.delivery.changed.connect(self._tell)
        parts.param_part.header.action_asked.connect(parts.parameters.reset)
        parts.delivery_part.header.folded.connect(self._show_delivery)

    # Setters.

    def set_purpose(self, purpose: Purpose) -> None:
        self._purpose = purpose
        self.show()

    def set_offers(self, offers: Sequence[ModelOffer], route: str, model_id: str) -> None:
        """The models to choose from; what comes nearest to the named one is chosen."""
        self._parts.models.set_offers(offers, route, model_id)
        self._take_model()
        self._show_form()

    def set_draft(self, draft: Draft) -> None:
        parts = self._parts
        if draft.model:
            parts.models.set_model(draft.route, draft.model)
        parts.models.set_count(draft.count)
        parts.parameters.set_model(parts.models.model(), keep=False, makes=self._purpose.makes)
        parts.parameters.set_values(dict(draft.parameters), draft.seed)
        parts.references.set_nodes(draft.references)
        self._take_model()
        parts.delivery.set_delivery(draft.delivery)

    def set_treatment(self, sent: Sequence[SentParam]) -> None:
        """How each value really travels, with the model and the values that are chosen now."""
        parts = self._parts
        parts.parameters.set_treatment(sent)
        model = parts.models.model()
        count = model.with_role(ParamRole.COUNT) if model is not None else None
        words = (one.note for one in sent if count is not None and one.name == count.name)
        parts.notes.set_count(next(words, ""))

    # As the person does it.

    def choose_model(self, route: str, model_id: str) -> None:
        self._parts.models.set_model(route, model_id)
        self._take_model()
        self._tell()

    def add_reference(self, node: NodeId) -> None:
        references = self._parts.references
        references.set_nodes((*references.nodes(), node))
        self._tell()

    def problem(self) -> str:
        """What in a field keeps a run from starting."""
        parts = self._parts
        return self._room().problem or parts.parameters.problem() or parts.delivery.problem()

    # Inside.

    def _tell(self) -> None:
        self.show()
        self.changed.emit()

    def _on_model(self, _offer: ModelOffer) -> None:
        self._take_model()
        self._tell()

    def _take_model(self) -> None:
        """The fields follow the model that is chosen now."""
        parts = self._parts
        model = parts.models.model()
        parts.parameters.set_model(model, makes=self._purpose.makes)
        parts.delivery.set_choices(offered(model) if model is not None else NOTHING)
        self._show_references()
        self._show_delivery()

    def _mend_references(self) -> None:
        """To the model that takes them all; where there is none, without them."""
        able = self._room().able
        if able is not None:
            self.choose_model(*able.key)
        else:
            self._parts.references.set_nodes(())
            self._tell()

    def _pictures(self) -> int:
        """How many go into a run."""
        return 1 + len(self._parts.references.nodes()) if self._purpose.edits else 0

    def _room(self) -> ReferenceRoom:
        models = self._parts.models
        return reference_room(models.offers(), models.offer(), self._pictures())

    def show(self) -> None:
        """What follows from the values, after some were set that no person chose."""
        self._show_references()
        self._show_form()
        self._show_delivery()

    def _show_references(self) -> None:
        parts, room = self._parts, self._room()
        parts.input_row.reference.set_offer(room.slot, room.tip, available=room.available)
        parts.references.setVisible(self._pictures() > 1)
        parts.references.set_problem(room.problem, room.fix)

    def _show_form(self) -> None:
        parts = self._parts
        parts.param_part.setVisible(self._purpose.is_any and parts.models.model() is not None)
        count = parts.parameters.changed_count()
        parts.param_part.header.set_word(f"{count} changed" if count else "")
        parts.param_part.header.set_action("Reset" if count else "", "Reset the parameters")

    def _show_delivery(self) -> None:
        """What a fault would mean stands in the form, or below Run while the form is folded."""
        delivery, part = self._parts.delivery, self._parts.delivery_part
        waits = delivery.choices.always_waits
        shown = self._purpose.is_any and (waits or not delivery.choices.is_empty)
        way = delivery.way()
        part.setVisible(shown)
        words = "Waits for the answer" if waits else WAYS[way]
        changed = delivery.is_changed() and way is Way.QUEUE
        part.header.set_word(f"{words}, changed" if changed else words)
        told_here = shown and way is not Way.QUEUE and part.is_folded
        faults = faults_words(self._parts.models.model())
        delivery.set_faults(faults)
        self._parts.notes.set_faults(faults if told_here else "")
