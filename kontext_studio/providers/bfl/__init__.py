"""Black Forest Labs' own interface: one POST per run, then asked for until it has ended."""

from kontext_studio.providers.bfl.provider import BflProvider

__all__ = ["BflProvider"]
