"""The dark theme, and the application dressed in it."""

from __future__ import annotations

from tests.gui.shell.dressing import dressed, theme

__all__ = ["dressed", "theme"]
