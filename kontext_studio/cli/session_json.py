"""A session as the command line prints it, and how a step is named in words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from kontext_studio.core.errors import BadInput
from kontext_studio.core.history import Node, NodeId
from kontext_studio.core.session import Session
from kontext_studio.workbench.announcements import Measured
from kontext_studio.workbench.bench import Workbench
from kontext_studio.workbench.progress import JobView

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
"""Originals all have the number 0: the first is 0, those after it are 0b, 0c, …"""


def node_json(node: Node) -> dict[str, object]:
    """One step as ARCHITECTURE's contract names its fields, with a few more facts behind them."""
    request, result = node.request, node.result
    cost = result.cost if result else None
    seed = result.seed if result and result.seed is not None else None
    return {
        "id": node.id,
        "parents": list(node.parents),
        "kind": node.kind.value,
        "instruction": request.instruction if request else None,
        "image": {
            "sha256": node.image.sha256,
            "width": node.image.width,
            "height": node.image.height,
            "media_type": node.image.media_type,
        },
        "inputs": [ref.sha256 for ref in request.inputs] if request else [],
        "seed": seed if seed is not None else (request.seed if request else None),
        "model": request.model if request else None,
        "provider": result.provider if result else None,
        "route": result.route if result else None,
        "parameters": request.parameter_map() if request else {},
        "cost": cost.to_json() if cost else None,
        "seconds": result.seconds if result else None,
        "remote_id": (result.remote_id or None) if result else None,
        "created": datetime.fromtimestamp(node.created, UTC).isoformat(timespec="milliseconds"),
        "step": node.step,
        "variant": node.variant,
        "title": node.title or None,
        "raw": node.raw.sha256 if node.raw else None,
        "area_share": round(node.area.share, 6) if node.area else None,
        "feather_px": node.area.feather_px if node.area else None,
        "derived": _derived(node),
        "notes": [*node.notes, *(result.notes if result else ())],
    }


def _derived(node: Node) -> dict[str, object] | None:
    """How a derived step was computed."""
    if node.derivation is None:
        return None
    facts = {name: value for name, value in node.derivation.facts if value != ""}
    return {"method": node.derivation.method.value, **facts}


def measures_json(measured: Measured | None) -> dict[str, object]:
    """The figures of a step, as far as they are known."""
    of_parent = measured.of_parent if measured else None
    of_original = measured.of_original if measured else None
    return {
        "changed_share": round(measured.changed, 6) if measured else None,
        "seam": measured.seam.to_json() if measured and measured.seam else None,
        "drift": {
            "parent": of_parent.to_json() if of_parent else None,
            "original": of_original.to_json() if of_original else None,
        },
    }


def session_json(bench: Workbench, new: Iterable[NodeId] | None = None) -> dict[str, object]:
    session = bench.session
    body: dict[str, object] = {
        "session": str(bench.path),
        "head": session.head,
        "nodes": [
            {**_with_marks(session, node), **measures_json(bench.measured(node.id))}
            for node in session.history
        ],
    }
    if new is not None:
        body["new"] = list(new)
    return body


def job_json(bench: Workbench, view: JobView) -> dict[str, object]:
    """One run, as far as it has come."""
    record = view.record
    fault = record.fault
    return {
        "id": record.id,
        "state": record.state.value,
        "instruction": record.request.instruction,
        "step": record.step,
        "provider": record.provider,
        "route": record.route,
        "remote_id": record.remote.request_id if record.remote else None,
        "nodes": [node.id for node in bench.nodes_of(record.id)],
        "kind": fault.kind if fault else None,
        "message": fault.message if fault else (view.trouble or None),
        "charged": fault.charged.value if fault else None,
        "dismissed": record.id in bench.session.dismissed,
    }


def _with_marks(session: Session, node: Node) -> dict[str, object]:
    body = node_json(node)
    body["label"] = session.labels.get(node.id)
    body["starred"] = node.id in session.stars
    body["picked"] = node.id in session.picks
    body["deleted"] = node.id in session.hidden
    return body


def step_words(session: Session, node: Node) -> str:
    """How the step is called on the command line, the shortest name that `find_step` takes: its
    number, with the variant where there are several, and a letter for a further original."""
    alike = [one for one in session.history if one.step == node.step]
    if len(alike) == 1:
        return str(node.step)
    if node.step:
        return f"{node.step}.{node.variant}"
    at = alike.index(node)
    return f"0{_letter(at)}" if at < len(_LETTERS) else node.id


def _letter(index: int) -> str:
    return _LETTERS[index] if index else ""


def find_step(session: Session, words: str) -> Node:
    """The step named by its id, the beginning of it, "head", "root", or a step number such as 3,
    3.2 (its second variant) or 0b (the second original). Raise BadInput."""
    history = session.history
    if words in ("head", "root") and session.head is not None:
        return history[session.head] if words == "head" else history.root_of(session.head)
    if (node := history.get(NodeId(words))) is not None:
        return node
    if words[:1] == "0" and words[1:] in ("", *_LETTERS[1:]):
        originals = [one for one in history if one.step == 0]
        at = _LETTERS.index(words[1:] or _LETTERS[0])
        if at < len(originals):
            return originals[at]
    number, _, variant = words.partition(".")
    if number.isdigit() and (not variant or variant.isdigit()):
        wanted = (int(number), int(variant or 1))
        matches = [one for one in history if (one.step, one.variant) == wanted]
        if len(matches) == 1:
            return matches[0]
    matches = [one for one in history if len(words) >= 3 and one.id.startswith(words)]
    if len(matches) == 1:
        return matches[0]
    if matches:
        raise BadInput(f"Several steps begin with “{words}”.", hint="Write more of the id.")
    raise BadInput(
        f"There is no step “{words}” in this session.",
        hint="“kontext-studio history” lists them.",
    )


def shown_step(session: Session, words: str) -> Node:
    """The same, of those that are not deleted: what came of another one would be out of sight."""
    node = find_step(session, words)
    if node.id in session.hidden:
        raise BadInput(
            f"Step {step_words(session, node)} is deleted.",
            hint=f"“kontext-studio delete SESSION {words} --off” brings it back.",
        )
    return node
