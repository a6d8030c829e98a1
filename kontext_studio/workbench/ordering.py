"""What an order would be, and how it becomes a run: checked, priced, written down, started."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Protocol

from kontext_studio.core.area import Area
from kontext_studio.core.changes import Change
from kontext_studio.core.delivery import offered
from kontext_studio.core.errors import BadRequest, SessionDamaged, SessionError
from kontext_studio.core.history import JobId
from kontext_studio.core.jobs import JobRecord, JobState
from kontext_studio.core.models import Catalogue, ModelSpec
from kontext_studio.core.request import EditRequest
from kontext_studio.core.result import Cost
from kontext_studio.core.session import Session
from kontext_studio.core.settings import Settings
from kontext_studio.core.sizes import ExpectedSize, expected_size
from kontext_studio.workbench import estimates
from kontext_studio.workbench.connections import Connections
from kontext_studio.workbench.desk import Desk
from kontext_studio.workbench.orders import RunOrder
from kontext_studio.workbench.prices import demand_within_limit, price_of_run, spent_usd
from kontext_studio.workbench.reach import Reach
from kontext_studio.workbench.requests import build_request, refuse_twins
from kontext_studio.workbench.runs import Runs

log = logging.getLogger(__name__)


class OrderingBench(Protocol):
    """What is needed of the workbench."""

    connections: Connections

    @property
    def catalogue(self) -> Catalogue: ...
    @property
    def desk(self) -> Desk: ...
    @property
    def reach(self) -> Reach: ...
    @property
    def route_name(self) -> str: ...
    @property
    def runs(self) -> Runs: ...
    @property
    def session(self) -> Session: ...
    @property
    def settings(self) -> Settings: ...
    async def act(self, plan: Callable[[Session], Change | None]) -> Change | None: ...


class Ordering:
    """Orders of the session that is open; what the methods promise stands at the workbench."""

    def __init__(
        self,
        bench: OrderingBench,
        new_id: Callable[[], str],
        new_seed: Callable[[], int],
        clock: Callable[[], float],
    ) -> None:
        self._bench = bench
        self._new_id = new_id
        self._new_seed = new_seed
        self._clock = clock
        self._reruns: dict[tuple[JobId, bool], asyncio.Task[JobId]] = {}
        self._replaced: dict[JobId, JobId] = {}

    def forget(self) -> None:
        """Another session is open now."""
        self._replaced.clear()

    def model_of(self, order: RunOrder) -> ModelSpec:
        provider = self._bench.connections.get(order.route or self._bench.route_name).provider
        if order.model:
            return self._bench.catalogue.find(provider, order.model)
        try:
            return self._bench.catalogue.first_model(provider, inputs=len(order.parents))
        except BadRequest:
            # It says better what does not fit, when the order is looked at whole.
            return self._bench.catalogue.first_edit_model(provider)

    def price_of(self, order: RunOrder) -> Cost | None:
        spec = self.model_of(order)
        history = self._bench.session.history
        inputs = tuple(history[parent].image for parent in order.parents if parent in history)
        return price_of_run(spec, order.count, inputs)

    def expected_size(self, order: RunOrder) -> ExpectedSize:
        spec, history = self.model_of(order), self._bench.session.history
        request = EditRequest(
            instruction=order.instruction,
            inputs=tuple(history[one].image for one in order.parents if one in history),
            model=spec.id,
            seed=0,
            parameters=order.parameters,
            area=order.area,
        )
        return expected_size(spec, request, history)

    async def estimate(self, order: RunOrder) -> Cost | None:
        desk, spec = self._bench.desk, self.model_of(order)
        seed = order.seed if order.seed is not None else self._new_seed()
        request = build_request(order, spec, desk.session.history, seed)
        route = order.route or self._bench.route_name
        return await estimates.estimate(desk, self._bench.reach, route, spec, request)

    async def submit(self, order: RunOrder, *, allow_twin: bool = False) -> JobId:
        desk, runs = self._bench.desk, self._bench.runs
        spec = self.model_of(order)
        route = self._bench.connections.get(order.route or self._bench.route_name)
        seed = order.seed if order.seed is not None else self._new_seed()
        request = build_request(order, spec, desk.session.history, seed)
        await _demand_stored(desk, request.area)
        delivery = offered(spec).settled(order.delivery, request.count)

        def plan(step: int) -> JobRecord:
            # Asked when its turn has come: of two clicks at once the second one sees the first.
            jobs = desk.jobs.values()
            if not allow_twin:
                refuse_twins(request, order.seed is not None, filter(runs.is_on_its_way, jobs))
            demand_within_limit(
                price_of_run(spec, request.count, request.inputs),
                spent_usd(desk.session, jobs, self._bench.catalogue),
                self._bench.settings.spend_limit_usd,
            )
            return JobRecord(
                id=JobId(self._new_id()),
                state=JobState.PREPARED,
                request=request,
                parents=order.parents,
                step=step,
                provider=route.provider,
                route=route.name,
                created=self._clock(),
                delivery=delivery,
            )

        return (await desk.new_job(plan, runs.start)).id

    async def rerun(self, job_id: JobId, *, same_seed: bool = False) -> JobId:
        if self._bench.runs.again(job_id):
            return job_id
        key = (job_id, same_seed)
        under_way = self._reruns.get(key)
        if under_way is None:
            under_way = asyncio.get_running_loop().create_task(self._rerun(job_id, same_seed))
            self._reruns[key] = under_way
            under_way.add_done_callback(lambda _done: self._reruns.pop(key, None))
        return await asyncio.shield(under_way)

    async def _rerun(self, job_id: JobId, same_seed: bool) -> JobId:
        old = self._bench.runs.view(job_id).record
        if old.state is not JobState.STORED:
            # A second press on the same card: what the first one began is what was meant.
            new = self._replaced.get(job_id)
            if new is not None and not self._bench.runs.view(new).record.ended:
                return new
        order = RunOrder(
            instruction=old.request.instruction,
            parents=old.parents,
            model=old.request.model,
            route=old.route,
            count=old.request.count,
            seed=old.request.seed if same_seed else None,
            parameters=old.request.parameters,
            delivery=old.delivery,
            area=old.request.area,
        )
        new = self._replaced[job_id] = await self.submit(order, allow_twin=True)
        if old.state is not JobState.STORED:
            try:
                await self._bench.act(lambda session: session.dismiss(job_id))
            except SessionError as fault:  # the run is on its way; nobody must think that it is not
                log.warning("the old run was not put away: %s", fault.message)
        return new


async def _demand_stored(desk: Desk, area: Area | None) -> None:
    """Raise BadRequest where the session does not hold the mask of an area (any more), or not
    whole."""
    if area is None:
        return
    try:
        await desk.read_image(area.mask.sha256)
    except SessionDamaged as fault:
        words = "The area is not in this session."
        raise BadRequest(words, field="area", hint="Paint it again.") from fault
