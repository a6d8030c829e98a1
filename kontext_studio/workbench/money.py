"""What is said of money: the same words in the window and on the command line."""

from __future__ import annotations

from kontext_studio.core.errors import Charged
from kontext_studio.core.jobs import JobRecord
from kontext_studio.core.result import Cost
from kontext_studio.core.route import EMBEDDED


def money_words(amount: float, currency: str = "USD") -> str:
    """$0.04; a third decimal only where the price has one."""
    digits = 2 if round(amount, 2) == round(amount, 4) else 3
    if currency == "USD":
        return f"${amount:.{digits}f}"
    return f"{amount:.{digits}f} {currency}"


def charged_words(charged: Charged, cost: Cost | None) -> str:
    """UX E1: what is known of the charge, and nothing more."""
    if charged is Charged.NO:
        return "Nothing was charged."
    price = f" ({money_words(cost.amount, cost.currency)})" if cost and cost.amount else ""
    if charged is Charged.YES:
        return f"This was charged{price}."
    return f"This may have been charged{price}."


def charged_words_of(record: JobRecord, cost: Cost | None, said: str = "") -> str:
    """What a run without a picture cost; nothing where it is free anyway, or where `said`, which
    stands beside it, tells."""
    fault = record.fault
    if fault is None or record.provider == EMBEDDED or "charged" in said:
        return ""
    return charged_words(fault.charged, cost)
