"""The words of a row: its title, its meta line, and the whole row as a sentence to be spoken."""

from __future__ import annotations

import re
from collections.abc import Mapping

from kontext_studio.core.errors import Charged
from kontext_studio.core.history import History, Node, NodeId, NodeKind
from kontext_studio.core.jobs import JobRecord
from kontext_studio.core.route import EMBEDDED
from kontext_studio.core.session import Session
from kontext_studio.gui.history.names import (
    ModelWords,
    changed_words,
    headline,
    lowered,
    size_words,
    took_words,
    words_for_model,
)
from kontext_studio.gui.jobs.progress import (
    JobProgress,
    Stage,
    countdown,
    running_words,
    stage_of,
    waiting_words,
)
from kontext_studio.gui.jobs.refusals import short_words

_ICONS = {
    Stage.WAITING: "hourglass",
    Stage.RETRYING: "timer",
    Stage.OFFLINE: "wifi-off",
    Stage.PAUSED: "triangle-alert",
    Stage.BLOCKED: "ban",
    Stage.UNKNOWN: "circle-question-mark",
    Stage.CANCELLED: "x",
    Stage.FAILED: "triangle-alert",
}
PICTURE_DAMAGED = "Its picture is damaged"
_SECONDS = re.compile(r"\b(\d+) s\b")


def origin_words(session: Session, parent: NodeId | None) -> str:
    """ "from step 3", "from Original", nothing for an original."""
    node = session.history.get(parent)
    return f"from {_name(session, node, inside=True)}" if node else ""


def source_step(history: History, node: Node) -> int:
    """The number of the step whose result was used for one that was computed here; else 0."""
    if node.derivation is None or len(node.parents) < 2:
        return 0
    return history[node.parents[1]].step


def step_title(session: Session, step: Node | JobRecord) -> str:
    """The label, else the instruction's headline, else the file or "Original"."""
    if isinstance(step, JobRecord):
        return headline(step.request.instruction)
    if label := session.labels.get(step.id):
        return label
    if step.request is not None:
        return headline(step.request.instruction) or "No instruction"
    return session.title(step.id) or "Step"


def step_meta(
    node: Node,
    models: Mapping[str, ModelWords],
    changed_share: float | None,
    run_size: int,
    source_step: int = 0,
) -> str:
    """ "pro · 8.1 s · 31 % changed", "… · variant 2 of 4", file and size of an original, or "from
    step 4 · 31 % changed" for what was computed here from that step."""
    if node.derivation is not None:
        words = [f"from step {source_step}"] if source_step else ["computed here"]
        if changed_share is not None:
            words.append(changed_words(changed_share))
        return " · ".join(words)
    size = size_words(node.image.width, node.image.height)
    if node.request is None:
        own = node.title if node.derivation is None else "Computed here"
        return " · ".join(part for part in (own, size) if part)
    parts = [words_for_model(models, node.request.model).short]
    if node.result is not None and node.result.seconds is not None:
        parts.append(took_words(node.result.seconds))
    if run_size > 1:
        parts.append(f"variant {node.variant} of {run_size}")
    elif changed_share is not None:
        parts.append(changed_words(changed_share))
    elif node.kind is NodeKind.GENERATE:
        parts.append(size)
    return " · ".join(parts)


def shorter(meta: str) -> str:
    """The meta line without its first part, which is the model: the inspector names it too."""
    _, _, rest = meta.partition(" · ")
    return rest or meta


def ghost_meta(record: JobRecord, progress: JobProgress) -> str:
    """One line of state for a run that has no picture yet, or none at all."""
    stage = stage_of(record, progress)
    match stage:
        case Stage.RUNNING:
            words = running_words(progress)
            return f"Running · {words}" if words else "Running"
        case Stage.WAITING:
            words = waiting_words(record, progress)
            return f"Waiting · {words}" if words else "Waiting"
        case Stage.RETRYING:
            return f"Trying again in {countdown(progress.retry_in_s or 0.0)}"
        case Stage.BLOCKED:
            return "Stopped by content rules"
        case Stage.UNKNOWN:
            free = record.fault is not None and record.fault.charged is Charged.NO
            return "No answer" if free else "No answer, may have been charged"
        case Stage.FAILED:
            own = short_words(record.fault) if record.provider == EMBEDDED else ""
            return own or (record.fault.message if record.fault else "Ended without a picture")
        case Stage.PAUSED:
            return record.fault.message if record.fault else "Not sent yet"
    return {
        Stage.OFFLINE: "Waiting for the network",
        Stage.CANCELLING: "Cancelling…",
        Stage.CANCELLED: "Cancelled",
    }.get(stage, "")


def ghost_icon(record: JobRecord, stage: Stage) -> str:
    """The icon in the thumbnail's place; a running row shows its input instead."""
    if stage is Stage.FAILED and record.provider == EMBEDDED:
        return "cpu"
    return _ICONS.get(stage, "")


def ghost_sentence(row_text: str, origin: str, record: JobRecord, progress: JobProgress) -> str:
    """A ghost row as a sentence; `origin` says where it hangs, as in "from step 3"."""
    meta = ghost_meta(record, progress).replace(" · ", ", ").replace("…", "")
    meta = _SECONDS.sub(r"\1 seconds", meta)
    parts = [f"Step {record.step}", lowered(headline(row_text)), origin, lowered(meta).rstrip(".")]
    if record.fault is not None and record.fault.charged is Charged.MAYBE:
        parts.append("may have been charged")
    return ", ".join(dict.fromkeys(part for part in parts if part))


def step_sentence(
    session: Session,
    node: Node,
    *,
    run_size: int,
    branches: int,
    starred: bool,
    picks: tuple[str, ...],
    changed_share: float | None,
    current: bool,
    is_new: bool,
    folded: int,
    is_lost: bool = False,
) -> str:
    """UX X4: "Step 4, change the cup to deep forest green, from Original, 2 branches, starred"."""
    parts = [_name(session, node)]
    if node.request is not None or node.derivation is not None:
        parts.append(lowered(step_title(session, node)))
    elif node.title and node.title != parts[0]:
        parts.append(node.title)
    size = f"{node.image.width} by {node.image.height} pixels"
    parts.append(origin_words(session, node.parent) or size)
    if run_size > 1:
        parts.append(f"variant {node.variant} of {run_size}")
    if is_lost:
        parts.append(lowered(PICTURE_DAMAGED))
    if branches > 1:
        parts.append(f"{branches} branches")
    if starred:
        parts.append("starred")
    parts.extend(f"pick {letter}" for letter in picks)
    if changed_share is not None:
        parts.append(changed_words(changed_share).replace(" %", " percent"))
    if folded:
        parts.append("1 row folded away" if folded == 1 else f"{folded} rows folded away")
    if is_new:
        parts.append("new")
    if current:
        parts.append("current step")
    return ", ".join(parts)


def _name(session: Session, node: Node, *, inside: bool = False) -> str:
    if node.step:
        return f"step {node.step}" if inside else f"Step {node.step}"
    return session.title(node.id) or "Original"
