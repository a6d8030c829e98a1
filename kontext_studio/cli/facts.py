"""What is known of one step, as words for a person; JSON has its own form of the same."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from kontext_studio.cli.session_json import step_words
from kontext_studio.core.figures import FOUND, LEVEL_WORDS, OTHER_VIEW, DriftFigures, Level
from kontext_studio.core.history import Node
from kontext_studio.core.result import Cost
from kontext_studio.core.session import Session
from kontext_studio.workbench.announcements import Measured


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
    if node.area is not None:
        yield (
            "area",
            f"{node.area.share * 100:.1f} % may change, feather {node.area.feather_px:g} px",
        )
    for note in (*node.notes, *(result.notes if result is not None else ())):
        yield "note", note


def measured_facts(measured: Measured | None) -> Iterator[tuple[str, str]]:
    """What was measured of a step."""
    if measured is None:
        return
    # Notes of an engine may count every pixel that is not the same to the last bit.
    yield "changed", f"{measured.changed * 100:.1f} % of the picture visibly (more than ΔE 2)"
    if measured.seam is not None:
        seen = "visible" if measured.seam.visible else "not visible"
        yield "edge", f"{seen} (ΔE {measured.seam.mean:.1f})"
    for name, figures in (("parent", measured.of_parent), ("original", measured.of_original)):
        if figures is not None:
            yield f"to {name}", _drift_words(figures)


def _drift_words(figures: DriftFigures) -> str:
    if figures.level is Level.QUIET:
        return "no drift"
    if figures.outcome != FOUND or figures.shift_px is None or figures.zoom is None:
        return "another view" if figures.outcome == OTHER_VIEW else "too plain to be compared"
    x, y = figures.shift_px
    parts = [f"moved {x:+.1f}, {y:+.1f} px", f"zoom {(figures.zoom - 1) * 100:+.2f} %"]
    if figures.delta_e is not None:
        seen = f"{LEVEL_WORDS[figures.level]} drift, " if figures.level in LEVEL_WORDS else ""
        parts.append(f"{seen}ΔE {figures.delta_e:.1f}")
    if figures.sharpness is not None:
        parts.append(f"sharpness {figures.sharpness * 100:.0f} %")
    if not figures.same_size:
        width, height = figures.size_before
        parts.append(f"it had {width} × {height}")
    return ", ".join(parts)


def _cost_words(cost: Cost) -> str:
    if not cost.amount:
        return "free"
    sum_words = (
        f"${cost.amount:.4g}" if cost.currency == "USD" else f"{cost.amount:.4g} {cost.currency}"
    )
    return f"about {sum_words}" if cost.estimated else sum_words
