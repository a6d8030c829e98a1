"""What `edit` or `generate` was asked for, and everything about it that can be refused beforehand.

It promises to write nothing: after a refusal a session is as it was, and a new one is not made.
"""

from __future__ import annotations

import asyncio
import os
import shlex
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from kontext_studio.cli.out_file import demand_free, demand_other, out_paths
from kontext_studio.cli.reporting import Usage
from kontext_studio.cli.session_json import shown_step
from kontext_studio.core.area import MOST_FEATHER_PX, USUAL_FEATHER_PX, Area
from kontext_studio.core.delivery import FAULTS_ARE_FINAL, Delivery, is_kept, offered
from kontext_studio.core.errors import AlreadyRunning, BadInput, BadRequest
from kontext_studio.core.history import History, Node, NodeId, NodeKind
from kontext_studio.core.models import ModelSpec
from kontext_studio.core.request import MAX_SEED, EditRequest, ParamValue
from kontext_studio.core.result import Cost
from kontext_studio.core.services import service_info
from kontext_studio.core.session import Session
from kontext_studio.providers.registry import built_words
from kontext_studio.store.file_names import shown_name
from kontext_studio.workbench import pictures
from kontext_studio.workbench.areas import area_of, mask_from_file
from kontext_studio.workbench.bench import Workbench
from kontext_studio.workbench.orders import RunOrder
from kontext_studio.workbench.prices import demand_within_limit, price_of_run, sum_of
from kontext_studio.workbench.requests import build_request, clean_instruction, refuse_twins


@dataclass(frozen=True, slots=True)
class Plan:
    """What was typed. `generates`: a picture from text, of no other. `area` is the file of a mask,
    which holds for every run of it."""

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
    force: bool
    delivery: Delivery = field(default_factory=Delivery)
    generates: bool = False
    area: Path | None = None
    feather_px: float = USUAL_FEATHER_PX

    @property
    def inputs(self) -> int:
        """How many pictures go into the first run."""
        if self.generates:
            return 0
        return len(self.images) + (1 if self.start or not self.images else 0)

    def order(
        self,
        instruction: str,
        parents: tuple[NodeId, ...],
        parameters: tuple[tuple[str, ParamValue], ...],
        area: Area | None = None,
    ) -> RunOrder:
        return RunOrder(
            instruction,
            parents,
            self.model,
            self.route,
            self.variants,
            self.seed,
            parameters,
            self.delivery,
            area,
        )


@dataclass(frozen=True, slots=True)
class Original:
    """A picture that was read and decoded, and is in no session yet."""

    path: Path
    picture: pictures.Imported


@dataclass(frozen=True, slots=True)
class Possible:
    """A plan that can be carried out, as far as is known here: the first run as it would be sent,
    and what the person is told before that; `area` with the bytes of its mask, and the price of all
    runs together by the list, None where that is not known."""

    spec: ModelSpec
    originals: tuple[Original, ...]
    parameters: tuple[tuple[str, ParamValue], ...]
    request: EditRequest
    caution: str
    area: tuple[Area, bytes] | None = None
    whole_price: Cost | None = None


async def demand_possible(bench: Workbench, plan: Plan) -> Possible:
    """Look whether a plan can be carried out. Raise BadInput or Usage; a session that is there is
    opened for reading alone."""
    # 1. What the command says of itself.
    _demand_whole(plan)
    session = None
    if plan.session is not None and not is_new(plan.session):  # it may have a connection of its own
        await bench.open_session(plan.session, read_only=True)
        session = bench.session
    spec = _spec_of(bench, plan, plan.inputs)
    parameters = tuple(_parameter(words, spec) for words in plan.params)
    delivery = _check_options(plan, spec, parameters)
    later = _spec_of(bench, plan, 1) if len(plan.instructions) > 1 else spec
    if later != spec:  # what follows begins at one picture
        _check_options(plan, later, parameters)
    _check_out(plan)
    for text in plan.instructions:
        later.check_instruction(clean_instruction(text, generates=plan.generates))
    # 2. The pictures.
    originals = tuple([await _read(path) for path in plan.images])
    # 3. The first run as it would be sent.
    history, parents = _with_originals(session, plan, originals)
    area = await _area(plan, history, parents)
    order = plan.order(plan.instructions[0], parents, parameters, area[0] if area else None)
    request = build_request(order, spec, history, plan.seed or 0)
    if session is not None:
        jobs = filter(bench.runs.is_on_its_way, bench.desk.jobs.values())
        try:
            refuse_twins(request, plan.seed is not None, jobs)
        except AlreadyRunning as twin:
            resume = f"kontext-studio resume {shlex.quote(str(bench.path))}"
            hint = f"“{resume}” says what has become of it; another --seed is another run."
            raise AlreadyRunning(twin.message, field=twin.field, hint=hint) from None
    # A result is taken to be as large as the picture it was made from.
    prices = [price_of_run(spec, request.count, request.inputs)]
    further = price_of_run(later, request.count, request.inputs[:1])
    prices += [further] * (len(plan.instructions) - 1)
    # Of a chain that is cut off by the limit the first runs would be paid for nothing.
    demand_within_limit(
        sum_of(one for one in prices if one is not None),
        bench.spent() if session is not None else 0.0,
        bench.settings.spend_limit_usd,
        runs=len(prices),
    )
    # A server of one's own is free; there is nothing to be cautious of.
    final = not is_kept(spec, delivery.way) and spec.price.usd != 0
    caution = FAULTS_ARE_FINAL if final else ""
    return Possible(spec, originals, parameters, request, caution, area, sum_of(prices))


async def _area(
    plan: Plan, history: History, parents: tuple[NodeId, ...]
) -> tuple[Area, bytes] | None:
    """The mask that was named, as large as the main picture. Raise BadInput."""
    if plan.area is None:
        return None
    if not 0 <= plan.feather_px <= MOST_FEATHER_PX:
        raise Usage(f"“--feather” lies between 0 and {MOST_FEATHER_PX:.0f} pixels.")
    picture = history[parents[0]].image
    mask = await mask_from_file(Path.cwd() / plan.area, (picture.width, picture.height))
    return await asyncio.to_thread(area_of, mask, plan.feather_px)


def _demand_whole(plan: Plan) -> None:
    last = Path(plan.instructions[0])
    # Unlike Path's own it takes names of any length.
    if last.suffix and os.path.isfile(last):  # noqa: PTH113
        if plan.generates:
            hint = f"{shown_name(last)} is a file; “edit” changes pictures."
            raise BadRequest("Write what the picture shows.", field="instruction", hint=hint)
        hint = f"{shown_name(last)} is a file; the instruction comes after it."
        raise BadRequest("Write what should change.", field="instruction", hint=hint)
    if not plan.images and plan.session is None and not plan.generates:
        raise Usage("Name a picture to edit, or a session with --session.")


def _spec_of(bench: Workbench, plan: Plan, inputs: int) -> ModelSpec:
    """The model of a run of so many pictures. Raise BadRequest, which names the way to one."""
    order = plan.order("", tuple(NodeId(f"input {number}") for number in range(inputs)), ())
    try:
        spec = bench.model_of(order)
    except BadRequest as refusal:
        of = {one.provider for one in bench.catalogue.models if one.id == plan.model}
        if refusal.field != "model" or not of.intersection(built_words()):
            raise
        hint = f"{_way_to(bench, of)} {refusal.hint}"
        raise BadRequest(refusal.message, field="model", hint=hint) from refusal
    if plan.generates and not spec.generates:
        of = {one.provider for one in bench.catalogue.models if one.generates}
        words = f"{spec.title} makes no picture from text."
        raise BadRequest(words, field="model", hint=_way_to(bench, of))
    return spec


def _way_to(bench: Workbench, providers: Collection[str]) -> str:
    routes = [one for one in bench.connections.all() if one.provider in providers]
    if routes:
        return f"Choose a connection that has one: --route {shlex.quote(routes[0].name)}."
    known = [service_info(one) for one in providers]
    variables = sorted(one.key_variable for one in known if one is not None and one.key_variable)
    variable = "FAL_KEY" if "FAL_KEY" in variables or not variables else variables[0]
    return f"A connection to it is needed: set {variable} in the environment, or see “routes add”."


def starting_step(session: Session, words: str) -> Node:
    """The step that `--from` names, or the current one. Raise BadInput."""
    if words:
        return shown_step(session, words)
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
    if plan.generates:
        return history, ()
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
) -> Delivery:
    """How the runs will be asked for. Raise Usage."""
    try:
        inputs = 1 if spec.max_inputs and not plan.generates else 0
        spec.check(parameters, count=plan.variants, inputs=inputs)
        delivery = offered(spec).settled(plan.delivery, plan.variants)
    except BadRequest as refusal:
        raise Usage(refusal.message, hint=refusal.hint) from refusal
    if plan.seed is not None and not 0 <= plan.seed <= MAX_SEED:
        raise Usage(f"A seed is a whole number from 0 to {MAX_SEED}.")
    return delivery


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
    """A run may make fewer pictures than it was asked for, one included: then `out` is written."""
    if plan.out is None:
        return
    for path in dict.fromkeys((*out_paths(plan.out, plan.variants), plan.out)):
        if any(pictures.same_file(path, image) for image in plan.images):
            raise BadInput(f"{shown_name(path)} is the picture to edit; it is never overwritten.")
        if plan.area is not None:
            demand_other(path, (plan.area,))
        demand_free(path, force=plan.force)
