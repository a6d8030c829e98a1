"""Small labels as the settings use them."""

from __future__ import annotations

from kontext_studio.gui.shell.label import Label
from kontext_studio.gui.theme.apply import set_kind


def words(text: str, role: str = "body", tone: str = "", *, wraps: bool = True) -> Label:
    """A label in one of the roles of the type; it wraps unless told otherwise."""
    label = Label(text)
    label.setWordWrap(wraps)
    set_kind(label, type=role, tone=tone)
    return label
