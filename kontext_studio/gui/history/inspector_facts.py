"""What the inspector says of a step: name, instruction, facts and drift, as plain text.

Promises a dash where nothing is known; refuses to measure anything.
"""

from __future__ import annotations

from dataclasses import dataclass

from kontext_studio.core.history import Node, NodeId
from kontext_studio.core.jobs import JobRecord
from kontext_studio.core.request import EditRequest
from kontext_studio.gui.history.names import (
    cost_words,
    grouped_digits,
    short_name,
    size_words,
    step_name,
    took_words,
    words_for_model,
)
from kontext_studio.gui.history.rows import HistoryInputs, NodeFacts

DASH = "—"
FAR_DRIFT = 30.0
FAR_STEP = 15.0
"""UX J1: above this drift, or this rise in one step, the person is warned."""

_GUIDANCE = ("guidance_scale", "guidance")


@dataclass(frozen=True, slots=True)
class Fact:
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class InspectorFacts:
    """`drift` has one value for each step of the path, None where it is not known yet; it is
    empty where there is nothing to measure."""

    title: str = ""
    instruction: str = ""
    facts: tuple[Fact, ...] = ()
    drift: tuple[float | None, ...] = ()

    @property
    def drift_words(self) -> str:
        last = self.drift[-1] if self.drift else None
        return DASH if last is None else f"{round(last)} ΔE"

    @property
    def is_far(self) -> bool:
        """Whether this step lies far from its original, or far from the step before."""
        last = self.drift[-1] if self.drift else None
        if last is None:
            return False
        before = self.drift[-2] if len(self.drift) > 1 else None
        return last > FAR_DRIFT or (before is not None and last - before >= FAR_STEP)


def inspect_step(inputs: HistoryInputs, node_id: NodeId) -> InspectorFacts:
    """The facts of a step. Raise KeyError where the session does not have it."""
    session = inputs.session
    node = session.history[node_id]
    if node.request is None:
        return _inspect_original(session.title(node_id), node)
    path = session.history.path(node_id)
    return InspectorFacts(
        title=_title(node.step, step_name(session, node)),
        instruction=node.request.instruction,
        facts=_facts(inputs, node.request, node),
        # Of an original that was made from text there is nothing to measure.
        drift=tuple(_drift(inputs, one) for one in path) if node.parents else (),
    )


def _drift(inputs: HistoryInputs, node: Node) -> float | None:
    """An original lies nowhere but at itself."""
    return inputs.facts.get(node.id, NodeFacts()).drift if node.parents else 0.0


def inspect_job(inputs: HistoryInputs, record: JobRecord) -> InspectorFacts:
    """The facts of a run that has no picture yet."""
    return InspectorFacts(
        title=_title(record.step, short_name(record.request.instruction)),
        instruction=record.request.instruction,
        facts=_facts(inputs, record.request, None),
    )


def _inspect_original(title: str, node: Node) -> InspectorFacts:
    kind = node.image.media_type.removeprefix("image/").upper()
    facts = [
        Fact("File", node.title),
        Fact("Size", size_words(node.image.width, node.image.height)),
    ]
    facts.append(Fact("Kind", kind))
    return InspectorFacts(
        title=title or "Original",
        instruction=" ".join(f"{note.rstrip('.')}." for note in node.notes),
        facts=tuple(fact for fact in facts if fact.value),
    )


def _facts(inputs: HistoryInputs, request: EditRequest, node: Node | None) -> tuple[Fact, ...]:
    result = node.result if node is not None else None
    seed = result.seed if result is not None and result.seed is not None else request.seed
    guidance = next((v for k, v in request.parameters if k in _GUIDANCE), None)
    took = took_words(result.seconds) if result is not None and result.seconds is not None else DASH
    third = Fact("Time", took)
    if isinstance(guidance, int | float) and not isinstance(guidance, bool):
        third = Fact("Guidance", f"{guidance:g}")
    return (
        Fact("Model", words_for_model(inputs.models, request.model).full),
        Fact("Seed", grouped_digits(seed)),
        third,
        Fact("Cost", cost_words(result.cost) if result is not None else DASH),
    )


def _title(step: int, name: str) -> str:
    return f"Step {step} · {name}" if step else name
