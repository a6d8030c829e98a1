"""What the window says of services: by which way they are reached, what they have, where else a
run can go, and who can open what is uploaded to them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from kontext_studio.core.models import Catalogue, ModelSpec
from kontext_studio.core.route import EMBEDDED, Route, RouteMode
from kontext_studio.core.services import SERVICES, title_of
from kontext_studio.gui.history.names import model_words, words_for_model
from kontext_studio.gui.instruction.price_words import price_words
from kontext_studio.providers.addresses import host_of
from kontext_studio.providers.registry import built_words
from kontext_studio.workbench.bench import Workbench

TIERS = ("dev", "pro", "max")


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


def services_of(bench: Workbench) -> list[Route]:
    """The connections that lead further than to the embedded engine."""
    return [route for route in bench.connections.all() if route.provider != EMBEDDED]


def elsewhere(bench: Workbench) -> Elsewhere | None:
    """The first connected service that edits pictures."""
    for route in services_of(bench):
        models = bench.catalogue.of_provider(route.provider)
        if model := next((one for one in models if one.edits), None):
            names = model_words(bench.catalogue)
            return Elsewhere(route, model, words_for_model(names, model.id).full)
    return None


def upload_words(route: Route) -> str:
    """Who can open what is uploaded over this connection, where that is more than the person."""
    if route.provider != "fal" or route.host("rest", ""):
        return ""  # others take pictures within the run; of one's own server nothing is known
    return f"Anyone with the address of an upload to {title_of(route.provider)} can open it."


def way_words(route: Route) -> str:
    """ "fal.ai via studio-proxy.lan"."""
    title = title_of(route.provider)
    host = host_of(route.address)
    if route.provider == EMBEDDED:
        return "on this computer"
    if route.mode is RouteMode.DIRECT:
        return f"{title} at {host}" if host else f"{title}, directly"
    return f"{title} via {host or 'its gateway'}"


def offers(catalogue: Catalogue) -> dict[str, str]:
    """What each service has that this version can reach, in a word or two, by its own word."""
    found = {}
    for info in SERVICES:
        if info.word not in built_words():
            continue
        models = catalogue.of_provider(info.word)
        tiers = dict.fromkeys(model.tier for model in models if model.tier in TIERS)
        found[info.word] = ", ".join(tiers) or _in_common([model.title for model in models])
    return found


def _in_common(titles: Sequence[str]) -> str:
    """The words that all of them begin with, else the first one's."""
    split = [title.split() for title in titles]
    first = takewhile(lambda alike: len(set(alike)) == 1, zip(*split, strict=False))
    return " ".join(alike[0] for alike in first) or next(iter(titles), "")
