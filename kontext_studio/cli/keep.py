"""`keep`: of a result only what changed, on the picture it was made from."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from kontext_studio.cli.compare import alignment_json
from kontext_studio.cli.deriving import tell_made
from kontext_studio.cli.out_file import demand_free, demand_other
from kontext_studio.cli.pixel_work import (
    Named,
    bar,
    decoded,
    in_thread,
    named_picture,
    open_for_steps,
    png_file,
    write_png,
)
from kontext_studio.cli.reporting import JSON_OPTION, Usage
from kontext_studio.cli.running import run
from kontext_studio.cli.session_json import find_step, step_words
from kontext_studio.cli.terminal import print_json, say, write_line
from kontext_studio.core.errors import BadInput
from kontext_studio.workbench.areas import mask_from_file
from kontext_studio.workbench.bench import Workbench
from kontext_studio.workbench.pixel_making import kept_words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from kontext_studio.imaging.keeping import Kept
    from kontext_studio.imaging.watching import Watch

BASE = typer.Argument(
    ..., metavar="BASE", help="The picture before, a file or a step of --session."
)
RESULT = typer.Argument(..., metavar="RESULT", help="What came of it.")
SESSION = typer.Option(None, "--session", help="A .kontext file that the steps are in.")


@dataclass(frozen=True, slots=True, eq=False)
class _Done:
    """What is written: the pixels with the alpha of the base, and the mask as grey."""

    kept: Kept
    pixels: NDArray[np.uint8]
    mask: NDArray[np.uint8]
    same_size: bool


def register(app: typer.Typer) -> None:
    @app.command()
    def keep(
        base: str = BASE,
        result: str = RESULT,
        session: Path | None = SESSION,
        out: str = typer.Option("", "-o", "--out", help="PNG to write."),
        as_step: bool = typer.Option(
            False, "--step", help="Make a step of --session of it, beside RESULT."
        ),
        mask_out: str = typer.Option(
            "", "--mask-out", help="Write the area that may differ from BASE, white, to this PNG."
        ),
        mask: str = typer.Option(
            "",
            "--mask",
            help="Take this area, white in a picture as large as BASE; not found then.",
        ),
        sensitivity: float = typer.Option(
            1.0, "--sensitivity", help="Above 1 a larger area is found, below 1 a smaller one."
        ),
        force: bool = typer.Option(False, "--force", help="Write over files that are there."),
        as_json: bool = JSON_OPTION,
    ) -> None:
        """Keep everything else: RESULT where it changed, BASE to the last bit elsewhere."""

        async def work(bench: Workbench) -> None:
            if not 0.2 <= sensitivity <= 5.0:
                raise Usage("“--sensitivity” lies between 0.2 and 5.")
            if as_step:
                if out or mask_out or session is None:
                    raise Usage("“--step” goes with --session, and without files to write.")
                await _make_step(bench, session, base, result, mask, sensitivity, as_json)
                return
            if not out:
                raise Usage("Name the PNG to write with -o, or make a step of it with --step.")
            written = png_file(out, "--out")
            mask_written = png_file(mask_out, "--mask-out") if mask_out else None
            for path in filter(None, (written, mask_written)):
                demand_free(path, force=force)
                demand_other(path, map(Path, filter(None, (base, result, mask))))
            if written == mask_written:
                raise Usage("“--out” and “--mask-out” name the same file.")
            await open_for_steps(bench, session)
            before = await named_picture(bench, base, session)
            after = await named_picture(bench, result, session)
            area = await named_picture(bench, mask, None) if mask else None
            done = await in_thread(
                lambda watch: _kept(before, after, area, sensitivity, watch), "Finding the change"
            )
            await write_png(written, done.pixels, force=force)
            if mask_written is not None:
                await write_png(mask_written, done.mask, force=force)
            if as_json:
                print_json(_figures(done, written, mask_written))
                return
            for line in kept_words(done.kept):
                write_line(f"{line}.")
            write_line(f"Wrote {written}")
            if mask_written is not None:
                write_line(f"Wrote {mask_written}")
            if done.kept.is_global:
                say("Most of the picture changed: the result as it is may be what you want.")

        run(work, as_json=as_json)


async def _make_step(
    bench: Workbench,
    session: Path,
    base: str,
    result: str,
    mask: str,
    sensitivity: float,
    as_json: bool,
) -> None:
    await bench.open_session(session)
    before, node = find_step(bench.session, base), find_step(bench.session, result)
    if node.parent != before.id:
        raise BadInput(
            f"Step {step_words(bench.session, node)} was not made from "
            f"{step_words(bench.session, before)}.",
            hint="A step is made of a result and the step that it was made from.",
        )
    area = None
    if mask:
        size = (before.image.width, before.image.height)
        given = await mask_from_file(Path.cwd() / mask, size)
        area = await bench.areas.store(given)
    with ExitStack() as stack:
        made = await bench.deriving.keep_everything_else(
            node.id, area=area, sensitivity=sensitivity, progress=bar(stack, "Finding the change")
        )
    tell_made(bench, made, as_json=as_json)


def _kept(
    before: Named, after: Named, area: Named | None, sensitivity: float, watch: Watch
) -> _Done:
    import numpy as np

    from kontext_studio.imaging.decode import opaque
    from kontext_studio.imaging.keeping import keep_everything_else
    from kontext_studio.imaging.protecting import laid_on, mask_in

    base, result = decoded(before), opaque(decoded(after))
    size = (base.width, base.height)
    given = None if area is None else mask_in(decoded(area), size, area.name)
    kept = keep_everything_else(
        opaque(base), result, mask=given, sensitivity=sensitivity, watch=watch
    )
    pixels = laid_on(base, kept.pixels, kept.mask)
    same_size = result.shape[:2] == (base.height, base.width)
    return _Done(kept, pixels, kept.mask.astype(np.uint8) * np.uint8(255), same_size)


def _figures(done: _Done, written: Path, mask_written: Path | None) -> dict[str, object]:
    kept = done.kept
    return {
        "written": str(written),
        "mask_written": str(mask_written) if mask_written else None,
        "mask_found": kept.found,
        "changed_share": round(kept.share, 6),
        "most_changed": kept.is_global,
        **alignment_json(kept.alignment),
        "colour_fit": {
            "strength": kept.match.strength,
            "farthest_levels": round(kept.match.colours.farthest(), 2),
            "rest_levels": round(kept.match.colours.typical, 2),
        },
        "seam": {
            "delta_e_mean": round(kept.seam.mean, 3),
            "delta_e_95": round(kept.seam.most, 3),
            "visible": kept.seam.visible,
        },
        "same_size": done.same_size,
    }
