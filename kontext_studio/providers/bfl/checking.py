"""What a connection test asks of Black Forest Labs: a run that was made up, which is free."""

from __future__ import annotations

from kontext_studio.core.errors import NotFound, Refused
from kontext_studio.providers.answers import Answer
from kontext_studio.providers.bfl.errors import complaint_in
from kontext_studio.providers.bfl.service import API, handle_of
from kontext_studio.providers.checking import Judged, Probe, foreign
from kontext_studio.providers.complaints import fault_of
from kontext_studio.providers.routing import ResolvedRoute
from kontext_studio.providers.service import Service

_MADE_UP_RUN = "00000000-0000-4000-8000-000000000000"


def probe_of(route: ResolvedRoute, service: Service) -> Probe:
    """The service may look at the key only after it knows the run, so that an answer proves
    nothing of the key."""

    def judge(answer: Answer) -> Judged:
        value = answer.json()
        said = complaint_in(answer, value)
        if said is None and not (isinstance(value, dict) and "status" in value):
            return Judged(foreign(answer, service))
        fault = fault_of(said, service) if said is not None else None
        # A run that was made up is not known: exactly the answer of the right service.
        return Judged(None if isinstance(fault, NotFound | Refused) else fault)

    return Probe(handle_of(route.base(API), _MADE_UP_RUN).status_url, judge, proves_key=False)
