"""How a compared step was made and what was measured of it, in words for the tables."""

from __future__ import annotations

from collections.abc import Iterator

from kontext_studio.core.history import Node
from kontext_studio.core.models import Catalogue
from kontext_studio.core.request import EditRequest, ParamValue
from kontext_studio.core.result import Cost
from kontext_studio.gui.comparison.tables import NOTHING
from kontext_studio.gui.history.names import (
    cost_words,
    grouped_digits,
    model_words,
    words_for_model,
)
from kontext_studio.gui.instruction.value_words import value_words
from kontext_studio.workbench.comparisons import Figures, Outside
from kontext_studio.workbench.money import money_words

MEASURING = "…"
_STILL_PX, _STILL_ZOOM = 0.05, 0.00005


def settings_of(catalogue: Catalogue, node: Node) -> tuple[tuple[str, str], ...]:
    """Everything that determined a step, as the panel has it; the size of what came."""
    request, result = node.request, node.result
    listed: list[tuple[str, str]] = []
    if request is not None:
        listed.append(("Instruction", request.instruction))
        listed.append(("Model", words_for_model(model_words(catalogue), request.model).full))
        if result is not None and result.route:
            listed.append(("Connection", result.route))
        listed += [_setting(catalogue, request, name, one) for name, one in request.parameters]
        own = result.seed if result is not None else None
        listed.append(("Seed", grouped_digits(request.seed if own is None else own)))
        if request.area is not None:
            listed.append(("Area", f"{round(100 * request.area.share)} % of the image"))
    listed.append(("Size", f"{node.image.width} × {node.image.height}"))
    return tuple(listed)


def _setting(
    catalogue: Catalogue, request: EditRequest, name: str, value: ParamValue
) -> tuple[str, str]:
    """A parameter and its value in words, as the form has them."""
    models = (spec for spec in catalogue.models if spec.id == request.model)
    known = (spec.parameter(name) for spec in models)
    spec = next((one for one in known if one is not None), None)
    return (spec.label, value_words(value, spec.choices)) if spec else (name, str(value))


def figures_in_words(
    node: Node, found: Figures | None, outside: Outside | None, *, has_area: bool
) -> Iterator[tuple[str, str]]:
    """The rows of the table; what is still being measured reads "…". In each row the numbers have
    the same number of decimals."""
    drift = found.drift if found is not None else None
    yield "Changed pixels", f"{100 * found.changed:.1f} %" if found else MEASURING
    yield "Mean ΔE 2000", f"{found.delta_e:.1f}" if found else MEASURING
    if has_area:
        yield "Outside the area", outside_words(outside)
    if drift is None:
        yield "Shift", MEASURING
        yield "Zoom", MEASURING
    else:
        yield "Shift", _shift_words(drift.shift_px)
        yield "Zoom", _zoom_words(drift.zoom)
    if node.result is not None:
        if node.result.seconds is not None:
            yield "Time", _short_time(node.result.seconds)
        yield _short_cost(node.result.cost)


def outside_words(outside: Outside | None) -> str:
    """How many pixels changed there."""
    return NOTHING if outside is None else grouped_digits(outside.changed)


def _shift_words(shift_px: tuple[float, float] | None) -> str:
    """How far the picture moved; none is told where the scene is another one."""
    if shift_px is None:
        return NOTHING
    x, y = shift_px
    far = (x * x + y * y) ** 0.5
    return f"{0.0 if far < _STILL_PX else far:.1f} px"


def _zoom_words(zoom: float | None) -> str:
    if zoom is None:
        return NOTHING
    more = zoom - 1.0
    return "0.00 %" if abs(more) < _STILL_ZOOM else f"{100 * more:+.2f} %".replace("-", "−")


def _short_time(seconds: float) -> str:
    """With as many decimals for all, so that columns can be read against each other."""
    return f"{seconds:.1f} s"


def _short_cost(cost: Cost | None) -> tuple[str, str]:
    """A column has no room for "price unknown" and "about"."""
    if cost is None:
        return "Cost", "unknown"
    if cost.amount and cost.estimated:
        return "Cost, about", money_words(cost.amount, cost.currency)
    return "Cost", cost_words(cost)
