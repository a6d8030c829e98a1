"""What Black Forest Labs' HTTP answers complain of."""

from __future__ import annotations

from dataclasses import replace

from kontext_studio.providers import complaints
from kontext_studio.providers.answers import Answer
from kontext_studio.providers.complaints import Complaint


def complaint_in(answer: Answer, value: object) -> Complaint | None:
    """The complaint in an answer and its JSON; 403 is this service's word for a wrong key."""
    said = complaints.complaint_in(answer, value)
    return replace(said, status=401) if said is not None and said.status == 403 else said
