"""What the window says of the services that are connected: where else a run can go, and who can
open what is uploaded to them.
"""

from __future__ import annotations

from dataclasses import dataclass

from kontext_studio.core.models import ModelSpec
from kontext_studio.core.route import EMBEDDED, Route
from kontext_studio.core.services import title_of
from kontext_studio.gui.history.names import model_words, words_for_model
from kontext_studio.gui.instruction.price_words import price_words
from kontext_studio.workbench.bench import Workbench


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A connection beside the embedded engine, and the model that it would run."""

    route: Route
    model: ModelSpec
    model_name: str

    def count(self, wanted: int) -> int:
        """How many variants of those wanted it makes in one run."""
        return min(wanted, self.model.max_count)

    def words(self, wanted: int) -> str:
        """ "Send to Kontext pro · $0.04"."""
        return f"Send to {self.model_name} · {price_words(self.model, self.count(wanted))}"


def elsewhere(bench: Workbench) -> Elsewhere | None:
    """The first connected service that edits pictures."""
    for route in bench.connections.all():
        models = () if route.provider == EMBEDDED else bench.catalogue.of_provider(route.provider)
        if model := next((one for one in models if one.edits), None):
            names = model_words(bench.catalogue)
            return Elsewhere(route, model, words_for_model(names, model.id).full)
    return None


def upload_words(route: Route) -> str:
    """Who can open what is uploaded over this connection, where that is more than the person."""
    if route.provider != "fal" or route.host("rest", ""):
        return ""  # others take pictures within the run; of one's own server nothing is known
    return f"Anyone with the address of an upload to {title_of(route.provider)} can open it."
