"""Finds the files of the top-level ``resources/`` folder, wherever the program was installed.

It promises a path that exists or a clear FileNotFoundError; it refuses to know what the files mean.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
# The build copies the folder to this place inside the package; see setup.py.
_INSIDE_PACKAGE = "_resources"


def resource_path(name: str) -> Path:
    """The file or folder called ``name``, written with forward slashes: ``icons/hand.svg``."""
    parts = name.split("/")
    if not all(parts) or ".." in parts or Path(name).is_absolute():
        raise ValueError(f"{name!r} is not a plain name of a resource")
    folder = _resources_folder()
    path = folder.joinpath(*parts)
    if not path.exists():
        raise FileNotFoundError(
            f"the resource {name!r} is missing in {folder}; install Kontext Studio again"
        )
    return path


def read_text(name: str) -> str:
    """The text of a resource, which is always UTF-8."""
    return resource_path(name).read_text(encoding="utf-8")


def read_json(name: str) -> object:
    """The value in a JSON resource; the caller checks its shape."""
    value: object = json.loads(read_text(name))
    return value


@cache
def _resources_folder() -> Path:
    # The first place holds in a wheel and in a frozen build, the second in the tree.
    candidates = (_PACKAGE / _INSIDE_PACKAGE, _PACKAGE.parent / "resources")
    for folder in candidates:
        if folder.is_dir():
            return folder
    looked_in = ", ".join(str(folder) for folder in candidates)
    raise FileNotFoundError(
        f"the folder of resources is missing, looked in {looked_in}; install Kontext Studio again"
    )
