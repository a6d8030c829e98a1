"""What the Run button says: what would happen and for how much, or why nothing can."""

from __future__ import annotations

from dataclasses import dataclass

from kontext_studio.core.models import ModelSpec
from kontext_studio.gui.instruction.price_words import price_words


@dataclass(frozen=True, slots=True)
class RunSituation:
    """`makes`: a picture is made from text. `blocked` is why no run can start, `problem` what is
    wrong in a field of the panel."""

    text: str
    model: ModelSpec | None
    count: int = 1
    has_image: bool = False
    makes: bool = False
    megapixels: float | None = None
    blocked: str = ""
    problem: str = ""
    anyway: bool = False
    again: bool = False


@dataclass(frozen=True, slots=True)
class RunOffer:
    """`reason` is empty where the button can be pressed."""

    words: str
    price: str = ""
    reason: str = ""


def offer_for(now: RunSituation) -> RunOffer:
    model, blank = now.model, not now.text.strip()
    generates = now.makes
    if not now.has_image and not generates:
        return RunOffer("Run" if blank else "Open an image first", reason="Open an image first")
    if now.blocked:
        return RunOffer(now.blocked, reason=now.blocked)
    if model is None:
        missing = "Connect a provider or use the embedded engine"
        return RunOffer(missing, reason=missing)
    if blank:
        missing = "Write what to make" if generates else "Write what should change"
        return RunOffer(missing, reason=missing)
    if now.problem:
        return RunOffer(now.problem, reason=now.problem)
    return RunOffer(_verb(now, generates), price_words(model, now.count, now.megapixels))


def _verb(now: RunSituation, generates: bool) -> str:
    if now.anyway:
        return "Run anyway"
    if now.again:
        return "Run again"
    verb = "Generate" if generates else "Run"
    return verb if now.count == 1 else f"{verb} {now.count} variants"
