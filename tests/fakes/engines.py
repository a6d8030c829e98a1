"""Engines for tests of the server: they make tiny pictures, or whatever a test tells them to."""

from __future__ import annotations

import threading

from kontext_studio.engine.base import (
    EnginePicture,
    EngineRefusal,
    EngineRequest,
    EngineResult,
    Progress,
    Refusal,
)
from tests.fakes.fal_service import png


class ScriptedEngine:
    """What it does is in the instruction: "refuse", "rules", "break", "wait", else a picture."""

    def __init__(self, model_id: str = "kontext-studio/embedded") -> None:
        self._model_id = model_id
        self.requests: list[EngineRequest] = []
        self.began = threading.Event()
        self.may_end = threading.Event()

    def forget(self) -> None:
        """As good as new."""
        self.requests.clear()
        self.began.clear()
        self.may_end.clear()

    @property
    def model_id(self) -> str:
        return self._model_id

    def edit(self, request: EngineRequest, progress: Progress) -> EngineResult:
        self.requests.append(request)
        match request.instruction:
            case "refuse":
                context = {"words": [{"text": "refuse", "start": 0, "end": 6}]}
                raise EngineRefusal(
                    Refusal("unsupported_instruction", "“refuse” is not known.", "prompt", context)
                )
            case "rules":
                raise EngineRefusal(Refusal("content_policy_violation", "Stopped."))
            case "break":
                raise ZeroDivisionError("scripted")
        progress(0.25, "looking")
        self.began.set()
        if request.instruction == "wait":
            while not self.may_end.wait(0.01):
                progress(0.5, "")
        progress(0.75, "painting")
        pictures = tuple(
            EnginePicture(
                png(grey=(request.seed + index) % 256), "image/png", 4, 4, request.seed + index
            )
            for index in range(request.count)
        )
        return EngineResult(pictures, request.seed, ("Nothing was measured.",), 0.01)
