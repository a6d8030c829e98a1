"""The one door into the program: the bare command and `tour` open the window, the rest is the
command line. Only here do the two meet."""

from __future__ import annotations

import os
import sys
from pathlib import Path

WINDOW_SUFFIXES = frozenset(
    {".kontext", ".png", ".jpg", ".jpeg", ".webp", ".gif", ".avif", ".tif", ".tiff", ".bmp"}
)

NO_DISPLAY = 2
"""Exit code where the window was asked for and there is no screen: a matter of usage."""


def main(argv: list[str] | None = None) -> int:
    """Run the program; return its exit code."""
    words = sys.argv[1:] if argv is None else argv
    if words and words[0] == "tour":
        from kontext_studio.gui.tour import main as tour

        return tour(words[1:])
    if not words or (len(words) == 1 and Path(words[0]).suffix.lower() in WINDOW_SUFFIXES):
        if not _has_display():
            sys.stderr.write(
                "There is no display here for a window. “kontext-studio tour” shows it in "
                "pictures, “kontext-studio --help” lists what works without one.\n"
            )
            return NO_DISPLAY
        from kontext_studio.gui.app import main as window

        return window(words)
    from kontext_studio.cli.app import main as command_line

    return command_line(words)


def _has_display() -> bool:
    """Whether a window can be shown; Qt itself ends the process where it finds no screen."""
    named = any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))
    return named or not sys.platform.startswith("linux")


if __name__ == "__main__":
    sys.exit(main())
