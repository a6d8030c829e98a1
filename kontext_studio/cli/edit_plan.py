"""What `edit` was asked for, and everything about it that can be refused beforehand.

It promises to write nothing: after a refusal a session is as it was, and a new one is not made.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from kontext_studio.cli.reporting import Usage
from kontext_studio.cli.session_json import find_step
from kontext_studio.core.errors import BadInput, BadPicture, BadRequest
from kontext_studio.core.history import History, Node, NodeId, NodeKind
from kontext_studio.core.models import ModelSpec
from kontext_studio.core.request import MAX_SEED, ParamValue
from kontext_studio.core.session import Session
from kontext_studio.workbench import pictures
from kontext_studio.workbench.bench import Workbench
from kontext_studio.workbench.orders import RunOrder
from kontext_studio.workbench.prices import demand_within_limit, price_of_run
from kontext_studio.workbench.requests import build_request, clean_instruction, refuse_twins


@dataclass(frozen=True, slots=True)
class Plan:
    """What was typed."""

    instructions: tuple[str, ...]
    images: tuple[Path, ...]
    session: Path | None
    start: str
    model: str
    route: str
    params: tuple[str, ...]
    variants: int
    seed: int | None
    out: Path | None

    def order(
        self,
        instruction: str,
        parents: tuple[NodeId, ...],
        parameters: tuple[tuple[str, ParamValue], ...],
    ) -> RunOrder:
        return RunOrder(
            instruction, parents, self.model, self.route, self.variants, self.seed, parameters
        )


@dataclass(frozen=True, slots=True)
class Original:
    """A picture that was read and decoded, and is in no session yet."""

    path: Path
    picture: pictures.Imported


async def demand_possible(
    bench: Workbench, plan: Plan
) -> tuple[tuple[Original, ...], tuple[tuple[str, ParamValue], ...]]:
    """The pictures and parameters of a plan that can be carried out. Raise BadInput or Usage;
    a session that is there is opened for reading alone."""
    # 1. What the command says of itself.
    spec = bench.model_of(plan.order("", (), ()))
    parameters = tuple(_parameter(words, spec) for words in plan.params)
    _check_options(plan, spec, parameters)
    _check_out(plan)
    for text in plan.instructions:
        clean_instruction(text)
    # 2. The pictures.
    originals = tuple([await _read(path) for path in plan.images])
    # 3. The session, and the first run as it would be sent.
    if plan.session is None or is_new(plan.session):
        session = None
    else:
        await bench.open_session(plan.session, read_only=True)
        session = bench.session
    history, parents = _with_originals(session, plan, originals)
    order = plan.order(plan.instructions[0], parents, parameters)
    request = build_request(order, spec, history, plan.seed or 0)
    if session is not None:
        refuse_twins(request, plan.seed is not None, bench.desk.jobs.values())
    demand_within_limit(
        price_of_run(spec, request.count, request.inputs),
        bench.spent() if session is not None else 0.0,
        bench.settings.spend_limit_usd,
    )
    return originals, parameters


def starting_step(session: Session, words: str) -> Node:
    """The step that `--from` names, or the current one. Raise BadInput."""
    if words:
        return find_step(session, words)
    if session.head is not None:
        return session.history[session.head]
    raise BadInput("This session holds no picture yet.", hint="Name a picture to start from.")


def _with_originals(
    session: Session | None, plan: Plan, originals: Iterable[Original]
) -> tuple[History, tuple[NodeId, ...]]:
    """The history as it would be with the pictures in it, and the steps the first run begins at."""
    history = History()
    for node in session.history if session is not None else ():
        history.add(node)
    new = []
    for number, original in enumerate(originals):
        node_id = NodeId(f"original {number}")
        ref = original.picture.ref
        history.add(Node(node_id, (), NodeKind.IMPORT, ref, step=0, created=0.0))
        new.append(node_id)
    if new and not plan.start:
        return history, tuple(new)
    main = starting_step(session if session is not None else Session(), plan.start)
    return history, (main.id, *new)


def _check_options(
    plan: Plan, spec: ModelSpec, parameters: tuple[tuple[str, ParamValue], ...]
) -> None:
    try:
        spec.check(parameters, count=plan.variants, inputs=1 if spec.max_inputs else 0)
    except BadRequest as refusal:
        raise Usage(refusal.message, hint=refusal.hint) from refusal
    if plan.seed is not None and not 0 <= plan.seed <= MAX_SEED:
        raise Usage(f"A seed is a whole number from 0 to {MAX_SEED}.")


def _parameter(words: str, spec: ModelSpec) -> tuple[str, ParamValue]:
    name, equals, text = words.partition("=")
    if not equals or not name:
        raise Usage(f"“{words}” is not name=value.")
    known = spec.parameter(name)
    if known is None:
        return name, text  # the model says what it has
    try:
        return name, known.parse(text)
    except BadRequest as refusal:
        raise Usage(refusal.message, hint=refusal.hint) from refusal


async def _read(path: Path) -> Original:
    data = await pictures.read_picture_file(Path.cwd() / path)  # named whole where it is missing
    return Original(path, await pictures.examine(data, path.name))


def is_new(path: Path) -> bool:
    """Whether a session file is to be made. Raise BadInput where it cannot be."""
    if os.path.lexists(path):
        return False
    folder = path.absolute().parent
    if not folder.is_dir():
        raise BadInput(f"There is no folder {folder}.")
    return True


def _check_out(plan: Plan) -> None:
    out = plan.out
    if out is None:
        return
    if out.suffix.lower() not in pictures.EXPORT_FORMATS:
        offered = ", ".join(sorted(pictures.EXPORT_FORMATS))
        raise BadPicture(f"“{out.name}” names no format to write.", hint=f"End it in {offered}.")
    if not out.absolute().parent.is_dir():
        raise BadInput(f"There is no folder {out.absolute().parent}.")
    if not os.access(out.absolute().parent, os.W_OK):
        raise BadInput(f"The folder {out.absolute().parent} cannot be written.")
    paths = out_paths(out, plan.variants)
    if any(pictures.same_file(path, image) for path in paths for image in plan.images):
        raise BadInput(f"{out.name} is the picture to edit; it is never overwritten.")


def out_paths(out: Path, count: int) -> list[Path]:
    """Where the variants of the last run are written."""
    if count == 1:
        return [out]
    return [out.with_name(f"{out.stem}-{n}{out.suffix}") for n in range(1, count + 1)]
