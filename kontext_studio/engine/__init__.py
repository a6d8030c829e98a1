"""The embedded editor: an instruction becomes operations, and operations change pixels.

Importing it is cheap: the grammar is plain Python, pixels are touched by `embedded` alone.
"""

from __future__ import annotations

from kontext_studio.engine.base import (
    Engine,
    EnginePicture,
    EngineRefusal,
    EngineRequest,
    EngineResult,
    EngineStop,
    Refusal,
)
from kontext_studio.engine.grammar import read_instruction as plan

__all__ = [
    "Engine",
    "EnginePicture",
    "EngineRefusal",
    "EngineRequest",
    "EngineResult",
    "EngineStop",
    "Refusal",
    "plan",
]
