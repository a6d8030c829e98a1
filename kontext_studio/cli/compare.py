"""`compare`: every figure that can be told of two pictures."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from kontext_studio.cli.out_file import demand_free, demand_other
from kontext_studio.cli.pixel_work import (
    Named,
    decoded,
    in_thread,
    named_picture,
    open_for_steps,
    png_file,
    write_png,
)
from kontext_studio.cli.reporting import JSON_OPTION
from kontext_studio.cli.running import run
from kontext_studio.cli.terminal import print_json, write_line
from kontext_studio.workbench.bench import Workbench

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from kontext_studio.imaging.alignment import Alignment
    from kontext_studio.imaging.comparison import Comparison
    from kontext_studio.imaging.watching import Watch

A = typer.Argument(..., metavar="A", help="A picture file, or a step of --session.")
B = typer.Argument(..., metavar="B", help="The one that is told against A.")
SESSION = typer.Option(
    None, "--session", help="A .kontext file; A and B are steps of it, or files."
)


def register(app: typer.Typer) -> None:
    @app.command()
    def compare(
        a: str = A,
        b: str = B,
        session: Path | None = SESSION,
        heatmap: str = typer.Option(
            "", "--heatmap", help="Write where they differ, and how much, to this PNG."
        ),
        force: bool = typer.Option(False, "--force", help="Write over a file that is there."),
        as_json: bool = JSON_OPTION,
    ) -> None:
        """How far two pictures differ: place, zoom, colour, detail."""

        async def work(bench: Workbench) -> None:
            out = png_file(heatmap, "--heatmap") if heatmap else None
            if out is not None:
                demand_free(out, force=force)
                demand_other(out, (Path(a), Path(b)))
            await open_for_steps(bench, session)
            first = await named_picture(bench, a, session)
            second = await named_picture(bench, b, session)
            found, heat = await in_thread(
                lambda watch: _compared(first, second, out is not None, watch), "Comparing"
            )
            body = _figures(found)
            if out is not None and heat is not None:
                await write_png(out, heat, force=force)
                body["heatmap"] = {"written": str(out), **_scale()}
            if as_json:
                print_json(body)
                return
            for line in _lines(found):
                write_line(line)
            if out is not None:
                write_line(f"Wrote {out}")

        run(work, as_json=as_json)


def _compared(
    first: Named, second: Named, with_heat: bool, watch: Watch
) -> tuple[Comparison, NDArray[np.uint8] | None]:
    from kontext_studio.imaging.comparison import compare as compare_pixels
    from kontext_studio.imaging.decode import opaque
    from kontext_studio.imaging.heat_map import heat_map, over_picture

    a, b = opaque(decoded(first)), opaque(decoded(second))
    found = compare_pixels(a, b, watch=watch)
    return found, over_picture(heat_map(found.differences), a) if with_heat else None


def alignment_json(found: Alignment) -> dict[str, object]:
    """Where the content lies; null where it cannot be told."""
    x, y = found.shift_px
    return {
        "alignment": found.outcome.value,
        "shift_px": [round(x, 3), round(y, 3)] if found.found else None,
        "zoom": round(found.zoom, 6) if found.found else None,
        "turn_degrees": round(found.turn_degrees, 4) if found.found else None,
    }


def _figures(found: Comparison) -> dict[str, object]:
    return {
        **alignment_json(found.alignment),
        "delta_e_mean": round(found.delta_e_mean, 4),
        "delta_e_outside": _rounded(found.delta_e_outside),
        "changed_share": round(found.changed_share, 6),
        "area_share": round(found.area_share, 6),
        "ssim": _rounded(found.ssim, 6),
        "psnr_db": _rounded(found.psnr_db),
        "sharpness_ratio": _rounded(found.sharpness_ratio),
        "same_size": found.same_size,
        "size": [found.alignment.width, found.alignment.height],
    }


def _rounded(value: float | None, digits: int = 4) -> float | None:
    """None also for what JSON has no word for."""
    return None if value is None or not math.isfinite(value) else round(value, digits)


def _scale() -> dict[str, object]:
    from kontext_studio.imaging.heat_map import PLAIN_SCALE

    stops = ["#{:02X}{:02X}{:02X}".format(*stop) for stop in PLAIN_SCALE.stops]
    return {
        "metric": "CIEDE2000",
        "clear_below": PLAIN_SCALE.clear_below,
        "full_at": PLAIN_SCALE.full,
        "stops": stops,
    }


def _lines(found: Comparison) -> list[str]:
    place = found.alignment
    if place.found:
        x, y = place.shift_px
        lines = [
            f"Place        {x:+.2f} px right, {y:+.2f} px down",
            f"Zoom         {(place.zoom - 1) * 100:+.3f} %",
        ]
    else:
        lines = ["Place        cannot be told: the two do not show the same view"]
    lines.append(f"Colour       ΔE {found.delta_e_mean:.2f} on average")
    if found.delta_e_outside is not None:
        lines.append(f"             ΔE {found.delta_e_outside:.2f} where nothing was edited")
    lines.append(f"Changed      {found.changed_share * 100:.1f} % of the pixels by more than ΔE 2")
    lines.append(f"Edited area  {found.area_share * 100:.1f} % of the picture")
    if math.isfinite(found.ssim):
        lines.append(f"SSIM         {found.ssim:.4f}")
    lines.append(
        f"PSNR         {found.psnr_db:.1f} dB"
        if math.isfinite(found.psnr_db)
        else "PSNR         the pixels are the same"
    )
    if found.sharpness_ratio is not None:
        lines.append(f"Detail       {found.sharpness_ratio * 100:.0f} % of what it was")
    if not found.same_size:
        lines.append("Size         not the same: B was brought to the size of A")
    return lines
