"""Carrying out what `edit` and `generate` were asked for: the session, the runs, the files."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from kontext_studio.cli.edit_plan import Original, Plan, demand_possible, is_new, starting_step
from kontext_studio.cli.out_file import out_paths
from kontext_studio.cli.progress_bar import shown_progress
from kontext_studio.cli.reporting import RunFailed, Unfinished, WithoutArea, is_refused_for_free
from kontext_studio.cli.session_json import session_json, step_words
from kontext_studio.cli.terminal import print_json, say, write_line
from kontext_studio.core.errors import StudioError
from kontext_studio.core.history import JobId, Node, NodeId
from kontext_studio.core.jobs import JobState
from kontext_studio.workbench.areas import put
from kontext_studio.workbench.bench import Workbench
from kontext_studio.workbench.orders import RunOrder


async def carry_out(bench: Workbench, plan: Plan, as_json: bool) -> None:
    """From what was typed to pictures. Raise BadInput before anything is written, Unfinished
    after that."""
    # 1. Everything that can be refused before anything is written.
    possible = await demand_possible(bench, plan)
    if possible.caution:
        say(possible.caution)

    # 2. The session, with the pictures in it.
    if plan.session is None:
        await bench.new_session()
    else:
        await bench.open_session(plan.session, create=is_new(plan.session))
    new: list[Node] = []
    written: list[Path] = []
    try:
        parents = await _starting_steps(bench, plan, possible.originals)
        # 3. One run after the other, each from the first picture of the one before.
        made: tuple[Node, ...] = ()
        area = possible.area[0] if possible.area else None
        if possible.area is not None:
            await put(bench.desk, *possible.area)
        with shown_progress(bench.announcer):
            for text in plan.instructions:
                order = plan.order(text, parents, possible.parameters, area)
                made = await run_order(bench, order)
                new += made
                parents = (made[0].id,)
                if not as_json:
                    _say_made(made)
                demand_inside(bench, made)
        # 4. What was asked for on disk.
        for node, path in zip(
            made, out_paths(plan.out, len(made)) if plan.out else (), strict=False
        ):
            await bench.export(node, path, overwrite=plan.force)
            written.append(path)
    except StudioError as fault:
        if not as_json:
            _say_where(bench, new, written)
        raise Unfinished(fault, _body(bench, new)) from fault
    for node in new:
        if node.area is not None:
            with suppress(StudioError):  # what was paid for is here, with its figures or without
                await bench.measured_whole(node.id)
    if as_json:
        body = _body(bench, new)
        if written:
            body["written"] = [str(path) for path in written]
        print_json(body)
    else:
        _say_edges(bench, new)
        _say_where(bench, new, written)


async def run_order(bench: Workbench, order: RunOrder) -> tuple[Node, ...]:
    """The pictures of one run, the first of them the current step. Raise RunFailed."""
    return await ended(bench, await bench.submit(order))


async def ended(bench: Workbench, job_id: JobId) -> tuple[Node, ...]:
    """The same of a run that is under way."""
    view = await bench.wait_for(job_id)
    if view.record.state is not JobState.STORED:
        if is_refused_for_free(view):  # it is told here and now, and nothing is left to settle
            await bench.act(lambda session: session.dismiss(job_id))
        raise RunFailed(view, bench)
    made = bench.nodes_of(job_id)
    await bench.select(made[0].id)
    return made


def demand_inside(bench: Workbench, made: Iterable[Node]) -> None:
    """Raise WithoutArea where a result had to be kept as it came: nothing is built on it, and
    nobody takes its file for one that is the picture before outside the area."""
    for node in made:
        if node.lacks_its_area:
            step = step_words(bench.session, node)
            raise WithoutArea(
                f"Step {step} was kept as it came, without its area.",
                hint=f"“kontext-studio show {shlex.quote(str(bench.path))} {step}” says why.",
            )


def _body(bench: Workbench, new: Iterable[Node]) -> dict[str, object]:
    return session_json(bench, [node.id for node in new])


async def _starting_steps(
    bench: Workbench, plan: Plan, originals: tuple[Original, ...]
) -> tuple[NodeId, ...]:
    if plan.generates:
        return ()
    main = starting_step(bench.session, plan.start) if plan.start or not originals else None
    imported: list[NodeId] = []
    for original in originals:
        node = await bench.import_picture(original.picture.data, original.path.name)
        imported.append(node.id)
        for note in node.notes:
            say(f"{original.path.name}: {note}")
    if main is not None:
        return (main.id, *imported)
    await bench.select(imported[0])
    return tuple(imported)


def _say_made(made: tuple[Node, ...]) -> None:
    for node in made:
        text = node.request.instruction if node.request else ""
        size = f"{node.image.width} × {node.image.height}"
        write_line(f"{node.id}  {size}  {text}")
        for note in (*node.notes, *(node.result.notes if node.result else ())):
            write_line(f"    {note}")


def _say_edges(bench: Workbench, new: list[Node]) -> None:
    """Where the edge of an area can be seen, and what helps."""
    for node in new:
        measured = bench.measured(node.id)
        if measured is not None and measured.seam is not None and measured.seam.visible:
            step = step_words(bench.session, node)
            say(
                f"Step {step}: the edge is visible (ΔE {measured.seam.mean:.1f}). A larger "
                "--feather or a larger area helps; “export --raw” writes the result as it came."
            )


def _say_where(bench: Workbench, new: list[Node], written: list[Path]) -> None:
    """Where everything is that was made; a fault is told after it, elsewhere."""
    for path in written:
        write_line(f"Wrote {path}")
    if bench.path.exists():  # else it was deleted meanwhile, as was told
        write_line(f"Session: {bench.path}")
    if new and not written:
        first = next(node for node in new if node.step == new[-1].step)
        step = step_words(bench.session, first)
        file = shlex.quote(str(bench.path))
        write_line(f"The picture: kontext-studio export {file} {step} -o picture.png")
