"""The one door into the program: the bare command and `tour` open the window, the rest is the
command line. Only here do the two meet."""

from __future__ import annotations

import sys
from pathlib import Path

WINDOW_SUFFIXES = frozenset(
    {".kontext", ".png", ".jpg", ".jpeg", ".webp", ".gif", ".avif", ".tif", ".tiff", ".bmp"}
)


def main(argv: list[str] | None = None) -> int:
    """Run the program; return its exit code."""
    words = sys.argv[1:] if argv is None else argv
    if words and words[0] == "tour":
        from kontext_studio.gui.tour import main as tour

        return tour(words[1:])
    if not words or (len(words) == 1 and Path(words[0]).suffix.lower() in WINDOW_SUFFIXES):
        from kontext_studio.gui.app import main as window

        return window(words)
    from kontext_studio.cli.app import main as command_line

    return command_line(words)


if __name__ == "__main__":
    sys.exit(main())
