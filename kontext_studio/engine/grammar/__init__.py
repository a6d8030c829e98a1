"""The written grammar: an instruction in words becomes a plan of operations, or a refusal."""

from __future__ import annotations

from kontext_studio.engine.grammar.reader import read_instruction

__all__ = ["read_instruction"]
