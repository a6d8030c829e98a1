"""The rows of the history list as plain values, built from a session and its runs.

Promises one row for each family of shown steps and one for each run that is open, in the order of
UX H3; refuses to know Qt. Building is pure, so that views compare old rows with new ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from kontext_studio.core.derivation import Method
from kontext_studio.core.figures import DriftFigures
from kontext_studio.core.history import JobId, NodeId
from kontext_studio.core.images import Sha256
from kontext_studio.core.jobs import JobRecord
from kontext_studio.core.lanes import Entry, Placed, lay_out
from kontext_studio.core.session import Session
from kontext_studio.gui.history.families import (
    Family,
    families_of,
    open_jobs,
    path_of,
    run_key,
)
from kontext_studio.gui.history.names import ModelWords
from kontext_studio.gui.history.rails import Rail, Tone, rails_of
from kontext_studio.gui.history.row_words import (
    PICTURE_DAMAGED,
    ghost_icon,
    ghost_meta,
    ghost_sentence,
    origin_words,
    source_step,
    step_meta,
    step_sentence,
    step_title,
)
from kontext_studio.gui.history.visible import ViewState, visible_rows
from kontext_studio.gui.jobs.progress import (
    NOTHING_KNOWN,
    UNDER_WAY,
    JobProgress,
    Stage,
    bar_value,
    stage_of,
)

_PICK_LETTERS = "ABCD"
MARKS = {
    Method.KEEP: "shield-check",
    Method.RECOMPOSE: "brush",
    Method.UNPROTECTED: "lock-open",
    Method.ALIGN: "target",
    Method.COLOURS: "palette",
    Method.SIZE: "maximize",
    Method.REBASE: "layers",
}
"""The sign of each way in which a step is computed here."""


class RowKind(StrEnum):
    STEP = "step"
    RUNNING = "running"
    WAITING = "waiting"
    FAILED = "failed"
    CANCELLED = "cancelled"  # by the person, so it is no failure


@dataclass(frozen=True, slots=True)
class NodeFacts:
    """What is known of a step beside the history: the share of changed pixels (0 to 1) against
    its parent, the drift (mean ΔE 2000 against its original), whether nobody has seen it yet,
    whether its picture cannot be read; and how what was not changed lies to its parent and to its
    original, None where that is not measured yet."""

    changed_share: float | None = None
    drift: float | None = None
    is_new: bool = False
    is_lost: bool = False
    of_parent: DriftFigures | None = None
    of_original: DriftFigures | None = None


_NO_FACTS = NodeFacts()


@dataclass(frozen=True, slots=True)
class HistoryInputs:
    """Everything the list is made from. `chosen` is the variant last looked at, by run."""

    session: Session
    jobs: Mapping[JobId, JobRecord] = field(default_factory=dict)
    facts: Mapping[NodeId, NodeFacts] = field(default_factory=dict)
    progress: Mapping[JobId, JobProgress] = field(default_factory=dict)
    chosen: Mapping[JobId, NodeId] = field(default_factory=dict)
    models: Mapping[str, ModelWords] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One row. `key` stays the same while the run goes on, ends and is edited on.

    `node` is the step shown, `members` all steps of the row, `picks` their comparison letters,
    `run_size` how many pictures the run made, `branches` how many rows hang on this one.
    `sha` is the picture of the thumbnail (for a ghost row its input's), `icon` a Lucide name that
    stands in its place. `progress` is the bar, None where there is none; `folded` counts the rows
    that are folded away below, `origin` says where the row hangs ("from step 3"). `mark` is the
    Lucide name of how a step was computed here, empty for other ones. `spoken` is the whole row as
    a sentence.
    """

    key: str
    kind: RowKind
    title: str
    full_text: str
    meta: str
    spoken: str
    step: int
    node: NodeId | None = None
    job: JobId | None = None
    members: tuple[NodeId, ...] = ()
    run_size: int = 1
    branches: int = 0
    parent_key: str | None = None
    sha: Sha256 | None = None
    icon: str = ""
    mark: str = ""
    lane: int = 0
    depth: int = 0
    is_trunk: bool = True
    rails: tuple[Rail, ...] = ()
    starred: bool = False
    picks: tuple[str, ...] = ()
    current: bool = False
    on_path: bool = False
    is_new: bool = False
    is_lost: bool = False
    can_fold: bool = False
    folded: int = 0
    origin: str = ""
    stage: Stage | None = None
    progress: float | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """The rows in display order, how many steps there are (folded ones too), how many runs are
    open, and how many lanes the rails need."""

    rows: tuple[HistoryRow, ...] = ()
    steps: int = 0
    open: int = 0
    lanes: int = 1


def list_history(inputs: HistoryInputs, view: ViewState | None = None) -> Listing:
    """The history as rows. Cost is linear in the steps and in the strokes that pass rows by."""
    session = inputs.session
    ghosts = open_jobs(session, inputs.jobs)
    families = {one.key: one for one in families_of(session, ghosts, inputs.chosen)}
    records = {run_key(record.id): record for record in ghosts}
    # A run that was stored under another record's key cannot happen; a picture wins over a ghost.
    records = {key: record for key, record in records.items() if key not in families}
    owner = {node.id: one.key for one in families.values() for node in one.members}
    path = path_of(session)
    on_path = {key for node_id, key in owner.items() if node_id in path}

    whole = lay_out(_entries(families, records, owner))
    unseen = {owner[one] for one, facts in inputs.facts.items() if facts.is_new and one in owner}
    shown = visible_rows(whole, session, families, unseen | set(records), on_path, view)
    placed = shown.placed
    rails = rails_of(placed, on_path, {key: _tone(inputs, one) for key, one in records.items()})
    kids: dict[str | None, int] = {}
    for one in whole:
        kids[one.parent] = kids.get(one.parent, 0) + (one.key in families)
    rows: list[HistoryRow] = []
    for one, lines in zip(placed, rails, strict=True):
        place = _Place(one, lines, shown.folded.get(one.key, 0), one.key in shown.can_fold)
        if (family := families.get(one.key)) is not None:
            row = _step_row(inputs, family, place, one.key in on_path, kids.get(one.key, 0))
        else:
            row = _ghost_row(inputs, records[one.key], place)
        rows.append(row)
    lanes = 1 + max((one.lane for one in placed), default=0)
    return Listing(tuple(rows), len(families), len(records), lanes)


def with_progress(row: HistoryRow, record: JobRecord, progress: JobProgress) -> HistoryRow:
    """A ghost row with new live facts; everything that places it stays."""
    stage = stage_of(record, progress)
    return replace(
        row,
        kind=_kind(stage),
        meta=ghost_meta(record, progress),
        icon=ghost_icon(record, stage),
        spoken=ghost_sentence(row.full_text, row.origin, record, progress),
        stage=stage,
        progress=bar_value(stage, progress),
    )


def with_facts(row: HistoryRow, inputs: HistoryInputs) -> HistoryRow:
    """A step's row with the words of what is known of it now; everything that places it stays."""
    if row.node is None:
        return row
    node = inputs.session.history[row.node]
    facts = inputs.facts.get(row.node, _NO_FACTS)
    share = facts.changed_share
    source = source_step(inputs.session.history, node)
    meta = step_meta(node, inputs.models, share, row.run_size, source)
    return replace(
        row,
        meta=PICTURE_DAMAGED if facts.is_lost else meta,
        icon="triangle-alert" if facts.is_lost else "",
        is_lost=facts.is_lost,
        spoken=step_sentence(
            inputs.session,
            node,
            run_size=row.run_size,
            branches=row.branches,
            starred=row.starred,
            picks=row.picks,
            changed_share=share,
            current=row.current,
            is_new=row.is_new,
            folded=row.folded,
            is_lost=facts.is_lost,
        ),
    )


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a row stands and what hangs on it there."""

    placed: Placed[str]
    rails: tuple[Rail, ...]
    folded: int
    can_fold: bool


def _entries(
    families: Mapping[str, Family], records: Mapping[str, JobRecord], owner: Mapping[NodeId, str]
) -> list[Entry[str]]:
    """All rows with their place in time.

    Steps come in the order of adding and runs under way after all of them. A run that ended without
    a picture stands where its number belongs, so that it does not trail behind every later result.
    """
    known = [(family.order, family.members[0].step) for family in families.values()]
    timed: list[tuple[tuple[int, int, int], str, str | None, bool]] = []
    for family in families.values():
        parent = family.members[0].parent
        up = owner.get(parent) if parent is not None else None
        timed.append(((family.order, 0, 0), family.key, up, True))
    for key, record in records.items():
        up = owner.get(record.parents[0]) if record.parents else None
        if stage_of(record) in UNDER_WAY:
            place = len(owner) + max((order for order, _ in known), default=0)
        else:
            place = max((order for order, step in known if step < record.step), default=-1)
        timed.append(((place, 1, record.step), key, up, False))
    timed.sort(key=lambda one: one[0])
    return [Entry(key, up, number, finished) for number, (_, key, up, finished) in enumerate(timed)]


def _step_row(
    inputs: HistoryInputs, family: Family, place: _Place, on_path: bool, branches: int
) -> HistoryRow:
    session, node = inputs.session, family.chosen
    members = tuple(one.id for one in family.members)
    # The shown variant's letter comes first: it is the picture under the badge.
    picked = [one for one in members if one in session.picks]
    picked.sort(key=lambda one: one != node.id)
    picks = tuple(_PICK_LETTERS[session.picks.index(one)] for one in picked)
    starred = any(one in session.stars for one in members)
    current = session.head in members
    is_new = any(inputs.facts[one].is_new for one in members if one in inputs.facts)
    placed = place.placed
    row = HistoryRow(
        key=family.key,
        kind=RowKind.STEP,
        title=step_title(session, node),
        full_text=session.title(node.id),
        meta="",
        spoken="",
        step=node.step,
        node=node.id,
        job=node.job,
        members=members,
        run_size=family.run_size,
        branches=branches,
        parent_key=placed.parent,
        sha=node.image.sha256,
        mark=MARKS[node.derivation.method] if node.derivation is not None else "",
        lane=placed.lane,
        depth=placed.depth,
        is_trunk=placed.is_trunk,
        rails=place.rails,
        starred=starred,
        picks=picks,
        current=current,
        on_path=on_path,
        is_new=is_new,
        can_fold=place.can_fold,
        folded=place.folded,
    )
    return with_facts(row, inputs)


def _ghost_row(inputs: HistoryInputs, record: JobRecord, place: _Place) -> HistoryRow:
    inputs_ref = record.request.inputs[0] if record.request.inputs else None
    placed = place.placed
    row = HistoryRow(
        key=run_key(record.id),
        kind=RowKind.WAITING,
        title=step_title(inputs.session, record),
        full_text=record.request.instruction,
        meta="",
        spoken="",
        step=record.step,
        job=record.id,
        parent_key=placed.parent,
        sha=inputs_ref.sha256 if inputs_ref else None,
        lane=placed.lane,
        depth=placed.depth,
        is_trunk=placed.is_trunk,
        rails=place.rails,
        origin=origin_words(inputs.session, record.parents[0] if record.parents else None),
    )
    return with_progress(row, record, inputs.progress.get(record.id, NOTHING_KNOWN))


def _kind(stage: Stage) -> RowKind:
    if stage in (Stage.RUNNING, Stage.CANCELLING):
        return RowKind.RUNNING
    if stage is Stage.CANCELLED:
        return RowKind.CANCELLED
    return RowKind.WAITING if stage in UNDER_WAY else RowKind.FAILED


def _tone(inputs: HistoryInputs, record: JobRecord) -> Tone:
    kind = _kind(stage_of(record, inputs.progress.get(record.id, NOTHING_KNOWN)))
    return {RowKind.RUNNING: Tone.RUNNING, RowKind.WAITING: Tone.WAITING}.get(kind, Tone.PLAIN)
