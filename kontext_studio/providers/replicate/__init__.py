"""Replicate's predictions: one POST per run, then asked for until they have ended."""

from kontext_studio.providers.replicate.provider import ReplicateProvider

__all__ = ["ReplicateProvider"]
