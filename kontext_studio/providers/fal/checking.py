"""What a connection test asks of fal: the status of a request that was made up, which is free."""

from __future__ import annotations

from kontext_studio.core.errors import NotFound
from kontext_studio.providers.answers import Answer
from kontext_studio.providers.checking import Judged, Probe, foreign
from kontext_studio.providers.fal.errors import complaint_in, fault_of
from kontext_studio.providers.fal.service import queue_address
from kontext_studio.providers.service import Service

_MADE_UP_REQUEST = "00000000-0000-4000-8000-000000000000"


def probe_of(queue: str, service: Service, model: str) -> Probe:
    """`queue` is the base address of the queue, `model` the endpoint that is asked about."""

    def judge(answer: Answer) -> Judged:
        value = answer.json()
        said = complaint_in(answer, value)
        if said is None:
            is_status = isinstance(value, dict) and "status" in value
            return Judged(None if is_status else foreign(answer, service))
        fault = fault_of(said, service, ran=False)
        # A request that was made up is not known: exactly the answer of the right service.
        return Judged(None if isinstance(fault, NotFound) else fault, by_proxy=said.from_proxy)

    return Probe(f"{queue_address(queue, model, _MADE_UP_REQUEST)}/status", judge)
