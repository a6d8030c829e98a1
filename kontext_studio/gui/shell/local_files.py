"""Which files of this computer are dragged or on the clipboard."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, QUrl


def local_files(mime: QMimeData | None) -> tuple[Path, ...]:
    """None of other machines: looking at such a path would already be an access to the network,
    and who drags it here has not asked for that (FAILURES F-SEC-26)."""
    urls = mime.urls() if mime is not None else []
    return tuple(Path(url.toLocalFile()) for url in urls if _is_here(url))


def _is_here(url: QUrl) -> bool:
    return url.isLocalFile() and not url.toLocalFile().startswith(("//", "\\\\"))
