"""Every parameter of every model of the catalogue: from an order to the wire, and back from the
stored step. What its description forbids is refused at its field before anything is sent."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from kontext_studio.core.errors import BadRequest
from kontext_studio.core.handling import Treatment
from kontext_studio.core.history import Node, NodeId
from kontext_studio.core.jobs import JobState
from kontext_studio.core.models import ANY_MODEL, ModelSpec, ParamKind, ParamRole, ParamSpec
from kontext_studio.core.parameter_shapes import size_in
from kontext_studio.core.provider import USUAL
from kontext_studio.core.request import MAX_INSTRUCTION, MAX_SEED, EditRequest, ParamValue
from kontext_studio.core.route import EMBEDDED, Route, RouteMode
from kontext_studio.core.treatment import sent_as
from kontext_studio.providers.registry import built_words
from kontext_studio.store.places import Places
from kontext_studio.store.session_file import SessionFile
from kontext_studio.workbench.bench import Workbench
from kontext_studio.workbench.catalogue import load_catalogue
from kontext_studio.workbench.orders import RunOrder
from tests.fakes.parameter_values import allowed, inputs_of, refused
from tests.fakes.photographs import png
from tests.flows.wires import KEY_VARIABLE, WIRES, Wire

CATALOGUE = load_catalogue()
REACHED = frozenset(built_words()) - {EMBEDDED}
MODELS = [one for one in CATALOGUE.models if one.provider in REACHED]
SENT = [one for one in MODELS if one.provider in WIRES]
TEXT = "Write “crème brûlée”\non it, in 日本語"
CHOSEN = (ParamRole.SETTING, ParamRole.FORMAT)


def named(one: ModelSpec) -> str:
    return f"{one.provider}:{one.id}"


def each(*roles: ParamRole) -> list[Any]:
    """The models that are sent to their service, with their parameters of these roles."""
    found = [(one, [spec for spec in one.parameters if spec.role in roles]) for one in SENT]
    return [pytest.param(model, specs, id=named(model)) for model, specs in found if specs]


class Studio:
    """A program with one connection, one session and four pictures in it."""

    def __init__(self, bench: Workbench, wire: Wire | None, originals: tuple[NodeId, ...]) -> None:
        self.bench = bench
        self.wire = wire
        self.originals = originals

    def order(
        self,
        model: ModelSpec,
        *parameters: tuple[str, ParamValue],
        inputs: int | None = None,
        **more: Any,
    ) -> RunOrder:
        count = inputs if inputs is not None else min(model.max_inputs, 1)
        return RunOrder(
            more.pop("instruction", TEXT),
            self.originals[:count],
            "kontext-dev" if model.id == ANY_MODEL else model.id,
            "own",
            parameters=parameters,
            delivery=self.wire.delivery if self.wire is not None else USUAL,
            **more,
        )

    async def sent(self, order: RunOrder) -> tuple[dict[str, Any], Node]:
        """What arrived at the service of a run, and the step it became."""
        assert self.wire is not None
        before = self.wire.runs()
        job = await self.bench.submit(order)
        view = await self.bench.wait_for(job)
        assert view.record.state is JobState.STORED, view.record.fault
        assert self.wire.runs() == before + 1
        return self.wire.fields(), self.bench.nodes_of(job)[0]

    async def refused(self, order: RunOrder, field: str) -> BadRequest:
        before = len(self.bench.desk.jobs)
        with pytest.raises(BadRequest) as caught:
            await self.bench.submit(order)
        assert caught.value.field == field
        assert len(self.bench.desk.jobs) == before
        return caught.value


Work = Callable[[Studio], Awaitable[None]]


@pytest.fixture(scope="module")
def wires() -> Iterator[Mapping[str, Wire]]:
    with ExitStack() as running:
        yield {word: running.enter_context(wire()) for word, wire in WIRES.items()}


@pytest.fixture
def studio(wires: Mapping[str, Wire], tmp_path: Path) -> Callable[[str, Work], dict[str, Node]]:
    """Open a program that reaches this provider, work, and read what the session file holds."""

    def start(provider: str, work: Work) -> dict[str, Node]:
        path = tmp_path / "s.kontext"
        wire = wires.get(provider)

        async def whole() -> None:
            environment = {KEY_VARIABLE: wire.key} if wire is not None else {}
            bench = Workbench(Places.from_environment(os.environ), environment)
            await bench.start()
            if wire is not None:
                bench.connections.add(wire.route)
            try:
                await bench.open_session(path, create=True)
                pictures = [await bench.import_picture(png(n), f"{n}.png") for n in range(4)]
                originals = tuple(one.id for one in pictures)
                await work(Studio(bench, wire, originals))
            finally:
                await bench.shutdown()

        asyncio.run(whole())
        with SessionFile.open(path) as file:
            return {str(node.id): node for node in file.load().session.history}

    return start


Start = Callable[[str, Work], dict[str, Node]]


def on_the_wire(model: ModelSpec, spec: ParamSpec, request: EditRequest) -> object:
    """What the value of a parameter looks like at the service; None where it is left out."""
    value = request.parameter_map()[spec.name]
    if model.protocol == "openai-images":
        (sent,) = (one for one in sent_as(model, request) if one.name == spec.name)
        if sent.treatment is Treatment.PASSED:
            assert (sent.wire_name, sent.wire_value) == (spec.name, value)
        return sent.wire_value if is_json(model) or not request.inputs else as_text(sent.wire_value)
    if spec.kind is ParamKind.JSON:
        return json.loads(str(value))
    if spec.sizes and (size := size_in(str(value))) is not None:
        return {"width": size[0], "height": size[1]}
    return value


def as_text(value: ParamValue) -> str | None:
    """In a form everything is text."""
    if value is None or isinstance(value, str):
        return value
    return str(value).lower() if isinstance(value, bool) else str(value)


def is_json(model: ModelSpec) -> bool:
    """Whether an edit, or what it makes from text alone, travels as JSON."""
    a_file = not model.max_inputs or model.with_role(ParamRole.PICTURES) is not None
    return model.protocol != "openai-images" or a_file


def inputs_for(model: ModelSpec, spec: ParamSpec) -> int:
    """One picture, unless the model takes none or the parameter is for pictures from text."""
    return 0 if spec.handling.only_generates else min(model.max_inputs, 1)


def _is_wider(spec: ParamSpec) -> bool:
    return spec.role in CHOSEN and spec.maximum_with_picture is not None


def test_every_provider_that_can_be_reached_is_tried() -> None:
    assert set(WIRES) == REACHED


@pytest.mark.parametrize(("model", "specs"), each(*CHOSEN))
def test_what_is_chosen_arrives_and_is_in_the_step(
    studio: Start, model: ModelSpec, specs: list[ParamSpec]
) -> None:
    made: dict[str, tuple[str, ParamValue]] = {}

    async def work(at: Studio) -> None:
        for spec in specs:
            inputs = inputs_for(model, spec)
            for value in allowed(spec.with_picture() if inputs else spec):
                order = at.order(model, (spec.name, value), inputs=inputs)
                fields, node = await at.sent(order)
                assert node.request is not None
                wanted = on_the_wire(model, spec, node.request)
                assert wanted is not None
                assert fields[spec.name] == wanted
                assert type(fields[spec.name]) is type(wanted)
                made[node.id] = spec.name, value

    stored = studio(model.provider, work)
    assert {name for name, _ in made.values()} == {spec.name for spec in specs}
    for node_id, (name, value) in made.items():
        request = stored[node_id].request
        assert request is not None
        kept = request.parameter_map()[name]
        assert (kept, type(kept)) == (value, type(value))


WIDER = [one for one in SENT if any(_is_wider(spec) for spec in one.parameters)]


@pytest.mark.parametrize("model", WIDER, ids=named)
def test_without_a_picture_the_wider_range_holds(studio: Start, model: ModelSpec) -> None:
    async def work(at: Studio) -> None:
        for spec in filter(_is_wider, model.parameters):
            widest = allowed(spec)[1]
            fields, _ = await at.sent(at.order(model, (spec.name, widest), inputs=0))
            assert fields[spec.name] == widest
            refusal = await at.refused(at.order(model, (spec.name, widest), inputs=1), spec.name)
            assert spec.with_picture().range_words in refusal.message

    studio(model.provider, work)


@pytest.mark.parametrize("model", SENT, ids=named)
def test_what_is_not_chosen_is_not_sent(studio: Start, model: ModelSpec) -> None:
    """The service's own defaults hold; all that is said unasked is that PNG is wanted."""

    async def work(at: Studio) -> None:
        fields, node = await at.sent(at.order(model, seed=7))
        assert node.request is not None
        unasked = dict(node.request.parameters)
        assert set(unasked.values()) <= {"png"}
        described = {one.name: one for one in model.parameters}
        for name in fields.keys() & described.keys():
            spec = described[name]
            match spec.role:
                case ParamRole.SETTING:  # LocalAI would make 512x512 of everything
                    assert spec.handling.from_input
                case ParamRole.FORMAT:
                    assert fields[name] == unasked[name]
                case ParamRole.INTERNAL:
                    assert name == "model" or fields[name] == spec.handling.fixed

    studio(model.provider, work)


@pytest.mark.parametrize(("model", "specs"), each(ParamRole.INSTRUCTION))
def test_the_instruction_arrives_to_the_letter(
    studio: Start, model: ModelSpec, specs: list[ParamSpec]
) -> None:
    (spec,) = specs

    async def work(at: Studio) -> None:
        fields, node = await at.sent(at.order(model))
        assert fields[spec.name] == TEXT
        assert node.request is not None
        assert node.request.instruction == TEXT

    studio(model.provider, work)


@pytest.mark.parametrize(("model", "specs"), each(ParamRole.SEED))
def test_seeds_from_end_to_end(studio: Start, model: ModelSpec, specs: list[ParamSpec]) -> None:
    (spec,) = specs

    async def work(at: Studio) -> None:
        for seed in (0, MAX_SEED):
            fields, node = await at.sent(at.order(model, seed=seed))
            assert fields[spec.name] in (seed, str(seed))
            assert type(fields[spec.name]) is (int if is_json(model) else str)
            assert node.request is not None
            assert node.request.seed == seed
        for seed in (-1, MAX_SEED + 1):
            refusal = await at.refused(at.order(model, seed=seed), "seed")
            assert f"0 to {MAX_SEED}" in refusal.message

    studio(model.provider, work)


@pytest.mark.parametrize(("model", "specs"), each(ParamRole.COUNT))
def test_the_number_of_pictures_from_one_to_the_most(
    studio: Start, model: ModelSpec, specs: list[ParamSpec]
) -> None:
    (spec,) = specs

    async def work(at: Studio) -> None:
        assert model.max_count > 1
        for count in (1, model.max_count):
            fields, node = await at.sent(at.order(model, count=count))
            if count == spec.handling.unsaid:
                assert spec.name not in fields
            else:
                assert fields[spec.name] in (count, str(count))
                assert type(fields[spec.name]) is (int if is_json(model) else str)
            assert node.request is not None
            assert node.request.count == count

    studio(model.provider, work)


@pytest.mark.parametrize("model", SENT, ids=named)
def test_pictures_go_in_as_many_as_the_model_takes(studio: Start, model: ModelSpec) -> None:
    async def work(at: Studio) -> None:
        for inputs in inputs_of(model):
            fields, node = await at.sent(at.order(model, inputs=inputs))
            assert len(pictures_in(model, fields)) == inputs
            assert all(pictures_in(model, fields))
            assert node.request is not None
            assert len(node.request.inputs) == len(node.parents) == inputs

    studio(model.provider, work)


def pictures_in(model: ModelSpec, fields: Mapping[str, Any]) -> list[str]:
    """Addresses, or pictures, in their order."""
    for name in ("image", "image[]"):
        if isinstance(fields.get(name), list):
            return list(fields[name])
    several, one = model.with_role(ParamRole.PICTURES), model.with_role(ParamRole.PICTURE)
    if several is not None:
        return list(fields.get(several.name, ()))
    if one is None:
        return []
    names = (one.name, *(f"{one.name}_{number}" for number in range(2, 5)))
    return [fields[name] for name in names if name in fields]


# What never gets as far as a service, so that nothing need be built for it.


@pytest.fixture
def desk(tmp_path: Path) -> Callable[[ModelSpec, Work], None]:
    """A program that has a connection to the model's provider, if only in name."""

    def start(model: ModelSpec, work: Work) -> None:
        async def whole() -> None:
            bench = Workbench(Places.from_environment(os.environ), {})
            await bench.start()
            address = "https://service.invalid"
            bench.connections.add(Route("own", model.provider, RouteMode.GATEWAY, address))
            try:
                await bench.open_session(tmp_path / "s.kontext", create=True)
                pictures = [await bench.import_picture(png(n), f"{n}.png") for n in range(4)]
                await work(Studio(bench, None, tuple(one.id for one in pictures)))
            finally:
                await bench.shutdown()

        asyncio.run(whole())

    return start


Refuse = Callable[[ModelSpec, Work], None]


@pytest.mark.parametrize("model", MODELS, ids=named)
def test_what_a_description_forbids_is_refused_at_its_field_with_what_is_allowed(
    desk: Refuse, model: ModelSpec
) -> None:
    async def work(at: Studio) -> None:
        tried = 0
        for spec in model.settings:
            within = spec.with_picture() if model.max_inputs else spec
            for value, words in refused(within):
                refusal = await at.refused(at.order(model, (spec.name, value)), spec.name)
                assert refusal.message.startswith(spec.name)
                assert words in refusal.message
                tried += 1
        assert tried

    desk(model, work)


@pytest.mark.parametrize("model", MODELS, ids=named)
def test_what_the_program_sets_itself_cannot_be_chosen(desk: Refuse, model: ModelSpec) -> None:
    async def work(at: Studio) -> None:
        for spec in model.parameters:
            if spec.role not in CHOSEN:
                refusal = await at.refused(at.order(model, (spec.name, "x")), spec.name)
                assert "set by the program" in refusal.message
        unknown = await at.refused(at.order(model, ("no_such", 1)), "no_such")
        assert all(spec.name in unknown.hint for spec in model.settings)

    desk(model, work)


@pytest.mark.parametrize("model", MODELS, ids=named)
def test_too_many_variants_and_pictures_are_refused_with_how_many_there_may_be(
    desk: Refuse, model: ModelSpec
) -> None:
    most = "one picture" if model.max_count == 1 else f"1 to {model.max_count} pictures"

    async def work(at: Studio) -> None:
        for count in (0, model.max_count + 1):
            refusal = await at.refused(at.order(model, count=count), "count")
            assert most in refusal.message
        if model.max_inputs < 4:
            refusal = await at.refused(at.order(model, inputs=4), "inputs")
            assert "picture" in refusal.message
        if not model.generates:
            refusal = await at.refused(at.order(model, inputs=0), "inputs")
            assert "needs a picture" in refusal.message

    desk(model, work)


@pytest.mark.parametrize("model", MODELS, ids=named)
def test_an_instruction_that_is_empty_or_too_long_is_refused(
    desk: Refuse, model: ModelSpec
) -> None:
    spec = model.with_role(ParamRole.INSTRUCTION)
    assert spec is not None
    most = min(spec.text.max_length or MAX_INSTRUCTION, MAX_INSTRUCTION)

    async def work(at: Studio) -> None:
        await at.refused(at.order(model, instruction=" \n"), "instruction")
        too_long = at.order(model, instruction="x" * (most + 1))
        refusal = await at.refused(too_long, "instruction")
        assert f"{most:,} are allowed" in refusal.message

    desk(model, work)
