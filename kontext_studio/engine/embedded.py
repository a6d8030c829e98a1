"""The embedded editor: real edits by instruction on this machine, honest about its limits.

It finds things by colour, changes light and looks, crops and letters; it adds and removes nothing,
and says so in typed refusals. Array libraries are loaded with the first edit, not before.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from kontext_studio.engine.base import (
    EngineRefusal,
    EngineRequest,
    EngineResult,
    Progress,
    Refusal,
)
from kontext_studio.engine.grammar import read_instruction
from kontext_studio.engine.operations import Plan
from kontext_studio.engine.variation import Variation, seed_of_variant

if TYPE_CHECKING:
    from kontext_studio.engine.base import EnginePicture
    from kontext_studio.engine.colour_space import Bytes
    from kontext_studio.engine.finding import Found
    from kontext_studio.engine.operations import ColourThing
    from kontext_studio.engine.performing import Stage

MODEL_ID = "kontext-studio/embedded"
MOST_VARIANTS = 4


class EmbeddedEngine:
    """Implements `Engine`. Holds nothing between edits, so one may serve several threads."""

    @property
    def model_id(self) -> str:
        return MODEL_ID

    def plan(self, instruction: str) -> Plan:
        """What would be done, read from the words alone. Raises EngineRefusal."""
        return read_instruction(instruction)

    def edit(self, request: EngineRequest, progress: Progress) -> EngineResult:
        """Carries out the instruction on the first picture. Raises EngineRefusal, EngineStop."""
        from kontext_studio.engine import no_change, pictures, reporting

        began = time.monotonic()
        _check(request)
        kind = pictures.file_format(request.output_format)
        progress(0.02, "Opening the picture")
        pixels, opening_notes = pictures.opened(request.images[0])
        progress(0.06, "Reading the instruction")
        plan, found = _read_and_found(request.instruction, pixels, progress)
        if needless := no_change.coloured_so_already(plan, found):
            raise EngineRefusal(needless)
        notes: list[str] = list(opening_notes)
        if len(request.images) > 1:
            notes.append(f"Only the first of {len(request.images)} pictures was used")
        made: list[EnginePicture] = []
        for index in range(request.count):
            stage = _variant(plan, pixels, found, request, index, progress)
            if index == 0:
                if refusal := no_change.nothing_changed(plan, stage, pixels):
                    raise EngineRefusal(refusal)
                notes.extend(reporting.operation_notes(plan, stage))
                notes.extend(reporting.change_notes(plan, stage))
            seed = seed_of_variant(request.seed, index)
            made.append(replace(pictures.encoded(stage.now, kind), seed=seed))
        notes.extend(_variant_notes(made, request))
        progress(1.0, "Done")
        return EngineResult(
            tuple(made), request.seed, tuple(notes), round(time.monotonic() - began, 3)
        )


def _check(request: EngineRequest) -> None:
    if not request.images:
        raise EngineRefusal(
            Refusal("invalid_request", "There is no picture to edit.", field="image_url")
        )
    if not 1 <= request.count <= MOST_VARIANTS:
        raise EngineRefusal(
            Refusal(
                "invalid_request",
                f"{request.count} variants were asked for; 1 to {MOST_VARIANTS} can be made.",
                field="num_images",
            )
        )


def _read_and_found(
    instruction: str, pixels: Bytes, progress: Progress
) -> tuple[Plan, dict[ColourThing, Found]]:
    """The plan and where its things are; what a refusal offers fits this picture."""
    from kontext_studio.engine import offering

    try:
        plan = read_instruction(instruction)
        return plan, _find_all(plan, pixels, progress)
    except EngineRefusal as exc:
        raise offering.fitted(exc, instruction, pixels) from None


def _find_all(plan: Plan, pixels: Bytes, progress: Progress) -> dict[ColourThing, Found]:
    """Each thing that the plan names; all that are missing are told at once."""
    from kontext_studio.engine.finding import find_thing
    from kontext_studio.engine.performing import things_in

    found: dict[ColourThing, Found] = {}
    refusals: list[Refusal] = []
    things = things_in(plan)
    for index, thing in enumerate(things):
        progress(0.08 + 0.2 * index / len(things), f"Finding {thing.words}")
        try:
            found[thing] = find_thing(pixels, thing)
        except EngineRefusal as exc:
            refusals.extend(exc.refusals)
    if refusals:
        raise EngineRefusal(*refusals)
    return found


def _variant(
    plan: Plan,
    pixels: Bytes,
    found: dict[ColourThing, Found],
    request: EngineRequest,
    index: int,
    progress: Progress,
) -> Stage:
    from kontext_studio.engine import performing, wording

    seed = seed_of_variant(request.seed, index)
    stage = performing.Stage.at_start(pixels, found)
    steps = len(plan.operations)
    for number, operation in enumerate(plan.operations):
        done = 0.3 + 0.65 * (index + number / steps) / request.count
        of_all = f" · variant {index + 1} of {request.count}" if request.count > 1 else ""
        progress(done, f"{wording.describe(operation)}{of_all}")
        stage = performing.after(stage, operation, Variation(seed, f"{number}"))
    return performing.with_kept(stage, plan)


def _variant_notes(made: list[EnginePicture], request: EngineRequest) -> list[str]:
    if len(made) == 1:
        return []
    if len({picture.data for picture in made}) == 1:
        return [f"All {len(made)} variants are the same: this edit leaves nothing to chance"]
    seeds = [str(picture.seed) for picture in made[1:]]
    listed = seeds[0] if len(seeds) == 1 else f"{', '.join(seeds[:-1])} and {seeds[-1]}"
    which = "Variant 2 has the seed" if len(seeds) == 1 else f"Variants 2 to {len(made)}: seeds"
    return [f"{which} {listed}; each makes its picture again by itself"]
