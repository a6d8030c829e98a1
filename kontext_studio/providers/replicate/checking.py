"""What a connection test asks of Replicate: the account, then the model; both are free."""

from __future__ import annotations

from urllib.parse import quote

from kontext_studio.core.errors import NotFound
from kontext_studio.providers.answers import Answer, shown
from kontext_studio.providers.checking import Judged, Probe, foreign
from kontext_studio.providers.complaints import complaint_in, fault_of
from kontext_studio.providers.replicate.service import API
from kontext_studio.providers.routing import ResolvedRoute
from kontext_studio.providers.service import Service

_MADE_UP_PREDICTION = "00000000000000000000000000"


def probes_of(route: ResolvedRoute, service: Service, model: str) -> tuple[Probe, Probe]:
    """The call that needs the key, and the one that asks about the model."""
    base = route.base(API)

    def signed_in(answer: Answer) -> Judged:
        value = answer.json()
        said = complaint_in(answer, value)
        if said is None and not (isinstance(value, dict) and "status" in value):
            return Judged(foreign(answer, service))
        fault = fault_of(said, service) if said is not None else None
        # A prediction that was made up is not known: exactly the answer of the right service.
        return Judged(None if isinstance(fault, NotFound) else fault)

    def offered(answer: Answer) -> Judged:
        value = answer.json()
        if (said := complaint_in(answer, value)) is not None:
            return Judged(fault_of(said, service, model=model))
        name = value.get("name") if isinstance(value, dict) else None
        if not isinstance(name, str):
            return Judged(foreign(answer, service))
        return Judged(says=f"{shown(name)} is offered.")

    return (
        Probe(f"{base}/v1/predictions/{_MADE_UP_PREDICTION}", signed_in),
        Probe(f"{base}/v1/models/{quote(model, safe='/')}", offered),
    )
