"""`tour`: the main job in the real window, driven by mouse, keys and actions alone, with a picture
of every view. It never sets state and paints nothing itself.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

OUT = "tour"
LIMIT_S = 60.0

W = TypeVar("W")


def main(words: list[str]) -> int:
    """Parse the words, run the tour, say where the pictures are; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="kontext-studio tour",
        description="Drive the real window through a whole story and save a picture of every view.",
    )
    parser.add_argument("--out", type=Path, default=Path(OUT), help="folder for the pictures")
    parser.add_argument("--photo", type=Path, help="photograph to edit; a sample without")
    chosen = parser.parse_args(words)
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    try:
        chosen.out.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        sys.stderr.write(f"The folder {chosen.out} cannot be made: {exc.strerror}.\n")
        return 3
    with tempfile.TemporaryDirectory(prefix="kontext-tour-") as home:
        # A place of its own: the tour never touches the person's sessions.
        os.environ["KONTEXT_STUDIO_HOME"] = home
        from kontext_studio.gui.tour_guide import TourStopped, take_tour

        try:
            pictures = take_tour(chosen.out, Path(home), chosen.photo)
        except TourStopped as stop:
            sys.stderr.write(f"The tour stopped: {stop}\n")
            return 1
    sys.stdout.write(f"{len(pictures)} pictures in {chosen.out.resolve()}\n")
    return 0


async def until(what: str, condition: Callable[[], W | None], limit_s: float = LIMIT_S) -> W:
    """Wait until the window shows something; raise TimeoutError naming it."""
    end = time.monotonic() + limit_s
    while time.monotonic() < end:
        if found := condition():
            return found
        await asyncio.sleep(0.02)
    raise TimeoutError(f"waited {limit_s:.0f} s for {what}")
