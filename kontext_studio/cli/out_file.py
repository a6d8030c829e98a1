"""The file that a picture is written to: everything that can be refused of its name before there is
a picture. It writes nothing."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from kontext_studio.core.errors import BadInput, BadPicture
from kontext_studio.store.file_names import shown_name
from kontext_studio.workbench import pictures

_HINT = "Name a file, for example “-o picture.png”."


def out_file(words: str) -> Path:
    """The file that was named. Raise BadInput where none can be written there."""
    if not words.strip():
        raise BadInput("“-o” names no file.", hint=_HINT)
    out = Path(words)
    if words.endswith(("/", os.sep)) or out.is_dir():
        hint = f"Name a file in it, for example “-o {out / 'picture.png'}”."
        raise BadInput(f"{shown_name(out)} is a folder.", hint=hint)
    if out.suffix.lower() not in pictures.EXPORT_FORMATS:
        offered = ", ".join(sorted(pictures.EXPORT_FORMATS))
        raise BadPicture(
            f"“{shown_name(out)}” names no format to write.", hint=f"End it in {offered}."
        )
    folder = out.absolute().parent
    if not folder.is_dir():
        raise BadInput(f"There is no folder {folder}.")
    if not os.access(folder, os.W_OK):
        raise BadInput(f"The folder {folder} cannot be written.")
    return out


def demand_free(out: Path, *, force: bool) -> None:
    """Raise BadInput where a file of that name is there already and may not be written over."""
    if not force and os.path.lexists(out):
        raise BadInput(
            f"{shown_name(out)} is there already.", hint="Choose another name, or say --force."
        )


def demand_other(out: Path, inputs: Iterable[Path]) -> None:
    """Raise BadInput where the file to write is one that is read, also where it may be written
    over."""
    if any(pictures.same_file(out, one) for one in inputs):
        raise BadInput(f"{shown_name(out)} is read here; it is never overwritten.")


def out_paths(out: Path, count: int) -> list[Path]:
    """Where the variants of a run are written."""
    if count == 1:
        return [out]
    return [out.with_name(f"{out.stem}-{n}{out.suffix}") for n in range(1, count + 1)]
