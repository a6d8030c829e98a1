"""What the inspector says of a step: name, instruction, facts and drift, as plain text.

Promises a dash where nothing is known; refuses to measure anything.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from kontext_studio.core.figures import DriftFigures, Level
from kontext_studio.core.history import Node, NodeId
from kontext_studio.core.jobs import JobRecord
from kontext_studio.core.request import EditRequest
from kontext_studio.gui.history.drift_words import (
    DASH,
    Asked,
    MeterLine,
    far_places,
    meter_line,
    near_place,
)
from kontext_studio.gui.history.names import (
    cost_words,
    grouped_digits,
    short_name,
    size_words,
    step_name,
    took_words,
    words_for_model,
)
from kontext_studio.gui.history.row_words import source_step
from kontext_studio.gui.history.rows import HistoryInputs, NodeFacts
from kontext_studio.prompting.tones import changes_tone

_GUIDANCE = ("guidance_scale", "guidance")


@dataclass(frozen=True, slots=True)
class Fact:
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class InspectorFacts:
    """`drift` has one value for each step of the path, None where it is not known yet; it is
    empty where there is nothing to measure. `far` are the places of the path that lie far
    from the original without another tone having been asked for. `meter` tells how what was not
    changed lies to the step before and to the original. Where the step lies far away, `near` is
    the last step of the path that does not, and `near_words` its name."""

    title: str = ""
    instruction: str = ""
    facts: tuple[Fact, ...] = ()
    drift: tuple[float | None, ...] = ()
    far: tuple[int, ...] = ()
    meter: tuple[MeterLine, ...] = ()
    near: NodeId | None = None
    near_words: str = ""

    @property
    def drift_words(self) -> str:
        last = self.drift[-1] if self.drift else None
        return DASH if last is None else f"{round(last)} ΔE"


def inspect_step(inputs: HistoryInputs, node_id: NodeId) -> InspectorFacts:
    """The facts of a step. Raise KeyError where the session does not have it."""
    session = inputs.session
    node = session.history[node_id]
    if node.request is None and node.derivation is None:
        return _inspect_original(session.title(node_id), node)
    path = session.history.path(node_id)
    # Of an original that was made from text there is nothing to measure.
    drift = tuple(_drift(inputs, one) for one in path) if node.parents else ()
    asked = _asked_places(inputs, path) if far_places(drift) else ()
    place = near_place(drift, asked)
    near = path[place] if place is not None else None
    request = node.request
    return InspectorFacts(
        title=_title(node.step, step_name(session, node)),
        instruction=request.instruction if request is not None else _sentences(node),
        facts=_facts(inputs, request, node) if request is not None else _derived(inputs, node),
        drift=drift,
        far=far_places(drift, asked),
        meter=_meter(inputs, path),
        near=near.id if near is not None else None,
        near_words=_place_words(near) if near is not None else "",
    )


def _meter(inputs: HistoryInputs, path: tuple[Node, ...]) -> tuple[MeterLine, ...]:
    """One line where the step before is the original."""
    if len(path) < 2:
        return ()
    known = inputs.facts.get(path[-1].id, NodeFacts())
    lines = [_line(inputs, path[-2:], known.of_parent)]
    if len(path) > 2:
        lines.append(_line(inputs, path, known.of_original))
    return tuple(lines)


def _line(inputs: HistoryInputs, path: tuple[Node, ...], found: DriftFigures | None) -> MeterLine:
    """The end of the path against its start."""
    asked = None
    if found is not None and found.level in (Level.AMBER, Level.RED, Level.UNKNOWN):
        places = _asked_places(inputs, path)
        if places:
            others = [path[place] for place in range(1, len(path)) if place not in places]
            figures = [inputs.facts.get(one.id, NodeFacts()).of_parent for one in others]
            known = [one.delta_e for one in figures if one is not None and one.delta_e]
            # Each step's own error, added as errors without a common cause are.
            asked = Asked(tuple(path[place].step for place in places), math.hypot(*known))
    return meter_line(_place_words(path[0]), found, asked)


def _asked_places(inputs: HistoryInputs, path: tuple[Node, ...]) -> tuple[int, ...]:
    """The places of the path after its start where another tone of the picture was asked for; of a
    step that was computed here, in the step that it was made from."""

    def asks(node: Node) -> bool:
        source = node if node.request is not None else inputs.session.history.get(node.parents[-1])
        request = source.request if source is not None else None
        return request is not None and changes_tone(request.instruction)

    return tuple(
        place for place in range(1, len(path)) if path[place].parents and asks(path[place])
    )


def _place_words(node: Node) -> str:
    return f"step {node.step}" if node.step else "the original"


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
        instruction=_sentences(node),
        facts=tuple(fact for fact in facts if fact.value),
    )


def _derived(inputs: HistoryInputs, node: Node) -> tuple[Fact, ...]:
    """Of a step that was computed here: from which one, on what, and that nothing was paid."""
    history = inputs.session.history
    source, base = source_step(history, node), history.get(node.parent)
    facts = [Fact("From", f"Step {source}" if source else "")]
    if base is not None:
        facts.append(Fact("On", f"Step {base.step}" if base.step else "Original"))
    facts.append(Fact("Size", size_words(node.image.width, node.image.height)))
    facts.append(Fact("Cost", "free"))
    return tuple(one for one in facts if one.value)


def _sentences(node: Node) -> str:
    return " ".join(f"{note.rstrip('.')}." for note in node.notes)


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
