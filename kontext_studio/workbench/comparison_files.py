"""A comparison on the disk: one picture of it, or a folder with each picture, the one of all, and
what they were made with as JSON. Never over a file unasked."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kontext_studio.core.errors import BadInput
from kontext_studio.core.history import History, Node
from kontext_studio.core.request import EditRequest
from kontext_studio.workbench import pictures
from kontext_studio.workbench.bench import Workbench

if TYPE_CHECKING:
    from kontext_studio.imaging.encode import DigitalSource
    from kontext_studio.workbench.comparisons import Figures

SHEET, SETTINGS = "comparison.png", "comparison.json"
_KEPT_FORMATS = {"image/png": ".png", "image/jpeg": ".jpg", "image/webp": ".webp"}


async def write_sheet(
    bench: Workbench, nodes: Sequence[Node], png: bytes, path: Path, *, overwrite: bool
) -> None:
    """Write the picture of a comparison with the mark of how its parts were made.

    Raise BadInput or a SessionError kind.
    """
    if path.suffix.lower() != ".png":
        raise BadInput(f"“{path.name}” is not a PNG.", hint="End its name in .png.")
    if not path.parent.is_dir():
        raise BadInput(f"There is no folder {path.parent}.")
    source = _source_of(bench.session.history, nodes)
    await pictures.write_picture(png, path, overwrite=overwrite, source=source)


async def write_files(
    bench: Workbench,
    nodes: Sequence[Node],
    names: Sequence[str],
    figures: Sequence[Figures | None],
    png: bytes,
    folder: Path,
) -> Path:
    """Write everything into a new folder of that name; where it is taken, a number is added.
    `names` are for the files, without their ends. Return the folder. Raise BadInput or a
    SessionError kind."""
    made = await asyncio.to_thread(_new_folder, folder)
    listed = []
    for node, name, found in zip(nodes, names, figures, strict=True):
        path = made / f"{name}{_KEPT_FORMATS.get(node.image.media_type, '.png')}"
        await bench.export(node, path)
        listed.append(_told(node, path.name, found))
    await write_sheet(bench, nodes, png, made / SHEET, overwrite=False)
    body = json.dumps({"pictures": listed}, indent=2, ensure_ascii=False) + "\n"
    await asyncio.to_thread(_write_text, made / SETTINGS, body)
    return made


def _new_folder(folder: Path) -> Path:
    for number in itertools.count(1):
        path = folder if number == 1 else folder.with_name(f"{folder.name} {number}")
        try:
            path.mkdir()
        except FileExistsError:
            continue
        except OSError as exc:
            raise BadInput(
                f"The folder {path.name} cannot be made there.",
                hint="Choose another place.",
                detail=str(exc.strerror),
            ) from exc
        return path
    raise AssertionError("numbers do not end")


def _write_text(path: Path, text: str) -> None:
    from kontext_studio.store.export_file import write_export

    write_export(path, text.encode(), overwrite=False)


def _source_of(history: History, nodes: Sequence[Node]) -> DigitalSource | None:
    """The mark of the part that was changed most: a trained model's before a plain algorithm's."""
    from kontext_studio.imaging.encode import DigitalSource

    found = {pictures.digital_source_of(history, node) for node in nodes}
    most_first = (
        DigitalSource.EDITED,
        DigitalSource.GENERATED,
        DigitalSource.PROCESSED,
        DigitalSource.COMPUTED,
    )
    return next((one for one in most_first if one in found), None)


def _told(node: Node, file: str, found: Figures | None) -> dict[str, object]:
    result = node.result
    told: dict[str, object] = {
        "file": file,
        "step": node.step,
        "variant": node.variant,
        "width": node.image.width,
        "height": node.image.height,
        **(_asked(node.request) if node.request is not None else {}),
    }
    if result is not None:
        cost = result.cost
        told |= {
            "seed": result.seed if result.seed is not None else told.get("seed"),
            "provider": result.provider,
            "seconds": result.seconds,
            "cost": None
            if cost is None
            else {"amount": cost.amount, "currency": cost.currency, "estimated": cost.estimated},
        }
    if found is not None:
        drift, shift = found.drift, found.drift.shift_px
        told["measured"] = {
            "changed_share": round(found.changed, 6),
            "delta_e_mean": round(found.delta_e, 4),
            "shift_px": None if shift is None else [round(one, 3) for one in shift],
            "zoom": None if drift.zoom is None else round(drift.zoom, 6),
        }
    return told


def _asked(request: EditRequest) -> dict[str, object]:
    return {
        "instruction": request.instruction,
        "model": request.model,
        "seed": request.seed,
        "parameters": request.parameter_map(),
    }
