"""From an order to the request that will be sent: every check that needs no network."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from kontext_studio.core.area import Area
from kontext_studio.core.errors import AlreadyRunning, BadRequest
from kontext_studio.core.history import History
from kontext_studio.core.jobs import JobRecord, JobState
from kontext_studio.core.models import ModelSpec, ParamRole
from kontext_studio.core.request import MAX_INSTRUCTION, MAX_SEED, EditRequest, ParamValue
from kontext_studio.workbench.orders import RunOrder

OPEN = frozenset({JobState.PREPARED, JobState.SENDING, JobState.SUBMITTED, JobState.UNKNOWN})


def clean_instruction(text: str, *, generates: bool = False) -> str:
    """The text as it is stored and sent: NFC, line ends unified, no control characters, no halves
    of surrogate pairs. Raise BadRequest where nothing is left or it is too long."""
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    whole = "".join("\ufffd" if 0xD800 <= ord(one) <= 0xDFFF else one for one in unified)
    kept = "".join(one for one in whole if one in "\n\t" or unicodedata.category(one) != "Cc")
    clean = unicodedata.normalize("NFC", kept).strip()
    if not clean:
        words = "Write what the picture shows." if generates else "Write what should change."
        raise BadRequest(words, field="instruction")
    if len(clean) > MAX_INSTRUCTION:
        raise BadRequest(
            f"The instruction has {len(clean):,} characters; {MAX_INSTRUCTION:,} are allowed.",
            field="instruction",
        )
    return clean


def build_request(order: RunOrder, spec: ModelSpec, history: History, seed: int) -> EditRequest:
    """The request for an order. PNG is asked for unless the order names a format.

    Raise BadRequest naming the field that the model's description does not allow.
    """
    instruction = clean_instruction(order.instruction, generates=not order.parents)
    for parent in order.parents:
        if parent not in history:
            raise BadRequest(f"There is no step {parent} in this session.", field="inputs")
    spec.check_instruction(instruction)
    spec.check(order.parameters, count=order.count, inputs=len(order.parents))
    if not 0 <= seed <= MAX_SEED:
        raise BadRequest(f"A seed is a whole number from 0 to {MAX_SEED}.", field="seed")
    area = _area_of(order, history)
    parameters = dict(order.parameters)
    format_spec, lossless = spec.with_role(ParamRole.FORMAT), spec.lossless_format()
    if area is not None and format_spec is not None:
        refusal = format_refusal(spec, parameters.get(format_spec.name))
        if refusal:
            raise BadRequest(refusal, field=format_spec.name, hint="Choose PNG, or no area.")
    if format_spec is not None and lossless is not None:
        parameters.setdefault(format_spec.name, lossless)
    return EditRequest(
        instruction=instruction,
        inputs=tuple(history[parent].image for parent in order.parents),
        model=spec.id,
        seed=seed,
        count=order.count,
        parameters=tuple(parameters.items()),
        area=area,
    )


def format_refusal(spec: ModelSpec, chosen: ParamValue) -> str:
    """Why a format cannot be asked for together with an area; empty where it can. A model that has
    no PNG is taken as it is: outside the area its result is not used."""
    lossless = spec.lossless_format()
    if chosen is None or lossless is None or chosen == lossless:
        return ""
    return f"With an area the format is PNG, which loses nothing; not {str(chosen).upper()}."


def _area_of(order: RunOrder, history: History) -> Area | None:
    """None where nothing is to be protected. Raise BadRequest."""
    area = order.area
    if area is None:
        return None
    if not order.parents:
        raise BadRequest("An area needs a picture to edit.", field="area")
    picture = history[order.parents[0]].image
    if not area.fits(picture):
        width, height = area.size
        raise BadRequest(
            f"The area is for a picture of {width:,} × {height:,} pixels; "
            f"this one has {picture.width:,} × {picture.height:,}.",
            field="area",
            hint="Paint it on this picture.",
        )
    if area.is_empty:
        raise BadRequest(
            "The area is empty, so nothing may change.",
            field="area",
            hint="Paint what may change, or switch the area off.",
        )
    return None if area.is_whole else area


def refuse_twins(request: EditRequest, seed_given: bool, jobs: Iterable[JobRecord]) -> None:
    """Raise AlreadyRunning where the same edit is on its way: one click is one run.

    A run whose seed was not chosen is the same as any open one that differs in the seed alone.
    """
    for job in jobs:
        if job.state not in OPEN:
            continue
        if job.state is JobState.PREPARED and job.fault is not None:
            continue  # it stopped before anything was sent, and waits for the person
        same = job.request if seed_given else job.request.with_seed(request.seed)
        if same == request and job.state is JobState.UNKNOWN:
            raise AlreadyRunning(
                "The same edit was sent, and its outcome is unknown.",
                hint="Look for it, or run another seed.",
            )
        if same == request:
            raise AlreadyRunning(
                "The same edit is already running.", hint="Wait for it, or run another seed."
            )
