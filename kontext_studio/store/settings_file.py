"""The settings on disk. A file that cannot be read is put aside, never written over."""

from __future__ import annotations

import json
import logging
from pathlib import Path

from kontext_studio.core.settings import Settings
from kontext_studio.store.export_file import write_whole

log = logging.getLogger(__name__)

MAX_BYTES = 1_000_000


def load_settings(path: Path) -> Settings:
    """The settings, or the defaults where there is no file or none that can be read."""
    try:
        with path.open("rb") as file:
            data = json.loads(file.read(MAX_BYTES).decode("utf-8"))
        if not isinstance(data, dict):
            raise TypeError("the settings are not an object")
        return Settings.from_json(data)
    except FileNotFoundError:
        return Settings()
    except (OSError, ValueError, TypeError, RecursionError) as exc:
        log.warning("the settings cannot be read and start anew (%s)", type(exc).__name__)
        _put_aside(path)
        return Settings()


def save_settings(path: Path, settings: Settings) -> None:
    """Write the settings whole or not at all. Raise BadInput or DiskFull."""
    body = {"version": 1, **settings.to_json()}
    write_whole(path, json.dumps(body, indent=1).encode())


def _put_aside(path: Path) -> None:
    try:
        path.replace(path.with_name(path.name + ".bad"))
    except OSError as exc:
        log.warning("the unreadable settings stay where they are (%s)", type(exc).__name__)
