"""What is known of one step, as words for a person; JSON has its own form of the same."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from kontext_studio.cli.session_json import step_words
from kontext_studio.core.history import Node
from kontext_studio.core.result import Cost
from kontext_studio.core.session import Session


def facts_of(session: Session, node: Node) -> Iterator[tuple[str, str]]:
    """Each fact with its name; what is not known is left out."""
    yield "step", step_words(session, node)
    yield "id", node.id
    yield "made", datetime.fromtimestamp(node.created).strftime("%Y-%m-%d %H:%M")
    if node.parents:
        yield (
            "from step",
            ", ".join(step_words(session, session.history[one]) for one in node.parents),
        )
    if node.title:
        yield "title", node.title
    if label := session.labels.get(node.id):
        yield "label", label
    image = node.image
    kind = image.media_type.removeprefix("image/").upper()
    yield "picture", f"{image.width} × {image.height}, {kind}"
    request, result = node.request, node.result
    if request is not None:
        yield "instruction", request.instruction
        yield "model", request.model
        for name, value in request.parameter_map().items():
            yield name, str(value)
    if result is not None:
        yield (
            "provider",
            f"{result.provider}, by {result.route}" if result.route else result.provider,
        )
    seed = result.seed if result is not None and result.seed is not None else None
    if seed is None and request is not None:
        seed = request.seed
    if seed is not None:
        yield "seed", str(seed)
    if result is not None:
        if result.cost is not None:
            yield "cost", _cost_words(result.cost)
        if result.seconds is not None:
            yield "time", f"{result.seconds:.1f} s"
        if result.remote_id:
            yield "run", result.remote_id
    for note in (*node.notes, *(result.notes if result is not None else ())):
        yield "note", note


def _cost_words(cost: Cost) -> str:
    if not cost.amount:
        return "free"
    sum_words = (
        f"${cost.amount:.4g}" if cost.currency == "USD" else f"{cost.amount:.4g} {cost.currency}"
    )
    return f"about {sum_words}" if cost.estimated else sum_words
