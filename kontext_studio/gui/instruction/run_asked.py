"""What the panel hands over when Run is pressed."""

from __future__ import annotations

from dataclasses import dataclass

from kontext_studio.core.drafts import Draft


@dataclass(frozen=True, slots=True)
class RunAsked:
    """The draft as it stands and the instruction in full: what was typed and what the chips add."""

    draft: Draft
    sent_text: str
