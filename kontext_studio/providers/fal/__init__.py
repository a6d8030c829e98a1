"""fal's queue protocol: one POST per run, then everything that may be repeated."""

from kontext_studio.providers.fal.provider import FalProvider

__all__ = ["FalProvider"]
